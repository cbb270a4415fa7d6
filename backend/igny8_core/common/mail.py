"""Mails: a row for each person and event, sent once by the worker, in the person's language.

A mail is one template for each language, ``<room>/email/<language>/<kind>.txt``, with the blocks
``subject``, ``body`` and, where there is something to do next, ``button``. It is rendered three
times, within the layouts ``email/subject.txt``, ``email/layout.txt`` and ``email/layout.html``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import salted_hmac
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from igny8_core.common.clock import utc_now
from igny8_core.common.models import OutgoingMail

QUEUE = "mail"
RETRY = RetryStrategy(max_attempts=12, exponential_wait=5)
MAX_ERROR_LENGTH = 1000
STALLED_AFTER = 120  # seconds without a sign of life of the worker


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Letter:
    """What a mail says: a template with its facts.

    :param template: ``<room>/email/{language}/<kind>.txt``.
    :param button_url: where the one button leads; empty for none.
    """

    template: str
    context: dict[str, Any]
    button_url: str = ""
    attachments: list[Attachment] = field(default_factory=list)


class NothingToSend(Exception):
    """What a mail would have told has become untrue, or nobody is there to read it."""


Writer = Callable[..., Letter]
WRITERS: dict[str, Writer] = {}


def letter(write: Writer) -> Writer:
    """Register the function that writes the mails of a kind, its own name."""
    WRITERS[write.__name__] = write
    return write


def queue_mail(
    *, kind: str, about: int | str, recipient: str, language: str, **arguments: Any
) -> OutgoingMail | None:
    """Queue a mail in the caller's transaction: if that commits, it is sent, else it never was.

    :param about: names the event together with ``kind``; the same again is not queued again.
    :param arguments: for the writer of the kind; they are stored, so ids rather than words.
    """
    mail, created = OutgoingMail.objects.get_or_create(
        key=f"{kind}:{about}",
        recipient=recipient,
        defaults={"kind": kind, "language": language, "arguments": arguments},
    )
    if not created:
        return None
    _remember_job(mail, deliver_mail.defer(mail_id=mail.pk))
    return mail


def queue_prepared_mail(
    *, kind: str, about: str, recipient: str, language: str, subject: str, body: str, html: str
) -> None:
    """Queue a mail whose words must not be kept longer than until it is sent."""
    mail = OutgoingMail.objects.create(
        key=f"{kind}:{about}", kind=kind, recipient=recipient, language=language
    )
    job_id = deliver_prepared_mail.defer(mail_id=mail.pk, subject=subject, body=body, html=html)
    _remember_job(mail, job_id)


@app.task(queue=QUEUE, retry=RETRY)
def deliver_mail(*, mail_id: int) -> None:
    """Write and send a mail, unless it is sent already."""

    def write(mail: OutgoingMail) -> EmailMultiAlternatives:
        return write_mail(
            WRITERS[mail.kind](**mail.arguments), recipient=mail.recipient, language=mail.language
        )

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
    WAITING = "in the queue already"
    GONE = "can't be sent again: its words are deleted"


def send_again(mail: OutgoingMail) -> SendAgain:
    """Put a mail that was given up back into the queue; tell what was done, or why nothing was."""
    with transaction.atomic():
        locked = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
        if locked.sent_at is not None:
            return SendAgain.SENT
        job = ProcrastinateJob.objects.filter(pk=locked.job_id).first()
        if job is None:
            return _queue_anew(locked)
        if job.status != "failed":
            return SendAgain.WAITING
        app.job_manager.retry_job_by_id(job.pk, retry_at=utc_now(), priority=0, queue=QUEUE)
        return SendAgain.QUEUED


def _queue_anew(mail: OutgoingMail) -> SendAgain:
    """Queue a mail whose job is gone; one with a secret had its words there alone."""
    if mail.kind not in WRITERS:
        return SendAgain.GONE
    _remember_job(mail, deliver_mail.defer(mail_id=mail.pk))
    return SendAgain.QUEUED


def write_mail(letter: Letter, *, recipient: str, language: str) -> EmailMultiAlternatives:
    """Write a letter in a language, as text and as HTML."""
    texts = render_letter(letter, language=language)
    message = _message(texts["subject.txt"], texts["layout.txt"], texts["layout.html"], recipient)
    for attachment in letter.attachments:
        message.attach(attachment.name, attachment.content, attachment.content_type)
    return message


def render_letter(letter: Letter, *, language: str) -> dict[str, str]:
    """Return what the three layouts make of a letter; the subject is one line."""
    context = {
        **letter.context,
        "seller_name": settings.BILLING_SELLER_NAME,
        "frontend_url": settings.FRONTEND_URL,
        "button_url": letter.button_url,
        "direction": "rtl" if translation.get_language_info(language)["bidi"] else "ltr",
    }
    template = letter.template.format(language=language)
    with translation.override(language):
        texts = {
            layout: render_to_string(template, {**context, "layout": f"email/{layout}"})
            for layout in ("subject.txt", "layout.txt", "layout.html")
        }
    return {**texts, "subject.txt": " ".join(texts["subject.txt"].split())}


def _message(subject: str, body: str, html: str, recipient: str) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(subject=subject, body=body, to=[recipient])
    if html:
        message.attach_alternative(html, "text/html")
    return message


def _remember_job(mail: OutgoingMail, job_id: int) -> None:
    mail.job_id = job_id
    mail.save(update_fields=["job_id", "updated_at"])


def _deliver(mail_id: int, write: Callable[[OutgoingMail], EmailMultiAlternatives]) -> None:
    """Send under the row's lock, so that two workers never send the same mail."""
    try:
        with transaction.atomic():
            mail = OutgoingMail.objects.select_for_update().get(pk=mail_id)
            if mail.sent_at is None:
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
        mail.last_error = str(reason)
    else:
        message.extra_headers["Message-ID"] = message_id(mail)
        message.send()
        mail.last_error = ""
    mail.attempts += 1
    mail.sent_at = utc_now()
    mail.save(update_fields=["attempts", "last_error", "sent_at", "updated_at"])


def message_id(mail: OutgoingMail) -> str:
    """Return the same id for the same mail, so that one sent twice is seen as one."""
    digest = salted_hmac("igny8.mail", f"{mail.key} {mail.recipient}").hexdigest()
    return f"<{digest}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].rstrip('>')}>"
