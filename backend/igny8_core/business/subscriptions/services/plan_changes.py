"""What a change of plan costs, now and from the next period."""

from dataclasses import dataclass
from datetime import date, datetime

from igny8_core.auth.models import Account, Plan
from igny8_core.common.money import Money


@dataclass(frozen=True)
class ChangeNow:
    """A change that takes effect when its invoice is paid."""

    credit: Money
    total: Money
    payable: Money | None
    refused: str | None


@dataclass(frozen=True)
class ChangeNextPeriod:
    """A change that takes effect with the next period."""

    starts_on: date | None
    refused: str | None


@dataclass(frozen=True)
class PlanChange:
    """A plan, and what changing to it costs."""

    plan: Plan
    now: ChangeNow
    next_period: ChangeNextPeriod


def plan_changes(*, account: Account, method_code: str, now: datetime) -> list[PlanChange]:
    """Say for each plan on offer what changing to it costs, and when it is possible."""
    raise NotImplementedError
