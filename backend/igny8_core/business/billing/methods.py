"""A payment method as it was promised, kept separately because admins may edit the method.

An invoice keeps the method to pay it with, a payment the method that was used.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Protocol

from django.utils.translation import get_language_info

from igny8_core.business.billing.examples import WITHHELD, are_withheld
from igny8_core.business.billing.validators import LABELS, TEXTS

RIGHT_TO_LEFT_MARK = "\u200f"


class Configured(Protocol):
    """Anything with the fields of a method, such as its row."""

    id: int
    payment_method: str
    display_name: str
    kind: str
    currency: str
    countries: list[str]
    instructions: str
    details: Any
    reference_label: str
    reference_hint: str
    reference_pattern: str
    processing_time: str
    translations: Any
    has_example_details: bool
    order: int


@dataclass(frozen=True)
class PromisedMethod:
    """A payment method as the customer saw it.

    :param id: of the row that it was copied from, even if that row has changed since.
    :param details: where the money goes: label, value, copyable.
    :param translations: its texts by language, such as ``{"ur": {"instructions": "…"}}``.
    """

    id: int
    payment_method: str
    display_name: str
    kind: str
    currency: str
    countries: list[str]
    instructions: str
    details: list[dict[str, Any]]
    reference_label: str
    reference_hint: str
    reference_pattern: str
    processing_time: str
    has_example_details: bool
    order: int
    translations: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of_row(cls, method: Configured) -> "PromisedMethod":
        """Copy a method as it is now."""
        return cls(**{name: getattr(method, name) for name in NAMES})

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "PromisedMethod":
        """Read a stored method, even from a later version or from before translations."""
        return cls(**{name: kept[name] for name in NAMES if name in kept})

    def as_json(self) -> dict[str, Any]:
        """Return the method as stored in a column."""
        return asdict(self)

    @property
    def is_example(self) -> bool:
        """Whether the shown details are nobody's account, which the page then has to say."""
        return self.has_example_details and not self.is_withheld

    @property
    def is_withheld(self) -> bool:
        """Whether the payment details must not be shown."""
        return are_withheld(is_example=self.has_example_details)

    def shown(self) -> "PromisedMethod":
        """Return what customers may see: withheld details are replaced by a sentence."""
        if not self.is_withheld:
            return self
        told = {
            code: {name: text for name, text in texts.items() if name != "instructions"}
            for code, texts in self.translations.items()
        }
        return replace(self, instructions=WITHHELD, details=[], translations=told)

    @property
    def names(self) -> dict[str, str]:
        """Its name in each other language."""
        return names_of(self.translations)

    def in_language(self, language: str) -> "PromisedMethod":
        """Return it with its text in a language, in English where that is missing."""
        texts = self.translations.get(language, {})
        labels = texts.get(LABELS, {})
        details = [
            row | {"label": in_direction(labels[row["label"]], language)}
            if row["label"] in labels
            else row
            for row in self.details
        ]
        told: dict[str, Any] = {
            name: in_direction(texts[name], language) for name in TEXTS.keys() & texts.keys()
        }
        return replace(self, details=details, **told)

    def __str__(self) -> str:
        return self.display_name


NAMES = [each.name for each in fields(PromisedMethod)]


def names_of(translations: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return a method's name in each other language, of ``PromisedMethod.translations``."""
    return {
        code: texts["display_name"]
        for code, texts in translations.items()
        if "display_name" in texts
    }


def in_direction(text: str, language: str) -> str:
    """In right-to-left languages, make each line run that way, whatever it starts with."""
    if not get_language_info(language)["bidi"]:
        return text
    return "\n".join(f"{RIGHT_TO_LEFT_MARK}{line}" for line in text.splitlines())
