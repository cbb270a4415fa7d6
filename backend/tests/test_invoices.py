"""Invoices: states, choosing a method, voiding, PDF."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from igny8_core.auth.models import Subscription, User
from igny8_core.business.billing.models import (
    ExchangeRate,
    Invoice,
    PaymentEvent,
    SellerProfile,
)
from igny8_core.business.integrity.verify import verify_billing
from igny8_core.common.clock import utc_now
from igny8_core.common.letters import letter_for
from igny8_core.common.models import OutgoingMail
from tests.factories import (
    account_of,
    approve,
    client_of,
    invoice_of,
    make_owner,
    make_payment,
)

pytestmark = pytest.mark.django_db


def test_invoice_is_overdue_after_due_date(catalog: None) -> None:
    on_time = make_owner(now=utc_now() - timedelta(days=7))
    late = make_owner(now=utc_now() - timedelta(days=8))

    assert invoice_of(on_time).payment_state == "due"
    assert invoice_of(late).payment_state == "overdue"


def test_invoice_numbers_have_no_gaps(catalog: None) -> None:
    for _ in range(3):
        make_owner()

    year = utc_now().year
    assert sorted(Invoice.objects.values_list("number", flat=True)) == [
        f"INV-{year}-00000{n}" for n in (1, 2, 3)
    ]


def test_new_method_locks_price_at_current_rate(owner: User, owner_api: APIClient) -> None:
    ExchangeRate.objects.filter(currency="PKR").update(units_per_usd=Decimal(300))
    invoice = invoice_of(owner)
    answer = owner_api.post(
        f"/api/v1/billing/invoices/{invoice.pk}/payment-method/", {"payment_method": "jazzcash"}
    )

    assert answer.status_code == 200
    data = answer.json()
    assert data["payment_method"] == "jazzcash"
    assert (data["payable_amount"], data["exchange_rate"]) == ("26700.00", "300")
    assert data["total"] == "89.00"


def test_dollar_method_needs_no_rate(owner: User, owner_api: APIClient) -> None:
    answer = owner_api.post(
        f"/api/v1/billing/invoices/{invoice_of(owner).pk}/payment-method/",
        {"payment_method": "wise"},
    )

    data = answer.json()
    assert (data["payable_amount"], data["payable_currency"]) == ("89.00", "USD")


def test_method_cannot_change_under_review(owner: User, owner_api: APIClient) -> None:
    make_payment(owner)
    answer = owner_api.post(
        f"/api/v1/billing/invoices/{invoice_of(owner).pk}/payment-method/",
        {"payment_method": "jazzcash"},
    )

    assert answer.status_code == 409
    assert invoice_of(owner).payment_method is not None
    assert invoice_of(owner).payment_method.payment_method == "bank_transfer"  # type: ignore[union-attr]


def test_void_cancels_the_pending_subscription(
    owner: User, owner_api: APIClient, admin_api: APIClient
) -> None:
    invoice = invoice_of(owner)
    answer = admin_api.post(
        f"/api/v1/billing/admin/invoices/{invoice.pk}/void/", {"reason": "Ordered twice"}
    )

    assert answer.status_code == 200
    assert answer.json()["payment_state"] == "void"
    assert Subscription.objects.get().status == "cancelled"
    assert answer.json()["void_reason"] == "Ordered twice"
    shown = owner_api.get(f"/api/v1/billing/invoices/{invoice.pk}/").json()
    assert shown["void_reason"] == "Ordered twice"
    me = owner_api.get("/api/v1/auth/me/").json()
    assert me["open_invoice"] is None
    upgrade = owner_api.post("/api/v1/billing/subscriptions/upgrade/", {"plan_slug": "growth"})
    assert upgrade.status_code == 201


@pytest.mark.parametrize("paid", [True, False])
def test_void_is_refused_under_review_and_after_payment(
    owner: User, admin_api: APIClient, billing_admin: User, *, paid: bool
) -> None:
    payment = make_payment(owner)
    if paid:
        approve(payment, billing_admin)
    answer = admin_api.post(
        f"/api/v1/billing/admin/invoices/{payment.invoice_id}/void/", {"reason": "No"}
    )

    assert answer.status_code == 409
    assert answer.json()["state"] == ("paid" if paid else "under_review")


def cancel(client: APIClient, invoice: Invoice, **headers: str) -> Any:
    return client.post(f"/api/v1/billing/invoices/{invoice.pk}/cancel/", headers=headers)


def test_owner_can_cancel_order_and_choose_another_plan(owner: User, owner_api: APIClient) -> None:
    """Wrong plan, mind changed: nobody waits for an admin."""
    invoice = invoice_of(owner)
    answer = cancel(owner_api, invoice)
    assert answer.status_code == 200
    assert answer.json()["payment_state"] == "void"
    assert answer.json()["void_reason"] == "Cancelled by the customer."
    assert owner_api.get("/api/v1/auth/me/").json()["pending_subscription"] is None
    body = {"plan_slug": "growth", "payment_method": "jazzcash"}
    upgraded = owner_api.post("/api/v1/billing/subscriptions/upgrade/", body)
    assert upgraded.status_code == 201
    mail = OutgoingMail.objects.get(kind="invoice_voided")
    assert "Cancelled by the customer." in str(letter_for(mail).context)
    event = PaymentEvent.objects.filter(invoice=invoice, event="void")[0]
    assert event.actor == owner
    assert [str(check) for check in verify_billing() if not check.holds] == []


def test_cancelled_upgrade_keeps_current_plan(
    owner: User, owner_api: APIClient, billing_admin: User
) -> None:
    approve(make_payment(owner), billing_admin)
    body = {"plan_slug": "growth", "payment_method": "jazzcash"}
    asked = owner_api.post("/api/v1/billing/subscriptions/upgrade/", body).json()
    newest = Invoice.objects.get(pk=asked["invoice"]["id"])
    assert cancel(owner_api, newest).status_code == 200
    account = account_of(owner)
    assert (account.status, account.plan.slug) == ("active", "starter")
    assert [str(check) for check in verify_billing() if not check.holds] == []


def test_cancelling_is_refused_under_review_and_after_payment(
    owner: User, owner_api: APIClient, billing_admin: User
) -> None:
    payment = make_payment(owner)
    answer = cancel(owner_api, payment.invoice)
    assert (answer.status_code, answer.json()["state"]) == (409, "under_review")
    approve(payment, billing_admin)
    answer = cancel(owner_api, payment.invoice)
    assert (answer.status_code, answer.json()["state"]) == (409, "paid")


def test_repeated_cancel_with_key_gets_same_answer(owner: User, owner_api: APIClient) -> None:
    invoice = invoice_of(owner)
    key = {"Idempotency-Key": "cancel-1"}
    first, second = (cancel(owner_api, invoice, **key) for _ in range(2))
    assert first.json() == second.json()
    assert cancel(owner_api, invoice).json()["state"] == "void"
    assert (
        client_of(make_owner()).post(f"/api/v1/billing/invoices/{invoice.pk}/cancel/").status_code
        == 404
    )


def test_seller_is_public(api: APIClient, catalog: None) -> None:
    assert api.get("/api/v1/billing/seller/").json()["email"] == ""
    SellerProfile.objects.create(name="Lahore SaaS", email="help@lahore-saas.example")
    seller = api.get("/api/v1/billing/seller/").json()
    assert seller == {"name": "Lahore SaaS", "email": "help@lahore-saas.example", "website": ""}


def test_void_requires_reason_and_billing_admin(owner: User, admin_api: APIClient) -> None:
    url = f"/api/v1/billing/admin/invoices/{invoice_of(owner).pk}/void/"

    assert admin_api.post(url, {"reason": " "}).status_code == 400
    assert client_of(owner).post(url, {"reason": "Free, please"}).status_code == 403
    assert invoice_of(owner).status == "pending"


def test_pdf_download_is_deterministic(owner: User, owner_api: APIClient) -> None:
    url = f"/api/v1/billing/invoices/{invoice_of(owner).pk}/pdf/"
    first, second = owner_api.get(url), owner_api.get(url)

    assert first.headers["Content-Type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-")
    assert first.content == second.content


def test_pdf_accepts_any_customer_text(catalog: None) -> None:
    owner = make_owner()
    account = owner.account
    assert account is not None
    account.billing_name = '#panic("x") \\ "عائشہ" $1 *b*'
    account.name = account.billing_name
    account.save()
    client = client_of(owner)
    invoice = client.post("/api/v1/billing/subscriptions/upgrade/", {"plan_slug": "starter"})
    assert invoice.status_code == 409  # the first one is still waiting

    invoice_id = invoice_of(owner).pk
    assert client.get(f"/api/v1/billing/invoices/{invoice_id}/pdf/").status_code == 200
