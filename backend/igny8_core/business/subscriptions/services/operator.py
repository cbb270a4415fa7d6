"""What an operator does for one customer, against the rules: each with a reason that is kept.

``subscription_id`` is that of the subscription whose page led to the act: if another one runs by
now, the act is refused. Without it, whichever runs is meant.

Where an act changes what comes next, ``overrides.py`` says the same about the facts alone.
"""

from datetime import date, datetime, timedelta

from igny8_core.auth.actors import Actor
from igny8_core.auth.enums import SubscriptionStatus
from igny8_core.auth.models import Account, Subscription
from igny8_core.business.billing.dunning import ReminderKind
from igny8_core.business.billing.emails import of_void
from igny8_core.business.billing.enums import CreditKind, EventName
from igny8_core.business.billing.models import Invoice
from igny8_core.business.billing.services.credits import move_credits
from igny8_core.business.billing.services.periods import COUNTING
from igny8_core.business.subscriptions import emails
from igny8_core.business.subscriptions.days import not_charged
from igny8_core.business.subscriptions.exceptions import (
    BeyondUnpaidPeriod,
    ClaimStopsTheClock,
    DueDayNotPutOff,
    HeldBack,
    NoCreditsMoved,
    NotParked,
    NotToBeHeldUntil,
    RemindedToday,
    TooFewCredits,
    TooManyCredits,
)
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.forecast import resumed
from igny8_core.business.subscriptions.next_step import is_order_under_review
from igny8_core.business.subscriptions.overrides import (
    after_reminder,
    announced_days,
    begins_at_once,
    index_to_give,
    last_unpaid_day,
    reminder_now,
)
from igny8_core.business.subscriptions.reading import order_of
from igny8_core.business.subscriptions.requirements import require_no_claim
from igny8_core.business.subscriptions.rights import (
    ADJUST_CREDITS,
    OVERRIDE,
    may_comp,
    require_may_comp,
)
from igny8_core.business.subscriptions.services.gifts import begin_given_period
from igny8_core.business.subscriptions.services.override import Override, overriding
from igny8_core.business.subscriptions.steps import StepName
from igny8_core.common.clock import business_day
from igny8_core.common.daily import A_DAY
from igny8_core.common.transactions import in_transaction

MOST_DAYS = 366  # from today, to which something can be put off
MAX_REASON = 150  # it stands in the ledger, too
MANY_CREDITS = 10_000  # above, only superusers add them at once


@in_transaction
def extend_due(
    *,
    account_id: int,
    due_date: date,
    actor: Actor,
    now: datetime,
    reason: str,
    subscription_id: int | None = None,
) -> Invoice:
    """Put the due day of the open renewal off: it isn't late any more, and a pause ends.

    :param reason: the customer will read it.
    :raises NoLiveSubscription, NoOpenRenewal: if there is nothing to put off.
    :raises DueDayNotPutOff: if the day isn't later, is over, or is too far away.
    :raises BeyondUnpaidPeriod: if it is after the unpaid period, and the actor isn't a superuser.
    """
    with overriding(account_id, OVERRIDE, actor, now, reason, subscription_id) as act:
        invoice, subscription = act.debt, act.subscription
        _require_later(due_date, invoice=invoice, now=now)
        _require_within_unpaid_period(act, due_date)
        recorder = act.recorder(
            EventName.EXTEND_DUE, invoice, f"Due on {due_date}, not {invoice.due_date}"
        )
        act.end_pause(recorder)
        invoice.due_date = due_date
        recorder.move(invoice, also_save=("due_date",))
        if subscription.status == SubscriptionStatus.PAST_DUE:
            recorder.move(subscription)
        act.changes.tell(emails.of_later_due_day(invoice=invoice, reason=reason))
    return invoice


@in_transaction
def hold(
    *,
    account_id: int,
    until: date,
    actor: Actor,
    now: datetime,
    reason: str,
    subscription_id: int | None = None,
) -> Subscription:
    """Press nobody for payment before a day; a pause ends. Today lifts an earlier hold.

    :raises NoLiveSubscription: if there is nothing to hold.
    :raises NotToBeHeldUntil: if the day is over or too far away.
    :raises BeyondUnpaidPeriod: if it is after the unpaid period, and the actor isn't a superuser.
    """
    with overriding(account_id, OVERRIDE, actor, now, reason, subscription_id) as act:
        subscription = act.subscription
        _require_holdable(until, subscription=subscription, now=now)
        if until > business_day(now):
            _require_within_unpaid_period(act, until)
        recorder = act.recorder(EventName.HOLD, act.open_renewal, f"Held until {until}")
        act.end_pause(recorder)
        subscription.hold_until = until
        recorder.move(subscription, also_save=("hold_until",))
    return subscription


@in_transaction
def comp_period(
    *,
    account_id: int,
    actor: Actor,
    now: datetime,
    reason: str,
    subscription_id: int | None = None,
) -> Subscription:
    """Give the next unpaid period free of charge, with its credits; its renewal is void.

    :param reason: the customer will read it, if a renewal was open.
    :raises CompNotAllowed: if the actor isn't a superuser.
    :raises NoLiveSubscription: if there is nothing to prolong.
    :raises PaymentAlreadyUnderReview: if the renewal may have been paid.
    """
    require_may_comp(actor)
    with overriding(account_id, OVERRIDE, actor, now, reason, subscription_id) as act:
        subscription, renewal = act.subscription, act.open_renewal
        require_no_claim(act.billing, renewal)
        facts = resumed(act.facts(), now)
        index = index_to_give(facts, now)
        recorder = act.recorder(EventName.COMP, renewal, _given(subscription, index))
        act.end_pause(recorder)
        subscription.paid_index = index + 1
        if begins_at_once(facts, now):
            begin_given_period(subscription, index=index, recorder=recorder)
        if renewal:
            recorder.void(renewal)
            act.changes.tell(of_void(invoice=renewal, reason=reason))
        recorder.move(subscription, also_save=COUNTING)
    return subscription


@in_transaction
def end_now(
    *,
    account_id: int,
    actor: Actor,
    now: datetime,
    reason: str,
    subscription_id: int | None = None,
) -> Subscription:
    """End the subscription at once: the account has no plan, and its open renewal is void.

    :param reason: the customer will read it.
    :raises NoLiveSubscription: if there is nothing to end.
    :raises PaymentAlreadyUnderReview: if the renewal may have been paid.
    """
    with overriding(account_id, OVERRIDE, actor, now, reason, subscription_id) as act:
        subscription, renewal, account = act.subscription, act.open_renewal, act.account
        require_no_claim(act.billing, renewal)
        recorder = act.recorder(EventName.END, renewal, "")
        if renewal:
            recorder.void(renewal)
        recorder.cancel(subscription)
        account.suspended_at = None
        recorder.move(account, also_save=("suspended_at",))
        notice = emails.of_end(
            subscription=subscription,
            account=account,
            renewal=renewal,
            order=order_of(act.billing),
            reason=reason,
        )
        act.changes.tell(notice)
    return subscription


@in_transaction
def remind_now(
    *,
    account_id: int,
    actor: Actor,
    now: datetime,
    reason: str,
    subscription_id: int | None = None,
) -> ReminderKind:
    """Send the reminder that says what is so now, once a day; the usual ones follow on their days.

    :raises NoLiveSubscription, NoOpenRenewal, NotToBeReminded: if there is nothing to remind of.
    """
    with overriding(account_id, OVERRIDE, actor, now, reason, subscription_id) as act:
        invoice, facts = act.debt, act.facts()
        _require_reminder_is_true(act, facts)
        kind, days = reminder_now(facts, now), announced_days(after_reminder(facts, now), now)
        recorder = act.recorder(EventName.REMIND, invoice, kind.replace("_", " ").capitalize())
        recorder.move(invoice)
        notice = emails.of_reminder(
            invoice=invoice,
            kind=kind,
            suspends_on=days[StepName.SUSPEND],
            ends_on=days[StepName.LAPSE],
            about=f"admin:{business_day(now)}",
        )
        act.changes.tell(notice)
    return kind


@in_transaction
def adjust_credits(
    *, account_id: int, amount: int, actor: Actor, now: datetime, reason: str
) -> Account:
    """Add credits, or take some.

    :param amount: credits; negative when taken.
    :param reason: the customer reads it in the ledger.
    :raises NoCreditsMoved: if it is 0.
    :raises TooManyCredits: if it is above ``MANY_CREDITS``, and the actor isn't a superuser.
    :raises TooFewCredits: if the balance would fall below 0.
    """
    if amount == 0:
        raise NoCreditsMoved
    with overriding(account_id, ADJUST_CREDITS, actor, now, reason) as act:
        account = act.account
        if amount > MANY_CREDITS and not may_comp(actor.user):
            raise TooManyCredits(most=MANY_CREDITS)
        if account.credits + amount < 0:
            raise TooFewCredits(account, taken=-amount)
        move_credits(
            changes=act.changes,
            account=account,
            amount=amount,
            kind=CreditKind.ADJUSTMENT,
            description=reason,
            now=now,
        )
        act.recorder(EventName.ADJUST_CREDITS, None, f"{amount:+,} credits").move(account)
    return account


@in_transaction
def unpark(*, account_id: int, actor: Actor, now: datetime, reason: str) -> Account:
    """Let billing look after an account again that it had set aside.

    :raises NotParked: if it hasn't.
    """
    with overriding(account_id, OVERRIDE, actor, now, reason) as act:
        account = act.account
        if account.parked_at is None:
            raise NotParked(account)
        why = account.parked_reason
        account.parked_at, account.parked_reason = None, ""
        recorder = act.recorder(EventName.UNPARK, None, f"It was parked for {why}")
        recorder.move(account, also_save=("parked_at", "parked_reason"))
    return account


def _require_later(due_date: date, *, invoice: Invoice, now: datetime) -> None:
    today = business_day(now)
    first = max(today, invoice.due_date + A_DAY)
    last = max(first, today + timedelta(days=MOST_DAYS))
    if not first <= due_date <= last:
        raise DueDayNotPutOff(first=first, last=last)


def _require_holdable(until: date, *, subscription: Subscription, now: datetime) -> None:
    today, held = business_day(now), subscription.hold_until
    is_held = held is not None and held > today
    first, last = today if is_held else today + A_DAY, today + timedelta(days=MOST_DAYS)
    if not first <= until <= last:
        raise NotToBeHeldUntil(first=first, last=last)


def _require_within_unpaid_period(act: Override, day: date) -> None:
    """Check that nobody waits for payment until the time to be paid for is over, or allow it."""
    if may_comp(act.actor.user):
        return
    last = last_unpaid_day(act.facts(), act.now)
    if day > last:
        raise BeyondUnpaidPeriod(last=last)


def _given(subscription: Subscription, index: int) -> str:
    """Say which period is given: time that passed unbilled before it is given, too."""
    first = subscription.paid_index
    skipped = f". {not_charged(subscription, first=first, index=index)}" if first < index else ""
    return f"Free of charge{skipped}"


def _require_reminder_is_true(act: Override, facts: BillingFacts) -> None:
    """Check that the renewal is asked for, and that nothing was said about it today."""
    today, held = facts.today(act.now), act.subscription.hold_until
    if held and today < held:
        raise HeldBack(act.subscription, day=held)
    if facts.open_renewal.is_frozen:
        raise ClaimStopsTheClock(act.debt)
    order = order_of(act.billing)
    if order and is_order_under_review(facts, act.now):
        raise ClaimStopsTheClock(order)
    if facts.last_mail_on and facts.last_mail_on >= today:
        raise RemindedToday(act.debt)
