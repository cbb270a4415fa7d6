"""``make bench`` measures what it says: floors do the same work, rows miss what they must."""

import os
from typing import Any

import pytest

from benchmarks import floors, seed
from benchmarks.cases import Case, Target
from benchmarks.clients import read
from benchmarks.cpu import cpu_seconds
from benchmarks.growth import Row, sizes
from benchmarks.report import aim_of, mark, row_cells
from benchmarks.timing import WARM_UP, Figures, interleaved
from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.services.decisions import approve_payment
from igny8_core.business.subscriptions.services.advance import advance
from igny8_core.common.clock import utc_now
from igny8_core.common.models import OutgoingMail
from tests.database import assert_all_invariants_hold, changes_since, counted


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("catalog")
def test_floor_of_approval_writes_what_an_approval_writes(billing_admin: User) -> None:
    seed.fill(payments=10, waiting_every=5, unpaid=0)
    by_us, by_sql = seed.waiting_payments()
    before = counted()
    approve_payment(payment_id=by_us, actor=Actor(billing_admin), now=utc_now())
    changes = changes_since(before)

    before = counted()
    with floors.own_connection() as bare:
        floors.approve(bare, payment_id=by_sql, admin_id=billing_admin.pk)
        with pytest.raises(RuntimeError):
            floors.approve(bare, payment_id=by_sql, admin_id=billing_admin.pk)

    assert changes_since(before) == changes
    assert Payment.objects.get(pk=by_sql).decided_by == billing_admin
    ours, theirs = OutgoingMail.objects.order_by("pk")
    assert ours.arguments.keys() == theirs.arguments.keys()
    assert ours.arguments["facts"].keys() == theirs.arguments["facts"].keys()
    assert_all_invariants_hold()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("catalog")
def test_floor_of_renewal_writes_what_a_renewal_writes() -> None:
    seed.sell_by_real_details()
    by_us, by_sql = seed.fill_with_renewals(live=5, due=2)
    before = counted()
    assert advance(account_id=by_us, now=utc_now()) != []
    changes = changes_since(before)

    before = counted()
    with floors.own_connection() as bare:
        floors.renew(bare, account_id=by_sql)
        with pytest.raises(RuntimeError):
            floors.renew(bare, account_id=by_sql)

    assert changes_since(before) == changes
    ours, theirs = OutgoingMail.objects.order_by("pk")
    assert ours.arguments.keys() == theirs.arguments.keys()
    assert ours.arguments["facts"].keys() == theirs.arguments["facts"].keys()
    first, second = Invoice.objects.filter(kind="renewal").order_by("pk")
    assert (first.total, first.dunning_plan) == (second.total, second.dunning_plan)
    assert first.lines.count() == second.lines.count() == 1
    assert_all_invariants_hold()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("catalog")
def test_floor_of_a_list_has_its_rows() -> None:
    seed.fill(payments=10, waiting_every=5, unpaid=0)
    with floors.own_connection() as bare:
        found = floors.payments_as_json(bare, "WHERE p.status = %s", "pending_approval")
        with pytest.raises(RuntimeError):
            floors.payments_as_json(bare, "WHERE p.id = 0")
    assert found.count("REF00000") == 2


def row(target: Target, *, statements: int = 4) -> Row:
    case = Case("key", "a request", lambda: read("/"), target=target, floor_name="/healthz")
    return Row(case, Figures(10.0, 12.0), Figures(2.0, 3.0), statements)


@pytest.mark.parametrize(
    ("target", "is_reached"),
    [
        (Target(), None),
        (Target(times=5), True),
        (Target(times=4.9), False),
        (Target(more=8), True),
        (Target(more=7.9), False),
        (Target(milliseconds=10), True),
        (Target(milliseconds=9.9), False),
        (Target(times=5, statements=4), True),
        (Target(times=5, statements=3), False),
    ],
)
def test_row_reaches_all_that_it_must(target: Target, *, is_reached: bool | None) -> None:
    assert row(target).is_reached is is_reached


def test_report_marks_what_falls_short() -> None:
    target = Target(times=12, more=25, milliseconds=5, statements=4)
    aim = "≤ 12 × floor, ≤ floor + 25 ms, ≤ 5 ms, ≤ 4 statements"  # noqa: RUF001
    assert aim_of(target) == aim
    assert row_cells(row(target)) == (
        "a request", "10.0", "12.0", "/healthz", "2.00", "5.0", "4", aim, "**no**",
    )  # fmt: skip
    assert (mark(met=True), mark(met=None)) == ("yes", "")


@pytest.mark.parametrize(
    ("payments", "expected"),
    [(1000, [1000]), (10_000, [1000, 10_000]), (25_000, [1000, 10_000, 25_000])],
)
def test_database_grows_by_tens(payments: int, expected: list[int]) -> None:
    assert sizes(payments) == expected


def test_acts_take_turns_and_warm_up_uncounted() -> None:
    done: list[str] = []

    def act(name: str) -> Any:
        return lambda: lambda: done.append(name)

    assert len(interleaved(act("a"), act("b"), rounds=2)) == 2
    assert done == ["a", "b"] * (WARM_UP + 2)


def test_cpu_time_of_this_process_is_known() -> None:
    assert cpu_seconds(os.getpid()) > 0
    assert cpu_seconds(2**22 + 1) == 0  # nobody
