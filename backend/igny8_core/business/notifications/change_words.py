"""Describes a change of a setting in words: each value before and after."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Field

from igny8_core.business.billing.models import SettingChange
from igny8_core.business.billing.validators import LABELS, TEXTS
from igny8_core.common.places.countries import country_name

NOTHING = "(none)"
UNTOLD = {"has_example_details"}  # follows from the others


@dataclass(frozen=True)
class ChangedValue:
    """One value of a setting; a new setting has no earlier value."""

    label: str
    before: str
    after: str


def model_name(change: SettingChange) -> str:
    """Return the kind of setting: payment method, seller."""
    return str(apps.get_model(change.model)._meta.verbose_name)


def changed_values(change: SettingChange, *, separator: str = "\n") -> list[ChangedValue]:
    """Return what changes.

    :param separator: goes between the rows of a method's details and translations.
    """
    fields = {field.name: field for field in apps.get_model(change.model)._meta.concrete_fields}
    return [
        ChangedValue(
            label=str(fields[name].verbose_name).capitalize(),
            before=_words(fields[name], change.before[name], separator)
            if name in change.before
            else NOTHING,
            after=_words(fields[name], value, separator),
        )
        for name, value in change.after.items()
        if name in fields and name not in UNTOLD
    ]


def _words(field: "Field[Any, Any]", value: Any, separator: str) -> str:
    if field.name in ROWS:
        return separator.join(ROWS[field.name](value)) or NOTHING
    if field.name == "countries":
        return ", ".join(country_name(code) for code in value) or "everywhere"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field.is_relation and value is not None:
        related = field.related_model._default_manager.filter(pk=value).first()  # type: ignore[union-attr]
        return str(related or value)
    return str(value) if value not in (None, "") else NOTHING


def _details(details: list[dict[str, Any]]) -> Iterator[str]:
    for row in details:
        yield f"{row.get('label')}: {row.get('value')}"


def _translations(translations: dict[str, dict[str, Any]]) -> Iterator[str]:
    for language, texts in translations.items():
        for name in TEXTS.keys() & texts.keys():
            yield f"{language}, {name.replace('_', ' ')}: {texts[name]}"
        for label, text in texts.get(LABELS, {}).items():
            yield f"{language}, label “{label}”: {text}"


ROWS: dict[str, Callable[[Any], Iterator[str]]] = {
    "details": _details,
    "translations": _translations,
}
