"""Filters of the lists."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from igny8_core.business.billing.enums import InvoiceStatus, PaymentStatus
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.selectors import matching_payments


class InvoiceFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=InvoiceStatus.choices)
    search = filters.CharFilter(field_name="number", lookup_expr="icontains", max_length=100)

    class Meta:
        model = Invoice
        fields: list[str] = []


class PaymentFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=PaymentStatus.choices)
    invoice = filters.NumberFilter(
        field_name="invoice_id", min_value=1, max_value=2**63 - 1, label="Id of an invoice."
    )

    class Meta:
        model = Payment
        fields: list[str] = []


class AdminPaymentFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=PaymentStatus.choices)
    payment_method = filters.CharFilter(
        field_name="method__payment_method", max_length=40, label="Code of a payment method."
    )
    currency = filters.CharFilter(lookup_expr="iexact", max_length=3)
    country = filters.CharFilter(
        field_name="invoice__account__country",
        lookup_expr="iexact",
        max_length=2,
        label="Country of the account, ISO 3166-1 alpha-2.",
    )
    submitted_after = filters.IsoDateTimeFilter(field_name="submitted_at", lookup_expr="gte")
    submitted_before = filters.IsoDateTimeFilter(field_name="submitted_at", lookup_expr="lt")
    search = filters.CharFilter(
        method="search_everywhere",
        max_length=100,
        label="Part of a reference, e-mail, invoice number or account name.",
    )
    ordering = filters.OrderingFilter(
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
