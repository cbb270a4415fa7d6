"""Checks of emails: true, with the right amounts, none missing or sent twice.

They are kept for ``MAIL_RETENTION_DAYS``; those of closed accounts without readers and facts.
"""

from igny8_core.business.integrity.found import selected

# These emails can't become untrue: the states are final, or the email covers more than one.
CONTRADICTED = """
SELECT m.id FROM common_outgoingmail m
LEFT JOIN billing_payment p ON p.id = (m.arguments ->> 'payment_id')::bigint
LEFT JOIN billing_invoice i
    ON i.id = coalesce(p.invoice_id, (m.arguments ->> 'invoice_id')::bigint)
WHERE m.sent_at IS NOT NULL AND (
    m.kind = 'payment_approved' AND p.status NOT IN ('succeeded', 'reversed')
    OR m.kind = 'payment_rejected' AND p.status <> 'failed'
    OR m.kind = 'payment_reversed' AND p.status <> 'reversed'
    OR m.kind IN ('invoice_voided', 'order_expired') AND i.status <> 'void'
    OR m.arguments -> 'facts' ->> 'number' <> i.number
    OR (m.arguments ->> 'account_id')::bigint <> i.account_id)
ORDER BY m.id
"""


def contradicting_what_they_tell() -> list[str]:
    """Find emails that state a wrong state, number or account."""
    return selected("mail", CONTRADICTED)


# Amounts look like 25,053.50 PKR. After a change of method, the earlier amount isn't kept.
OTHER_AMOUNTS = """
SELECT DISTINCT m.id FROM common_outgoingmail m
LEFT JOIN billing_payment p ON p.id = (m.arguments ->> 'payment_id')::bigint
LEFT JOIN billing_invoice i
    ON i.id = coalesce(p.invoice_id, (m.arguments ->> 'invoice_id')::bigint)
CROSS JOIN LATERAL (VALUES
    (m.arguments #>> '{facts,due}', i.total, i.currency),
    (m.arguments #>> '{facts,amount}', p.amount, p.currency),
    (CASE WHEN m.arguments #> '{facts,payable}' IS NOT NULL AND NOT EXISTS (
        SELECT FROM billing_paymentevent e WHERE e.object_type = 'invoice'
            AND e.object_id = i.id AND e.event = 'change_method'
    ) THEN m.arguments #>> '{facts,payable}' END, i.payable_amount, i.payable_currency)
) told (money, amount, currency)
WHERE m.dropped_at IS NULL AND CASE
    WHEN told.money ~ '^[0-9,]+(\\.[0-9]+)? [A-Z]{3}$' THEN
        (replace(split_part(told.money, ' ', 1), ',', '')::numeric, split_part(told.money, ' ', 2))
            <> (told.amount, told.currency)
    ELSE told.money IS NOT NULL END
ORDER BY m.id
"""


def telling_another_amount() -> list[str]:
    """Find emails, sent or queued, that state a wrong amount."""
    return selected("mail", OTHER_AMOUNTS)


# A decision and its email have the same time. The oldest emails are deleted first: every decision
# after the oldest existing email must have its own. Closed accounts get no more emails, and an
# account without an owner has no recipient.
#
# The emails of a suspension and of a higher price are about their business day, too, whose zone may
# have changed since.
UNTOLD = """
SELECT told.key FROM billing_paymentevent e
CROSS JOIN LATERAL (SELECT CASE
    WHEN e.object_type = 'payment' AND e.event = 'approve' THEN 'payment_approved'
    WHEN e.object_type = 'payment' AND e.event = 'reject' THEN 'payment_rejected'
    WHEN e.object_type = 'payment' AND e.event IN ('reverse', 'reverse_and_void')
        THEN 'payment_reversed'
    WHEN e.object_type = 'invoice' AND e.event = 'void' THEN 'invoice_voided'
    WHEN e.object_type = 'invoice' AND e.event = 'renew' THEN 'renewal_issued'
    WHEN e.object_type = 'invoice' AND e.event = 'expire' THEN 'order_expired'
    WHEN e.object_type = 'subscription' AND e.event IN ('lapse', 'end') THEN 'subscription_ended'
    WHEN e.object_type = 'subscription' AND e.event = 'announce_price' THEN 'price_change'
    WHEN e.object_type = 'account' AND e.event = 'suspend' THEN 'suspended'
    END || ':' || CASE e.event WHEN 'suspend' THEN e.invoice_id ELSE e.object_id END AS key) told
CROSS JOIN LATERAL (SELECT CASE WHEN e.event IN ('suspend', 'announce_price') THEN ARRAY(
    SELECT told.key || ':' || (e.created_at::date + days) FROM generate_series(-1, 1) days
    ) ELSE ARRAY[told.key] END AS keys) any_of
WHERE e.created_at > (SELECT min(created_at) FROM common_outgoingmail)
    AND told.key IS NOT NULL
    AND NOT EXISTS (SELECT FROM common_outgoingmail m WHERE m.key = ANY (any_of.keys))
    AND NOT EXISTS (SELECT FROM billing_paymentevent closed
        WHERE closed.object_type = 'account' AND closed.object_id = e.account_id
            AND closed.event = 'close_account' AND closed.id < e.id)
    AND EXISTS (SELECT FROM igny8_auth_user u
        WHERE u.account_id = e.account_id AND u.role = 'owner')
ORDER BY e.id
"""
UNREMINDED = """
SELECT told.key FROM subscriptions_dunningstep d
JOIN billing_invoice i ON i.id = d.invoice_id
CROSS JOIN LATERAL (SELECT d.kind || ':' || d.invoice_id || ':' || d.about AS key) told
WHERE d.created_at > (SELECT min(created_at) FROM common_outgoingmail)
    AND NOT d.is_skipped
    AND NOT EXISTS (SELECT FROM common_outgoingmail m WHERE m.key = told.key)
    AND EXISTS (SELECT FROM igny8_auth_user u
        WHERE u.account_id = i.account_id AND u.role = 'owner')
ORDER BY d.id
"""
TOLD_TWICE = """
SELECT max(id) FROM common_outgoingmail
WHERE kind IN ('payment_approved', 'payment_rejected', 'payment_reversed', 'invoice_voided',
    'renewal_issued', 'order_expired', 'subscription_ended')
GROUP BY kind, recipient, coalesce(
    arguments ->> 'payment_id', arguments ->> 'invoice_id', arguments ->> 'subscription_id')
HAVING count(*) > 1
ORDER BY 1
"""


def decisions_not_told_once() -> list[str]:
    """Find decisions and steps of billing without an email, and emails that a reader got twice."""
    return [
        *selected("no mail", UNTOLD),
        *selected("no mail", UNREMINDED),
        *selected("mail", TOLD_TWICE),
    ]


CHECKS = {
    "5a. no mail that was sent contradicts what it tells of": contradicting_what_they_tell,
    "5c. no mail tells another amount than its invoice or payment": telling_another_amount,
    "5d. every decision was told, and to nobody twice": decisions_not_told_once,
}
