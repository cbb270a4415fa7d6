"""Validators for what people type, shared by all models."""

import unicodedata

from django.core.exceptions import ValidationError

from igny8_core.common.normal_form import INVISIBLE
from igny8_core.common.places.countries import is_country_code


def validate_country_code(value: str) -> None:
    """Reject anything but an ISO 3166-1 alpha-2 code.

    :raises ValidationError: if it isn't one.
    """
    if not is_country_code(value):
        message = f"'{value}' is not a country code of ISO 3166-1 (two capital letters)."
        raise ValidationError(message)


def validate_lower_case(value: str) -> None:
    """Reject capital letters.

    :raises ValidationError: if there is one.
    """
    if value != value.lower():
        message = "Enter it in lower case."
        raise ValidationError(message)


def is_one_line(text: str) -> bool:
    """Tell whether a text has neither line breaks nor other control characters."""
    return not any(unicodedata.category(character) == "Cc" for character in text)


def validate_line(value: str) -> None:
    """Reject text with line breaks or other control characters.

    :raises ValidationError: if it has one.
    """
    if not is_one_line(value):
        message = "Enter a single line, without control characters."
        raise ValidationError(message)


def is_visible(text: str) -> bool:
    """Tell whether a text has visible characters."""
    return any(
        unicodedata.category(character)[0] in "LNPS" and character not in INVISIBLE
        for character in text
    )


def validate_visible(value: str) -> None:
    """Reject text without visible characters.

    :raises ValidationError: if it only has spaces and invisible characters.
    """
    if not is_visible(value):
        message = "Enter visible text."
        raise ValidationError(message)
