"""Emails: a row per person and event, sent once by the worker, in the person's language.

``common.letters`` has their content. Emails to one reader are sent in the order of their events:
their jobs share a lock, so a later one waits for an earlier one's retry.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import F
from django.utils.crypto import salted_hmac
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status
from procrastinate.tasks import Task

from igny8_core.common.clock import utc_now
from igny8_core.common.compiled import prepared
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
PRIORITY = -1  # a server that doesn't answer takes the worker's time: nothing else waits for that
RETRY = MailRetries()
MAX_ERROR_LENGTH = 1000
# The number of an email's job is drawn with the email, so that neither has to be changed. A job is
# what procrastinate_defer_jobs_v1 makes of it.
QUEUE_MAILS = """
WITH given AS (
    SELECT * FROM json_to_recordset(%(mails)s::json) AS given (
        key text, kind text, recipient text, language text, arguments jsonb, lock text, text jsonb)
), mail AS (
    INSERT INTO common_outgoingmail (key, kind, recipient, language, arguments, job_id,
        attempts, last_error, drop_reason, created_at, updated_at)
    SELECT key, kind, recipient, language, arguments,
        nextval('procrastinate_jobs_id_seq'), 0, '', '', %(now)s, %(now)s
    FROM given ON CONFLICT DO NOTHING RETURNING id, job_id, key, recipient
)
INSERT INTO procrastinate_jobs (id, queue_name, task_name, priority, lock, args)
SELECT mail.job_id, %(queue)s, %(task)s, %(priority)s, given.lock,
    given.text || jsonb_build_object('mail_id', mail.id)
FROM mail JOIN given USING (key, recipient)
"""
STALLED_AFTER = 120  # seconds without a heartbeat of the worker


@dataclass(frozen=True)
class NewMail:
    """An email to queue.

    :param about: identifies the event together with ``kind``; a duplicate isn't queued.
    :param arguments: for the kind's writer: ids of what it is about, and ``facts``, what was
        true at the event.
    """

    kind: str
    about: int | str
    recipient: str
    language: str
    arguments: dict[str, Any]


def queue_mail(
    *, kind: str, about: int | str, recipient: str, language: str, **arguments: Any
) -> None:
    """Queue one mail: see ``queue_mails``."""
    queue_mails([NewMail(kind, about, recipient, language, arguments)])


def queue_mails(mails: Sequence[NewMail]) -> None:
    """Queue mails in the caller's transaction: they are sent if that commits, and only then.

    :raises LookupError: if a kind is unknown.
    """
    for mail in mails:
        kind_called(mail.kind)
    if not mails:
        return
    given: dict[tuple[str, str], dict[str, Any]] = {}
    for mail in mails:
        row = _given(mail)
        given.setdefault((row["key"], row["recipient"]), row)
    _queue(list(given.values()), deliver_mail)


def queue_prepared_mail(
    *, kind: str, about: str, recipient: str, language: str, subject: str, body: str, html: str
) -> None:
    """Queue an email whose text must not be kept after it is sent: only its job has it."""
    mail = _given(NewMail(kind, about, recipient, language, {}))
    text = {"subject": subject, "body": body, "html": html}
    _queue([{**mail, "lock": None, "text": text}], deliver_prepared_mail)


def _given(mail: NewMail) -> dict[str, Any]:
    """Return the email's own columns, and the lock of its job with what that gets beside its id."""
    return {
        "key": f"{mail.kind}:{mail.about}",
        "kind": mail.kind,
        "recipient": mail.recipient,
        "language": mail.language,
        "arguments": mail.arguments,
        "lock": reader_lock(mail.recipient),
        "text": {},
    }


def _queue(mails: Sequence[Mapping[str, Any]], task: Task[Any, Any, Any]) -> None:
    """Write emails and their jobs with one statement: all of it, or nothing."""
    values: dict[str, Any] = {
        "mails": json.dumps(mails),
        "now": utc_now(),
        "queue": QUEUE,
        "task": task.name,
        "priority": task.priority,
    }
    with prepared(), connection.cursor() as cursor:
        cursor.execute(QUEUE_MAILS, values)


@app.task(queue=QUEUE, retry=RETRY, priority=PRIORITY)
def deliver_mail(*, mail_id: int) -> None:
    """Write and send an email, unless it is already sent."""

    def write(mail: OutgoingMail) -> EmailMultiAlternatives:
        return write_mail(letter_for(mail), recipient=mail.recipient, language=mail.language)

    _deliver(mail_id, write)


@app.task(queue=QUEUE, retry=RETRY, priority=PRIORITY)
def deliver_prepared_mail(*, mail_id: int, subject: str, body: str, html: str) -> None:
    """Send an email that is already written, unless it is already sent."""

    def write(mail: OutgoingMail) -> EmailMultiAlternatives:
        return _message(subject, body, html, mail.recipient)

    _deliver(mail_id, write)


@app.periodic(cron="* * * * *")
@app.task(queue=QUEUE, queueing_lock="retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Queue the unfinished jobs of dead workers again, unless the next one waits already."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        try:
            await manager.retry_job(job)
        except UniqueViolation:  # of the jobs with one ``queueing_lock``, one can wait
            await manager.finish_job(job, Status.ABORTED, delete_job=True)


class SendAgain(StrEnum):
    """The result of trying to resend an email."""

    QUEUED = "put back into the queue"
    SENT = "already sent"
    DROPPED = "no longer true"
    WAITING = "already in the queue"
    GONE = "can't be sent again: the text was deleted"


def send_again(mail: OutgoingMail) -> SendAgain:
    """Queue a failed email again; return what was done, or why not."""
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
        app.job_manager.retry_job_by_id(job.pk, retry_at=utc_now(), priority=PRIORITY, queue=QUEUE)
        return SendAgain.QUEUED


def _queue_anew(mail: OutgoingMail) -> SendAgain:
    """Queue an email whose job is gone; one with a secret had its text only there."""
    if mail.kind not in KINDS:
        return SendAgain.GONE
    job = deliver_mail.configure(lock=reader_lock(mail.recipient))
    mail.job_id = job.defer(mail_id=mail.pk)
    mail.save(update_fields=["job_id", "updated_at"])
    return SendAgain.QUEUED


def write_mail(letter: Letter, *, recipient: str, language: str) -> EmailMultiAlternatives:
    """Render a letter in a language, as text and as HTML."""
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


def _deliver(mail_id: int, write: Callable[[OutgoingMail], EmailMultiAlternatives]) -> None:
    """Send an email, while no other worker can.

    The row isn't locked during the SMTP call, so closing an account doesn't wait for it.
    """
    try:
        with transaction.atomic():
            wait_for_lock(f"mail {mail_id}")
            mail = OutgoingMail.objects.filter(pk=mail_id).first()
            if mail and mail.is_waiting:
                _send(mail, write)
    except Exception as error:  # any error of the email server: stored for the admin, then raised
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
    OutgoingMail.objects.filter(pk=mail.pk).update(  # it may be erased by now
        attempts=F("attempts") + 1,
        last_error="",
        sent_at=mail.sent_at,
        dropped_at=mail.dropped_at,
        drop_reason=mail.drop_reason,
        updated_at=utc_now(),
    )


def reader_lock(recipient: str) -> str:
    """Return the lock name for all emails to an address, without revealing the address."""
    return f"mail:{sha256(recipient.lower().encode()).hexdigest()}"


def message_id(mail: OutgoingMail) -> str:
    """Return the same id for the same email, so that duplicates can be recognized."""
    digest = salted_hmac("igny8.mail", f"{mail.key} {mail.recipient}").hexdigest()
    return f"<{digest}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].rstrip('>')}>"
