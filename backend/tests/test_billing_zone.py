"""The business moves to another time zone while subscriptions run.

The period that runs keeps its end; those after it are counted from there, in the new zone.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings

from igny8_core.auth.models import Account, Subscription, User
from igny8_core.business.billing.periods import paid_until
from igny8_core.business.subscriptions.models import DunningStep
from igny8_core.common.models import OutgoingMail
from tests.database import assert_all_invariants_hold
from tests.factories import account_of
from tests.life import day, days, make_customer, pay, periods_of, run, subscription_of

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


# Reminders


def early_on(number: int) -> datetime:
    """Return seven past midnight in Karachi, where a day begins at 19:00 UTC."""
    return day(number - 1, hour=19) + timedelta(minutes=7)


def test_reminder_of_a_day_that_begins_later_now_is_not_sent_again(
    billing_admin: User, settings: LazySettings
) -> None:
    settings.BUSINESS_TIME_ZONE = "Asia/Karachi"
    customer = make_customer(billing_admin)
    days(0, 27)
    assert run(early_on(28)) == ["remind: renewal reminder"]
    settings.BUSINESS_TIME_ZONE = "UTC"
    Account.objects.update(next_billing_step_at=day(27, hour=20))
    assert days(28, 41) == {
        32: ["remind: renewal due"],
        35: ["fall due", "remind: past due"],
        39: ["remind: final notice"],
        41: ["suspend"],
    }
    assert account_of(customer).parked_at is None
    assert OutgoingMail.objects.filter(kind="renewal_reminder").count() == 1
    assert_all_invariants_hold()


def test_reminder_after_a_hold_that_ends_later_now_is_not_sent_again(
    billing_admin: User, settings: LazySettings
) -> None:
    settings.BUSINESS_TIME_ZONE = "Asia/Karachi"
    customer = make_customer(billing_admin)
    days(0, 39)
    Subscription.objects.update(hold_until=day(50).date())
    Account.objects.update(next_billing_step_at=day(40))
    days(40, 49)
    assert run(early_on(50)) == ["remind: final notice"]
    settings.BUSINESS_TIME_ZONE = "UTC"
    Account.objects.update(next_billing_step_at=day(49, hour=20))
    assert run(day(49, hour=21)) == []
    assert days(50, 60) == {52: ["suspend"]}
    final = DunningStep.objects.filter(kind="final_notice").values_list("about", flat=True)
    assert list(final) == ["2027-02-01", "2027-02-01:2027-02-20"]
    assert account_of(customer).parked_at is None
    assert_all_invariants_hold()
