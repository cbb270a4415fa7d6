"""Forms of people. Changing how somebody signs in needs the admin's own password."""

from typing import Any

from allauth.core import context
from django import forms
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from unfold.forms import (
    AdminOwnPasswordChangeForm,
    AdminPasswordChangeForm,
    UserChangeForm,
    UserCreationForm,
)
from unfold.widgets import UnfoldAdminPasswordWidget

from igny8_core.auth.log_in.own_password import require_own_password
from igny8_core.auth.services.email_addresses import usable_email
from igny8_core.common.exceptions import DomainError
from igny8_core.desk.model_forms import DeskModelForm
from igny8_core.desk.owners import KeepsOwner


def check_own_password(password: str) -> None:
    """Check the password of the person who sends the form.

    :raises ValidationError: if it is wrong, or there were too many attempts.
    """
    if not password:
        message = "Enter your own password to change how someone signs in or what they can do."
        raise ValidationError(message, code="required")
    try:
        require_own_password(context.request, password=password)
    except DomainError as refusal:
        raise ValidationError(refusal.detail, code=refusal.code) from refusal


class TypedPasswordField(forms.CharField):
    """The sender's password, checked by the form if it is needed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label="Your own password",
            required=False,
            strip=False,
            max_length=128,
            widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
            help_text="Required to change how someone signs in or what they can do.",
            **options,
        )


class OwnPasswordField(TypedPasswordField):
    """The sender's password, always required: a session alone isn't enough."""

    def clean(self, value: Any) -> str:
        password = str(super().clean(value))
        check_own_password(password)
        return password


def require_typed_password(form: forms.BaseForm) -> None:
    """Add an error if the sender's password is missing or wrong."""
    try:
        check_own_password(form.cleaned_data.get("your_password", ""))
    except ValidationError as error:
        form.add_error("your_password", error)


def clean_address(typed: str) -> str:
    """Return an address in its normal form.

    :raises ValidationError: if nobody can have it.
    """
    try:
        return usable_email(typed)
    except DomainError as refusal:
        raise ValidationError(refusal.detail, code=refusal.code) from refusal


LOG_IN_OR_RIGHTS = frozenset({"email", "is_active", "is_staff", "is_superuser", "groups"})


class PersonForm(KeepsOwner, DeskModelForm, UserChangeForm):  # type: ignore[misc]  # no types
    """A person. A new email counts at once, also for signing in."""

    your_password = TypedPasswordField()

    def clean_email(self) -> str:
        """Check a new address.

        :raises ValidationError: if nobody can have it, or it is the admin's own.
        """
        email = clean_address(self.cleaned_data["email"])
        if "email" in self.changed_data and self.instance.pk == context.request.user.pk:
            message = f"Change your own email at {settings.FRONTEND_URL}/account."
            raise ValidationError(message, code="own_email")
        return email

    def clean(self) -> dict[str, Any]:
        """Ask for the password if it is needed."""
        cleaned: dict[str, Any] = super().clean()
        if LOG_IN_OR_RIGHTS.intersection(self.changed_data) and "email" not in self.errors:
            require_typed_password(self)
        return cleaned


class NewPersonForm(UserCreationForm):  # type: ignore[misc]
    your_password = OwnPasswordField()

    def clean_email(self) -> str:
        return clean_address(self.cleaned_data["email"])


class GivePasswordForm(AdminPasswordChangeForm):  # type: ignore[misc]
    """A new password for somebody else."""

    your_password = OwnPasswordField()


class OwnPasswordForm(AdminOwnPasswordChangeForm):  # type: ignore[misc]
    """One's own password; wrong guesses count like those at the sign-in."""

    def clean_old_password(self) -> str:
        password = str(self.cleaned_data["old_password"])
        check_own_password(password)
        return password


class GroupForm(forms.ModelForm[Group]):
    """The permissions of a group."""

    your_password = TypedPasswordField()

    def clean(self) -> dict[str, Any]:
        """Ask for the password if the permissions change."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "permissions" in self.changed_data:
            require_typed_password(self)
        return cleaned


class RemoveSecondFactorForm(forms.Form):
    """Confirms removing somebody's lost second factor."""

    your_password = OwnPasswordField()
