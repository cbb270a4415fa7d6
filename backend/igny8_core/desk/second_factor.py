"""The desk's sign-in with a second factor, and the page where people set up their own."""

from typing import Any

import segno
from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
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

from igny8_core.auth.log_in.own_password import require_own_password
from igny8_core.auth.log_in.second_factor import check_code, is_on, remove
from igny8_core.auth.models import User
from igny8_core.common.exceptions import DomainError


class AdminLoginForm(AuthenticationForm):  # type: ignore[misc]  # unfold has no types
    """Email, password and, for those who have set it up, a code; limits attempts."""

    code = forms.CharField(
        label="Code",
        required=False,
        max_length=20,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}
        ),
        help_text="From your authenticator app, or a recovery code. Leave empty if you have none.",
    )

    def clean(self) -> dict[str, Any]:
        """Check all three.

        :raises ValidationError: if one is wrong, or there were too many attempts.
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
    """The first code, and the password: a session alone can't set up a second factor."""

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
            messages.success(request, "The second factor was removed.")
            return HttpResponseRedirect(reverse("admin:second_factor"))
    return _page(request, site_context, form=form, is_on=True)


def _page(request: HttpRequest, site_context: dict[str, Any], **context: Any) -> TemplateResponse:
    title = {"title": "Second factor"}
    return TemplateResponse(
        request, "admin/second_factor.html", {**site_context, **title, **context}
    )
