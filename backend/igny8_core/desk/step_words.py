"""Where a subscription is and what comes next, in words."""

from dataclasses import dataclass
from datetime import date, datetime

from igny8_core.auth.enums import SubscriptionStatus
from igny8_core.auth.models import Plan, Subscription
from igny8_core.business.billing.borders import last_day, start_of
from igny8_core.business.subscriptions.current import stage_of
from igny8_core.business.subscriptions.days import day_in_words
from igny8_core.business.subscriptions.enums import ComingStep, Stage
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.forecast import what_happens_when
from igny8_core.business.subscriptions.queues import SOON
from igny8_core.business.subscriptions.steps import AnnouncePrice, Renew, Step
from igny8_core.common.money import Money


@dataclass(frozen=True)
class Coming:
    """A step to come, and its day."""

    day: date
    what: str


@dataclass(frozen=True)
class State:
    """How the desk shows where a subscription is."""

    label: str
    look: str = ""


ORDERED = State("Order, unpaid")
CANCELLED = State("Cancelled at period end")
ENDS_SOON = State("Ends soon", "pending_approval")
ENDED = State("Ended")
STATES = {
    Stage.ACTIVE: State("Active", "succeeded"),
    Stage.RENEWAL_OPEN: State("Renewal open", "succeeded"),
    Stage.UNDER_REVIEW: State("Under review", "pending_approval"),
    Stage.GRACE: State("Grace", "pending_approval"),
    Stage.PAST_DUE: State("Past due", "failed"),
    Stage.SUSPENDED: State("Suspended", "failed"),
}


def words_of(step: Step) -> str:
    """Say what a step does."""
    words = ComingStep(step.told_as).label
    match step:
        case Renew(due_date=due_date):
            return f"{words}, due on {day_in_words(due_date)}"
        case AnnouncePrice(price=price, first_day=first_day):
            return f"{words}, {Money(price, Plan.currency)} from {day_in_words(first_day)}"
    return words


def coming(facts: BillingFacts, now: datetime) -> list[Coming]:
    """Return what comes if nobody pays, claims or decides, in order."""
    return [Coming(day, words_of(step)) for day, step in what_happens_when(facts, now)]


def state_of(subscription: Subscription, facts: BillingFacts, now: datetime) -> State:
    """Return where a subscription is.

    :param facts: its account's.
    """
    if subscription.status == SubscriptionStatus.CANCELLED:
        return ENDED
    live = facts.subscription
    if subscription.status == SubscriptionStatus.PENDING_PAYMENT or not live:
        return ORDERED
    stage = stage_of(live, facts, now)
    if stage == Stage.ENDING:
        soon = start_of(facts.today(now) + SOON, facts.zone)
        return ENDS_SOON if facts.paid_until(live) <= soon else CANCELLED
    return STATES[stage]


def facts_shown(facts: BillingFacts, *, more: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what an operator may change about a subscription, as labels and values.

    :param more: what the facts don't tell.
    """
    subscription, order = facts.subscription, facts.order
    ordered = [("Order, due day", day_in_words(order.due_date))] if order else []
    if not subscription:
        return [("Subscription", "none"), *ordered]
    invoice, held = subscription.invoice, subscription.hold_until
    last_paid = day_in_words(last_day(facts.paid_until(subscription), facts.zone))
    rows = [
        ("Access", "paused" if facts.is_suspended else "yes"),
        ("Last paid day", last_paid),
        ("Due day", day_in_words(invoice.due_date) if invoice else "nothing is due"),
        ("Held until", day_in_words(held) if held else ""),
        ("Cancelled: ends on", last_paid if subscription.cancel_at_period_end else ""),
        *more,
        *ordered,
    ]
    return [(label, value) for label, value in rows if value]
