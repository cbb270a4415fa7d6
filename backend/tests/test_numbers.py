"""The numbers on the first page of the admin site."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.services.decisions import approve_payment, reject_payment
from igny8_core.business.reports.numbers import DAYS, numbers
from tests.factories import make_owner, make_payment

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def submitted(hours_ago: float) -> Payment:
    payment = make_payment(make_owner(), reference=f"BT-{hours_ago}")
    Payment.objects.filter(pk=payment.pk).update(submitted_at=NOW - timedelta(hours=hours_ago))
    payment.refresh_from_db()
    return payment


def decide(payment: Payment, admin: User, *, hours_later: float, reason: str = "") -> None:
    now = payment.submitted_at + timedelta(hours=hours_later)
    if reason:
        reject_payment(payment_id=payment.pk, actor=Actor(user=admin), now=now, admin_notes=reason)
    else:
        approve_payment(payment_id=payment.pk, actor=Actor(user=admin), now=now)


def test_empty_database_gives_zero_numbers(catalog: None) -> None:
    found = numbers(now=NOW)
    assert (found.waiting, found.oldest, found.median_time, found.takings) == (0, None, None, [])
    assert len(found.days) == DAYS


def test_waiting_payments_are_counted_by_age(catalog: None) -> None:
    for hours in (0.5, 2, 3, 30, 100):
        submitted(hours)
    found = numbers(now=NOW)
    assert found.waiting == 5
    assert found.oldest == NOW - timedelta(hours=100)
    assert [number for _label, number in found.ages] == [1, 2, 1, 1]


def test_decisions_and_takings_are_counted(billing_admin: User) -> None:
    decide(submitted(50), billing_admin, hours_later=1)
    decide(submitted(49), billing_admin, hours_later=3)
    decide(submitted(10), billing_admin, hours_later=8, reason="Not found")
    decide(submitted(24 * DAYS + 24), billing_admin, hours_later=1)  # too long ago
    found = numbers(now=NOW)

    assert (found.approved, found.rejected) == (2, 1)
    assert [
        (d.day.day, d.approved, d.rejected) for d in found.days if d.approved or d.rejected
    ] == [
        (22, 2, 0),
        (24, 0, 1),
    ]
    assert found.median_time == timedelta(hours=3)
    assert [(t.method, str(t.money), t.number) for t in found.takings] == [
        ("Bank transfer (IBAN)", "178.00 USD", 2)
    ]


@time_machine.travel(NOW, tick=False)
def test_desk_home_shows_the_numbers(client: Client, billing_admin: User) -> None:
    decide(submitted(5), billing_admin, hours_later=2)
    submitted(30)
    client.force_login(billing_admin)
    text = client.get("/admin/").content.decode()
    for shown in (
        "Waiting now",
        "1\xa0day, 6\xa0hours",
        "2\xa0hours",
        "89.00 USD",
        "24 Nov: 1 approved",
    ):
        assert shown in text, shown


def test_staff_without_permission_sees_no_numbers(client: Client, catalog: None) -> None:
    client.force_login(User.objects.create_user("x@desk.example", "x", is_staff=True))
    text = client.get("/admin/").content.decode()
    assert "Waiting now" not in text
