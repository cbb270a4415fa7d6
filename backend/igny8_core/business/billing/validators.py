"""Checks of what an admin types into a payment method."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError

from igny8_core.common.money import KNOWN_CURRENCIES, currency_decimals
from igny8_core.common.patterns import PatternNotUsable, check_pattern
from igny8_core.common.validators import validate_country_code as validate_country_code  # noqa: PLC0414  (migrations)
from igny8_core.common.validators import validate_line, validate_visible

DETAIL_KEYS = {"label", "value", "copyable"}
MAX_DETAILS = 20
MAX_LABEL = 60
MAX_VALUE = 200
MAX_DECIMALS = 3


def validate_currency(value: str) -> None:
    """Refuse what is not a currency code, and units of account finer than our columns.

    :raises ValidationError: if it isn't one of ISO 4217, or has more than three decimals.
    """
    if value not in KNOWN_CURRENCIES:
        message = f"'{value}' is not a currency code of ISO 4217 (three capital letters)."
        raise ValidationError(message)
    if currency_decimals(value) > MAX_DECIMALS:
        message = f"{value} has more than {MAX_DECIMALS} decimals: amounts in it can't be kept."
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
    """Refuse details that are not rows of a label and a value.

    :raises ValidationError: if they aren't, with a sentence for each row.
    """
    if not isinstance(value, list) or not all(_is_detail(row) for row in value):
        message = 'Write a list of {"label": "…", "value": "…", "copyable": true or false}.'
        raise ValidationError(message)
    if len(value) > MAX_DETAILS:
        message = f"These are {len(value)} rows. {MAX_DETAILS} are allowed."
        raise ValidationError(message)
    errors = [error for number, row in enumerate(value, 1) for error in _row_errors(number, row)]
    if errors:
        raise ValidationError(errors)


def _is_detail(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and set(row) == DETAIL_KEYS
        and isinstance(row["label"], str)
        and isinstance(row["value"], str)
        and isinstance(row["copyable"], bool)
    )


def _row_errors(number: int, row: dict[str, Any]) -> Iterator[ValidationError]:
    for name, longest in (("label", MAX_LABEL), ("value", MAX_VALUE)):
        text = row[name]
        problem = ""
        if len(text) > longest:
            problem = f"has more than {longest} characters."
        for check in (validate_visible, validate_line):
            try:
                check(text)
            except ValidationError as error:
                problem = f"can't be this. {error.messages[0]}" if text.strip() else "is missing."
        if problem:
            yield ValidationError(f"Row {number}: the {name} {problem}")
