"""Approving many at once: totals and flags first, then each in its own transaction."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import pluralize
from django.template.response import TemplateResponse

from igny8_core.auth.actors import actor_from_request
from igny8_core.business.billing.flags import Severity, flags_of
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.services.payments import approve_payment
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import DomainError
from igny8_core.common.money import Money
from igny8_core.common.transactions import commit_or_retry


@dataclass(frozen=True)
class Outcome:
    """What became of one payment of a bulk approval."""

    payment: Payment
    is_approved: bool
    detail: str


def approve(request: HttpRequest, *, model_admin: Any, payments: QuerySet[Payment]) -> HttpResponse:
    """Ask for confirmation, or with it approve and report."""
    rows = list(payments.order_by("submitted_at", "pk"))
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    if "confirmed" in request.POST:
        outcomes = [_approve(request, payment) for payment in rows]
        context |= {
            "title": "Report of the approvals",
            "outcomes": outcomes,
            "approved": sum(outcome.is_approved for outcome in outcomes),
        }
        return TemplateResponse(request, "admin/billing/payment/bulk_report.html", context)
    found = flags_of(rows)
    context |= {
        "title": f"Approve {len(rows)} payment{pluralize(len(rows))}?",
        "rows": [(payment, found[payment.pk]) for payment in rows],
        "totals": _totals(rows),
        "flagged": sum(
            any(flag.severity != Severity.INFO for flag in flags) for flags in found.values()
        ),
    }
    return TemplateResponse(request, "admin/billing/payment/bulk_confirm.html", context)


def _totals(payments: list[Payment]) -> list[tuple[Money, int]]:
    """Sum what is claimed, each currency by itself, with the number of payments."""
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for payment in payments:
        amounts[payment.currency].append(payment.amount)
    return [
        (Money(sum(items, Decimal(0)), currency), len(items))
        for currency, items in sorted(amounts.items())
    ]


def _approve(request: HttpRequest, payment: Payment) -> Outcome:
    """Approve one in a transaction of its own; a refusal holds up no other."""
    try:
        decision = commit_or_retry(
            lambda: approve_payment(
                payment_id=payment.pk, actor=actor_from_request(request), now=utc_now()
            )
        )
    except DomainError as refusal:
        return Outcome(payment, is_approved=False, detail=refusal.detail)
    if decision.awaits_second_approval:
        detail = "Marked: a second admin has to approve it, too."
        return Outcome(payment, is_approved=False, detail=detail)
    return Outcome(payment, is_approved=True, detail="Approved")
