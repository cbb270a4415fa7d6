"""Approving many payments: totals and flags first; once confirmed, the worker does it."""

from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import pluralize
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.models import User
from igny8_core.auth.rights import may
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.rights import DECIDE, VIEW_PAYMENTS
from igny8_core.business.bulk.exceptions import ConfirmationReused, NotThatMany
from igny8_core.business.bulk.models import BulkApproval, RowState
from igny8_core.business.bulk.selectors import (
    bulk_approvals,
    bulk_approvals_of,
    counts_of,
    not_approved,
    rows_of,
)
from igny8_core.business.bulk.services import MOST, go_on, start_bulk_approval
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import DomainError
from igny8_core.common.money import Money
from igny8_core.common.transactions import commit_or_retry, one_moment
from igny8_core.desk.acts import ActForm
from igny8_core.desk.flags import Severity, flags_of

QUEUE = "admin:billing_payment_changelist"
PROGRESS = "admin:billing_payment_bulk"
NOT_APPROVED = "not_approved"
LONGEST_ID = 18  # digits: no more fit
MAX_RECENT = 20


class ConfirmForm(ActForm):
    """The confirmation, with the payments that its page shows.

    They are one field: Django reads no more than a thousand.
    """

    payments = forms.RegexField(rf"\A\d{{1,{LONGEST_ID}}}(,\d{{1,{LONGEST_ID}}})*\Z")

    @property
    def payment_ids(self) -> list[int]:
        """The payments' ids."""
        return [int(payment_id) for payment_id in self.cleaned_data["payments"].split(",")]


def number_to_select(payments: QuerySet[Payment]) -> int:
    """How many payments there are; 0 if they are more than can be approved at once."""
    number = payments.order_by()[: MOST + 1].count()
    return number if number <= MOST else 0


def confirm(request: HttpRequest, *, model_admin: Any, payments: QuerySet[Payment]) -> HttpResponse:
    """Show what would be approved, and ask."""
    rows = list(payments.order_by("submitted_at", "pk")[: MOST + 1])
    if not 1 <= len(rows) <= MOST:
        return _refuse(request, NotThatMany(most=MOST), leads_to=request.get_full_path())
    found = flags_of(rows)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": f"Approve {len(rows)} payment{pluralize(len(rows))}?",
        "rows": [(payment, found[payment.pk]) for payment in rows],
        "totals": _totals(rows),
        "flagged": sum(
            any(flag.severity != Severity.INFO for flag in flags) for flags in found.values()
        ),
        "form": ConfirmForm(initial={"payments": ",".join(str(row.pk) for row in rows)}),
    }
    return TemplateResponse(request, "admin/billing/payment/bulk_confirm.html", context)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Hand confirmed payments to the worker, once a confirmation; show how it goes."""
    if not may(request.user, DECIDE):
        raise PermissionDenied
    form = ConfirmForm(request.POST)
    if not (form.is_valid() and form.key):
        return _refuse(request, NotThatMany(most=MOST), leads_to=reverse(QUEUE))
    actor, now = actor_from_request(request), utc_now()
    try:
        bulk = commit_or_retry(
            lambda: start_bulk_approval(
                payment_ids=form.payment_ids, actor=actor, key=UUID(form.key), now=now
            )
        )
    except (NotThatMany, ConfirmationReused) as refusal:
        return _refuse(request, refusal, leads_to=reverse(QUEUE))
    return HttpResponseRedirect(reverse(PROGRESS, args=[bulk.pk]))


@require_safe
@one_moment()
def show(request: HttpRequest, bulk_id: int, *, model_admin: Any) -> HttpResponse:
    """Show how far a bulk approval is, and what became of each row."""
    _require_reader(request)
    bulk = _bulk(bulk_id)
    counts = counts_of(bulk)
    number = sum(counts.values())
    is_short = request.GET.get("show") == NOT_APPROVED
    rows = rows_of(bulk)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": "Bulk approval",
        "bulk": bulk,
        "rows": not_approved(rows) if is_short else rows,
        "is_short": is_short,
        "not_approved": NOT_APPROVED,
        "counts": [(state.label, count) for state, count in counts.items() if count],
        "number": number,
        "approved": counts[RowState.APPROVED],
        "done": number - counts[RowState.WAITING],
        "has_stopped": bulk.has_stopped(utc_now()),
        "may_go_on": may(request.user, DECIDE),
    }
    return render(request, "admin/billing/payment/bulk_report.html", context)


@require_POST
def proceed(request: HttpRequest, bulk_id: int) -> HttpResponse:
    """Hand what still waits to the worker once more."""
    if not may(request.user, DECIDE):
        raise PermissionDenied
    bulk = _bulk(bulk_id)
    commit_or_retry(lambda: go_on(bulk_id=bulk.pk, now=utc_now()))
    return HttpResponseRedirect(reverse(PROGRESS, args=[bulk.pk]))


@require_safe
def recent(request: HttpRequest, *, model_admin: Any) -> HttpResponse:
    """List one's own last bulk approvals."""
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": "My bulk approvals",
        "bulks": bulk_approvals_of(_require_reader(request))[:MAX_RECENT],
    }
    return render(request, "admin/billing/payment/bulk_recent.html", context)


def _bulk(bulk_id: int) -> BulkApproval:
    return get_object_or_404(bulk_approvals(), pk=bulk_id)


def _require_reader(request: HttpRequest) -> User:
    if not (isinstance(request.user, User) and may(request.user, VIEW_PAYMENTS)):
        raise PermissionDenied
    return request.user


def _refuse(request: HttpRequest, refusal: DomainError, *, leads_to: str) -> HttpResponse:
    messages.warning(request, f"Nothing was approved. {refusal.detail}")
    return HttpResponseRedirect(leads_to)


def _totals(payments: list[Payment]) -> list[tuple[Money, int]]:
    """Sum the amounts per currency, with the number of payments."""
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for payment in payments:
        amounts[payment.currency].append(payment.amount)
    return [
        (Money(sum(items, Decimal(0)), currency), len(items))
        for currency, items in sorted(amounts.items())
    ]
