"""A second factor for the admin's log-in: codes of an authenticator app (TOTP, RFC 6238)."""

from time import time
from typing import Any

import segno
from allauth.account import app_settings as account_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.core.internal.httpkit import authenticated_user
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP, clear_totp_secret
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.forms import AuthenticationForm
from unfold.widgets import UnfoldAdminTextInputWidget

from igny8_core.auth.known_devices import known_device
from igny8_core.auth.models import User
from igny8_core.auth.own_password import require_own_password
from igny8_core.common.exceptions import DomainError


def is_on(user: User) -> bool:
    """Tell whether a person's log-in needs a code."""
    return bool(get_mfa_adapter().is_mfa_enabled(user))


def has_given_code(request: HttpRequest) -> bool:
    """Tell whether who is logged in was asked for a code anew, within the last minutes."""
    since = time() - account_settings.REAUTHENTICATION_TIMEOUT
    return any(
        record["method"] == "mfa" and record.get("reauthenticated") and record["at"] > since
        for record in get_authentication_records(request, authenticated_user(request))
    )


class AdminLoginForm(AuthenticationForm):  # type: ignore[misc]  # unfold has no types
    """E-mail, password and, of those who have set it up, a code; too many tries are refused."""

    code = forms.CharField(
        label="Code",
        required=False,
        max_length=20,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}
        ),
        help_text="Of your authenticator app, or a recovery code. Empty if you have none.",
    )

    def clean(self) -> dict[str, Any]:
        """Check all three.

        :raises ValidationError: if one is wrong, or there were too many tries.
        """
        cleaned: dict[str, Any] = self.cleaned_data
        email, password = cleaned.get("username"), cleaned.get("password")
        if email and password:
            user = get_adapter().authenticate(self.request, email=email, password=password)
            if user is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(user)
            assert isinstance(user, User)  # noqa: S101  (there are no others)
            if is_on(user):
                check_code(user, cleaned.get("code", ""))
            self.user_cache = user
        return cleaned


class SetUpForm(ActivateTOTPForm):
    """The first code, and the password: a session alone gives nobody a second factor."""

    password = forms.CharField(
        label="Your password",
        widget=forms.PasswordInput(
            attrs={"class": "desk-input", "autocomplete": "current-password"}
        ),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=20,
        widget=forms.TextInput(attrs={"class": "desk-input", "autocomplete": "one-time-code"}),
    )


def check_code(user: User, code: str) -> None:
    """Check a code of the app, or use up a recovery code.

    :raises ValidationError: if it is neither, or there were too many tries.
    """
    if authenticator_of(user, code) is None:
        message = "Give the code that your authenticator app shows now, or a recovery code."
        raise ValidationError({"code": message})


def authenticator_of(user: User, code: str) -> Authenticator | None:
    """Find what a code is of, and use up a recovery code.

    Tries in browsers that the person has logged in with are counted apart: those of somebody else
    who has the password keep nobody out there.

    :raises ValidationError: if there were too many tries.
    """
    request = context.request
    place = "known" if known_device(request, email=user.email) else "unknown"
    app, action, key = "allauth.account", "login_failed", f"code of {user.pk}, {place}"
    if not ratelimit.consume(request, app=app, action=action, key=key):
        refusal = "too_many_login_attempts"
        raise get_adapter().validation_error(refusal)
    authenticators = Authenticator.objects.filter(user_id=user.pk)
    found = (item for item in authenticators if item.wrap().validate_code(code.strip()))
    authenticator = next(found, None)
    if authenticator is not None:
        ratelimit.clear(request, app=app, action=action, key=key)
    return authenticator


def remove(user: User) -> None:
    """Remove a person's second factor with its recovery codes, and tell them by mail."""
    Authenticator.objects.filter(user_id=user.pk).delete()
    get_adapter().send_notification_mail("mfa/email/totp_deactivated", user)


def manage(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Let people set up or remove their own second factor."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  (the admin's own log-in comes first)
    if is_on(user):
        return _remove(request, user, site_context)
    return _set_up(request, user, site_context)


def _set_up(request: HttpRequest, user: User, site_context: dict[str, Any]) -> HttpResponse:
    form = SetUpForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid() and _is_own_password(request, form):
        with transaction.atomic():
            TOTP.activate(user, form.secret)
            recovery = RecoveryCodes.activate(user)
        clear_totp_secret(request)
        get_adapter().send_notification_mail("mfa/email/totp_activated", user)
        return _page(request, site_context, recovery_codes=recovery.get_unused_codes())
    form.fields["code"].widget.attrs["class"] = "desk-input"
    address = get_mfa_adapter().build_totp_url(user, form.secret)
    picture = segno.make(address).svg_data_uri(scale=5, border=2, light="white")
    return _page(request, site_context, form=form, secret=form.secret, picture=picture)


def _is_own_password(request: HttpRequest, form: SetUpForm) -> bool:
    try:
        require_own_password(request, password=form.cleaned_data["password"])
    except DomainError as refusal:
        form.add_error("password", refusal.detail)
        return False
    return True


def _remove(request: HttpRequest, user: User, site_context: dict[str, Any]) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            check_code(user, form.cleaned_data["code"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            remove(user)
            messages.success(request, "The second factor is removed.")
            return HttpResponseRedirect(reverse("admin:second_factor"))
    return _page(request, site_context, form=form, is_on=True)


def _page(request: HttpRequest, site_context: dict[str, Any], **context: Any) -> TemplateResponse:
    title = {"title": "Second factor"}
    return TemplateResponse(
        request, "admin/second_factor.html", {**site_context, **title, **context}
    )
