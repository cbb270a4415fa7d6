"""What the worker does: emails to a real SMTP server, and approvals in bulk."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from procrastinate.contrib.django.models import ProcrastinateJob

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.services import decisions
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
    ends_at = time.monotonic() + PATIENCE
    while len(mailbox.received) < number:
        if time.monotonic() > ends_at:
            message = f"Only {len(mailbox.received)} of {number} emails arrived."
            raise RuntimeError(message)
        time.sleep(0.005)


def bulk(payment_ids: list[int], admin: User) -> float | str:
    """Approve payments as the worker does after a confirmation in bulk at the desk.

    :returns: the seconds that it took, or why it wasn't measured.
    """
    approve_payments = getattr(decisions, "approve_payments", None)
    if approve_payments is None:
        return "not measured: payments are approved one by one"
    started = time.perf_counter()
    approve_payments(payment_ids=payment_ids, actor=Actor(user=admin), now=utc_now())
    return time.perf_counter() - started
