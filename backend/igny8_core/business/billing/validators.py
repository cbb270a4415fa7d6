"""Checks of what an admin types into a payment method."""

from typing import Any

from django.core.exceptions import ValidationError

from igny8_core.common.countries import is_country_code
from igny8_core.common.money import KNOWN_CURRENCIES
from igny8_core.common.patterns import PatternNotUsable, check_pattern

DETAIL_KEYS = {"label", "value", "copyable"}


def validate_country_code(value: str) -> None:
    """Refuse what is not an ISO 3166-1 alpha-2 code.

    :raises ValidationError: if it isn't one.
    """
    if not is_country_code(value):
        message = f"'{value}' is not a country code of ISO 3166-1 (two capital letters)."
        raise ValidationError(message)


def validate_currency(value: str) -> None:
    """Refuse what is not a currency code.

    :raises ValidationError: if it isn't one of ISO 4217.
    """
    if value not in KNOWN_CURRENCIES:
        message = f"'{value}' is not a currency code of ISO 4217 (three capital letters)."
        raise ValidationError(message)


def validate_pattern(value: str) -> None:
    """Refuse a regular expression that not every engine reads alike.

    :raises ValidationError: if it is none of ``check_pattern``'s dialect; says what to write.
    """
    try:
        check_pattern(value)
    except PatternNotUsable as error:
        raise ValidationError(str(error)) from error


def validate_details(value: Any) -> None:
    """Refuse details that are not a list of labelled values.

    :raises ValidationError: if they aren't.
    """
    if not isinstance(value, list) or not all(_is_detail(entry) for entry in value):
        message = 'Write a list of {"label": "…", "value": "…", "copyable": true or false}.'
        raise ValidationError(message)


def _is_detail(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and set(entry) == DETAIL_KEYS
        and isinstance(entry["label"], str)
        and isinstance(entry["value"], str)
        and isinstance(entry["copyable"], bool)
    )
