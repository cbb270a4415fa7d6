"""The review page of one payment: the payment next to its invoice, what supports or contradicts
it, and the decision; then the next waiting payment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.rights import may
from igny8_core.business.billing.enums import EventName, PaymentStatus
from igny8_core.business.billing.exceptions import OwnAccountPayment
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.rights import DECIDE, REVERSE, is_own
from igny8_core.business.billing.selectors.events import timeline_of
from igny8_core.business.billing.selectors.queue import (
    counts_by_status,
    earlier_payments,
    neighbours_in_queue,
    payment_queue,
    rejection_reasons,
    waiting_payments,
)
from igny8_core.business.billing.services.consents import needs_two_admins
from igny8_core.business.billing.services.decisions import approve_payment, reject_payment
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.common.clock import utc_now
from igny8_core.common.transactions import one_moment
from igny8_core.desk.acts import ActForm, Done, carry_out
from igny8_core.desk.decision_forms import ApproveForm, RejectForm, ReverseForm
from igny8_core.desk.flags import flags_of
from igny8_core.desk.proofs import may_see_proofs

QUEUE = "admin:billing_payment_changelist"
REVIEW = "admin:billing_payment_change"
MAX_HISTORY = 10


def may_decide(request: HttpRequest) -> bool:
    """Tell whether the user may approve and reject."""
    return may(request.user, DECIDE)


def may_reverse(request: HttpRequest) -> bool:
    """Tell whether the user may reverse an approval."""
    return may(request.user, REVERSE)


@require_safe
@one_moment()
def show(request: HttpRequest, payment_id: int, *, model_admin: Any) -> HttpResponse:
    """Show a payment with everything that a decision needs."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    return _page(request, _payment(payment_id), model_admin).render()


def _next(payment: Payment) -> int | None:
    """The next waiting payment; after the last, the one that waits longest."""
    _before, after = neighbours_in_queue(payment=payment)
    if after:
        return after
    first = waiting_payments().exclude(pk=payment.pk).first()
    return first.pk if first else None


def _approve(request: HttpRequest, payment_id: int, cleaned: dict[str, Any]) -> str:
    decision = approve_payment(
        payment_id=payment_id, actor=actor_from_request(request), now=utc_now(), **cleaned
    )
    billing = decision.billing
    if decision.awaits_second_admin:
        return (
            f"First approval recorded. {billing.invoice} is waiting for a second admin's approval."
        )
    return (
        f"Approved. Invoice {billing.invoice} is paid and {billing.account} is active with "
        f"{billing.account.credits} credits."
    )


def _reject(request: HttpRequest, payment_id: int, cleaned: dict[str, Any]) -> str:
    decision = reject_payment(
        payment_id=payment_id, actor=actor_from_request(request), now=utc_now(), **cleaned
    )
    return f"Rejected. {decision.billing.account} can see the reason and try again."


def _reverse(request: HttpRequest, payment_id: int, cleaned: dict[str, Any]) -> str:
    decision = reverse_payment(
        payment_id=payment_id,
        actor=actor_from_request(request),
        now=utc_now(),
        reason=cleaned["reason"],
        event=EventName(cleaned["event"]),
        is_forced=cleaned["is_forced"],
    )
    billing = decision.billing
    if decision.awaits_second_admin:
        return (
            "First request recorded. A second admin must also reverse the approval of "
            f"{billing.invoice}."
        )
    return (
        f"Reversed. Invoice {billing.invoice} is {billing.invoice.get_status_display().lower()}, "
        f"and {billing.account} has {billing.account.credits} credits."
    )


@dataclass(frozen=True)
class Act:
    """One decision about a payment.

    :param form_name: the name of its form in the page's template.
    :param perform: does it, and returns what was done.
    """

    form_name: str
    form: type[ActForm]
    is_allowed: Callable[[HttpRequest], bool]
    perform: Callable[[HttpRequest, int, dict[str, Any]], str]
    opens_next: bool = True


def _view(act: Act) -> Callable[..., HttpResponse]:
    """Make the view of an act: its form, then the next waiting payment or the same one."""

    @require_POST
    def view(request: HttpRequest, payment_id: int, *, model_admin: Any) -> HttpResponse:
        if not act.is_allowed(request):
            raise PermissionDenied
        payment = _payment(payment_id)
        form = act.form(request.POST)
        if not form.is_valid():
            shown = {act.form_name: form, "opened": act.form_name}
            return _page(request, payment, model_admin, **shown)
        following = _next(payment) if act.opens_next else payment_id
        leads_to = reverse(REVIEW, args=[following]) if following else reverse(QUEUE)
        return carry_out(
            request,
            form,
            lambda: Done(
                said=act.perform(request, payment_id, form.words),
                account_id=payment.account_id,
                leads_to=leads_to,
            ),
            refused_leads_to=reverse(REVIEW, args=[payment_id]),
        )

    return view


approve = _view(Act("approve_form", ApproveForm, may_decide, _approve))
reject = _view(Act("reject_form", RejectForm, may_decide, _reject))
reverse_approval = _view(Act("reverse_form", ReverseForm, may_reverse, _reverse, opens_next=False))


def _payment(payment_id: int) -> Payment:
    return get_object_or_404(payment_queue(), pk=payment_id)


def _page(
    request: HttpRequest, payment: Payment, model_admin: Any, **forms_with_errors: Any
) -> TemplateResponse:
    is_waiting = payment.status == PaymentStatus.PENDING_APPROVAL
    previous, following = neighbours_in_queue(payment=payment)
    history = earlier_payments(payment=payment)
    is_approved = payment.status == PaymentStatus.SUCCEEDED
    may_act = may_decide(request) if is_waiting else is_approved and may_reverse(request)
    own = is_own(request.user, account=payment.invoice.account, payments=[payment])
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": f"Payment of {payment.invoice.account}",
        "payment": payment,
        "invoice": payment.invoice,
        "account": payment.invoice.account,
        "customer": payment.invoice.billing_snapshot["customer"],
        "amount_matches": payment.is_of_the_amount_due,
        "flags": flags_of([payment])[payment.pk],
        "timeline": timeline_of(payment=payment),
        "history": history[:MAX_HISTORY],
        "history_counts": counts_by_status(history),
        "previous": previous,
        "following": following,
        "needs_two": needs_two_admins(payment),
        "reversals": [item for item in payment.consents.all() if item.event != EventName.APPROVE],
        "can_decide": may_act and is_waiting and not own,
        "can_reverse": may_act and not is_waiting and not own,
        "refusal": OwnAccountPayment().detail if may_act and own else "",
        "can_see_proof": may_see_proofs(request),
        "proof_pages": range(1, (payment.proof_pages or 0) + 1),
        "reasons": rejection_reasons(payment=payment, language=payment.submitted_by.language),
        "approve_form": ApproveForm(),
        "reject_form": RejectForm(),
        "reverse_form": ReverseForm(),
        "opened": "",
        **forms_with_errors,
    }
    return TemplateResponse(request, "admin/billing/payment/review.html", context)
