"""Mails: queued in the transition itself, sent by the real worker over real SMTP."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import NoticePreference, SellerProfile
from igny8_core.business.billing.services.invoices import void_invoice
from igny8_core.business.billing.tasks import (
    BETWEEN_NOTICES,
    notify_billing_admins,
    send_digests,
)
from igny8_core.common.clock import utc_now
from igny8_core.common.mail import deliver_mail, message_id, retry_stalled_jobs
from igny8_core.common.mail_retries import MAX_ATTEMPTS
from igny8_core.common.models import OutgoingMail
from tests.factories import (
    approve,
    client_of,
    confirmation_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
    reject,
)
from tests.smtp import (
    Mailbox,
    free_port,
    part,
    run_worker,
    run_worker_process,
    smtp_server,
    start_worker,
)

pytestmark = pytest.mark.django_db(transaction=True)
REASON = 'No transfer with "BT-2025-001" has arrived: <check> the number & try again.'


def the_time_has_come() -> None:
    """Let no retry wait any longer."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")


def tasks_of_the_minute() -> None:
    """Queue what the worker queues by itself once a minute."""
    if "retry_stalled_jobs" not in jobs("todo"):
        retry_stalled_jobs.configure(task_kwargs={"timestamp": 0}).defer()


def queued() -> list[str]:
    """Return the kinds of the mails that wait, in order."""
    return list(
        OutgoingMail.objects.filter(sent_at=None, dropped_at=None)
        .order_by("pk")
        .values_list("kind", flat=True)
    )


def jobs(status: str) -> list[str]:
    """Return the names of the tasks in a status, in order."""
    found = ProcrastinateJob.objects.filter(status=status).order_by("id")
    return [name.rpartition(".")[2] for name in found.values_list("task_name", flat=True)]


@pytest.mark.usefixtures("catalog")
def test_each_event_mails_everyone_concerned(mailbox: Mailbox) -> None:
    admin = make_billing_admin()
    owner = make_owner()
    Account.objects.filter(users=owner).update(
        billing_email="books@shop.example", confirmed_billing_email="books@shop.example"
    )
    run_worker_process(mailbox.port)
    rejected = make_payment(owner)
    run_worker(mailbox.port)
    reject(rejected, admin, REASON)
    run_worker(mailbox.port)
    OutgoingMail.objects.update(created_at=utc_now() - BETWEEN_NOTICES)
    approved = make_payment(owner, reference="BT-2025-002")
    run_worker(mailbox.port)
    approve(approved, admin)
    run_worker(mailbox.port)

    number = invoice_of(owner).number
    assert [str(message["Subject"]) for message in mailbox.to(owner.email)] == [
        f"Welcome. How to pay invoice {number}: 25,053.50 PKR",
        f"We received your confirmation for invoice {number}",
        f"We could not find your payment for invoice {number}",
        f"We received your confirmation for invoice {number}",
        f"Payment received: invoice {number} is paid",
    ]
    assert len(mailbox.to("books@shop.example")) == 4  # all since it was given
    assert [str(message["Subject"]) for message in mailbox.to(admin.email)] == [
        "Payment to review: 89.00 USD from Lahore Textiles",
        "Payment to review: 89.00 USD from Lahore Textiles",
    ]
    assert not queued()


@pytest.mark.usefixtures("catalog")
def test_invoice_mail_has_all_payment_details(mailbox: Mailbox) -> None:
    owner = make_owner()
    run_worker(mailbox.port)

    invoice = invoice_of(owner)
    message = mailbox.to(owner.email)[-1]
    assert str(message["From"]) == settings.DEFAULT_FROM_EMAIL
    for kind in ("plain", "html"):
        text = part(message, kind)
        for needed in (
            "25,053.50 PKR",
            "89.00 USD",
            "IBAN",
            invoice.number,
            f"{invoice.due_date:%B %Y}",
            f"{settings.FRONTEND_URL}/invoices/{invoice.pk}",
        ):
            assert needed in text


@pytest.mark.usefixtures("catalog")
def test_reply_to_is_the_seller(mailbox: Mailbox) -> None:
    admin = make_billing_admin()
    SellerProfile.objects.create(name="Igny8 Ltd", email="billing@igny8.example")
    owner = make_owner()
    make_payment(owner)
    run_worker(mailbox.port)
    assert {m["Reply-To"] for m in mailbox.to(owner.email)} == {"billing@igny8.example"}
    assert {m["Reply-To"] for m in mailbox.to(admin.email)} == {None}


@pytest.mark.usefixtures("catalog")
def test_rejection_mail_quotes_the_reason(mailbox: Mailbox) -> None:
    owner = make_owner()
    reject(make_payment(owner), make_billing_admin(), REASON)
    run_worker(mailbox.port)

    message = mailbox.to(owner.email)[-1]
    assert REASON in part(message, "plain")
    html = part(message, "html")
    assert "&lt;check&gt; the number &amp; try again." in html
    assert "<check>" not in html


@pytest.mark.usefixtures("catalog")
def test_voided_invoice_mail_asks_for_nothing(mailbox: Mailbox) -> None:
    owner = make_owner()
    admin = Actor(user=make_billing_admin())
    invoice = invoice_of(owner)
    void_invoice(invoice_id=invoice.pk, actor=admin, now=utc_now(), reason="Issued twice")
    run_worker(mailbox.port)

    message = mailbox.to(owner.email)[-1]
    assert str(message["Subject"]) == f"Invoice {invoice.number} is void: nothing is due"
    assert "Issued twice" in part(message, "plain")


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_urdu_reader_gets_urdu_mail(mailbox: Mailbox, kind: str) -> None:
    owner = make_owner()
    User.objects.filter(pk=owner.pk).update(language="ur")
    owner.emailaddress_set.update(verified=True)
    reject(make_payment(owner), make_billing_admin(), REASON)
    run_worker(mailbox.port)

    message = mailbox.to(owner.email)[-1]
    assert "کی ادائیگی نہیں ملی" in str(message["Subject"])
    text = part(message, kind)
    assert "دوبارہ کوشش کریں" in text
    assert invoice_of(owner).number in text
    isolated = "<bdi>BT-2025-001</bdi>" if kind == "html" else "\u2068No transfer"
    assert isolated in text
    if kind == "html":
        assert '<html lang="ur" dir="rtl">' in text


@pytest.mark.usefixtures("catalog")
def test_approval_mail_has_the_receipt(mailbox: Mailbox) -> None:
    owner = make_owner()
    owner.emailaddress_set.update(verified=True)
    approve(make_payment(owner), make_billing_admin())
    run_worker(mailbox.port)

    (receipt,) = mailbox.to(owner.email)[-1].iter_attachments()
    assert receipt.get_filename() == f"receipt-{invoice_of(owner).number}.pdf"
    assert receipt.get_content_type() == "application/pdf"
    assert receipt.get_content().startswith(b"%PDF-")


@pytest.mark.usefixtures("catalog")
def test_refused_recipient_does_not_delay_other_mails() -> None:
    refused, taken = make_owner(), make_owner()
    with smtp_server(Mailbox(refused=refused.email)) as mailbox:
        run_worker(mailbox.port)
        assert len(mailbox.to(taken.email)) == 1

    mail = OutgoingMail.objects.get(recipient=refused.email)
    assert (mail.sent_at, mail.attempts) == (None, 1)
    assert "550" in mail.last_error


@pytest.mark.usefixtures("catalog")
def test_slow_mail_server_times_out_and_is_retried(mailbox: Mailbox) -> None:
    owner = make_owner()
    with smtp_server(Mailbox(delay=5)) as slow:
        run_worker(slow.port, timeout=1)
    mail = OutgoingMail.objects.get(recipient=owner.email)
    assert (mail.sent_at, mail.attempts) == (None, 1)
    assert "timed out" in mail.last_error

    the_time_has_come()
    run_worker(mailbox.port)
    assert len(mailbox.to(owner.email)) == 1


@pytest.mark.usefixtures("catalog")
def test_failed_mail_can_be_sent_again(mailbox: Mailbox, client: Client) -> None:
    owner = make_owner()
    mail = OutgoingMail.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = %s", [MAX_ATTEMPTS])
    run_worker(free_port())
    assert jobs("failed") == ["deliver_mail"]

    client.force_login(make_billing_admin())
    listed = client.get("/admin/common/outgoingmail/?state=failed").content.decode()
    assert owner.email in listed
    assert "refused" in listed.lower()
    answer = client.post(
        "/admin/common/outgoingmail/", {"action": "send_again", "_selected_action": mail.pk}
    )
    assert answer.status_code == 302
    run_worker(mailbox.port)
    assert len(mailbox.to(owner.email)) == 1
    mail.refresh_from_db()
    assert mail.sent_at is not None
    assert mail.last_error == ""


@pytest.mark.usefixtures("catalog")
def test_sent_mail_is_not_sent_again(mailbox: Mailbox) -> None:
    owner = make_owner()
    run_worker(mailbox.port)
    deliver_mail.defer(mail_id=OutgoingMail.objects.get().pk)  # as after a worker's death
    run_worker(mailbox.port)

    assert len(mailbox.to(owner.email)) == 1
    assert "deliver_mail" not in jobs("todo")


@pytest.mark.usefixtures("catalog")
def test_sent_mail_leaves_no_secret_behind(mailbox: Mailbox, client: Client) -> None:
    owner = make_owner()
    url = "/_allauth/browser/v1/auth/password/request"
    client.post(url, {"email": owner.email}, content_type="application/json")
    assert "/reset-password/" in str(list(ProcrastinateJob.objects.values_list("args")))
    run_worker(mailbox.port)

    assert "/reset-password/" in part(mailbox.to(owner.email)[-1], "plain")
    kept = [*ProcrastinateJob.objects.values(), *OutgoingMail.objects.values()]
    assert "/reset-password/" not in str(kept)


@pytest.mark.usefixtures("catalog")
def test_message_id_is_stable() -> None:
    make_owner()
    mail = OutgoingMail.objects.get()
    assert message_id(mail) == message_id(OutgoingMail.objects.get(pk=mail.pk))
    assert message_id(mail).endswith("@example.com>")


@pytest.mark.usefixtures("catalog")
def test_killed_worker_loses_no_mail(mailbox: Mailbox) -> None:
    owner = make_owner()
    with smtp_server(Mailbox(delay=60)) as slow:
        worker = start_worker(slow.port)
        slow.wait_for_connection()
        worker.kill()
        worker.communicate()
    assert jobs("doing") == ["deliver_mail"]

    with connection.cursor() as cursor:  # nobody has heard of that worker for a long time
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '10 minutes'"
        )
    tasks_of_the_minute()
    run_worker(mailbox.port)
    run_worker(mailbox.port)
    assert len(mailbox.to(owner.email)) == 1
    assert not queued()


@pytest.mark.usefixtures("catalog")
def test_digest_lists_all_pending_payments(mailbox: Mailbox) -> None:
    at_once, hourly, daily, never = (make_billing_admin() for _ in range(4))
    for admin, frequency in ((hourly, "hourly"), (daily, "daily"), (never, "never")):
        NoticePreference.objects.create(user=admin, frequency=frequency)
    payments = [make_payment(make_owner(), reference=f"BT-{n}00{n}") for n in (1, 2)]
    nine = int(datetime(2026, 11, 24, 9, tzinfo=UTC).timestamp())
    for timestamp in (nine, nine, nine - 3600):  # the same hour again changes nothing
        send_digests(timestamp)
    run_worker(mailbox.port)

    assert len(mailbox.to(at_once.email)) == 2

    def digests(admin: User) -> list[str]:
        """Return the hours of the digests; the worker may have added that of the real hour."""
        mails = OutgoingMail.objects.filter(recipient=admin.email, kind="payments_waiting")
        hours = ["payments_waiting:2026-11-24T08", "payments_waiting:2026-11-24T09"]
        return sorted(mails.filter(key__in=hours).values_list("key", flat=True))

    assert [key[-2:] for key in digests(hourly)] == ["08", "09"]
    assert [key[-2:] for key in digests(daily)] == ["08"]
    assert {str(m["Subject"]) for m in mailbox.to(hourly.email)} == {"2 payments to review"}
    message = mailbox.to(daily.email)[0]
    for payment in payments:
        assert payment.invoice.number in part(message, "plain")
    assert not mailbox.to(never.email)


@pytest.mark.usefixtures("catalog")
def test_empty_digest_is_not_sent() -> None:
    admin = make_billing_admin()
    NoticePreference.objects.create(user=admin, frequency="hourly")
    send_digests(0)
    assert not OutgoingMail.objects.filter(recipient=admin.email).exists()


@pytest.mark.usefixtures("catalog")
def test_decided_payment_is_not_announced(mailbox: Mailbox) -> None:
    first, other = make_billing_admin(), make_billing_admin()
    payment = make_payment(make_owner())
    notify_billing_admins(payment_id=payment.pk)
    approve(payment, first)
    run_worker(mailbox.port)
    assert not mailbox.to(other.email)
    notice = OutgoingMail.objects.get(recipient=other.email)
    assert (notice.sent_at, notice.drop_reason) == (None, "The payment status is now succeeded.")


@pytest.mark.usefixtures("catalog")
def test_free_trial_gets_welcome_mail(mailbox: Mailbox) -> None:
    owner = make_owner(plan_slug="free")
    run_worker(mailbox.port)
    (message,) = mailbox.to(owner.email)
    assert str(message["Subject"]) == f"Welcome to {settings.BILLING_SELLER_NAME}"
    assert "1000 credits" in part(message, "plain")


@pytest.mark.usefixtures("catalog")
def test_rolled_back_transaction_sends_no_mail() -> None:
    admin = make_billing_admin()
    payment = make_payment(make_owner())
    before = queued()

    def approve_and_fail() -> None:
        with transaction.atomic():
            approve(payment, admin)
            assert queued() == [*before, "payment_approved"]
            raise RuntimeError

    with pytest.raises(RuntimeError):
        approve_and_fail()
    assert queued() == before


@pytest.mark.usefixtures("catalog")
def test_unreachable_mail_server_is_retried(mailbox: Mailbox) -> None:
    owner = make_owner()
    run_worker(free_port())

    waiting = OutgoingMail.objects.get()
    assert (waiting.kind, waiting.attempts, waiting.sent_at) == ("invoice_issued", 1, None)
    assert "refused" in waiting.last_error.lower()
    job = ProcrastinateJob.objects.get(pk=waiting.job_id)
    assert (job.status, job.attempts) == ("todo", 1)
    assert job.scheduled_at > utc_now()
    the_time_has_come()
    run_worker(mailbox.port)
    assert len(mailbox.to(owner.email)) == 1


@pytest.mark.usefixtures("catalog")
def test_account_name_cannot_add_mail_headers(mailbox: Mailbox) -> None:
    admin = make_billing_admin()
    owner = make_owner()
    Account.objects.filter(users=owner).update(name="Shop\r\nBcc: victim@example.com")
    make_payment(owner)
    run_worker(mailbox.port)

    subject = str(mailbox.to(admin.email)[-1]["Subject"])
    assert subject == "Payment to review: 89.00 USD from Shop Bcc: victim@example.com"
    assert not mailbox.to("victim@example.com")


@pytest.mark.usefixtures("catalog")
def test_admin_mails_hide_other_admins(mailbox: Mailbox) -> None:
    admins = [make_billing_admin().email, make_billing_admin().email]
    make_payment(make_owner())
    run_worker(mailbox.port)

    for admin, other in (admins, reversed(admins)):
        (message,) = mailbox.to(admin)
        assert other not in message.as_string()


@pytest.mark.usefixtures("catalog")
def test_no_admin_mail_without_admins(mailbox: Mailbox) -> None:
    owner: User = make_owner()
    make_payment(owner)
    run_worker(mailbox.port)

    assert not queued()
    assert {recipients[0] for recipients, _ in mailbox.received} == {owner.email}


@pytest.mark.usefixtures("catalog")
def test_request_only_queues_mail() -> None:
    owner = make_owner()
    body = confirmation_of(owner)
    answer = client_of(owner).post("/api/v1/billing/admin/payments/confirm/", body)
    assert answer.status_code == 201
    assert not mail.outbox
    assert queued()[-1] == "payment_submitted"
    assert jobs("todo")[-1] == "notify_billing_admins"
