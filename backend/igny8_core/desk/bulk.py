"""Approving many payments: totals and flags first, then each in its own transaction."""

import logging
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from time import monotonic
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import pluralize
from django.template.response import TemplateResponse

from igny8_core.auth.actors import actor_from_request
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.services.decisions import approve_payment
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import DomainError
from igny8_core.common.http.unavailable import as_unavailable
from igny8_core.common.money import Money
from igny8_core.common.transactions import commit_or_retry, is_contention
from igny8_core.desk.flags import Severity, flags_of

MOST = 100  # payments at once: a page of the queue has 50
PATIENCE = 20  # seconds: then the page reports, before a proxy gives up waiting for it
BUSY = "Not approved: someone else is changing this account. Try again."
FAILED = "Not approved: it could not be saved. Open it and approve it on its own."
UNKNOWN = (
    "Unknown: the database connection was lost. Open the payment to see whether it is approved."
)
NOT_TRIED = "Not tried: earlier payments took too long. Select it again."
NOT_TRIED_WITHOUT_DATABASE = "Not tried: the database connection was lost. Select it again."

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """The result for one payment of a bulk approval."""

    payment: Payment
    is_approved: bool
    detail: str


def approve(request: HttpRequest, *, model_admin: Any, payments: QuerySet[Payment]) -> HttpResponse:
    """Ask for confirmation, or, once confirmed, approve and report."""
    rows = list(payments.order_by("submitted_at", "pk")[: MOST + 1])
    if not 1 <= len(rows) <= MOST:
        detail = "Nothing was approved: select at least one payment"
        messages.warning(request, f"{detail}, and at most {MOST}.")
        return HttpResponseRedirect(request.get_full_path())
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    if "confirmed" in request.POST:
        outcomes = _approve_all(request, rows)
        context |= {
            "title": "Approval report",
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
    """Sum the amounts per currency, with the number of payments."""
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for payment in payments:
        amounts[payment.currency].append(payment.amount)
    return [
        (Money(sum(items, Decimal(0)), currency), len(items))
        for currency, items in sorted(amounts.items())
    ]


def _approve_all(request: HttpRequest, payments: list[Payment]) -> list[Outcome]:
    """Approve each in its own transaction; report all, whatever happens to one."""
    outcomes: list[Outcome] = []
    not_tried = ""
    ends_at = monotonic() + PATIENCE
    for payment in payments:
        if not not_tried and monotonic() > ends_at:
            not_tried = NOT_TRIED
        if not_tried:
            outcomes.append(Outcome(payment, is_approved=False, detail=not_tried))
            continue
        try:
            outcomes.append(_approve(request, payment))
        except Exception as error:  # the report is the only record of what was done before
            logger.exception("A payment of a bulk approval failed")
            outcomes.append(Outcome(payment, is_approved=False, detail=_trouble(error)))
            not_tried = NOT_TRIED_WITHOUT_DATABASE if outcomes[-1].detail == UNKNOWN else ""
    return outcomes


def _approve(request: HttpRequest, payment: Payment) -> Outcome:
    try:
        decision = commit_or_retry(
            lambda: approve_payment(
                payment_id=payment.pk, actor=actor_from_request(request), now=utc_now()
            )
        )
    except DomainError as refusal:
        return Outcome(payment, is_approved=False, detail=refusal.detail)
    if decision.awaits_second_admin:
        detail = "First approval recorded: a second admin must approve it."
        return Outcome(payment, is_approved=False, detail=detail)
    return Outcome(payment, is_approved=True, detail="Approved")


def _trouble(error: Exception) -> str:
    if is_contention(error):
        return BUSY
    return UNKNOWN if as_unavailable(error) else FAILED
