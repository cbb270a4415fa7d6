"""Forms of accounts and sites in the admin site, with the same rules as the API."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from igny8_core.auth.validators import normalised_domain
from igny8_core.common.exceptions import InvalidInput
from igny8_core.common.places.countries import country_choices
from igny8_core.desk.model_forms import DeskModelForm


class CountryField(forms.ChoiceField):
    """A country of ISO 3166-1, typed in any case."""

    def __init__(self, **options: Any) -> None:
        choices = [("", "none"), *country_choices()]
        super().__init__(choices=choices, widget=UnfoldAdminSelectWidget(), **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).strip().upper()


class AccountForm(DeskModelForm):
    country = CountryField(
        required=False, help_text="Determines which payment methods are offered."
    )

    def clean_country(self) -> str:
        """Refuse to clear the country, as the API does."""
        country = str(self.cleaned_data["country"])
        if not country and self.get_initial_for_field(self.fields["country"], "country"):
            message = "Choose the country: payment methods depend on it."
            raise forms.ValidationError(message)
        return country


class SiteForm(DeskModelForm):
    def clean_domain(self) -> str:
        """Extract the host name from what was typed, as the API does."""
        try:
            return normalised_domain(self.cleaned_data["domain"])
        except InvalidInput as refusal:
            raise forms.ValidationError(refusal.detail) from refusal

    def _get_validation_exclusions(self) -> set[str]:
        """Include the account, which the form only shows, when checking the domain."""
        return set(super()._get_validation_exclusions()) - {"account"}  # type: ignore[misc]
