"""The worker's part in handling a proof: it rewrites the stored upload and keeps or refuses it.

Any step can be repeated. Files are stored before a payment refers to them, and deleted after no
payment does. So a crash in between leaves the payment unchanged, and files for the nightly job.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job

from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.selectors.proofs import (
    is_being_checked,
    kept_without_pictures,
    waiting_for_their_check,
)
from igny8_core.business.billing.services import proofs
from igny8_core.business.billing.tasks import (
    CHECK_PROOF,
    DRAW_PROOF,
    PROOF_QUEUE,
    queue_proof_check,
    queue_proof_drawing,
)
from igny8_core.business.proofs import files
from igny8_core.business.proofs.enums import ProofRefusal
from igny8_core.business.proofs.make import MadeProof, make_anew
from igny8_core.business.proofs.sandbox import Refused, SandboxBusyError
from igny8_core.common.clock import utc_now
from igny8_core.common.transactions import commit_or_retry

FIRST_WAIT, LONGEST_WAIT = 10, 600  # seconds
GIVE_UP_AFTER = 5  # attempts, where the file may be at fault
FORGOTTEN_AFTER = timedelta(hours=1)
AT_ONCE = 200  # old proofs per hour


class Patience(BaseRetryStrategy):
    """Retries forever: the scanner, the store or the database will come back."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """Wait twice as long each time, up to ten minutes."""
        seconds = min(FIRST_WAIT * 2 ** min(job.attempts, 10), LONGEST_WAIT)
        return RetryDecision(retry_in={"seconds": seconds})


@app.task(name=CHECK_PROOF, queue=PROOF_QUEUE, retry=Patience(), pass_context=True)
def check_proof_job(context: JobContext, *, payment_id: int, upload: str) -> None:
    """Check the file that came with a payment."""
    check_proof(payment_id=payment_id, upload=upload, attempts=context.job.attempts, now=utc_now())


@app.task(name=DRAW_PROOF, queue=PROOF_QUEUE, retry=Patience(), pass_context=True)
def draw_proof_job(context: JobContext, *, payment_id: int, name: str) -> None:
    """Rewrite a proof that was kept before there were pictures."""
    draw_proof(payment_id=payment_id, name=name, attempts=context.job.attempts, now=utc_now())


@app.periodic(cron="17 * * * *")
@app.task(queue=PROOF_QUEUE, queueing_lock="queue_forgotten_proofs")
def queue_forgotten_proofs(timestamp: int) -> None:
    """Queue what no job handles: payments whose job was lost, and proofs without pictures.

    :param timestamp: now, in seconds since 1970 (UTC).
    """
    before = datetime.fromtimestamp(timestamp, tz=UTC) - FORGOTTEN_AFTER
    for payment in waiting_for_their_check(submitted_before=before)[:AT_ONCE]:
        _unless_queued(queue_proof_check, payment)
    for payment in kept_without_pictures()[:AT_ONCE]:
        _unless_queued(queue_proof_drawing, payment)


def check_proof(*, payment_id: int, upload: str, attempts: int = 0, now: datetime) -> None:
    """Rewrite a payment's file and keep it, or refuse it; skip it if it was replaced.

    :param attempts: the number of earlier attempts.
    :raises Exception: if the file isn't to blame, so that the job is retried.
    """
    if not is_being_checked(payment_id=payment_id, upload=upload):
        default_storage.delete(upload)
        return
    made = _made(upload, attempts)
    if isinstance(made, ProofRefusal):
        commit_or_retry(
            lambda: proofs.refuse_proof(payment_id=payment_id, upload=upload, reason=made, now=now)
        )
        return
    name = files.store_proof(made, now=now)
    is_kept = commit_or_retry(
        lambda: proofs.keep_proof(payment_id=payment_id, upload=upload, made=made, name=name)
    )
    if not is_kept:
        files.delete_files(files.names_of(name, len(made.pages)))


def draw_proof(*, payment_id: int, name: str, attempts: int = 0, now: datetime) -> None:
    """Rewrite a kept proof, with pictures; if that fails, it stays as a download.

    :param attempts: how often that was tried before.
    :raises Exception: if it is not the file's fault, so that it is tried again.
    """
    made = _made(name, attempts)
    if isinstance(made, ProofRefusal):
        proofs.leave_without_pictures(payment_id=payment_id, name=name)
        return
    stored = files.store_proof(made, now=now)
    is_kept = commit_or_retry(
        lambda: proofs.replace_kept_proof(payment_id=payment_id, old=name, made=made, name=stored)
    )
    if not is_kept:
        files.delete_files(files.names_of(stored, len(made.pages)))


def _made(name: str, attempts: int) -> MadeProof | ProofRefusal:
    """Read and rewrite a file, or return what is wrong with it."""
    try:
        with default_storage.open(name) as file:
            return make_anew(file.read())
    except Refused as refused:
        return refused.reason
    except FileNotFoundError:
        if attempts < GIVE_UP_AFTER:
            raise
        return ProofRefusal.LOST
    except SandboxBusyError:
        if attempts < GIVE_UP_AFTER:
            raise
        return ProofRefusal.TOO_COMPLEX


def _unless_queued(queue: Callable[[Payment], None], payment: Payment) -> None:
    with suppress(AlreadyEnqueued), transaction.atomic():
        queue(payment)
