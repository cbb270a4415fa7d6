"""Many accounts, each with an invoice and its payment, written by SQL: services would take hours.

All triggers and constraints are satisfied, as ``verify_billing`` can confirm.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from igny8_core.auth.models import Account, Plan, Subscription, User
from igny8_core.auth.services.accounts import OwnerDetails
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing.methods import PromisedMethod
from igny8_core.business.billing.models import (
    CreditTransaction,
    Invoice,
    InvoiceLine,
    InvoiceNumberCounter,
    Payment,
    PaymentEvent,
    PaymentMethodConfig,
    PaymentSearch,
    Period,
)
from igny8_core.business.billing.roles import BILLING_ADMIN
from igny8_core.business.billing.services import invoices
from igny8_core.business.onboarding.services import Registration, register_account
from igny8_core.common.clock import utc_now

REVIEWED = 50  # a payment that waits
MOST_DECIDED = 10_000  # in one stage
Columns = Mapping[str, str]
ACCOUNT: Columns = {
    "id": "n",
    "created_at": "now()",
    "updated_at": "now()",
    "name": "'Account ' || n",
    "status": "CASE WHEN n %% %(every)s = 0 THEN 'pending_payment' ELSE 'active' END",
    "plan_id": "plan.id",
    "credits": "CASE WHEN n %% %(every)s = 0 THEN 0 ELSE plan.included_credits END",
    "plan_credits": "CASE WHEN n %% %(every)s = 0 THEN 0 ELSE plan.included_credits END",
    "country": "'PK'",
    "next_billing_step_at": """CASE WHEN n %% %(every)s <> 0 THEN date_trunc('day',
        pg_temp.paid_at(n) + interval '1 month' - interval '1 microsecond') - interval '7 days'
        END""",
}
USER: Columns = {
    "id": "n",
    "password": "'!'",
    "email": "'owner' || n || '@bench.example'",
    "account_id": "n",
    "role": "'owner'",
    "date_joined": "now()",
}
BY_THE_MINUTE = "now() - n * interval '1 minute'"
ISSUED = "pg_temp.issued_at(account.id)"
PAID = "pg_temp.paid_at(account.id)"
TIMES = """
CREATE OR REPLACE FUNCTION pg_temp.issued_at(n bigint) RETURNS timestamptz
    LANGUAGE sql STABLE AS $$ SELECT {issued} $$;
CREATE OR REPLACE FUNCTION pg_temp.paid_at(n bigint) RETURNS timestamptz
    LANGUAGE sql STABLE AS $$ SELECT least(now(), pg_temp.issued_at(n) + interval '9 hours') $$;
"""
# Paid a month ago, less the seven days before whose end a renewal is issued; or in the last 20 days
RENEWED_TODAY = """CASE WHEN n <= {last}
    THEN date_trunc('day', now()) + interval '7 days 12 hours' - interval '1 month'
    ELSE now() - n % 20 * interval '1 day' END - interval '9 hours'"""
NEVER = 10**12
YEAR = f"extract(year FROM timezone('UTC', {ISSUED}))"
ADDRESS: Columns = {
    "user_id": "id",
    "email": "email",
    "verified": "true",
    "primary": "true",
}
SUBSCRIPTION: Columns = {
    "id": "account.id",
    "created_at": "now()",
    "updated_at": "now()",
    "account_id": "account.id",
    "plan_id": "account.plan_id",
    "terms": "%(terms)s::jsonb",
    "status": "account.status",
    "current_period_start": f"CASE account.status WHEN 'active' THEN {PAID} END",
    "current_period_end": f"CASE account.status WHEN 'active' THEN {PAID} + interval '1 month' END",
    "anchor_at": f"CASE account.status WHEN 'active' THEN {PAID} END",
    "current_index": "CASE account.status WHEN 'active' THEN 0 END",
    "paid_index": "CASE account.status WHEN 'active' THEN 1 ELSE 0 END",
}
PERIOD: Columns = {
    "subscription_id": "subscription.id",
    "index": "0",
    "starts_at": "subscription.current_period_start",
    "ends_at": "subscription.current_period_end",
    "invoice_id": "subscription.id",
    "created_at": "subscription.current_period_start",
}
INVOICE: Columns = {
    "id": "account.id",
    "created_at": "now()",
    "updated_at": "now()",
    "number": f"""'INV-' || {YEAR} || '-' || lpad((row_number() OVER (PARTITION BY {YEAR}
        ORDER BY account.id) + coalesce(last_number, 0))::text, 6, '0')""",
    "account_id": "account.id",
    "subscription_id": "account.id",
    "period_index": "0",
    "status": "CASE account.status WHEN 'active' THEN 'paid' ELSE 'pending' END",
    "currency": "'USD'",
    "subtotal": "plan.price",
    "tax_amount": "0",
    "total": "plan.price",
    "payment_method_id": "method.id",
    "method_snapshot": "%(method)s::jsonb",
    "payable_amount": "25053.50",
    "payable_currency": "'PKR'",
    "exchange_rate": "281.5",
    "included_credits": "plan.included_credits",
    "billing_snapshot": """jsonb_set(
        %(snapshot)s::jsonb, '{customer,account_name}', to_jsonb(account.name))""",
    "issued_at": ISSUED,
    "due_date": "current_date",
    "paid_at": f"CASE account.status WHEN 'active' THEN {PAID} END",
}
LINE: Columns = {
    "invoice_id": "invoice.id",
    "description": "'Starter plan'",
    "unit_price": "invoice.total",
    "amount": "invoice.total",
}
PAYMENT: Columns = {
    "id": "invoice.id",
    "created_at": "now()",
    "updated_at": "now()",
    "invoice_id": "invoice.id",
    "method_id": "invoice.payment_method_id",
    "method_snapshot": "invoice.method_snapshot",
    "status": "CASE invoice.status WHEN 'paid' THEN 'succeeded' ELSE 'pending_approval' END",
    "amount": "invoice.total",
    "currency": "invoice.currency",
    "manual_reference": "'REF' || lpad(invoice.id::text, 7, '0')",
    "reference_key": "'ref' || lpad(invoice.id::text, 7, '0')",
    "manual_notes": "'Sent by Payer ' || invoice.id",
    "submitted_by_id": "invoice.id",
    "submitted_at": "least(now(), invoice.issued_at + interval '1 hour')",
    "decided_at": "invoice.paid_at",
}
SEARCH: Columns = {"payment_id": "id", "text": "billing_search_text(id)"}
GRANT: Columns = {
    "account_id": "account.id",
    "kind": "'plan_grant'",
    "amount": "account.credits",
    "plan_amount": "account.credits",
    "balance_after": "account.credits",
    "description": "'Starter plan'",
    "payment_id": "account.id",
    "created_at": "now()",
}
COUNTER: Columns = {"year": "substring(number, 5, 4)::int", "last_number": "count(*)"}
COUNTED = """ON CONFLICT (year) DO UPDATE
    SET last_number = billing_invoicenumbercounter.last_number + excluded.last_number"""
NUMBERS = "generate_series(%(before)s + 1, %(before)s + %(payments)s) n"
STARTER = "igny8_auth_plan plan"
SUBSCRIBED = f"igny8_auth_account account JOIN {STARTER} ON plan.id = account.plan_id"
INVOICED = f"""{SUBSCRIBED}
    JOIN billing_paymentmethodconfig method ON method.catalog_key = 'jazzcash:PK'
    LEFT JOIN billing_invoicenumbercounter counter ON counter.year = {YEAR}"""
NEW = "id > %(before)s"
ROWS: list[tuple[type[Model], Columns, str]] = [
    (Account, ACCOUNT, f"{NUMBERS}, {STARTER} WHERE plan.slug = 'starter'"),
    (User, USER, NUMBERS),
    (EmailAddress, ADDRESS, f"igny8_auth_user WHERE {NEW}"),
    (Subscription, SUBSCRIPTION, f"{SUBSCRIBED} WHERE account.{NEW}"),
    (Invoice, INVOICE, f"{INVOICED} WHERE account.{NEW}"),
    (
        InvoiceNumberCounter,
        COUNTER,
        f"billing_invoice WHERE {NEW} GROUP BY substring(number, 5, 4) {COUNTED}",
    ),
    (
        Period,
        PERIOD,
        f"igny8_auth_subscription subscription WHERE {NEW} AND status = 'active'",
    ),
    (InvoiceLine, LINE, f"billing_invoice invoice WHERE {NEW}"),
    (Payment, PAYMENT, f"billing_invoice invoice WHERE {NEW}"),
    (PaymentSearch, SEARCH, f"billing_payment WHERE {NEW}"),
    (
        CreditTransaction,
        GRANT,
        f"igny8_auth_account account WHERE {NEW} AND account.status = 'active'",
    ),
]
EVENT: Columns = {
    "account_id": "id",  # the same for all that an account has
    "event": "'{event}'",
    "object_type": "'{kind}'",
    "object_id": "id",
    "from_state": "'{before}'",
    "to_state": "{after}",
    "created_at": "now() - interval '91 days'",  # emails of this are deleted by now
}
STATEFUL = [
    ("account", "igny8_auth_account", "sign_up_paid", "pending_payment"),
    ("subscription", "igny8_auth_subscription", "sign_up_paid", "pending_payment"),
    ("invoice", "billing_invoice", "sign_up_paid", "pending"),
    ("payment", "billing_payment", "confirm", "pending_approval"),
]
SEQUENCES = [
    "igny8_auth_account",
    "igny8_auth_user",
    "account_emailaddress",
    "igny8_auth_subscription",
    "billing_invoice",
    "billing_payment",
]


@transaction.atomic
def _write(*, payments: int, waiting_every: int, issued: str) -> None:
    with connection.cursor() as cursor, _without_indexes(cursor):
        cursor.execute(TIMES.format(issued=issued))
        numbers = {"payments": payments, "every": waiting_every, "before": _last_id(cursor)}
        params = {**numbers, **_promises()}
        cursor.execute("SET LOCAL session_replication_role = replica")  # triggers would take hours
        for model, columns, source in ROWS:
            _insert(cursor, model, columns, source, params)
        for kind, table, event, first in STATEFUL:
            made = {"kind": kind, "event": event, "before": "", "after": f"'{first}'"}
            _insert(cursor, PaymentEvent, _formatted(EVENT, made), f"{table} WHERE {NEW}", params)
            approved = {"kind": kind, "event": "approve", "before": first, "after": "status"}
            moved = f"{table} WHERE {NEW} AND status <> '{first}'"
            _insert(cursor, PaymentEvent, _formatted(EVENT, approved), moved, params)
        for table in SEQUENCES:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
            )


@contextmanager
def _without_indexes(cursor: CursorWrapper) -> Iterator[None]:
    """Drop all indexes that hold no rule; making them anew takes a tenth of the time."""
    cursor.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
        FROM pg_index WHERE indrelid::regclass::text = ANY(%s) AND NOT indisunique""",
        [[PaymentEvent._meta.db_table, *(model._meta.db_table for model, *_ in ROWS)]],
    )
    indexes = cursor.fetchall()
    cursor.execute(f"DROP INDEX {', '.join(name for name, _ in indexes)}")
    yield
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    for _, definition in indexes:
        cursor.execute(definition)


def _promises() -> dict[str, str]:
    """Return what every invoice promises, as the services store it."""
    plan = PlanTerms.of_plan(Plan.objects.get(slug="starter"))
    method = PaymentMethodConfig.objects.get(catalog_key="jazzcash:PK")
    snapshot = invoices._snapshot(account=Account(country="PK"), plan=plan)
    return {
        "terms": json.dumps(plan.as_json()),
        "method": json.dumps(PromisedMethod.of_row(method).as_json()),
        "snapshot": json.dumps(snapshot),
    }


def _last_id(cursor: CursorWrapper) -> int:
    """Return an id that no account, invoice, payment and so on is beyond."""
    highest = " UNION ALL ".join(f"SELECT max(id) FROM {table}" for table in SEQUENCES)  # noqa: S608
    cursor.execute(f"SELECT coalesce(max(max), 0) FROM ({highest}) tables")  # noqa: S608
    return int(cursor.fetchone()[0])


def _formatted(columns: Columns, words: Mapping[str, str]) -> Columns:
    return {name: value.format(**words) for name, value in columns.items()}


def _insert(
    cursor: CursorWrapper, model: type[Model], columns: Columns, source: str, params: Any
) -> None:
    """Insert what a query gives. Other columns get their model's default, or the table's."""
    named: dict[str, str] = dict(columns)
    defaults: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        column = str(field.column)
        is_filled = field.null or field.primary_key or field.has_db_default()
        if column not in named and not is_filled:
            named[column] = f"%(default_{column})s"
            value = field.get_default()
            defaults[f"default_{column}"] = field.get_db_prep_save(value, connection)
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join(map(connection.ops.quote_name, named))}) "  # noqa: S608  (our own words)
        f"SELECT {', '.join(named.values())} FROM {source}",
        {**params, **defaults},
    )


def fill(*, payments: int, waiting_every: int, unpaid: int) -> None:
    """Write as many more accounts; one of ``waiting_every`` has a payment under review.

    :param unpaid: how many more accounts have an invoice that nobody has confirmed.
    """
    _write(payments=payments, waiting_every=waiting_every, issued=BY_THE_MINUTE)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    for _ in range(unpaid):
        register_account(
            registration=Registration(
                owner=OwnerDetails(
                    email=f"unpaid{uuid4()}@bench.example",
                    password="",
                    first_name="",
                    last_name="",
                ),
                plan_slug="starter",
                country="PK",
                payment_method="jazzcash",
                account_name="",
                billing={},
            ),
            ip_address=None,
            now=utc_now(),
        )


def fill_with_renewals(*, live: int, due: int) -> list[int]:
    """Write as many more accounts, each in a month that is paid for.

    :param due: how many of them have a renewal to be issued today; the others have nothing to do.
    :returns: the ids of these accounts.
    """
    with connection.cursor() as cursor:
        before = _last_id(cursor)
        issued = RENEWED_TODAY.format(last=before + due)
        _write(payments=live, waiting_every=NEVER, issued=issued)
        cursor.execute("VACUUM ANALYZE")
    return list(range(before + 1, before + due + 1))


def let_billing_rest() -> None:
    """Let billing look at none of the accounts that there are."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE igny8_auth_account SET next_billing_step_at = NULL")


def sell_by_real_details() -> None:
    """Take every method's example details for real: production offers no others."""
    PaymentMethodConfig.objects.update(has_example_details=False)


def a_customer() -> User:
    """An owner who has paid."""
    return User.objects.get(email="owner1@bench.example")


def admins(number: int) -> list[User]:
    """Make as many billing admins, each with a second factor."""
    group = Group.objects.get(name=BILLING_ADMIN)
    made = [
        User.objects.create_user(f"admin{each}@bench.example", is_staff=True)
        for each in range(number)
    ]
    for admin in made:
        admin.groups.add(group)
        Authenticator.objects.create(user=admin, type=Authenticator.Type.TOTP, data={})
    return made


def waiting_payments() -> list[int]:
    """Ids of payments under review, the oldest first."""
    waiting = Payment.objects.filter(status="pending_approval").order_by("submitted_at", "pk")
    return list(waiting.values_list("pk", flat=True)[:MOST_DECIDED])


def deep_place() -> str:
    """Where the last page of all payments begins, as the desk's list names it."""
    payment = Payment.objects.order_by("submitted_at")[60]
    return f"{payment.submitted_at.isoformat()}_{payment.pk}"


def unpaid_invoices() -> Iterator[tuple[User, int]]:
    """Owners with the invoice that they have not confirmed yet."""
    invoices = Invoice.objects.filter(payments=None, status="pending").order_by("pk")
    return ((invoice.account.users.get(), invoice.pk) for invoice in invoices)
