"""The next step of an account, by the cases that customers of others complained of.

The first period began on 1 January 2027 at 10:00 and is paid; the renewal is due on 1 February.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from igny8_core.auth.enums import AccountStatus, SubscriptionStatus
from igny8_core.business.billing.borders import Anchor, LatePayment, border
from igny8_core.business.billing.dunning import DunningPlan, Reminder, ReminderKind
from igny8_core.business.billing.enums import InvoiceKind
from igny8_core.business.subscriptions.facts import (
    BillingFacts,
    BillingRules,
    CatchUp,
    Claim,
    MailState,
    OpenInvoice,
    Sent,
)
from igny8_core.business.subscriptions.forecast import (
    after,
    resumed,
    what_happens_when,
)
from igny8_core.business.subscriptions.next_step import next_look, next_step
from igny8_core.business.subscriptions.steps import (
    END,
    EXPIRE_CHANGE,
    EXPIRE_SIGN_UP,
    FALL_DUE,
    LAPSE,
    SUSPEND,
    Remind,
    Renew,
    StartPeriod,
    Step,
)
from tests.billing_facts import (
    DUE,
    PLAN,
    UTC_ZONE,
    after_payment,
    claim,
    day,
    facts_of,
    on,
    order,
    renewal,
)

PAST_DUE = SubscriptionStatus.PAST_DUE
SUSPENDED = AccountStatus.SUSPENDED
FINAL = ReminderKind.FINAL_NOTICE


def sent(**days: int) -> tuple[Sent, ...]:
    """Return what was sent, by days after the due day."""
    return tuple(Sent(ReminderKind(kind), day(offset)) for kind, offset in days.items())


WARNED = sent(renewal_reminder=-3, renewal_due=1, past_due=4, final_notice=8)


def late(invoice: OpenInvoice | None = None, **changes: Any) -> BillingFacts:
    """Return an account that is past due and was warned."""
    return facts_of(status=PAST_DUE, invoice=invoice or renewal(sent=WARNED), **changes)


def paused(invoice: OpenInvoice | None = None, **changes: Any) -> BillingFacts:
    """Return an account that was suspended ten days after the due day."""
    return late(invoice, account=SUSPENDED, suspended_at=on(10, hour=0), **changes)


def all_steps(facts: BillingFacts, now: datetime) -> list[Step]:
    """Take all steps that are due."""
    steps = []
    while step := next_step(facts, now):
        steps.append(step)
        facts = after(facts, step, now)
    return steps


def test_what_happens_when_nobody_pays() -> None:
    """The table that customers see, from the issue to the end."""
    assert what_happens_when(facts_of(), on(-20)) == [
        (day(-7), Renew(index=1, due_date=DUE)),
        (day(-3), Remind(kind=ReminderKind.RENEWAL_REMINDER)),
        (day(1), Remind(kind=ReminderKind.RENEWAL_DUE)),
        (day(4), FALL_DUE),
        (day(4), Remind(kind=ReminderKind.PAST_DUE)),
        (day(8), Remind(kind=FINAL)),
        (day(10), SUSPEND),
        (day(33), Remind(kind=ReminderKind.ENDING)),
        (day(40), LAPSE),
    ]


def test_what_happens_when_two_periods_are_paid_ahead() -> None:
    coming = what_happens_when(facts_of(paid_index=3), on(-20))
    assert coming[:3] == [
        (DUE, StartPeriod(index=1)),
        (date(2027, 3, 1), StartPeriod(index=2)),
        (date(2027, 3, 25), Renew(index=3, due_date=date(2027, 4, 1))),
    ]


def test_what_happens_when_a_sign_up_is_not_paid() -> None:
    facts = BillingFacts(AccountStatus.PENDING_PAYMENT, UTC_ZONE, order=order())
    assert what_happens_when(facts, on(0)) == [(day(15), EXPIRE_SIGN_UP)]


def test_what_happens_ends_where_somebody_has_to_decide() -> None:
    facts = late(renewal(claims=(claim(2),)))
    assert what_happens_when(facts, on(9)) == []
    assert next_look(facts, on(9)) is None


def test_yearly_renewal_is_issued_30_days_before() -> None:
    facts = facts_of(anchor=Anchor(at=datetime(2026, 2, 1, 10, tzinfo=UTC), index=0, months=12))
    assert next_look(facts, on(-60)) == on(-30, hour=0)


@pytest.mark.parametrize(("offset", "due"), [(-7, 0), (-5, 0), (-4, 1), (0, 5), (9, 14)])
def test_late_run_issues_what_an_earlier_one_had_to(offset: int, due: int) -> None:
    """Complaints 2, 3 and 5: and the customer has five days."""
    assert next_step(facts_of(), on(offset)) == Renew(index=1, due_date=day(due))


def test_renewal_is_not_issued_before_its_lead() -> None:
    assert next_step(facts_of(), on(-8, hour=23, minute=59)) is None
    assert next_step(facts_of(), on(-7, hour=0, minute=0))


def test_only_the_present_period_is_billed_after_an_outage() -> None:
    """Complaint 4: the two that nobody billed are forgiven."""
    now = datetime(2027, 4, 10, tzinfo=UTC)
    expected = Renew(index=3, due_date=date(2027, 4, 15), skipped=(1, 2))
    assert next_step(facts_of(), now) == expected


def test_all_periods_are_billed_oldest_first_if_so_configured() -> None:
    facts = facts_of(rules=BillingRules(catch_up=CatchUp.ALL_OLDEST_FIRST))
    now = datetime(2027, 4, 10, tzinfo=UTC)
    assert next_step(facts, now) == Renew(index=1, due_date=date(2027, 4, 15))


def test_days_are_those_of_the_business() -> None:
    """Complaint 6: 25 January begins at 19:00 UTC in Karachi."""
    facts = facts_of(zone=ZoneInfo("Asia/Karachi"))
    assert next_look(facts, on(-20)) == on(-8, hour=19)


def test_open_renewal_is_the_only_one() -> None:
    """Complaints 8 and 9."""
    facts = facts_of(invoice=renewal())
    assert all_steps(facts, on(-7)) == []


def test_second_run_of_a_day_sends_nothing() -> None:
    """Complaints 10 and 11."""
    facts = facts_of(invoice=renewal())
    step = next_step(facts, on(-3, hour=0))
    assert step == Remind(kind=ReminderKind.RENEWAL_REMINDER)
    assert next_step(after(facts, step, on(-3, hour=0)), on(-3, hour=23)) is None


def test_newest_mail_is_sent_and_the_older_ones_are_skipped() -> None:
    """Complaints 12 and 13: nothing was sent for two weeks."""
    skipped = (ReminderKind.RENEWAL_REMINDER, ReminderKind.RENEWAL_DUE, ReminderKind.PAST_DUE)
    steps = all_steps(facts_of(invoice=renewal()), on(11))
    assert steps == [FALL_DUE, Remind(kind=FINAL, skipped=skipped)]


def test_no_second_mail_to_an_account_on_a_day() -> None:
    facts = late(renewal(sent=sent(past_due=4)), last_mail_on=day(8))
    assert next_step(facts, on(8)) is None
    assert next_look(facts, on(8)) == on(9, hour=0)


def test_reminder_of_the_time_before_the_due_day_is_not_sent_after_it() -> None:
    """Complaint 48: the offset's sign."""
    facts = facts_of(invoice=renewal())
    assert next_step(facts, on(-4)) is None
    assert next_step(facts, on(-1)) == Remind(kind=ReminderKind.RENEWAL_REMINDER)
    assert next_step(facts, on(0)) is None


def test_paid_renewal_is_not_pressed() -> None:
    """Complaints 14 and 28: nothing of the dunning remains."""
    facts = after_payment(late(), on(9))
    assert facts.subscription
    assert facts.subscription.status == SubscriptionStatus.ACTIVE
    assert next_step(facts, on(9)) is None
    assert next_look(facts, on(9)) == datetime(2027, 2, 22, tzinfo=UTC)


def test_claim_stops_the_clock() -> None:
    """Complaint 15: claimed on the last day, decided five days later."""
    waiting = renewal(claims=(claim(0),))
    assert all_steps(facts_of(invoice=waiting), on(60)) == []
    rejected = facts_of(invoice=renewal(claims=(claim(0, 5),), sent=sent(renewal_due=8)))
    assert next_step(rejected, on(8)) is None
    assert next_step(rejected, on(9, hour=0)) == FALL_DUE


def test_review_counts_from_the_due_day() -> None:
    """What was under review before it took no time; a later due day gives no such time again."""
    claims = (claim(-5, 2, was_rejected=False),)
    reviewed = renewal(claims=claims)
    assert reviewed.offset(day(10), UTC_ZONE) == 8
    assert replace(reviewed, due_date=day(5)).offset(day(10), UTC_ZONE) == 5
    extended = facts_of(invoice=replace(reviewed, due_date=day(5), sent=sent(renewal_due=6)))
    assert next_look(extended, on(7)) == on(9, hour=0)
    assert next_step(extended, on(9)) == FALL_DUE


def test_sign_up_expires_a_week_after_the_day_that_was_told() -> None:
    """Complaint 16: due after 7 days, expired after 14."""
    facts = BillingFacts(AccountStatus.PENDING_PAYMENT, UTC_ZONE, order=order())
    assert next_step(facts, on(14, hour=23, minute=59)) is None
    assert next_step(facts, on(15, hour=0)) == EXPIRE_SIGN_UP


def test_sign_up_does_not_expire_while_any_claim_waits() -> None:
    claims = (claim(1, 2), claim(3, 4), claim(5))
    facts = BillingFacts(AccountStatus.PENDING_PAYMENT, UTC_ZONE, order=order(claims=claims))
    assert next_step(facts, on(40)) is None
    assert next_look(facts, on(0)) is None


def test_expired_sign_up_leaves_the_free_plan() -> None:
    facts = BillingFacts(AccountStatus.PENDING_PAYMENT, UTC_ZONE, order=order())
    expired = after(facts, EXPIRE_SIGN_UP, on(15))
    assert (expired.account_status, expired.order) == (AccountStatus.TRIAL, None)


def test_hold_keeps_all_dunning_back_until_its_day() -> None:
    """Complaint 18."""
    facts = late(hold_until=day(30))
    assert all_steps(facts, on(29)) == []
    assert next_look(facts, on(9)) == on(30, hour=0)


def test_final_notice_is_sent_anew_after_a_hold() -> None:
    facts, now = late(hold_until=day(30)), on(30)
    step = next_step(facts, now)
    assert isinstance(step, Remind)
    assert step.kind == FINAL
    coming = what_happens_when(facts, now)
    assert coming[1] == (day(32), SUSPEND)


def test_final_notice_is_sent_anew_after_a_later_due_day() -> None:
    """It named another day."""
    facts = late(renewal(due_date=day(20), sent=WARNED))
    assert next_step(facts, on(28)) == Remind(
        kind=FINAL,
        skipped=(ReminderKind.RENEWAL_REMINDER, ReminderKind.RENEWAL_DUE, ReminderKind.PAST_DUE),
    )
    assert (day(30), SUSPEND) in what_happens_when(facts, on(21))


def test_suspended_time_is_not_billed() -> None:
    """Complaint 19: suspended on 11 February, its invoice void; a new one in May."""
    facts = facts_of(status=PAST_DUE, account=SUSPENDED, suspended_at=on(10))
    may = datetime(2027, 5, 20, tzinfo=UTC)
    assert next_step(facts, may) == Renew(index=1, due_date=date(2027, 5, 25))
    keeps_due = replace(facts, rules=BillingRules(late_payment=LatePayment.KEEPS_DUE))
    expected = Renew(index=4, due_date=date(2027, 5, 25), skipped=(1, 2, 3))
    assert next_step(keeps_due, may) == expected


def test_payment_after_suspension_gives_the_paused_days_back() -> None:
    """Complaint 20: ten days used; approved on 3 March, so the period is 21 Feb to 21 March."""
    facts = paused()
    facts = replace(facts, suspended_at=datetime(2027, 2, 11, 10, tzinfo=UTC))
    paid = after_payment(facts, datetime(2027, 3, 3, 10, tzinfo=UTC))
    assert paid.subscription
    assert paid.account_status == AccountStatus.ACTIVE
    assert paid.subscription.current_index == 1
    assert paid.begins(paid.subscription, 1) == datetime(2027, 2, 21, 10, tzinfo=UTC)
    assert paid.paid_until(paid.subscription) == datetime(2027, 3, 21, 10, tzinfo=UTC)


def test_payment_in_grace_or_past_due_keeps_the_border() -> None:
    for offset in (2, 9):
        paid = after_payment(late(), on(offset))
        assert paid.subscription
        assert paid.paid_until(paid.subscription) == datetime(2027, 3, 1, 10, tzinfo=UTC)


def test_payment_ahead_is_added_to_the_end() -> None:
    """Complaints 31 and 32: nothing is lost, and the next unpaid period is paid."""
    paid = after_payment(facts_of(invoice=renewal()), on(-6))
    assert paid.subscription
    assert (paid.subscription.current_index, paid.subscription.paid_index) == (0, 2)
    assert paid.paid_until(paid.subscription) == datetime(2027, 3, 1, 10, tzinfo=UTC)
    assert next_look(paid, on(-6)) == on(0, hour=10)


def test_period_begins_at_its_border_and_not_before() -> None:
    """Complaint 33: half-open."""
    facts, begins = facts_of(paid_index=2), on(0, hour=10)
    assert next_step(facts, begins - timedelta(microseconds=1)) is None
    assert next_step(facts, begins) == StartPeriod(index=1)


def test_each_period_that_was_paid_ahead_begins_after_an_outage() -> None:
    steps = all_steps(facts_of(paid_index=3), datetime(2027, 3, 2, tzinfo=UTC))
    assert steps == [StartPeriod(index=1), StartPeriod(index=2)]


def test_yearly_plan_begins_with_the_period_that_it_pays() -> None:
    paid = after_payment(facts_of(invoice=renewal()), on(-6), months=12)
    assert paid.subscription
    assert paid.begins(paid.subscription, 1) == on(0, hour=10)
    assert paid.paid_until(paid.subscription) == datetime(2028, 2, 1, 10, tzinfo=UTC)


def test_no_suspension_without_an_open_invoice() -> None:
    """Complaint 24."""
    facts = facts_of(status=PAST_DUE)
    assert all_steps(facts, on(60)) == [
        Renew(index=3, due_date=day(65), skipped=(1, 2)),
    ]


def test_no_suspension_without_a_final_notice_two_days_old() -> None:
    for days, expected in ((9, None), (10, None), (11, SUSPEND)):
        facts = late(renewal(sent=sent(final_notice=9)))
        assert next_step(facts, on(days)) == expected, days


def test_suspension_counts_from_the_due_day_and_not_from_the_last_step() -> None:
    """Complaint 27: a month passed without a run; nothing is skipped, nothing is hurried."""
    facts = late(renewal(sent=sent(past_due=4)))
    coming = what_happens_when(facts, on(36))
    assert [when for when, _ in coming] == [day(36), day(38), day(61), day(68)]
    assert [step.name for _, step in coming] == ["remind", "suspend", "remind", "lapse"]


def test_dunning_has_one_end() -> None:
    """Complaint 29: the subscription ends, the account stays without a plan."""
    facts = paused(renewal(sent=(*WARNED, *sent(ending=33))))
    assert next_step(facts, on(39)) is None
    assert next_step(facts, on(40)) == LAPSE
    ended = after(facts, LAPSE, on(40))
    assert (ended.account_status, ended.subscription) == (AccountStatus.PENDING_PAYMENT, None)
    assert next_look(ended, on(40)) is None


def test_no_end_on_the_day_of_its_notice() -> None:
    """Nobody ran billing from the suspension until the day of the end."""
    assert next_step(paused(), on(45)) == Remind(kind=ReminderKind.ENDING)
    noticed = paused(renewal(sent=(*WARNED, *sent(ending=45))))
    assert next_step(noticed, on(46)) is None
    assert next_step(noticed, on(47)) == LAPSE


def test_end_waits_for_every_claim() -> None:
    claims = (claim(11, 12), claim(13, 14), claim(15))
    invoice = renewal(claims=claims, sent=(*WARNED, *sent(ending=35)))
    facts = replace(paused(invoice))
    assert next_step(facts, on(80)) is None
    rejected = replace(invoice, claims=(*claims[:2], claim(15, 79)))
    assert next_step(paused(rejected), on(80)) == LAPSE


def test_end_of_what_was_cancelled_while_its_renewal_is_open() -> None:
    """Complaint 35: no mail after that."""
    facts = facts_of(invoice=renewal(), cancel_at_period_end=True)
    assert next_step(facts, on(0, hour=10)) == END
    ended = after(facts, END, on(0))
    assert (ended.account_status, ended.subscription) == (AccountStatus.PENDING_PAYMENT, None)


def test_cancelled_past_due_ends_at_once() -> None:
    assert next_step(late(cancel_at_period_end=True), on(5)) == END
    assert next_step(late(renewal(claims=(claim(4),)), cancel_at_period_end=True), on(5)) is None


def test_cancelled_plan_gets_no_renewal() -> None:
    """Complaint 45: it ends at the border."""
    facts = facts_of(cancel_at_period_end=True)
    assert next_step(facts, on(0, hour=9)) is None
    assert next_step(facts, on(0, hour=10)) == END


def test_replaced_renewal_goes_on_where_it_stopped() -> None:
    """Complaints 36 and 37; else each change of plan would win days, claims and notices."""
    old = renewal(claims=(claim(1, 2),), sent=sent(past_due=5))
    facts = facts_of(status=PAST_DUE, replaced=old)
    step = next_step(facts, on(6))
    assert step == Renew(index=1, due_date=DUE)
    renewed = after(facts, step, on(6)).subscription
    assert renewed
    assert renewed.replaced is None
    assert renewed.invoice == replace(old, issued_on=day(6))


def test_replaced_renewal_takes_no_reminders_place() -> None:
    """Else whoever changes the plan each day before the run would get no final notice, ever."""
    facts, names = facts_of(invoice=renewal()), []
    for number in range(-7, 12):
        subscription = facts.subscription
        assert subscription
        if subscription.invoice:
            changed = replace(subscription, invoice=None, replaced=subscription.invoice)
            facts = replace(facts, subscription=changed)
        steps = all_steps(facts, on(number))
        for step in steps:
            facts = after(facts, step, on(number))
        names += [(number, str(step.name)) for step in steps if step.name != "renew"]
    assert names == [
        (-3, "remind"),
        (1, "remind"),
        (4, "fall_due"),
        (4, "remind"),
        (8, "remind"),
        (10, "suspend"),
    ]


def test_notice_whose_mail_fails_counts_when_it_has_gone_out() -> None:
    failing = Sent(FINAL, day(8), MailState.FAILING)
    facts = late(renewal(sent=(*WARNED[:3], failing)))
    assert next_step(facts, on(10)) is None
    assert next_look(facts, on(10)) == on(11, hour=0)  # nobody tells when it goes out
    told = late(renewal(sent=WARNED))
    assert next_look(facts, on(8)) == next_look(told, on(8)) == on(10, hour=0)
    gone_out = late(renewal(sent=(*WARNED[:3], Sent(FINAL, day(12)))))
    assert next_step(gone_out, on(13)) is None
    assert next_step(gone_out, on(14)) == SUSPEND


def test_notice_that_can_not_be_delivered_counts_after_a_week() -> None:
    """Else a customer without a mailbox would have access for ever."""
    facts = late(renewal(sent=(*WARNED[:3], Sent(FINAL, day(8), MailState.FAILING))))
    assert next_step(facts, on(14, hour=23)) is None
    assert next_step(facts, on(15, hour=0)) == SUSPEND


def test_mail_that_fails_is_foretold_to_go_out_today() -> None:
    """So that nobody is told a later day than the one that may come."""
    facts = late(renewal(sent=(*WARNED[:3], Sent(FINAL, day(8), MailState.FAILING))))
    assert what_happens_when(facts, on(9))[0] == (day(11), SUSPEND)


def test_parked_account_is_not_looked_at_for_a_mail() -> None:
    failing = renewal(sent=(*WARNED[:3], Sent(FINAL, day(8), MailState.FAILING)))
    assert next_look(late(failing, is_parked=True), on(9)) is None


def test_dropped_notice_is_sent_again_when_what_it_announces_would_come() -> None:
    """It was dropped as a claim came before the mail; the claim was withdrawn the same day."""
    dropped = Sent(FINAL, day(8), MailState.DROPPED)
    facts = late(renewal(sent=(*WARNED[:3], dropped)))
    assert next_look(facts, on(8)) == on(10, hour=0)
    assert what_happens_when(facts, on(8))[:2] == [
        (day(10), Remind(kind=FINAL)),
        (day(12), SUSPEND),
    ]


def test_dropped_end_notice_is_sent_again_before_the_end() -> None:
    dropped = Sent(ReminderKind.ENDING, day(33), MailState.DROPPED)
    facts = paused(renewal(sent=(*WARNED, dropped)))
    assert what_happens_when(facts, on(34)) == [
        (day(40), Remind(kind=ReminderKind.ENDING)),
        (day(42), LAPSE),
    ]


def test_dropped_reminder_that_announces_nothing_is_not_sent_again() -> None:
    dropped = Sent(ReminderKind.PAST_DUE, day(4), MailState.DROPPED)
    facts = late(renewal(sent=(*WARNED[:2], dropped)))
    assert next_step(facts, on(7)) is None
    assert next_step(facts, on(8)) == Remind(kind=FINAL)


SINCE = BillingRules(renewals_from=day(100))  # a subscription's period ended on its due day


def test_what_ended_before_there_were_renewals_is_billed_once_and_due_two_weeks_later() -> None:
    facts = facts_of(rules=SINCE)
    assert next_step(facts, on(99)) is None
    assert next_look(facts, on(0)) == on(100, hour=0)
    step = next_step(facts, on(100, hour=0))
    assert step == Renew(index=4, due_date=day(114), skipped=(1, 2, 3))
    coming = what_happens_when(facts, on(100))
    assert [when for when, _ in coming[:3]] == [day(100), day(111), day(115)]
    assert (day(124), SUSPEND) in coming


def test_time_before_there_were_renewals_is_free_also_if_all_is_caught_up() -> None:
    rules = replace(SINCE, catch_up=CatchUp.ALL_OLDEST_FIRST)
    step = next_step(facts_of(rules=rules), on(170))
    assert step == Renew(index=4, due_date=day(175), skipped=(1, 2, 3))


def test_period_that_ends_later_is_renewed_as_usual() -> None:
    rules = BillingRules(renewals_from=day(-3))
    assert next_look(facts_of(rules=rules), on(-20)) == on(-3, hour=0)
    step = next_step(facts_of(rules=rules), on(-3))
    assert step == Renew(index=1, due_date=day(2))
    earlier = BillingRules(renewals_from=day(-30))
    assert next_step(facts_of(rules=earlier), on(-7)) == Renew(index=1, due_date=DUE)


@pytest.mark.parametrize("kind", [InvoiceKind.INITIAL, InvoiceKind.CHANGE])
def test_order_from_before_there_were_renewals_has_two_weeks_more(kind: InvoiceKind) -> None:
    old = order(kind=kind, issued_on=day(-10))
    rules = BillingRules(renewals_from=day(100))
    if kind == InvoiceKind.INITIAL:
        facts = BillingFacts(AccountStatus.PENDING_PAYMENT, UTC_ZONE, rules=rules, order=old)
    else:
        facts = facts_of(rules=rules, order=old, invoice=renewal(due_date=day(200)))
    assert next_step(facts, on(113)) is None
    assert next_look(facts, on(113)) == on(114, hour=0)
    is_change = kind == InvoiceKind.CHANGE
    assert next_step(facts, on(114)) == (EXPIRE_CHANGE if is_change else EXPIRE_SIGN_UP)
    new = replace(facts, order=replace(old, issued_on=day(100)), subscription=None)
    assert next_look(new, on(100)) == on(115, hour=0)


def test_grace_is_not_past_due() -> None:
    """Complaint 46."""
    facts = facts_of(invoice=renewal())
    assert next_step(facts, on(3)) == Remind(
        kind=ReminderKind.RENEWAL_DUE, skipped=(ReminderKind.RENEWAL_REMINDER,)
    )
    assert next_step(facts, on(4, hour=0)) == FALL_DUE


@pytest.mark.parametrize(("rejected", "suspended"), [(8, 11), (9, 12), (11, 14)])
def test_rejection_gives_three_days(rejected: int, suspended: int) -> None:
    """Rejected on day 9: no harder step before day 12."""
    submitted = on(rejected - 1, hour=8)
    reviewed = Claim(submitted, submitted + timedelta(days=1), was_rejected=True)
    facts = late(renewal(claims=(reviewed,), sent=WARNED))
    coming = what_happens_when(facts, on(rejected))
    assert (day(suspended), SUSPEND) in coming


def test_withdrawn_claim_gives_no_days_to_retry() -> None:
    withdrawn = claim(9, 9, was_rejected=False)
    assert next_step(late(renewal(claims=(withdrawn,), sent=WARNED)), on(10)) == SUSPEND
    rejected = claim(9, 9)
    assert next_step(late(renewal(claims=(rejected,), sent=WARNED)), on(10)) is None


def test_third_claim_stops_nothing() -> None:
    claims = (claim(1, 1), claim(2, 2), claim(9))
    assert next_step(late(renewal(claims=claims, sent=WARNED)), on(10)) == SUSPEND
    rejected = (*claims[:2], claim(9, 10))
    assert next_step(late(renewal(claims=rejected, sent=WARNED)), on(10)) == SUSPEND


def test_change_of_plan_expires_with_the_old_period() -> None:
    """Then the old plan is renewed."""
    change = order(kind=InvoiceKind.CHANGE, issued_on=day(-10))
    facts = facts_of(order=change)
    assert next_step(facts, on(0, hour=9)) is None
    steps = all_steps(facts, on(0, hour=10))
    assert steps == [EXPIRE_CHANGE, Renew(index=1, due_date=day(5))]


def test_change_of_plan_expires_after_14_days() -> None:
    change = order(kind=InvoiceKind.CHANGE, issued_on=day(-25))
    assert next_look(facts_of(order=change), on(-25)) == on(-10, hour=0)
    assert next_step(facts_of(order=change), on(-10)) == EXPIRE_CHANGE


def test_claimed_change_of_plan_keeps_the_renewal_back() -> None:
    """Also after the border, so that nobody owes two periods; a third claim doesn't."""
    change = order(kind=InvoiceKind.CHANGE, issued_on=day(-10))
    waiting = replace(change, claims=(claim(-1),))
    assert all_steps(facts_of(order=waiting), on(20)) == []
    claims = (claim(-5, -4), claim(-3, -2), claim(-1))
    liar = facts_of(order=replace(change, claims=claims))
    assert next_step(liar, on(-1)) is None
    assert next_step(liar, on(0)) is None  # the days after the second rejection
    assert next_step(liar, on(1)) == Renew(index=1, due_date=day(6))


def test_order_after_the_paid_time_keeps_nothing_back() -> None:
    """Else a chain of orders would be access for nothing: each has claims of its own."""
    change = order(kind=InvoiceKind.CHANGE, issued_on=day(2), claims=(claim(2),))
    assert next_step(facts_of(order=change), on(2)) == Renew(index=1, due_date=day(7))
    assert next_step(facts_of(order=change, cancel_at_period_end=True), on(2)) == END
    in_time = replace(change, issued_on=DUE)
    assert next_step(facts_of(order=in_time), on(2)) is None
    assert next_step(facts_of(order=in_time, cancel_at_period_end=True), on(2)) is None


def test_claimed_order_holds_the_open_renewal_back() -> None:
    """Who has paid for another plan isn't pressed for the old one, however long the review."""
    change = order(kind=InvoiceKind.CHANGE, issued_on=day(-5))
    waiting = replace(change, claims=(claim(-4),))
    facts = facts_of(order=waiting, invoice=renewal())
    assert all_steps(facts, on(60)) == []
    assert next_look(facts, on(-4)) is None
    rejected = facts_of(order=replace(change, claims=(claim(-4, 14),)), invoice=renewal())
    skipped = (ReminderKind.RENEWAL_REMINDER, ReminderKind.RENEWAL_DUE, ReminderKind.PAST_DUE)
    assert what_happens_when(rejected, on(14))[:4] == [
        (day(17), EXPIRE_CHANGE),
        (day(17), FALL_DUE),
        (day(18), Remind(kind=FINAL, skipped=skipped)),
        (day(20), SUSPEND),
    ]


def test_third_claim_of_an_order_or_one_from_later_holds_no_open_renewal_back() -> None:
    change = order(kind=InvoiceKind.CHANGE, issued_on=day(-5))
    liar = late(order=replace(change, claims=(claim(-4, -3), claim(1, 2), claim(5))))
    assert next_step(replace(liar, order=None), on(10)) == SUSPEND
    assert next_step(liar, on(10)) == SUSPEND
    chain = late(order=replace(change, issued_on=day(2), claims=(claim(2),)))
    assert next_step(chain, on(10)) == SUSPEND


@pytest.mark.parametrize("status", [AccountStatus.ACTIVE, SUSPENDED])
def test_claimed_order_holds_suspension_and_end_back(status: AccountStatus) -> None:
    waiting = order(kind=InvoiceKind.CHANGE, issued_on=day(-1), claims=(claim(9),))
    noticed = renewal(sent=(*WARNED, *sent(ending=33)))
    owing = paused(noticed) if status == SUSPENDED else late(noticed)
    assert next_step(owing, on(45)) in {SUSPEND, LAPSE}
    assert next_step(replace(owing, order=waiting), on(45)) is None


@pytest.mark.parametrize("now", [on(-4), on(4)])
def test_replaced_renewal_waits_for_no_order(now: datetime) -> None:
    """Else it would be issued when its due day is over, or never."""
    change = order(kind=InvoiceKind.CHANGE, issued_on=day(-6), claims=(claim(-5),))
    replaced = facts_of(order=change, replaced=renewal())
    assert next_step(replaced, now) == Renew(index=1, due_date=DUE)


def test_change_that_was_ordered_past_due_stays_its_14_days() -> None:
    change = order(kind=InvoiceKind.CHANGE, issued_on=day(5))
    facts = late(order=change)
    assert next_step(facts, on(9)) is None
    assert next_step(facts, on(20)) == EXPIRE_CHANGE


@pytest.mark.parametrize("facts", [late(is_parked=True), late(account=AccountStatus.CANCELLED)])
def test_parked_and_closed_accounts_are_left_alone(facts: BillingFacts) -> None:
    assert next_step(facts, on(60)) is None
    assert next_look(facts, on(0)) is None


def test_deadlines_are_those_of_the_invoices_issue() -> None:
    kept = DunningPlan(grace_days=10, suspend_after_days=20)
    facts = facts_of(invoice=renewal(plan=kept), rules=BillingRules(dunning=PLAN))
    coming = what_happens_when(facts, on(-7))
    assert (day(11), FALL_DUE) in coming
    assert (day(20), SUSPEND) in coming


def test_plan_without_a_final_notice_never_suspends() -> None:
    kept = DunningPlan(reminders=(Reminder(1, ReminderKind.RENEWAL_DUE),))
    facts = late(renewal(plan=kept))
    assert SUSPEND not in [step for _, step in what_happens_when(facts, on(5))]


@pytest.mark.parametrize(
    ("plan", "suspended", "ended"),
    [
        (DunningPlan(), 10, 40),
        (DunningPlan(end_after_days=20), 10, 20),
        (DunningPlan(grace_days=2, suspend_after_days=5, end_after_days=15), 5, 15),
        (DunningPlan(grace_days=0, suspend_after_days=30, end_after_days=60), 30, 60),
        (DunningPlan(notice_gap_days=4), 10, 40),
    ],
)
def test_notices_come_in_time_for_the_deadlines(
    plan: DunningPlan, suspended: int, ended: int
) -> None:
    coming = what_happens_when(facts_of(rules=BillingRules(dunning=plan.in_time)), on(-20))
    days = {step: coming_on for coming_on, step in coming}
    assert (days[SUSPEND], days[LAPSE]) == (day(suspended), day(ended))
    assert DunningPlan().in_time == DunningPlan()


def test_dunning_plan_is_stored_whole() -> None:
    plan = DunningPlan(grace_days=5, reminders=(Reminder(2, FINAL),))
    assert DunningPlan.from_json(plan.as_json()) == plan
    assert DunningPlan.from_json({**PLAN.as_json(), "of_a_later_version": 1}) == PLAN


def test_whatever_ends_a_suspension_stops_its_clock() -> None:
    """A hold or a later due day as a payment does."""
    facts = resumed(paused(), on(30, hour=0))
    assert facts.subscription
    assert (facts.account_status, facts.suspended_at) == (AccountStatus.ACTIVE, None)
    used = on(10, hour=0) - on(0, hour=10)
    assert border(facts.subscription.anchor, 1, UTC_ZONE) == on(30, hour=0) - used
    assert resumed(facts, on(31)) == facts


def test_effects_need_what_they_change() -> None:
    nobody = BillingFacts(AccountStatus.TRIAL, UTC_ZONE)
    with pytest.raises(LookupError, match="No subscription is live"):
        after(nobody, StartPeriod(index=1), on(0))
    with pytest.raises(LookupError, match="No renewal is open"):
        after_payment(facts_of(), on(0))
