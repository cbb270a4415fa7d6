"""The credit ledger."""

from dataclasses import replace

from django.db.models import Q, QuerySet, Sum

from igny8_core.auth.models import Account
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing.enums import CreditKind, ObjectType, PaymentStatus
from igny8_core.business.billing.models import CreditTransaction, Payment, PaymentEvent
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
    return _entries(CreditTransaction.objects.filter(account=account))


def entries_before_reversal(*, payment: Payment) -> list[Entry]:
    """Return the ledger as the reversal of a payment found it, oldest first."""
    reversals = PaymentEvent.objects.filter(
        account=payment.invoice.account_id,
        object_type=ObjectType.PAYMENT,
        to_state=PaymentStatus.REVERSED,
    )
    reversal = reversals.filter(object_id=payment.pk).earliest("pk")
    undone = set(reversals.filter(pk__lt=reversal.pk).values_list("object_id", flat=True))
    ledger = CreditTransaction.objects.filter(account=payment.invoice.account_id)
    moved = ledger.filter(payment=payment, kind=CreditKind.REVERSAL).first()
    before = Q(pk__lt=moved.pk) if moved else Q(created_at__lte=reversal.created_at)
    return [
        replace(entry, is_undone=entry.payment_id in undone)
        for entry in _entries(ledger.filter(before))
    ]


def _entries(ledger: QuerySet[CreditTransaction]) -> list[Entry]:
    values = ledger.order_by("pk").values_list(
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
