"""What a customer has to know about the plan: its stage, what is paid, and what comes."""

from dataclasses import dataclass
from datetime import date, datetime

from igny8_core.auth.models import Account, Plan
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.subscriptions.enums import Stage
from igny8_core.common.money import Money


@dataclass(frozen=True)
class Days:
    """The days of a period in the business's time zone, both included."""

    first_day: date
    last_day: date


@dataclass(frozen=True)
class RunningPeriod(Days):
    """A period with its instants."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class ToPay:
    """An open invoice."""

    id: int
    number: str
    kind: str
    due: Money
    payable: Money
    due_date: date
    period: Days | None


@dataclass(frozen=True)
class WaitingClaim:
    """A confirmation under review."""

    submitted_on: date
    amount: Money


@dataclass(frozen=True)
class Coming:
    """A step of billing, or a mail by its kind, and its business day."""

    day: date
    what: str


@dataclass(frozen=True)
class MayDo:
    """Which acts the state allows."""

    renew_early: bool
    cancel: bool
    keep: bool
    choose_plan: bool


@dataclass(frozen=True)
class Current:
    """All that ``GET subscriptions/current/`` answers."""

    account_id: int
    plan: PlanTerms | None
    status: str | None
    stage: Stage
    current_period: RunningPeriod | None
    paid_until_day: date | None
    cancel_at_period_end: bool
    next_plan: Plan | None
    open_invoice: ToPay | None
    claim: WaitingClaim | None
    suspended_on: date | None
    suspends_on: date | None
    ends_on: date | None
    coming: list[Coming]
    may: MayDo


def current_subscription(*, account: Account, now: datetime) -> Current:
    """Read what there is to know about an account's plan."""
    raise NotImplementedError
