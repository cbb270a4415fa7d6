"""What holds for the next step of any account at any time."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igny8_core.business.billing.borders import index_at, start_of
from igny8_core.business.billing.dunning import DunningPlan, ReminderKind
from igny8_core.business.subscriptions.facts import BillingFacts, MailState, OpenInvoice
from igny8_core.business.subscriptions.forecast import after, what_happens_when
from igny8_core.business.subscriptions.next_step import next_look, next_step
from igny8_core.business.subscriptions.steps import Remind, Renew, StartPeriod, Step, StepName
from tests.billing_facts import Drawn, drawn_facts
from tests.billing_oracle import Day
from tests.sizes import size

pytestmark = pytest.mark.sized
EXAMPLES = size("NEXT_STEP_EXAMPLES", quick=150, whole=2000)
HARD = {StepName.FALL_DUE, StepName.SUSPEND, StepName.LAPSE}
ORDER = list(StepName)
INSTANT = timedelta(microseconds=1)

thoroughly = settings(max_examples=EXAMPLES, deadline=None)
later = st.integers(0, 70 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


def worded(step: Step | None) -> str | None:
    match step:
        case None:
            return None
        case StartPeriod():
            return f"{step.name} {step.index}"
        case Renew():
            return f"{step.name} {step.index} {step.due_date} {step.skipped}"
        case Remind():
            return f"{step.name} {step.kind} [{','.join(step.skipped)}]"
    return str(step.name)


def debt_of(facts: BillingFacts) -> OpenInvoice:
    assert facts.subscription
    assert facts.subscription.invoice
    return facts.subscription.invoice


def has_failing_mail(facts: BillingFacts) -> bool:
    invoice = facts.subscription.invoice if facts.subscription else None
    return bool(invoice and any(item.mail == MailState.FAILING for item in invoice.sent))


def has_paid_order(facts: BillingFacts) -> bool:
    """Tell whether the first payments of an order from the paid time are under review."""
    subscription, order = facts.subscription, facts.order
    if not subscription or not order or not order.is_frozen:
        return False
    return order.issued_on < facts.today(facts.paid_until(subscription))


def last_instant(facts: BillingFacts, now: datetime) -> datetime:
    return start_of(facts.today(now) + timedelta(days=1), facts.zone) - INSTANT


@thoroughly
@given(drawn_facts())
def test_step_is_the_one_of_the_rules_written_a_second_time(drawn: Drawn) -> None:
    facts, now = drawn
    night = last_instant(facts, now)
    assert worded(next_step(facts, night)) == Day(facts, facts.today(now)).expected()


@thoroughly
@given(drawn_facts())
def test_steps_come_to_rest(drawn: Drawn) -> None:
    facts, now = drawn
    taken = []
    while step := next_step(facts, now):
        assert next_step(facts, now) == step  # the same answer twice
        facts = after(facts, step, now)
        taken.append(step.name)
        assert len(taken) <= 12, taken
    assert taken.count(StepName.REMIND) <= 1
    assert taken.count(StepName.RENEW) <= 1


@thoroughly
@given(drawn_facts(), later)
def test_what_is_due_stays_due_until_it_is_done(drawn: Drawn, wait: timedelta) -> None:
    """By then an earlier step in the order of the rules may have come due; a mail may be stale."""
    facts, now = drawn
    step = next_step(facts, now)
    if not step or isinstance(step, Remind):
        return
    then = next_step(facts, now + wait)
    assert then
    assert ORDER.index(then.name) <= ORDER.index(step.name)


@thoroughly
@given(drawn_facts())
def test_hard_steps_are_announced_and_wait_for_claims(drawn: Drawn) -> None:
    facts, now = drawn
    step = next_step(facts, now)
    if not step or step.name not in HARD:
        return
    invoice, today = debt_of(facts), facts.today(now)
    assert not has_paid_order(facts)
    assert not any(
        claim.decided_at is None for claim in invoice.claims[: invoice.plan.freezing_claims]
    )
    if step.name != StepName.FALL_DUE:
        is_end = step.name == StepName.LAPSE
        kind = ReminderKind.ENDING if is_end else ReminderKind.FINAL_NOTICE
        assert any(
            item.kind == kind
            and item.mail != MailState.DROPPED
            and (today - item.day).days >= (7 if item.mail == MailState.FAILING else 2)
            for item in invoice.sent
        )


@thoroughly
@given(drawn_facts())
def test_no_mail_while_a_claim_stops_the_clock_or_after_one_of_today(drawn: Drawn) -> None:
    facts, now = drawn
    step = next_step(facts, now)
    if isinstance(step, Remind):
        assert not debt_of(facts).is_frozen
        assert not has_paid_order(facts)
        assert facts.last_mail_on is None or facts.last_mail_on < facts.today(now)


@thoroughly
@given(drawn_facts(), later)
def test_nothing_is_due_before_the_next_look(drawn: Drawn, wait: timedelta) -> None:
    facts, now = drawn
    look = next_look(facts, now)
    if look is None:
        assert next_step(facts, now + wait) is None
        return
    assert look >= now
    assert next_step(facts, look) or has_failing_mail(facts)
    for moment in (now, now + wait, look - INSTANT):
        assert moment >= look or moment < now or next_step(facts, moment) is None


@thoroughly
@given(drawn_facts())
def test_next_look_is_the_first_instant_of_a_step_within_100_days(drawn: Drawn) -> None:
    """By looking at the last instant of each day."""
    facts, now = drawn
    if has_failing_mail(facts):
        return
    look = next_look(facts, now)
    days = (facts.today(now) + timedelta(days=number) for number in range(1, 100))
    nights = (start_of(day, facts.zone) - INSTANT for day in days)
    found = next((night for night in nights if next_step(facts, night)), None)
    if found:
        assert look
        assert facts.today(look) == facts.today(found)
    else:
        assert look is None or look > now + timedelta(days=97)


@thoroughly
@given(drawn_facts())
def test_a_mail_that_fails_or_is_dropped_makes_no_look_too_late(drawn: Drawn) -> None:
    """The look was set when the mail was queued, and nobody tells what becomes of it."""
    facts, now = drawn
    kept, due = next_look(facts.as_told, now), next_look(facts, now)
    assert due is None or (kept is not None and kept <= due)


@thoroughly
@given(drawn_facts())
def test_what_comes_is_in_order_and_ends(drawn: Drawn) -> None:
    facts, now = drawn
    coming = what_happens_when(facts, now)
    days = [day for day, _ in coming]
    assert days == sorted(days)
    names = [step.name for _, step in coming]
    for name in (StepName.RENEW, StepName.FALL_DUE, StepName.SUSPEND, StepName.LAPSE):
        assert names.count(name) <= 1
    reminded = [day for day, step in coming if isinstance(step, Remind)]
    assert len(reminded) == len(set(reminded))
    if StepName.SUSPEND in names:
        suspended = days[names.index(StepName.SUSPEND)]
        if StepName.LAPSE in names:
            paused = (days[names.index(StepName.LAPSE)] - suspended).days
            assert paused >= DunningPlan().paused_days


@thoroughly
@given(drawn_facts())
def test_parked_accounts_rest(drawn: Drawn) -> None:
    facts, now = drawn
    facts = replace(facts, is_parked=True)
    assert next_step(facts, now) is None
    assert next_look(facts, now) is None
    assert what_happens_when(facts, now) == []


@thoroughly
@given(drawn_facts())
def test_renewal_is_never_for_a_paid_or_a_past_period(drawn: Drawn) -> None:
    facts, now = drawn
    step, subscription = next_step(facts, now), facts.subscription
    if not isinstance(step, Renew) or not subscription:
        return
    assert step.index >= subscription.paid_index
    assert subscription.invoice is None
    if not subscription.replaced:
        assert step.due_date >= facts.today(now) + timedelta(days=5)
        assert step.skipped == tuple(range(subscription.paid_index, step.index))
        since = facts.rules.renewals_from
        moments = [now, start_of(since, facts.zone)] if since else [now]
        ran = (index_at(subscription.anchor, moment, facts.zone) for moment in moments)
        assert step.index in {subscription.paid_index, *ran} or facts.suspended_at
