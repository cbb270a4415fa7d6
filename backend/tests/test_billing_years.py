"""Three years of many customers: the rules hold each day, however often the run comes."""

from collections import Counter
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from igny8_core.business.billing.dunning import ReminderKind
from igny8_core.business.subscriptions.steps import Remind, StepName
from tests.billing_years import (
    Customer,
    Nature,
    World,
    check_balance,
    counted,
    each_step,
    first_instant,
    last_night,
    live_on,
    lived,
    pay,
    signed_up,
)
from tests.sizes import size

pytestmark = pytest.mark.sized
CUSTOMERS = size("BILLING_YEARS_CUSTOMERS", quick=30, whole=300)
DAYS = 1096
BERLIN = ZoneInfo("Europe/Berlin")
DAILY = World(seed=6, days=DAYS, zone=BERLIN)


def all_lived(world: World) -> list[Customer]:
    return [lived(number, world) for number in range(CUSTOMERS)]


@pytest.fixture(scope="module")
def daily() -> list[Customer]:
    return all_lived(DAILY)


def test_daily_run_keeps_every_rule(daily: list[Customer]) -> None:
    balanced = [customer for customer in daily if check_balance(customer, last_night(DAILY))]
    assert len(balanced) > CUSTOMERS / 10
    counts = counted(daily)
    assert counts[StepName.RENEW] > CUSTOMERS * 4
    for name in (StepName.REMIND, StepName.FALL_DUE, StepName.SUSPEND, StepName.LAPSE):
        assert counts[name] > 0, name
    assert counts[StepName.EXPIRE_SIGN_UP] > 0


@pytest.mark.parametrize(
    "hours",
    [pytest.param((0, 18), id="twice a day"), pytest.param(tuple(range(24)), id="hourly")],
)
def test_more_runs_of_a_day_change_nothing(daily: list[Customer], hours: tuple[int, ...]) -> None:
    """Complaints 8, 10 and 11."""
    often = all_lived(replace(DAILY, hours=hours, uses_looks=True))
    for one, other in zip(daily, often, strict=True):
        assert list(each_step(other)) == list(each_step(one))
        assert (other.begun, other.paid) == (one.begun, one.paid)
    assert counted(often) == counted(daily)


@pytest.mark.parametrize("seed", [4, 5])
def test_outages_take_nothing_and_send_nothing_twice(seed: int) -> None:
    """Complaints 2, 3, 5, 12 and 13."""
    world = World(seed=seed, days=DAYS, zone=BERLIN, has_outages=True)
    customers = all_lived(world)
    balanced = [customer for customer in customers if check_balance(customer, last_night(world))]
    assert balanced
    assert any(customer.is_skipped for customer in customers)


def test_holds_and_later_due_days_keep_time_in_balance() -> None:
    """Complaints 18, 20 and 26: also for those who were suspended several times."""
    world = World(seed=6, days=DAYS, zone=ZoneInfo("America/New_York"), has_holds=True)
    customers = all_lived(world)
    balanced = [customer for customer in customers if check_balance(customer, last_night(world))]
    assert any(customer.was_helped for customer in balanced)


def test_lost_mails_hold_suspensions_back_and_no_look_comes_too_late() -> None:
    """Nobody tells billing what became of a mail: the looks were set before that."""
    world = World(seed=7, days=DAYS, zone=BERLIN, has_lost_mails=True)
    each_day = all_lived(world)
    on_looks = all_lived(replace(world, uses_looks=True))
    for one, other in zip(each_day, on_looks, strict=True):
        assert list(each_step(other)) == list(each_step(one))
    counts = counted(each_day)
    assert counts[StepName.SUSPEND] > 0
    notices = [
        day
        for customer in each_day
        for day, step in customer.steps
        if step == Remind(kind=ReminderKind.FINAL_NOTICE)
    ]
    assert len(notices) > counts[StepName.SUSPEND]


def test_nobody_has_access_for_nothing(daily: list[Customer]) -> None:
    """A liar's claims and a changer's orders win days, not months."""
    cheats = [one for one in daily if one.nature in {Nature.LIAR, Nature.CHANGER}]
    natures = Counter(one.nature for one in cheats)
    assert set(natures) == {Nature.LIAR, Nature.CHANGER}
    for cheat in cheats:
        assert unpaid_days(cheat) < 60
        check_balance(cheat, last_night(DAILY))


def unpaid_days(customer: Customer) -> int:
    """Return how much longer somebody has had access than is paid for, up to the last night."""
    now = last_night(customer.world)
    used = customer.used_time + (now - (customer.access_since or now))
    return (used - customer.paid_time).days


def a_changer(number: int) -> Customer:
    """Return somebody who paid for one period, and has ordered other plans since."""
    customer = signed_up(number, replace(DAILY, has_orders=True))
    assert customer.invoice
    pay(customer, customer.invoice, first_instant(customer))
    customer.nature = Nature.CHANGER
    live_on(customer)
    return customer


def test_chain_of_orders_is_no_access_for_nothing() -> None:
    changers = [a_changer(number) for number in range(20)]
    assert all(changer.ordered > 3 for changer in changers[::2])
    assert all(changer.ordered for changer in changers[1::2])
    for changer in changers:
        assert unpaid_days(changer) < 30
        check_balance(changer, last_night(DAILY))
