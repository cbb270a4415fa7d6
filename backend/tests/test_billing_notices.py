"""Reminders in the database: taken once, and what becomes of their mails.

Day 0 is the first of January 2027, when the customer paid for a month; 31 is the due day.
"""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Subscription, User
from igny8_core.business.billing import emails
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.models import Invoice
from igny8_core.business.billing.selectors.locks import LockedAccount
from igny8_core.business.billing.services.changes import written_together
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.business.subscriptions.models import DunningStep
from igny8_core.business.subscriptions.reading import (
    facts_of_accounts,
    histories_of,
    reissued_today,
)
from igny8_core.common.clock import utc_now
from igny8_core.common.letters import NothingToSend, letter_for, render_letter
from igny8_core.common.models import OutgoingMail
from tests.database import assert_all_invariants_hold
from tests.factories import account_of, invoice_of
from tests.life import day, days, make_customer, run, subscription_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(billing_admin: User) -> User:
    """An owner who paid for a month."""
    return make_customer(billing_admin)


def mail_of(kind: str) -> OutgoingMail:
    return OutgoingMail.objects.filter(kind=kind).latest("pk")


def change(kind: str, **values: object) -> None:
    OutgoingMail.objects.filter(pk=mail_of(kind).pk).update(**values)


def replace_renewal(owner: User, now: datetime) -> None:
    """Void the open renewal, as a change of the next plan does; the run issues it anew."""
    renewal = invoice_of(owner)
    with written_together() as changes:
        recorder = TransitionRecorder(
            changes=changes, event=EventName.VOID, actor=Actor(), now=now, invoice=renewal
        )
        recorder.void(renewal)
        changes.tell(emails.of_void(invoice=renewal, reason="Another plan"))


def subject_of(mail: OutgoingMail, now: datetime) -> str:
    """Return the subject of a mail that is sent then."""
    with time_machine.travel(now, tick=False):
        return render_letter(letter_for(mail), language="en")["subject.txt"]


def days_at_their_time(first: int, last: int) -> dict[int, list[str]]:
    """Run billing on these days, each by its own clock: what waits is as old as it says."""
    found: dict[int, list[str]] = {}
    for number in range(first, last + 1):
        with time_machine.travel(day(number), tick=False):
            found |= days(number, number)
    return found


def billing_of(owner: User) -> LockedAccount:
    account = account_of(owner)
    return LockedAccount.of_rows(
        account,
        Subscription.objects.filter(account=account).order_by("pk"),
        Invoice.objects.filter(account=account).order_by("pk"),
        [],
    )


# Once


def test_reminder_is_taken_once_for_its_deadlines(customer: User) -> None:
    days(0, 39)
    final = DunningStep.objects.get(kind="final_notice")
    assert final.about == "2027-02-01"
    with pytest.raises(IntegrityError, match="dunning_step_is_taken_once"):
        DunningStep.objects.create(
            invoice=final.invoice,
            kind="final_notice",
            about=final.about,
            created_at=final.created_at + timedelta(days=1),
        )


def test_reminder_is_sent_again_after_a_hold(customer: User) -> None:
    days(0, 39)
    Subscription.objects.update(hold_until=day(50).date())
    Account.objects.update(next_billing_step_at=day(40))
    assert days(40, 60) == {50: ["remind: final notice"], 52: ["suspend"]}
    kept = DunningStep.objects.filter(kind="final_notice").values_list("about", flat=True)
    assert list(kept) == ["2027-02-01", "2027-02-01:2027-02-20"]
    assert OutgoingMail.objects.filter(kind="final_notice").count() == 2
    assert_all_invariants_hold()


def test_mail_of_a_reminder_has_its_key(customer: User) -> None:
    days(0, 28)
    assert mail_of("renewal_reminder").key == DunningStep.objects.get().mail_key


# What becomes of its mail


def test_dropped_final_notice_is_sent_again_before_the_suspension(customer: User) -> None:
    days(0, 39)
    change("final_notice", dropped_at=utc_now())
    assert_all_invariants_hold()
    assert days(40, 45) == {41: ["remind: final notice"], 43: ["suspend"]}
    assert OutgoingMail.objects.filter(kind="final_notice", dropped_at=None).count() == 1
    assert DunningStep.objects.filter(kind="final_notice").latest("pk").about == "2027-02-01#2"
    assert_all_invariants_hold()


def test_final_notice_that_fails_holds_the_suspension_back(customer: User) -> None:
    days(0, 39)
    change("final_notice", attempts=5)
    assert_all_invariants_hold()
    assert days(40, 43) == {}
    change("final_notice", attempts=6, sent_at=day(44))
    assert days(44, 50) == {46: ["suspend"]}
    assert_all_invariants_hold()


@pytest.mark.parametrize("state", [{"attempts": 5}, {"created_at": day(39)}])
def test_late_final_notice_names_the_day_on_which_the_pause_comes(
    customer: User, state: dict[str, object]
) -> None:
    """It was to go out on 9 February for the 11th, and does on the 13th: tried, or not at all."""
    days(0, 39)
    change("final_notice", **state)
    mail = mail_of("final_notice")
    assert subject_of(mail, day(40)).endswith("paused on 11 February 2027")
    assert days_at_their_time(40, 43) == {}
    assert subject_of(mail, day(43)).endswith("paused on 15 February 2027")
    change("final_notice", attempts=mail.attempts + 1, sent_at=day(43))
    assert days_at_their_time(44, 50) == {45: ["suspend"]}
    assert_all_invariants_hold()


def test_late_notice_of_the_end_names_the_day_on_which_it_comes(customer: User) -> None:
    """Nobody ran billing between day 45 and day 75; the notice of that day goes out on day 78."""
    days(0, 45)
    assert run(day(75)) == ["remind: ending"]
    change("ending", attempts=5)
    mail = mail_of("ending")
    assert mail.arguments["facts"]["ends_on"] == day(77).date().isoformat()
    assert days(76, 78) == {}
    assert "ends on 22 March 2027" in subject_of(mail, day(78))
    change("ending", attempts=6, sent_at=day(78))
    assert days(79, 85) == {80: ["lapse"]}
    assert_all_invariants_hold()


@pytest.mark.parametrize(
    ("kind", "number"), [("renewal_due", 32), ("past_due", 35), ("renewal_reminder", 28)]
)
def test_reminder_is_dropped_when_the_day_that_it_announces_has_come(
    customer: User, kind: str, number: int
) -> None:
    """The final notice says what is so: none is sent twice for it, and none holds it back."""
    days(0, number)
    mail = mail_of(kind)
    Invoice.objects.filter(pk=mail.arguments["invoice_id"]).update(due_date=day(60).date())
    mail.arguments["facts"]["due_date"] = day(60).date().isoformat()
    assert subject_of(mail, day(40))
    with pytest.raises(NothingToSend, match="The day that it announces has come"):
        subject_of(mail, day(41))


def test_final_notice_that_can_not_be_delivered_counts_after_a_week(customer: User) -> None:
    days(0, 39)
    change("final_notice", attempts=6)
    assert days(40, 60) == {46: ["suspend"]}


def test_mail_that_nobody_sends_for_a_day_fails(customer: User) -> None:
    days(0, 39)
    change("final_notice", created_at=utc_now() - timedelta(hours=25))
    assert days(40, 60) == {46: ["suspend"]}


def test_one_reader_of_two_is_enough(customer: User) -> None:
    days(0, 39)
    mail = mail_of("final_notice")
    OutgoingMail.objects.create(
        key=mail.key, kind=mail.kind, recipient="books@shop.example", attempts=1, sent_at=day(39)
    )
    change("final_notice", attempts=6)
    OutgoingMail.objects.filter(pk=mail.pk).update(attempts=9)
    assert days(40, 60) == {41: ["suspend"]}


def test_mails_of_many_accounts_are_read_by_one_statement(
    customer: User, billing_admin: User
) -> None:
    others = [make_customer(billing_admin) for _ in range(3)]
    days(0, 39)
    ids = [account_of(owner).pk for owner in (customer, *others)]
    with CaptureQueriesContext(connection) as captured:
        facts_of_accounts(ids)
    assert len(captured) == 7


# Renewals issued anew


def test_replaced_renewal_takes_no_reminders_place(customer: User) -> None:
    """Somebody changes the next plan each morning, before the run."""
    found = {}
    for number in range(42):
        if number > 24:
            replace_renewal(customer, day(number, hour=11))
        found[number] = [step for step in run(day(number)) if not step.startswith("renew ")]
    assert {number: steps for number, steps in found.items() if steps} == {
        28: ["remind: renewal reminder"],
        32: ["remind: renewal due"],
        35: ["fall due", "remind: past due"],
        39: ["remind: final notice"],
        41: ["suspend"],
    }
    assert account_of(customer).parked_at is None
    assert_all_invariants_hold()


def test_renewals_issued_anew_are_counted_by_day(customer: User) -> None:
    days(0, 24)
    assert reissued_today(billing_of(customer), subscription_of(customer), day(24)) == 0
    replace_renewal(customer, day(24, hour=13))
    run(day(24, hour=14))
    billing, subscription = billing_of(customer), subscription_of(customer)
    assert reissued_today(billing, subscription, day(24, hour=23)) == 1
    assert reissued_today(billing, subscription, day(25, hour=0)) == 0


def test_last_mail_is_the_first_renewal_not_the_one_in_its_place(customer: User) -> None:
    days(0, 24)
    replace_renewal(customer, day(25))
    run(day(25, hour=13))
    account = account_of(customer)
    facts = facts_of_accounts([account.pk])[account.pk]
    assert facts.last_mail_on == day(24).date()
    assert histories_of([account.pk])[account.pk].last_mail_at is None
