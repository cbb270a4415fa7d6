"""What a visitor waits for while strangers send files that take long: real server, real worker."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from rest_framework.status import HTTP_200_OK, HTTP_201_CREATED

from benchmarks import seed
from benchmarks.slow_pdf import slow_pdf
from igny8_core.business.billing.models import Payment
from igny8_core.business.proofs.enums import ProofState
from tests.server import Program, Reply, running_server

BACKEND = Path(__file__).resolve().parents[1]
UPLOADS = 16
WATCHED = "/api/v1/plans/"
CONFIRM = "/api/v1/billing/admin/payments/confirm/"
PATIENCE = 400  # seconds, until all files are looked at
WORKER = ("nice", "-n", "10", sys.executable, "manage.py", "procrastinate", "worker")


def measured(rounds: int) -> Iterator[tuple[str, list[float]]]:
    """Yield the milliseconds of ``GET plans/``, idle and beside the uploads.

    :raises RuntimeError: if an upload is refused, or none of the files was looked at in time.
    """
    environment = {**os.environ, "WEB_CONCURRENCY": "2", "ALLOWED_HOSTS": "127.0.0.1"}
    with running_server(environment=environment) as server, _worker(environment):
        visitor = server.visitor()
        senders = [
            (server.logged_in(owner), invoice_id)
            for owner, invoice_id in islice(seed.unpaid_invoices(), UPLOADS)
        ]
        times = _times(visitor)
        _warm = list(islice(times, rounds))
        yield "GET plans/ over HTTP, idle", list(islice(times, 10 * rounds))
        with ThreadPoolExecutor(UPLOADS) as pool:
            sent = [pool.submit(_send, *sender) for sender in senders]
            beside = list(_until(_are_looked_at(sent), times))
        yield f"… beside {UPLOADS} uploads of a slow PDF", beside


@contextmanager
def _worker(environment: dict[str, str]) -> Iterator[None]:
    command = [*WORKER, "--queues", "proofs", "--concurrency", "2"]
    with subprocess.Popen(command, cwd=BACKEND, env=environment) as process:  # noqa: S603
        try:
            yield
        finally:
            process.terminate()


def _times(visitor: Program) -> Iterator[float]:
    while True:
        started = time.perf_counter()
        reply = visitor.send(WATCHED)
        if reply.status != HTTP_200_OK:
            message = f"{WATCHED}: {reply.status} {reply.content[:300]!r}"
            raise RuntimeError(message)
        yield (time.perf_counter() - started) * 1000


def _send(program: Program, invoice_id: int) -> Reply:
    fields = {
        "invoice_id": str(invoice_id),
        "payment_method": "bank_transfer",
        "amount": "89.00",
        "manual_reference": "BT-2025-001",
    }
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    file = b'--b\r\nContent-Disposition: form-data; name="proof"; filename="slip.pdf"\r\n'
    body = b"".join(parts) + file + b"\r\n" + slow_pdf() + b"\r\n--b--\r\n"
    return program.send(CONFIRM, body, Content_Type="multipart/form-data; boundary=b")


def _until(is_over: Callable[[], bool], times: Iterator[float]) -> Iterator[float]:
    """Take times until it is over; that is asked once in a second."""
    began = asked = time.monotonic()
    for each in times:
        yield each
        now = time.monotonic()
        if now - began > PATIENCE:
            message = f"The files were not looked at within {PATIENCE} seconds."
            raise RuntimeError(message)
        if now - asked >= 1:
            if is_over():
                return
            asked = now


def _are_looked_at(sent: list[Future[Reply]]) -> Callable[[], bool]:
    def is_over() -> bool:
        if not all(upload.done() for upload in sent):
            return False
        replies = [upload.result() for upload in sent]
        if refused := [reply for reply in replies if reply.status != HTTP_201_CREATED]:
            message = f"An upload was refused: {refused[0].status} {refused[0].content[:300]!r}"
            raise RuntimeError(message)
        return not Payment.objects.filter(proof_state=ProofState.CHECKING).exists()

    return is_over
