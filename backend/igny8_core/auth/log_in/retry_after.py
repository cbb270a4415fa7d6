"""Adds to django-allauth's 429 when to try again, as in every other 429."""

import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from rest_framework import status

from igny8_core.auth.log_in.known_devices import asked_by
from igny8_core.common.http.throttling import seconds_to_wait

ACTIONS = {  # where allauth limits: the end of the URL, and what it counts there
    "/auth/login": "login",
    "/auth/reauthenticate": "reauthenticate",
    "/auth/password/request": "reset_password",
    "/auth/password/reset": "reset_password_from_key",
    "/account/password/change": "change_password",
    "/account/email": "manage_email",
}


class RetryAfterMiddleware:
    """Adds ``Retry-After`` to allauth's responses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == status.HTTP_429_TOO_MANY_REQUESTS:
            action = next((ACTIONS[end] for end in ACTIONS if request.path.endswith(end)), None)
            if action:
                is_reset = action == "reset_password"
                key = asked_by(request, email=_typed_email(request)) if is_reset else ""
                wait = seconds_to_wait(request, action=action, key=key, user=request.user)
                response.headers.setdefault("Retry-After", str(wait))
        return response


def _typed_email(request: HttpRequest) -> str:
    """Return the email from the body, which the view has already read."""
    return str(json.loads(request.body)["email"])
