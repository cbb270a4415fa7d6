"""POST auth/account/export/: all that is kept about an account, and nothing of another."""

import json
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from rest_framework.test import APIClient

from igny8_core.auth.models import Industry, User
from igny8_core.auth.services.sites import add_site
from igny8_core.business.billing.models import Payment
from tests.factories import (
    PASSWORD,
    account_of,
    approve,
    client_of,
    invoice_of,
    make_owner,
    make_payment,
    make_pdf,
    make_receipt,
    reject,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/auth/account/export/"


def archive_of(client: APIClient) -> ZipFile:
    answer = client.post(URL, {"password": PASSWORD})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="account-')
    return ZipFile(BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]


def facts_of(archive: ZipFile) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(archive.read("account.json"))
    return facts


@pytest.fixture
def customer(owner: User, billing_admin: User) -> User:
    """An owner with a rejected and an approved payment, a member and a site."""
    slip = make_receipt()
    reject(make_payment(owner, reference="FIRST", proof=slip), billing_admin, "Not found")
    second = make_receipt("slip.pdf")
    second.file = BytesIO(make_pdf("Paid"))
    second.size = len(make_pdf("Paid"))
    approve(make_payment(owner, reference="SECOND", proof=second), billing_admin)
    industry = Industry.objects.get(slug="fashion")
    account = account_of(owner)
    add_site(account=account, creator=owner, name="Shop", domain="shop.example", industry=industry)
    User.objects.create_user("member@shop.example", PASSWORD, account=account, role="member")
    return owner


def test_holds_everything_of_the_account(customer: User) -> None:
    archive = archive_of(client_of(customer))
    facts = facts_of(archive)

    first, second = Payment.objects.order_by("pk")
    assert sorted(archive.namelist()) == [
        "account.json",
        f"invoices/{invoice_of(customer).number}.pdf",
        f"proofs/payment-{first.pk}.png",
        f"proofs/payment-{second.pk}.pdf",
    ]
    assert archive.read(f"proofs/payment-{second.pk}.pdf").startswith(b"%PDF-")
    assert archive.read(f"invoices/{invoice_of(customer).number}.pdf").startswith(b"%PDF-")
    assert facts["account"]["billing_city"] == "Lahore"
    assert [user["email"] for user in facts["users"]] == [customer.email, "member@shop.example"]
    assert facts["users"][0]["email_addresses"][0]["email"] == customer.email
    assert [site["domain"] for site in facts["sites"]] == ["shop.example"]
    assert [item["status"] for item in facts["subscriptions"]] == ["active"]
    (invoice,) = facts["invoices"]
    assert invoice["billing_snapshot"]["customer"]["tax_id"] == "1234567-8"
    assert invoice["lines"][0]["amount"] == "89.00"
    assert {item["manual_reference"] for item in facts["payments"]} == {"FIRST", "SECOND"}
    assert [entry["amount"] for entry in facts["credits"]] == [1000]
    assert {"payment_rejected", "payment_approved"} <= {item["kind"] for item in facts["mails"]}
    assert "203.0.113.7" in {event["ip_address"] for event in facts["events"]}
    assert facts["proof_files"] == {
        str(first.pk): f"proofs/payment-{first.pk}.png",
        str(second.pk): f"proofs/payment-{second.pk}.pdf",
    }


def test_holds_nothing_of_anybody_else(customer: User, billing_admin: User) -> None:
    other = make_owner()
    make_payment(other, reference="OTHERS")
    text = archive_of(client_of(customer)).read("account.json").decode()

    for secret in (other.email, "OTHERS", billing_admin.email, "argon2", "md5$"):
        assert secret not in text


def test_a_file_that_is_gone_does_not_hinder_the_rest(customer: User) -> None:
    first, second = Payment.objects.order_by("pk")
    first.proof.delete(save=False)
    archive = archive_of(client_of(customer))

    assert list(facts_of(archive)["proof_files"]) == [str(second.pk)]
    assert f"proofs/payment-{second.pk}.pdf" in archive.namelist()


def test_asks_for_the_password(customer: User) -> None:
    answer = client_of(customer).post(URL, {"password": "wrong"})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "password_incorrect"
