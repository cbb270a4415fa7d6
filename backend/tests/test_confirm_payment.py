"""POST billing/admin/payments/confirm/."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment, PaymentEvent, PaymentMethodConfig
from igny8_core.common.clock import utc_now
from tests.factories import (
    account_of,
    approve,
    client_of,
    confirmation_of,
    invoice_of,
    make_owner,
    make_payment,
    reject,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/billing/admin/payments/confirm/"


def body(owner: User, **changes: Any) -> dict[str, Any]:
    return {**confirmation_of(owner), "manual_notes": "Optional description", **changes}


def image(image_format: str) -> SimpleUploadedFile:
    buffer = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(buffer, image_format)
    return SimpleUploadedFile("receipt.exe", buffer.getvalue(), content_type="text/html")


def error_of(answer: Any) -> tuple[str, str]:
    error = answer.json()["errors"][0]
    return error["attr"], error["code"]


def test_confirmation_creates_pending_payment(owner: User, owner_api: APIClient) -> None:
    answer = owner_api.post(URL, body(owner))

    assert answer.status_code == 201
    data = answer.json()
    assert data["status"] == "pending_approval"
    assert (data["amount"], data["currency"]) == ("89.00", "USD")
    assert data["manual_reference"] == "BT-2025-001"
    invoice = owner_api.get(f"/api/v1/billing/invoices/{data['invoice_id']}/").json()
    assert (invoice["status"], invoice["payment_state"]) == ("pending", "under_review")
    account = account_of(owner)
    assert (account.status, account.credits) == ("pending_payment", 0)


def test_method_refuses_unrelated_currency(catalog: None) -> None:
    """Rupees that came by a method in dollars are no match: nobody can have sent them so."""
    owner = make_owner(country="PK", payment_method="jazzcash")
    invoice = invoice_of(owner)
    local = {
        "invoice_id": invoice.pk,
        "amount": str(invoice.payable_amount),
        "currency": "PKR",
        "manual_reference": "20260000001",
    }
    client = client_of(owner)
    other = PaymentMethodConfig.objects.get(payment_method="paypal")
    assert other.currency == "USD"
    answer = client.post(URL, {**local, "payment_method": "paypal"})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["code"], error["attr"]) == ("currency_not_accepted", "currency")
    assert "takes USD" in error["detail"]
    assert client.post(URL, {**local, "payment_method": "jazzcash"}).status_code == 201


def test_local_amount_and_currency_are_accepted(owner: User, owner_api: APIClient) -> None:
    answer = owner_api.post(URL, body(owner, amount="25053.50", currency="pkr"))

    assert answer.status_code == 201
    assert (answer.json()["amount"], answer.json()["currency"]) == ("25053.50", "PKR")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"amount": "88.99"}, ("amount", "amount_mismatch")),
        ({"amount": "89.001"}, ("amount", "amount_mismatch")),
        ({"amount": "-89.00"}, ("amount", "amount_mismatch")),
        ({"amount": "89.00", "currency": "PKR"}, ("amount", "amount_mismatch")),
        ({"amount": "25053.50"}, ("amount", "amount_mismatch")),
        ({"amount": "NaN"}, ("amount", "invalid")),
        ({"amount": "1e400"}, ("amount", "max_digits")),
        ({"amount": "eighty"}, ("amount", "invalid")),
        ({"currency": "EUR"}, ("currency", "currency_not_accepted")),
        ({"payment_method": "upi"}, ("payment_method", "unknown_payment_method")),
        ({"manual_reference": "<b>!</b>"}, ("manual_reference", "reference_pattern_mismatch")),
        ({"manual_reference": "  "}, ("manual_reference", "blank")),
        ({"manual_reference": "\u200b\u2060 \u202e"}, ("manual_reference", "blank")),
        ({"manual_reference": "x" * 101}, ("manual_reference", "max_length")),
        ({"paid_on": "1999-01-01"}, ("paid_on", "paid_on_too_early")),
        ({"paid_on": "2999-01-01"}, ("paid_on", "paid_on_in_future")),
        ({"paid_on": "yesterday"}, ("paid_on", "invalid")),
        ({"invoice_id": "one"}, ("invoice_id", "invalid")),
        ({"invoice_id": 10**30}, ("invoice_id", "max_value")),
    ],
)
def test_invalid_confirmation_is_refused(
    owner: User, owner_api: APIClient, changes: dict[str, Any], error: tuple[str, str]
) -> None:
    answer = owner_api.post(URL, body(owner, **changes))

    assert answer.status_code == 400
    assert error_of(answer) == error
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("۰۱۲۳۴۵۶۷۸۹۰۱", "۰۱۲۳۴۵۶۷۸۹۰۱"),
        ("0123 4567 8901", "0123 4567 8901"),
        ("0123-4567-8901", "0123-4567-8901"),
        ("\ufeff0123456789\u200b01\u202c", "012345678901"),
        ("0123\u00a045678901", "0123 45678901"),
    ],
)
def test_reference_is_accepted_as_typed(
    owner: User, owner_api: APIClient, typed: str, kept: str
) -> None:
    """JazzCash's has 10 to 14 digits: of any script, with spaces, with what can't be seen."""
    changes = {"payment_method": "jazzcash", "manual_reference": typed}
    answer = owner_api.post(URL, body(owner, **changes))

    assert answer.status_code == 201
    assert answer.json()["manual_reference"] == kept
    payment = Payment.objects.get()
    assert (payment.manual_reference, payment.reference_key) == (kept, "012345678901")


def test_mismatched_reference_error_explains_the_format(owner: User, owner_api: APIClient) -> None:
    changes = {"payment_method": "jazzcash", "manual_reference": "۰۱۲۳"}
    answer = owner_api.post(URL, body(owner, **changes))
    assert error_of(answer) == ("manual_reference", "reference_pattern_mismatch")
    assert "10 to 14 digits" in answer.json()["errors"][0]["detail"]


def test_wrong_amount_error_states_amount_due(owner: User, owner_api: APIClient) -> None:
    answer = owner_api.post(URL, body(owner, amount="25053.51", currency="PKR"))

    assert answer.json()["errors"][0]["detail"] == (
        "The amount and its currency must be exactly what is due: 89.00 USD / 25,053.50 PKR."
    )


def test_error_names_every_missing_field(owner_api: APIClient) -> None:
    answer = owner_api.post(URL, {})

    assert {error["attr"] for error in answer.json()["errors"]} == {
        "invoice_id",
        "payment_method",
        "amount",
        "manual_reference",
    }


def test_paid_on_accepts_today_in_any_time_zone(owner: User, owner_api: APIClient) -> None:
    today_in_kiribati = (utc_now() + timedelta(hours=14)).date()
    answer = owner_api.post(URL, body(owner, paid_on=str(today_in_kiribati)))

    assert answer.status_code == 201


def test_second_payment_under_review_is_refused(owner: User, owner_api: APIClient) -> None:
    make_payment(owner)
    answer = owner_api.post(URL, body(owner))

    assert answer.status_code == 409
    assert error_of(answer)[1] == "payment_already_under_review"
    assert answer.json()["state"] == "under_review"
    assert Payment.objects.count() == 1


def test_confirmation_of_paid_invoice_is_refused(
    owner: User, owner_api: APIClient, billing_admin: User
) -> None:
    approve(make_payment(owner), billing_admin)
    answer = owner_api.post(URL, body(owner))

    assert answer.status_code == 409
    assert error_of(answer)[1] == "invoice_already_paid"
    assert answer.json()["state"] == "paid"


def test_rejected_payment_can_be_confirmed_again(
    owner: User, owner_api: APIClient, billing_admin: User
) -> None:
    reject(make_payment(owner), billing_admin)
    answer = owner_api.post(URL, body(owner, manual_reference="BT-2025-002"))

    assert answer.status_code == 201
    assert set(Payment.objects.values_list("status", flat=True)) == {"failed", "pending_approval"}


def test_foreign_invoice_returns_404(owner: User) -> None:
    answer = client_of(make_owner()).post(URL, body(owner))

    assert answer.status_code == 404
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<script>alert(1)</script>", "proof_type_not_accepted"),
        (b"GIF89a" + b"\0" * 20, "proof_type_not_accepted"),
        (b"", "empty"),
        (b"%PDF-" + b"x" * 5 * 1024 * 1024, "proof_too_large"),
    ],
)
def test_invalid_proof_file_is_refused(
    owner: User, owner_api: APIClient, content: bytes, code: str
) -> None:
    proof = SimpleUploadedFile("slip.png", content, content_type="image/png")
    answer = owner_api.post(URL, body(owner, proof=proof), format="multipart")

    assert answer.status_code == 400
    assert error_of(answer) == ("proof", code)
    assert not Payment.objects.exists()


def test_confirmation_leaves_an_event(owner: User, owner_api: APIClient) -> None:
    answer = owner_api.post(URL, body(owner))

    event = PaymentEvent.objects.get(payment_id=answer.json()["id"])
    assert (event.event, event.from_state, event.to_state) == ("confirm", "", "pending_approval")
    assert event.actor == owner
    assert event.created_at <= datetime.now(UTC)
