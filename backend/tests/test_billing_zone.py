"""The business moves to another time zone while subscriptions run.

The period that runs keeps its end; those after it are counted from there, in the new zone.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings

from igny8_core.auth.models import User
from igny8_core.business.billing.periods import paid_until
from tests.database import assert_all_invariants_hold
from tests.factories import account_of
from tests.life import make_customer, pay, periods_of, run, subscription_of

pytestmark = pytest.mark.django_db

FIRST_OF_MARCH = datetime(2027, 3, 1, 2, tzinfo=UTC)  # in New York it is the last of February
FIRST_OF_APRIL = datetime(2027, 4, 1, 2, tzinfo=UTC)


@pytest.fixture
def customer(billing_admin: User) -> User:
    """An owner who paid for March, in UTC."""
    return make_customer(billing_admin, FIRST_OF_MARCH)


def renewed(owner: User, admin: User, now: datetime, *, days: int) -> None:
    """Run billing once a day; pay each renewal an hour later."""
    for number in range(days):
        at = now + timedelta(days=number)
        if any(step.startswith("renew") for step in run(at)):
            pay(owner, admin, at + timedelta(hours=1))


def test_period_that_runs_keeps_its_end(customer: User, settings: LazySettings) -> None:
    settings.BUSINESS_TIME_ZONE = "America/New_York"
    assert paid_until(subscription_of(customer)) == FIRST_OF_APRIL


def test_next_periods_follow_without_a_gap(
    customer: User, billing_admin: User, settings: LazySettings
) -> None:
    settings.BUSINESS_TIME_ZONE = "America/New_York"
    renewed(customer, billing_admin, FIRST_OF_MARCH, days=70)
    assert [starts_at for _, starts_at, _ in periods_of(customer)] == [
        FIRST_OF_MARCH,
        FIRST_OF_APRIL,
        datetime(2027, 5, 1, 2, tzinfo=UTC),  # the evening of 30 April
    ]
    assert account_of(customer).parked_at is None
    assert_all_invariants_hold()


def test_zone_that_changes_while_a_renewal_is_paid_ahead(
    customer: User, billing_admin: User, settings: LazySettings
) -> None:
    renewed(customer, billing_admin, FIRST_OF_MARCH, days=26)
    assert subscription_of(customer).paid_index == 2
    settings.BUSINESS_TIME_ZONE = "America/New_York"
    assert run(FIRST_OF_APRIL - timedelta(seconds=1)) == []
    assert run(FIRST_OF_APRIL) == ["start period 1"]
    assert_all_invariants_hold()


def test_moving_back_changes_nothing(
    customer: User, billing_admin: User, settings: LazySettings
) -> None:
    settings.BUSINESS_TIME_ZONE = "America/New_York"
    renewed(customer, billing_admin, FIRST_OF_MARCH, days=20)
    settings.BUSINESS_TIME_ZONE = "UTC"
    renewed(customer, billing_admin, FIRST_OF_MARCH + timedelta(days=20), days=50)
    starts = [starts_at for _, starts_at, _ in periods_of(customer)]
    assert starts == [FIRST_OF_MARCH, FIRST_OF_APRIL, datetime(2027, 5, 1, 2, tzinfo=UTC)]
    assert_all_invariants_hold()
