"""Background work of billing. Each customer's email is its own row: see ``common.mail``."""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from procrastinate.contrib.django import app

from igny8_core.business.billing import emails
from igny8_core.business.billing.enums import NoticeFrequency, PaymentStatus
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.selectors.mails import last_notice
from igny8_core.business.billing.selectors.people import billing_admins
from igny8_core.business.billing.selectors.proofs import known_proof_files
from igny8_core.business.billing.selectors.queue import payment_for_admin, waiting_payments
from igny8_core.business.proofs import files
from igny8_core.business.proofs.attempts import forget_attempts
from igny8_core.common import upkeep
from igny8_core.common.clock import business_zone, utc_now
from igny8_core.common.daily import A_DAY
from igny8_core.common.mail import QUEUE, RETRY

DAILY_DIGEST_HOUR = 8  # in the business's time zone
BETWEEN_NOTICES = timedelta(hours=1)
PROOF_QUEUE = "proofs"  # has its own worker: files are slow, and emails don't wait for them
CHECK_PROOF, DRAW_PROOF = "check_proof", "draw_proof"


@app.task(queue=QUEUE, retry=RETRY)
def notify_billing_admins(*, payment_id: int) -> None:
    """Notify admins who want to know at once that a payment waits for review.

    They get one notice per account in ``BETWEEN_NOTICES``; other payments are reported after
    that, if they still wait.
    """
    payment = payment_for_admin(payment_id=payment_id)
    if payment.status != PaymentStatus.PENDING_APPROVAL:
        return
    told_at = last_notice(payment=payment)
    if told_at and (next_at := told_at + BETWEEN_NOTICES) > utc_now():
        notify_billing_admins.configure(schedule_at=next_at).defer(payment_id=payment_id)
        return
    with transaction.atomic():
        for admin in billing_admins():
            if emails.wants(admin, NoticeFrequency.IMMEDIATELY):
                emails.tell_admin_of_confirmation(admin=admin, payment=payment)


@app.periodic(cron="0 * * * *")
@app.task(queue=QUEUE, queueing_lock="send_digests", retry=RETRY)
def send_digests(timestamp: int) -> None:
    """Send digests of what waits, if anything does, to admins who want them.

    :param timestamp: the full hour of the digest, in seconds since 1970 (UTC).
    """
    hour = datetime.fromtimestamp(timestamp, tz=UTC)
    due = {NoticeFrequency.HOURLY}
    if hour.astimezone(business_zone()).hour == DAILY_DIGEST_HOUR:
        due.add(NoticeFrequency.DAILY)
    if not waiting_payments().exists():
        return
    with transaction.atomic():
        for admin in billing_admins():
            if any(emails.wants(admin, frequency) for frequency in due):
                emails.tell_admin_of_queue(admin=admin, hour=f"{hour:%Y-%m-%dT%H}")


@app.task(queue=upkeep.QUEUE, retry=upkeep.RETRY)
def delete_files(*, names: list[str]) -> None:
    """Delete proof files that no payment uses any more; missing files are fine."""
    files.delete_files(names)


def queue_proof_check(payment: Payment) -> None:
    """Queue the check of a payment's file: see ``proof_check.py``."""
    check = app.configure_task(CHECK_PROOF, queue=PROOF_QUEUE, queueing_lock=payment.proof_upload)
    check.defer(payment_id=payment.pk, upload=payment.proof_upload)


def queue_proof_drawing(payment: Payment) -> None:
    """Queue pictures for a proof that was kept without them."""
    name = str(payment.proof)
    draw = app.configure_task(DRAW_PROOF, queue=PROOF_QUEUE, queueing_lock=name)
    draw.defer(payment_id=payment.pk, name=name)


@app.periodic(cron="30 3 * * *")
@app.task(queue=upkeep.QUEUE, queueing_lock="remove_orphaned_proofs", retry=upkeep.RETRY)
def remove_orphaned_proofs(timestamp: int) -> None:
    """Remove files of the last weeks that no payment uses, and old counts of uploads.

    A file is stored before its payment is committed; a failure in between leaves it behind.

    :param timestamp: now, in seconds since 1970 (UTC).
    """
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    files.remove_orphans(now=now, known=known_proof_files)
    forget_attempts(before=now - A_DAY)
