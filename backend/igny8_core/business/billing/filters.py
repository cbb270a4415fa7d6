"""Filters of the lists."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField
from drf_spectacular.drainage import set_override

from igny8_core.business.billing.enums import InvoiceStatus, PaymentStatus
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.selectors.queue import matching_payments
from igny8_core.common.http.describe import NO_NUL
from igny8_core.common.search import SearchText, text_holds

MAX_ID = 2**63 - 1


class InstantField(IsoDateTimeField):
    """A datetime that fits into UTC: on the first and last possible day, some don't."""

    def to_python(self, value: Any) -> datetime | None:
        """Parse it.

        :raises ValidationError: if it isn't such a datetime.
        """
        found: datetime | None = super().to_python(value)
        try:
            return found.astimezone(UTC) if found else None
        except OverflowError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class InstantFilter(filters.IsoDateTimeFilter):
    field_class = InstantField


class TotalOrdering(filters.OrderingFilter):
    """An order without ties, so that pages neither repeat nor skip rows."""

    def filter(self, qs: QuerySet[Any], value: list[str] | None) -> QuerySet[Any]:
        """Sort rows with equal values by id, in the same direction."""
        ordered: QuerySet[Any] = super().filter(qs, value)
        if not value:
            return ordered
        names = ordered.query.order_by
        return ordered.order_by(*names, "-pk" if str(names[-1]).startswith("-") else "pk")


def _text(*, max_length: int, label: str, **options: Any) -> filters.CharFilter:
    """Make a text filter, described with its limits."""
    schema = {
        "type": "string",
        "maxLength": max_length,
        "pattern": f"^{NO_NUL}*$",
        "description": label,
    }
    chosen = filters.CharFilter(max_length=max_length, label=label, **options)
    set_override(chosen, "field", schema)
    return chosen


def _id(*, label: str, **options: Any) -> filters.NumberFilter:
    """Make an id filter, described with its limits."""
    limits = {"minimum": 1, "maximum": MAX_ID}
    chosen = filters.NumberFilter(min_value=1, max_value=MAX_ID, label=label, **options)
    schema = {"type": "integer", "description": label, **limits}
    set_override(chosen, "field", schema)
    return chosen


class InvoiceFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=InvoiceStatus.choices, distinct=False)
    search = _text(
        method="search_numbers",
        max_length=100,
        label="Part of its number. With one or two characters, only the start of a part matches.",
    )

    class Meta:
        model = Invoice
        fields: list[str] = []

    def search_numbers(
        self, queryset: QuerySet[Invoice], _name: str, value: str
    ) -> QuerySet[Invoice]:
        return queryset.filter(text_holds(value, text=SearchText("number")))


class PaymentFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=PaymentStatus.choices, distinct=False)
    invoice = _id(field_name="invoice_id", label="Id of an invoice.")

    class Meta:
        model = Payment
        fields: list[str] = []


class AdminPaymentFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=PaymentStatus.choices, distinct=False)
    payment_method = _text(
        field_name="method_snapshot__payment_method",
        max_length=40,
        label="Code of a payment method.",
    )
    currency = _text(
        lookup_expr="iexact", max_length=3, label="ISO 4217 code of the confirmed amount."
    )
    country = _text(
        field_name="invoice__billing_snapshot__customer__country",
        lookup_expr="iexact",
        max_length=2,
        label="Country of the customer on the invoice, ISO 3166-1 alpha-2.",
    )
    submitted_after = InstantFilter(field_name="submitted_at", lookup_expr="gte")
    submitted_before = InstantFilter(field_name="submitted_at", lookup_expr="lt")
    search = _text(
        method="search_everywhere",
        max_length=100,
        label="Part of a reference, email, invoice number or account name.",
    )
    ordering = TotalOrdering(
        fields=[
            ("submitted_at", "submitted_at"),
            ("decided_at", "decided_at"),
            ("amount", "amount"),
        ]
    )

    class Meta:
        model = Payment
        fields: list[str] = []

    def search_everywhere(
        self, queryset: QuerySet[Payment], _name: str, value: str
    ) -> QuerySet[Payment]:
        return queryset.filter(matching_payments(value))
