"""Payment methods, ready-made reasons and exchange rates in the admin."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from igny8_core.business.billing.examples import have_example_values
from igny8_core.business.billing.models import ExchangeRate, PaymentMethodConfig, RejectionReason
from igny8_core.common.bounded_admin import BoundedAdmin

DETAIL_FIELDS = {"details"}


@admin.register(PaymentMethodConfig)
class PaymentMethodConfigAdmin(BoundedAdmin):
    list_display = [
        "display_name",
        "payment_method",
        "places",
        "currency",
        "is_enabled",
        "details_state",
    ]
    list_filter = ["is_enabled", "has_example_details", "kind", "currency"]
    search_fields = ["display_name", "payment_method"]
    readonly_fields = ["details_state"]
    exclude = ["has_example_details"]

    @admin.display(description="Countries")
    def places(self, method: PaymentMethodConfig) -> str:
        return ", ".join(method.countries) or "everywhere"

    @admin.display(description="Details")
    def details_state(self, method: PaymentMethodConfig) -> SafeString | str:
        if not method.has_example_details:
            return "Edited"
        return format_html(
            '<strong class="desk-warning">{}</strong>',
            "Example details: not offered in production",
        )

    def save_model(
        self, request: HttpRequest, obj: PaymentMethodConfig, form: ModelForm[Any], change: Any
    ) -> None:
        """Save; details are examples as long as one of them is as shipped."""
        if DETAIL_FIELDS & set(form.changed_data):
            obj.has_example_details = have_example_values(obj.details)
        super().save_model(request, obj, form, change)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(BoundedAdmin):
    list_display = ["currency", "units_per_usd", "updated_at"]


@admin.register(RejectionReason)
class RejectionReasonAdmin(BoundedAdmin):
    list_display = ["text", "language", "method", "order"]
    list_filter = ["language", "method"]
    list_select_related = ["method"]
    search_fields = ["text"]
