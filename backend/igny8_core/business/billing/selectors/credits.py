"""The credit ledger."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from igny8_core.auth.models import Account
from igny8_core.business.billing.enums import CreditKind, PaymentStatus
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


@dataclass(frozen=True)
class Expired:
    """What the plan's pocket lost because a payment's period began, and after that.

    :ivar at_start: what was left from before.
    :ivar since: what expired later, and did not come back by a reversal.
    """

    at_start: int
    since: int


def expired_around(*, payment: Payment, account: Account) -> Expired:
    """Return what expired of an account's credits when a payment's period began, and since."""
    granted = CreditTransaction.objects.filter(payment=payment, kind=CreditKind.PLAN_GRANT)
    expiries = CreditTransaction.objects.filter(
        account=account, kind=CreditKind.EXPIRY, amount__lt=0
    )
    lasting = ~Q(payment__status=PaymentStatus.REVERSED)
    sums = expiries.aggregate(
        at_start=Sum("amount", filter=Q(payment=payment)),
        since=Sum("amount", filter=Q(pk__gt=granted.values("pk")) & lasting),
    )
    return Expired(at_start=-(sums["at_start"] or 0), since=-(sums["since"] or 0))
