"""Where a billing admin approves and rejects, by the workflow's own functions."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.timesince import timesince

from igny8_core.auth.actors import actor_from_request
from igny8_core.business.billing import selectors
from igny8_core.business.billing.enums import PaymentStatus
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.services.payments import approve_payment, reject_payment
from igny8_core.business.billing.views import proof_response
from igny8_core.common.admin import ReadOnlyAdmin
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import DomainError

CHANGE_VIEW = "admin:billing_payment_change"
SHOWN = (
    "status",
    "invoice",
    "customer",
    "due",
    "money",
    "method",
    "manual_reference",
    "manual_notes",
    "paid_on",
    "proof_link",
    "submitted_by",
    "submitted_at",
    "waiting",
    "decided_by",
    "decided_at",
    "admin_notes",
    "timeline",
)


class ApproveForm(forms.Form):
    admin_notes = forms.CharField(
        label="Notes",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Where you found it. The customer can read this.",
    )


class RejectForm(forms.Form):
    admin_notes = forms.CharField(
        label="Reason",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The customer reads this word for word, and can try again.",
    )


def _approve(request: HttpRequest, payment_id: int, admin_notes: str) -> str:
    decision = approve_payment(
        payment_id=payment_id,
        actor=actor_from_request(request),
        now=utc_now(),
        admin_notes=admin_notes,
    )
    return (
        f"Approved. Invoice {decision.billing.invoice} is paid and {decision.billing.account} is "
        f"active with {decision.billing.account.credits} credits."
    )


def _reject(request: HttpRequest, payment_id: int, admin_notes: str) -> str:
    decision = reject_payment(
        payment_id=payment_id,
        actor=actor_from_request(request),
        now=utc_now(),
        admin_notes=admin_notes,
    )
    return f"Rejected. {decision.billing.account} can read why and try again."


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = [
        "submitted_at",
        "customer",
        "invoice",
        "money",
        "method",
        "manual_reference",
        "status",
    ]
    list_filter = ["status", "method", "currency"]
    search_fields = [
        "manual_reference",
        "submitted_by__email",
        "invoice__number",
        "invoice__account__name",
    ]
    fields = SHOWN
    readonly_fields = SHOWN
    change_form_template = "admin/billing/payment/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        """Those that wait longest first."""
        return selectors.payment_queue()

    def get_ordering(self, request: HttpRequest) -> list[str | Combinable]:
        """Return the same order as the API's queue."""
        return ["submitted_at", "pk"]

    def get_urls(self) -> list[URLPattern]:
        """Add the decisions and the proof."""
        wrap = self.admin_site.admin_view
        return [
            path("<int:payment_id>/approve/", wrap(self.approve), name="billing_payment_approve"),
            path("<int:payment_id>/reject/", wrap(self.reject), name="billing_payment_reject"),
            path("<int:payment_id>/proof/", wrap(self.proof), name="billing_payment_proof"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Open on what waits."""
        if not request.GET and request.method == "GET":
            return HttpResponseRedirect(f"?status__exact={PaymentStatus.PENDING_APPROVAL}")
        return super().changelist_view(request, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Offer the decisions while the payment waits."""
        payment: Payment = kwargs["obj"]
        context["can_decide"] = payment.status == PaymentStatus.PENDING_APPROVAL and _may_decide(
            request
        )
        return super().render_change_form(request, context, *args, **kwargs)

    def approve(self, request: HttpRequest, payment_id: int) -> HttpResponse:
        """Ask, then approve."""
        return self._decide(request, payment_id, form=ApproveForm, verb="Approve", act=_approve)

    def reject(self, request: HttpRequest, payment_id: int) -> HttpResponse:
        """Ask for the reason, then reject."""
        return self._decide(request, payment_id, form=RejectForm, verb="Reject", act=_reject)

    def proof(self, request: HttpRequest, payment_id: int) -> FileResponse:
        """Send the proof file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return proof_response(get_object_or_404(selectors.payment_queue(), pk=payment_id))

    def _decide(
        self,
        request: HttpRequest,
        payment_id: int,
        *,
        form: type[forms.Form],
        verb: str,
        act: Callable[[HttpRequest, int, str], str],
    ) -> HttpResponse:
        if not _may_decide(request):
            raise PermissionDenied
        payment = get_object_or_404(selectors.payment_queue(), pk=payment_id)
        bound = form(request.POST or None)
        if request.method == "POST" and bound.is_valid():
            try:
                messages.success(
                    request, act(request, payment_id, bound.cleaned_data["admin_notes"])
                )
            except DomainError as refusal:
                messages.error(request, refusal.detail)
            return HttpResponseRedirect(reverse(CHANGE_VIEW, args=[payment_id]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{verb} payment",
            "payment": payment,
            "form": bound,
            "verb": verb,
        }
        return TemplateResponse(request, "admin/billing/payment/decide.html", context)

    @admin.display(description="Customer")
    def customer(self, payment: Payment) -> str:
        return f"{payment.invoice.account} <{payment.submitted_by}>"

    @admin.display(description="Claimed amount")
    def money(self, payment: Payment) -> str:
        return str(payment.money)

    @admin.display(description="Due")
    def due(self, payment: Payment) -> str:
        return f"{payment.invoice.due} / {payment.invoice.payable}"

    @admin.display(description="Waiting")
    def waiting(self, payment: Payment) -> str:
        return timesince(payment.submitted_at, payment.decided_at)

    @admin.display(description="Proof")
    def proof_link(self, payment: Payment) -> str:
        if not payment.proof:
            return "None"
        address = reverse("admin:billing_payment_proof", args=[payment.pk])
        return format_html('<a href="{}">Download ({})</a>', address, payment.proof_content_type)

    @admin.display(description="Timeline")
    def timeline(self, payment: Payment) -> str:
        return format_html_join(
            "",
            "<div>{} · {} · {} {}</div>",
            (
                (
                    f"{event.created_at:%Y-%m-%d %H:%M} UTC",
                    event.get_event_display(),
                    event.actor,
                    event.note,
                )
                for event in selectors.timeline_of(payment=payment)
            ),
        )


def _may_decide(request: HttpRequest) -> bool:
    return request.user.has_perm("billing.decide_payment")
