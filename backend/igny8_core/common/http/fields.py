"""Serializer fields that every room uses."""

from collections.abc import Callable
from functools import cached_property
from operator import attrgetter
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from igny8_core.common.money import Money
from igny8_core.common.normal_form import without_invisible
from igny8_core.common.validators import is_one_line, is_visible


@extend_schema_field(
    {
        "type": "string",
        "format": "decimal",
        "pattern": r"^\d+(\.\d+)?$",
        "description": "Decimal string with the decimals of its currency.",
        "examples": ["89.00"],
    }
)
class MoneyField(serializers.Field[Money, Any, str, Any]):
    """Read-only: an amount as a decimal string with its currency's decimal places.

    :param currency: name of the attribute that holds the ISO 4217 code.
    """

    def __init__(self, *, currency: str = "currency", **options: Any) -> None:
        self.currency = currency
        super().__init__(read_only=True, **options)

    @cached_property
    def _amount_and_currency(self) -> Callable[[Any], tuple[Any, Any]]:
        return attrgetter(str(self.source), self.currency)

    def get_attribute(self, instance: Any) -> Money:
        return Money(*self._amount_and_currency(instance))

    def to_representation(self, value: Money) -> str:
        return value.digits


@extend_schema_field(
    {
        "type": "string",
        "format": "decimal",
        "pattern": r"^-?\d+(\.\d+)?$",
        "description": "Decimal string with the decimals of its currency; below 0: a credit.",
        "examples": ["89.00", "-59.33"],
    }
)
class SignedMoneyField(MoneyField):
    """Read-only: the same, of what may be taken off."""


@extend_schema_field(
    {"type": "string", "format": "decimal", "pattern": r"^\d+(\.\d+)?$", "examples": ["281.5"]}
)
class RateField(serializers.Field[Any, Any, str, Any]):
    """Read-only: an exchange rate as a decimal string without trailing zeros."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Any) -> str:
        return f"{value.normalize():f}"


class TextField(serializers.CharField):
    """Text only: other types aren't converted, since a number would lose leading zeros."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class LineField(TextField):
    """One line of text: it may be used in email subjects and bank references."""

    default_error_messages = {
        "control_characters_not_allowed": "Use one line of plain text: no line breaks or other "
        "control characters.",
    }

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not is_one_line(text):
            self.fail("control_characters_not_allowed")
        if text and not is_visible(text):
            if not self.allow_blank:
                self.fail("blank")
            return ""
        return text


class ReferenceField(LineField):
    """A reference as it was typed, without invisible characters."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        cleaned = without_invisible(data) if isinstance(data, str) else data
        return super().run_validation(cleaned)
