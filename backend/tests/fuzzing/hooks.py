"""Loaded by Schemathesis: signs in the right user, and clears the way for each operation."""

import os
from typing import Any

import requests
import schemathesis

SERVER = os.environ["FUZZED_SERVER"]
V1 = f"{SERVER}/api/v1"
OWNER = os.environ["FUZZED_OWNER"]
ADMIN = os.environ["FUZZED_ADMIN"]
ALWAYS = 24 * 3600  # seconds to cache a token: longer than any run


def log_in(email: str) -> str:
    """Return the token of a new session."""
    answer = requests.post(
        f"{SERVER}/_allauth/app/v1/auth/login",
        json={"email": email, "password": os.environ["FUZZED_PASSWORD"]},
        timeout=30,
    )
    answer.raise_for_status()
    return str(answer.json()["meta"]["session_token"])


class _LoggedIn:
    """Sends a session's token."""

    email: str

    def get(self, _case: Any, _context: Any) -> str:
        """Log in."""
        return log_in(self.email)

    def set(self, case: Any, token: str, _context: Any) -> None:
        """Send the token with a case."""
        case.headers["X-Session-Token"] = token


@schemathesis.auth(refresh_interval=ALWAYS).apply_to(tag="Approval")
class BillingAdmin(_LoggedIn):
    """Decides on what the owner sends."""

    email = ADMIN


@schemathesis.auth(refresh_interval=None).apply_to(operation_id="log_out_everywhere")
class Bystander(_LoggedIn):
    """Ends all of their own sessions, and nobody else's."""

    email = os.environ["FUZZED_BYSTANDER"]


@(
    schemathesis.auth(refresh_interval=ALWAYS)
    .skip_for(tag=["Approval", "Sign-in"])
    .skip_for(operation_id="log_out_everywhere")
)
class Owner(_LoggedIn):
    """Upgrades, confirms and withdraws."""

    email = OWNER


@schemathesis.auth(
    refresh_interval=ALWAYS, cache_by_key=lambda _case, context: context.operation.label
).apply_to(tag="Sign-in")
class OwnerAnew(Owner):
    """Signs in again for each operation, because one of them signs out."""


@schemathesis.hook
def before_call(_context: Any, case: Any, _options: Any) -> None:
    """Fix up generated values that would nearly always be refused, so the workflow continues."""
    if case.operation.path == "/api/v1/billing/subscriptions/upgrade/":
        open_the_road()
    if case.operation.path == "/api/v1/billing/admin/payments/confirm/" and is_a_step(case):
        case.body = what_is_due() or case.body
    if case.meta.generation.mode.is_positive:
        (case.query or {}).pop("cursor", None)  # signed: one that is made up is refused


def is_a_step(case: Any) -> bool:
    """Tell whether a case follows the OpenAPI links, and is meant to be valid."""
    is_of_a_walk = case.meta.phase.name.name == "STATEFUL"
    return is_of_a_walk and isinstance(case.body, dict) and case.meta.generation.mode.is_positive


def what_is_due() -> dict[str, Any]:
    """Return a confirmation of the owner's open invoice; empty if there is none."""
    invoice = _open_invoice()
    paid = {"payment_method": "bank_transfer", "manual_reference": "BT-2025-001"}
    return {"invoice_id": invoice["id"], "amount": invoice["total"], **paid} if invoice else {}


def open_the_road() -> None:
    """Leave the owner without an open invoice."""
    invoice = _open_invoice()
    if invoice is None:
        return
    admin = {"X-Session-Token": _sessions()[1]}
    if invoice["payment_state"] == "under_review":
        payment = f"{V1}/billing/admin/payments/{invoice['latest_payment']['id']}"
        _post(f"{payment}/reject/", {"admin_notes": "Another upgrade"}, admin)
    _post(f"{V1}/billing/admin/invoices/{invoice['id']}/void/", {"reason": "Another"}, admin)


def _open_invoice() -> Any:
    owner = {"X-Session-Token": _sessions()[0]}
    return requests.get(f"{V1}/auth/me/", headers=owner, timeout=30).json()["open_invoice"]


def _sessions() -> list[str]:
    if not _TOKENS:
        _TOKENS.extend([log_in(OWNER), log_in(ADMIN)])
    return _TOKENS


def _post(url: str, body: dict[str, str], headers: dict[str, str]) -> None:
    requests.post(url, json=body, headers=headers, timeout=30).raise_for_status()


_TOKENS: list[str] = []
