"""What can't be beaten: the same rows read, or written, by a few statements without a framework.

They are prepared, on a connection of their own, in this process.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection as of_django
from psycopg.rows import DictRow, dict_row

Connection = psycopg.Connection[DictRow]
# What the admin API tells of a payment, from the tables where it is kept
PAYMENTS = """
SELECT p.id, p.invoice_id, i.number AS invoice_number,
    p.method_snapshot->>'payment_method' AS payment_method,
    p.method_snapshot->>'display_name' AS payment_method_name,
    p.method_snapshot->'translations' AS payment_method_names,
    p.amount, p.currency, p.manual_reference, p.manual_notes, p.paid_on, p.status,
    p.proof, p.proof_state, p.proof_refusal, p.submitted_at, p.decided_at, p.admin_notes,
    i.account_id, a.name AS account_name, i.billing_snapshot->'customer'->>'country' AS country,
    s.email AS submitted_by, d.email AS decided_by
FROM billing_payment p
JOIN billing_invoice i ON i.id = p.invoice_id
JOIN igny8_auth_account a ON a.id = i.account_id
JOIN igny8_auth_user s ON s.id = p.submitted_by_id
LEFT JOIN igny8_auth_user d ON d.id = p.decided_by_id
"""
LOCK = """
SELECT p.id, p.invoice_id, i.account_id, i.subscription_id, i.number, i.included_credits,
    i.billing_snapshot->'plan' AS plan, i.billing_snapshot->'seller'->>'name' AS seller,
    p.amount, p.currency, p.manual_reference, p.method_snapshot->>'display_name' AS method,
    a.credits, s.plan_id, u.email
FROM billing_payment p
JOIN billing_invoice i ON i.id = p.invoice_id
JOIN igny8_auth_account a ON a.id = i.account_id
JOIN igny8_auth_subscription s ON s.id = i.subscription_id
JOIN igny8_auth_user u ON u.account_id = a.id AND u.role = 'owner'
WHERE p.id = %(payment_id)s AND p.status = 'pending_approval'
FOR UPDATE OF a, s, i, p
"""
WRITES = (
    """UPDATE billing_payment SET status = 'succeeded', decided_by_id = %(admin_id)s,
        decided_at = now(), admin_notes = 'Found', updated_at = now() WHERE id = %(id)s""",
    """UPDATE billing_invoice SET status = 'paid', paid_at = now(), updated_at = now()
        WHERE id = %(invoice_id)s""",
    """UPDATE igny8_auth_subscription SET status = 'active', terms = %(plan)s,
        current_period_start = now(), current_period_end = now() + interval '1 month',
        updated_at = now() WHERE id = %(subscription_id)s""",
    """UPDATE igny8_auth_account SET status = 'active', plan_id = %(plan_id)s,
        credits = credits + %(included_credits)s,
        plan_credits = plan_credits + %(included_credits)s, updated_at = now()
        WHERE id = %(account_id)s""",
    """INSERT INTO billing_paymentevent (account_id, event, object_type, object_id, from_state,
        to_state, invoice_id, payment_id, actor_id, note, created_at)
    SELECT %(account_id)s, 'approve', kind, of, before, after, %(invoice_id)s, %(id)s,
        %(admin_id)s, 'Found', now()
    FROM (VALUES ('payment', %(id)s, 'pending_approval', 'succeeded'),
        ('invoice', %(invoice_id)s, 'pending', 'paid'),
        ('subscription', %(subscription_id)s, 'pending_payment', 'active'),
        ('account', %(account_id)s, 'pending_payment', 'active')) moved (kind, of, before, after)
    """,
    """INSERT INTO billing_credittransaction (account_id, kind, amount, plan_amount,
        balance_after, description, payment_id, created_at)
    VALUES (%(account_id)s, 'plan_grant', %(included_credits)s, %(included_credits)s,
        %(balance)s, %(description)s, %(id)s, now())""",
    """INSERT INTO common_outgoingmail (key, kind, recipient, language, arguments, attempts,
        last_error, drop_reason, created_at, updated_at)
    VALUES (%(key)s, 'payment_approved', %(email)s, 'en', %(arguments)s, 0, '', '', now(), now())
    """,
    """WITH job AS (INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args)
        SELECT 'mail', 'igny8_core.common.mail.deliver_mail', 0, recipient,
            jsonb_build_object('mail_id', id)
        FROM common_outgoingmail WHERE key = %(key)s
        RETURNING id)
    UPDATE common_outgoingmail SET job_id = job.id FROM job WHERE key = %(key)s""",
)


@contextmanager
def own_connection() -> Iterator[Connection]:
    """Connect to the measured database as a program without a framework does."""
    params = of_django.get_connection_params()
    named = {name: params[name] for name in ("host", "port", "user", "password") if name in params}
    with psycopg.connect(
        dbname=params["dbname"],
        **named,
        autocommit=True,
        prepare_threshold=0,
        row_factory=dict_row,
    ) as connection:
        yield connection


def payments_as_json(connection: Connection, condition: str, *values: object) -> str:
    """Return rows as the admin API has them.

    :param condition: what follows FROM: WHERE, ORDER BY, LIMIT.
    :raises RuntimeError: if there are none.
    """
    rows = connection.execute(PAYMENTS + condition, values).fetchall()
    if not rows:
        message = f"No rows: {condition}"
        raise RuntimeError(message)
    return json.dumps({"count": len(rows), "results": rows}, default=str)


def approve(connection: Connection, *, payment_id: int, admin_id: int) -> None:
    """Write what an approval writes, in one transaction with one commit.

    :raises RuntimeError: if the payment doesn't wait.
    """
    with connection.transaction():
        locked = connection.execute(LOCK, {"payment_id": payment_id}).fetchone()
        if locked is None:
            message = f"Payment {payment_id} doesn't wait."
            raise RuntimeError(message)
        values = locked | _derived(locked) | {"admin_id": admin_id}
        for statement in WRITES:
            connection.execute(statement, values)


def _derived(locked: DictRow) -> dict[str, Any]:
    balance = locked["credits"] + locked["included_credits"]
    facts = {
        "seller_name": locked["seller"],
        "number": locked["number"],
        "amount": f"{locked['amount']} {locked['currency']}",
        "method": locked["method"],
        "method_names": {},
        "reference": locked["manual_reference"],
        "credits": balance,
        "note": "Found",
    }
    ids = {"account_id": locked["account_id"], "payment_id": locked["id"]}
    return {
        "plan": json.dumps(locked["plan"]),
        "balance": balance,
        "description": f"{locked['plan']['name']} plan, invoice {locked['number']}",
        "key": f"payment_approved:{locked['id']}",
        "arguments": json.dumps({**ids, "facts": facts}),
    }
