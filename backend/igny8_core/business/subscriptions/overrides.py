"""What an operator's acts make of the facts: so what follows can be shown before it is done."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from igny8_core.auth.enums import AccountStatus, SubscriptionStatus
from igny8_core.business.billing.borders import index_at, last_day
from igny8_core.business.billing.dunning import ReminderKind
from igny8_core.business.billing.enums import InvoiceKind
from igny8_core.business.subscriptions.facts import (
    BillingFacts,
    CatchUp,
    LiveSubscription,
    OpenInvoice,
)
from igny8_core.business.subscriptions.forecast import after, resumed, what_happens_when
from igny8_core.business.subscriptions.next_step import next_step
from igny8_core.business.subscriptions.steps import CONSEQUENCES, END, StepName


def after_later_due_day(facts: BillingFacts, due_date: date, now: datetime) -> BillingFacts:
    """Return the facts after the open renewal's due day was put off to today or later.

    :raises LookupError: if no renewal is open.
    """
    facts = resumed(facts, now)
    subscription, invoice = facts.live, facts.open_renewal
    later = replace(
        subscription,
        status=SubscriptionStatus.ACTIVE,
        invoice=replace(invoice, due_date=due_date),
    )
    return replace(facts, subscription=later, last_mail_on=facts.today(now))


def after_hold(facts: BillingFacts, until: date, now: datetime) -> BillingFacts:
    """Return the facts after dunning was held until a day.

    :raises LookupError: if no subscription is live.
    """
    facts = resumed(facts, now)
    return replace(facts, subscription=replace(facts.live, hold_until=until))


def after_comp(facts: BillingFacts, now: datetime) -> BillingFacts:
    """Return the facts after a period was given: it begins at once, or at its border.

    :raises LookupError: if no subscription is live.
    """
    facts = resumed(facts, now)
    subscription, index = facts.live, index_to_give(facts, now)
    given = replace(
        subscription,
        status=SubscriptionStatus.ACTIVE,
        paid_index=index + 1,
        invoice=None,
        replaced=None,
    )
    if begins_at_once(facts, now):
        given = replace(given, current_index=index)
    return replace(facts, account_status=AccountStatus.ACTIVE, subscription=given)


def after_end(facts: BillingFacts, now: datetime) -> BillingFacts:
    """Return the facts after the subscription was ended."""
    return after(facts, END, now)


def after_reminder(facts: BillingFacts, now: datetime) -> BillingFacts:
    """Return the facts after a reminder was sent: billing sends no other one on the same day."""
    return replace(facts, last_mail_on=facts.today(now))


def after_unparking(facts: BillingFacts) -> BillingFacts:
    """Return the facts after billing was taken up again."""
    return replace(facts, is_parked=False)


def after_cancellation(facts: BillingFacts, now: datetime) -> BillingFacts:
    """Return the facts after the plan was cancelled: it ends with the time that is paid for.

    :raises LookupError: if no subscription is live.
    """
    cancelled = replace(_without_renewal(facts.live), cancel_at_period_end=True)
    return _followed(replace(facts, subscription=cancelled), now)


def after_keeping(facts: BillingFacts, now: datetime) -> BillingFacts:
    """Return the facts after a cancellation was taken back.

    :raises LookupError: if no subscription is live.
    """
    kept = replace(facts.live, cancel_at_period_end=False)
    return _followed(replace(facts, subscription=kept), now)


def after_plan_choice(facts: BillingFacts, now: datetime) -> BillingFacts:
    """Return the facts after what comes next was chosen: a renewal is replaced.

    That is the next plan, or none any more, or its price. A higher price of the present plan, of
    which the customer wasn't told, doesn't come.

    :raises LookupError: if no subscription is live.
    """
    changed = replace(_without_renewal(facts.live), rise=None)
    return _followed(replace(facts, subscription=changed), now)


def after_order(facts: BillingFacts, due_days: int, now: datetime) -> BillingFacts:
    """Return the facts after a plan was ordered: instead of an earlier order, if there is one.

    :param due_days: until the invoice is due, unless the paid time ends before.
    """
    earlier, subscription, today = facts.order, facts.subscription, facts.today(now)
    due_date = today + timedelta(days=due_days)
    if subscription and now < (until := facts.paid_until(subscription)):
        due_date = min(due_date, last_day(until, facts.zone))
    order = OpenInvoice(
        kind=earlier.kind if earlier else InvoiceKind.CHANGE,
        period_index=0,
        issued_on=today,
        due_date=due_date,
        plan=facts.rules.dunning,
    )
    return replace(facts, order=order, ended_at=now if earlier else facts.ended_at)


def _without_renewal(subscription: LiveSubscription) -> LiveSubscription:
    """Return it after an open renewal was voided, for another one to follow it."""
    replaced = subscription.invoice or subscription.replaced
    return replace(subscription, invoice=None, replaced=replaced)


def _followed(facts: BillingFacts, now: datetime) -> BillingFacts:
    """Return the facts after the steps that follow an act at once."""
    while (step := next_step(facts, now)) and step.name in CONSEQUENCES:
        facts = after(facts, step, now)
    return facts


def index_to_give(facts: BillingFacts, now: datetime) -> int:
    """Return the number of the period that is given next: of the one that would be billed next.

    :raises LookupError: if no subscription is live.
    """
    subscription = facts.live
    if subscription.invoice:
        return subscription.invoice.period_index
    bills_all = facts.rules.catch_up == CatchUp.ALL_OLDEST_FIRST
    if bills_all or not _is_last_paid_running(subscription):
        return subscription.paid_index
    return max(subscription.paid_index, index_at(subscription.anchor, now, facts.zone))


def begins_at_once(facts: BillingFacts, now: datetime) -> bool:
    """Tell whether the period that is given next begins now: else START_PERIOD begins it.

    :raises LookupError: if no subscription is live.
    """
    subscription = facts.live
    has_come = facts.begins(subscription, index_to_give(facts, now)) <= now
    return has_come and _is_last_paid_running(subscription)


def last_unpaid_day(facts: BillingFacts, now: datetime) -> date:
    """Return the last day of the period that is to be paid for next; a pause ends before that.

    :raises LookupError: if no subscription is live.
    """
    facts = resumed(facts, now)
    subscription = facts.live
    unpaid = subscription.invoice.period_index if subscription.invoice else subscription.paid_index
    return last_day(facts.begins(subscription, unpaid + 1), facts.zone)


def _is_last_paid_running(subscription: LiveSubscription) -> bool:
    """Tell whether no period waits that is paid for already."""
    return subscription.paid_index == subscription.current_index + 1


def reminder_now(facts: BillingFacts, now: datetime) -> ReminderKind:
    """Return which reminder says what is so now.

    :raises LookupError: if no renewal is open.
    """
    invoice, subscription = facts.open_renewal, facts.live
    offset = invoice.offset(facts.today(now), facts.zone)
    if facts.is_suspended:
        return ReminderKind.ENDING
    if subscription.status == SubscriptionStatus.PAST_DUE:
        final = (item for item in invoice.plan.reminders if item.kind == ReminderKind.FINAL_NOTICE)
        is_final = any(offset >= item.offset for item in final)
        return ReminderKind.FINAL_NOTICE if is_final else ReminderKind.PAST_DUE
    is_late = facts.today(now) > invoice.due_date  # even if a claim has stopped the clock
    return ReminderKind.RENEWAL_DUE if is_late else ReminderKind.RENEWAL_REMINDER


def announced_days(facts: BillingFacts, now: datetime) -> Mapping[StepName, date]:
    """Return when the account will be suspended, and when its subscription ends.

    That is what comes if nobody does anything; what has come is said as it was.

    :raises LookupError: if no renewal is open.
    """
    invoice = facts.open_renewal
    days = {
        StepName.SUSPEND: invoice.due_date + timedelta(days=invoice.plan.suspend_after_days),
        StepName.LAPSE: invoice.due_date + timedelta(days=invoice.plan.end_after_days),
    }
    if facts.is_suspended and facts.suspended_at:
        days[StepName.SUSPEND] = facts.today(facts.suspended_at)
    coming = what_happens_when(facts, now)
    return days | {step.name: day for day, step in coming if step.name in days}
