"""Mails of a reader leave in the order of their events, whatever fails in between."""

import re
import smtplib
from datetime import timedelta

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from procrastinate.jobs import Job

from igny8_core.auth.actors import Actor
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.services.confirmation import withdraw_payment
from igny8_core.business.billing.services.invoices import change_payment_method
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.business.data_rights.services.closing import close_account
from igny8_core.common.clock import utc_now
from igny8_core.common.mail import NewMail, deliver_mail, queue_mail, queue_mails, reader_lock
from igny8_core.common.mail_retries import MAX_ATTEMPTS, MAX_REFUSALS, MailRetries
from igny8_core.common.models import OutgoingMail
from tests.factories import (
    account_of,
    approve,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
    reject,
)
from tests.smtp import Mailbox, expect_end, part, run_worker, smtp_server, start_worker
from tests.test_emails import queued, the_time_has_come

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("catalog")]


def subjects(mailbox: Mailbox, address: str) -> list[str]:
    return [str(message["Subject"]).partition(" INV-")[0] for message in mailbox.to(address)]


def test_outdated_mails_are_dropped_after_an_outage(mailbox: Mailbox) -> None:
    admin, owner = make_billing_admin(), make_owner()
    actor = Actor(user=owner)
    change_payment_method(
        invoice_id=invoice_of(owner).pk,
        account=account_of(owner),
        method_code="jazzcash",
        actor=actor,
        now=utc_now(),
    )
    withdrawn = make_payment(owner, reference="BT-1")
    withdraw_payment(payment_id=withdrawn.pk, account=account_of(owner), actor=actor, now=utc_now())
    reject(make_payment(owner, reference="BT-2"), admin)
    payment = make_payment(owner, reference="BT-3")
    approve(payment, admin)
    reverse_payment(
        payment_id=payment.pk,
        actor=Actor(user=admin),
        now=utc_now(),
        reason="Recalled",
        event=EventName.REVERSE_AND_VOID,
    )
    run_worker(mailbox.port)

    assert subjects(mailbox, owner.email) == [
        "We reversed the approval of your payment for invoice"
    ]
    assert not mailbox.to(admin.email)
    dropped = OutgoingMail.objects.filter(dropped_at__isnull=False)
    assert {mail.kind for mail in dropped} >= {
        *("invoice_issued", "payment_submitted", "payment_rejected", "payment_approved"),
    }
    assert not dropped.exclude(sent_at=None).exists()
    assert queued() == []


def test_later_mail_waits_for_retry_of_earlier_mail() -> None:
    owner, other = make_owner(), make_owner()
    make_payment(owner)
    with smtp_server(Mailbox(put_off=[owner.email])) as mailbox:
        run_worker(mailbox.port)
        assert subjects(mailbox, owner.email) == []
        assert subjects(mailbox, other.email) == ["Welcome. How to pay invoice"]
    approve(make_payment(other), make_billing_admin())
    assert "payment_submitted" in queued()


@pytest.mark.long
def test_parallel_workers_keep_mail_order() -> None:
    """The server puts off four times; two workers of four jobs each work it off."""
    reader, other = "reader@shop.example", "other@shop.example"
    for number in range(10, 22):
        for recipient in (reader, other):
            kept_until = f"20{number}-12-31"
            queue_mail(
                kind="account_closed",
                about=number,
                recipient=recipient,
                language="en",
                kept_until=kept_until,
            )
    with smtp_server(Mailbox(put_off=[reader] * 3 + [other])) as mailbox:
        while queued():
            the_time_has_come()
            for worker in [start_worker(mailbox.port, concurrency=4) for _ in range(2)]:
                expect_end(worker)
        for recipient in (reader, other):
            told = [part(message, "plain") for message in mailbox.to(recipient)]
            years = [re.findall(r"20(\d\d)-12-31", words)[0] for words in told]
            assert years == [str(number) for number in range(10, 22)]


def test_deleted_mail_does_not_block_the_queue(mailbox: Mailbox) -> None:
    owner = make_owner()
    OutgoingMail.objects.all().delete()  # as retention does
    make_payment(owner)
    run_worker(mailbox.port)
    assert subjects(mailbox, owner.email) == ["We received your confirmation for invoice"]


def test_dead_mailbox_does_not_delay_others() -> None:
    dead, admin = make_owner(), make_billing_admin()
    account = account_of(dead)
    account.billing_email = account.confirmed_billing_email = "books@shop.example"
    account.save()
    approve(make_payment(dead), admin)
    with smtp_server(Mailbox(refused=dead.email)) as mailbox:
        run_worker(mailbox.port)
        assert subjects(mailbox, "books@shop.example") == ["Payment received: invoice"]
    assert OutgoingMail.objects.filter(recipient=dead.email, sent_at=None).exists()


def wait_after(error: Exception, attempts: int) -> timedelta | None:
    job = Job(id=1, queue="mail", lock=None, queueing_lock=None, task_name="x", attempts=attempts)
    decision = MailRetries().get_retry_decision(exception=error, job=job)
    if decision is None or decision.retry_at is None:
        return None
    return decision.retry_at - utc_now()


REFUSED = smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"No such mailbox")})
PUT_OFF = smtplib.SMTPRecipientsRefused({"a@b.example": (451, b"Later")})


@pytest.mark.parametrize(
    ("error", "tries", "longest"),
    [
        (ConnectionRefusedError(), MAX_ATTEMPTS, timedelta(hours=1)),
        (PUT_OFF, MAX_ATTEMPTS, timedelta(hours=1)),
        (smtplib.SMTPAuthenticationError(535, b"Bad password"), MAX_ATTEMPTS, timedelta(hours=1)),
        (REFUSED, MAX_REFUSALS, timedelta(hours=1)),
        (smtplib.SMTPDataError(552, b"Full"), MAX_REFUSALS, timedelta(hours=1)),
    ],
)
def test_retry_waits_are_bounded_and_end(error: Exception, tries: int, longest: timedelta) -> None:
    waits = [wait_after(error, attempts) for attempts in range(tries)]
    assert waits[-1] is None
    for wait in waits[:-1]:
        assert wait is not None
        assert timedelta(0) < wait <= longest
    total = sum((wait for wait in waits if wait), timedelta())
    assert total < (timedelta(hours=2) if tries == MAX_REFUSALS else timedelta(days=3, hours=1))
    assert total > (timedelta(minutes=30) if tries == MAX_REFUSALS else timedelta(days=2))


def test_mail_queued_by_earlier_version_is_delivered(mailbox: Mailbox) -> None:
    """Its arguments are ids alone, and its job has no lock."""
    owner = make_owner()
    payment = make_payment(owner)
    OutgoingMail.objects.filter(kind="payment_submitted").update(
        arguments={"payment_id": payment.pk}
    )
    OutgoingMail.objects.filter(kind="invoice_issued").delete()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET lock = NULL")
    run_worker(mailbox.port)
    assert subjects(mailbox, owner.email) == ["We received your confirmation for invoice"]


def test_account_closed_mail_is_sent_without_system_checks(mailbox: Mailbox) -> None:
    """Nothing but Django's start reads the kinds of mails."""
    owner = make_owner()
    close_account(account_id=account_of(owner).pk, actor=Actor(user=owner), now=utc_now())
    expect_end(start_worker(mailbox.port, skip_checks=True))
    assert subjects(mailbox, owner.email) == ["Your account is closed"]


def test_mail_queued_twice_is_sent_once(mailbox: Mailbox) -> None:
    owner = make_owner()
    mail = OutgoingMail.objects.get()
    assert ProcrastinateJob.objects.get(pk=mail.job_id).lock == reader_lock(owner.email.upper())
    deliver_mail.defer(mail_id=mail.pk)
    run_worker(mailbox.port)
    assert len(mailbox.to(owner.email)) == 1


@pytest.mark.django_db
def test_mails_job_is_as_the_queue_makes_it(catalog: None) -> None:
    """It is written together with its email, past the queue's own function."""
    make_owner()
    mail = OutgoingMail.objects.get(kind="invoice_issued")
    job = deliver_mail.configure(lock=reader_lock(mail.recipient)).defer(mail_id=mail.pk)
    ours, theirs = (
        ProcrastinateJob.objects.filter(pk=pk).values().get() for pk in (mail.job_id, job)
    )
    assert ours.pop("id") != theirs.pop("id")
    assert ours == theirs
    kinds = [
        list(ProcrastinateEvent.objects.filter(job=pk).values_list("type", flat=True))
        for pk in (mail.job_id, job)
    ]
    assert kinds == [["deferred"], ["deferred"]]


@pytest.mark.django_db
def test_first_of_two_mails_about_one_event_is_queued() -> None:
    """However what it is about is given."""
    first, second = ({"facts": {"plan": plan}} for plan in ("first", "second"))
    queue_mails(
        [
            NewMail("welcome", 7, "a@shop.example", "en", first),
            NewMail("welcome", "7", "a@shop.example", "en", second),
        ]
    )
    assert OutgoingMail.objects.get().arguments == first
    assert ProcrastinateJob.objects.count() == 1
