"""Invoices, the ledger and the audit trail in the admin site, read-only."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from unfold.decorators import display

from igny8_core.business.billing.models import CreditTransaction, Invoice, PaymentEvent
from igny8_core.desk import invoices
from igny8_core.desk.base import ReadOnlyAdmin, money_cell
from igny8_core.desk.filters import CurrencyFilter
from igny8_core.desk.navigation import Entry, Section


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    sidebar = Entry(Section.WORK, 3, "receipt_long")
    list_display = [
        "number",
        "account",
        "what_for",
        "state",
        "amount",
        "to_be_paid",
        "issued_at",
        "due_date",
    ]
    list_filter = ["status", "kind", CurrencyFilter, "issued_at"]
    search_fields = ["number", "account__name"]
    list_select_related = ["account"]
    ordering = ["-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invoice]:
        """Read with the invoices of a page what tells the days that they pay for."""
        rows: QuerySet[Invoice] = super().get_queryset(request)
        return rows.prefetch_related("periods", "subscription")

    @admin.display(description="For")
    def what_for(self, invoice: Invoice) -> str:
        return invoices.what_for(invoice)

    @display(  # type: ignore[untyped-decorator]  # unfold has no types
        description="Status",
        ordering="status",
        label={"Paid": "success", "Pending": "warning", "Void": "default"},
    )
    def state(self, invoice: Invoice) -> str:
        return invoice.get_status_display()

    @admin.display(description="Amount", ordering="total")
    def amount(self, invoice: Invoice) -> SafeString:
        return money_cell(invoice.due)

    @admin.display(description="To pay")
    def to_be_paid(self, invoice: Invoice) -> SafeString:
        return money_cell(invoice.payable)

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        """Refuse: only numbers are ids of invoices, and Django's own page isn't used."""
        raise Http404

    def get_urls(self) -> list[URLPattern]:
        """Replace Django's page with our own, and add its PDF and voiding."""
        wrap: Callable[[Any], Any] = self.admin_site.admin_view

        def page(route: str, view: Any, name: str) -> URLPattern:
            kwargs = {"model_admin": self}
            pattern: URLPattern = path(
                f"<int:invoice_id>/{route}/", wrap(view), kwargs, name=f"billing_invoice_{name}"
            )
            return pattern

        return [
            page("change", invoices.show, "change"),
            page("pdf", invoices.download, "pdf"),
            page("void", invoices.void, "void"),
            *super().get_urls(),
        ]


@admin.register(CreditTransaction)
class CreditTransactionAdmin(ReadOnlyAdmin):
    sidebar = Entry(Section.WORK, 4, "toll", "Credits")
    list_display = [
        "created_at",
        "account",
        "kind",
        "amount",
        "plan_amount",
        "balance_after",
        "description",
    ]
    list_filter = ["kind"]
    search_fields = ["account__name", "payment__invoice__number"]
    list_select_related = ["account"]
    ordering = ["-pk"]


@admin.register(PaymentEvent)
class PaymentEventAdmin(ReadOnlyAdmin):
    sidebar = Entry(Section.WORK, 5, "history", "Audit trail")
    list_display = [
        "created_at",
        "account",
        "event",
        "object_type",
        "object_id",
        "from_state",
        "to_state",
        "actor",
    ]
    list_filter = ["event", "object_type"]
    search_fields = ["account__name", "invoice__number", "note"]
    list_select_related = ["account", "actor"]
    ordering = ["-pk"]
