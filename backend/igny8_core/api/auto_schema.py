"""Derives the errors of each operation from its view's permissions."""

from typing import Any

from drf_spectacular.openapi import AutoSchema as SpectacularSchema
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS

from igny8_core.auth.exceptions import AccountSuspended
from igny8_core.auth.log_in.authentication import BrowserSessionAuthentication
from igny8_core.auth.permissions import HasAccount
from igny8_core.common.http.describe import example_of

FORBIDDEN = "403"
CSRF_FAILED = ("csrf_failed", "Send X-CSRFToken with the token of GET /api/v1/auth/csrf/.")


class AutoSchema(SpectacularSchema):
    """Replaces the framework's general error with the errors of each view."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Describe an operation; without permissions it has no 403."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        responses = (operation or {}).get("responses", {})
        if FORBIDDEN in responses:
            media = responses[FORBIDDEN]["content"]["application/json"]
            media["examples"] = {**self._refusals(), **_without_general(media["examples"])}
            if not media["examples"]:
                del responses[FORBIDDEN]
        return operation

    def _refusals(self) -> dict[str, Any]:
        asked = self.view.get_permissions()
        of_accounts = [item for item in asked if isinstance(item, HasAccount)]
        kinds = [item.refusal for item in of_accounts]
        if any(item.refuses_suspended(self.method) for item in of_accounts):
            kinds.append(AccountSuspended)
        refusals = [(kind.code, kind.words.en) for kind in kinds]
        authenticators = self.view.get_authenticators()
        if self.method not in SAFE_METHODS and any(
            isinstance(item, BrowserSessionAuthentication) for item in authenticators
        ):
            refusals.append(CSRF_FAILED)
        return {
            code.title().replace("_", ""): {"value": example_of(code, detail), "summary": code}
            for code, detail in refusals
        }


def _without_general(examples: dict[str, Any]) -> dict[str, Any]:
    general = PermissionDenied.default_code
    return {
        name: example
        for name, example in examples.items()
        if example["value"]["errors"][0]["code"] != general
    }
