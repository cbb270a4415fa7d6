"""The log-in's addresses that work otherwise than django-allauth's own."""

from typing import Any

from allauth.headless.account import views
from allauth.headless.account.response import PasswordResetKeyResponse
from allauth.headless.internal.restkit.response import ErrorResponse
from django.http import HttpRequest, HttpResponse

from igny8_core.auth.log_in.inputs import ResetPasswordInput, ResetPasswordKeyInput


class ResetPasswordView(views.ResetPasswordView):
    """Sets a new password by the key of a link; GET tells whether the key would do."""

    input_class = ResetPasswordInput

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer 200 for a key that can be used, 400 with the reason for another one."""
        given = ResetPasswordKeyInput({"key": request.headers.get("X-Password-Reset-Key", "")})
        if not given.is_valid():
            return ErrorResponse(request, input=given)
        return PasswordResetKeyResponse(request, given.user)
