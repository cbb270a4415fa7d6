"""The log-in's addresses that work otherwise than django-allauth's own."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.password_reset import finalize_password_reset
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from allauth.core.internal.httpkit import authenticated_user
from allauth.headless.account import views
from allauth.headless.account.response import (
    PasswordResetKeyResponse,
    RequestPasswordResponse,
    VerifyEmailResponse,
)
from allauth.headless.base.response import AuthenticationResponse, ReauthenticationResponse
from allauth.headless.base.views import AuthenticatedAPIView
from allauth.headless.constants import Flow
from allauth.headless.internal.restkit.response import ErrorResponse
from allauth.headless.mfa import views as mfa_views
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.log_in.inputs import (
    AuthenticateInput,
    ReauthenticateInput,
    RequestPasswordResetInput,
    ResetPasswordInput,
    ResetPasswordKeyInput,
    VerifyEmailInput,
    as_form_error,
)
from igny8_core.auth.log_in.known_devices import asked_by, known_device
from igny8_core.auth.log_in.second_factor import has_given_code, is_on
from igny8_core.auth.services.email_addresses import confirm_email
from igny8_core.auth.services.passwords import reset_password
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import DomainError


class RequestPasswordResetView(views.RequestPasswordResetView):
    """Mails a link; what a person asks for in a known browser is counted by itself."""

    input_class = RequestPasswordResetInput

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer 200, whether there is such a person or not."""
        email = self.input.cleaned_data["email"]
        counted = {"reset_password": asked_by(request, email=email)}
        if known_device(request, email=email):
            counted["reset_password_known"] = email
        for action, key in counted.items():
            refusal: HttpResponse | None = ratelimit.consume_or_429(request, action=action, key=key)
            if refusal:
                return refusal
        self.input.save(request)
        return RequestPasswordResponse(request)


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


class CodeWantedResponse(ReauthenticationResponse):
    """Says that a code is wanted: the password, which may be known to others, does not do."""

    def _get_flows(self, request: HttpRequest, user: Any) -> list[dict[str, Any]]:
        flows: list[dict[str, Any]] = super()._get_flows(request, user)
        return [flow for flow in flows if flow["id"] == Flow.MFA_REAUTHENTICATE]


class CodeWantedView(AuthenticatedAPIView):
    """Takes a code of the second factor first, of those whose log-in needs one."""

    without_code: frozenset[str] = frozenset()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask for a code, unless one was given a moment ago."""
        user = request.user
        is_asked = request.method not in self.without_code
        if is_asked and user.is_authenticated and is_on(user) and not has_given_code(request):
            return CodeWantedResponse(request)
        return super().dispatch(request, *args, **kwargs)


class ManageTOTPView(CodeWantedView, mfa_views.ManageTOTPView):
    """Sets an authenticator app up, for the password, and removes it, for a code."""

    without_code = frozenset({"GET"})  # says since when there is one

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Set it up; its first code lets the recovery codes be seen."""
        response: HttpResponse = super().post(request, *args, **kwargs)
        user = authenticated_user(request)
        record_authentication(request, user, method="mfa", type="totp", reauthenticated=True)
        return response


class ManageRecoveryCodesView(CodeWantedView, mfa_views.ManageRecoveryCodesView):
    """Shows the recovery codes, or makes new ones."""


def _refused(request: HttpRequest, given: Any, refusal: DomainError) -> HttpResponse:
    given.add_error("key", as_form_error(refusal))
    return ErrorResponse(request, input=given)


class AuthenticateView(mfa_views.AuthenticateView):
    """Takes the code of a log-in."""

    input_class = AuthenticateInput


class ReauthenticateView(mfa_views.ReauthenticateView):
    """Takes a code again."""

    input_class = ReauthenticateInput
