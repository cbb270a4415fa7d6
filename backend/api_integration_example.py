"""A small typed client of the API; ``python api_integration_example.py`` demonstrates it.

Only the standard library is needed. ``API_URL`` names the server (default http://localhost:8011);
the demonstration logs in as the demo's billing admin, so it wants a server with the demo users.
"""

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypedDict
from urllib.parse import urlencode
from uuid import uuid4

API_URL = os.environ.get("API_URL", "http://localhost:8011")
DEMO_PASSWORD = "demo-password-1"  # noqa: S105  (what create_demo gives everybody)


class Detail(TypedDict):
    """One line of where to pay to."""

    label: str
    value: str
    copyable: bool


class PaymentMethod(TypedDict):
    """A way to pay, as far as this example reads it."""

    id: int
    payment_method: str
    display_name: str
    instructions: str
    details: list[Detail]
    reference_label: str
    currency: str


class Payment(TypedDict):
    """A confirmation; amounts are decimal strings in ``currency``, times ISO 8601 in UTC."""

    id: int
    invoice_id: int
    payment_method: str
    amount: str
    currency: str
    manual_reference: str
    status: str
    submitted_at: str
    admin_notes: str


class Invoice(TypedDict):
    """What is due: ``total`` in ``currency``, or ``payable_amount`` in its own."""

    id: int
    number: str
    status: str
    payment_state: str
    currency: str
    total: str
    payable_currency: str
    payable_amount: str
    due_date: str


class Account(TypedDict):
    """The customer's account."""

    id: int
    name: str
    status: str
    credits: int


class Subscription(TypedDict):
    """The plan that an account has."""

    id: int
    status: str


class Registration(TypedDict):
    """What a sign-up made; a free plan has no subscription and no invoice."""

    account: Account
    subscription: Subscription | None
    invoice: Invoice | None


class Decision(TypedDict):
    """What an approval or a rejection left behind."""

    payment: Payment
    invoice: Invoice
    subscription: Subscription
    account: Account


class Standing(TypedDict):
    """Where a customer stands."""

    account: Account
    subscription: Subscription | None
    open_invoice: Invoice | None


class ApiError(Exception):
    """The API refused: ``status`` of HTTP, ``codes`` to act on, and the text for a person."""

    def __init__(self, status: int, errors: list[dict[str, Any]]) -> None:
        """Keep what the API says."""
        self.status = status
        self.codes = [str(error.get("code")) for error in errors]
        text = "; ".join(str(error.get("detail") or error.get("message")) for error in errors)
        super().__init__(f"{status}: {text}")


@dataclass
class Client:
    """Talks to the API as a visitor, and after :meth:`log_in` as a user.

    Every method raises :class:`ApiError` if the API refuses, and ``OSError`` if it can't be
    reached. A request that changes something carries an ``Idempotency-Key``, so that sending it
    again after a lost answer is safe: pass the same ``key`` for that.
    """

    api_url: str = API_URL
    session_token: str = field(default="", repr=False)

    def log_in(self, email: str, password: str) -> None:
        """Start a session, which the client keeps as a token."""
        answer = self._send(
            "POST", "/_allauth/app/v1/auth/login", {"email": email, "password": password}
        )
        self.session_token = answer["meta"]["session_token"]

    def register(self, body: Mapping[str, str], *, key: str = "") -> Registration:
        """Sign up with an e-mail, a password and a plan; the README lists the other fields."""
        answer: Registration = self._change("/api/v1/auth/register/", body, key)
        return answer

    def me(self) -> Standing:
        """Return where the user's account stands."""
        answer: Standing = self._send("GET", "/api/v1/auth/me/")
        return answer

    def payment_methods(self, country: str = "") -> list[PaymentMethod]:
        """Return the ways to pay in a country (ISO 3166-1 alpha-2), or everywhere."""
        query = urlencode({"country": country} if country else {})
        answer: list[PaymentMethod] = self._send(
            "GET", f"/api/v1/billing/admin/payment-methods/?{query}"
        )
        return answer

    def confirm_payment(
        self,
        *,
        invoice_id: int,
        payment_method: str,
        amount: Decimal,
        manual_reference: str,
        currency: str = "USD",
        manual_notes: str = "",
        key: str = "",
    ) -> Payment:
        """Say that an invoice was paid: its ``total``, or its ``payable_amount`` and currency."""
        body = {
            "invoice_id": invoice_id,
            "payment_method": payment_method,
            "amount": str(amount),
            "currency": currency,
            "manual_reference": manual_reference,
            "manual_notes": manual_notes,
        }
        answer: Payment = self._change("/api/v1/billing/admin/payments/confirm/", body, key)
        return answer

    def approve_payment(self, payment_id: int, admin_notes: str = "", *, key: str = "") -> Decision:
        """Approve a confirmation, as a billing admin."""
        path = f"/api/v1/billing/admin/payments/{payment_id}/approve/"
        answer: Decision = self._change(path, {"admin_notes": admin_notes}, key)
        return answer

    def reject_payment(self, payment_id: int, admin_notes: str, *, key: str = "") -> Decision:
        """Reject a confirmation, as a billing admin; the customer reads ``admin_notes``."""
        path = f"/api/v1/billing/admin/payments/{payment_id}/reject/"
        answer: Decision = self._change(path, {"admin_notes": admin_notes}, key)
        return answer

    def _change(self, path: str, body: Mapping[str, object], key: str) -> Any:
        return self._send("POST", path, body, {"Idempotency-Key": key or str(uuid4())})

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        request = urllib.request.Request(  # noqa: S310  (the operator names the server)
            self.api_url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        if self.session_token:
            request.add_header("X-Session-Token", self.session_token)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise ApiError(error.code, _errors_of(error)) from error


def _errors_of(error: urllib.error.HTTPError) -> list[dict[str, Any]]:
    try:
        errors: list[dict[str, Any]] = json.load(error)["errors"]
    except (ValueError, KeyError):  # not from the API: a proxy in between
        return [{"code": "unknown", "detail": error.reason}]
    return errors


def demonstrate(api_url: str = API_URL) -> None:
    """Register, list the methods, confirm, reject, confirm again and approve; print each answer."""
    customer, admin = Client(api_url), Client(api_url)
    email = f"example-{uuid4().hex[:12]}@shop.example"
    password = uuid4().hex
    registered = customer.register(
        {
            "email": email,
            "password": password,
            "plan_slug": "starter",
            "country": "PK",
            "payment_method": "bank_transfer",
            "billing_name": "Lahore Textiles",
        }
    )
    invoice = registered["invoice"]
    if invoice is None:
        message = "A paid plan always has an invoice."
        raise RuntimeError(message)
    print(f"Registered {email}: {invoice['number']}, {_due(invoice)}, due {invoice['due_date']}")

    for method in customer.payment_methods("PK"):
        print(f"Payment method {method['payment_method']}: {method['display_name']}")

    customer.log_in(email, password)
    admin.log_in("admin@example.com", DEMO_PASSWORD)
    first = _confirm(customer, invoice, "BT-2025-001")
    print(f"Confirmed: payment {first['id']} is {first['status']}")
    rejected = admin.reject_payment(first["id"], "Reference not found")
    print(f"Rejected: payment {rejected['payment']['status']}, {_state(rejected)}")

    second = _confirm(customer, invoice, "BT-2025-002")
    approved = admin.approve_payment(second["id"], "Verified in bank statement")
    print(f"Approved: payment {approved['payment']['status']}, {_state(approved)}")


def _confirm(customer: Client, invoice: Invoice, reference: str) -> Payment:
    return customer.confirm_payment(
        invoice_id=invoice["id"],
        payment_method="bank_transfer",
        amount=Decimal(invoice["payable_amount"]),
        currency=invoice["payable_currency"],
        manual_reference=reference,
    )


def _due(invoice: Invoice) -> str:
    local = f"{invoice['payable_amount']} {invoice['payable_currency']}"
    return f"{invoice['total']} {invoice['currency']} = {local}"


def _state(decision: Decision) -> str:
    account = decision["account"]
    invoice = decision["invoice"]["status"]
    return f"invoice {invoice}, account {account['status']} with {account['credits']} credits"


if __name__ == "__main__":
    try:
        demonstrate()
    except (ApiError, OSError) as failure:
        sys.exit(f"{API_URL}: {failure}")
