"""What an operator does about a due day: puts it off, holds, or reminds of it."""

from datetime import timedelta

import pytest
import time_machine

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.models import (
    PaymentEvent,
)
from igny8_core.business.billing.services.decisions import reject_payment
from igny8_core.business.subscriptions.exceptions import (
    ClaimStopsTheClock,
    DueDayNotPutOff,
    HeldBack,
    NotToBeHeldUntil,
    RemindedToday,
)
from igny8_core.business.subscriptions.services.operator import MOST_DAYS
from igny8_core.common.letters import NothingToSend, letter_for, render_letter
from igny8_core.common.models import OutgoingMail
from tests.database import assert_all_invariants_hold
from tests.factories import PASSWORD, account_of, invoice_of
from tests.life import confirm, day, days, order, pay, periods_of, state
from tests.operators import (
    REASON,
    STAGES,
    At,
    act,
    lived_until,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(catalog: None) -> User:
    """Somebody who may do everything."""
    return User.objects.create_superuser("root@desk.example", PASSWORD)


# A later due day


def test_later_due_day_ends_a_pause_and_its_days_are_not_charged(root: User) -> None:
    """Suspended on day 41 at noon, 10 days and 2 hours into the period of day 31."""
    at = STAGES["suspended"](root)
    act("extend_due", at, root, due_date=day(50).date())
    assert state(at.owner) == ("active", "active", "pending", 1000)
    assert account_of(at.owner).suspended_at is None
    pay(at.owner, root, day(47))
    started = at.now - timedelta(days=10, hours=2)
    assert periods_of(at.owner)[-1][:2] == (1, started)
    assert_all_invariants_hold()


def test_later_due_day_is_told_with_its_reason(root: User) -> None:
    at = STAGES["past_due"](root)
    act("extend_due", at, root, due_date=day(50).date())
    event = PaymentEvent.objects.get(event="extend_due", object_type="invoice")
    assert event.note == f"Due on 2027-02-20, not 2027-02-01: {REASON}"
    assert (event.actor, event.invoice) == (root, invoice_of(at.owner))
    mail = OutgoingMail.objects.get(kind="due_day_put_off")
    words = render_letter(letter_for(mail), language="en")
    assert words["subject.txt"] == "Invoice INV-2027-000002 is now due on 20 February 2027"
    assert f"Reason: {REASON}" in words["layout.txt"]
    assert "Due by" not in words["layout.txt"]
    urdu = render_letter(letter_for(mail), language="ur")
    assert REASON in urdu["layout.txt"]


def test_a_still_later_day_outdates_the_email_before(root: User) -> None:
    at = STAGES["past_due"](root)
    act("extend_due", at, root, due_date=day(50).date())
    act("extend_due", at, root, due_date=day(60).date())
    first, second = OutgoingMail.objects.filter(kind="due_day_put_off").order_by("pk")
    assert letter_for(second)
    with pytest.raises(NothingToSend, match="Another due day"):
        letter_for(first)


@pytest.mark.parametrize(
    ("stage", "due_day"),
    [("renewal_open", 31), ("past_due", 36), ("past_due", 37 + MOST_DAYS + 1)],
)
def test_due_day_is_later_not_over_and_not_years_away(root: User, stage: str, due_day: int) -> None:
    at = STAGES[stage](root)
    with pytest.raises(DueDayNotPutOff):
        act("extend_due", at, root, due_date=day(due_day).date())


def test_renewal_may_be_due_today(root: User) -> None:
    at = STAGES["past_due"](root)
    act("extend_due", at, root, due_date=day(37).date())
    assert state(at.owner)[:2] == ("active", "active")


# Holds


def test_nothing_is_pressed_for_during_a_hold(root: User) -> None:
    at = STAGES["past_due"](root)
    act("hold", at, root, until=day(60).date())
    assert days(38, 59) == {}
    assert days(60, 63) == {60: ["remind: final notice"], 62: ["suspend"]}


def test_hold_ends_a_pause(root: User) -> None:
    at = STAGES["suspended"](root)
    act("hold", at, root, until=day(60).date())
    assert state(at.owner)[:2] == ("active", "past_due")
    assert at.subscription.anchor_at == at.now - timedelta(days=10, hours=2)


def test_hold_is_lifted_by_today(root: User) -> None:
    at = STAGES["past_due"](root)
    with pytest.raises(NotToBeHeldUntil):
        act("hold", at, root, until=day(37).date())
    act("hold", at, root, until=day(60).date())
    act("hold", at, root, until=day(37).date())
    assert days(38, 41) == {
        38: ["remind: past due"],  # what was sent before a hold is sent again
        39: ["remind: final notice"],
        41: ["suspend"],
    }


def test_hold_is_not_for_years(root: User) -> None:
    at = STAGES["active"](root)
    with pytest.raises(NotToBeHeldUntil):
        act("hold", at, root, until=at.now.date() + timedelta(days=MOST_DAYS + 1))


# Reminders


@pytest.mark.parametrize(
    ("stage", "kind"),
    [
        ("renewal_open", "renewal_reminder"),
        ("grace", "renewal_due"),
        ("past_due", "past_due"),
        ("suspended", "ending"),
    ],
)
def test_reminder_says_what_is_so_now(root: User, stage: str, kind: str) -> None:
    at = STAGES[stage](root)
    assert act("remind_now", at, root) == kind
    mail = OutgoingMail.objects.filter(kind=kind).latest("pk")
    assert mail.key.endswith(f":{at.now.date()}")
    with time_machine.travel(at.now, tick=False):
        assert letter_for(mail)
    event = PaymentEvent.objects.get(event="remind")
    assert (event.from_state, event.to_state, event.actor) == ("pending", "pending", root)


def test_final_notice_is_repeated_from_its_day_on(root: User) -> None:
    at = lived_until(40)(root)
    assert act("remind_now", at, root) == "final_notice"


def test_reminder_of_a_rejection_after_the_due_day_is_sent(root: User) -> None:
    """The claim stopped the clock, yet the due day is over: it isn't asked to pay by that day."""
    owner = lived_until(29)(root).owner
    payment = confirm(owner, day(30))
    days(31, 35)
    reject_payment(
        payment_id=payment.pk, actor=Actor(user=root), now=day(35, 13), admin_notes="Not found"
    )
    assert act("remind_now", At(owner, day(35, 14)), root) == "renewal_due"
    mail = OutgoingMail.objects.latest("pk")
    with time_machine.travel(day(35, 15), tick=False):
        words = render_letter(letter_for(mail), language="en")
    assert "was due on 1 February 2027" in words["subject.txt"]
    assert_all_invariants_hold()


def test_reminder_goes_out_once_a_day(root: User) -> None:
    at = STAGES["past_due"](root)
    act("remind_now", at, root)
    with pytest.raises(RemindedToday):
        act("remind_now", at, root)
    act("remind_now", At(at.owner, day(38)), root)
    assert OutgoingMail.objects.filter(kind="past_due").count() == 3


def test_no_reminder_on_the_day_of_one_by_billing(root: User) -> None:
    at = lived_until(39)(root)
    with pytest.raises(RemindedToday):
        act("remind_now", at, root)


def test_reminder_names_the_day_of_the_pause_that_it_delays(root: User) -> None:
    """Sent before the final notice of that day, which then comes a day later."""
    at = At(lived_until(38)(root).owner, day(39, 9))
    act("remind_now", at, root)
    told = OutgoingMail.objects.latest("pk").arguments["facts"]["suspends_on"]
    assert days(39, 45) == {40: ["remind: final notice"], 42: ["suspend"]}
    assert told == day(42).date().isoformat()


def test_reminder_delays_no_pause(root: User) -> None:
    at = STAGES["past_due"](root)
    act("remind_now", at, root)
    assert days(38, 41) == {39: ["remind: final notice"], 41: ["suspend"]}


def test_nobody_is_reminded_of_what_is_held_or_may_be_paid(root: User) -> None:
    with pytest.raises(HeldBack):
        act("remind_now", STAGES["held"](root), root)


def test_nobody_is_reminded_while_a_confirmation_stops_the_clock(root: User) -> None:
    at = lived_until(33)(root)
    payment = confirm(at.owner, at.now)
    with pytest.raises(ClaimStopsTheClock):
        act("remind_now", at, root)
    actor = Actor(user=root)
    reject_payment(payment_id=payment.pk, actor=actor, now=at.now, admin_notes="Not found")
    assert act("remind_now", at, root) == "renewal_due"


def test_nobody_is_reminded_while_an_order_may_have_been_paid(root: User) -> None:
    at = lived_until(26)(root)
    order(at.owner, "growth", day(27))
    payment = confirm(at.owner, day(27, hour=13))
    at = At(at.owner, day(33))
    with pytest.raises(ClaimStopsTheClock, match=str(payment.invoice)):
        act("remind_now", at, root)
    actor = Actor(user=root)
    reject_payment(payment_id=payment.pk, actor=actor, now=at.now, admin_notes="Not found")
    assert act("remind_now", at, root) == "renewal_due"
