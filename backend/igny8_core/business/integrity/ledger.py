"""Checks of the credit ledger: its sums, and the credits of approvals and reversals."""

from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from igny8_core.auth.models import Account
from igny8_core.business.billing.enums import CreditKind, PaymentStatus
from igny8_core.business.billing.models import CreditTransaction, Payment
from igny8_core.business.billing.pockets import Pockets, change_by_undoing
from igny8_core.business.billing.selectors.credits import (
    credits_taken_back,
    entries_before_reversal,
)
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
    """Find credits taken back without a reversal, or more than were granted.

    What comes back instead had gone because the payment's period began.
    """
    moved = Payment.objects.annotate(
        taken=_moved(CreditKind.REVERSAL),
        gone=0 - _moved(CreditKind.EXPIRY) - _moved(CreditKind.ADJUSTMENT),
    )
    return rows(
        moved.filter(
            ~Q(status=PaymentStatus.REVERSED) & ~Q(taken=0)
            | Q(status=PaymentStatus.REVERSED)
            & (Q(taken__gt=F("gone")) | Q(taken__lt=0 - F("invoice__included_credits")))
        )
    )


def _moved(kind: CreditKind) -> Coalesce:
    """Sum what a payment's entries of a kind have moved."""
    of_kind = Q(credittransaction__kind=kind)
    return Coalesce(Sum("credittransaction__amount", filter=of_kind), 0)


# A reversal takes everything that was granted, or everything that is left; but what had gone as the
# period began comes back, and what has expired since may be a part of what was granted. If it
# took nothing, the balance must have been 0 at some time between grant and reversal, give or take a
# minute: an entry has the time of its request, which may have waited.
TOO_LITTLE_TAKEN = """
SELECT p.id FROM billing_payment p
JOIN billing_invoice i ON i.id = p.invoice_id
JOIN billing_credittransaction granted
    ON granted.payment_id = p.id AND granted.kind = 'plan_grant'
JOIN billing_paymentevent reversed ON reversed.object_type = 'payment'
    AND reversed.object_id = p.id AND reversed.to_state = 'reversed'
LEFT JOIN billing_credittransaction taken ON taken.payment_id = p.id AND taken.kind = 'reversal'
CROSS JOIN LATERAL (
    SELECT i.included_credits + coalesce(sum(entry.amount) FILTER (WHERE
            entry.kind IN ('expiry', 'adjustment') AND entry.payment_id = p.id
            OR entry.kind = 'expiry' AND entry.id > granted.id), 0) AS owed,
        min(entry.balance_after) FILTER (WHERE entry.id >= granted.id) AS lowest
    FROM billing_credittransaction entry
    WHERE entry.account_id = i.account_id AND entry.id < coalesce(taken.id, entry.id + 1)
        AND entry.created_at <= reversed.created_at + interval '1 minute'
) since
WHERE p.status = 'reversed' AND since.owed > 0 AND CASE
    WHEN taken.id IS NOT NULL THEN -taken.amount < since.owed AND taken.balance_after > 0
    ELSE since.lowest > 0 END
ORDER BY p.id
"""


def too_little_taken_back() -> list[str]:
    """Find reversals that left credits that they should have taken.

    After other reversals it may be less than the statement asks for: what had expired because of
    their payments would have expired because of this one. Then the ledger is replayed.
    """
    found = selected("payment", TOO_LITTLE_TAKEN)
    return [item for item in found if not _took_what_replaying_takes(int(item.split()[-1]))]


def _took_what_replaying_takes(payment_id: int) -> bool:
    payment = Payment.objects.select_related("invoice").get(pk=payment_id)
    entries = entries_before_reversal(payment=payment)
    of_plan = sum(entry.plan_amount for entry in entries)
    present = Pockets(of_plan, sum(entry.amount for entry in entries) - of_plan)
    change = change_by_undoing(payment.pk, entries, present)
    return credits_taken_back(payment=payment) >= -change.total


def on_another_ledger() -> list[str]:
    """Find credits of a payment on another account's ledger."""
    of_payments = CreditTransaction.objects.filter(payment__isnull=False)
    return rows(of_payments.exclude(account=F("payment__invoice__account")))


def balances_off_the_ledger() -> list[str]:
    """Find accounts whose balance is not the sum of their ledger, in either pocket, or negative."""
    summed = Account.objects.annotate(
        summed=Coalesce(Sum("credit_transactions__amount"), 0),
        of_plans=Coalesce(Sum("credit_transactions__plan_amount"), 0),
    )
    return rows(
        summed.filter(
            ~Q(credits=F("summed"), plan_credits=F("of_plans"))
            | Q(plan_credits__lt=0)
            | Q(credits__lt=F("plan_credits"))
        )
    )


def running_balances_off() -> list[str]:
    """Find entries whose balance isn't the previous balance plus their amount."""
    previous = (
        CreditTransaction.objects.filter(account=OuterRef("account"), pk__lt=OuterRef("pk"))
        .order_by("-pk")
        .values("balance_after")[:1]
    )
    entries = CreditTransaction.objects.annotate(before=Coalesce(Subquery(previous), 0))
    return rows(entries.exclude(balance_after=F("before") + F("amount")))


# The plan's pocket: what plans bring is put in, and what is taken is taken from it first. Entries
# from before there were pockets have no part of it.
POCKETS_OFF = """
SELECT entry.id FROM (
    SELECT *, coalesce(sum(plan_amount) OVER (PARTITION BY account_id ORDER BY id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM billing_credittransaction
) entry
WHERE entry.before + entry.plan_amount NOT BETWEEN 0 AND entry.balance_after
    OR CASE
        WHEN entry.amount < 0 THEN entry.plan_amount <> -least(entry.before, -entry.amount)
        WHEN entry.kind = 'plan_grant' THEN entry.plan_amount NOT IN (0, entry.amount)
        WHEN entry.kind = 'reversal' THEN entry.plan_amount NOT BETWEEN 0 AND entry.amount
        ELSE entry.plan_amount <> 0 END
ORDER BY entry.id
"""


def pockets_off() -> list[str]:
    """Find entries that take from the wrong pocket, or put something else than a plan's in it."""
    return selected("credittransaction", POCKETS_OFF)


# When a period brings its credits, its plan has said how many of the older ones are kept: all, if
# it says nothing.
EXPIRED_OFF = """
SELECT payment.id FROM billing_payment payment
JOIN billing_invoice i ON i.id = payment.invoice_id
CROSS JOIN LATERAL (
    SELECT coalesce(-sum(amount), 0) AS expired
    FROM billing_credittransaction WHERE payment_id = payment.id AND kind = 'expiry'
) moved
CROSS JOIN LATERAL (
    SELECT CASE i.billing_snapshot #>> '{plan,credits_at_renewal}'
        WHEN 'reset' THEN 0
        WHEN 'keep_up_to' THEN (i.billing_snapshot #>> '{plan,credits_kept_up_to}')::bigint
        END AS kept
) plan
LEFT JOIN billing_credittransaction granted
    ON granted.payment_id = payment.id AND granted.kind = 'plan_grant'
LEFT JOIN LATERAL (
    SELECT sum(plan_amount) AS pocket FROM billing_credittransaction
    WHERE account_id = i.account_id AND id < granted.id
) before ON granted.id IS NOT NULL AND plan.kept IS NOT NULL
WHERE moved.expired > 0 AND plan.kept IS NULL
    OR moved.expired > 0 AND before.pocket < plan.kept
    OR before.pocket > plan.kept
ORDER BY payment.id
"""


def expired_off_the_plan() -> list[str]:
    """Find periods at whose beginning more or less expired than their plans say."""
    return selected("payment", EXPIRED_OFF)


# With the days that were taken off an order go the credits that they brought, if their period had
# begun: what expires by the new plan's rule is a part of them.
CREDITED_OFF = """
SELECT p.id FROM billing_payment p
JOIN billing_invoice i ON i.id = p.invoice_id AND i.kind IN ('initial', 'change')
CROSS JOIN LATERAL (
    SELECT min(id) FILTER (WHERE kind = 'plan_grant') AS granted,
        min(id) FILTER (WHERE kind = 'adjustment') AS taken,
        coalesce(-sum(amount) FILTER (WHERE kind = 'adjustment'), 0) AS gone,
        coalesce(-sum(amount) FILTER (WHERE kind = 'expiry'), 0) AS expired
    FROM billing_credittransaction WHERE payment_id = p.id
) moved
CROSS JOIN LATERAL (
    SELECT coalesce(sum((period ->> 'credits')::bigint), 0) AS credits
    FROM jsonb_array_elements(coalesce(i.billing_snapshot -> 'credited', '[]')) period
    WHERE EXISTS (
        SELECT FROM billing_credittransaction earlier
        JOIN billing_payment paying ON paying.id = earlier.payment_id
        JOIN billing_invoice paid ON paid.id = paying.invoice_id
        WHERE earlier.account_id = i.account_id AND earlier.kind = 'plan_grant'
            AND earlier.id < coalesce(moved.granted, moved.taken)
            AND (paid.subscription_id, paid.period_index)
                = ((period ->> 'subscription')::bigint, (period ->> 'period_index')::int))
) credited
LEFT JOIN LATERAL (
    SELECT sum(plan_amount) AS pocket FROM billing_credittransaction
    WHERE account_id = i.account_id AND id < coalesce(moved.taken, moved.granted + 1)
) before ON credited.credits > 0
WHERE moved.gone
    <> coalesce(least(greatest(credited.credits - moved.expired, 0), before.pocket), 0)
ORDER BY p.id
"""


def credited_off_the_order() -> list[str]:
    """Find orders with whose unused days more or fewer credits went than they brought."""
    return selected("payment", CREDITED_OFF)


# Whatever else expires had its time after the end of the account's last subscription.
EXPIRED_BY_NOBODY = """
SELECT entry.id FROM billing_credittransaction entry
WHERE entry.kind = 'expiry' AND entry.payment_id IS NULL AND NOT EXISTS (
    SELECT FROM billing_paymentevent
    WHERE account_id = entry.account_id AND object_type = 'subscription'
        AND to_state = 'cancelled' AND created_at <= entry.created_at
)
ORDER BY entry.id
"""


def expired_without_an_end() -> list[str]:
    """Find credits that expired though no plan had ended."""
    return selected("credittransaction", EXPIRED_BY_NOBODY)


CHECKS = {
    "2. every paid period that has begun granted its credits exactly once": (
        payments_without_their_credits
    ),
    "2b. credits are taken back for reversals alone, and no more than were granted": (
        reversals_off_their_payment
    ),
    "2c. every reversal took back what was granted, or what was left": too_little_taken_back,
    "2d. every payment moved the credits of its own account": on_another_ledger,
    "2e. as many credits expire as a plan says when its period begins": expired_off_the_plan,
    "2f. other credits of a plan expire after its end alone": expired_without_an_end,
    "2g. the credits of unused days go when their order is paid": credited_off_the_order,
    "3a. every balance is its ledger's sum, and not negative": balances_off_the_ledger,
    "3b. every ledger entry continues the one before it": running_balances_off,
    "3c. a plan's credits are used first, and nothing else expires": pockets_off,
}
