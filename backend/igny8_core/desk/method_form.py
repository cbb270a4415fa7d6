"""The form of a payment method: details as rows, countries as chips, and a reference to try."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info
from unfold.widgets import UnfoldAdminSelectMultipleWidget, UnfoldAdminTextInputWidget

from igny8_core.business.billing.models import PaymentMethodConfig
from igny8_core.business.billing.validators import (
    LABELS,
    MAX_DETAILS,
    TEXTS,
    other_languages,
    validate_details,
    validate_pattern,
    validate_translations,
)
from igny8_core.common.normal_form import normal_form
from igny8_core.common.patterns import fits
from igny8_core.common.places.countries import country_choices
from igny8_core.desk.settings import GuardedForm

EMPTY_ROWS = 3  # to fill in if no script adds others
MAX_POSTED = 100  # the maximum number of rows read
NUMBER = re.compile(r"[0-9]{1,4}")
ROW = re.compile(r"([0-9]{1,3})-(label|value|copyable|order|remove)")


class DetailsWidget(forms.Widget):
    """Rows of label, value, copyable; fields that need no script remove and sort them."""

    template_name = "admin/billing/method_details.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Give the template the rows, followed by empty ones."""
        context = super().get_context(name, value, attrs)
        rows = [row for row in value or [] if isinstance(row, dict)]
        empty = [{"label": "", "value": "", "copyable": True}] * EMPTY_ROWS
        context["widget"]["rows"] = [*rows, *empty][:MAX_POSTED]
        context["widget"]["max_rows"] = MAX_DETAILS
        return context

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Any, name: str
    ) -> list[dict[str, Any]]:
        """Read the filled-in rows, in the order of their numbers."""
        found: dict[int, dict[str, str]] = {}
        for key in data:
            match = ROW.fullmatch(key.removeprefix(f"{name}-")) if key.startswith(name) else None
            if match and len(found) < MAX_POSTED:
                found.setdefault(int(match[1]), {})[match[2]] = data[key]
        kept = [
            (_order(row, index), index, row)
            for index, row in found.items()
            if "remove" not in row and f"{row.get('label', '')}{row.get('value', '')}".strip()
        ]
        return [
            {
                "label": row.get("label", "").strip(),
                "value": row.get("value", "").strip(),
                "copyable": "copyable" in row,
            }
            for _place, _index, row in sorted(kept, key=lambda item: item[:2])
        ]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Tell whether the form has no rows at all."""
        return not any(key.startswith(f"{name}-") for key in data)


def _order(row: Mapping[str, str], index: int) -> int:
    typed = NUMBER.fullmatch(row.get("order", "").strip())
    return int(typed[0]) if typed else index


class DetailsField(forms.Field):
    widget = DetailsWidget
    default_error_messages = {
        "required": "Fill in at least one row to say where to send the money."
    }

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        return value if isinstance(value, list) else []

    def validate(self, value: Any) -> None:
        super().validate(value)
        validate_details(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != (data or []))


class TranslationsWidget(forms.Widget):
    """Fields for each text in each language; the labels are those of the saved details."""

    template_name = "admin/billing/method_translations.html"
    labels: Sequence[str] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Give the template a group of fields per language."""
        context = super().get_context(name, value, attrs)
        context["widget"]["labels"] = list(enumerate(self.labels))
        context["widget"]["languages"] = [
            self._group(name, code, (value or {}).get(code, {})) for code in other_languages()
        ]
        return context

    def _group(self, name: str, code: str, texts: dict[str, Any]) -> dict[str, Any]:
        language = get_language_info(code)
        labels = texts.get(LABELS, {})
        return {
            "code": code,
            "name": language["name"],
            "direction": "rtl" if language["bidi"] else "ltr",
            "texts": [
                {
                    "name": f"{name}-{code}-{text}",
                    "title": text.replace("_", " ").capitalize(),
                    "value": texts.get(text, ""),
                    "longest": longest,
                    "is_long": text == "instructions",
                }
                for text, longest in TEXTS.items()
            ],
            "labels": [
                {
                    "name": f"{name}-{code}-label-{number}",
                    "title": label,
                    "value": labels.get(label, ""),
                }
                for number, label in enumerate(self.labels)
            ],
        }

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Any, name: str
    ) -> dict[str, dict[str, Any]]:
        found = {code: self._texts(data, f"{name}-{code}", name) for code in other_languages()}
        return {code: texts for code, texts in found.items() if texts}

    def _texts(self, data: Mapping[str, Any], prefix: str, name: str) -> dict[str, Any]:
        texts: dict[str, Any] = {text: _typed(data, f"{prefix}-{text}") for text in TEXTS}
        texts[LABELS] = {
            label: typed
            for number in range(MAX_DETAILS)
            if (label := _typed(data, f"{name}-of-{number}")) in self.labels
            and (typed := _typed(data, f"{prefix}-label-{number}"))
        }
        return {text: value for text, value in texts.items() if value}

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Tell whether the form has no such fields at all."""
        return not any(key.startswith(f"{name}-") for key in data)


def _typed(data: Mapping[str, Any], name: str) -> str:
    return str(data.get(name, "")).replace("\r\n", "\n").strip()


class TranslationsField(forms.Field):
    widget = TranslationsWidget

    def to_python(self, value: Any) -> dict[str, dict[str, Any]]:
        return value if isinstance(value, dict) else {}

    def validate(self, value: Any) -> None:
        super().validate(value)
        validate_translations(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the texts, ignoring labels that the details no longer have."""
        return self._shown(initial or {}) != (data or {})

    def _shown(self, translations: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        known = getattr(self.widget, "labels", ())
        shown: dict[str, dict[str, Any]] = {}
        for code, texts in translations.items():
            kept = texts.get(LABELS, {})
            labels = {label: kept[label] for label in known if label in kept}
            told = {name: text for name, text in {**texts, LABELS: labels}.items() if text}
            shown |= {code: told} if told else {}
        return shown


class CountriesWidget(UnfoldAdminSelectMultipleWidget):  # type: ignore[misc]
    """A list to choose from; with the script, chips and a field that finds countries."""

    template_name = "admin/billing/countries.html"


class CountriesField(forms.MultipleChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=country_choices(), widget=CountriesWidget(), required=False, **options
        )

    def to_python(self, value: Any) -> list[str]:
        """Return the codes, each once, in order."""
        return sorted({code.strip().upper() for code in super().to_python(value)})


class TrySample(UnfoldAdminTextInputWidget):  # type: ignore[misc]
    template_name = "admin/billing/try_reference.html"


class PaymentMethodForm(GuardedForm):
    countries = CountriesField(help_text="Leave empty to offer it in every country.")
    details = DetailsField(
        label="Where to send the money",
        help_text="What the customer enters in the bank's app, one row per value.",
    )
    translations = TranslationsField(
        label="Translations",
        required=False,
        help_text="Customers see the English text where a translation is empty.",
    )
    sample = forms.CharField(
        label="Test a reference",
        required=False,
        max_length=100,
        widget=TrySample(),
        help_text="Shows the message a customer gets for this reference. It is not saved.",
    )

    class Meta:
        model = PaymentMethodConfig
        exclude = ["has_example_details"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add a translation field for each label of the saved details."""
        super().__init__(*args, **kwargs)
        labels = [row["label"] for row in self.instance.details]
        self.fields["translations"].widget.labels = list(dict.fromkeys(labels))

    def clean_currency(self) -> str:
        """Accept a currency in any case."""
        return str(self.cleaned_data["currency"]).upper()

    def clean_payment_method(self) -> str:
        """Accept a code in any case."""
        return str(self.cleaned_data["payment_method"]).lower()

    def _remembered(self) -> list[str]:
        return [name for name in super()._remembered() if name != "sample"]

    @property
    def changed_data(self) -> list[str]:
        """Leave out the fields for trying a reference."""
        return [name for name in super().changed_data if name != "sample"]


def reference_problem(*, reference: str, pattern: str) -> str:
    """Return what a customer with this reference would see; empty if it is accepted."""
    try:
        validate_pattern(pattern)
    except ValidationError as error:
        return str(error.messages[0])
    if not normal_form(reference) or not fits(pattern, reference):
        return "It doesn't match the pattern. The customer sees the hint."
    return ""
