"""Background work of billing. Each customer's mail is a row of its own: see ``common.mail``."""

from datetime import UTC, datetime

from django.core.files.storage import default_storage
from django.db import transaction
from procrastinate.contrib.django import app

from igny8_core.business.billing import emails
from igny8_core.business.billing.enums import NoticeFrequency
from igny8_core.business.billing.selectors import billing_admins, waiting_payments
from igny8_core.common import upkeep
from igny8_core.common.mail import QUEUE, RETRY

DAILY_DIGEST_HOUR = 8  # UTC


@app.task(queue=QUEUE, retry=RETRY)
def notify_billing_admins(*, payment_id: int) -> None:
    """Tell those who want to hear at once that a confirmation waits."""
    with transaction.atomic():
        for admin in billing_admins():
            if emails.wants(admin, NoticeFrequency.IMMEDIATELY):
                emails.tell_admin(
                    emails.payment_waiting, admin=admin, about=payment_id, payment_id=payment_id
                )


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
                emails.tell_admin(emails.payments_waiting, admin=admin, about=f"{hour:%Y-%m-%dT%H}")


@app.task(queue=upkeep.QUEUE, retry=upkeep.RETRY)
def delete_files(*, names: list[str]) -> None:
    """Delete proof files that no payment names any more; those that are gone already, too."""
    for name in names:
        default_storage.delete(name)
