"""A plan's higher price reaches those who have the plan with notice, and not before."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, transaction
from django.test import Client

from igny8_core.auth.models import Plan, Subscription, User
from igny8_core.business.billing.models import Invoice, PaymentEvent
from igny8_core.business.integrity.mails import decisions_not_told_once
from igny8_core.business.subscriptions.current import PriceChange, current_subscription
from igny8_core.business.subscriptions.facts import PriceRise
from igny8_core.business.subscriptions.services.looks import look_at_customers_of
from igny8_core.common.letters import NothingToSend, letter_for, render_letter
from igny8_core.common.models import OutgoingMail
from igny8_core.common.money import Money
from tests.database import assert_all_invariants_hold
from tests.desk import form_of
from tests.factories import PASSWORD, account_of, invoice_of
from tests.life import START, day, days, make_customer, pay, run, subscription_of
from tests.operators import At, act
from tests.renewal_words import one_line

pytestmark = pytest.mark.django_db
OLD, NEW = Decimal("89.00"), Decimal("99.00")
ISOLATES = {0x2068: None, 0x2069: None}
TOLD = "announce price 99.00 from 2027-03-01"


@pytest.fixture
def root(catalog: None) -> User:
    return User.objects.create_superuser("root@desk.example", PASSWORD)


@pytest.fixture
def customer(root: User) -> User:
    """Somebody on the plan of 89 USD, whose periods begin on the first of the month."""
    return make_customer(root)


def let_it_cost(price: Decimal) -> None:
    """Change the price of the plan, as the desk does."""
    plan = Plan.objects.get(slug="starter")
    plan.price = price
    plan.save()
    look_at_customers_of(plan_id=plan.pk, now=START)


def steps(first: int, last: int) -> list[tuple[int, str]]:
    """Run billing each day; return what it did on which, but for renewals."""
    found = days(first, last).items()
    return [(number, step) for number, taken in found for step in taken if "renew" not in step]


def change_shown(customer: User, now: datetime) -> PriceChange | None:
    return current_subscription(account=account_of(customer), now=now).price_change


def mail() -> OutgoingMail:
    return OutgoingMail.objects.get(kind="price_change", recipient__startswith="owner")


def drop_reason() -> str:
    with pytest.raises(NothingToSend) as dropped:
        letter_for(mail())
    return str(dropped.value)


def test_higher_price_is_told_first_and_holds_when_it_was_told(root: User, customer: User) -> None:
    days(0, 4)
    let_it_cost(NEW)
    assert steps(5, 23) == [(5, TOLD)]
    subscription = subscription_of(customer)
    assert (subscription.announced_price, subscription.announced_on) == (NEW, day(5).date())
    prices = []
    for border in (31, 59, 90):
        days(border - 7, border - 1)
        prices.append(invoice_of(customer).total)
        pay(customer, root, day(border - 1))
        days(border, border)
    assert prices == [OLD, NEW, NEW]
    assert subscription_of(customer).announced_price is None  # it is the price now
    assert OutgoingMail.objects.filter(kind="price_change").count() == 1
    assert decisions_not_told_once() == []
    assert_all_invariants_hold()


@pytest.mark.parametrize(
    ("told", "first"),
    [(22, date(2027, 3, 1)), (23, date(2027, 4, 1))],  # the renewal of March is issued on day 52
)
def test_notice_is_whole(customer: User, told: int, first: date) -> None:
    days(0, told - 1)
    let_it_cost(NEW)
    run(day(told))
    assert subscription_of(customer).announced_from == first


def test_price_that_was_not_told_long_enough_does_not_hold_for_an_early_invoice() -> None:
    rise = PriceRise(NEW, told_on=date(2027, 1, 6), first_day=date(2027, 3, 1))
    notice = timedelta(days=30)
    march, early = date(2027, 3, 1), date(2027, 2, 4)
    assert rise.holds(first_day=march, issued_on=date(2027, 2, 5), notice=notice)
    assert not rise.holds(first_day=march, issued_on=early, notice=notice)
    assert not rise.holds(first_day=date(2027, 2, 1), issued_on=date(2027, 3, 5), notice=notice)


def test_lower_price_holds_at_once_without_an_email(customer: User) -> None:
    let_it_cost(Decimal("79.00"))
    assert steps(0, 23) == []
    expected = PriceChange(Money(Decimal("79.00"), "USD"), date(2027, 2, 1))
    assert change_shown(customer, day(23)) == expected
    days(24, 24)
    assert invoice_of(customer).total == Decimal("79.00")
    assert OutgoingMail.objects.filter(kind="price_change").count() == 0


def test_price_that_rises_again_is_told_again(root: User, customer: User) -> None:
    let_it_cost(NEW)
    days(0, 1)
    let_it_cost(Decimal("109.00"))
    assert steps(2, 23) == [(2, "announce price 109.00 from 2027-03-01")]
    assert drop_reason_of_first() == "Another price holds."


def drop_reason_of_first() -> str:
    first = OutgoingMail.objects.filter(kind="price_change").earliest("pk")
    with pytest.raises(NothingToSend) as dropped:
        letter_for(first)
    return str(dropped.value)


def test_rise_that_is_taken_back_is_not_paid_and_told_anew_if_it_comes_again(
    root: User, customer: User
) -> None:
    let_it_cost(NEW)
    days(0, 20)
    let_it_cost(OLD)
    assert drop_reason() == "Another price holds."
    days(21, 25)
    pay(customer, root, day(26))
    assert steps(26, 40) == [(31, "start period 1")]
    assert subscription_of(customer).announced_price is None
    let_it_cost(NEW)
    assert steps(41, 50) == [(41, "announce price 99.00 from 2027-04-01")]


def test_customer_who_is_pressed_is_told_when_the_debt_is_paid(root: User, customer: User) -> None:
    days(0, 36)
    let_it_cost(NEW)
    assert [step for _, step in steps(37, 42) if "price" in step] == []
    pay(customer, root, day(43))
    assert [step for _, step in steps(43, 45) if "price" in step] == [
        "announce price 99.00 from 2027-04-03"
    ]
    assert_all_invariants_hold()


def test_customer_who_cancelled_is_told_of_no_price(root: User, customer: User) -> None:
    days(0, 3)
    act("cancel_plan", At(customer, day(3, 13)), root)
    let_it_cost(NEW)
    assert steps(4, 31) == [(31, "end")]
    assert change_shown(customer, day(20)) is None


def test_agreed_price_holds_whatever_the_plan_costs(root: User, customer: User) -> None:
    act("agree_price", At(customer, day(0, 13)), root, price=Decimal("50.00"))
    let_it_cost(NEW)
    assert steps(1, 23) == []
    days(24, 25)
    assert invoice_of(customer).total == Decimal("50.00")
    pay(customer, root, day(26))
    assert steps(26, 31) == [(31, "start period 1")]
    act("agree_price", At(customer, day(32)), root, price=None)
    assert steps(32, 40) == [(32, "announce price 99.00 from 2027-04-01")]
    assert_all_invariants_hold()


def test_another_plan_has_no_price_that_was_told_of_the_old_one(root: User, customer: User) -> None:
    let_it_cost(NEW)
    days(0, 5)
    act("plan_next_period", At(customer, day(6)), root, plan_slug="growth")
    assert change_shown(customer, day(6)) is None
    days(6, 25)
    pay(customer, root, day(26))
    days(26, 31)
    subscription = subscription_of(customer)
    told = (subscription.announced_price, subscription.announced_on, subscription.announced_from)
    assert told == (None, None, None)


def test_customer_sees_what_the_plan_will_cost_once_told(customer: User) -> None:
    let_it_cost(NEW)
    assert change_shown(customer, day(0)) is None
    days(0, 0)
    assert change_shown(customer, day(0)) == PriceChange(Money(NEW, "USD"), date(2027, 3, 1))


def test_email_comes_as_foreseen(customer: User) -> None:
    let_it_cost(NEW)
    coming = current_subscription(account=account_of(customer), now=day(0)).coming
    assert (coming[0].day, coming[0].what) == (day(0).date(), "announce_price")
    assert [step for number, step in steps(0, 30) if "price" in step] == [TOLD]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "Your Starter plan will cost 99.00 USD from 1 March 2027",
                "Price now: 89.00 USD a month New price: 99.00 USD a month",
                "From: the period that begins on 1 March 2027",
                "To keep your plan, you need do nothing.",
            ],
        ),
        (
            "ur",
            [
                "2027-03-01 سے آپ کے Starter پلان کی قیمت 99.00 USD ہوگی",
                "موجودہ قیمت: 89.00 USD ماہانہ نئی قیمت: 99.00 USD ماہانہ",
                "پلان جاری رکھنے کے لیے آپ کو کچھ نہیں کرنا۔",
            ],
        ),
    ],
)
def test_email_says_both_prices_from_when_and_what_can_be_done(
    customer: User, language: str, words: list[str]
) -> None:
    let_it_cost(NEW)
    days(0, 0)
    texts = render_letter(letter_for(mail()), language=language)
    text = one_line(" ".join(texts.values()).translate(ISOLATES))
    for part in words:
        assert part in text
    assert "/plan" in text


def test_change_at_the_desk_lets_billing_look_at_every_customer(
    root: User, customer: User, admin_client: Client
) -> None:
    other = make_customer(root)
    plan = Plan.objects.get(slug="starter")
    page = f"/admin/igny8_auth/plan/{plan.pk}/change/"
    sent = {**form_of(admin_client, page), "price": "99.00"}
    assert admin_client.post(page, sent).status_code == 302
    for owner in (customer, other):
        look = account_of(owner).next_billing_step_at
        assert look is not None
        assert look <= datetime.now(tz=UTC)


def test_setting_says_how_long_the_notice_is(customer: User, settings: LazySettings) -> None:
    settings.BILLING_PRICE_NOTICE_DAYS = 60
    let_it_cost(NEW)
    assert steps(0, 10) == [(0, "announce price 99.00 from 2027-04-01")]


FORGED: list[Callable[[], dict[str, object]]] = [
    lambda: {"announced_price": NEW},
    lambda: {"announced_on": day(0).date(), "announced_from": day(31).date()},
    lambda: {
        "announced_price": NEW,
        "announced_on": day(31).date(),
        "announced_from": day(0).date(),
    },
]


@pytest.mark.parametrize("forged", FORGED)
def test_database_keeps_an_announced_price_with_its_days(
    customer: User, forged: Callable[[], dict[str, object]]
) -> None:
    row = Subscription.objects.filter(pk=subscription_of(customer).pk)
    with pytest.raises(IntegrityError, match="announced_price_has_its_days"), transaction.atomic():
        row.update(**forged())


def test_events_tell_the_price(customer: User) -> None:
    let_it_cost(NEW)
    days(0, 0)
    event = PaymentEvent.objects.get(event="announce_price")
    assert (event.object_type, event.note) == ("subscription", "99.00 USD from 2027-03-01")
    assert Invoice.objects.filter(kind="renewal").count() == 0
