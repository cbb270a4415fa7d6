"""What a customer has to know about the plan: its stage, what is paid, and what comes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from igny8_core.auth.enums import AccountStatus, SubscriptionStatus
from igny8_core.auth.models import Account, Plan, Subscription
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing.borders import LatePayment, day_of, last_day
from igny8_core.business.billing.enums import InvoiceStatus
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.periods import Days, border, days_of_renewal, paid_until
from igny8_core.business.billing.selectors.locks import LockedAccount
from igny8_core.business.subscriptions.enums import Stage
from igny8_core.business.subscriptions.facts import BillingFacts, LiveSubscription
from igny8_core.business.subscriptions.forecast import what_happens_when
from igny8_core.business.subscriptions.prices import agreed_price, rise_of
from igny8_core.business.subscriptions.reading import (
    facts_of,
    histories_of,
    live_subscription,
    open_renewal,
    order_of,
    waiting_claim,
)
from igny8_core.business.subscriptions.requirements import (
    require_cancellable,
    require_choosing,
    require_kept,
    require_looked_after,
    require_renewable,
)
from igny8_core.business.subscriptions.selectors import billing_of, invoice_with_period
from igny8_core.business.subscriptions.steps import Step, StepName
from igny8_core.common.clock import business_zone
from igny8_core.common.exceptions import refusal_of
from igny8_core.common.money import Money

ENDS = (StepName.LAPSE, StepName.END)


@dataclass(frozen=True)
class RunningPeriod(Days):
    """A period with its instants."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class ToPay:
    """An open invoice.

    :param period: what it pays for; None if that begins with the approval.
    """

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
class PriceChange:
    """What the plan costs then, and the first day of the first period that costs it."""

    price: Money
    first_day: date


@dataclass(frozen=True)
class MayDo:
    """Which acts the state allows."""

    renew_early: bool
    cancel: bool
    keep: bool
    choose_plan: bool


@dataclass(frozen=True)
class InvoiceInDetail:
    """An invoice with what happens when while it isn't paid.

    It has all attributes of the invoice.
    """

    invoice: Invoice
    coming: list[Coming]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.invoice, name)


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
    price_change: PriceChange | None
    open_invoice: ToPay | None
    claim: WaitingClaim | None
    late_payment: LatePayment
    suspended_on: date | None
    suspends_on: date | None
    ends_on: date | None
    coming: list[Coming]
    may: MayDo


def current_subscription(*, account: Account, now: datetime) -> Current:
    """Read what there is to know about an account's plan.

    Its rows are of one moment. What was sent to it is read after them: at worst it knows of an
    email more.
    """
    billing = billing_of(account=account)
    history = histories_of([account.pk])[account.pk]
    return current_of(billing, facts_of(billing, history), now)


def current_of(billing: LockedAccount, facts: BillingFacts, now: datetime) -> Current:
    """Return what there is to know about a plan.

    :param facts: of the same rows.
    """
    account, live = billing.account, live_subscription(billing)
    renewal = open_renewal(billing, live) if live else None
    order = order_of(billing)
    to_pay = renewal or order
    claim = waiting_claim(billing, to_pay) if to_pay else None
    steps = what_happens_when(facts, now)
    subscription = live or (order.subscription if order else None)
    until = last_day(paid_until(live), business_zone()) if live else None
    return Current(
        account_id=account.pk,
        plan=_plan(account, subscription),
        status=subscription.status if subscription else None,
        stage=_stage(facts, now),
        current_period=_running(live) if live else None,
        paid_until_day=until,
        cancel_at_period_end=bool(live and live.cancel_at_period_end),
        next_plan=live.next_plan if live else None,
        price_change=_price_change(live, renewal) if live else None,
        open_invoice=_to_pay(to_pay) if to_pay else None,
        claim=_claim(claim) if claim else None,
        late_payment=facts.rules.late_payment,
        suspended_on=facts.today(facts.suspended_at) if facts.suspended_at else None,
        suspends_on=next(_days_of(steps, StepName.SUSPEND), None),
        ends_on=next(_days_of(steps, *ENDS), None),
        coming=_coming(steps),
        may=_may(billing, now),
    )


def invoice_in_detail(*, account: Account, invoice_id: int, now: datetime) -> InvoiceInDetail:
    """Find one of an account's invoices, and read what comes while it is open.

    :raises NotFound: if the account has none of this id.
    """
    invoice = invoice_with_period(account=account, invoice_id=invoice_id)
    if invoice.status != InvoiceStatus.PENDING:
        return InvoiceInDetail(invoice, [])
    return InvoiceInDetail(invoice, current_subscription(account=account, now=now).coming)


def stage_of(subscription: LiveSubscription, facts: BillingFacts, now: datetime) -> Stage:
    """Return the stage of what runs: a claim that stops the clock first, else the harder one.

    :param facts: of its account.
    """
    invoice = subscription.invoice
    is_late = invoice is not None and invoice.offset(facts.today(now), facts.zone) > 0
    stages = {
        Stage.UNDER_REVIEW: invoice is not None and invoice.is_frozen,
        Stage.SUSPENDED: facts.is_suspended,
        Stage.PAST_DUE: subscription.status == SubscriptionStatus.PAST_DUE,
        Stage.GRACE: is_late,
        Stage.ENDING: subscription.cancel_at_period_end,
        Stage.RENEWAL_OPEN: invoice is not None,
    }
    return next((stage for stage, holds in stages.items() if holds), Stage.ACTIVE)


def _coming(steps: list[tuple[date, Step]]) -> list[Coming]:
    return [Coming(day, step.told_as) for day, step in steps]


def _days_of(steps: list[tuple[date, Step]], *names: StepName) -> Iterator[date]:
    return (day for day, step in steps if step.name in names)


def _plan(account: Account, subscription: Subscription | None) -> PlanTerms | None:
    """Return what is promised; while a trial orders a plan, that is the trial's."""
    if account.status == AccountStatus.TRIAL and account.trial_terms:
        return PlanTerms.from_json(account.trial_terms)
    return subscription.promised if subscription else None


def _stage(facts: BillingFacts, now: datetime) -> Stage:
    if not facts.subscription:
        return _stage_without_subscription(facts)
    stage, order = stage_of(facts.subscription, facts, now), facts.order
    is_change_under_review = stage == Stage.ACTIVE and order is not None and order.is_frozen
    return Stage.UNDER_REVIEW if is_change_under_review else stage


def _stage_without_subscription(facts: BillingFacts) -> Stage:
    if facts.order:
        return Stage.UNDER_REVIEW if facts.order.is_frozen else Stage.ORDER
    return Stage.ACTIVE if facts.account_status == AccountStatus.TRIAL else Stage.NO_PLAN


def _running(subscription: Subscription) -> RunningPeriod | None:
    starts_at, ends_at = subscription.current_period_start, subscription.current_period_end
    if not starts_at or not ends_at:
        return None
    days = Days.between(starts_at, ends_at)
    return RunningPeriod(days.first_day, days.last_day, starts_at, ends_at)


def _price_change(live: Subscription, renewal: Invoice | None) -> PriceChange | None:
    """Return the price of a later period, if it is known to be another one."""
    if live.next_plan_id or live.cancel_at_period_end:
        return None
    price, rise = agreed_price(live) or live.plan.price, rise_of(live)
    if price == live.promised.price or (rise and not rise.first_day):
        return None
    is_invoiced = renewal is not None and renewal.plan.price != price
    next_day = day_of(border(live, live.paid_index + is_invoiced), business_zone())
    return PriceChange(Money(price, Plan.currency), (rise and rise.first_day) or next_day)


def _to_pay(invoice: Invoice) -> ToPay:
    return ToPay(
        id=invoice.pk,
        number=invoice.number,
        kind=invoice.kind,
        due=invoice.due,
        payable=invoice.payable,
        due_date=invoice.due_date,
        period=days_of_renewal(invoice),
    )


def _claim(payment: Payment) -> WaitingClaim:
    day = day_of(payment.submitted_at, business_zone())
    return WaitingClaim(submitted_on=day, amount=payment.money)


def _may(billing: LockedAccount, now: datetime) -> MayDo:
    return MayDo(
        renew_early=_is_allowed(billing, lambda: require_renewable(billing, now)),
        cancel=_is_allowed(billing, lambda: require_cancellable(billing)),
        keep=_is_allowed(billing, lambda: require_kept(billing)),
        choose_plan=_is_allowed(billing, lambda: require_choosing(billing)),
    )


def _is_allowed(billing: LockedAccount, check: Callable[[], object]) -> bool:
    refusal = refusal_of(lambda: require_looked_after(billing)) or refusal_of(check)
    return refusal is None
