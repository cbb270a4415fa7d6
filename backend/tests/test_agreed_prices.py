"""A price that was agreed on with one customer, for as long as the plan stays."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from igny8_core.auth.models import Subscription, User
from igny8_core.business.billing.models import Invoice, PaymentEvent
from igny8_core.business.reports.renewals import count_renewals, recurring
from igny8_core.business.subscriptions.exceptions import NotToBeAgreedOn, PriceHoldsAlready
from igny8_core.common.exceptions import DomainError
from tests.database import assert_all_invariants_hold
from tests.factories import PASSWORD, invoice_of
from tests.life import DUE_AGAIN, day, days, order, pay, reverse
from tests.operators import REASON, STAGES, At, act

pytestmark = pytest.mark.django_db
HALF = Decimal("44.50")


@pytest.fixture
def root(catalog: None) -> User:
    return User.objects.create_superuser("root@desk.example", PASSWORD)


def agreed(at: At, root: User, price: Decimal | None = HALF) -> None:
    act("agree_price", at, root, price=price)


def monthly(at: At) -> str:
    (found,) = recurring(count_renewals(now=at.now))
    return str(found.money)


def test_renewals_cost_what_was_agreed_on(root: User) -> None:
    at = STAGES["active"](root)
    agreed(at, root)
    assert monthly(at) == "44.50 USD"
    for border in (31, 59):
        days(border - 21, border - 1)
        renewal = invoice_of(at.owner)
        assert (renewal.total, renewal.plan.price) == (HALF, HALF)
        assert [line.amount for line in renewal.lines.all()] == [HALF]
        pay(at.owner, root, day(border - 1))
        days(border, border)
    assert at.subscription.promised.price == HALF
    assert_all_invariants_hold()


def test_open_renewal_is_replaced_and_due_on_the_same_day(root: User) -> None:
    at = STAGES["renewal_open"](root)
    old = invoice_of(at.owner)
    agreed(at, root)
    new = invoice_of(at.owner)
    assert (new.total, new.period_index, new.due_date) == (HALF, 1, date(2027, 2, 1))
    old.refresh_from_db()
    assert (old.status, old.due_date) == ("void", new.due_date)
    told = PaymentEvent.objects.filter(event="agree_price").order_by("pk")
    assert [(event.object_type, event.note) for event in told] == [
        ("invoice", "Replaced, because the price changes."),
        ("subscription", f"44.50 USD: {REASON}"),
    ]
    assert_all_invariants_hold()


def test_price_of_the_plan_holds_again_when_the_agreement_ends(root: User) -> None:
    at = STAGES["active"](root)
    agreed(at, root)
    agreed(at, root, None)
    days(11, 25)
    assert invoice_of(at.owner).total == Decimal("89.00")
    note = PaymentEvent.objects.filter(event="agree_price").latest("pk").note
    assert note == f"The plan's own price: {REASON}"


def test_unused_days_are_worth_what_was_paid_for_them(root: User) -> None:
    at = STAGES["renewal_open"](root)
    agreed(at, root)
    pay(at.owner, root, day(26))
    days(26, 31)
    order(at.owner, "growth", day(31, 13))
    change = invoice_of(at.owner)
    assert [line.amount for line in change.lines.all()] == [Decimal("139.00"), Decimal("-42.91")]
    assert_all_invariants_hold()


def test_another_plan_costs_its_own_price_and_ends_the_agreement(root: User) -> None:
    at = STAGES["active"](root)
    agreed(at, root)
    act("plan_next_period", at, root, plan_slug="growth")
    assert at.subscription.price_override == HALF  # the choice can be dropped
    days(11, 25)
    assert invoice_of(at.owner).plan.price == Decimal("139.00")
    pay(at.owner, root, day(26))
    days(26, 31)
    subscription = at.subscription
    assert subscription.plan.slug == "growth"
    assert subscription.price_override is None
    days(32, 55)
    assert invoice_of(at.owner).total == Decimal("139.00")
    assert_all_invariants_hold()


def test_dropped_choice_leaves_the_agreed_price(root: User) -> None:
    at = STAGES["active"](root)
    agreed(at, root)
    act("plan_next_period", at, root, plan_slug="growth")
    act("drop_next_plan", at, root)
    days(11, 25)
    assert invoice_of(at.owner).total == HALF


@pytest.mark.parametrize("price", ["0", "-1", "1000000.01", "9.999"])
def test_price_is_above_zero_and_in_whole_cents(root: User, price: str) -> None:
    at = STAGES["active"](root)
    with pytest.raises(NotToBeAgreedOn):
        agreed(at, root, Decimal(price))
    assert at.subscription.price_override is None


@pytest.mark.parametrize("price", [HALF, None])
def test_price_that_holds_already_is_refused(root: User, price: Decimal | None) -> None:
    at = STAGES["renewal_open"](root)
    if price:
        agreed(at, root, price)
    with pytest.raises(PriceHoldsAlready):
        agreed(at, root, price)
    assert Invoice.objects.filter(status="void").count() == (1 if price else 0)


def test_database_keeps_no_agreed_price_of_nothing(root: User) -> None:
    at = STAGES["active"](root)
    with pytest.raises(IntegrityError, match="agreed_price_is_positive"), transaction.atomic():
        Subscription.objects.filter(pk=at.subscription.pk).update(price_override=0)


def test_reversal_that_brings_the_old_plan_back_brings_no_price_of_the_new_one(root: User) -> None:
    at = STAGES["planned"](root)
    payment = pay(at.owner, root, at.now)
    days(26, 31)
    later = At(at.owner, day(32))
    agreed(later, root)
    reverse(payment, root, day(33), DUE_AGAIN)
    subscription = at.subscription
    assert subscription.plan.slug == "starter"
    assert subscription.price_override is None
    assert_all_invariants_hold()


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        ("planned", "another_plan_follows"),
        ("under_review", "payment_already_under_review"),
        ("cancelled", "plan_ends"),
        ("ended", "no_live_subscription"),
    ],
)
def test_price_is_agreed_on_for_what_goes_on_and_is_not_paid(
    root: User, stage: str, code: str
) -> None:
    at = STAGES[stage](root)
    with pytest.raises(DomainError) as refused:
        agreed(at, root)
    assert refused.value.code == code
    assert at.subscription.price_override is None
