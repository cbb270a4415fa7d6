"""Many accounts, each with an invoice and its payment, written by SQL: services would take hours.

All triggers and constraints are satisfied, as ``verify_billing`` can confirm.
"""

from collections.abc import Iterator

from django.contrib.auth.models import Group
from django.db import connection, transaction

from igny8_core.auth.models import User
from igny8_core.auth.services.accounts import OwnerDetails
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.roles import BILLING_ADMIN
from igny8_core.business.onboarding.services import Registration, register_account
from igny8_core.common.clock import utc_now

REVIEWED = 50  # a payment that waits
ACCOUNTS = """
INSERT INTO igny8_auth_account (id, created_at, updated_at, name, status, plan_id, credits, country,
    billing_name, billing_email, billing_address_line1, billing_address_line2, billing_city,
    billing_state, billing_postal_code, tax_id)
SELECT n, now(), now(), 'Account ' || n,
    CASE WHEN n %% %(every)s = 0 THEN 'pending_payment' ELSE 'active' END,
    p.id, CASE WHEN n %% %(every)s = 0 THEN 0 ELSE p.included_credits END, 'PK',
    '', '', '', '', '', '', '', ''
FROM generate_series(1, %(payments)s) n, igny8_auth_plan p WHERE p.slug = 'starter'
"""
USERS = """
INSERT INTO igny8_auth_user (id, password, is_superuser, email, first_name, last_name, account_id,
    role, language, is_staff, is_active, date_joined)
SELECT n, '!', false, 'owner' || n || '@bench.example', '', '', n, 'owner', 'en', false, true, now()
FROM generate_series(1, %(payments)s) n
"""
SUBSCRIPTIONS = """
INSERT INTO igny8_auth_subscription (id, created_at, updated_at, account_id, plan_id, status,
    current_period_start, current_period_end)
SELECT id, now(), now(), id, plan_id,
    CASE status WHEN 'active' THEN 'active' ELSE 'pending_payment' END,
    CASE status WHEN 'active' THEN now() END,
    CASE status WHEN 'active' THEN now() + interval '1 month' END
FROM igny8_auth_account
"""
INVOICES = """
INSERT INTO billing_invoice (id, created_at, updated_at, number, account_id, subscription_id,
    status, currency, subtotal, tax_amount, total, payment_method_id, payable_amount,
    payable_currency, exchange_rate, included_credits, billing_snapshot, issued_at, due_date,
    paid_at)
SELECT a.id, now(), now(), 'INV-2020-' || lpad(a.id::text, 7, '0'), a.id, a.id,
    CASE a.status WHEN 'active' THEN 'paid' ELSE 'pending' END,
    'USD', p.price, 0, p.price, m.id, 25053.50, 'PKR', 281.5, p.included_credits,
    jsonb_build_object('customer', to_jsonb(a) || jsonb_build_object('account_name', a.name),
        'plan', to_jsonb(p) || '{"currency": "USD"}'), now() - a.id * interval '1 minute',
    current_date, CASE a.status WHEN 'active' THEN now() END
FROM igny8_auth_account a JOIN igny8_auth_plan p ON p.id = a.plan_id,
    billing_paymentmethodconfig m WHERE m.catalog_key = 'jazzcash:PK'
"""
LINES = """
INSERT INTO billing_invoiceline (invoice_id, description, quantity, unit_price, amount)
SELECT id, 'Starter plan', 1, total, total FROM billing_invoice
"""
PAYMENTS = """
INSERT INTO billing_payment (id, created_at, updated_at, invoice_id, method_id, status, amount,
    currency, manual_reference, manual_notes, proof, proof_content_type, proof_sha256,
    submitted_by_id, submitted_at, decided_at, admin_notes)
SELECT id, now(), now(), id, payment_method_id,
    CASE status WHEN 'paid' THEN 'succeeded' ELSE 'pending_approval' END, total, currency,
    'REF' || lpad(id::text, 7, '0'), '', '', '', '', id, issued_at + interval '1 hour',
    CASE status WHEN 'paid' THEN issued_at + interval '9 hours' END, ''
FROM billing_invoice
"""
LEDGER = """
INSERT INTO billing_credittransaction (account_id, kind, amount, balance_after, description,
    payment_id, created_at)
SELECT id, 'plan_grant', credits, credits, 'Starter plan', id, now()
FROM igny8_auth_account WHERE status = 'active'
"""
EVENTS = """
INSERT INTO billing_paymentevent (account_id, event, object_type, object_id, from_state, to_state,
    invoice_id, payment_id, note, created_at)
SELECT {account}, 'confirm', '{kind}', id, '', status, NULL, NULL, '', now() FROM {table}
"""
STATEFUL = [
    ("account", "igny8_auth_account", "id"),
    ("subscription", "igny8_auth_subscription", "account_id"),
    ("invoice", "billing_invoice", "account_id"),
    ("payment", "billing_payment", "invoice_id"),
]
SEQUENCES = [
    "igny8_auth_account",
    "igny8_auth_user",
    "igny8_auth_subscription",
    "billing_invoice",
    "billing_payment",
]


@transaction.atomic
def _write(params: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # triggers would take hours
        for sql in (ACCOUNTS, USERS, SUBSCRIPTIONS, INVOICES, LINES, PAYMENTS, LEDGER):
            cursor.execute(sql, params if "%(" in sql else None)
        for kind, table, account in STATEFUL:
            cursor.execute(EVENTS.format(kind=kind, table=table, account=account))
        for table in SEQUENCES:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
            )


def fill(*, payments: int, waiting_every: int, unpaid: int) -> None:
    """Write accounts 1 to ``payments``; one of ``waiting_every`` has a payment under review.

    :param unpaid: how many more accounts have an invoice that nobody has confirmed.
    """
    _write({"payments": payments, "every": waiting_every})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    for n in range(unpaid):
        register_account(
            registration=Registration(
                owner=OwnerDetails(
                    email=f"unpaid{n}@bench.example", password="", first_name="", last_name=""
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


def a_customer() -> User:
    """An owner who has paid."""
    return User.objects.get(email="owner1@bench.example")


def an_admin() -> User:
    """A billing admin."""
    admin = User.objects.create_user("admin@bench.example", is_staff=True)
    admin.groups.add(Group.objects.get(name=BILLING_ADMIN))
    return admin


def waiting_payments() -> Iterator[int]:
    """Ids of payments under review, the oldest first."""
    waiting = Payment.objects.filter(status="pending_approval").order_by("submitted_at")
    return iter(waiting.values_list("pk", flat=True)[:1000])


def deep_place() -> str:
    """Where the last page of all payments begins, as the desk's list names it."""
    payment = Payment.objects.order_by("submitted_at")[60]
    return f"{payment.submitted_at.isoformat()}_{payment.pk}"


def unpaid_invoices() -> Iterator[tuple[User, int]]:
    """Owners with the invoice that they have not confirmed yet."""
    invoices = Invoice.objects.filter(payments=None, status="pending").order_by("pk")
    return ((invoice.account.users.get(), invoice.pk) for invoice in invoices)
