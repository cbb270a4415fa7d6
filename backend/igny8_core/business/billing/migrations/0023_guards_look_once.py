"""Each guard looks with one statement, and an approved invoice is put into its search index later.

What is refused stays the same. An invoice whose state changes gets a new place in every index: in
that of its number it now goes into the list that searches also read.
"""

from django.db import migrations

from igny8_core.common.search import SearchText, search_index

TABLES = {
    "account": "igny8_auth_account",
    "subscription": "igny8_auth_subscription",
    "invoice": "billing_invoice",
    "payment": "billing_payment",
}
BALANCE = """
CREATE OR REPLACE FUNCTION billing_check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked_id bigint;
    cached bigint;
    summed bigint;
BEGIN
    IF TG_TABLE_NAME = 'igny8_auth_account' THEN checked_id := NEW.id;
    ELSE checked_id := NEW.account_id; END IF;
    {look}
    IF cached IS DISTINCT FROM summed THEN
        RAISE EXCEPTION 'account %: credits % are not the ledger''s sum %',
            checked_id, cached, summed USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""
BALANCE_ONCE = """SELECT (SELECT credits FROM igny8_auth_account WHERE id = checked_id),
            (SELECT coalesce(sum(amount), 0)
                FROM billing_credittransaction WHERE account_id = checked_id)
        INTO cached, summed;"""
BALANCE_TWICE = """SELECT credits INTO cached FROM igny8_auth_account WHERE id = checked_id;
    SELECT coalesce(sum(amount), 0) INTO summed
        FROM billing_credittransaction WHERE account_id = checked_id;"""
SETTLEMENT = """
CREATE OR REPLACE FUNCTION billing_check_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked_id bigint;
    is_paid boolean;
    settled integer;
    succeeded integer;
BEGIN
    IF TG_TABLE_NAME = 'billing_invoice' THEN checked_id := NEW.id;
    ELSE checked_id := NEW.invoice_id; END IF;
    {look}
    IF (is_paid AND settled <> 1) OR (NOT is_paid AND succeeded <> 0) THEN
        RAISE EXCEPTION 'invoice %: paid is %, but % succeeded payment(s), % of its amount',
            checked_id, is_paid, succeeded, settled USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""
SETTLEMENT_ONCE = """SELECT i.status = 'paid', count(p.id), count(p.id) FILTER (
            WHERE (p.amount, p.currency) IN
                ((i.total, i.currency), (i.payable_amount, i.payable_currency)))
        INTO is_paid, succeeded, settled
        FROM billing_invoice i
        LEFT JOIN billing_payment p ON p.invoice_id = i.id AND p.status = 'succeeded'
        WHERE i.id = checked_id GROUP BY i.id;"""
SETTLEMENT_TWICE = """SELECT status = 'paid' INTO is_paid FROM billing_invoice WHERE id = checked_id;
    SELECT count(*), count(*) FILTER (
            WHERE (p.amount, p.currency) IN
                ((i.total, i.currency), (i.payable_amount, i.payable_currency)))
        INTO succeeded, settled
        FROM billing_payment p JOIN billing_invoice i ON i.id = p.invoice_id
        WHERE p.invoice_id = checked_id AND p.status = 'succeeded';"""
AUDIT = """
CREATE OR REPLACE FUNCTION billing_check_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    present text;
    recorded text;
BEGIN
    {look}
    IF present IS NOT NULL AND present IS DISTINCT FROM recorded THEN
        RAISE EXCEPTION '% % is %, but its last event says %',
            TG_ARGV[0], NEW.id, present, coalesce(recorded, 'nothing')
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""
STATE = "(SELECT status FROM {table} WHERE id = NEW.id)"
EVENT = """SELECT to_state{into} FROM billing_paymentevent
        WHERE object_type = TG_ARGV[0] AND object_id = NEW.id ORDER BY id DESC LIMIT 1"""


def _by_type(then: str) -> str:
    """Return what to do for each type of object."""
    cases = (f"WHEN '{name}' THEN {then.format(table=table)}" for name, table in TABLES.items())
    return f"CASE TG_ARGV[0] {' '.join(cases)} END CASE;"


AUDIT_ONCE = _by_type(f"SELECT {STATE}, ({EVENT.format(into='')}) INTO present, recorded;")
AUDIT_TWICE = _by_type(f"SELECT {STATE} INTO present;") + EVENT.format(into=" INTO recorded") + ";"


def _guards(*, balance: str, settlement: str, audit: str) -> str:
    return (
        BALANCE.format(look=balance)
        + SETTLEMENT.format(look=settlement)
        + AUDIT.format(look=audit)
    )


NUMBER = SearchText("number")
PUT_IN_LATER = "ALTER INDEX invoice_search SET (fastupdate = on, gin_pending_list_limit = 512)"
PUT_IN_AT_ONCE = """
ALTER INDEX invoice_search RESET (gin_pending_list_limit);
ALTER INDEX invoice_search SET (fastupdate = off);
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0022_less_work_at_approval")]

    operations = [
        migrations.RunSQL(
            sql=_guards(balance=BALANCE_ONCE, settlement=SETTLEMENT_ONCE, audit=AUDIT_ONCE),
            reverse_sql=_guards(
                balance=BALANCE_TWICE, settlement=SETTLEMENT_TWICE, audit=AUDIT_TWICE
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(PUT_IN_LATER, PUT_IN_AT_ONCE)],
            state_operations=[
                migrations.RemoveIndex("invoice", "invoice_search"),
                migrations.AddIndex(
                    "invoice", search_index("invoice_search", NUMBER, often_written=True)
                ),
            ],
        ),
    ]
