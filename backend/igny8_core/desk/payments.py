"""The approval desk: the queue, and the URLs of all its pages."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from igny8_core.business.billing.enums import PaymentStatus
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.selectors.queue import (
    count_in,
    marked_reversals,
    matching_payments,
    payment_queue,
)
from igny8_core.business.proofs.enums import ProofState
from igny8_core.desk import bulk, export, notices, proofs, review
from igny8_core.desk.base import ReadOnlyAdmin, money_cell
from igny8_core.desk.filters import CurrencyFilter
from igny8_core.desk.flags import flags_of
from igny8_core.desk.keyset import KeysetChangeList
from igny8_core.desk.navigation import Entry, Section, capped, waiting
from igny8_core.desk.proofs import may_see_proofs

STATUS_PARAMETER = "status__exact"
MAX_MARKED = 10  # reversals waiting for a second admin, listed above the queue
LABELS = {
    PaymentStatus.PENDING_APPROVAL: "Waiting",
    PaymentStatus.SUCCEEDED: "Approved",
    PaymentStatus.FAILED: "Rejected",
}
PROOF_LABELS = {
    ProofState.NONE: "-",
    ProofState.CHECKING: "Being checked",
    ProofState.KEPT: "Yes",
    ProofState.REFUSED: "Refused",
}


class PaymentList(KeysetChangeList):
    """Offers to select all that waits and fits the filters, if it can be approved at once."""

    def get_results(self, request: HttpRequest) -> None:
        """Count as far as that, if there is another page and somebody who may approve it."""
        super().get_results(request)
        is_waiting = request.GET.get(STATUS_PARAMETER) == PaymentStatus.PENDING_APPROVAL
        if not (self.next_page_url and is_waiting and review.may_decide(request)):
            return
        if number := bulk.number_to_select(self.queryset):
            self.result_count = self.full_result_count = number


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    sidebar = Entry(Section.WORK, 2, "fact_check", badge=waiting)
    list_display = [
        "age",
        "customer",
        "invoice_number",
        "money",
        "paid_by",
        "reference",
        "proof_thumbnail",
        "flags",
    ]
    list_display_links = ["customer"]
    list_filter = ["method", CurrencyFilter, "submitted_at"]
    list_filter_sheet = True
    list_per_page = 50
    list_before_template = "admin/billing/payment/states.html"
    change_list_template = "admin/billing/payment/change_list.html"
    search_fields = ["manual_reference"]  # shows the box; get_search_results does the search
    search_help_text = "Reference, email, invoice number or account"
    sortable_by = ()
    actions = ["approve_selected"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        """Return every account's payments."""
        return payment_queue()

    def get_ordering(self, request: HttpRequest) -> list[str | Combinable]:
        """Sort waiting payments oldest first, decided ones newest first."""
        if request.GET.get(STATUS_PARAMETER) == PaymentStatus.PENDING_APPROVAL:
            return ["submitted_at", "pk"]
        return ["-submitted_at", "-pk"]

    def get_list_display(self, request: HttpRequest) -> list[str]:
        """Show proofs to those who may see them; others only see whether there is one."""
        if may_see_proofs(request):
            return self.list_display
        return ["has_proof" if name == "proof_thumbnail" else name for name in self.list_display]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return PaymentList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Payment], search_term: str
    ) -> tuple[QuerySet[Payment], bool]:
        """Search as the API does."""
        term = search_term.strip()
        found = queryset.filter(matching_payments(term)) if term else queryset
        return found, False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow the tabs to filter by status."""
        return lookup == STATUS_PARAMETER or super().lookup_allowed(lookup, value, request)

    def get_urls(self) -> list[URLPattern]:
        """Add the review with its decisions, the proofs, bulk approvals, and all others."""
        wrap: Callable[[Any], Any] = self.admin_site.admin_view

        def page(route: str, view: Any, name: str, **more: str) -> URLPattern:
            kwargs = {"model_admin": self, **more}
            pattern: URLPattern = path(route, wrap(view), kwargs, name=f"billing_payment_{name}")
            return pattern

        return [
            page("<int:payment_id>/change/", review.show, "change"),
            page("<int:payment_id>/approve/", review.approve, "approve"),
            page("<int:payment_id>/reject/", review.reject, "reject"),
            page("<int:payment_id>/reverse/", review.reverse_approval, "reverse"),
            path("<int:payment_id>/proof/", wrap(proofs.download), name="billing_payment_proof"),
            path(
                "<int:payment_id>/proof/<int:page>/",
                wrap(proofs.show_page),
                name="billing_payment_proof_page",
            ),
            page("bulk/", bulk.recent, "bulk_recent"),
            path("bulk/start/", wrap(bulk.start), name="billing_payment_bulk_start"),
            page("bulk/<int:bulk_id>/", bulk.show, "bulk"),
            path(
                "bulk/<int:bulk_id>/go-on/", wrap(bulk.proceed), name="billing_payment_bulk_go_on"
            ),
            page("notices/", notices.notices, "notices"),
            page("export/csv/", export.ask, "export_csv", file_format="csv"),
            page("export/xlsx/", export.ask, "export_xlsx", file_format="xlsx"),
            page("export/<str:key>/", export.show, "export"),
            page("export/<str:key>/file/", export.download, "export_file"),
            *super().get_urls(),
        ]

    def change_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """Refuse: the review page shows payments. Django's own would show the proof's path."""
        raise Http404

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Open the list of waiting payments."""
        if not request.GET and request.method == "GET":
            return HttpResponseRedirect(f"?{STATUS_PARAMETER}={PaymentStatus.PENDING_APPROVAL}")
        context = {
            **(extra_context or {}),
            "states": _states(request),
            "marked_reversals": marked_reversals()[:MAX_MARKED],
        }
        response: HttpResponse = super().changelist_view(request, context)
        changelist = getattr(response, "context_data", {}).get("cl")
        if changelist is not None:
            rows = list(changelist.result_list)
            found = flags_of(rows)
            for row in rows:
                row.found_flags = found[row.pk]
        return response

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Offer decisions to billing admins."""
        return review.may_decide(request)

    @admin.action(description="Approve selected…", permissions=["decide"])
    def approve_selected(self, request: HttpRequest, payments: QuerySet[Payment]) -> HttpResponse:
        """Show what would be approved; once confirmed, the worker approves it."""
        return bulk.confirm(request, model_admin=self, payments=payments)

    @admin.display(description="Waiting")
    def age(self, payment: Payment) -> str:
        return timesince(payment.submitted_at, payment.decided_at, depth=1)

    @admin.display(description="Customer")
    def customer(self, payment: Payment) -> SafeString:
        return format_html(
            '<span class="desk-main">{}</span><span class="desk-sub">{}</span>',
            payment.invoice.account,
            payment.submitted_by,
        )

    @admin.display(description="Invoice")
    def invoice_number(self, payment: Payment) -> SafeString:
        return format_html('<span class="desk-invoice">{}</span>', payment.invoice.number)

    @admin.display(description="Amount")
    def money(self, payment: Payment) -> SafeString:
        return money_cell(payment.money)

    @admin.display(description="Method")
    def paid_by(self, payment: Payment) -> str:
        return str(payment.paid_by)

    @admin.display(description="Reference")
    def reference(self, payment: Payment) -> SafeString:
        return format_html('<code class="desk-reference">{}</code>', payment.manual_reference)

    @admin.display(description="Proof")
    def proof_thumbnail(self, payment: Payment) -> SafeString | str:
        if not payment.proof_pages:
            return self.has_proof(payment)
        address = reverse("admin:billing_payment_proof_page", args=[payment.pk, 0])
        return format_html(
            '<img class="desk-thumbnail" src="{}" alt="Proof" loading="lazy" width="40" '
            'height="40">',
            address,
        )

    @admin.display(description="Proof")
    def has_proof(self, payment: Payment) -> str:
        return PROOF_LABELS[ProofState(payment.proof_state)]

    @admin.display(description="Flags")
    def flags(self, payment: Payment) -> SafeString:
        found = getattr(payment, "found_flags", [])
        return format_html_join(
            " ",
            '<span class="desk-flag desk-{}" title="{}">{}</span>',
            ((flag.severity, flag.detail, flag.label) for flag in found),
        )


def _states(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the tabs: each state with its count and whether it is selected."""
    chosen = request.GET.get(STATUS_PARAMETER, "")
    tabs = [
        {
            "label": LABELS.get(status, status.label),
            "url": f"?{STATUS_PARAMETER}={status}",
            "count": capped(count_in(status)),
            "is_chosen": chosen == status,
        }
        for status in PaymentStatus
    ]
    return [*tabs, {"label": "All", "url": "?all=", "count": "", "is_chosen": not chosen}]
