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

from igny8_core.business.billing.dunning import DunningPlan

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
        anchor_at = now(), current_index = 0, paid_index = 1,
        updated_at = now() WHERE id = %(subscription_id)s""",
    """UPDATE igny8_auth_account SET status = 'active', plan_id = %(plan_id)s,
        credits = credits + %(included_credits)s,
        plan_credits = plan_credits + %(included_credits)s, next_billing_step_at = now(),
        updated_at = now() WHERE id = %(account_id)s""",
    """INSERT INTO billing_period (subscription_id, index, starts_at, ends_at, invoice_id,
        created_at)
    VALUES (%(subscription_id)s, 0, now(), now() + interval '1 month', %(invoice_id)s, now())""",
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

# What a renewal of the second month writes
RENEWAL_LOCK = """
SELECT a.id FROM igny8_auth_account a JOIN igny8_auth_subscription s ON s.account_id = a.id
WHERE a.id = %(account_id)s AND a.next_billing_step_at <= now() FOR UPDATE
"""
RENEWAL_NUMBER = """
INSERT INTO billing_invoicenumbercounter AS counter (year, last_number)
VALUES (extract(year FROM now()), 1)
ON CONFLICT (year) DO UPDATE SET last_number = counter.last_number + 1
RETURNING 'INV-' || year || '-' || lpad(last_number::text, 6, '0') AS number
"""
RENEWAL_INVOICE = """
INSERT INTO billing_invoice (number, account_id, subscription_id, kind, period_index, dunning_plan,
    status, currency, subtotal, tax_amount, total, payment_method_id, method_snapshot,
    payable_amount, payable_currency, exchange_rate, included_credits, billing_snapshot, issued_at,
    due_date, created_at, updated_at)
SELECT %(number)s, account_id, subscription_id, 'renewal', 1, %(dunning_plan)s, 'pending', currency,
    subtotal, tax_amount, total, payment_method_id, method_snapshot, payable_amount,
    payable_currency, exchange_rate, included_credits, billing_snapshot, now(), current_date + 7,
    now(), now()
FROM billing_invoice WHERE account_id = %(account_id)s
RETURNING id AS invoice_id
"""
RENEWAL_WRITES = (
    """INSERT INTO billing_invoiceline (invoice_id, description, quantity, unit_price, amount)
    SELECT id, 'Starter plan, 1 Feb 2027 to 1 Mar 2027, 1,000 credits', 1, total, total
    FROM billing_invoice WHERE id = %(invoice_id)s""",
    """INSERT INTO billing_paymentevent (account_id, event, object_type, object_id, from_state,
        to_state, invoice_id, note, created_at)
    VALUES (%(account_id)s, 'renew', 'invoice', %(invoice_id)s, '', 'pending', %(invoice_id)s, '',
        now())""",
    """UPDATE igny8_auth_account
        SET next_billing_step_at = date_trunc('day', now()) + interval '4 days'
        WHERE id = %(account_id)s""",
    """INSERT INTO common_outgoingmail (key, kind, recipient, language, arguments, attempts,
        last_error, drop_reason, created_at, updated_at)
    SELECT 'renewal_issued:' || i.id, 'renewal_issued', u.email, 'en', jsonb_build_object(
        'account_id', i.account_id, 'invoice_id', i.id, 'facts', jsonb_build_object(
            'seller_name', i.billing_snapshot #>> '{seller,name}', 'number', i.number,
            'due', '89.00 USD', 'payable', '25,053.50 PKR', 'due_date', i.due_date,
            'payment_reference', i.number, 'method', i.method_snapshot, 'is_welcome', false,
            'is_change', false, 'plan', 'Starter', 'period_start', i.due_date,
            'period_end', i.due_date)), 0, '', '', now(), now()
    FROM billing_invoice i JOIN igny8_auth_user u ON u.account_id = i.account_id
    WHERE i.id = %(invoice_id)s AND u.role = 'owner'""",
    """WITH job AS (INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args)
        SELECT 'mail', 'igny8_core.common.mail.deliver_mail', 0, recipient,
            jsonb_build_object('mail_id', id)
        FROM common_outgoingmail WHERE key = 'renewal_issued:' || %(invoice_id)s
        RETURNING id)
    UPDATE common_outgoingmail SET job_id = job.id FROM job
        WHERE key = 'renewal_issued:' || %(invoice_id)s""",
)
DUNNING_PLAN = json.dumps(DunningPlan().as_json())


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


def renew(connection: Connection, *, account_id: int) -> None:
    """Write what the renewal of an account writes, in one transaction with one commit.

    :raises RuntimeError: if it isn't due.
    """
    values: dict[str, Any] = {"account_id": account_id, "dunning_plan": DUNNING_PLAN}
    with connection.transaction():
        if connection.execute(RENEWAL_LOCK, values).fetchone() is None:
            message = f"Account {account_id} isn't due."
            raise RuntimeError(message)
        for statement in (RENEWAL_NUMBER, RENEWAL_INVOICE):
            values |= connection.execute(statement, values).fetchone() or {}
        for statement in RENEWAL_WRITES:
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
