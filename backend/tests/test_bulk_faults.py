"""Bulk approvals where something fails in the middle: each row is told of, and none is lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from igny8_core.auth.models import User
from igny8_core.business.billing.enums import CreditKind
from igny8_core.business.billing.models import CreditTransaction, Payment, PaymentEvent
from igny8_core.business.billing.services.decisions import approve_payments
from igny8_core.business.bulk import services
from igny8_core.business.bulk.models import BulkApproval
from igny8_core.common.clock import utc_now
from igny8_core.desk import bulk as desk_bulk
from tests.bulk import (
    QUEUE,
    START,
    approved_in_bulk,
    confirmation_of,
    page_of,
    reported,
    run,
    started,
    told,
)
from tests.database import (
    assert_all_invariants_hold,
    cut_connections,
    somebody_else,
    wait_until_somebody_waits,
)
from tests.factories import account_of, make_owner, make_payment, record_credits
from tests.smtp import Mailbox, run_worker, start_worker
from tests.test_emails import jobs, tasks_of_the_minute, the_time_has_come

FAULTY = ("-m", "tests.faulty")
IN_THE_MIDDLE = [
    'UPDATE "billing_payment"',
    *(
        pytest.param(point, marks=pytest.mark.long)
        for point in (
            'INSERT INTO "billing_credittransaction"',
            'UPDATE "bulk_bulkapprovalrow"',
            'UPDATE "bulk_bulkapproval"',
            "COMMIT",
        )
    ),
    "COMMITTED",
]


@pytest.fixture
def three(catalog: None) -> list[Payment]:
    """Three accounts' payments under review."""
    return [make_payment(make_owner()) for _ in range(3)]


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each set has one row."""
    monkeypatch.setattr(services, "SET", 1)


def states(payments: list[Payment]) -> list[str]:
    found = dict(Payment.objects.values_list("pk", "status"))
    return [found[payment.pk] for payment in payments]


def approvals(payments: list[Payment]) -> list[int]:
    """Return how often each was approved: by the ledger, with which the audit trail agrees."""
    approved = PaymentEvent.objects.filter(event="approve", object_type="payment")
    found = [CreditTransaction.objects.filter(payment=payment).count() for payment in payments]
    assert [approved.filter(payment=payment).count() for payment in payments] == found
    return found


@contextmanager
def short_lock_timeout() -> Iterator[None]:
    """Wait for a lock for a moment only."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
        yield
        cursor.execute("RESET lock_timeout")


@pytest.mark.django_db(transaction=True)
def test_locked_account_is_reported_per_row(billing_admin: User, three: list[Payment]) -> None:
    account = account_of(three[1].submitted_by)
    bulk = started(billing_admin, three)
    with short_lock_timeout(), somebody_else() as other:
        other.execute("SELECT 1 FROM igny8_auth_account WHERE id = %s FOR UPDATE", [account.pk])
        run(bulk)

    assert told(bulk) == ["Approved", services.BUSY, "Approved"]
    assert states(three) == ["succeeded", "pending_approval", "succeeded"]
    assert bulk.finished_at is not None
    assert_all_invariants_hold()


@pytest.mark.django_db(transaction=True)
def test_lost_connection_leaves_rows_waiting_then_job_goes_on(
    desk: Client, billing_admin: User, three: list[Payment], mailbox: Mailbox, one_by_one: None
) -> None:
    """The page says what is true: the first is approved, the others wait."""
    account = account_of(three[1].submitted_by)
    bulk = started(billing_admin, three)
    with ThreadPoolExecutor() as pool, somebody_else() as other:
        other.execute("SELECT 1 FROM igny8_auth_account WHERE id = %s FOR UPDATE", [account.pk])
        job = pool.submit(_run_and_disconnect, bulk)
        wait_until_somebody_waits()
        cut_connections("Lock")
        with pytest.raises(OperationalError):
            job.result()

    answer = desk.get(page_of(bulk))
    assert reported(answer.content) == ["Approved", "Waiting", "Waiting"]
    assert b"1 of 3 approved" in answer.content
    assert states(three) == ["succeeded", "pending_approval", "pending_approval"]
    run_worker(mailbox.port)
    assert reported(desk.get(page_of(bulk)).content) == ["Approved"] * 3
    assert approvals(three) == [1, 1, 1]
    assert_all_invariants_hold()


def _run_and_disconnect(bulk: BulkApproval) -> None:
    try:
        run(bulk)
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_job_is_retried_after_a_lost_connection(
    billing_admin: User, three: list[Payment], mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulk = started(billing_admin, three)

    def lose_it(**_arguments: Any) -> Any:
        raise OperationalError

    monkeypatch.setattr(services, "approve_payments", lose_it)
    run_worker(mailbox.port)
    assert told(bulk) == ["Waiting"] * 3
    job = ProcrastinateJob.objects.get(task_name=services.RUN)
    assert (job.status, job.attempts) == ("todo", 1)

    monkeypatch.setattr(services, "approve_payments", approve_payments)
    the_time_has_come()
    run_worker(mailbox.port)
    assert told(bulk) == ["Approved"] * 3
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
    answer = approved_in_bulk(desk, three)

    assert reported(answer.content) == ["Approved", services.FAILED, "Approved"]
    assert states(three) == ["succeeded", "pending_approval", "succeeded"]


@contextmanager
def database_goes_before_the_emails() -> Iterator[None]:
    """Once the decisions of a set are written and its emails aren't, the database is away."""

    def execute(execute: Any, sql: str, *more: Any) -> Any:
        if "INSERT INTO procrastinate_jobs" in sql:
            raise OperationalError
        return execute(sql, *more)

    with connection.execute_wrapper(execute):
        yield


@pytest.mark.django_db(transaction=True)
def test_set_without_its_database_is_undone_as_a_whole(
    billing_admin: User, three: list[Payment]
) -> None:
    """Nothing is told as approved that isn't, and nothing approved is left untold."""
    bulk = started(billing_admin, three)
    with database_goes_before_the_emails(), pytest.raises(OperationalError):
        run(bulk)

    assert told(bulk) == ["Waiting"] * 3
    assert set(states(three)) == {"pending_approval"}
    run(bulk)
    assert told(bulk) == ["Approved"] * 3
    assert approvals(three) == [1, 1, 1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", IN_THE_MIDDLE)
def test_kill_in_the_middle_then_goes_on_exactly_once(
    billing_admin: User,
    three: list[Payment],
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
) -> None:
    bulk = started(billing_admin, three)
    monkeypatch.setattr(services, "SET", 1)
    assert services.approve_next(bulk_id=bulk.pk, now=utc_now())
    worker = start_worker(mailbox.port, FAULTY, queues=services.QUEUE, FAULT=point)
    worker.communicate(timeout=120)
    assert (worker.returncode, jobs("doing")) == (-9, ["run_bulk_approval"])
    is_done = point == "COMMITTED"
    rest = ["Approved" if is_done else "Waiting"] * 2
    assert told(bulk) == ["Approved", *rest]
    assert approvals(three) == ([1, 1, 1] if is_done else [1, 0, 0])
    assert_all_invariants_hold()

    with connection.cursor() as cursor:  # nobody has heard of that worker for a long time
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '10 minutes'"
        )
    tasks_of_the_minute()
    run_worker(mailbox.port)
    run_worker(mailbox.port)
    assert told(bulk) == ["Approved"] * 3
    assert approvals(three) == [1, 1, 1]
    assert_all_invariants_hold()


@pytest.mark.django_db(transaction=True)
def test_deadlock_victim_is_retried_as_a_whole_set(
    billing_admin: User, three: list[Payment], caplog: pytest.LogCaptureFixture
) -> None:
    bulk = started(billing_admin, three)
    with ThreadPoolExecutor() as pool, somebody_else() as other:
        other.execute("SET deadlock_timeout = '60s'")  # so that it is the job that is refused
        other.execute("SELECT 1 FROM billing_invoice FOR UPDATE")
        job = pool.submit(_run_and_disconnect, bulk)
        wait_until_somebody_waits()
        other.execute("SELECT 1 FROM igny8_auth_account FOR UPDATE")
        other.rollback()
        job.result()

    assert "Rolled back and tried again" in caplog.text
    assert "one by one" not in caplog.text
    assert told(bulk) == ["Approved"] * 3
    assert_all_invariants_hold()


@pytest.mark.django_db(transaction=True)
def test_two_jobs_of_one_bulk_approval_decide_once(
    desk: Client, billing_admin: User, three: list[Payment], mailbox: Mailbox
) -> None:
    """As after "Go on" while it runs: whoever comes second does nothing."""
    account = account_of(three[0].submitted_by)
    bulk = started(billing_admin, three)
    with ThreadPoolExecutor() as pool, somebody_else() as other:
        other.execute("SELECT 1 FROM igny8_auth_account WHERE id = %s FOR UPDATE", [account.pk])
        job = pool.submit(_run_and_disconnect, bulk)
        wait_until_somebody_waits()
        assert desk.post(f"{page_of(bulk)}go-on/").status_code == 302
        assert not services.approve_next(bulk_id=bulk.pk, now=utc_now())
        other.rollback()
        job.result()

    run_worker(mailbox.port)
    assert told(bulk) == ["Approved"] * 3
    assert approvals(three) == [1, 1, 1]


@pytest.mark.django_db
def test_rows_wait_until_the_worker_comes(desk: Client, three: list[Payment]) -> None:
    answer = desk.post(START, confirmation_of(three), follow=True)

    assert reported(answer.content) == ["Waiting"] * 3
    assert set(states(three)) == {"pending_approval"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "more", [{"_selected_action": []}, {"_selected_action": ["999"]}, {"select_across": "1"}]
)
def test_empty_and_oversized_selections_are_refused(
    desk: Client, three: list[Payment], monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    monkeypatch.setattr(desk_bulk, "MOST", 2)
    body = {
        "action": "approve_selected",
        "_selected_action": [payment.pk for payment in three],
        **more,
    }
    answer = desk.post(QUEUE, body, follow=True)

    assert answer.status_code in {200, 400}
    assert b"elect" in answer.content
    assert b"Approve 3 payments?" not in answer.content
    assert not BulkApproval.objects.exists()


@pytest.mark.django_db
def test_confirming_none_or_too_many_starts_nothing(
    desk: Client, three: list[Payment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST", 2)
    confirmed = confirmation_of(three)
    for odd in (
        *({"payments": ids} for ids in ("", "x", "1,", "999", "9" * 18, "9" * 40, "\u0661")),
        *({"act_key": key} for key in ("", "x", "g" * 36, "-" * 36, "0" * 36)),
        {},
    ):
        answer = desk.post(START, {**confirmed, **odd}, follow=True)
        assert b"Nothing was approved." in answer.content, odd

    assert not BulkApproval.objects.exists()
    assert set(states(three)) == {"pending_approval"}
