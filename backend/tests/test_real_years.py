"""Years of customers in the database: the run does what the rules in memory say, however it comes.

``make test`` takes a few customers and months, ``make check`` three years of 60 customers, ``make
soak`` of 1,000.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import Invoice, PaymentEvent
from igny8_core.business.subscriptions.models import BillingRun
from igny8_core.business.subscriptions.steps import StepName
from tests.billing_runners import Runner, runners
from tests.billing_years import World, check_balance, counted, last_night
from tests.database import assert_all_invariants_hold
from tests.real_years import Bill, Rows, Told, Years, bill_once, rows_of
from tests.sizes import size

pytestmark = [pytest.mark.sized, pytest.mark.django_db(transaction=True)]
CUSTOMERS = size("REAL_YEARS_CUSTOMERS", quick=8, whole=60)
DAYS = size("REAL_YEARS_DAYS", quick=180, whole=1096)
BERLIN = ZoneInfo("Europe/Berlin")
DAYS_BETWEEN_CHECKS = 30
MANY_TIMES_DAYS = size("MANY_TIMES_DAYS", quick=60, whole=130)  # each is lived several times
SAME_DAY = 300  # customers whose numbers are so far apart sign up on one day
TOGETHER = [SAME_DAY * number for number in range(6)]


@pytest.fixture(autouse=True)
def _berlin(settings: LazySettings) -> None:
    settings.BUSINESS_TIME_ZONE = str(BERLIN)


def check_now_and_then(day: int) -> None:
    if day % DAYS_BETWEEN_CHECKS == 0:
        assert_all_invariants_hold()


DAILY = World(seed=9, days=DAYS, zone=BERLIN, has_changes=False)


@pytest.mark.parametrize(
    "world",
    [
        pytest.param(DAILY, id="daily"),
        pytest.param(replace(DAILY, has_outages=True), id="with outages"),
        pytest.param(replace(DAILY, has_holds=True), id="with holds and later due days"),
    ],
)
def test_real_years_are_those_of_the_rules(billing_admin: User, world: World) -> None:
    years = Years(world, range(CUSTOMERS), admin=billing_admin)
    years.live(check_now_and_then)
    assert_all_invariants_hold()

    customers = [twin.model for twin in years.twins]
    taken: Counter[str] = Counter()
    for run in BillingRun.objects.all():
        taken.update(run.steps)
    assert taken == counted(customers)
    assert taken[StepName.RENEW] > CUSTOMERS
    assert Invoice.objects.filter(kind="renewal").count() == taken[StepName.RENEW]
    suspended = PaymentEvent.objects.filter(event="suspend")
    assert suspended.count() == taken[StepName.SUSPEND] > 0
    assert not Account.objects.exclude(parked_at=None).exists()
    assert any(check_balance(customer, last_night(world)) for customer in customers)


# However the run comes


def twice(as_of: datetime, told: Told) -> None:
    """Run, and run again: the second one does nothing."""
    bill_once(as_of, told)
    again: list[str] = []
    bill_once(as_of, lambda _account, step: again.append(step))
    assert again == []


def at_once(running: Sequence[Runner], as_of: datetime, told: Told) -> None:
    """Run in several processes at the same time."""
    for runner in running:
        runner.begin(as_of)
    for runner in running:
        for account_id, step in runner.finish() or []:
            told(account_id, step)


def lived_rows(admin: User, bill: Bill, hours: tuple[int, ...] = (0,)) -> list[Rows]:
    world = World(seed=9, days=MANY_TIMES_DAYS, zone=BERLIN, hours=hours, has_changes=False)
    years = Years(world, TOGETHER, admin=admin, bill=bill)
    years.live()
    assert_all_invariants_hold()
    return [rows_of(twin.account_id) for twin in years.twins]


def test_rows_are_the_same_however_often_billing_runs(billing_admin: User) -> None:
    """Complaints 8, 10 and 11: hourly, daily, twice, and in three processes at once."""
    daily = lived_rows(billing_admin, bill_once)
    assert len({len(rows["invoices"]) for rows in daily}) > 1
    assert lived_rows(billing_admin, twice) == daily
    assert lived_rows(billing_admin, bill_once, hours=tuple(range(24))) == daily
    with runners(3, BUSINESS_TIME_ZONE=str(BERLIN)) as running:
        assert lived_rows(billing_admin, partial(at_once, running)) == daily
