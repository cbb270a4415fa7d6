"""Production never tells anybody to pay to the example details of the shipped methods."""

from typing import Any

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.examples import have_example_values
from igny8_core.business.billing.models import Invoice, PaymentMethodConfig
from tests.factories import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
METHODS = "/api/v1/billing/admin/payment-methods/"
SIGN_UP = {
    "email": "somebody@example.org",
    "password": "correct-horse-battery",
    "plan_slug": "starter",
    "country": "PK",
}


@pytest.fixture
def production(settings: LazySettings) -> None:
    settings.IS_DEVELOPMENT = False


def replace_details(*codes: str) -> None:
    methods = PaymentMethodConfig.objects.filter(payment_method__in=codes)
    methods.update(has_example_details=False)


def codes(answer: Any) -> list[str]:
    return [method["payment_method"] for method in answer.json()]


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("country", ["PK", "IN", "DE", "JP", ""])
def test_method_with_example_details_is_not_offered(api: APIClient, country: str) -> None:
    assert codes(api.get(METHODS, {"country": country} if country else {})) == []


@pytest.mark.usefixtures("production")
def test_method_with_replaced_details_is_offered(api: APIClient) -> None:
    replace_details("jazzcash", "wise")
    assert codes(api.get(METHODS, {"country": "PK"})) == ["jazzcash", "wise"]
    assert all(method["details"] for method in api.get(METHODS, {"country": "PK"}).json())


@pytest.mark.usefixtures("production")
def test_country_example_does_not_hide_real_global_method(api: APIClient) -> None:
    PaymentMethodConfig.objects.filter(catalog_key="bank_transfer:everywhere").update(
        has_example_details=False
    )
    offered = api.get(METHODS, {"country": "PK"}).json()
    assert [(method["payment_method"], method["currency"]) for method in offered] == [
        ("bank_transfer", "USD")
    ]


@pytest.mark.usefixtures("production")
def test_sign_up_with_example_method_is_refused(api: APIClient) -> None:
    refused = api.post("/api/v1/auth/register/", {**SIGN_UP, "payment_method": "jazzcash"})
    assert refused.status_code == 400
    error = refused.json()["errors"][0]
    assert (error["code"], error["attr"]) == ("unknown_payment_method", "payment_method")
    assert "There is no payment method for this country yet. Contact support." in error["detail"]
    assert not Account.objects.filter(users__email=SIGN_UP["email"]).exists()

    assert api.post("/api/v1/auth/register/", SIGN_UP).status_code == 201  # chooses it later


def test_invoice_cannot_switch_to_example_method(owner: User, settings: LazySettings) -> None:
    settings.IS_DEVELOPMENT = False
    invoice = Invoice.objects.get()
    client = client_of(owner)
    url = f"/api/v1/billing/invoices/{invoice.pk}/payment-method/"
    answer = client.post(url, {"payment_method": "jazzcash"})
    assert answer.json()["errors"][0]["code"] == "unknown_payment_method"


@pytest.mark.parametrize("url", ["/api/v1/billing/invoices/", "/api/v1/auth/me/"])
def test_old_invoice_hides_example_details(owner: User, url: str, settings: LazySettings) -> None:
    client = client_of(owner)

    def instructions() -> Any:
        body = client.get(url).json()
        invoice = body["open_invoice"] if "open_invoice" in body else body["results"][0]
        return invoice["payment_instructions"]

    assert "PK36SCBL0000001123456702" in str(instructions())
    settings.IS_DEVELOPMENT = False
    shown = instructions()
    assert shown["is_example"] is True
    assert shown["details"] == []
    assert shown["instructions"].startswith("We are still setting up this payment method.")
    assert "PK36" not in str(shown)


@pytest.mark.parametrize(
    ("value", "is_example"),
    [
        ("PK36SCBL0000001123456702", True),
        ("pk36 scbl 0000 0011 2345 6702", True),
        ("0300-1234567", True),
        ("Payments@Example.com", True),
        ("@igny8example", True),
        ("IGNY8 (Private) Limited", False),  # this may be the seller's real name
        ("Current", False),
        ("PK24MEZN0000000100000001", False),
        ("billing@igny8.example", False),
    ],
)
def test_example_values_are_recognized(value: str, is_example: bool) -> None:  # noqa: FBT001
    assert have_example_values([{"label": "To", "value": value}]) is is_example
