"""Two at once about one subscription: its customer, an admin, and the run of billing."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connections

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.services.decisions import approve_payment
from igny8_core.business.subscriptions.services import customer
from igny8_core.business.subscriptions.services.run import run_billing
from igny8_core.common.exceptions import DomainError
from igny8_core.common.transactions import commit_or_retry
from tests.database import assert_all_invariants_hold
from tests.factories import account_of, approve, invoice_of, make_owner, make_payment
from tests.life import confirm, day, days, make_customer, state, subscription_of
from tests.racer import Answer, Call
from tests.races import RACERS, ROUNDS, Racers

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("catalog"),
    pytest.mark.sized,
]
CURRENT = "/api/v1/billing/subscriptions/current/"
Act = Callable[[], object]


def paying_owner(admin: User) -> User:
    owner = make_owner()
    approve(make_payment(owner), admin)
    return owner


def by(owner: User, act: str, **body: str) -> Call:
    return Call(f"{CURRENT}{act}/", body, user_id=owner.pk)


def outcomes(answers: list[Answer]) -> Counter[str]:
    return Counter("done" if item.status in {200, 201} else item.code for item in answers)


@pytest.mark.parametrize(
    ("act", "body", "refused"),
    [
        ("cancel", {}, "plan_ends"),
        ("renew", {}, "renewal_already_open"),
        ("plan", {"plan_slug": "growth"}, "already_next_plan"),
    ],
)
def test_act_that_is_sent_by_many_at_once_is_done_once(
    racers: Racers, billing_admin: User, act: str, body: dict[str, str], refused: str
) -> None:
    for _ in range(ROUNDS):
        owner = paying_owner(billing_admin)
        answers = racers.race([by(owner, act, **body)] * RACERS)
        assert outcomes(answers) == {"done": 1, refused: RACERS - 1}
        assert_all_invariants_hold()


def test_orders_at_once_leave_one_open(racers: Racers, billing_admin: User) -> None:
    """Each replaces the one before, as often as a day allows."""
    for _ in range(ROUNDS):
        owner = paying_owner(billing_admin)
        calls = [
            Call(
                "/api/v1/billing/subscriptions/upgrade/",
                {"plan_slug": ("growth", "scale")[number % 2]},
                user_id=owner.pk,
            )
            for number in range(RACERS)
        ]
        found = outcomes(racers.race(calls))
        assert found["done"] >= 1
        assert set(found) <= {"done", "upgrade_already_pending", "cancellation_limit_reached"}
        assert Invoice.objects.filter(account__users=owner, status="pending").count() == 1
        assert_all_invariants_hold()


def together(*acts: Act) -> list[str]:
    """Do all of these at once, each on its own connection; return what became of each."""
    meeting = Barrier(len(acts))

    def do(act: Act) -> str:
        try:
            meeting.wait(60)
            act()
        except DomainError as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(do, acts))


def committed(act: Act) -> Act:
    return lambda: commit_or_retry(act)


def cancelling(owner: User, now: datetime) -> Act:
    account = account_of(owner)
    return committed(
        lambda: customer.cancel_at_period_end(
            account=account, reason="", actor=Actor(user=owner), now=now
        )
    )


def keeping(owner: User, now: datetime) -> Act:
    account = account_of(owner)
    return committed(lambda: customer.keep(account=account, actor=Actor(user=owner), now=now))


def choosing(owner: User, now: datetime) -> Act:
    account = account_of(owner)
    return committed(
        lambda: customer.choose_next_plan(
            account=account, plan_slug="growth", actor=Actor(user=owner), now=now
        )
    )


def approving(payment: Payment, admin: User, now: datetime) -> Act:
    return committed(
        lambda: approve_payment(payment_id=payment.pk, actor=Actor(user=admin), now=now)
    )


def running(now: datetime) -> Act:
    return lambda: run_billing(as_of=now, limit_seconds=60)


@pytest.mark.parametrize("act", [cancelling, choosing])
def test_approval_and_act_of_the_customer(
    billing_admin: User, act: Callable[[User, datetime], Act]
) -> None:
    """The renewal is paid either way; the act is refused while it is under review."""
    for _ in range(ROUNDS):
        owner = make_customer(billing_admin)
        days(24, 25)
        payment = confirm(owner, day(25))
        now = day(26)
        found = together(approving(payment, billing_admin, now), act(owner, now))
        assert found[0] == "done"
        assert found[1] in {"done", "payment_already_under_review"}
        assert invoice_of(owner).status == "paid"
        assert subscription_of(owner).paid_index == 2
        assert_all_invariants_hold()


@pytest.mark.parametrize("number", [24, 31, 35, 41])
def test_run_and_cancellation(billing_admin: User, number: int) -> None:
    """Whoever comes first: nothing is owed, and the plan ends with its paid time."""
    for _ in range(ROUNDS):
        owner = make_customer(billing_admin)
        days(24, number - 1)
        now = day(number)
        found = together(running(now), cancelling(owner, now))
        assert found == ["done", "done"]
        days(number, number)
        is_over = number >= 31
        assert subscription_of(owner).status == ("cancelled" if is_over else "active")
        assert not Invoice.objects.filter(account__users=owner, status="pending").exists()
        assert_all_invariants_hold()


def test_end_and_undo(billing_admin: User) -> None:
    """Complaint 38: either it ends, or it goes on; never both."""
    for _ in range(ROUNDS):
        owner = make_customer(billing_admin)
        cancelling(owner, day(5))()
        now = day(31)
        found = together(running(now), keeping(owner, now))
        is_kept = found[1] == "done"
        assert found[1] in {"done", "no_subscription"}
        assert state(owner)[:2] == (
            ("active", "active") if is_kept else ("pending_payment", "cancelled")
        )
        assert_all_invariants_hold()
