"""The credit ledger."""

from django.db.models import QuerySet, Sum

from igny8_core.auth.models import Account
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing.enums import CreditKind, PaymentStatus
from igny8_core.business.billing.models import CreditTransaction, Payment
from igny8_core.business.billing.pockets import Entry


def ledger_of(*, account: Account) -> QuerySet[CreditTransaction]:
    """An account's credit entries, newest first."""
    return (
        CreditTransaction.objects.filter(account=account)
        .select_related("payment__invoice")
        .order_by("-created_at", "-pk")
    )


def credits_taken_back(*, payment: Payment) -> int:
    """How many credits the reversal of a payment took back; 0 without one, or if some came."""
    taken = payment.credittransaction_set.filter(kind=CreditKind.REVERSAL)
    return max(0, -(taken.aggregate(amount=Sum("amount"))["amount"] or 0))


def has_credits_from_before_pockets(*, account: Account) -> bool:
    """Tell whether a plan's newest credits came before they had a pocket of their own."""
    granted = CreditTransaction.objects.filter(
        account=account, kind=CreditKind.PLAN_GRANT, payment__status=PaymentStatus.SUCCEEDED
    )
    return granted.order_by("-pk").values_list("plan_amount", flat=True).first() == 0


def entries_of(*, account: Account) -> list[Entry]:
    """Return an account's whole ledger, oldest first."""
    rows = CreditTransaction.objects.filter(account=account).order_by("pk")
    values = rows.values_list(
        "kind",
        "amount",
        "plan_amount",
        "payment",
        "payment__status",
        "payment__invoice__billing_snapshot__plan",
    )
    return [
        Entry(
            kind=CreditKind(kind),
            amount=amount,
            plan_amount=plan_amount,
            payment_id=payment_id,
            terms=PlanTerms.from_json(plan) if plan else None,
            is_undone=status == PaymentStatus.REVERSED,
        )
        for kind, amount, plan_amount, payment_id, status, plan in values
    ]
