"""Approving, rejecting and withdrawing."""

import calendar
from datetime import datetime
from decimal import Decimal

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.business.billing.models import CreditTransaction, Payment, PaymentEvent
from tests.factories import (
    account_of,
    approve,
    client_of,
    invoice_of,
    make_owner,
    make_payment,
    reject,
)

pytestmark = pytest.mark.django_db


def url(payment: Payment, act: str) -> str:
    return f"/api/v1/billing/admin/payments/{payment.pk}/{act}/"


def test_approval_activates_subscription_and_account(owner: User, admin_api: APIClient) -> None:
    payment = make_payment(owner)
    answer = admin_api.post(url(payment, "approve"), {"admin_notes": "Verified in bank statement"})

    assert answer.status_code == 200
    data = answer.json()
    assert data["payment"]["status"] == "succeeded"
    assert data["payment"]["admin_notes"] == "Verified in bank statement"
    assert (data["invoice"]["status"], data["invoice"]["payment_state"]) == ("paid", "paid")
    assert data["subscription"]["status"] == "active"
    assert (data["account"]["status"], data["account"]["credits"]) == ("active", 1000)
    entry = CreditTransaction.objects.get()
    assert (entry.amount, entry.balance_after, entry.payment) == (1000, 1000, payment)


def test_paid_period_is_a_calendar_month(owner: User, admin_api: APIClient) -> None:
    answer = admin_api.post(url(make_payment(owner), "approve"), {})

    period = answer.json()["subscription"]
    start = datetime.fromisoformat(period["current_period_start"])
    end = datetime.fromisoformat(period["current_period_end"])
    year, month = (start.year + start.month // 12, start.month % 12 + 1)
    assert (end.year, end.month) == (year, month)
    assert end.day == min(start.day, calendar.monthrange(year, month)[1])
    assert end.time() == start.time()


def test_approval_leaves_an_event_per_object(
    owner: User, admin_api: APIClient, billing_admin: User
) -> None:
    payment = make_payment(owner)
    admin_api.post(url(payment, "approve"), {"admin_notes": "Found"})

    events = PaymentEvent.objects.filter(payment=payment, event="approve")
    assert {(event.object_type, event.from_state, event.to_state) for event in events} == {
        ("payment", "pending_approval", "succeeded"),
        ("invoice", "pending", "paid"),
        ("subscription", "pending_payment", "active"),
        ("account", "pending_payment", "active"),
    }
    assert {event.actor for event in events} == {billing_admin}
    assert {event.note for event in events} == {"Found"}


def test_second_approval_is_refused_without_credits(owner: User, admin_api: APIClient) -> None:
    payment = make_payment(owner)
    admin_api.post(url(payment, "approve"), {})
    answer = admin_api.post(url(payment, "approve"), {})

    assert answer.status_code == 409
    assert answer.json() == {
        "type": "client_error",
        "errors": [
            {
                "code": "payment_already_decided",
                "detail": "This payment is no longer waiting for a decision. It is approved.",
                "attr": None,
            }
        ],
        "state": "succeeded",
    }
    assert account_of(owner).credits == 1000


@pytest.mark.parametrize("act", ["approve", "reject"])
def test_rejected_payment_stays_rejected(
    owner: User, admin_api: APIClient, billing_admin: User, act: str
) -> None:
    payment = make_payment(owner)
    reject(payment, billing_admin)
    answer = admin_api.post(url(payment, act), {"admin_notes": "Again"})

    assert answer.status_code == 409
    assert answer.json()["state"] == "failed"
    assert account_of(owner).status == "pending_payment"


def test_rejection_shows_reason_and_allows_retry(
    owner: User, owner_api: APIClient, admin_api: APIClient
) -> None:
    payment = make_payment(owner)
    answer = admin_api.post(url(payment, "reject"), {"admin_notes": "Reference not found"})

    assert answer.status_code == 200
    assert answer.json()["payment"]["status"] == "failed"
    assert answer.json()["account"]["status"] == "pending_payment"
    me = owner_api.get("/api/v1/auth/me/").json()
    assert me["open_invoice"]["status"] == "pending"
    assert me["open_invoice"]["payment_state"] == "rejected"
    assert me["open_invoice"]["latest_payment"]["admin_notes"] == "Reference not found"
    assert me["last_decision"]["status"] == "failed"
    assert not CreditTransaction.objects.exists()


@pytest.mark.parametrize("notes", ["", "   ", None])
def test_rejection_requires_reason(owner: User, admin_api: APIClient, notes: str | None) -> None:
    payment = make_payment(owner)
    answer = admin_api.post(url(payment, "reject"), {"admin_notes": notes})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "admin_notes"
    payment.refresh_from_db()
    assert payment.status == "pending_approval"


def test_owner_can_withdraw_and_confirm_again(owner: User, owner_api: APIClient) -> None:
    payment = make_payment(owner)
    answer = owner_api.post(f"/api/v1/billing/payments/{payment.pk}/withdraw/")

    assert answer.status_code == 200
    assert answer.json()["status"] == "withdrawn"
    assert invoice_of(owner).payment_state == "due"
    assert make_payment(owner).status == "pending_approval"


def test_decided_payment_cannot_be_withdrawn(
    owner: User, owner_api: APIClient, billing_admin: User
) -> None:
    payment = make_payment(owner)
    approve(payment, billing_admin)
    answer = owner_api.post(f"/api/v1/billing/payments/{payment.pk}/withdraw/")

    assert answer.status_code == 409
    assert answer.json()["state"] == "succeeded"


def test_withdrawn_payment_cannot_be_approved(
    owner: User, owner_api: APIClient, admin_api: APIClient
) -> None:
    payment = make_payment(owner)
    owner_api.post(f"/api/v1/billing/payments/{payment.pk}/withdraw/")
    answer = admin_api.post(url(payment, "approve"), {})

    assert answer.status_code == 409
    assert answer.json()["state"] == "withdrawn"
    assert account_of(owner).credits == 0


@pytest.mark.parametrize("act", ["approve", "reject"])
def test_customer_cannot_decide(owner: User, owner_api: APIClient, act: str) -> None:
    payment = make_payment(owner)
    answer = owner_api.post(url(payment, act), {"admin_notes": "Please"})

    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "not_billing_admin"
    payment.refresh_from_db()
    assert payment.status == "pending_approval"


def test_staff_without_permission_cannot_decide(owner: User) -> None:
    payment = make_payment(owner)
    clerk = User.objects.create_user("clerk@desk.example", "x", is_staff=True)
    answer = client_of(clerk).post(url(payment, "approve"), {})

    assert answer.status_code == 403
    payment.refresh_from_db()
    assert payment.status == "pending_approval"


@pytest.mark.parametrize("act", ["approve", "reject"])
def test_unknown_payment_returns_404(admin_api: APIClient, act: str) -> None:
    answer = admin_api.post(f"/api/v1/billing/admin/payments/{2**62}/{act}/", {"admin_notes": "x"})

    assert answer.status_code == 404


def test_timeline_names_roles_not_people(
    owner: User, owner_api: APIClient, billing_admin: User
) -> None:
    payment = make_payment(owner)
    approve(payment, billing_admin)
    data = owner_api.get(f"/api/v1/billing/payments/{payment.pk}/").json()

    assert [(event["event"], event["actor"]) for event in data["events"]] == [
        ("confirm", "customer"),
        ("approve", "admin"),
    ]
    assert billing_admin.email not in str(data)


def test_payment_list_matches_payment_detail(
    owner: User, owner_api: APIClient, billing_admin: User, settings: LazySettings
) -> None:
    reject(make_payment(owner), billing_admin)
    settings.BILLING_DUAL_CONTROL_ABOVE = Decimal("88.99")
    approve(make_payment(owner), billing_admin)  # the first of two, which no customer sees
    newest, oldest = owner_api.get("/api/v1/billing/payments/").json()["results"]

    assert [event["event"] for event in newest["events"]] == ["confirm"]
    assert [event["event"] for event in oldest["events"]] == ["confirm", "reject"]
    for told in (newest, oldest):
        assert told == owner_api.get(f"/api/v1/billing/payments/{told['id']}/").json()


def test_member_can_view_but_not_withdraw(owner: User) -> None:
    member = User.objects.create_user("member@shop.example", "x", account=owner.account)
    client = client_of(member)

    assert client.get("/api/v1/billing/invoices/").json()["count"] == 1
    answer = client.post(f"/api/v1/billing/payments/{make_payment(owner).pk}/withdraw/")
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "not_account_owner"


def test_other_owner_cannot_withdraw(owner: User) -> None:
    payment = make_payment(owner)
    answer = client_of(make_owner()).post(f"/api/v1/billing/payments/{payment.pk}/withdraw/")

    assert answer.status_code == 404
    payment.refresh_from_db()
    assert payment.status == "pending_approval"


@pytest.mark.parametrize("act", ["approve", "reject"])
def test_admin_cannot_decide_own_account_payment(
    owner: User, billing_admin: User, act: str
) -> None:
    payment = make_payment(owner)
    billing_admin.account = owner.account
    billing_admin.save()
    answer = client_of(billing_admin).post(url(payment, act), {"admin_notes": "Mine"})

    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "own_account_payment"
    payment.refresh_from_db()
    assert payment.status == "pending_approval"
    assert not CreditTransaction.objects.exists()
