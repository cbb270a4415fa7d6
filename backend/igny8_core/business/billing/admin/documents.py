"""Invoices, the ledger and the audit trail in the admin, to be read."""

from django.contrib import admin
from unfold.admin import TabularInline

from igny8_core.business.billing.models import CreditTransaction, Invoice, InvoiceLine, PaymentEvent
from igny8_core.common.admin import ReadOnlyAdmin


class InvoiceLineInline(TabularInline):  # type: ignore[misc]  # unfold has no types
    model = InvoiceLine
    extra = 0
    can_delete = False


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = ["number", "account", "status", "total", "currency", "issued_at", "due_date"]
    list_filter = ["status", "currency"]
    search_fields = ["number", "account__name"]
    list_select_related = ["account"]
    date_hierarchy = "issued_at"
    inlines = [InvoiceLineInline]


@admin.register(CreditTransaction)
class CreditTransactionAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "account", "kind", "amount", "balance_after", "description"]
    list_filter = ["kind"]
    search_fields = ["account__name", "description"]
    list_select_related = ["account"]


@admin.register(PaymentEvent)
class PaymentEventAdmin(ReadOnlyAdmin):
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
    search_fields = ["account__name", "note"]
    list_select_related = ["account", "actor"]
    ordering = ["-pk"]
