"""Facts of billing for tests: by hand, and drawn."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from igny8_core.auth.enums import AccountStatus, SubscriptionStatus
from igny8_core.business.billing.borders import (
    Anchor,
    LatePayment,
    border,
    day_of,
    last_day,
    with_months,
)
from igny8_core.business.billing.dunning import DunningPlan
from igny8_core.business.billing.enums import InvoiceKind
from igny8_core.business.subscriptions.facts import (
    BillingFacts,
    BillingRules,
    CatchUp,
    Claim,
    LiveSubscription,
    MailState,
    OpenInvoice,
    Sent,
)
from igny8_core.business.subscriptions.forecast import resumed

UTC_ZONE = ZoneInfo("UTC")
ZONES = [UTC_ZONE, *(ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York"))]
PLAN = DunningPlan()
RULES = BillingRules()
STARTED = datetime(2027, 1, 1, 10, tzinfo=UTC)
MONTHLY = Anchor(at=STARTED, index=0, months=1)
DUE = date(2027, 2, 1)  # the last paid day of the first period


def on(offset: int, *, hour: int = 12, minute: int = 0) -> datetime:
    """Return an instant so many days after the due day of the first renewal."""
    return datetime(2027, 2, 1, hour, minute, tzinfo=UTC) + timedelta(days=offset)


def day(offset: int) -> date:
    return DUE + timedelta(days=offset)


def renewal(**changes: Any) -> OpenInvoice:
    """Return the open renewal of the second period, issued a week before it."""
    invoice = OpenInvoice(
        kind=InvoiceKind.RENEWAL, period_index=1, issued_on=day(-7), due_date=DUE, plan=PLAN
    )
    return replace(invoice, **changes)


def order(**changes: Any) -> OpenInvoice:
    """Return the open invoice of a sign-up."""
    invoice = OpenInvoice(
        kind=InvoiceKind.INITIAL, period_index=0, issued_on=day(0), due_date=day(7), plan=PLAN
    )
    return replace(invoice, **changes)


def facts_of(
    *,
    account: AccountStatus = AccountStatus.ACTIVE,
    status: SubscriptionStatus = SubscriptionStatus.ACTIVE,
    rules: BillingRules = RULES,
    suspended_at: datetime | None = None,
    last_mail_on: date | None = None,
    is_parked: bool = False,
    order: OpenInvoice | None = None,
    zone: ZoneInfo = UTC_ZONE,
    **changes: Any,
) -> BillingFacts:
    """Return an account in its first month, which began on 1 January 2027 at 10:00.

    :param changes: of the subscription.
    """
    subscription = LiveSubscription(status=status, anchor=MONTHLY, current_index=0, paid_index=1)
    return BillingFacts(
        account_status=account,
        zone=zone,
        rules=rules,
        subscription=replace(subscription, **changes),
        order=order,
        suspended_at=suspended_at,
        last_mail_on=last_mail_on,
        is_parked=is_parked,
    )


def claim(submitted: int, decided: int | None = None, *, was_rejected: bool = True) -> Claim:
    """Return a claim by days after the due day."""
    return Claim(
        submitted_at=on(submitted),
        decided_at=None if decided is None else on(decided),
        was_rejected=was_rejected and decided is not None,
    )


zones = st.sampled_from(ZONES)
anchors = st.builds(
    Anchor,
    at=st.integers(0, 3 * 366 * 24).map(lambda hours: STARTED + timedelta(hours=hours, minutes=1)),
    index=st.integers(0, 5),
    months=st.sampled_from([1, 1, 1, 12]),
)
plans = st.sampled_from(
    [PLAN, PLAN, DunningPlan(grace_days=0, suspend_after_days=9, freezing_claims=1, retry_days=1)]
)
rules = st.builds(
    BillingRules,
    catch_up=st.sampled_from(CatchUp),
    late_payment=st.sampled_from(LatePayment),
    dunning=plans,
)


@st.composite
def claims_between(draw: st.DrawFn, first: datetime, last: datetime) -> tuple[Claim, ...]:
    """Draw claims one after the other; the last one may wait."""
    found, moment = [], first
    for _ in range(draw(st.integers(0, 4))):
        submitted_at = moment + timedelta(hours=draw(st.integers(1, 200)))
        decided_at = submitted_at + timedelta(hours=draw(st.integers(0, 200)))
        if submitted_at > last:
            break
        if decided_at > last or draw(st.integers(0, 5)) == 0:
            found.append(Claim(submitted_at))
            break
        found.append(Claim(submitted_at, decided_at, was_rejected=draw(st.booleans())))
        moment = decided_at
    return tuple(found)


@st.composite
def sent_until(draw: st.DrawFn, invoice: OpenInvoice, last: date) -> tuple[Sent, ...]:
    """Draw reminders that were sent on their day or later, also before a due day that moved."""
    moved = draw(st.sampled_from([0, 0, 0, 0, 10]))
    late = draw(st.integers(0, 4))
    days = (
        (item.kind, invoice.due_date + timedelta(days=item.offset + late - moved))
        for item in invoice.plan.reminders[: draw(st.sampled_from([5, 5, 5, 5, 5, 4, 3, 1, 0]))]
    )
    mails = st.sampled_from([MailState.SENT] * 4 + [MailState.FAILING, MailState.DROPPED])
    return tuple(Sent(kind, sent_on, draw(mails)) for kind, sent_on in days if sent_on <= last)


@st.composite
def renewals(
    draw: st.DrawFn, anchor: Anchor, index: int, zone: ZoneInfo, now: datetime
) -> OpenInvoice:
    """Draw an open renewal with its history until now."""
    today = day_of(now, zone)
    ends_on = last_day(border(anchor, index, zone), zone)
    issued_on = min(
        ends_on + timedelta(days=draw(st.sampled_from([-7, -7, -7, -7, -30, -2, 12]))), today
    )
    invoice = OpenInvoice(
        kind=InvoiceKind.RENEWAL,
        period_index=index,
        issued_on=issued_on,
        due_date=max(ends_on, issued_on + timedelta(days=5)),
        plan=draw(plans),
    )
    first = datetime.combine(issued_on, now.timetz(), UTC)
    invoice = replace(invoice, claims=draw(claims_between(first, now)))
    return replace(invoice, sent=draw(sent_until(invoice, today)))


@st.composite
def orders(draw: st.DrawFn, kind: InvoiceKind, zone: ZoneInfo, now: datetime) -> OpenInvoice:
    """Draw an order that waits, with its history until now."""
    age = timedelta(days=draw(st.integers(0, 30)))
    issued_on = day_of(now - age, zone)
    return OpenInvoice(
        kind=kind,
        period_index=0,
        issued_on=issued_on,
        due_date=issued_on + timedelta(days=7),
        plan=draw(plans),
        claims=draw(claims_between(now - age, now)),
    )


@st.composite
def subscriptions(
    draw: st.DrawFn, anchor: Anchor, zone: ZoneInfo, now: datetime
) -> LiveSubscription:
    """Draw a live subscription; ``now`` is near the end of its paid time or after it."""
    paid_index = anchor.index + 2
    skipped = draw(st.sampled_from([0, 0, 0, 1]))
    invoice = draw(st.none() | renewals(anchor, paid_index + skipped, zone, now))
    is_replaced = draw(st.sampled_from([True, False, False, False]))
    return LiveSubscription(
        status=draw(st.sampled_from([SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE])),
        anchor=anchor,
        current_index=paid_index - draw(st.sampled_from([1, 1, 1, 2, 4])),
        paid_index=paid_index,
        cancel_at_period_end=draw(st.sampled_from([False, False, False, True])),
        hold_until=draw(st.none() | days_around(now, zone)),
        invoice=None if is_replaced else invoice,
        replaced=invoice if is_replaced else None,
    )


@st.composite
def debtors(draw: st.DrawFn, anchor: Anchor, zone: ZoneInfo, now: datetime) -> LiveSubscription:
    """Draw a live subscription that owes its next period."""
    paid_index = anchor.index + 2
    invoice = draw(renewals(anchor, paid_index, zone, now))
    has_claims = draw(st.sampled_from([True, False, False]))
    past_due = [SubscriptionStatus.PAST_DUE] * 3
    return LiveSubscription(
        status=draw(st.sampled_from([SubscriptionStatus.ACTIVE, *past_due])),
        anchor=anchor,
        current_index=paid_index - 1,
        paid_index=paid_index,
        hold_until=draw(st.sampled_from([None, None, None, now.date()])),
        invoice=invoice if has_claims else replace(invoice, claims=()),
    )


near_deadlines = st.tuples(
    st.sampled_from([-4, -1, 0, 2, 3, 4, 5, 8, 9, 10, 11, 14, 20, 33, 35, 40, 41, 44, 45, 60]),
    st.integers(0, 1440),
).map(lambda drawn: drawn[0] * 1440 + drawn[1])


def days_around(now: datetime, zone: ZoneInfo) -> st.SearchStrategy[date]:
    return st.integers(-30, 30).map(lambda number: day_of(now + timedelta(days=number), zone))


@st.composite
def drawn_facts(draw: st.DrawFn) -> "Drawn":
    """Draw the facts of any account, also of one that the rules would not make, and an instant."""
    zone, anchor = draw(zones), draw(anchors)
    until = border(anchor, anchor.index + 2, zone)
    owes = draw(st.sampled_from([True, True, False]))
    minutes = near_deadlines if owes else st.integers(-45 * 1440, 90 * 1440)
    now = until + timedelta(minutes=draw(minutes))
    drawn = debtors(anchor, zone, now) if owes else st.none() | subscriptions(anchor, zone, now)
    subscription = draw(drawn)
    statuses = [AccountStatus.ACTIVE, AccountStatus.SUSPENDED]
    account = draw(st.sampled_from(statuses)) if subscription else AccountStatus.PENDING_PAYMENT
    kind = InvoiceKind.CHANGE if subscription else InvoiceKind.INITIAL
    last_mail = draw(st.sampled_from([None, None, 1, 0]))
    paused = timedelta(days=draw(st.sampled_from([30, 31, 50, 0, 22, 23, 29])))
    facts = BillingFacts(
        account_status=account,
        zone=zone,
        rules=replace(draw(rules), renewals_from=draw(st.none() | days_around(until, zone))),
        subscription=subscription,
        order=draw(st.one_of(st.none(), st.none(), orders(kind, zone, now))),
        suspended_at=now - paused if account == AccountStatus.SUSPENDED else None,
        last_mail_on=None if last_mail is None else day_of(now - timedelta(days=last_mail), zone),
    )
    return facts, now


Drawn = tuple[BillingFacts, datetime]


def after_payment(facts: BillingFacts, now: datetime, *, months: int | None = None) -> BillingFacts:
    """Return the facts after the open renewal was paid.

    Its period begins at once if its border has come, else START_PERIOD begins it. A suspension
    ends; the period isn't charged for it.

    :param months: of the paid period and of those after it, if the plan changes with it.
    :raises LookupError: if no renewal is open.
    """
    index = facts.open_renewal.period_index
    facts = resumed(facts, now)
    subscription = facts.live
    anchor = subscription.anchor
    if months:
        anchor = with_months(anchor, index, months, facts.zone)
    paid = replace(
        subscription,
        status=SubscriptionStatus.ACTIVE,
        anchor=anchor,
        paid_index=index + 1,
        invoice=None,
        replaced=None,
    )
    if facts.begins(paid, index) <= now:
        paid = replace(paid, current_index=index)
    return replace(facts, account_status=AccountStatus.ACTIVE, subscription=paid)
