"""The credit ledger."""

from django.db.models import QuerySet, Sum

from igny8_core.auth.models import Account
from igny8_core.business.billing.enums import CreditKind
from igny8_core.business.billing.models import CreditTransaction, Payment


def ledger_of(*, account: Account) -> QuerySet[CreditTransaction]:
    """An account's credit entries, newest first."""
    return (
        CreditTransaction.objects.filter(account=account)
        .select_related("payment__invoice")
        .order_by("-created_at", "-pk")
    )


def credits_taken_back(*, payment: Payment) -> int:
    """How many credits the reversal of a payment took back; 0 without one."""
    taken = payment.credittransaction_set.filter(kind=CreditKind.REVERSAL)
    return -(taken.aggregate(amount=Sum("amount"))["amount"] or 0)
