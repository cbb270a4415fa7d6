"""The confirmations of a renewal that stop its clock: the first ones, while they wait.

Those of the renewals that it replaced count too, else every change of plan would give new ones.
"""

from django.db.models import QuerySet

from igny8_core.business.billing.dunning import DunningPlan
from igny8_core.business.billing.enums import PaymentStatus
from igny8_core.business.billing.models import Invoice, Payment


def is_frozen(invoice: Invoice) -> bool:
    """Tell whether a confirmation stops the clock: nothing falls due while it is under review."""
    first = _claims_about(invoice)[: _limit(invoice)]
    return any(claim.status == PaymentStatus.PENDING_APPROVAL for claim in first)


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
