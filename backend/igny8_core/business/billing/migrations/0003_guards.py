"""Rules that constraints can't express, enforced by triggers.

The deferred ones run at COMMIT, when a transition has written everything; each reads the rows
again, because a transaction may change them more than once.
"""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION billing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER credit_ledger_is_append_only
    BEFORE UPDATE OR DELETE ON billing_credittransaction
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER payment_events_are_append_only
    BEFORE UPDATE OR DELETE ON billing_paymentevent
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER invoice_is_never_deleted
    BEFORE DELETE ON billing_invoice
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER issued_invoice_is_never_rewritten
    BEFORE UPDATE ON billing_invoice
    FOR EACH ROW WHEN (
        (OLD.number, OLD.account_id, OLD.subscription_id, OLD.currency, OLD.subtotal,
         OLD.tax_amount, OLD.total, OLD.included_credits, OLD.billing_snapshot, OLD.issued_at)
        IS DISTINCT FROM
        (NEW.number, NEW.account_id, NEW.subscription_id, NEW.currency, NEW.subtotal,
         NEW.tax_amount, NEW.total, NEW.included_credits, NEW.billing_snapshot, NEW.issued_at)
    ) EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER claimed_payment_is_never_rewritten
    BEFORE UPDATE ON billing_payment
    FOR EACH ROW WHEN (
        (OLD.invoice_id, OLD.method_id, OLD.amount, OLD.currency, OLD.manual_reference)
        IS DISTINCT FROM
        (NEW.invoice_id, NEW.method_id, NEW.amount, NEW.currency, NEW.manual_reference)
    ) EXECUTE FUNCTION billing_refuse_change();
"""

BALANCE = """
CREATE FUNCTION billing_check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked_id bigint := CASE TG_TABLE_NAME
        WHEN 'igny8_auth_account' THEN (to_jsonb(NEW) ->> 'id')::bigint
        ELSE (to_jsonb(NEW) ->> 'account_id')::bigint END;
    cached integer;
    summed bigint;
BEGIN
    SELECT credits INTO cached FROM igny8_auth_account WHERE id = checked_id;
    SELECT coalesce(sum(amount), 0) INTO summed
        FROM billing_credittransaction WHERE account_id = checked_id;
    IF cached IS DISTINCT FROM summed THEN
        RAISE EXCEPTION 'account %: credits % are not the ledger''s sum %',
            checked_id, cached, summed USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER account_credits_are_the_ledgers_sum
    AFTER INSERT OR UPDATE OF credits ON igny8_auth_account
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_check_balance();
CREATE CONSTRAINT TRIGGER ledgers_sum_is_the_accounts_credits
    AFTER INSERT ON billing_credittransaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_check_balance();
"""

SETTLEMENT = """
CREATE FUNCTION billing_check_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked_id bigint := CASE TG_TABLE_NAME
        WHEN 'billing_invoice' THEN (to_jsonb(NEW) ->> 'id')::bigint
        ELSE (to_jsonb(NEW) ->> 'invoice_id')::bigint END;
    is_paid boolean;
    settled integer;
    succeeded integer;
BEGIN
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

CREATE CONSTRAINT TRIGGER paid_invoice_has_one_succeeded_payment_of_its_amount
    AFTER INSERT OR UPDATE ON billing_invoice
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_check_settlement();
CREATE CONSTRAINT TRIGGER succeeded_payment_has_a_paid_invoice
    AFTER INSERT OR UPDATE OF status ON billing_payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_check_settlement();
"""

AUDIT = """
CREATE FUNCTION billing_check_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    present text;
    recorded text;
BEGIN
    EXECUTE format('SELECT status FROM %I WHERE id = $1', TG_TABLE_NAME)
        INTO present USING NEW.id;
    SELECT to_state INTO recorded FROM billing_paymentevent
        WHERE object_type = TG_ARGV[0] AND object_id = NEW.id ORDER BY id DESC LIMIT 1;
    IF present IS NOT NULL AND present IS DISTINCT FROM recorded THEN
        RAISE EXCEPTION '% % is %, but its last event says %',
            TG_ARGV[0], NEW.id, present, coalesce(recorded, 'nothing')
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
""" + "".join(
    f"""
CREATE CONSTRAINT TRIGGER {object_type}_state_has_its_event
    AFTER INSERT OR UPDATE OF status ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_check_event('{object_type}');
"""
    for object_type, table in [
        ("account", "igny8_auth_account"),
        ("subscription", "igny8_auth_subscription"),
        ("invoice", "billing_invoice"),
        ("payment", "billing_payment"),
    ]
)

REMOVE = """
DROP FUNCTION billing_check_event() CASCADE;
DROP FUNCTION billing_check_settlement() CASCADE;
DROP FUNCTION billing_check_balance() CASCADE;
DROP FUNCTION billing_refuse_change() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_initial")]

    operations = [
        migrations.RunSQL(sql=APPEND_ONLY + BALANCE + SETTLEMENT + AUDIT, reverse_sql=REMOVE)
    ]
