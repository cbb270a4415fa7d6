"""An approval makes the database work less, and is checked as before.

The guards of balances, settlements and states run nine times at each. They used to make JSON of
the whole row to find an id in it, and to plan a query anew each time.

A changed account keeps its place in the search index if there is room for it on its page.
"""

from django.db import migrations

BALANCE = """
CREATE OR REPLACE FUNCTION billing_check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked_id bigint;
    cached bigint;
    summed bigint;
BEGIN
    {find}
    SELECT credits INTO cached FROM igny8_auth_account WHERE id = checked_id;
    SELECT coalesce(sum(amount), 0) INTO summed
        FROM billing_credittransaction WHERE account_id = checked_id;
    IF cached IS DISTINCT FROM summed THEN
        RAISE EXCEPTION 'account %: credits % are not the ledger''s sum %',
            checked_id, cached, summed USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""
SETTLEMENT = """
CREATE OR REPLACE FUNCTION billing_check_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked_id bigint;
    is_paid boolean;
    settled integer;
    succeeded integer;
BEGIN
    {find}
    SELECT status = 'paid' INTO is_paid FROM billing_invoice WHERE id = checked_id;
    SELECT count(*), count(*) FILTER (
            WHERE (p.amount, p.currency) IN
                ((i.total, i.currency), (i.payable_amount, i.payable_currency)))
        INTO succeeded, settled
        FROM billing_payment p JOIN billing_invoice i ON i.id = p.invoice_id
        WHERE p.invoice_id = checked_id AND p.status = 'succeeded';
    IF (is_paid AND settled <> 1) OR (NOT is_paid AND succeeded <> 0) THEN
        RAISE EXCEPTION 'invoice %: paid is %, but % succeeded payment(s), % of its amount',
            checked_id, is_paid, succeeded, settled USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""
AUDIT = """
CREATE OR REPLACE FUNCTION billing_check_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    present text;
    recorded text;
BEGIN
    {find}
    SELECT to_state INTO recorded FROM billing_paymentevent
        WHERE object_type = TG_ARGV[0] AND object_id = NEW.id ORDER BY id DESC LIMIT 1;
    IF present IS NOT NULL AND present IS DISTINCT FROM recorded THEN
        RAISE EXCEPTION '% % is %, but its last event says %',
            TG_ARGV[0], NEW.id, present, coalesce(recorded, 'nothing')
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""
ID_OF = """IF TG_TABLE_NAME = '{parent}' THEN checked_id := NEW.id;
    ELSE checked_id := NEW.{key}; END IF;"""
ID_OF_BEFORE = """checked_id := CASE TG_TABLE_NAME
        WHEN '{parent}' THEN (to_jsonb(NEW) ->> 'id')::bigint
        ELSE (to_jsonb(NEW) ->> '{key}')::bigint END;"""
STATE = """CASE TG_ARGV[0]
        WHEN 'account' THEN
            SELECT status INTO present FROM igny8_auth_account WHERE id = NEW.id;
        WHEN 'subscription' THEN
            SELECT status INTO present FROM igny8_auth_subscription WHERE id = NEW.id;
        WHEN 'invoice' THEN
            SELECT status INTO present FROM billing_invoice WHERE id = NEW.id;
        WHEN 'payment' THEN
            SELECT status INTO present FROM billing_payment WHERE id = NEW.id;
    END CASE;"""
STATE_BEFORE = """EXECUTE format('SELECT status FROM %I WHERE id = $1', TG_TABLE_NAME)
        INTO present USING NEW.id;"""


def guards(id_of: str, state: str) -> str:
    account = id_of.format(parent="igny8_auth_account", key="account_id")
    invoice = id_of.format(parent="billing_invoice", key="invoice_id")
    return (
        BALANCE.format(find=account)
        + SETTLEMENT.format(find=invoice)
        + AUDIT.format(find=state)
    )


ROOM = "ALTER TABLE igny8_auth_account SET (fillfactor = 75)"
NO_ROOM = "ALTER TABLE igny8_auth_account RESET (fillfactor)"


class Migration(migrations.Migration):
    dependencies = [("billing", "0021_plain_words")]

    operations = [
        migrations.RunSQL(
            sql=guards(ID_OF, STATE), reverse_sql=guards(ID_OF_BEFORE, STATE_BEFORE)
        ),
        migrations.RunSQL(sql=ROOM, reverse_sql=NO_ROOM),
    ]
