"""Validators for what a customer types: a password, the domain of a site."""

from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator

from igny8_core.common.exceptions import InvalidInput, Words


class PasswordFormValidator:
    """Rejects passwords with spaces around them, and passwords longer than 128 characters.

    At sign-in, django-allauth strips the spaces around what is typed.
    """

    max_length = 128

    def validate(self, password: str, user: object = None) -> None:
        """Check a new password.

        :raises ValidationError: with the code ``password_too_long`` or ``password_edge_space``.
        """
        if len(password) > self.max_length:
            message = f"This password is too long. Use at most {self.max_length} characters."
            raise ValidationError(message, code="password_too_long")
        if password != password.strip():
            message = "A password can't begin or end with a space."
            raise ValidationError(message, code="password_edge_space")

    def get_help_text(self) -> str:
        return f"At most {self.max_length} characters, without a space at the start or end."


class InvalidDomain(InvalidInput):
    """This is no host name."""

    code = "invalid_domain"
    attr = "domain"
    words = Words(
        en="'{domain}' is not a host name. Write it like shop.example.com.",
        ur="'{domain}' درست ڈومین نہیں۔ مثال: \u2068shop.example.com\u2069",
    )


def normalised_domain(value: str) -> str:
    """Return the lower-case host name of what was typed, such as ``https://Shop.Example/``.

    :raises InvalidDomain: if no host name is left.
    """
    domain = value.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/")
    try:
        DomainNameValidator()(domain)
    except ValidationError as error:
        raise InvalidDomain(domain=value) from error
    return domain
