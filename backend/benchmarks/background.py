"""What the worker does: emails to a real SMTP server, and approvals in bulk."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.bulk.models import BulkApproval
from igny8_core.business.bulk.selectors import not_approved
from igny8_core.business.bulk.services import QUEUE as BULK
from igny8_core.business.bulk.services import approve_next, start_bulk_approval
from igny8_core.common.clock import utc_now
from igny8_core.common.mail import QUEUE
from tests.smtp import Mailbox, smtp_server

BACKEND = Path(__file__).resolve().parents[1]
PATIENCE = 300  # seconds
WORKER = (sys.executable, "manage.py", "procrastinate", "worker", "--queues")


@contextmanager
def worker(queues: str, *, concurrency: int, nice: int = 0, **environment: str) -> Iterator[None]:
    """Run a worker as production does."""
    command = ["nice", "-n", str(nice), *WORKER, queues, "--concurrency", str(concurrency)]
    with subprocess.Popen(command, cwd=BACKEND, env={**os.environ, **environment}) as process:  # noqa: S603
        try:
            yield
        finally:
            process.terminate()


def mails(most: int) -> tuple[int, float]:
    """Let a worker send what waits, up to a number; return that and the seconds it took.

    Counted from the first email that arrives, so without the worker's start.
    """
    jobs = ProcrastinateJob.objects.filter(queue_name=QUEUE, status="todo").count()
    number = min(most, jobs // 2)  # not every job sends an email
    with smtp_server() as mailbox:
        address = f"smtp://127.0.0.1:{mailbox.port}"
        with worker("mail", concurrency=4, EMAIL_URL=address):
            _wait_for(mailbox, 1)
            first, started = len(mailbox.received), time.perf_counter()
            _wait_for(mailbox, number)
            return number - first, time.perf_counter() - started


def _wait_for(mailbox: Mailbox, number: int) -> None:
    _wait_until(lambda: len(mailbox.received) >= number)


def bulk_writes(payment_ids: list[int], admin: User) -> float:
    """Approve payments in bulk, without a worker; return the seconds that its sets took."""
    bulk = _confirmed(payment_ids, admin)
    started = time.perf_counter()
    while approve_next(bulk_id=bulk.pk, now=utc_now()):
        pass
    seconds = time.perf_counter() - started
    _require_all_approved(bulk)
    return seconds


def bulk(payment_ids: list[int], admin: User) -> float:
    """Approve payments in bulk by a worker; return the seconds from the confirmation to the end."""
    with worker(BULK, concurrency=1):
        _wait_until(ProcrastinateWorker.objects.exists)
        time.sleep(1)  # it listens
        started = time.perf_counter()
        bulk = _confirmed(payment_ids, admin)
        _wait_until(lambda: BulkApproval.objects.filter(pk=bulk.pk, finished_at=None).count() == 0)
        seconds = time.perf_counter() - started
    _require_all_approved(bulk)
    return seconds


def _confirmed(payment_ids: list[int], admin: User) -> BulkApproval:
    return start_bulk_approval(
        payment_ids=payment_ids, actor=Actor(user=admin), key=uuid4(), now=utc_now()
    )


def _require_all_approved(bulk: BulkApproval) -> None:
    if number := not_approved(bulk.rows.all()).count():
        message = f"{number} payments of a bulk approval weren't approved."
        raise RuntimeError(message)


def _wait_until(is_so: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > ends_at:
            message = "The worker takes too long."
            raise RuntimeError(message)
        time.sleep(0.005)
