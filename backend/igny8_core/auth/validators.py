"""Checks of what a customer types about a site."""

from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator

from igny8_core.common.exceptions import InvalidInput


class InvalidDomain(InvalidInput):
    """This is no host name."""

    code = "invalid_domain"


def normalised_domain(value: str) -> str:
    """Return the bare host name of what was typed, lower-cased: ``https://Shop.Example/`` too.

    :raises InvalidDomain: if no host name is left.
    """
    domain = value.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/")
    try:
        DomainNameValidator()(domain)
    except ValidationError as error:
        detail = f"'{value}' is not a host name. Write it like shop.example.com."
        raise InvalidDomain(detail, attr="domain") from error
    return domain
