"""Mails when things break: no mail server for the whole run, workers that die or race."""

from collections import Counter
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from igny8_core.auth.models import User
from igny8_core.business.billing.periodic import apply_setting_changes
from igny8_core.business.bulk import services
from igny8_core.common.mail import deliver_mail, queue_prepared_mail
from igny8_core.common.models import OutgoingMail
from tests.bulk import started
from tests.database import assert_all_invariants_hold, wait_until_somebody_waits
from tests.factories import (
    PASSWORD,
    account_of,
    approve,
    client_of,
    make_billing_admin,
    make_owner,
    make_payment,
    reject,
)
from tests.smtp import Mailbox, expect_end, free_port, run_worker, smtp_server, start_worker
from tests.test_emails import queued, tasks_of_the_minute, the_time_has_come
from tests.test_rows import ANY_TEXT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("catalog")]
FAULTY = ("-m", "tests.faulty")
MARKING = 'UPDATE "common_outgoingmail"'


def test_mail_server_outage_delays_only_mails(mailbox: Mailbox) -> None:
    admin, owner, nobody = make_billing_admin(), make_owner(), free_port()
    run_worker(nobody)
    reject(make_payment(owner), admin)
    run_worker(nobody)
    approve(make_payment(owner, reference="BT-2025-002"), admin)
    run_worker(nobody)
    assert account_of(owner).status == "active"
    assert not mailbox.received
    kept = OutgoingMail.objects.filter(recipient=owner.email, sent_at=None).order_by("pk")
    assert list(kept.values_list("kind", flat=True)) == [
        *("invoice_issued", "payment_submitted", "payment_rejected"),
        *("payment_submitted", "payment_approved"),
    ]
    assert "payment_approved" in queued()

    the_time_has_come()
    run_worker(mailbox.port)
    assert queued() == []
    (told,) = mailbox.to(owner.email)  # what was overtaken meanwhile is dropped
    assert str(told["Subject"]).startswith("Payment received")
    ids = Counter(str(message["Message-ID"]) for _, message in mailbox.received)
    assert set(ids.values()) == {1}
    assert_all_invariants_hold()


def test_kill_after_sending_resends_mail_with_same_id(
    mailbox: Mailbox,
) -> None:
    owner = make_owner()
    worker = start_worker(mailbox.port, FAULTY, FAULT=MARKING)
    worker.communicate(timeout=120)
    assert worker.returncode == -9
    assert len(mailbox.to(owner.email)) == 1
    assert queued() == ["invoice_issued"]

    with connection.cursor() as cursor:  # nobody has heard of that worker for a long time
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '10 minutes'"
        )
    tasks_of_the_minute()
    run_worker(mailbox.port)
    run_worker(mailbox.port)
    first, again = mailbox.to(owner.email)
    assert first["Message-ID"] == again["Message-ID"]
    assert queued() == []


def test_two_workers_send_each_mail_once(mailbox: Mailbox) -> None:
    """Each mail is in the queue twice, as after the death of a worker that was only slow."""
    owners = [make_owner() for _ in range(10)]
    for mail in OutgoingMail.objects.all():
        deliver_mail.defer(mail_id=mail.pk)
    workers = [start_worker(mailbox.port), start_worker(mailbox.port)]
    for worker in workers:
        expect_end(worker)

    assert [len(mailbox.to(owner.email)) for owner in owners] == [1] * len(owners)
    assert queued() == []


@pytest.mark.parametrize(("locks", "copies"), [("on", 1), ("off", 2)])
def test_mail_lock_prevents_double_sending(locks: str, copies: int) -> None:
    """With the locks off it is: the control."""
    owner = make_owner()
    deliver_mail.defer(mail_id=OutgoingMail.objects.get().pk)
    with smtp_server(Mailbox(is_held=True)) as mailbox:
        workers = [start_worker(mailbox.port, FAULTY, LOCKS=locks) for _ in range(2)]
        mailbox.wait_for_connection()
        if locks == "on":
            wait_until_somebody_waits()
        else:
            mailbox.wait_for_connection()
        mailbox.go_on.set()
        for worker in workers:
            expect_end(worker)
        assert len(mailbox.to(owner.email)) == copies


def test_slow_mail_server_does_not_block_account_closing() -> None:
    """Closing writes the rows of the account's mails, one of which is being sent."""
    owner = make_owner()
    with smtp_server(Mailbox(is_held=True)) as mailbox:
        worker = start_worker(mailbox.port)
        mailbox.wait_for_connection()
        answer = client_of(owner).post(
            "/api/v1/auth/account/close/", {"password": PASSWORD, "confirmation": owner.email}
        )
        mailbox.go_on.set()
        expect_end(worker)
    assert answer.status_code == 200, answer.content
    assert OutgoingMail.objects.filter(kind="invoice_issued").get().sent_at is not None
    assert_all_invariants_hold()


@pytest.mark.parametrize("table", ["common_outgoingmail", "procrastinate_jobs"])
def test_prepared_mail_is_queued_atomically(table: str) -> None:
    """Its row, its job and that the one knows the other: outside of any transaction, too."""

    def end_before(execute: Any, sql: str, *more: Any) -> Any:
        if f"INSERT INTO {table}" in sql:
            raise ConnectionAbortedError
        return execute(sql, *more)

    words = {"subject": "x", "body": ANY_TEXT, "html": ""}
    sent = {"kind": "x", "about": "1", "recipient": "x@shop.example", "language": "en", **words}
    with connection.execute_wrapper(end_before), pytest.raises(ConnectionAbortedError):
        queue_prepared_mail(**sent)
    assert not OutgoingMail.objects.exists()
    assert not ProcrastinateJob.objects.exists()

    queue_prepared_mail(**sent)
    mail, job = OutgoingMail.objects.get(), ProcrastinateJob.objects.get()
    assert (mail.job_id, mail.arguments, job.lock) == (job.pk, {}, None)
    assert job.args == {"mail_id": mail.pk, **words}


def test_mails_hold_up_no_other_work(
    billing_admin: User, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that accepts a connection and says nothing costs ``EMAIL_TIMEOUT`` for each."""
    started(billing_admin, [make_payment(make_owner())])
    tried: list[bool] = []

    def approve_next(**_arguments: Any) -> bool:
        tried.append(OutgoingMail.objects.filter(attempts__gt=0).exists())
        return False

    monkeypatch.setattr(services, "approve_next", approve_next)
    run_worker(mailbox.port)
    assert tried == [False]
    assert mailbox.received


def test_stalled_job_whose_next_one_waits_holds_up_no_mail(mailbox: Mailbox) -> None:
    """The queue takes no two that wait with one ``queueing_lock``: the stalled one is over."""
    make_owner()
    stalled = apply_setting_changes.configure(task_kwargs={"timestamp": 0}).defer()
    make_owner()
    with connection.cursor() as cursor:  # their worker is dead
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    next_one = apply_setting_changes.configure(
        task_kwargs={"timestamp": 60}, schedule_in={"hours": 1}
    ).defer()
    tasks_of_the_minute()
    run_worker(mailbox.port)
    run_worker(mailbox.port)
    assert queued() == []
    known = ProcrastinateJob.objects.filter(pk__in=[stalled, next_one])
    assert list(known.values_list("pk", "status")) == [(next_one, "todo")]
