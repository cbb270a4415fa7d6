"""Validators for what an admin types into a payment method."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
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
# The translatable texts of a method that customers read, with their maximum lengths
TEXTS = {
    "display_name": 100,
    "instructions": 5000,
    "reference_label": 60,
    "reference_hint": 200,
    "processing_time": 100,
}
LABELS = "labels"  # of a method's details: the English label, and its translation


def validate_currency(value: str) -> None:
    """Reject anything but a currency code, and currencies with more decimals than our columns.

    :raises ValidationError: if it isn't one of ISO 4217, or has more than three decimals.
    """
    if value not in KNOWN_CURRENCIES:
        message = f"'{value}' is not a currency code of ISO 4217 (three capital letters)."
        raise ValidationError(message)
    if currency_decimals(value) > MAX_DECIMALS:
        message = f"{value} has more than {MAX_DECIMALS} decimals: amounts in it can't be kept."
        raise ValidationError(message)


def validate_pattern(value: str) -> None:
    """Reject a regular expression that engines interpret differently.

    :raises ValidationError: if it isn't in ``check_pattern``'s dialect; says what to write instead.
    """
    try:
        check_pattern(value)
    except PatternNotUsable as error:
        raise ValidationError(str(error)) from error


def validate_details(value: Any) -> None:
    """Reject details that aren't rows of a label and a value.

    :raises ValidationError: if they aren't, with a sentence for each row.
    """
    if not isinstance(value, list) or not all(_is_detail(row) for row in value):
        message = 'Write a list of {"label": "…", "value": "…", "copyable": true or false}.'
        raise ValidationError(message)
    if len(value) > MAX_DETAILS:
        message = f"There are {len(value)} rows. At most {MAX_DETAILS} are allowed."
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
        problem = _problem_of(row[name], longest=longest, is_line=True)
        if problem:
            yield ValidationError(f"Row {number}: the {name} {problem}")


def other_languages() -> dict[str, str]:
    """Return the languages, besides English, that a method can be translated to, by name."""
    return {code: name for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE}


def validate_translations(value: Any) -> None:
    """Reject anything but texts by language, such as ``{"ur": {"instructions": "…"}}``.

    :raises ValidationError: if it isn't, with a sentence for each text.
    """
    if not isinstance(value, dict) or not set(value) <= set(other_languages()):
        message = f"Enter texts for each of these languages: {', '.join(other_languages())}."
        raise ValidationError(message)
    errors = [
        error for code, texts in value.items() for error in _errors_of_texts(texts, language=code)
    ]
    if errors:
        raise ValidationError(errors)


def _errors_of_texts(texts: Any, *, language: str) -> Iterator[ValidationError]:
    name_of = other_languages()[language]
    if not isinstance(texts, dict) or not set(texts) <= {*TEXTS, LABELS}:
        yield ValidationError(f"{name_of}: write any of {', '.join([*TEXTS, LABELS])}.")
        return
    labels = texts.get(LABELS, {})
    if not isinstance(labels, dict) or len(labels) > MAX_DETAILS:
        yield ValidationError(f"{name_of}: write at most {MAX_DETAILS} labels, each for one.")
        return
    for name in TEXTS.keys() & texts.keys():
        problem = _problem_of(texts[name], longest=TEXTS[name], is_line=name != "instructions")
        if problem:
            yield ValidationError(f"{name_of}: the {name.replace('_', ' ')} {problem}")
    for label, text in labels.items():
        for part in (label, text):
            problem = _problem_of(part, longest=MAX_LABEL, is_line=True)
            if problem:
                yield ValidationError(f"{name_of}: the label of {label[:MAX_LABEL]} {problem}")


def _problem_of(text: Any, *, longest: int, is_line: bool) -> str:
    if not isinstance(text, str):
        return "must be text."
    if len(text) > longest:
        return f"has more than {longest} characters."
    for check in (validate_visible, *([validate_line] if is_line else [])):
        try:
            check(text)
        except ValidationError as error:
            return f"can't be this. {error.messages[0]}" if text.strip() else "is missing."
    return ""
