"""What a visitor waits for while strangers send files that take long: real server, real worker."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from benchmarks import seed
from benchmarks.background import worker
from benchmarks.cases import QUEUE, confirmation_of
from benchmarks.clients import OverHttp, Request, read
from benchmarks.slow_pdf import slow_pdf
from benchmarks.timing import WARM_UP, Figures, timed
from igny8_core.business.billing.models import Payment
from igny8_core.business.proofs.enums import ProofState

WATCHED = "/api/v1/plans/"
PATIENCE = 400  # seconds: a slow machine looks at fewer files


def measured(address: str, *, uploads: int, rounds: int) -> tuple[Figures, Figures]:
    """Return the milliseconds of ``GET plans/``, idle and beside the uploads.

    :raises RuntimeError: if an upload is refused.
    """
    with worker("proofs", concurrency=2, nice=10):
        senders = [
            (OverHttp(address, owner), invoice_id)
            for owner, invoice_id in islice(seed.unpaid_invoices(), uploads)
        ]
        times = _times(OverHttp(address))
        _warm = list(islice(times, WARM_UP))
        idle = list(islice(times, 10 * rounds))
        with ThreadPoolExecutor(uploads) as pool:
            sent = [pool.submit(_send, *sender) for sender in senders]
            beside = list(_until(_are_looked_at(sent), times))
    return Figures.of(idle), Figures.of(beside)


def _times(visitor: OverHttp) -> Iterator[float]:
    while True:
        yield timed(lambda: visitor.send(read(WATCHED)))


def _send(browser: OverHttp, invoice_id: int) -> None:
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in confirmation_of(invoice_id).items()
    ]
    file = b'--b\r\nContent-Disposition: form-data; name="proof"; filename="slip.pdf"\r\n'
    body = b"".join(parts) + file + b"\r\n" + slow_pdf() + b"\r\n--b--\r\n"
    content_type = "multipart/form-data; boundary=b"
    browser.send(Request(f"{QUEUE}confirm/", body, content_type=content_type))


def _until(is_over: Callable[[], bool], times: Iterator[float]) -> Iterator[float]:
    """Take times until it is over; that is asked once in a second."""
    began = asked = time.monotonic()
    for each in times:
        yield each
        now = time.monotonic()
        if now - began > PATIENCE:
            return
        if now - asked >= 1:
            if is_over():
                return
            asked = now


def _are_looked_at(sent: list[Future[None]]) -> Callable[[], bool]:
    def is_over() -> bool:
        if not all(upload.done() for upload in sent):
            return False
        for upload in sent:
            upload.result()
        return not Payment.objects.filter(proof_state=ProofState.CHECKING).exists()

    return is_over
