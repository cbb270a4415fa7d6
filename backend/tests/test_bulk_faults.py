"""Bulk approvals where something fails in the middle: each row is reported."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from igny8_core.auth.models import User
from igny8_core.business.billing.enums import CreditKind
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.services.credits import record_credits
from igny8_core.common.clock import utc_now
from igny8_core.desk import bulk
from tests.database import (
    assert_all_invariants_hold,
    cut_connections,
    somebody_else,
    wait_until_somebody_waits,
)
from tests.factories import account_of, make_owner, make_payment
from tests.server import Program, Reply, running_server

QUEUE = "/admin/billing/payment/"


@pytest.fixture
def three(catalog: None) -> list[Payment]:
    """Three accounts' payments under review."""
    return [make_payment(make_owner()) for _ in range(3)]


def body_of(payments: list[Payment]) -> dict[str, Any]:
    return {
        "action": "approve_selected",
        "_selected_action": [payment.pk for payment in payments],
        "confirmed": "yes",
    }


def reported(page: bytes) -> list[str]:
    """Return the report's result for each payment, in order."""
    found = re.findall(r'class="desk-(?:mis)?match">([^<]*)<', page.decode())
    return [unescape(words) for words in found]


def in_bulk(program: Program, payments: list[Payment]) -> Reply:
    chosen = "".join(f"&_selected_action={payment.pk}" for payment in payments)
    return program.send(
        QUEUE,
        f"action=approve_selected&confirmed=yes{chosen}".encode(),
        Content_Type="application/x-www-form-urlencoded",
    )


def states(payments: list[Payment]) -> list[str]:
    found = dict(Payment.objects.values_list("pk", "status"))
    return [found[payment.pk] for payment in payments]


@pytest.mark.django_db(transaction=True)
def test_locked_account_is_reported_per_row(billing_admin: User, three: list[Payment]) -> None:
    account = account_of(three[1].submitted_by)
    with running_server(DATABASE_LOCK_TIMEOUT="1") as server, somebody_else() as other:
        other.execute("SELECT 1 FROM igny8_auth_account WHERE id = %s FOR UPDATE", [account.pk])
        answer = in_bulk(server.logged_in(billing_admin), three)

    assert (answer.status, reported(answer.content)) == (200, ["Approved", bulk.BUSY, "Approved"])
    assert states(three) == ["succeeded", "pending_approval", "succeeded"]
    assert_all_invariants_hold()


@pytest.mark.django_db(transaction=True)
def test_lost_connection_is_reported_per_row(billing_admin: User, three: list[Payment]) -> None:
    account = account_of(three[1].submitted_by)
    with running_server() as server, ThreadPoolExecutor() as pool, somebody_else() as other:
        other.execute("SELECT 1 FROM igny8_auth_account WHERE id = %s FOR UPDATE", [account.pk])
        answer = pool.submit(in_bulk, server.logged_in(billing_admin), three)
        wait_until_somebody_waits()
        cut_connections("Lock")
        page = answer.result()

    assert page.status == 200
    assert reported(page.content) == ["Approved", bulk.UNKNOWN, bulk.NOT_TRIED_WITHOUT_DATABASE]
    assert states(three) == ["succeeded", "pending_approval", "pending_approval"]
    assert_all_invariants_hold()


@pytest.mark.django_db
def test_database_refusal_is_reported_per_row(desk: Client, three: list[Payment]) -> None:
    """Somebody has granted its credits by hand: the unique index refuses a second grant."""
    record_credits(
        account=account_of(three[1].submitted_by),
        amount=1000,
        kind=CreditKind.PLAN_GRANT,
        description="By hand",
        now=utc_now(),
        payment=three[1],
    )
    answer = desk.post(QUEUE, body_of(three))

    assert reported(answer.content) == ["Approved", bulk.FAILED, "Approved"]
    assert states(three) == ["succeeded", "pending_approval", "succeeded"]


@pytest.fixture
def database_goes_after_the_first() -> Iterator[None]:
    """Once an invoice is paid and another is locked, the database stops answering."""
    updated = 0

    def execute(execute: Any, sql: str, *more: Any) -> Any:
        nonlocal updated
        updated += sql.startswith('UPDATE "billing_invoice"')
        if updated > 1:
            raise OperationalError
        return execute(sql, *more)

    with connection.execute_wrapper(execute):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("database_goes_after_the_first")
def test_bulk_report_needs_no_database(desk: Client, three: list[Payment]) -> None:
    answer = desk.post(QUEUE, body_of(three))

    assert answer.status_code == 200
    assert reported(answer.content) == ["Approved", bulk.UNKNOWN, bulk.NOT_TRIED_WITHOUT_DATABASE]


@pytest.mark.django_db
def test_rows_after_the_time_limit_are_skipped(
    desk: Client, three: list[Payment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "PATIENCE", -1)
    answer = desk.post(QUEUE, body_of(three))

    assert reported(answer.content) == [bulk.NOT_TRIED] * 3
    assert set(states(three)) == {"pending_approval"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "more", [{"_selected_action": []}, {"_selected_action": ["999"]}, {"select_across": "1"}]
)
def test_empty_and_oversized_selections_are_refused(
    desk: Client, three: list[Payment], monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)
    answer = desk.post(QUEUE, {**body_of(three), **more}, follow=True)

    assert set(states(three)) == {"pending_approval"}
    assert answer.status_code in {200, 400}
    assert b"elect" in answer.content
