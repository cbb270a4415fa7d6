"""Faults in the middle of an act, on a real server process: all of it or nothing, and a client
that sends it again with its key gets the first answer.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment
from tests.database import (
    assert_all_invariants_hold,
    changes_since,
    counted,
    cut_connections,
    somebody_else,
    wait_until_somebody_waits,
)
from tests.factories import (
    account_of,
    approve,
    confirmation_of,
    make_owner,
    make_payment,
)
from tests.load import LOAD, assert_only_clean_answers, under_load
from tests.postgres_proxy import postgres_proxy
from tests.server import Program, Reply, Server, running_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("catalog")]
PAYMENTS = "/api/v1/billing/admin/payments/"
keys = (f"key-{number}" for number in count(1))


@dataclass(frozen=True)
class Act:
    """A request that moves money, of somebody who may send it."""

    user: User
    path: str
    body: dict[str, Any]


def approval(admin: User) -> Act:
    return Act(admin, f"{PAYMENTS}{make_payment(make_owner()).pk}/approve/", {})


def confirmation(_admin: User) -> Act:
    owner = make_owner()
    return Act(owner, f"{PAYMENTS}confirm/", confirmation_of(owner))


def reversal(admin: User) -> Act:
    payment = make_payment(make_owner())
    approve(payment, admin)
    body = {"reason": "It bounced", "invoice_becomes": "pending"}
    return Act(admin, f"{PAYMENTS}{payment.pk}/reverse/", body)


def upgrade(_admin: User) -> Act:
    body = {"plan_slug": "growth", "payment_method": "bank_transfer"}
    return Act(make_owner(plan_slug="free"), "/api/v1/billing/subscriptions/upgrade/", body)


ALL_ACTS = [approval, confirmation, reversal, upgrade]
KILLED = ALL_ACTS if os.environ.get("KILL_EVERY_ACT") else [approval]
ONE_OF_THEM = [approval, *(pytest.param(act, marks=pytest.mark.long) for act in ALL_ACTS[1:])]


def send(server: Server, act: Act, **headers: str) -> Reply:
    return server.logged_in(act.user).send(act.path, act.body, **headers)


def insist(server: Server, act: Act, key: str) -> Reply:
    """Send it with its key until there is an answer, as a good client does."""
    program = server.logged_in(act.user)
    return program.send_until_answered(act.path, act.body, Idempotency_Key=key)[-1]


@pytest.fixture
def server() -> Iterator[Server]:
    """A server with fault points."""
    with running_server("tests.faulty") as server:
        yield server


@pytest.mark.long
@pytest.mark.parametrize("make_act", KILLED)
def test_kill_between_statements_changes_nothing(
    server: Server, billing_admin: User, make_act: Callable[[User], Act]
) -> None:
    act = make_act(billing_admin)
    before = counted()
    undisturbed = send(server, act, Idempotency_Key=next(keys))
    assert undisturbed.status in {200, 201}, undisturbed.content
    all_of_it = changes_since(before)
    statements = int(undisturbed.headers["X-Statements"])
    assert statements > 8

    for point in (*map(str, range(1, statements + 1)), "COMMIT"):
        act, key = make_act(billing_admin), next(keys)
        before = counted()
        killed = send(server, act, Idempotency_Key=key, X_Fault=point)
        assert (point, killed.status, changes_since(before)) == (point, 0, {})
        assert insist(server, act, key).status == undisturbed.status
        assert (point, changes_since(before)) == (point, all_of_it)
    assert_all_invariants_hold()


@pytest.mark.parametrize("make_act", ONE_OF_THEM)
def test_kill_after_commit_replays_first_answer(
    server: Server, billing_admin: User, make_act: Callable[[User], Act]
) -> None:
    act, key = make_act(billing_admin), next(keys)
    before = counted()
    assert send(server, act, Idempotency_Key=key, X_Fault="COMMITTED").status == 0
    all_of_it = changes_since(before)
    assert all_of_it["IdempotencyRecord"] == 1

    again = send(server, act, Idempotency_Key=key)
    assert again.status in {200, 201}
    assert again.headers["Idempotency-Replayed"] == "true"
    assert changes_since(before) == all_of_it
    assert_all_invariants_hold()


@pytest.mark.parametrize(("lost", "is_replayed"), [("commit", False), ("answer", True)])
@pytest.mark.parametrize("make_act", ONE_OF_THEM)
def test_lost_commit_returns_503_then_first_answer(
    billing_admin: User, make_act: Callable[[User], Act], lost: str, *, is_replayed: bool
) -> None:
    """Whether the database had it, only the database knows; the key tells."""
    act, key = make_act(billing_admin), next(keys)
    before = counted()
    with postgres_proxy() as (proxy, url), running_server(DATABASE_URL=url) as server:
        proxy.loses = lost
        first = send(server, act, Idempotency_Key=key)
        assert (first.status, first.code) == (503, "service_unavailable")
        assert proxy.loses == "nothing"
        again = insist(server, act, key)

    assert again.status in {200, 201}
    assert again.headers.get("Idempotency-Replayed") == ("true" if is_replayed else None)
    assert changes_since(before)["IdempotencyRecord"] == 1
    assert_all_invariants_hold()


def by_api(program: Program, payment: Payment) -> Reply:
    return program.send(f"{PAYMENTS}{payment.pk}/approve/", {})


def at_the_desk(program: Program, payment: Payment) -> Reply:
    return program.send(
        f"/admin/billing/payment/{payment.pk}/approve/",
        b"admin_notes=",
        Content_Type="application/x-www-form-urlencoded",
    )


@pytest.mark.parametrize("approve_it", [by_api, pytest.param(at_the_desk, marks=pytest.mark.long)])
def test_deadlock_victim_is_retried(
    billing_admin: User, approve_it: Callable[[Program, Payment], Reply]
) -> None:
    payment = make_payment(make_owner())
    with running_server() as server, ThreadPoolExecutor() as pool, somebody_else() as other:
        other.execute("SET deadlock_timeout = '60s'")  # so that it is the server that is refused
        other.execute("SELECT 1 FROM billing_invoice FOR UPDATE")
        answer = pool.submit(approve_it, server.logged_in(billing_admin), payment)
        wait_until_somebody_waits()
        other.execute("SELECT 1 FROM igny8_auth_account FOR UPDATE")
        other.rollback()
        assert answer.result().status == 200
        assert "Rolled back and tried again" in server.log()

    payment.refresh_from_db()
    assert payment.status == "succeeded"
    assert_all_invariants_hold()


def test_lock_timeout_returns_503(billing_admin: User) -> None:
    act, key = approval(billing_admin), next(keys)
    before = counted()
    with running_server(DATABASE_LOCK_TIMEOUT="1") as server:
        with somebody_else() as other:
            other.execute("SELECT 1 FROM igny8_auth_account FOR UPDATE")
            refused = send(server, act, Idempotency_Key=key)
        assert (refused.status, refused.code) == (503, "service_unavailable")
        assert int(refused.headers["Retry-After"]) > 0
        assert server.log().count("Rolled back and tried again") == 2  # of three attempts
        assert changes_since(before) == {}
        assert insist(server, act, key).status == 200
    assert_all_invariants_hold()


@pytest.mark.parametrize(
    "path", [PAYMENTS, pytest.param("/admin/billing/payment/?all=1", marks=pytest.mark.long)]
)
def test_statement_timeout_returns_503(billing_admin: User, path: str) -> None:
    """Whatever makes it long: here a lock that others wait for by the minute."""
    with running_server(DATABASE_STATEMENT_TIMEOUT="1", DATABASE_LOCK_TIMEOUT="60") as server:
        program = server.logged_in(billing_admin)
        with somebody_else() as other:
            other.execute("LOCK TABLE billing_payment IN ACCESS EXCLUSIVE MODE")
            assert program.send(path).status == 503
        assert program.send(path).status == 200


def test_lost_connection_returns_503(billing_admin: User) -> None:
    act, key = approval(billing_admin), next(keys)
    before = counted()
    with running_server() as server, ThreadPoolExecutor() as pool:
        program = server.logged_in(billing_admin)
        with somebody_else() as other:
            other.execute("SELECT 1 FROM billing_payment FOR UPDATE")
            answer = pool.submit(program.send, act.path, act.body, Idempotency_Key=key)
            wait_until_somebody_waits()
            cut_connections("Lock")
            cut = answer.result()
        assert (cut.status, cut.code) == (503, "service_unavailable")
        assert changes_since(before) == {}
        assert insist(server, act, key).status == 200
    assert_all_invariants_hold()


@pytest.mark.long
def test_lost_connections_under_load_lose_nothing(billing_admin: User) -> None:
    owners = [make_owner() for _ in range(LOAD)]
    payments = [make_payment(owner) for owner in owners]
    with running_server() as server:
        program = server.logged_in(billing_admin)
        calls = [(program, f"{PAYMENTS}{payment.pk}/approve/") for payment in payments]
        replies = under_load(calls, disturb=cut_connections, times=LOAD // 8)

    assert_only_clean_answers(replies)
    assert {account_of(owner).credits for owner in owners} == {1000}
    assert_all_invariants_hold()


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/plans/",
        "/api/v1/auth/me/",
        "/api/v1/billing/invoices/",
        "/_allauth/browser/v1/auth/session",
        "/readyz",
        "/admin/",
    ],
)
def test_missing_database_returns_clean_503(
    serverless: Server, billing_admin: User, path: str
) -> None:
    answer = serverless.logged_in(billing_admin).send(path)
    assert answer.status == 503, answer.content
    assert b"Traceback" not in answer.content
    if path.startswith(("/api/", "/_allauth/")):
        assert answer.code == "service_unavailable"
        assert answer.body["type"] == "server_error"
    if path != "/readyz":
        assert int(answer.headers["Retry-After"]) > 0


@pytest.fixture(scope="module")
def serverless() -> Iterator[Server]:
    """A server whose database can't be reached."""
    with running_server(DATABASE_URL="postgres:///none?host=/nowhere") as server:
        yield server
