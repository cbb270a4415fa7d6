"""Messages of the desk: success is only reported for what was really done."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client

from igny8_core.auth.models import Session, User
from igny8_core.business.billing.models import ExchangeRate, PaymentMethodConfig, SettingChange
from igny8_core.common.clock import utc_now
from igny8_core.common.mail import deliver_mail
from igny8_core.common.models import OutgoingMail
from tests.desk import form_of
from tests.factories import account_of, client_of, make_owner

pytestmark = pytest.mark.django_db
MAILS = "/admin/common/outgoingmail/"
USERS = "/admin/igny8_auth/user/"


def told(answer: Any) -> list[tuple[str, str]]:
    """Return the messages of the next page, with their levels."""
    return [(message.level_tag, str(message)) for message in get_messages(answer.wsgi_request)]


def set_job(mail: OutgoingMail, status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, mail.job_id]
        )


def job_of(mail: OutgoingMail) -> str:
    mail.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [mail.job_id])
        (status,) = cursor.fetchone()
    return str(status)


def send_again(desk: Client, *mails: OutgoingMail) -> list[tuple[str, str]]:
    body = {"action": "send_again", "_selected_action": [mail.pk for mail in mails]}
    return told(desk.post(MAILS, body))


@pytest.fixture
def mail(owner: User) -> OutgoingMail:
    """An email that is waiting."""
    return OutgoingMail.objects.get()


def test_resending_sent_mail_warns(desk: Client, mail: OutgoingMail) -> None:
    deliver_mail(mail_id=mail.pk)
    assert send_again(desk, mail) == [("warning", "No email was sent: 1 already sent.")]


def test_resending_dropped_mail_warns(desk: Client, mail: OutgoingMail) -> None:
    OutgoingMail.objects.update(dropped_at=utc_now(), drop_reason="Voided before.")
    assert send_again(desk, mail) == [("warning", "No email was sent: 1 no longer true.")]


@pytest.mark.parametrize("status", ["todo", "doing"])
def test_resending_queued_mail_warns(desk: Client, mail: OutgoingMail, status: str) -> None:
    set_job(mail, status)
    assert send_again(desk, mail) == [("warning", "No email was sent: 1 already in the queue.")]
    assert job_of(mail) == status


def test_resending_failed_mail_queues_it(desk: Client, mail: OutgoingMail) -> None:
    set_job(mail, "failed")
    assert send_again(desk, mail) == [("success", "1 put back into the queue.")]
    assert job_of(mail) == "todo"


def test_resending_mail_without_job_queues_it(desk: Client, mail: OutgoingMail) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [mail.job_id])
    assert send_again(desk, mail) == [("success", "1 put back into the queue.")]
    assert job_of(mail) == "todo"


def test_resending_mail_with_deleted_text_warns(desk: Client, mail: OutgoingMail) -> None:
    OutgoingMail.objects.update(kind="password_reset", job_id=None)
    assert send_again(desk, mail) == [
        ("warning", "No email was sent: 1 can't be sent again: the text was deleted.")
    ]


def test_resending_mixed_mails_reports_each_state(desk: Client, mail: OutgoingMail) -> None:
    set_job(mail, "failed")
    make_owner()
    assert send_again(desk, *OutgoingMail.objects.all()) == [
        ("warning", "1 already in the queue. 1 put back into the queue.")
    ]


def log_out(client: Client, *users: User) -> list[tuple[str, str]]:
    chosen = [user.pk for user in users]
    return told(client.post(USERS, {"action": "log_out_everywhere", "_selected_action": chosen}))


def test_signing_users_out_reports_the_count(admin_client: Client, owner: User) -> None:
    other = make_owner()
    client_of(owner)
    client_of(owner)
    said = "1 person signed out everywhere: 2 sessions ended."
    assert log_out(admin_client, owner, other) == [("success", said)]
    said = "Nothing was done: none of them are signed in."
    assert log_out(admin_client, owner, other)[-1] == ("warning", said)


def test_expired_session_is_not_counted(admin_client: Client, owner: User) -> None:
    client_of(owner)
    Session.objects.filter(user=owner).update(expire_date=utc_now() - timedelta(minutes=1))
    assert log_out(admin_client, owner)[0][0] == "warning"
    assert not Session.objects.filter(user=owner).exists()


@pytest.mark.parametrize("then", ["_save", "_continue"])
def test_unchanged_form_reports_no_success(admin_client: Client, owner: User, then: str) -> None:
    rate = ExchangeRate.objects.get(currency="PKR")
    method = PaymentMethodConfig.objects.get(catalog_key="jazzcash:PK")
    for row in (rate, method, owner, account_of(owner)):
        url = f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
        sent = form_of(admin_client, url) | {then: "1"}
        page = admin_client.post(url, sent, follow=True)
        assert [str(message) for message in page.context["messages"]] == ["Nothing was changed."]
    assert not SettingChange.objects.exists()
    assert not LogEntry.objects.exists()
