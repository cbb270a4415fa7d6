"""Days follow the business's time zone, wherever the server is; storage and API use UTC."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from igny8_core.auth.actors import Actor
from igny8_core.auth.emails import tell_of_change
from igny8_core.auth.models import User
from igny8_core.business.billing.models import Invoice, NoticePreference, Payment
from igny8_core.business.billing.services.decisions import approve_payment
from igny8_core.business.billing.tasks import send_digests
from igny8_core.business.data_rights.services.closing import close_account
from igny8_core.business.data_rights.services.records import erase_expired, kept_until
from igny8_core.business.reports.numbers import numbers
from igny8_core.common.models import OutgoingMail
from tests.factories import (
    account_of,
    client_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
)
from tests.test_invoice_pdf import read

pytestmark = pytest.mark.django_db
NEW_YEAR = datetime(2026, 12, 31, 20, tzinfo=UTC)  # 1 in the morning in Karachi


@pytest.fixture(autouse=True)
def _karachi(settings: LazySettings) -> None:
    settings.BUSINESS_TIME_ZONE = "Asia/Karachi"


def test_invoice_number_uses_business_year(catalog: None) -> None:
    invoice = invoice_of(make_owner(now=NEW_YEAR))
    assert invoice.number == "INV-2027-000001"
    assert invoice.due_date == date(2027, 1, 8)
    assert "2027-01-01" in read(invoice)
    assert invoice_of(make_owner(now=NEW_YEAR - timedelta(hours=2))).number == "INV-2026-000001"


def test_invoice_is_overdue_after_business_due_day(catalog: None) -> None:
    invoice = invoice_of(make_owner(now=NEW_YEAR))
    midnight = datetime(2027, 1, 8, 19, tzinfo=UTC)
    for moment, state in ((midnight - timedelta(seconds=1), "due"), (midnight, "overdue")):
        with time_machine.travel(moment, tick=False):
            assert Invoice.objects.get(pk=invoice.pk).payment_state == state


def test_receipt_shows_business_day_of_payment(billing_admin: User) -> None:
    payment = make_payment(make_owner(now=NEW_YEAR))
    paid_at = datetime(2027, 1, 3, 19, 30, tzinfo=UTC)
    approve_payment(payment_id=payment.pk, actor=Actor(user=billing_admin), now=paid_at)
    assert "2027-01-04" in read(Invoice.objects.get())


def test_numbers_count_business_days(billing_admin: User) -> None:
    payment = make_payment(make_owner())
    Payment.objects.update(submitted_at=NEW_YEAR - timedelta(hours=1))
    approve_payment(payment_id=payment.pk, actor=Actor(user=billing_admin), now=NEW_YEAR)
    days = numbers(now=NEW_YEAR).days
    assert (days[-1].day, days[-1].approved) == (date(2027, 1, 1), 1)


def test_daily_digest_is_sent_in_business_morning(catalog: None) -> None:
    admin = make_billing_admin()
    NoticePreference.objects.create(user=admin, frequency="daily")
    make_payment(make_owner())
    for hour in range(24):
        send_digests(int(datetime(2026, 12, 1, hour, tzinfo=UTC).timestamp()))
    sent = OutgoingMail.objects.filter(recipient=admin.email, kind="payments_waiting")
    assert [key[-2:] for key in sent.values_list("key", flat=True)] == ["03"]  # 8 in Karachi


def test_records_are_kept_until_business_year_end(catalog: None) -> None:
    owner = make_owner(now=NEW_YEAR)
    account = account_of(owner)
    assert kept_until(account=account) == date(2037, 12, 31)
    close_account(account_id=account.pk, actor=Actor(user=owner), now=NEW_YEAR)
    end = datetime(2037, 12, 31, 19, tzinfo=UTC)
    assert erase_expired(now=end - timedelta(seconds=1)) == 0
    assert erase_expired(now=end) > 0


def test_desk_and_mails_use_business_time_and_api_utc(
    client: Client, owner: User, billing_admin: User
) -> None:
    payment = make_payment(owner)
    Payment.objects.update(submitted_at=NEW_YEAR)
    client.force_login(billing_admin)
    page = client.get(f"/admin/billing/payment/{payment.pk}/change/").content.decode()
    assert "1 Jan 2027, 01:00 PKT" in page
    told = client_of(owner).get(f"/api/v1/billing/payments/{payment.pk}/").json()
    assert told["submitted_at"] == "2026-12-31T20:00:00Z"

    tell_of_change(
        user=owner, old_email="old@x.example", new_email="", actor=Actor(user=owner), now=NEW_YEAR
    )
    assert "1 January 2027, 01:00 PKT" in str(ProcrastinateJob.objects.latest("pk").args)


def test_document_dates_survive_time_zone_change(
    billing_admin: User, settings: LazySettings
) -> None:
    """What was issued elsewhere, or before there was a zone, follows the day that it had."""
    payment = make_payment(make_owner(now=NEW_YEAR))
    paid_at = datetime(2027, 1, 3, 19, 30, tzinfo=UTC)
    approve_payment(payment_id=payment.pk, actor=Actor(user=billing_admin), now=paid_at)
    invoice = Invoice.objects.get()
    as_issued = read(invoice)
    settings.BUSINESS_TIME_ZONE = "America/New_York"
    assert read(invoice) == as_issued
    del invoice.billing_snapshot["issue"]
    assert "2026-12-31" in read(invoice)


def test_retention_end_survives_time_zone_change(catalog: None, settings: LazySettings) -> None:
    owner = make_owner(now=NEW_YEAR)
    account = account_of(owner)
    close_account(account_id=account.pk, actor=Actor(user=owner), now=NEW_YEAR)
    settings.BUSINESS_TIME_ZONE = "UTC"
    assert kept_until(account=account) == date(2037, 12, 31)
    end = datetime(2038, 1, 1, tzinfo=UTC)
    assert erase_expired(now=end - timedelta(seconds=1)) == 0
    assert erase_expired(now=end) > 0
