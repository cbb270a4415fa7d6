"""The confirmations of a renewal that stop its clock: the first ones, while they wait.

Those of the renewals that it replaced count too, else every change of plan would give new ones.
"""

from django.db.models import QuerySet

from igny8_core.business.billing.dunning import DunningPlan
from igny8_core.business.billing.enums import InvoiceKind, InvoiceStatus, PaymentStatus
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.subscriptions.next_step import is_order_under_review
from igny8_core.business.subscriptions.reading import facts_of_accounts
from igny8_core.common.clock import utc_now


def is_frozen(invoice: Invoice) -> bool:
    """Tell whether a confirmation stops the clock: nothing falls due while it is under review."""
    first = _claims_about(invoice)[: _limit(invoice)]
    return any(claim.status == PaymentStatus.PENDING_APPROVAL for claim in first)


def may_be_replaced(renewal: Invoice) -> bool:
    """Tell whether a change of plan from the paid time is under review: it holds a renewal back."""
    account_id = renewal.account_id
    orders = Invoice.objects.filter(
        account=account_id, kind=InvoiceKind.CHANGE, status=InvoiceStatus.PENDING
    )
    if not orders.exists():
        return False
    return is_order_under_review(facts_of_accounts([account_id])[account_id], utc_now())


def can_be_frozen(invoice: Invoice) -> bool:
    """Tell whether one more confirmation would stop the clock."""
    return _claims_about(invoice).count() < _limit(invoice)


def _limit(invoice: Invoice) -> int:
    plan = DunningPlan.from_json(invoice.dunning_plan) if invoice.dunning_plan else DunningPlan()
    return plan.freezing_claims


def _claims_about(invoice: Invoice) -> QuerySet[Payment]:
    """Return all confirmations of an invoice's period, oldest first."""
    return Payment.objects.filter(
        invoice__subscription=invoice.subscription_id, invoice__period_index=invoice.period_index
    ).order_by("pk")
