"""Checks of the credit ledger: its sums, and the credits of approvals and reversals."""

from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from igny8_core.auth.models import Account
from igny8_core.business.billing.enums import CreditKind, PaymentStatus
from igny8_core.business.billing.models import CreditTransaction, Payment
from igny8_core.business.integrity.found import rows, selected

# A period brings its credits when it begins. A payment that was reversed brought them, unless that
# was before its period began.
CREDITS_OFF = """
SELECT p.id FROM billing_payment p
JOIN billing_invoice i ON i.id = p.invoice_id
CROSS JOIN LATERAL (
    SELECT count(*) AS times, coalesce(sum(amount), 0) AS brought FROM billing_credittransaction
    WHERE payment_id = p.id AND kind = 'plan_grant'
) granted
CROSS JOIN LATERAL (
    SELECT min(created_at) AS at FROM billing_paymentevent
    WHERE object_type = 'payment' AND object_id = p.id AND to_state = 'reversed'
) reversed
CROSS JOIN LATERAL (
    SELECT EXISTS (
        SELECT FROM billing_period WHERE invoice_id = i.id AND CASE p.status
            WHEN 'succeeded' THEN revoked_at IS NULL
            ELSE created_at >= p.decided_at AND created_at <= reversed.at END
    ) AS has_begun
) period
WHERE granted.times > 1 OR CASE
    WHEN p.status = 'succeeded' THEN
        granted.brought <> CASE WHEN period.has_begun THEN i.included_credits ELSE 0 END
    WHEN p.status = 'reversed' THEN granted.brought <> i.included_credits
        AND (granted.brought <> 0 OR period.has_begun OR i.kind <> 'renewal')
    ELSE granted.times > 0 END
ORDER BY p.id
"""


def payments_without_their_credits() -> list[str]:
    """Find missing, wrong or duplicate grants of approvals, and grants without an approval."""
    return selected("payment", CREDITS_OFF)


def reversals_off_their_payment() -> list[str]:
    """Find credits taken back without a reversal, or more than were granted."""
    taken = Payment.objects.annotate(
        taken=Coalesce(
            Sum("credittransaction__amount", filter=Q(credittransaction__kind=CreditKind.REVERSAL)),
            0,
        ),
    )
    return rows(
        taken.filter(
            ~Q(status=PaymentStatus.REVERSED) & ~Q(taken=0)
            | Q(status=PaymentStatus.REVERSED)
            & (Q(taken__gt=0) | Q(taken__lt=0 - F("invoice__included_credits")))
        )
    )


# A reversal takes everything that was granted, or everything that is left. If it took nothing, the
# balance must have been 0 at some time between grant and reversal, give or take a minute: an
# entry has the time of its request, which may have waited.
TOO_LITTLE_TAKEN = """
SELECT p.id FROM billing_payment p
JOIN billing_invoice i ON i.id = p.invoice_id
LEFT JOIN billing_credittransaction taken ON taken.payment_id = p.id AND taken.kind = 'reversal'
WHERE p.status = 'reversed' AND i.included_credits > 0 AND CASE
    WHEN taken.id IS NOT NULL THEN
        -taken.amount < i.included_credits AND taken.balance_after > 0
    ELSE 0 < (
        SELECT min(entry.balance_after) FROM billing_credittransaction entry
        JOIN billing_credittransaction granted
            ON granted.payment_id = p.id AND granted.kind = 'plan_grant'
        JOIN billing_paymentevent reversed ON reversed.object_type = 'payment'
            AND reversed.object_id = p.id AND reversed.to_state = 'reversed'
        WHERE entry.account_id = i.account_id AND entry.id >= granted.id
            AND entry.created_at <= reversed.created_at + interval '1 minute')
    END
ORDER BY p.id
"""


def too_little_taken_back() -> list[str]:
    """Find reversals that left credits that they should have taken."""
    return selected("payment", TOO_LITTLE_TAKEN)


def on_another_ledger() -> list[str]:
    """Find credits of a payment on another account's ledger."""
    of_payments = CreditTransaction.objects.filter(payment__isnull=False)
    return rows(of_payments.exclude(account=F("payment__invoice__account")))


def balances_off_the_ledger() -> list[str]:
    """Find accounts whose balance is not the sum of their ledger, or negative."""
    summed = Account.objects.annotate(summed=Coalesce(Sum("credit_transactions__amount"), 0))
    return rows(summed.filter(~Q(credits=F("summed")) | Q(credits__lt=0)))


def running_balances_off() -> list[str]:
    """Find entries whose balance isn't the previous balance plus their amount."""
    previous = (
        CreditTransaction.objects.filter(account=OuterRef("account"), pk__lt=OuterRef("pk"))
        .order_by("-pk")
        .values("balance_after")[:1]
    )
    entries = CreditTransaction.objects.annotate(before=Coalesce(Subquery(previous), 0))
    return rows(entries.exclude(balance_after=F("before") + F("amount")))


CHECKS = {
    "2. every paid period that has begun granted its credits exactly once": (
        payments_without_their_credits
    ),
    "2b. credits are taken back for reversals alone, and no more than were granted": (
        reversals_off_their_payment
    ),
    "2c. every reversal took back what was granted, or what was left": too_little_taken_back,
    "2d. every payment moved the credits of its own account": on_another_ledger,
    "3a. every balance is its ledger's sum, and not negative": balances_off_the_ledger,
    "3b. every ledger entry continues the one before it": running_balances_off,
}
