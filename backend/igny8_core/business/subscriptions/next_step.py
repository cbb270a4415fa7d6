"""What billing does next for an account, and when: decided by facts and the time alone.

Due is decided by ``<=``, so a late run does what an earlier one would have done. A step that takes
something from the customer waits for the claims that stop the clock, for the retry days after a
rejection, and for its notice.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from igny8_core.auth.enums import AccountStatus, SubscriptionStatus
from igny8_core.business.billing.borders import (
    LatePayment,
    day_of,
    index_at,
    last_day,
    renewal_due_day,
    start_of,
)
from igny8_core.business.billing.dunning import Reminder, ReminderKind
from igny8_core.business.billing.enums import InvoiceKind
from igny8_core.business.subscriptions.facts import (
    UNDELIVERED_DAYS,
    BillingFacts,
    CatchUp,
    LiveSubscription,
    MailState,
    OpenInvoice,
    Sent,
)
from igny8_core.business.subscriptions.steps import (
    END,
    EXPIRE_CHANGE,
    EXPIRE_CREDITS,
    EXPIRE_SIGN_UP,
    FALL_DUE,
    LAPSE,
    SUSPEND,
    AnnouncePrice,
    Remind,
    Renew,
    StartPeriod,
    Step,
)

A_DAY = timedelta(days=1)


def next_step(facts: BillingFacts, now: datetime) -> Step | None:
    """Return the step that is due, the first if there are several, or None.

    :param facts: as of an instant that isn't later than ``now``.
    """
    if facts.is_parked or facts.account_status == AccountStatus.CANCELLED:
        return None
    return next((step for rule in RULES if (step := rule(facts, now))), None)


def next_look(facts: BillingFacts, now: datetime) -> datetime | None:
    """Return when a step is due: ``now``, or the first instant after it; None if never.

    It holds until the facts change. A mail that fails may go out at any time, and nobody is told:
    what waits for that is looked at each day.
    """
    due, told = _first_due(facts, now), facts.as_told
    if told is facts or not (awaited := _first_due(told, now)):
        return due
    tomorrow = start_of(facts.today(now) + A_DAY, facts.zone)
    awaited = awaited if awaited > now else tomorrow
    return min(due, awaited) if due else awaited


def _first_due(facts: BillingFacts, now: datetime) -> datetime | None:
    later = sorted(instant for instant in _turning_points(facts) if instant > now)
    return next((instant for instant in (now, *later) if next_step(facts, instant)), None)


def _start_period(facts: BillingFacts, now: datetime) -> Step | None:
    """Begin the next period, if it is paid for and its border has come."""
    subscription = facts.subscription
    if not subscription or subscription.paid_index <= subscription.current_index + 1:
        return None
    index = subscription.current_index + 1
    return StartPeriod(index=index) if now >= facts.begins(subscription, index) else None


def _end(facts: BillingFacts, now: datetime) -> Step | None:
    """End what was cancelled at the end of its period. It waits for claims: it voids."""
    subscription, today = facts.subscription, facts.today(now)
    if not subscription or not subscription.cancel_at_period_end:
        return None
    invoice = subscription.invoice
    if invoice and (invoice.has_waiting_claim or invoice.gives_time(today, facts.zone)):
        return None
    if is_held_by_order(facts, now):
        return None
    return END if now >= facts.paid_until(subscription) else None


def _expire(facts: BillingFacts, now: datetime) -> Step | None:
    """Void an order that was not paid in time, or a change whose old period is over."""
    order, today = facts.order, facts.today(now)
    if not order or order.has_waiting_claim or order.gives_time(today, facts.zone):
        return None
    if today < facts.rules.first_term_ends_on(order.issued_on):
        return None
    if today < _expires_on(facts, order) and not _outlived_by(order, facts, now):
        return None
    return EXPIRE_SIGN_UP if order.kind == InvoiceKind.INITIAL else EXPIRE_CHANGE


def _expires_on(facts: BillingFacts, order: OpenInvoice) -> date:
    """Return the first day on which an order is too old. The last day is whole."""
    days = timedelta(days=order.plan.order_expires_days)
    frozen = order.frozen_days(facts.zone, since=order.issued_on)
    return order.issued_on + days + frozen + A_DAY


def _outlived_by(order: OpenInvoice, facts: BillingFacts, now: datetime) -> bool:
    """Tell whether the period in which a change of plan was asked for is over."""
    subscription = facts.subscription
    if not subscription or order.kind != InvoiceKind.CHANGE:
        return False
    is_over = now >= facts.paid_until(subscription)
    return is_over and _was_ordered_in_time(order, facts, subscription)


def _was_ordered_in_time(
    order: OpenInvoice, facts: BillingFacts, subscription: LiveSubscription
) -> bool:
    """Tell whether an order is from the paid time."""
    return order.issued_on <= last_day(facts.paid_until(subscription), facts.zone)


def is_held_by_order(facts: BillingFacts, now: datetime) -> bool:
    """Tell whether the first claims of an order hold back what comes after the paid time.

    That is the renewal, or its reminders and harder steps. Those of an order from later don't, else
    a chain of orders would be access for nothing.
    """
    subscription, order = facts.subscription, facts.order
    if not subscription or not order:
        return False
    gives_time = order.gives_time(facts.today(now), facts.zone)
    return gives_time and _was_ordered_in_time(order, facts, subscription)


def is_order_under_review(facts: BillingFacts, now: datetime) -> bool:
    """Tell whether an order holds the renewal back because it may have been paid."""
    return bool(facts.order and facts.order.is_frozen) and is_held_by_order(facts, now)


def _renew(facts: BillingFacts, now: datetime) -> Step | None:
    """Issue the next renewal when its lead has come; a replaced one goes on where it stopped."""
    subscription, today = facts.subscription, facts.today(now)
    if not subscription or subscription.invoice or subscription.cancel_at_period_end:
        return None
    old = subscription.replaced
    if old and old.period_index >= subscription.paid_index:
        return Renew(index=old.period_index, due_date=old.due_date)
    if _order_comes_first(facts, subscription, now):
        return None
    if today < _lead_begins_on(facts, subscription, subscription.paid_index):
        return None
    index = _index_to_bill(facts, subscription, now)
    due_date = renewal_due_day(
        facts.begins(subscription, index),
        facts.zone,
        issued_on=today,
        min_term_days=facts.rules.min_term_days,
    )
    last_paid = last_day(facts.paid_until(subscription), facts.zone)
    due_date = max(due_date, facts.rules.first_term_ends_on(last_paid))
    return Renew(index=index, due_date=due_date, skipped=(*range(subscription.paid_index, index),))


def _order_comes_first(facts: BillingFacts, subscription: LiveSubscription, now: datetime) -> bool:
    """Tell whether a waiting change of plan may still replace the renewal.

    After the paid time only its first claims do, if it was ordered before.
    """
    is_paid = now < facts.paid_until(subscription)
    return bool(facts.order) and (is_paid or is_held_by_order(facts, now))


def _lead_begins_on(facts: BillingFacts, subscription: LiveSubscription, index: int) -> date:
    """Return the day on which a period is invoiced."""
    last_before = last_day(facts.begins(subscription, index), facts.zone)
    lead_begins_on = last_before - facts.rules.lead(subscription.anchor.months)
    return max(lead_begins_on, facts.rules.renewals_from or lead_begins_on)


def _index_to_bill(facts: BillingFacts, subscription: LiveSubscription, now: datetime) -> int:
    """Return the first unpaid period, or the present one if that ended while nobody billed.

    While a suspension stops the clock, the present is its beginning. What had ended before there
    were renewals isn't billed.
    """
    first = subscription.paid_index
    if begin := facts.rules.renewals_from:
        begun = start_of(begin, facts.zone)
        first = max(first, index_at(subscription.anchor, begun, facts.zone))
    if facts.rules.catch_up == CatchUp.ALL_OLDEST_FIRST:
        return first
    stops = facts.is_suspended and facts.rules.late_payment == LatePayment.CLOCK_STOPS
    clock = facts.suspended_at if stops and facts.suspended_at else now
    return max(first, index_at(subscription.anchor, clock, facts.zone))


def _fall_due(facts: BillingFacts, now: datetime) -> Step | None:
    """Call the subscription past due, once the days of grace and the paid time are over."""
    subscription, today = facts.subscription, facts.today(now)
    invoice = _debt_to_press(facts, now)
    if not subscription or not invoice or subscription.status != SubscriptionStatus.ACTIVE:
        return None
    is_late = invoice.offset(today, facts.zone) > invoice.plan.grace_days
    return FALL_DUE if is_late and now >= facts.paid_until(subscription) else None


def _suspend(facts: BillingFacts, now: datetime) -> Step | None:
    """Suspend the account, two days after its final notice or later."""
    invoice, today = _debt_to_press(facts, now), facts.today(now)
    if not invoice or not _is_past_due(facts) or facts.account_status != AccountStatus.ACTIVE:
        return None
    is_late = invoice.offset(today, facts.zone) >= invoice.plan.suspend_after_days
    is_announced = _was_announced(facts, invoice, ReminderKind.FINAL_NOTICE, today)
    return SUSPEND if is_late and is_announced else None


def _lapse(facts: BillingFacts, now: datetime) -> Step | None:
    """End the subscription of a suspended account. It waits for every claim: it voids."""
    invoice, today = _debt_to_press(facts, now), facts.today(now)
    if not invoice or not _is_past_due(facts) or invoice.has_waiting_claim:
        return None
    is_late = invoice.offset(today, facts.zone) >= invoice.plan.end_after_days
    is_announced = _was_announced(facts, invoice, ReminderKind.ENDING, today)
    had_time = _was_suspended_for(facts, invoice.plan.paused_days, today)
    return LAPSE if is_late and is_announced and had_time else None


def _remind(facts: BillingFacts, now: datetime) -> Step | None:
    """Send the newest mail that is due and still true, one a day; older ones are skipped.

    A notice that was dropped is sent again when what it announces would come.
    """
    invoice, today = _debt(facts, now), facts.today(now)
    if not invoice or (facts.last_mail_on and facts.last_mail_on >= today):
        return None
    true = [
        item for item in invoice.plan.reminders if _is_due_and_true(facts, invoice, item, today)
    ]
    if not true:
        return None
    last = _counted(facts, invoice, true[-1])
    if last and not (last.mail == MailState.DROPPED and _is_awaited(facts, now)):
        return None
    older = (item for item in invoice.plan.reminders if item.offset < true[-1].offset)
    skipped = tuple(item.kind for item in older if not _was_sent(facts, invoice, item))
    return Remind(kind=true[-1].kind, skipped=skipped)


def _is_awaited(facts: BillingFacts, now: datetime) -> bool:
    """Tell whether a hard step would come, had every notice been sent."""
    return bool(_suspend(facts.as_told, now) or _lapse(facts.as_told, now))


def _announce_price(facts: BillingFacts, now: datetime) -> Step | None:
    """Tell of a higher price so early that its customer can leave: who is pressed is told later."""
    subscription, today = facts.subscription, facts.today(now)
    if not subscription or not subscription.rise or subscription.cancel_at_period_end:
        return None
    if _is_past_due(facts) or facts.is_suspended or subscription.rise.told_on:
        return None
    if facts.last_mail_on and facts.last_mail_on >= today:
        return None
    first_day = _first_day_after_notice(facts, subscription, today)
    return AnnouncePrice(price=subscription.rise.price, first_day=first_day)


def _first_day_after_notice(
    facts: BillingFacts, subscription: LiveSubscription, today: date
) -> date:
    """Return the first day of the first period that will be invoiced after the notice."""
    invoice, known = subscription.invoice, today + facts.rules.price_notice
    index = invoice.period_index + 1 if invoice else subscription.paid_index
    while _lead_begins_on(facts, subscription, index) < known:
        index += 1
    return day_of(facts.begins(subscription, index), facts.zone)


def _expire_credits(facts: BillingFacts, now: datetime) -> Step | None:
    """Let the credits of an ended plan expire."""
    at = facts.credits_expire_at
    return EXPIRE_CREDITS if at and now >= at else None


def _is_due_and_true(
    facts: BillingFacts, invoice: OpenInvoice, reminder: Reminder, today: date
) -> bool:
    """Tell whether a mail's day has come, and what it says is so."""
    offset = invoice.offset(today, facts.zone)
    if offset < reminder.offset:
        return False
    match reminder.kind:
        case ReminderKind.RENEWAL_REMINDER:
            return offset < 0 and not facts.is_suspended
        case ReminderKind.RENEWAL_DUE:
            return not facts.is_suspended
        case ReminderKind.PAST_DUE | ReminderKind.FINAL_NOTICE:
            return _is_past_due(facts) and not facts.is_suspended
        case ReminderKind.ENDING:
            days = reminder.offset - invoice.plan.suspend_after_days
            return _is_past_due(facts) and _was_suspended_for(facts, days, today)


def _debt(facts: BillingFacts, now: datetime) -> OpenInvoice | None:
    """Return the open renewal, unless a claim stops its clock, or an order or an admin holds it."""
    subscription = facts.subscription
    if not subscription or not subscription.invoice or subscription.invoice.is_frozen:
        return None
    if is_held_by_order(facts, now):
        return None
    hold_until = subscription.hold_until
    is_held = hold_until is not None and facts.today(now) < hold_until
    return None if is_held else subscription.invoice


def _debt_to_press(facts: BillingFacts, now: datetime) -> OpenInvoice | None:
    """Return the debt, unless it was rejected so lately that no harder step may follow."""
    invoice = _debt(facts, now)
    return invoice if invoice and not invoice.gives_time(facts.today(now), facts.zone) else None


def _is_past_due(facts: BillingFacts) -> bool:
    subscription = facts.subscription
    return bool(subscription and subscription.status == SubscriptionStatus.PAST_DUE)


def _was_suspended_for(facts: BillingFacts, days: int, today: date) -> bool:
    if not facts.is_suspended or not facts.suspended_at:
        return False
    return today >= facts.today(facts.suspended_at) + timedelta(days=days)


def _was_sent(facts: BillingFacts, invoice: OpenInvoice, reminder: Reminder) -> bool:
    return _counted(facts, invoice, reminder) is not None


def _was_announced(
    facts: BillingFacts, invoice: OpenInvoice, kind: ReminderKind, today: date
) -> bool:
    """Tell whether a notice was sent long enough ago."""
    gap = timedelta(days=invoice.plan.notice_gap_days)
    reminders = (item for item in invoice.plan.reminders if item.kind == kind)
    counted = (_counted(facts, invoice, item) for item in reminders)
    announced = (sent.announces(gap) for sent in counted if sent)
    return any(day is not None and today >= day for day in announced)


def _counted(facts: BillingFacts, invoice: OpenInvoice, reminder: Reminder) -> Sent | None:
    """Return a reminder as last sent. What was sent before a later due day or a hold is void."""
    subscription = facts.subscription
    held_until = (subscription and subscription.hold_until) or date.min
    counts_from = max(invoice.due_date + timedelta(days=reminder.offset), held_until)
    counted = (
        sent for sent in invoice.sent if sent.kind == reminder.kind and sent.day >= counts_from
    )
    return max(counted, key=lambda sent: sent.day, default=None)


RULES = (
    _start_period,
    _end,
    _expire,
    _renew,
    _fall_due,
    _suspend,
    _lapse,
    _remind,
    _announce_price,
    _expire_credits,
)


def _turning_points(facts: BillingFacts) -> Iterator[datetime]:
    """Yield every instant at which a rule may answer otherwise, while the facts stay."""
    subscription = facts.subscription
    if subscription:
        yield facts.begins(subscription, subscription.current_index + 1)
        yield facts.paid_until(subscription)
    if facts.credits_expire_at:
        yield facts.credits_expire_at
    for day in _turning_days(facts):
        yield start_of(day, facts.zone)


def _turning_days(facts: BillingFacts) -> Iterator[date]:
    if facts.last_mail_on:
        yield facts.last_mail_on + A_DAY
    if facts.order:
        yield _expires_on(facts, facts.order)
        yield facts.rules.first_term_ends_on(facts.order.issued_on)
        yield from _retry_days(facts, facts.order)
    if not (subscription := facts.subscription):
        return
    yield _lead_begins_on(facts, subscription, subscription.paid_index)
    if subscription.hold_until:
        yield subscription.hold_until
    if subscription.invoice:
        yield from _turning_days_of_debt(facts, subscription.invoice)


def _turning_days_of_debt(facts: BillingFacts, invoice: OpenInvoice) -> Iterator[date]:
    plan, reminders = invoice.plan, invoice.plan.reminders
    yield from _retry_days(facts, invoice)
    frozen = invoice.frozen_days(facts.zone, since=invoice.due_date)
    clock_began = invoice.due_date + frozen
    offsets = (item.offset for item in reminders)
    deadlines = (0, plan.grace_days + 1, plan.suspend_after_days, plan.end_after_days)
    yield from _days_after(clock_began, (*offsets, *deadlines))
    for sent in invoice.sent:
        yield sent.day + timedelta(days=plan.notice_gap_days)
        yield sent.day + UNDELIVERED_DAYS
    if facts.suspended_at:
        until_ending = (item.offset - plan.suspend_after_days for item in reminders)
        yield from _days_after(facts.today(facts.suspended_at), (*until_ending, plan.paused_days))


def _retry_days(facts: BillingFacts, invoice: OpenInvoice) -> Iterator[date]:
    if retry_until := invoice.retry_until(facts.zone):
        yield retry_until


def _days_after(day: date, numbers: Iterable[int]) -> Iterator[date]:
    return (day + timedelta(days=number) for number in numbers)
