"""Mails: a row for each person and event, sent once by the worker, in the person's language.

What a mail says is in ``common.letters``. Mails to one reader leave in the order of their events:
their jobs share a lock, so that a later one waits for an earlier one's next try.
"""

from collections.abc import Callable
from enum import StrEnum
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from igny8_core.common.clock import utc_now
from igny8_core.common.letters import (
    KINDS,
    Letter,
    NothingToSend,
    kind_called,
    letter_for,
    render_letter,
)
from igny8_core.common.locks import wait_for_lock
from igny8_core.common.mail_retries import MailRetries
from igny8_core.common.models import OutgoingMail

QUEUE = "mail"
RETRY = MailRetries()
MAX_ERROR_LENGTH = 1000
STALLED_AFTER = 120  # seconds without a sign of life of the worker


def queue_mail(
    *, kind: str, about: int | str, recipient: str, language: str, **arguments: Any
) -> None:
    """Queue a mail in the caller's transaction: if that commits, it is sent, else it never was.

    :param about: names the event together with ``kind``; the same again is not queued again.
    :param arguments: for the writer of the kind: ids of what it is about, and ``facts``, which
        tell what was true at the event.
    :raises LookupError: if nothing writes mails of this kind.
    """
    kind_called(kind)
    mail, created = OutgoingMail.objects.get_or_create(
        key=f"{kind}:{about}",
        recipient=recipient,
        defaults={"kind": kind, "language": language, "arguments": arguments},
    )
    if created:
        _remember_job(mail, _deliver_in_order(mail))


@transaction.atomic
def queue_prepared_mail(
    *, kind: str, about: str, recipient: str, language: str, subject: str, body: str, html: str
) -> None:
    """Queue a mail whose words must not be kept longer than until it is sent.

    Its row, its job and that the one knows the other are there together, or not at all.
    """
    mail = OutgoingMail.objects.create(
        key=f"{kind}:{about}", kind=kind, recipient=recipient, language=language
    )
    job_id = deliver_prepared_mail.defer(mail_id=mail.pk, subject=subject, body=body, html=html)
    _remember_job(mail, job_id)


@app.task(queue=QUEUE, retry=RETRY)
def deliver_mail(*, mail_id: int) -> None:
    """Write and send a mail, unless it is sent already."""

    def write(mail: OutgoingMail) -> EmailMultiAlternatives:
        return write_mail(letter_for(mail), recipient=mail.recipient, language=mail.language)

    _deliver(mail_id, write)


@app.task(queue=QUEUE, retry=RETRY)
def deliver_prepared_mail(*, mail_id: int, subject: str, body: str, html: str) -> None:
    """Send a mail that is written already, unless it is sent already."""

    def write(mail: OutgoingMail) -> EmailMultiAlternatives:
        return _message(subject, body, html, mail.recipient)

    _deliver(mail_id, write)


@app.periodic(cron="* * * * *")
@app.task(queue=QUEUE, queueing_lock="retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Queue anew what a worker that died had begun."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        await manager.retry_job(job)


class SendAgain(StrEnum):
    """What became of the wish to send a mail again."""

    QUEUED = "put back into the queue"
    SENT = "sent already"
    DROPPED = "not true any more"
    WAITING = "in the queue already"
    GONE = "can't be sent again: its words are deleted"


def send_again(mail: OutgoingMail) -> SendAgain:
    """Put a mail that was given up back into the queue; tell what was done, or why nothing was."""
    with transaction.atomic():
        locked = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
        if locked.sent_at is not None:
            return SendAgain.SENT
        if locked.dropped_at is not None:
            return SendAgain.DROPPED
        job = ProcrastinateJob.objects.filter(pk=locked.job_id).first()
        if job is None:
            return _queue_anew(locked)
        if job.status != "failed":
            return SendAgain.WAITING
        app.job_manager.retry_job_by_id(job.pk, retry_at=utc_now(), priority=0, queue=QUEUE)
        return SendAgain.QUEUED


def _queue_anew(mail: OutgoingMail) -> SendAgain:
    """Queue a mail whose job is gone; one with a secret had its words there alone."""
    if mail.kind not in KINDS:
        return SendAgain.GONE
    _remember_job(mail, _deliver_in_order(mail))
    return SendAgain.QUEUED


def write_mail(letter: Letter, *, recipient: str, language: str) -> EmailMultiAlternatives:
    """Write a letter in a language, as text and as HTML."""
    texts = render_letter(letter, language=language)
    message = _message(texts["subject.txt"], texts["layout.txt"], texts["layout.html"], recipient)
    message.reply_to = [letter.reply_to] if letter.reply_to else []
    for attachment in letter.attachments:
        message.attach(attachment.name, attachment.content, attachment.content_type)
    return message


def _message(subject: str, body: str, html: str, recipient: str) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(subject=subject, body=body, to=[recipient])
    if html:
        message.attach_alternative(html, "text/html")
    return message


def _deliver_in_order(mail: OutgoingMail) -> int:
    """Queue a mail behind those to the same reader; return the id of its job."""
    return deliver_mail.configure(lock=reader_lock(mail.recipient)).defer(mail_id=mail.pk)


def _remember_job(mail: OutgoingMail, job_id: int) -> None:
    mail.job_id = job_id
    mail.save(update_fields=["job_id", "updated_at"])


def _deliver(mail_id: int, write: Callable[[OutgoingMail], EmailMultiAlternatives]) -> None:
    """Send a mail, which no other worker does meanwhile.

    The row itself is free while the mail server takes its time: closing an account waits for none.
    """
    try:
        with transaction.atomic():
            wait_for_lock(f"mail {mail_id}")
            mail = OutgoingMail.objects.filter(pk=mail_id).first()
            if mail and mail.is_waiting:
                _send(mail, write)
    except Exception as error:  # whatever a mail server thinks of: kept for the admin, then raised
        OutgoingMail.objects.filter(pk=mail_id).update(
            attempts=F("attempts") + 1, last_error=str(error)[:MAX_ERROR_LENGTH]
        )
        raise


def _send(mail: OutgoingMail, write: Callable[[OutgoingMail], EmailMultiAlternatives]) -> None:
    try:
        message = write(mail)
    except NothingToSend as reason:
        mail.dropped_at, mail.drop_reason = utc_now(), str(reason)
    else:
        message.extra_headers["Message-ID"] = message_id(mail)
        message.send()
        mail.sent_at = utc_now()
    OutgoingMail.objects.filter(pk=mail.pk).update(  # which may be erased by now
        attempts=F("attempts") + 1,
        last_error="",
        sent_at=mail.sent_at,
        dropped_at=mail.dropped_at,
        drop_reason=mail.drop_reason,
        updated_at=utc_now(),
    )


def reader_lock(recipient: str) -> str:
    """Name what the jobs of all mails to an address share, without naming the address."""
    return f"mail:{sha256(recipient.lower().encode()).hexdigest()}"


def message_id(mail: OutgoingMail) -> str:
    """Return the same id for the same mail, so that one sent twice is seen as one."""
    digest = salted_hmac("igny8.mail", f"{mail.key} {mail.recipient}").hexdigest()
    return f"<{digest}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].rstrip('>')}>"
