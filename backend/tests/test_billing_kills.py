"""A run that is killed between any two of its statements, and what the next run makes of it.

Nine accounts have each another step due on one day.
"""

import pytest

from igny8_core.auth.models import Account, Subscription, User
from tests.billing_runners import runners
from tests.database import Snapshot, assert_all_invariants_hold
from tests.factories import account_of, make_owner
from tests.faulty import FaultPoint, installed
from tests.life import day, make_customer, order, pay, run
from tests.real_years import Rows, rows_of
from tests.sizes import part

pytestmark = [pytest.mark.sized, pytest.mark.django_db(transaction=True)]
THAT_DAY = 100  # 11 April
STATEMENTS_BETWEEN_KILLS = 25
PAID_FIRST = {
    32: "lapses",
    39: "is told of the end",
    59: "is suspended",
    65: "falls due",
    69: "pays ahead",
    76: "is renewed",
    80: "orders",
}
STEPS_OF_THAT_DAY = {
    "expire sign up",
    "expire change",
    "lapse",
    "remind: ending",
    "suspend",
    "fall due",
    "remind: past due",
    "end",
    "start period 1",
    "renew period 1, due on 2027-04-18",
}


@pytest.fixture
def accounts(billing_admin: User) -> list[int]:
    """Nine accounts, billed each day until that day; most of them paid for one month only."""
    owners: dict[str, User] = {}

    def happen(number: int) -> None:
        if name := PAID_FIRST.get(number):
            owners[name] = make_customer(billing_admin, day(number, 10))
        match number:
            case 70:
                owners["cancels"] = make_customer(billing_admin, day(69, 10))
                cancel(owners["cancels"])
            case 85:
                owners["signs up"] = make_owner(now=day(85, 9))
                order(owners["orders"], "growth", day(85, 13))
            case 95:
                pay(owners["pays ahead"], billing_admin, day(95, 13))

    for number in range(min(PAID_FIRST), THAT_DAY):
        happen(number)
        run(day(number, 14))
    return [account_of(owner).pk for owner in owners.values()]


def cancel(owner: User) -> None:
    """Let the subscription end with its period."""
    Subscription.objects.filter(account__users=owner).update(cancel_at_period_end=True)
    Account.objects.filter(users=owner).update(next_billing_step_at=day(70))


def all_rows(accounts: list[int]) -> list[Rows]:
    return [rows_of(pk) for pk in accounts]


def test_killed_run_is_finished_by_the_next_with_the_same_rows(accounts: list[int]) -> None:
    before, now = Snapshot(), day(THAT_DAY)
    counting = FaultPoint("")
    with installed(counting):
        taken = run(now)
    assert (set(taken), len(taken)) == (STEPS_OF_THAT_DAY, len(STEPS_OF_THAT_DAY))
    finished = all_rows(accounts)
    assert counting.statements > 100
    places = [str(number) for number in range(1, counting.statements + 1)]
    for place in [*part(places, of=STATEMENTS_BETWEEN_KILLS), "COMMIT", "COMMITTED"]:
        before.restore()
        with runners(1, fault=place) as (runner,):
            runner.begin(now)
            assert runner.finish() is None, f"it wasn't killed before statement {place}"
        assert_all_invariants_hold()
        run(now)
        assert all_rows(accounts) == finished, place
    assert_all_invariants_hold()
