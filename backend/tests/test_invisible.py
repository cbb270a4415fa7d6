"""Invisible text counts as empty: as a reason, and as a name."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Invoice, Payment, RejectionReason, SellerProfile
from igny8_core.common.validators import is_visible
from tests.desk import form_of
from tests.factories import account_of, approve, invoice_of, make_payment

pytestmark = pytest.mark.django_db
INVISIBLE = pytest.mark.parametrize("text", ["\u200b", "\u2800", "\u3164", " \ufe0f\u2060 "])


@INVISIBLE
def test_invisible_decision_reason_is_refused(
    admin_api: APIClient, owner: User, billing_admin: User, text: str
) -> None:
    base = "/api/v1/billing/admin"
    payment = make_payment(owner)
    answer = admin_api.post(f"{base}/payments/{payment.pk}/reject/", {"admin_notes": text})
    assert answer.status_code == 400
    assert Payment.objects.get().status == "pending_approval"
    approve(payment, billing_admin)
    body = {"reason": text, "event": "reverse"}
    assert admin_api.post(f"{base}/payments/{payment.pk}/reverse/", body).status_code == 400
    assert Payment.objects.get().status == "succeeded"


@INVISIBLE
def test_invisible_void_reason_is_refused(admin_api: APIClient, owner: User, text: str) -> None:
    url = f"/api/v1/billing/admin/invoices/{invoice_of(owner).pk}/void/"
    assert admin_api.post(url, {"reason": text}).status_code == 400
    assert Invoice.objects.get().status == "pending"


@INVISIBLE
def test_invisible_account_name_is_refused(owner: User, owner_api: APIClient, text: str) -> None:
    answer = owner_api.patch("/api/v1/auth/account/", {"name": text})
    assert answer.status_code == 400
    assert account_of(owner).name == "Lahore Textiles"
    assert owner_api.patch("/api/v1/auth/account/", {"billing_name": text}).status_code == 200
    assert account_of(owner).billing_name == ""


@INVISIBLE
@pytest.mark.parametrize("model", ["sellerprofile", "rejectionreason"])
def test_invisible_desk_text_is_refused(admin_client: Client, model: str, text: str) -> None:
    url = f"/admin/billing/{model}/add/"
    field = "name" if model == "sellerprofile" else "text"
    values = form_of(admin_client, url) | {field: text, "language": "en"}
    page = admin_client.post(url, values)
    assert page.status_code == 200
    assert field in page.context["adminform"].form.errors
    assert not SellerProfile.objects.exists()
    assert not RejectionReason.objects.filter(catalog_key=None).exists()


def test_emoji_and_all_scripts_are_visible() -> None:
    for text in ("a", "1", "😀", "ب", "ก", "한", "₹", "!", "\u200b.\u200b"):
        assert is_visible(text)
