"""The page of one invoice: what is owed, by whom and for what, its history, and voiding it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.enums import AccountStatus, SubscriptionStatus
from igny8_core.business.billing.enums import (
    InvoicePaymentState,
    InvoiceStatus,
    ObjectType,
    PaymentStatus,
)
from igny8_core.business.billing.exceptions import OwnAccountPayment
from igny8_core.business.billing.models import Invoice, PaymentEvent
from igny8_core.business.billing.rights import is_own
from igny8_core.business.billing.selectors.events import timeline_of_invoice
from igny8_core.business.billing.selectors.invoices import every_invoice
from igny8_core.business.billing.services.invoices import void_invoice
from igny8_core.business.documents.views import pdf_response
from igny8_core.business.subscriptions.days import day_in_words
from igny8_core.common.clock import utc_now
from igny8_core.common.money import Money
from igny8_core.common.places.countries import country_name
from igny8_core.desk.acts import Done, carry_out
from igny8_core.desk.decision_forms import VoidForm
from igny8_core.desk.review import may_decide

PAGE = "admin:billing_invoice_change"
STATES: dict[ObjectType, type[models.TextChoices]] = {
    ObjectType.ACCOUNT: AccountStatus,
    ObjectType.SUBSCRIPTION: SubscriptionStatus,
    ObjectType.INVOICE: InvoiceStatus,
    ObjectType.PAYMENT: PaymentStatus,
}
MAX_SHOWN = 100  # payments, and lines of the timeline


@require_safe
def show(request: HttpRequest, invoice_id: int, *, model_admin: Any) -> HttpResponse:
    """Show an invoice with everything that belongs to it, as far as the person may see it."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    return _page(request, _invoice(invoice_id), model_admin, VoidForm())


@require_safe
def download(request: HttpRequest, invoice_id: int, *, model_admin: Any) -> HttpResponse:
    """Send the customer's document as a download."""
    if not model_admin.has_view_permission(request) or not _may_see_lines(request):
        raise PermissionDenied
    return pdf_response(_invoice(invoice_id))


@require_POST
def void(request: HttpRequest, invoice_id: int, *, model_admin: Any) -> HttpResponse:
    """Void an invoice, with the reason that the customer will read."""
    if not may_decide(request):
        raise PermissionDenied
    invoice = _invoice(invoice_id)
    form = VoidForm(request.POST)
    if not form.is_valid():
        return _page(request, invoice, model_admin, form)
    page = reverse(PAGE, args=[invoice_id])

    def act() -> Done:
        void_invoice(
            invoice_id=invoice_id,
            actor=actor_from_request(request),
            now=utc_now(),
            reason=form.cleaned_data["reason"],
        )
        said = f"Void. {invoice.account} can see the reason; nothing is due on it."
        return Done(said=said, account_id=invoice.account_id, leads_to=page)

    return carry_out(request, form, act, refused_leads_to=page)


def _invoice(invoice_id: int) -> Invoice:
    return get_object_or_404(every_invoice(), pk=invoice_id)


def _may_see_lines(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("billing.view_invoiceline"))


def _page(
    request: HttpRequest, invoice: Invoice, model_admin: Any, form: VoidForm
) -> TemplateResponse:
    payment_state = invoice.payment_state
    is_under_review = payment_state == InvoicePaymentState.UNDER_REVIEW
    may_void = invoice.status == InvoiceStatus.PENDING and may_decide(request)
    own = is_own(request.user, account=invoice.account, payments=invoice.payments.all())
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": f"Invoice {invoice.number}",
        "invoice": invoice,
        "account": invoice.account,
        "state": payment_state,
        "what_for": what_for(invoice),
        "lines": _lines(invoice) if _may_see_lines(request) else None,
        "subtotal": Money(invoice.subtotal, invoice.currency),
        "tax": Money(invoice.tax_amount, invoice.currency),
        "customer": _customer(invoice.billing_snapshot["customer"]),
        "plan": invoice.billing_snapshot["plan"],
        "payments": sorted(invoice.payments.all(), key=lambda payment: -payment.pk)[:MAX_SHOWN],
        "timeline": [
            {"event": event, "change": change_of(event)}
            for event in timeline_of_invoice(invoice=invoice)[:MAX_SHOWN]
        ],
        "can_void": may_void and not is_under_review and not own,
        "void_waits": may_void and is_under_review,
        "refusal": OwnAccountPayment().detail if may_void and own else "",
        "void_form": form,
        "opened": "void_form" if form.is_bound else "",
    }
    return TemplateResponse(request, "admin/billing/invoice/page.html", context)


def what_for(invoice: Invoice) -> str:
    """Say what an invoice is for, and which days it pays: Renewal, 1 Feb 2027 to 28 Feb 2027."""
    kind, days = invoice.get_kind_display(), invoice.period
    return (
        f"{kind}, {day_in_words(days.first_day)} to {day_in_words(days.last_day)}" if days else kind
    )


def change_of(event: PaymentEvent) -> str:
    """Describe which object an event changed, from which state to which."""
    states = STATES[ObjectType(event.object_type)]
    moved = [states(state).label.lower() for state in (event.from_state, event.to_state) if state]
    return f"{ObjectType(event.object_type).label.lower()} {' → '.join(moved)}"


def _lines(invoice: Invoice) -> list[dict[str, Any]]:
    return [
        {
            "description": line.description,
            "quantity": line.quantity,
            "price": Money(line.unit_price, invoice.currency),
            "amount": Money(line.amount, invoice.currency),
        }
        for line in invoice.lines.all()
    ]


def _customer(snapshot: dict[str, str]) -> list[tuple[str, str]]:
    """Return the invoice's customer details as labels and values, without empty ones."""
    address = [
        snapshot["billing_address_line1"],
        snapshot["billing_address_line2"],
        " ".join(filter(None, [snapshot["billing_postal_code"], snapshot["billing_city"]])),
        snapshot["billing_state"],
        country_name(snapshot["country"]) if snapshot["country"] else "",
    ]
    rows = [
        ("Account", snapshot["account_name"]),
        ("Name", snapshot["billing_name"]),
        ("Address", "\n".join(filter(None, address))),
        ("Email", snapshot["billing_email"]),
        ("Tax ID", snapshot["tax_id"]),
    ]
    return [(label, value) for label, value in rows if value]
