"""Mails: queued in the transition itself, sent by the real worker over real SMTP."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, User
from igny8_core.business.billing import emails
from igny8_core.business.billing.services.invoices import void_invoice
from igny8_core.common.clock import utc_now
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
from tests.smtp import Mailbox, free_port, part, run_worker, smtp_server

pytestmark = pytest.mark.django_db(transaction=True)
REASON = 'No transfer with "BT-2025-001" has arrived: <check> the number & try again.'


@pytest.fixture(autouse=True)
def _empty_queue() -> None:
    """Procrastinate's tables are not Django's: no test's end empties them."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_events")
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server that takes all."""
    with smtp_server() as mailbox:
        yield mailbox


def queued() -> list[str]:
    """Return the names of the waiting tasks, in order."""
    jobs = ProcrastinateJob.objects.filter(status="todo").order_by("id")
    return [name.rpartition(".")[2] for name in jobs.values_list("task_name", flat=True)]


@pytest.mark.usefixtures("catalog")
def test_everybody_hears_of_everything_that_concerns_them(mailbox: Mailbox) -> None:
    admin = make_billing_admin()
    owner = make_owner()
    Account.objects.filter(users=owner).update(billing_email="books@shop.example")
    reject(make_payment(owner), admin, REASON)
    approve(make_payment(owner, reference="BT-2025-002"), admin)
    run_worker(mailbox.port)

    number = invoice_of(owner).number
    assert [str(message["Subject"]) for message in mailbox.to(owner.email)] == [
        f"How to pay invoice {number}: 25053.50 PKR",
        f"We got your confirmation for invoice {number}",
        f"We could not find your payment for invoice {number}",
        f"We got your confirmation for invoice {number}",
        f"Payment received: invoice {number} is paid",
    ]
    assert len(mailbox.to("books@shop.example")) == 5
    assert [str(message["Subject"]) for message in mailbox.to(admin.email)] == [
        "To check: 89.00 USD from Lahore Textiles",
        "To check: 89.00 USD from Lahore Textiles",
    ]
    assert not queued()


@pytest.mark.usefixtures("catalog")
def test_the_invoice_mail_says_all_that_paying_needs(mailbox: Mailbox) -> None:
    owner = make_owner()
    run_worker(mailbox.port)

    invoice = invoice_of(owner)
    message = mailbox.to(owner.email)[-1]
    assert str(message["From"]) == settings.DEFAULT_FROM_EMAIL
    for kind in ("plain", "html"):
        text = part(message, kind)
        for needed in (
            "25053.50 PKR",
            "89.00 USD",
            "IBAN",
            invoice.number,
            f"{invoice.due_date:%B %Y}",
            f"{settings.FRONTEND_URL}/invoices/{invoice.pk}",
        ):
            assert needed in text


@pytest.mark.usefixtures("catalog")
def test_the_reason_is_read_word_for_word(mailbox: Mailbox) -> None:
    owner = make_owner()
    reject(make_payment(owner), make_billing_admin(), REASON)
    run_worker(mailbox.port)

    message = mailbox.to(owner.email)[-1]
    assert REASON in part(message, "plain")
    html = part(message, "html")
    assert "&lt;check&gt; the number &amp; try again." in html
    assert "<check>" not in html


@pytest.mark.usefixtures("catalog")
def test_of_a_void_invoice_nothing_is_owed(mailbox: Mailbox) -> None:
    owner = make_owner()
    admin = Actor(user=make_billing_admin())
    invoice = invoice_of(owner)
    void_invoice(invoice_id=invoice.pk, actor=admin, now=utc_now(), reason="Issued twice")
    run_worker(mailbox.port)

    message = mailbox.to(owner.email)[-1]
    assert str(message["Subject"]) == f"Invoice {invoice.number} is void: nothing is due"
    assert "Issued twice" in part(message, "plain")


@pytest.mark.usefixtures("catalog")
def test_what_is_rolled_back_sends_nothing() -> None:
    admin = make_billing_admin()
    payment = make_payment(make_owner())
    before = queued()

    def approve_and_fail() -> None:
        with transaction.atomic():
            approve(payment, admin)
            assert queued() == [*before, "send_payment_approved"]
            raise RuntimeError

    with pytest.raises(RuntimeError):
        approve_and_fail()
    assert queued() == before


@pytest.mark.usefixtures("catalog")
def test_a_mail_server_that_is_down_is_tried_again(mailbox: Mailbox) -> None:
    owner = make_owner()
    run_worker(free_port())

    assert queued() == ["send_invoice_issued"]
    waiting = ProcrastinateJob.objects.filter(status="todo")
    assert all(job.attempts == 1 and job.scheduled_at > utc_now() for job in waiting)
    with connection.cursor() as cursor:  # the time that the retry waits for has come
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    run_worker(mailbox.port)
    assert len(mailbox.to(owner.email)) == 1


@pytest.mark.usefixtures("catalog")
def test_nobody_adds_headers_to_a_mail() -> None:
    owner = make_owner()
    Account.objects.filter(users=owner).update(name="Shop\r\nBcc: victim@example.com")

    message = emails.payment_waiting(make_payment(owner)).message()
    assert message["Subject"] == "To check: 89.00 USD from Shop Bcc: victim@example.com"
    assert "victim@example.com" not in str(message["Bcc"])


@pytest.mark.usefixtures("catalog")
def test_admins_do_not_see_each_other() -> None:
    admins: set[str] = {make_billing_admin().email, make_billing_admin().email}
    message = emails.payment_waiting(make_payment(make_owner()))

    assert set(message.recipients()) == admins
    assert message.message()["Bcc"] is None
    assert not any(admin in str(message.message()) for admin in admins)


@pytest.mark.usefixtures("catalog")
def test_without_admins_nobody_is_written_to(mailbox: Mailbox) -> None:
    owner: User = make_owner()
    make_payment(owner)
    run_worker(mailbox.port)

    assert not queued()
    assert {recipients[0] for recipients, _ in mailbox.received} == {owner.email}


@pytest.mark.usefixtures("catalog")
def test_no_request_sends_mail_itself() -> None:
    owner = make_owner()
    body = confirmation_of(owner)
    answer = client_of(owner).post("/api/v1/billing/admin/payments/confirm/", body)
    assert answer.status_code == 201
    assert not mail.outbox
    assert queued()[-2:] == ["send_payment_submitted", "notify_billing_admins"]
