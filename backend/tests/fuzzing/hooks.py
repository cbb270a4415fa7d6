"""Loaded by Schemathesis: who is logged in for which operation."""

import os
from typing import Any

import requests
import schemathesis

ALWAYS = 24 * 3600  # seconds that a token is kept: longer than any run


class _LoggedIn:
    """Sends the token of a session."""

    email: str

    def get(self, _case: Any, _context: Any) -> str:
        """Log in."""
        answer = requests.post(
            f"{os.environ['FUZZED_SERVER']}/_allauth/app/v1/auth/login",
            json={"email": self.email, "password": os.environ["FUZZED_PASSWORD"]},
            timeout=30,
        )
        answer.raise_for_status()
        return str(answer.json()["meta"]["session_token"])

    def set(self, case: Any, token: str, _context: Any) -> None:
        """Send the token with a case."""
        case.headers["X-Session-Token"] = token


@schemathesis.auth(refresh_interval=ALWAYS).apply_to(tag="Approval")
class BillingAdmin(_LoggedIn):
    """Decides on what the owner sends."""

    email = os.environ["FUZZED_ADMIN"]


@schemathesis.auth(refresh_interval=ALWAYS).skip_for(tag=["Approval", "Log-in"])
class Owner(_LoggedIn):
    """Upgrades, confirms and withdraws."""

    email = os.environ["FUZZED_OWNER"]


@schemathesis.auth(
    refresh_interval=ALWAYS, cache_by_key=lambda _case, context: context.operation.label
).apply_to(tag="Log-in")
class OwnerAnew(Owner):
    """Logs in for each operation anew: one of them logs out."""
