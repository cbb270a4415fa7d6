"""The confirmations of a renewal, which stop its clock: the first ones, while they wait.

Those of the renewals that it replaced count too, else every change of plan would give new ones.
"""

from igny8_core.business.billing.borders import day_of
from igny8_core.business.billing.dunning import dunning_of
from igny8_core.business.billing.enums import InvoiceKind, PaymentStatus
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.subscriptions.facts import Claim, OpenInvoice
from igny8_core.common.clock import business_zone


def is_frozen(invoice: Invoice) -> bool:
    """Tell whether a confirmation stops the clock: nothing falls due while it is under review."""
    return _with_claims(invoice).is_frozen


def can_be_frozen(invoice: Invoice) -> bool:
    """Tell whether one more confirmation would stop the clock."""
    return _with_claims(invoice).can_be_frozen


def claim_of(payment: Payment) -> Claim:
    """Return a confirmation as a fact."""
    return Claim(
        submitted_at=payment.submitted_at,
        decided_at=payment.decided_at,
        was_rejected=payment.status == PaymentStatus.FAILED,
    )


def _with_claims(invoice: Invoice) -> OpenInvoice:
    """Read the confirmations of an invoice's period."""
    payments = Payment.objects.filter(
        invoice__subscription=invoice.subscription_id, invoice__period_index=invoice.period_index
    ).order_by("pk")
    return OpenInvoice(
        kind=InvoiceKind(invoice.kind),
        period_index=invoice.period_index or 0,
        issued_on=day_of(invoice.issued_at, business_zone()),
        due_date=invoice.due_date,
        plan=dunning_of(invoice.dunning_plan),
        claims=tuple(map(claim_of, payments)),
    )
