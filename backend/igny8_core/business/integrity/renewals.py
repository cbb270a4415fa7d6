"""Checks of what billing does by itself: nobody is pressed who may wait, and no time is lost."""

from django.conf import settings

from igny8_core.business.integrity.found import selected

NOT_SUSPENDED = """
SELECT a.id FROM igny8_auth_account a
WHERE CASE a.status
    WHEN 'cancelled' THEN false
    WHEN 'suspended' THEN a.suspended_at IS NULL OR NOT EXISTS (
        SELECT FROM igny8_auth_subscription s
        WHERE s.account_id = a.id AND s.status = 'past_due')
    ELSE a.suspended_at IS NOT NULL END
ORDER BY a.id
"""


def suspended_without_a_debt() -> list[str]:
    """Find suspended accounts that owe nothing or don't say since when, and others that do."""
    return selected("account", NOT_SUSPENDED)


# A renewal that replaces another one of its period goes on with its notices and claims.
UNANNOUNCED = """
SELECT e.id FROM billing_paymentevent e
JOIN billing_invoice i ON i.id = e.invoice_id
WHERE e.event = 'suspend' AND e.object_type = 'account' AND NOT EXISTS (
    SELECT FROM subscriptions_dunningstep d
    JOIN billing_invoice o ON o.id = d.invoice_id
    WHERE (o.subscription_id, o.period_index) = (i.subscription_id, i.period_index)
        AND d.kind = 'final_notice' AND NOT d.is_skipped
        AND timezone(%s, d.created_at)::date
            + coalesce((i.dunning_plan ->> 'notice_gap_days')::int, 0)
            <= timezone(%s, e.created_at)::date)
ORDER BY e.id
"""


def suspended_without_notice() -> list[str]:
    """Find suspensions without a final notice that was old enough."""
    return selected("event", UNANNOUNCED, [settings.BUSINESS_TIME_ZONE] * 2)


TWO_ON_A_DAY = """
SELECT max(d.id) FROM subscriptions_dunningstep d
JOIN billing_invoice i ON i.id = d.invoice_id
WHERE NOT d.is_skipped
GROUP BY i.account_id, timezone(%s, d.created_at)::date
HAVING count(*) > 1
ORDER BY 1
"""
WHILE_FROZEN = """
SELECT DISTINCT d.id FROM subscriptions_dunningstep d
JOIN billing_invoice i ON i.id = d.invoice_id
CROSS JOIN LATERAL (
    SELECT p.submitted_at, p.decided_at FROM billing_payment p
    JOIN billing_invoice o ON o.id = p.invoice_id
    WHERE (o.subscription_id, o.period_index) = (i.subscription_id, i.period_index)
    ORDER BY p.submitted_at, p.id
    LIMIT coalesce((i.dunning_plan ->> 'freezing_claims')::int, 0)
) claim
WHERE NOT d.is_skipped AND claim.submitted_at < d.created_at
    AND (claim.decided_at IS NULL OR claim.decided_at > d.created_at)
ORDER BY d.id
"""

# Not orders that were reopened: these count from then on.
WHILE_ORDERED = """
SELECT DISTINCT step.name FROM (
    SELECT 'reminder ' || d.id AS name, d.invoice_id, d.created_at
    FROM subscriptions_dunningstep d WHERE NOT d.is_skipped
    UNION ALL
    SELECT 'suspension ' || e.id, e.invoice_id, e.created_at
    FROM billing_paymentevent e WHERE e.event = 'suspend' AND e.object_type = 'account'
) step
JOIN billing_invoice i ON i.id = step.invoice_id
JOIN billing_invoice o ON o.account_id = i.account_id AND o.kind = 'change'
CROSS JOIN LATERAL (
    SELECT p.submitted_at, p.decided_at FROM billing_payment p
    WHERE p.invoice_id = o.id
    ORDER BY p.submitted_at, p.id
    LIMIT coalesce((o.dunning_plan ->> 'freezing_claims')::int, %s)
) claim
WHERE claim.submitted_at < step.created_at
    AND (claim.decided_at IS NULL OR claim.decided_at > step.created_at)
    AND o.issued_at < (SELECT max(p.ends_at) FROM billing_period p
        WHERE p.subscription_id = i.subscription_id AND p.created_at <= step.created_at
            AND (p.revoked_at IS NULL OR p.revoked_at > step.created_at))
    AND NOT EXISTS (SELECT FROM billing_paymentevent e
        WHERE e.event = 'reverse' AND e.object_type = 'invoice' AND e.object_id = o.id)
ORDER BY step.name
"""


def reminded_too_often() -> list[str]:
    """Find the second reminder of an account's day, and those sent while a claim held them back.

    The claim of an order from the paid time holds back the suspension, too.
    """
    return [
        *selected("dunning step", TWO_ON_A_DAY, [settings.BUSINESS_TIME_ZONE]),
        *selected("dunning step", WHILE_FROZEN),
        *selected("step:", WHILE_ORDERED, [settings.BILLING_FREEZING_CLAIMS]),
    ]


NOT_WHERE_THE_LAST_ENDED = """
SELECT n.id FROM (
    SELECT p.*, lag(p.index) OVER in_order AS before, lag(p.ends_at) OVER in_order AS ended_at,
        lag(p.created_at) OVER in_order AS since
    FROM billing_period p WHERE p.revoked_at IS NULL
    WINDOW in_order AS (PARTITION BY p.subscription_id ORDER BY p.index)
) n
JOIN igny8_auth_subscription s ON s.id = n.subscription_id
WHERE CASE
    WHEN n.index > n.before + 1 THEN NOT EXISTS (SELECT FROM billing_paymentevent e
        JOIN billing_invoice i ON i.id = e.invoice_id
        WHERE e.event = 'renew' AND e.note <> ''
            AND (i.subscription_id, i.period_index) = (n.subscription_id, n.index))
        AND NOT EXISTS (SELECT FROM billing_paymentevent e
            WHERE n.invoice_id IS NULL AND e.event = 'comp' AND e.object_type = 'subscription'
                AND (e.object_id, e.created_at) = (n.subscription_id, n.created_at)
                AND position('Not charged: ' IN e.note) > 0)
        AND NOT EXISTS (SELECT FROM billing_period revoked
            WHERE (revoked.subscription_id, revoked.index) = (n.subscription_id, n.index - 1)
                AND revoked.revoked_at > n.created_at)
    WHEN n.starts_at <> n.ended_at THEN NOT EXISTS (SELECT FROM billing_paymentevent e
        WHERE e.event = 'suspend' AND e.object_type = 'account' AND e.object_id = s.account_id
            AND e.created_at BETWEEN n.since AND n.created_at)
    ELSE false END
ORDER BY n.id
"""


def not_where_the_last_ended() -> list[str]:
    """Find periods that don't begin where the one before ended, without a pause or a noted gap.

    A period that was taken back later was there when the next one began.
    """
    return selected("period", NOT_WHERE_THE_LAST_ENDED)


CHECKS = {
    "8a. suspended accounts, and no others, owe a renewal since a time": suspended_without_a_debt,
    "8b. nobody is suspended without a final notice": suspended_without_notice,
    "8c. nobody is reminded twice a day, or while a claim stops the clock": reminded_too_often,
    "8d. a period begins where the one before ended": not_where_the_last_ended,
}
