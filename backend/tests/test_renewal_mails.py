"""Emails about renewals: their words in both languages, and what they require to be sent."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.conf import LazySettings, settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Plan, Subscription, User
from igny8_core.business.billing.dunning import DunningPlan, ReminderKind
from igny8_core.business.billing.models import Invoice, Payment, PaymentMethodConfig
from igny8_core.business.billing.services.invoices import change_payment_method
from igny8_core.business.integrity.mails import (
    contradicting_what_they_tell,
    telling_another_amount,
)
from igny8_core.business.subscriptions import emails
from igny8_core.business.subscriptions.claims import can_be_frozen, is_frozen
from igny8_core.business.subscriptions.services.customer import change_plan_now
from igny8_core.business.subscriptions.services.operator import extend_due
from igny8_core.common.clock import utc_now
from igny8_core.common.letters import NothingToSend, letter_for, render_letter
from igny8_core.common.models import OutgoingMail
from tests.factories import (
    account_of,
    approve,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
    reject,
)
from tests.renewal_mails import (
    ends_on,
    expire,
    fall_due,
    forgive,
    issue_renewal,
    lapse,
    remind,
    resume,
    suspend,
    suspends_on,
    void,
)
from tests.renewal_words import one_line, paid_already, paragraphs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
BEGUN = datetime(2027, 1, 1, 10, tzinfo=UTC)
ISOLATES = {0x2068: None, 0x2069: None}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The time of the sign-up, which stands still."""
    with time_machine.travel(BEGUN, tick=False) as clock:
        yield clock


class Customer:
    """An owner whose renewal, of 1 February 2027, is at one of its stages."""

    def __init__(self, clock: time_machine.Traveller, *, begun: datetime = BEGUN) -> None:
        self.clock = clock
        clock.move_to(begun)
        self.admin = make_billing_admin()
        self.owner = make_owner()
        approve(make_payment(self.owner), self.admin)
        self.on(1, 25)
        self.renewal = issue_renewal(self.owner)

    def on(self, month: int, day: int) -> None:
        self.clock.move_to(datetime(2027, month, day, 10, tzinfo=UTC))

    def confirm(self, reference: str) -> Payment:
        return make_payment(self.owner, reference=reference)

    def mail(self, kind: str) -> OutgoingMail:
        return OutgoingMail.objects.filter(kind=kind).latest("pk")

    def words(self, kind: str, language: str = "en") -> dict[str, str]:
        texts = render_letter(letter_for(self.mail(kind)), language=language)
        return {name: text.translate(ISOLATES) for name, text in texts.items()}

    def body(self, kind: str, language: str = "en") -> str:
        return self.words(kind, language)["layout.txt"]

    def drop_reason(self, kind: str) -> str:
        with pytest.raises(NothingToSend) as dropped:
            letter_for(self.mail(kind))
        return str(dropped.value)

    def subscription(self) -> Subscription:
        return Subscription.objects.get(pk=self.renewal.subscription_id)


def remind_on(customer: Customer, month: int, day: int, kind: str) -> None:
    customer.on(month, day)
    remind(customer.renewal, ReminderKind(kind))


def make_late(customer: Customer) -> None:
    customer.on(2, 5)
    fall_due(customer.renewal)


def pause(customer: Customer) -> None:
    make_late(customer)
    customer.on(2, 11)
    suspend(customer.renewal)


def end(customer: Customer) -> None:
    pause(customer)
    customer.on(3, 13)
    lapse(customer.renewal)


def let_expire(_customer: Customer) -> None:
    expire(invoice_of(make_owner()))


def past_due(customer: Customer) -> None:
    make_late(customer)
    remind_on(customer, 2, 5, "past_due")


def final_notice(customer: Customer) -> None:
    make_late(customer)
    remind_on(customer, 2, 9, "final_notice")


def ending(customer: Customer) -> None:
    pause(customer)
    remind_on(customer, 3, 6, "ending")


def put_off(customer: Customer) -> None:
    make_late(customer)
    extend_due(
        account_id=account_of(customer.owner).pk,
        due_date=date(2027, 2, 20),
        actor=Actor(user=customer.admin),
        now=utc_now(),
        reason="Agreed by phone",
    )


STAGES: dict[str, Callable[[Customer], None]] = {
    "renewal_issued": lambda _customer: None,
    "due_day_put_off": put_off,
    "renewal_reminder": lambda customer: remind_on(customer, 1, 29, "renewal_reminder"),
    "renewal_due": lambda customer: remind_on(customer, 2, 2, "renewal_due"),
    "past_due": past_due,
    "final_notice": final_notice,
    "suspended": pause,
    "ending": ending,
    "subscription_ended": end,
    "order_expired": let_expire,
}
EACH_KIND = pytest.mark.parametrize("kind", STAGES)


@EACH_KIND
@pytest.mark.parametrize("language", ["en", "ur"])
def test_mail_has_these_words(clock: time_machine.Traveller, kind: str, language: str) -> None:
    customer = Customer(clock)
    STAGES[kind](customer)
    subject, *told = paragraphs(kind, language)
    assert customer.words(kind, language)["subject.txt"] == subject
    body = one_line(customer.body(kind, language))
    places = [body.find(paragraph) for paragraph in told]
    assert -1 not in places, told[places.index(-1)]
    assert places == sorted(places)


@EACH_KIND
def test_html_mail_leads_to_where_to_act(clock: time_machine.Traveller, kind: str) -> None:
    customer = Customer(clock)
    STAGES[kind](customer)
    is_over = kind in {"subscription_ended", "order_expired"}
    page = "upgrade" if is_over else f"invoices/{customer.renewal.pk}"
    for language, direction in (("en", "ltr"), ("ur", "rtl")):
        html = customer.words(kind, language)["layout.html"]
        assert f'<a href="{settings.FRONTEND_URL}/{page}"' in html
        assert f'dir="{direction}"' in html


@EACH_KIND
def test_mail_keeps_its_facts_when_rules_and_plan_change(
    clock: time_machine.Traveller, settings: LazySettings, kind: str
) -> None:
    customer = Customer(clock)
    STAGES[kind](customer)
    before = [customer.words(kind, language) for language in ("en", "ur")]
    settings.BILLING_LATE_PAYMENT = "restarts"
    settings.BILLING_SUSPEND_AFTER_DAYS = 1
    settings.BILLING_END_AFTER_DAYS = 2
    settings.BILLING_FREEZING_CLAIMS = 0
    Plan.objects.update(name="Edited", price=Decimal(1), interval="year")
    PaymentMethodConfig.objects.update(display_name="Edited", details=[], instructions="Edited")
    Account.objects.update(name="Edited")
    assert [customer.words(kind, language) for language in ("en", "ur")] == before


# The period of a renewal


def test_period_that_begins_at_midnight_ends_on_the_day_before(
    clock: time_machine.Traveller,
) -> None:
    customer = Customer(clock, begun=datetime(2027, 1, 1, tzinfo=UTC))
    words = customer.words("renewal_issued")
    assert "for the period from 1 February 2027 to 28 February 2027." in words["layout.txt"]
    assert "by 31 January 2027" in words["subject.txt"]


def test_period_days_are_those_of_the_business(
    clock: time_machine.Traveller, settings: LazySettings
) -> None:
    settings.BUSINESS_TIME_ZONE = "Asia/Karachi"
    customer = Customer(clock, begun=datetime(2027, 1, 1, 20, tzinfo=UTC))  # 2 January there
    assert "from 2 February 2027 to 2 March 2027." in customer.body("renewal_issued")


def test_period_is_as_long_as_the_invoice_says(clock: time_machine.Traveller) -> None:
    customer = Customer(clock)
    renewal = customer.renewal
    renewal.billing_snapshot["plan"]["interval"] = "year"
    facts = emails.of_renewal(invoice=renewal).facts
    assert (facts["period_start"], facts["period_end"]) == ("2027-02-01", "2028-02-01")


def test_renewal_without_a_method_asks_to_choose_one(clock: time_machine.Traveller) -> None:
    customer = Customer(clock)
    mail = customer.mail("renewal_issued")
    Invoice.objects.filter(pk=customer.renewal.pk).update(payment_method=None, method_snapshot=None)
    mail.arguments["facts"]["method"] = None
    mail.save()
    assert "Choose how to pay on the invoice page." in customer.body("renewal_issued")


# What a suspension does to the period, and what stops the clock


@pytest.mark.parametrize(
    ("late_payment", "english", "urdu"),
    [
        ("clock_stops", "The paused days don't count", "رکے ہوئے دن شمار نہیں ہوں گے"),
        ("restarts", "A whole period begins on that day.", "پوری نئی مدت شروع ہوگی"),
        ("keeps_due", "The period keeps its dates", "مدت کی تاریخیں وہی رہیں گی"),
    ],
)
@pytest.mark.parametrize("kind", ["suspended", "ending"])
def test_paused_mail_says_what_the_paused_days_do(
    clock: time_machine.Traveller,
    settings: LazySettings,
    kind: str,
    late_payment: str,
    english: str,
    urdu: str,
) -> None:
    settings.BILLING_LATE_PAYMENT = late_payment
    customer = Customer(clock)
    STAGES[kind](customer)
    assert english in customer.body(kind)
    assert urdu in customer.body(kind, "ur")


def reject_two(customer: Customer) -> None:
    for reference in ("BT-1", "BT-2"):
        reject(customer.confirm(reference), customer.admin)


def test_mail_says_when_no_confirmation_stops_the_clock_any_more(
    clock: time_machine.Traveller,
) -> None:
    customer = Customer(clock)
    reject(customer.confirm("BT-1"), customer.admin)
    remind_on(customer, 2, 2, "renewal_due")
    assert paid_already("en") in customer.body("renewal_due")
    reject(customer.confirm("BT-2"), customer.admin)
    make_late(customer)
    remind_on(customer, 2, 5, "past_due")
    for language, words in (
        ("en", "Another confirmation on the invoice page no longer stops the clock."),
        ("ur", "انوائس کے صفحے پر مزید تصدیق سے اب وقت نہیں رکے گا۔"),
    ):
        assert words in customer.body("past_due", language)
    assert paid_already("en") not in customer.body("past_due")


def test_confirmations_of_a_replaced_renewal_count(clock: time_machine.Traveller) -> None:
    customer = Customer(clock)
    reject_two(customer)
    void(customer.renewal)
    customer.renewal = issue_renewal(customer.owner)
    remind_on(customer, 2, 2, "renewal_due")
    assert "no longer stops the clock" in customer.body("renewal_due")


def test_invoice_says_how_many_confirmations_stop_the_clock(clock: time_machine.Traveller) -> None:
    customer = Customer(clock)
    renewal = customer.renewal
    renewal.dunning_plan = DunningPlan(freezing_claims=1).as_json()
    assert (is_frozen(renewal), can_be_frozen(renewal)) == (False, True)
    first = customer.confirm("BT-1")
    assert (is_frozen(renewal), can_be_frozen(renewal)) == (True, False)
    reject(first, customer.admin)
    customer.confirm("BT-2")
    assert (is_frozen(renewal), can_be_frozen(renewal)) == (False, False)
    renewal.dunning_plan = None
    assert (is_frozen(renewal), can_be_frozen(renewal)) == (True, False)


# Why an email isn't sent

DEBTS = [kind for kind in STAGES if kind not in {"subscription_ended", "order_expired"}]
REMINDERS = [kind for kind in DEBTS if kind not in {"renewal_issued", "due_day_put_off"}]


@pytest.mark.parametrize("kind", DEBTS)
def test_paid_renewal_is_not_asked_for(clock: time_machine.Traveller, kind: str) -> None:
    customer = Customer(clock)
    STAGES[kind](customer)
    approve(customer.confirm("BT-1"), customer.admin)
    assert customer.drop_reason(kind) == "The invoice is now paid."


@pytest.mark.parametrize("kind", REMINDERS)
def test_void_renewal_is_not_asked_for(clock: time_machine.Traveller, kind: str) -> None:
    customer = Customer(clock)
    STAGES[kind](customer)
    void(customer.renewal)
    assert customer.drop_reason(kind) == "The invoice is now void."


@pytest.mark.parametrize("kind", REMINDERS)
def test_nobody_is_pressed_while_a_confirmation_waits(
    clock: time_machine.Traveller, kind: str
) -> None:
    customer = Customer(clock)
    STAGES[kind](customer)
    payment = customer.confirm("BT-1")
    assert customer.drop_reason(kind) == "A confirmation of its payment is under review."
    reject(payment, customer.admin)
    assert customer.body(kind)


@pytest.mark.parametrize("kind", REMINDERS)
def test_nobody_is_pressed_while_a_confirmation_of_an_order_waits(
    clock: time_machine.Traveller, kind: str
) -> None:
    customer = Customer(clock)
    customer.on(1, 26)
    order(customer.owner)
    STAGES[kind](customer)
    assert customer.body(kind)
    payment = customer.confirm("BT-1")
    assert payment.invoice.kind == "change"
    assert customer.drop_reason(kind) == "A confirmation of an order is under review."
    reject(payment, customer.admin)
    assert customer.body(kind)


@pytest.mark.parametrize("kind", REMINDERS)
def test_third_confirmation_holds_no_mail_back(clock: time_machine.Traveller, kind: str) -> None:
    """Else the account would be paused without the notice that counts as sent."""
    customer = Customer(clock)
    reject_two(customer)
    STAGES[kind](customer)
    customer.confirm("BT-3")
    assert "no longer stops the clock" in customer.body(kind)


@pytest.mark.parametrize("kind", DEBTS)
def test_later_due_day_makes_a_mail_untrue(clock: time_machine.Traveller, kind: str) -> None:
    customer = Customer(clock)
    STAGES[kind](customer)
    later = customer.renewal.due_date + timedelta(days=7)
    Invoice.objects.filter(pk=customer.renewal.pk).update(due_date=later)
    assert customer.drop_reason(kind) == "Another due day has been set."


@pytest.mark.parametrize("kind", REMINDERS)
def test_nobody_is_pressed_during_a_hold(clock: time_machine.Traveller, kind: str) -> None:
    customer = Customer(clock)
    STAGES[kind](customer)
    tomorrow = utc_now().date() + timedelta(days=1)
    Subscription.objects.update(hold_until=tomorrow)
    assert customer.drop_reason(kind) == f"Nothing is due until {tomorrow}."
    Subscription.objects.update(hold_until=utc_now().date())
    assert customer.body(kind)


def test_reminder_of_the_due_day_is_not_sent_after_it(clock: time_machine.Traveller) -> None:
    customer = Customer(clock)
    STAGES["renewal_reminder"](customer)
    customer.on(2, 1)
    assert "by 1 February 2027" in customer.words("renewal_reminder")["subject.txt"]
    customer.on(2, 2)
    assert customer.drop_reason("renewal_reminder") == "The due day is over."


def test_after_an_outage_only_the_newest_reminder_is_sent(clock: time_machine.Traveller) -> None:
    customer = Customer(clock)
    remind_on(customer, 2, 2, "renewal_due")
    make_late(customer)
    remind_on(customer, 2, 5, "past_due")
    remind_on(customer, 2, 9, "final_notice")
    for kind in ("renewal_due", "past_due"):
        assert customer.drop_reason(kind) == "A newer email says what comes next."
    assert customer.body("final_notice")
    OutgoingMail.objects.filter(kind="final_notice").update(dropped_at=utc_now())
    assert customer.body("past_due")


@pytest.mark.parametrize("kind", ["renewal_reminder", "renewal_due", "past_due", "final_notice"])
def test_pause_is_not_announced_once_it_has_begun(clock: time_machine.Traveller, kind: str) -> None:
    customer = Customer(clock)
    pause(customer)
    remind(customer.renewal, ReminderKind(kind))
    assert customer.drop_reason(kind) == "The account is now suspended."


@pytest.mark.parametrize("kind", ["suspended", "ending"])
def test_active_account_is_not_called_paused(clock: time_machine.Traveller, kind: str) -> None:
    customer = Customer(clock)
    STAGES[kind](customer)
    resume(customer.renewal)
    assert customer.drop_reason(kind) == "The account is now active."


@pytest.mark.parametrize("kind", ["past_due", "final_notice"])
def test_subscription_in_time_is_not_called_past_due(
    clock: time_machine.Traveller, kind: str
) -> None:
    customer = Customer(clock)
    STAGES[kind](customer)
    forgive(customer.renewal)
    assert customer.drop_reason(kind) == "The subscription is now active."


def test_renewal_mail_with_another_method_is_not_sent(clock: time_machine.Traveller) -> None:
    customer = Customer(clock)
    change_payment_method(
        invoice_id=customer.renewal.pk,
        account=account_of(customer.owner),
        method_code="jazzcash",
        actor=Actor(user=customer.owner),
        now=utc_now(),
    )
    assert customer.drop_reason("renewal_issued") == "Another payment method has been chosen."
    assert "JazzCash" in customer.body("invoice_issued")


def order(owner: User) -> None:
    change_plan_now(
        account=account_of(owner),
        plan_slug="growth",
        method_code="raast",
        actor=Actor(user=owner),
        now=utc_now(),
    )


def test_who_has_ordered_a_plan_is_not_asked_to_choose_one(clock: time_machine.Traveller) -> None:
    customer = Customer(clock)
    end(customer)
    order(customer.owner)
    assert customer.drop_reason("subscription_ended") == "The account has ordered a plan."
    approve(customer.confirm("BT-1"), customer.admin)
    assert customer.drop_reason("subscription_ended") == "The account is now active."


# Who is told what, and how often


def test_cancelled_plan_ends_as_asked(clock: time_machine.Traveller) -> None:
    customer = Customer(clock)
    end(customer)
    ended = customer.subscription()
    ended.cancel_at_period_end = True
    facts = emails.of_end(subscription=ended, account=account_of(customer.owner)).facts
    OutgoingMail.objects.filter(kind="subscription_ended").update(
        arguments={"subscription_id": ended.pk, "facts": facts}
    )
    words = "Your Starter plan was cancelled, and the time that you paid for is over."
    assert words in customer.body("subscription_ended")
    assert "پلان منسوخ کیا گیا تھا" in customer.body("subscription_ended", "ur")
    assert "wasn't paid" not in customer.body("subscription_ended")


def test_expired_change_leaves_the_account_as_it_is(clock: time_machine.Traveller) -> None:
    customer = Customer(clock)
    order(customer.owner)
    expire(invoice_of(customer.owner))
    body = customer.body("order_expired")
    assert "your order of the Growth plan has expired" in body
    assert "Nothing else has changed in your account." in body
    assert "without a paid plan" not in body
    assert account_of(customer.owner).status == "active"


def test_reminder_is_queued_once_for_its_days(clock: time_machine.Traveller) -> None:
    customer = Customer(clock)
    for _time in range(2):
        remind_on(customer, 2, 2, "renewal_due")
    assert OutgoingMail.objects.filter(kind="renewal_due").count() == 1
    later = customer.renewal.due_date + timedelta(days=7)
    Invoice.objects.filter(pk=customer.renewal.pk).update(due_date=later)
    customer.renewal.refresh_from_db()
    remind_on(customer, 2, 9, "renewal_due")
    assert OutgoingMail.objects.filter(kind="renewal_due").count() == 2
    assert "was due on 8 February 2027" in customer.body("renewal_due")


def test_second_pause_is_told_too(clock: time_machine.Traveller) -> None:
    customer = Customer(clock)
    pause(customer)
    account = Account.objects.get(users=customer.owner)
    customer.on(2, 20)
    account.suspended_at = utc_now()
    renewal = customer.renewal
    renewal.account = account
    again = emails.of_suspension(invoice=renewal, ends_on=ends_on(renewal))
    assert f"suspended:{again.about}" != customer.mail("suspended").key
    assert again.facts["suspended_on"] == "2027-02-20"


def test_account_that_is_not_suspended_is_not_called_paused(clock: time_machine.Traveller) -> None:
    customer = Customer(clock)
    with pytest.raises(ValueError, match="isn't suspended"):
        emails.of_suspension(invoice=customer.renewal, ends_on=ends_on(customer.renewal))


def test_few_statements_make_and_write_a_reminder(clock: time_machine.Traveller) -> None:
    customer = Customer(clock)
    renewal = customer.renewal
    with CaptureQueriesContext(connection) as made:
        emails.of_reminder(
            invoice=renewal,
            kind=ReminderKind.RENEWAL_DUE,
            suspends_on=suspends_on(renewal),
            ends_on=ends_on(renewal),
        )
    assert len(made) == 1  # its confirmations
    remind_on(customer, 2, 2, "renewal_due")
    mail = customer.mail("renewal_due")
    with CaptureQueriesContext(connection) as written:
        letter_for(mail)
    assert len(written) == 5  # the invoice, its confirmations, an order, newer emails, the seller


def test_notice_is_about_its_invoice_and_account(clock: time_machine.Traveller) -> None:
    customer = Customer(clock)
    renewal = customer.renewal
    notice = emails.of_reminder(
        invoice=renewal,
        kind=ReminderKind.RENEWAL_DUE,
        suspends_on=suspends_on(renewal),
        ends_on=ends_on(renewal),
    )
    assert notice.kind == "renewal_due"
    assert notice.account == account_of(customer.owner)
    assert notice.ids == {"invoice_id": renewal.pk}
    assert notice.facts == {
        "seller_name": settings.BILLING_SELLER_NAME,
        "number": renewal.number,
        "due": "89.00 USD",
        "payable": "25,053.50 PKR",
        "due_date": "2027-02-01",
        "plan": "Starter",
        "suspended_on": "",
        "suspends_on": "2027-02-11",
        "ends_on": "2027-03-13",
        "clock_can_stop": True,
        "late_payment": "clock_stops",
    }


# What ``verify_billing`` finds


@EACH_KIND
def test_true_mail_is_not_reported(clock: time_machine.Traveller, kind: str) -> None:
    customer = Customer(clock)
    STAGES[kind](customer)
    OutgoingMail.objects.update(sent_at=utc_now())
    assert contradicting_what_they_tell() == []
    assert telling_another_amount() == []


def test_mail_of_an_order_that_is_open_is_reported(clock: time_machine.Traveller) -> None:
    customer = Customer(clock)
    mail = customer.mail("renewal_issued")
    OutgoingMail.objects.filter(pk=mail.pk).update(kind="order_expired", sent_at=utc_now())
    assert contradicting_what_they_tell() == [f"mail {mail.pk}"]


@pytest.mark.parametrize("kind", DEBTS)
@pytest.mark.parametrize(("fact", "amount"), [("due", "1.00 USD"), ("payable", "1.00 PKR")])
def test_mail_with_another_amount_is_reported(
    clock: time_machine.Traveller, kind: str, fact: str, amount: str
) -> None:
    customer = Customer(clock)
    STAGES[kind](customer)
    mail = customer.mail(kind)
    mail.arguments["facts"][fact] = (
        mail.arguments["facts"][fact].replace("9", "8").replace("5", "6")
    )
    mail.save()
    assert telling_another_amount() == [f"mail {mail.pk}"]
