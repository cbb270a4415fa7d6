"""What comes next for a subscription, in words."""

from dataclasses import dataclass
from datetime import date, datetime

from igny8_core.auth.enums import SubscriptionStatus
from igny8_core.auth.models import Plan, Subscription
from igny8_core.business.billing.borders import last_day, start_of
from igny8_core.business.billing.dunning import ReminderKind
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.forecast import what_happens_when
from igny8_core.business.subscriptions.stages import SOON
from igny8_core.business.subscriptions.steps import (
    AnnouncePrice,
    Remind,
    Renew,
    Step,
    StepName,
)
from igny8_core.common.money import Money

REMINDERS = {
    ReminderKind.RENEWAL_REMINDER: "Email: please pay by the due day",
    ReminderKind.RENEWAL_DUE: "Email: the due day is over",
    ReminderKind.PAST_DUE: "Email: past due",
    ReminderKind.FINAL_NOTICE: "Email: final notice before the pause",
    ReminderKind.ENDING: "Email: the plan ends soon",
}
STEPS = {
    StepName.START_PERIOD: "The next period begins",
    StepName.END: "The subscription ends, as asked for",
    StepName.EXPIRE_SIGN_UP: "The unpaid order expires",
    StepName.EXPIRE_CHANGE: "The unpaid change of plan expires",
    StepName.FALL_DUE: "The subscription is past due",
    StepName.SUSPEND: "Access is paused",
    StepName.LAPSE: "The subscription ends unpaid",
}


@dataclass(frozen=True)
class Coming:
    """A step to come, and its day."""

    day: date
    what: str


@dataclass(frozen=True)
class Stage:
    """Where a subscription is, as the desk calls it, and how that looks."""

    label: str
    look: str = ""


ORDERED = Stage("Order, unpaid")
ACTIVE = Stage("Active", "succeeded")
RENEWAL_OPEN = Stage("Renewal open", "succeeded")
UNDER_REVIEW = Stage("Under review", "pending_approval")
GRACE = Stage("Grace", "pending_approval")
PAST_DUE = Stage("Past due", "failed")
SUSPENDED = Stage("Suspended", "failed")
CANCELLED = Stage("Cancelled at period end")
ENDS_SOON = Stage("Ends soon", "pending_approval")
ENDED = Stage("Ended")


def short(day: date) -> str:
    """Write a day."""
    return f"{day.day} {day:%b %Y}"


def words_of(step: Step) -> str:
    """Say what a step does."""
    match step:
        case Renew(due_date=due_date):
            return f"A renewal is invoiced, due on {short(due_date)}"
        case Remind(kind=kind):
            return REMINDERS[kind]
        case AnnouncePrice(price=price, first_day=first_day):
            return f"Email: {Money(price, Plan.currency)} from {short(first_day)}"
    return STEPS[step.name]


def coming(facts: BillingFacts, now: datetime) -> list[Coming]:
    """Return what comes if nobody pays, claims or decides, in order."""
    return [Coming(day, words_of(step)) for day, step in what_happens_when(facts, now)]


def stage_of(subscription: Subscription, facts: BillingFacts, now: datetime) -> Stage:
    """Return where a subscription is.

    :param facts: its account's.
    """
    if subscription.status == SubscriptionStatus.CANCELLED:
        return ENDED
    if subscription.status == SubscriptionStatus.PENDING_PAYMENT or not facts.subscription:
        return ORDERED
    return _stage_of_live(facts, now)


def facts_shown(facts: BillingFacts, *, more: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what an operator may change about a subscription, as labels and values.

    :param more: what the facts don't tell.
    """
    subscription, order = facts.subscription, facts.order
    ordered = [("Order, due day", short(order.due_date))] if order else []
    if not subscription:
        return [("Subscription", "none"), *ordered]
    invoice, held = subscription.invoice, subscription.hold_until
    last_paid = short(last_day(facts.paid_until(subscription), facts.zone))
    rows = [
        ("Access", "paused" if facts.is_suspended else "yes"),
        ("Last paid day", last_paid),
        ("Due day", short(invoice.due_date) if invoice else "nothing is due"),
        ("Held until", short(held) if held else ""),
        ("Cancelled: ends on", last_paid if subscription.cancel_at_period_end else ""),
        *more,
        *ordered,
    ]
    return [(label, value) for label, value in rows if value]


def _stage_of_live(facts: BillingFacts, now: datetime) -> Stage:
    subscription = facts.subscription
    invoice = subscription.invoice if subscription else None
    if invoice and invoice.is_frozen:
        return UNDER_REVIEW
    if facts.is_suspended:
        return SUSPENDED
    if subscription and subscription.status == SubscriptionStatus.PAST_DUE:
        return PAST_DUE
    if invoice and invoice.offset(facts.today(now), facts.zone) > 0:
        return GRACE
    if subscription and subscription.cancel_at_period_end:
        soon = start_of(facts.today(now) + SOON, facts.zone)
        return ENDS_SOON if facts.paid_until(subscription) <= soon else CANCELLED
    return RENEWAL_OPEN if invoice else ACTIVE
