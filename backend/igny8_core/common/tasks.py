"""Daily deletion of expired records with personal data."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from procrastinate import JobContext
from procrastinate.contrib.django import app

from igny8_core.common.models import IdempotencyRecord, OutgoingMail
from igny8_core.common.upkeep import QUEUE, RETRY


@app.periodic(cron="27 3 * * *")
@app.task(queue=QUEUE, queueing_lock="delete_old_records", retry=RETRY)
def delete_old_records(timestamp: int) -> None:
    """Delete expired responses for ``Idempotency-Key``, and records of sent emails.

    :param timestamp: the scheduled time, in seconds since 1970 (UTC).
    """
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    answers_until = now - timedelta(days=settings.IDEMPOTENCY_RETENTION_DAYS)
    IdempotencyRecord.objects.filter(created_at__lt=answers_until).delete()
    mails_until = now - timedelta(days=settings.MAIL_RETENTION_DAYS)
    OutgoingMail.objects.filter(created_at__lt=mails_until).delete()


@app.periodic(cron="37 3 * * *")
@app.task(queue=QUEUE, queueing_lock="delete_old_jobs", retry=RETRY, pass_context=True)
async def delete_old_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Delete jobs that have failed permanently: an email's job may contain its text."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=24 * settings.MAIL_RETENTION_DAYS,
        include_failed=True,
        include_cancelled=True,
        include_aborted=True,
    )
