"""What is left of paid periods when the plan changes: never more than was paid, nor more days."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from igny8_core.auth.models import Subscription
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing.models import Invoice
from igny8_core.business.billing.periods import border
from igny8_core.business.billing.services.invoices import Deduction
from igny8_core.business.subscriptions.services.plan_changes import unused_periods
from igny8_core.common.daily import A_DAY
from igny8_core.common.money import Money

PRICES = st.decimals(min_value=1, max_value=1_000_000, places=2)
TIMES = st.datetimes(
    min_value=datetime(2025, 1, 1),  # noqa: DTZ001  (hypothesis adds the zone)
    max_value=datetime(2032, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def terms(price: Decimal, interval: str, change_credit: str = "days") -> PlanTerms:
    return PlanTerms(
        slug="starter",
        name="Starter",
        description="",
        price=price,
        currency="USD",
        interval=interval,
        included_credits=1000,
        max_sites=1,
        max_users=1,
        change_credit=change_credit,
    )


def subscribed(start: datetime, price: Decimal, interval: str, *, current: int) -> Subscription:
    subscription = Subscription(
        pk=1,
        anchor_at=start,
        anchor_index=0,
        current_index=current,
        paid_index=current + 1,
        terms=terms(price, interval).as_json(),
    )
    subscription.current_period_start = border(subscription, current)
    subscription.current_period_end = border(subscription, current + 1)
    return subscription


def paid(subscription: Subscription, index: int, price: Decimal, interval: str) -> Invoice:
    return Invoice(
        subscription=subscription,
        status="paid",
        kind="renewal",
        period_index=index,
        included_credits=1000,
        currency="USD",
        total=price,
        billing_snapshot={"plan": terms(price, interval).as_json()},
    )


def periods(subscription: Subscription, invoices: list[Invoice], now: datetime) -> list[Deduction]:
    """Return what is left of periods whose credits aren't spent."""
    return list(unused_periods(subscription, invoices, now, plan_credits=1000))


def value(
    subscription: Subscription, invoices: list[Invoice], now: datetime, *, plan_credits: int = 1000
) -> Money:
    left = unused_periods(subscription, invoices, now, plan_credits=plan_credits)
    return Money(sum((item.amount.amount for item in left), Decimal(0)), "USD")


@given(
    start=TIMES,
    price=PRICES,
    interval=st.sampled_from(["month", "year"]),
    current=st.integers(0, 30),
    ahead=st.integers(0, 2),
    after=st.timedeltas(min_value=timedelta(days=-1), max_value=timedelta(days=900)),
)
def test_credit_is_never_more_than_was_paid_nor_for_more_days_than_are_left(
    *,
    start: datetime,
    price: Decimal,
    interval: str,
    current: int,
    ahead: int,
    after: timedelta,
) -> None:
    subscription = subscribed(start, price, interval, current=current)
    invoices = [
        paid(subscription, current + number, price, interval) for number in range(ahead + 1)
    ]
    begin, now = border(subscription, current), border(subscription, current) + after
    credit = value(subscription, invoices, now).amount
    assert 0 <= credit <= price * (ahead + 1)
    for item, number in zip(periods(subscription, invoices, now), range(9), strict=False):
        assert item.amount.amount <= price, number
    ends_at = border(subscription, current + 1 + ahead)
    if now >= ends_at:
        assert credit == 0
    if now <= begin:
        assert credit == price * (ahead + 1)
    a_day_later = value(subscription, invoices, now + A_DAY).amount
    assert a_day_later <= credit


@pytest.mark.parametrize(
    ("hours", "credit"),
    [
        (0, "89.00"),  # nothing is used
        (1, "86.13"),  # the day that has begun doesn't count
        (24, "86.13"),
        (24 * 30, "2.87"),
        (24 * 30 + 1, "0"),
        (24 * 31, "0"),
    ],
)
def test_whole_days_count_of_all_days_of_the_period(hours: int, credit: str) -> None:
    start, price = datetime(2027, 1, 1, 10, tzinfo=UTC), Decimal("89.00")
    subscription = subscribed(start, price, "month", current=0)
    invoices = [paid(subscription, 0, price, "month")]
    found = value(subscription, invoices, start + timedelta(hours=hours))
    assert found.amount == Decimal(credit)


def test_half_a_cent_is_rounded_up() -> None:
    start, price = datetime(2027, 2, 1, tzinfo=UTC), Decimal("0.14")  # a half cent a day
    subscription = subscribed(start, price, "month", current=0)
    found = value(subscription, [paid(subscription, 0, price, "month")], start + timedelta(days=27))
    assert found.amount == Decimal("0.01")


def test_plan_that_promised_no_credit_gives_none_whatever_it_says_today() -> None:
    start, price = datetime(2027, 1, 1, tzinfo=UTC), Decimal("89.00")
    subscription = subscribed(start, price, "month", current=0)
    running, ahead = (paid(subscription, index, price, "month") for index in (0, 1))
    strict = {"plan": terms(price, "month", change_credit="none").as_json()}
    running.billing_snapshot = strict
    assert value(subscription, [running, ahead], start).amount == price  # of the other alone
    ahead.billing_snapshot = strict
    assert value(subscription, [running, ahead], start).amount == 0


def test_period_that_was_given_is_worth_nothing() -> None:
    start, price = datetime(2027, 1, 1, tzinfo=UTC), Decimal("89.00")
    subscription = subscribed(start, price, "month", current=1)
    earlier = [paid(subscription, 0, price, "month")]
    assert value(subscription, earlier, start + timedelta(days=31)).amount == 0


def test_year_that_follows_a_month_counts_whole() -> None:
    start = datetime(2027, 1, 1, tzinfo=UTC)
    subscription = subscribed(start, Decimal(89), "month", current=0)
    year = paid(subscription, 1, Decimal(890), "year")
    found = list(periods(subscription, [year], start + timedelta(days=3)))
    assert [str(item.amount) for item in found] == ["890.00 USD"]
    assert found[0].description == "Starter plan, 365 of 365 days not used, to 31 Jan 2028"


def test_year_is_worth_nothing_once_a_month_has_followed_it() -> None:
    start, price = datetime(2026, 1, 1, tzinfo=UTC), Decimal(89)
    subscription = subscribed(start, Decimal(890), "year", current=0)
    year, month = paid(subscription, 0, Decimal(890), "year"), paid(subscription, 1, price, "month")
    subscription.terms = terms(price, "month").as_json()
    subscription.anchor_at, subscription.anchor_index = datetime(2027, 1, 1, tzinfo=UTC), 1
    subscription.current_index, subscription.paid_index = 1, 2
    subscription.current_period_start = datetime(2027, 1, 1, tzinfo=UTC)
    subscription.current_period_end = datetime(2027, 2, 1, tzinfo=UTC)
    found = periods(subscription, [year, month], datetime(2027, 1, 3, tzinfo=UTC))
    assert [item.description for item in found] == [
        "Starter plan, 29 of 31 days not used, to 31 Jan 2027"
    ]


@pytest.mark.parametrize(
    ("plan_credits", "included", "credit"),
    [
        (0, 1000, "0"),
        (250, 1000, "22.25"),
        (1000, 1000, "86.13"),  # 30 of 31 days: fewer than all
        (2500, 1000, "86.13"),  # of earlier periods, too
        (0, 0, "86.13"),  # none to spend
    ],
)
def test_no_larger_share_than_of_the_credits_that_are_left(
    plan_credits: int, included: int, credit: str
) -> None:
    start, price = datetime(2027, 1, 1, 10, tzinfo=UTC), Decimal("89.00")
    subscription = subscribed(start, price, "month", current=0)
    invoice = paid(subscription, 0, price, "month")
    invoice.included_credits = included
    later = start + timedelta(hours=1)
    found = value(subscription, [invoice], later, plan_credits=plan_credits)
    assert found.amount == Decimal(credit)


def test_credits_of_a_period_that_has_not_begun_are_not_spent() -> None:
    start, price = datetime(2027, 1, 1, tzinfo=UTC), Decimal("89.00")
    subscription = subscribed(start, price, "month", current=0)
    invoices = [paid(subscription, index, price, "month") for index in (0, 1)]
    assert value(subscription, invoices, start, plan_credits=0).amount == price


@pytest.mark.parametrize(("month", "day"), [(3, 10), (10, 20)])
def test_clock_change_takes_no_day(settings: LazySettings, month: int, day: int) -> None:
    """Complaint 7."""
    settings.BUSINESS_TIME_ZONE = "Europe/Berlin"
    start, price = datetime(2027, month, day, tzinfo=UTC), Decimal("31.00")
    subscription = subscribed(start, price, "month", current=0)
    for index in (0, 1):
        invoice = paid(subscription, index, price, "month")
        assert value(subscription, [invoice], start).amount == price
