"""Input forms for sign-in that replace some of django-allauth's."""

from typing import Any

from allauth.core import context
from allauth.headless.account import inputs
from allauth.headless.mfa import inputs as mfa_inputs
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError

from igny8_core.auth.log_in.keys import email_of_key, user_of_reset_key
from igny8_core.auth.log_in.second_factor import authenticator_of
from igny8_core.auth.models import User
from igny8_core.common.email_form import normal_email
from igny8_core.common.exceptions import DomainError
from igny8_core.common.http.language import language_of


def as_form_error(refusal: DomainError) -> ValidationError:
    """Return a refusal as allauth's forms say it, in the language of allauth's request."""
    return ValidationError(refusal.in_language(language_of(context.request)), code=refusal.code)


class RequestPasswordResetInput(inputs.RequestPasswordResetInput):
    """A request to reset a password."""

    def clean_email(self) -> str:
        """Return the address in its normal form, which is used for emails and limits."""
        return normal_email(str(super().clean_email()))


class ResetPasswordKeyInput(inputs.ResetPasswordKeyInput):
    """The key of a link that resets a password."""

    def _clean_key_link(self) -> str:
        """Find the person.

        :raises ValidationError: with a code that tells used keys from unknown ones.
        """
        key = str(self.cleaned_data["key"])
        try:
            self.user = user_of_reset_key(key)
        except DomainError as refusal:
            raise as_form_error(refusal) from refusal
        return key


class ResetPasswordInput(ResetPasswordKeyInput, inputs.ResetPasswordInput):
    """The key with the new password."""


class VerifyEmailInput(inputs.VerifyEmailInput):
    """The key of a link that confirms an address."""

    user: User
    email: str

    def clean_key(self) -> str:
        """Find the person and the address.

        :raises ValidationError: with a code that tells used keys from unknown ones.
        """
        key = str(self.cleaned_data["key"])
        try:
            self.user, self.email = email_of_key(key)
        except DomainError as refusal:
            raise as_form_error(refusal) from refusal
        return key


class CodeInput:
    """A code of a second factor, counted as the desk counts it."""

    user: User
    authenticator: Authenticator
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        """Check it.

        :raises ValidationError: if it is wrong, or there were too many tries.
        """
        code = str(self.cleaned_data["code"])
        found = authenticator_of(self.user, code)
        if found is None:
            refusal = "incorrect_code"
            raise get_mfa_adapter().validation_error(refusal)
        found.user = self.user
        self.authenticator = found
        return code


class AuthenticateInput(CodeInput, mfa_inputs.AuthenticateInput):
    """The code for signing in."""


class ReauthenticateInput(CodeInput, mfa_inputs.ReauthenticateInput):
    """A code asked for again before a sensitive change."""
