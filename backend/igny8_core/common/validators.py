"""Checks of what people type into a form, whichever model it belongs to."""

import unicodedata

from django.core.exceptions import ValidationError

from igny8_core.common.normal_form import INVISIBLE
from igny8_core.common.places.countries import is_country_code


def validate_country_code(value: str) -> None:
    """Refuse what is not an ISO 3166-1 alpha-2 code.

    :raises ValidationError: if it isn't one.
    """
    if not is_country_code(value):
        message = f"'{value}' is not a country code of ISO 3166-1 (two capital letters)."
        raise ValidationError(message)


def validate_lower_case(value: str) -> None:
    """Refuse capital letters.

    :raises ValidationError: if there is one.
    """
    if value != value.lower():
        message = "Write it in lower case."
        raise ValidationError(message)


def is_one_line(text: str) -> bool:
    """Tell whether a text has neither line breaks nor other control characters."""
    return not any(unicodedata.category(character) == "Cc" for character in text)


def validate_line(value: str) -> None:
    """Refuse text of more than one line, or with other control characters in it.

    :raises ValidationError: if it has one.
    """
    if not is_one_line(value):
        message = "Write it in one line, without control characters."
        raise ValidationError(message)


def is_visible(text: str) -> bool:
    """Tell whether anything of a text can be seen."""
    return any(
        unicodedata.category(character)[0] in "LNPS" and character not in INVISIBLE
        for character in text
    )


def validate_visible(value: str) -> None:
    """Refuse text of which nothing can be seen.

    :raises ValidationError: if it has only spaces and characters without a shape.
    """
    if not is_visible(value):
        message = "Write something that can be seen."
        raise ValidationError(message)
