"""Every error code in the OpenAPI document can occur, and a test triggers it."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Invoice
from tests.factories import PASSWORD, approve, client_of, invoice_of, make_payment, make_receipt
from tests.life import days, make_customer
from tests.roles import client_as

pytestmark = pytest.mark.django_db
CONFIRM = "/api/v1/billing/admin/payments/confirm/"
PAYMENTS = "/api/v1/billing/admin/payments/"


def documented(node: Any) -> set[str]:
    """Return the codes of all examples of errors."""
    if isinstance(node, list):
        return set().union(*map(documented, node))
    if not isinstance(node, dict):
        return set()
    own = {node["code"]} if {"code", "detail"} <= set(node) else set()
    return own.union(*map(documented, node.values()))


def test_every_refusal_code_has_a_test(document: dict[str, Any]) -> None:
    paths = {path: item for path, item in document["paths"].items() if path.startswith("/api/")}
    tests = "\n".join(file.read_text("utf-8") for file in Path(__file__).parent.rglob("test_*.py"))
    sources = Path(__file__).parents[1].joinpath("igny8_core").rglob("*.py")
    text = "\n".join(file.read_text("utf-8") for file in sources)
    classes = dict(re.findall(r'class (\w+)\(\w+\):\n    """[^"]*"""\n\n    code = "(\w+)"', text))
    names = {code: name for name, code in classes.items()}
    codes = {code for code in documented(list(paths.values())) if re.fullmatch(r"[a-z_]+", code)}
    assert len(codes) > 60
    unasked = {
        code for code in codes if f'"{code}"' not in tests and names.get(code, "?") not in tests
    }
    assert unasked == set()


def code_of(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.content
    return str(answer.json()["errors"][0]["code"])


def test_invalid_idempotency_key_is_refused(owner: User, owner_api: APIClient) -> None:
    url = f"/api/v1/billing/invoices/{invoice_of(owner).pk}/cancel/"
    answer = owner_api.post(url, headers={"Idempotency-Key": "x" * 300})
    assert code_of(answer, 400) == "idempotency_key_invalid"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"domain": "no domain"}, "invalid_domain"), ({"industry": "none"}, "unknown_industry")],
)
def test_invalid_site_is_refused(
    owner: User, owner_api: APIClient, billing_admin: User, changes: dict[str, str], code: str
) -> None:
    approve(make_payment(owner), billing_admin)
    site = {"name": "Shop", "domain": "shop.example", "industry": "fashion"}
    assert code_of(owner_api.post("/api/v1/sites/", {**site, **changes}), 400) == code


def test_confirmation_of_void_invoice_is_refused(owner: User, owner_api: APIClient) -> None:
    invoice: Invoice = invoice_of(owner)
    owner_api.post(f"/api/v1/billing/invoices/{invoice.pk}/cancel/")
    claim = {
        "invoice_id": invoice.pk,
        "payment_method": "bank_transfer",
        "amount": "89.00",
        "manual_reference": "BT-2025-001",
    }
    answer = owner_api.post(CONFIRM, claim)
    assert code_of(answer, 409) == "invoice_void"
    assert answer.json()["errors"][0]["detail"] == (
        f"Invoice {invoice.number} is void, so don't pay it. Pay the invoice that is open, or "
        f"choose a plan. If you have already sent money, write to support and quote "
        f"{invoice.number}."
    )
    urdu = owner_api.post(CONFIRM, claim, headers={"Accept-Language": "ur"})
    assert code_of(urdu, 409) == "invoice_void"
    assert urdu.json()["errors"][0]["detail"].count(f"\u2068{invoice.number}\u2069") == 2
    method = {"payment_method": "jazzcash"}
    chosen = owner_api.post(f"/api/v1/billing/invoices/{invoice.pk}/payment-method/", method)
    assert code_of(chosen, 409) == "invoice_void"
    assert chosen.json() == answer.json()


def test_confirmation_of_renewal_that_has_ended_says_what_to_do(
    catalog: None, billing_admin: User
) -> None:
    customer = make_customer(billing_admin)
    days(20, 75)
    renewal = invoice_of(customer)
    assert (renewal.kind, renewal.status) == ("renewal", "void")
    claim = {"invoice_id": renewal.pk, "payment_method": "bank_transfer", "amount": "89.00"}
    claim["manual_reference"] = "BT-2027-001"
    answer = client_of(customer).post(CONFIRM, claim)
    assert code_of(answer, 409) == "invoice_void"
    detail = answer.json()["errors"][0]["detail"]
    assert "choose a plan" in detail
    assert f"write to support and quote {renewal.number}." in detail


def test_void_invoice_cant_be_cancelled_again(owner: User, owner_api: APIClient) -> None:
    invoice = invoice_of(owner)
    owner_api.post(f"/api/v1/billing/invoices/{invoice.pk}/cancel/")
    answer = owner_api.post(f"/api/v1/billing/invoices/{invoice.pk}/cancel/")
    assert code_of(answer, 409) == "invoice_void"
    detail = answer.json()["errors"][0]["detail"]
    assert detail == f"Invoice {invoice.number} is void. Nothing is due on it."


def test_of_who_has_no_account(billing_admin: User) -> None:
    answer = client_of(billing_admin).get("/api/v1/sites/")
    assert code_of(answer, 403) == "no_account"
    detail = answer.json()["errors"][0]["detail"]
    assert detail == "You are signed in, but you have no customer account."
    urdu = client_of(billing_admin).get("/api/v1/sites/", headers={"Accept-Language": "ur"})
    assert code_of(urdu, 403) == "no_account"
    assert urdu.json()["errors"][0]["detail"] != detail


def test_missing_permission_has_its_own_code(owner: User) -> None:
    payment = make_payment(owner, proof=make_receipt())
    assert code_of(client_of(owner).get(PAYMENTS), 403) == "not_desk_staff"
    support = client_as("support", owner)
    assert code_of(support.get(f"{PAYMENTS}{payment.pk}/proof/"), 403) == "proofs_not_shown"
    decider = User.objects.create_user("decider@desk.example", PASSWORD, is_staff=True)
    decider.user_permissions.add(Permission.objects.get(codename="decide_payment"))
    reversal = {"reason": "Recalled", "invoice_becomes": "pending"}
    answer = client_of(decider).post(f"{PAYMENTS}{payment.pk}/reverse/", reversal)
    assert code_of(answer, 403) == "may_not_reverse"
