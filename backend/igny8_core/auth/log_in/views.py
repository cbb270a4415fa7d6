"""The log-in's addresses that work otherwise than django-allauth's own."""

from typing import Any

from allauth.account.internal.flows.password_reset import finalize_password_reset
from allauth.account.models import EmailAddress
from allauth.headless.account import views
from allauth.headless.account.response import PasswordResetKeyResponse, VerifyEmailResponse
from allauth.headless.base.response import AuthenticationResponse
from allauth.headless.internal.restkit.response import ErrorResponse
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.log_in.inputs import (
    ResetPasswordInput,
    ResetPasswordKeyInput,
    VerifyEmailInput,
    as_form_error,
)
from igny8_core.auth.services.email_addresses import confirm_email
from igny8_core.auth.services.passwords import reset_password
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import DomainError


class ResetPasswordView(views.ResetPasswordView):
    """Sets a new password by the key of a link; GET tells whether the key would do."""

    input_class = ResetPasswordInput

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer 200 for a key that can be used, 400 with the reason for another one."""
        given = ResetPasswordKeyInput({"key": request.headers.get("X-Password-Reset-Key", "")})
        if not given.is_valid():
            return ErrorResponse(request, input=given)
        return PasswordResetKeyResponse(request, given.user)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Set the password."""
        given = self.input.cleaned_data
        try:
            user = reset_password(key=given["key"], password=given["password"])
        except DomainError as refusal:
            return _refused(request, self.input, refusal)
        finalize_password_reset(request, user)
        return AuthenticationResponse(request)


class VerifyEmailView(views.VerifyEmailView):
    """Confirms an address by the key of a link; GET tells which it would be."""

    input_class = VerifyEmailInput

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer 200 for a key that can be used, 400 with the reason for another one."""
        key = request.headers.get("X-Email-Verification-Key", "")
        given = VerifyEmailInput({"key": key}, process=None)
        if not given.is_valid():
            return ErrorResponse(request, input=given)
        address = EmailAddress(user=given.user, email=given.email)
        return VerifyEmailResponse(request, address, stage=None)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Confirm it: 200 to somebody who is logged in, 401 to anybody else."""
        key = self.input.cleaned_data["key"]
        try:
            confirm_email(key=key, actor=actor_from_request(request), now=utc_now())
        except DomainError as refusal:
            return _refused(request, self.input, refusal)
        if request.user.is_authenticated:
            request.user.refresh_from_db()
        return AuthenticationResponse(request)


class ManageEmailView(views.ManageEmailView):
    """Shows the address, and sends its link again. ``/api/v1/auth/email/`` changes it."""

    http_method_names = ["get", "put", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse the other methods before anything else: they add, choose and remove addresses."""
        if (request.method or "").lower() not in self.http_method_names:
            return self.http_method_not_allowed(request)
        return super().dispatch(request, *args, **kwargs)


def _refused(request: HttpRequest, given: Any, refusal: DomainError) -> HttpResponse:
    given.add_error("key", as_form_error(refusal))
    return ErrorResponse(request, input=given)
