"""Background work of billing. Each customer's mail is a row of its own: see ``common.mail``."""

from datetime import UTC, datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from procrastinate.contrib.django import app

from igny8_core.business.billing import emails
from igny8_core.business.billing.enums import NoticeFrequency, PaymentStatus
from igny8_core.business.billing.models import Payment, proof_folder
from igny8_core.business.billing.selectors import (
    billing_admins,
    last_notice,
    payment_for_admin,
    waiting_payments,
)
from igny8_core.common import upkeep
from igny8_core.common.clock import utc_now
from igny8_core.common.mail import QUEUE, RETRY

DAILY_DIGEST_HOUR = 8  # UTC
BETWEEN_NOTICES = timedelta(hours=1)
LONGEST_UPLOAD = timedelta(days=1)  # a younger file may yet get its payment
A_MONTH = timedelta(days=28)


@app.task(queue=QUEUE, retry=RETRY)
def notify_billing_admins(*, payment_id: int) -> None:
    """Tell those who want to hear at once that a confirmation waits.

    Of an account they hear once in ``BETWEEN_NOTICES``: what it confirms meanwhile is told after
    that, if it still waits.
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
    """Tell those who want digests what waits, if anything does.

    :param timestamp: the full hour that it is for, in seconds since 1970 (UTC).
    """
    hour = datetime.fromtimestamp(timestamp, tz=UTC)
    due = {NoticeFrequency.HOURLY}
    if hour.hour == DAILY_DIGEST_HOUR:
        due.add(NoticeFrequency.DAILY)
    if not waiting_payments().exists():
        return
    with transaction.atomic():
        for admin in billing_admins():
            if any(emails.wants(admin, frequency) for frequency in due):
                emails.tell_admin_of_queue(admin=admin, hour=f"{hour:%Y-%m-%dT%H}")


@app.task(queue=upkeep.QUEUE, retry=upkeep.RETRY)
def delete_files(*, names: list[str]) -> None:
    """Delete proof files that no payment names any more; those that are gone already, too."""
    for name in names:
        default_storage.delete(name)


@app.periodic(cron="30 3 * * *")
@app.task(queue=upkeep.QUEUE, queueing_lock="remove_orphaned_proofs", retry=upkeep.RETRY)
def remove_orphaned_proofs(timestamp: int) -> None:
    """Remove the files of this month and the last that no payment has.

    A file is stored before its payment is committed: what fails in between leaves it behind.

    :param timestamp: now, in seconds since 1970 (UTC).
    """
    limit = datetime.fromtimestamp(timestamp, tz=UTC) - LONGEST_UPLOAD
    for folder in {proof_folder(limit), proof_folder(limit - A_MONTH)}:
        stored = set(_files_in(folder))
        kept = Payment.objects.filter(proof__in=stored).values_list("proof", flat=True)
        for name in stored.difference(kept):
            if default_storage.get_modified_time(name) < limit:
                default_storage.delete(name)


def _files_in(folder: str) -> list[str]:
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:  # nobody has sent a proof in that month
        return []
    return [f"{folder}/{name}" for name in names]
