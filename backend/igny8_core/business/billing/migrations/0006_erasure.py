"""Allows erasure through the guards: only in closed accounts, and only to blank values.

Personal data in a row of a closed (cancelled) account may be blanked. It can't be replaced by
anything else, and nothing else in the row may change with it.
"""

from django.db import migrations, models

ALLOW_ERASURE = """
CREATE FUNCTION billing_is_closed(checked_id bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM igny8_auth_account WHERE id = checked_id AND status = 'cancelled')
$$;

CREATE FUNCTION billing_blank_customer(snapshot jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_set(snapshot, '{customer}', (
        SELECT jsonb_object_agg(key, CASE key WHEN 'country' THEN value ELSE '""' END)
        FROM jsonb_each(snapshot -> 'customer')))
$$;

CREATE FUNCTION billing_only_erases_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(OLD) - 'ip_address' - 'note') = (to_jsonb(NEW) - 'ip_address' - 'note')
        AND (NEW.ip_address IS NULL OR NEW.ip_address = OLD.ip_address)
        AND NEW.note IN ('', OLD.note)
        AND billing_is_closed(OLD.account_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER payment_events_are_append_only ON billing_paymentevent;
CREATE TRIGGER payment_events_are_append_only
    BEFORE DELETE ON billing_paymentevent
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER payment_events_only_lose_what_is_personal
    BEFORE UPDATE ON billing_paymentevent
    FOR EACH ROW EXECUTE FUNCTION billing_only_erases_event();

CREATE FUNCTION billing_only_erases_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.billing_snapshot = billing_blank_customer(OLD.billing_snapshot)
        AND billing_is_closed(OLD.account_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER issued_invoice_is_never_rewritten ON billing_invoice;
CREATE TRIGGER issued_invoice_is_never_rewritten
    BEFORE UPDATE ON billing_invoice
    FOR EACH ROW WHEN (
        (OLD.number, OLD.account_id, OLD.subscription_id, OLD.currency, OLD.subtotal,
         OLD.tax_amount, OLD.total, OLD.included_credits, OLD.issued_at)
        IS DISTINCT FROM
        (NEW.number, NEW.account_id, NEW.subscription_id, NEW.currency, NEW.subtotal,
         NEW.tax_amount, NEW.total, NEW.included_credits, NEW.issued_at)
    ) EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER issued_invoice_only_loses_its_customer
    BEFORE UPDATE ON billing_invoice
    FOR EACH ROW WHEN (OLD.billing_snapshot IS DISTINCT FROM NEW.billing_snapshot)
    EXECUTE FUNCTION billing_only_erases_snapshot();

CREATE FUNCTION billing_only_erases_reference() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.manual_reference = 'erased' AND billing_is_closed(
            (SELECT account_id FROM billing_invoice WHERE id = OLD.invoice_id)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER claimed_payment_is_never_rewritten ON billing_payment;
CREATE TRIGGER claimed_payment_is_never_rewritten
    BEFORE UPDATE ON billing_payment
    FOR EACH ROW WHEN (
        (OLD.invoice_id, OLD.method_id, OLD.amount, OLD.currency)
        IS DISTINCT FROM
        (NEW.invoice_id, NEW.method_id, NEW.amount, NEW.currency)
    ) EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER claimed_payment_only_loses_its_reference
    BEFORE UPDATE ON billing_payment
    FOR EACH ROW WHEN (OLD.manual_reference IS DISTINCT FROM NEW.manual_reference)
    EXECUTE FUNCTION billing_only_erases_reference();
"""

FORBID_ERASURE = """
DROP FUNCTION billing_only_erases_reference() CASCADE;
DROP FUNCTION billing_only_erases_snapshot() CASCADE;
DROP FUNCTION billing_only_erases_event() CASCADE;
DROP FUNCTION billing_blank_customer(jsonb);
DROP FUNCTION billing_is_closed(bigint);
DROP TRIGGER payment_events_are_append_only ON billing_paymentevent;
CREATE TRIGGER payment_events_are_append_only
    BEFORE UPDATE OR DELETE ON billing_paymentevent
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
DROP TRIGGER issued_invoice_is_never_rewritten ON billing_invoice;
CREATE TRIGGER issued_invoice_is_never_rewritten
    BEFORE UPDATE ON billing_invoice
    FOR EACH ROW WHEN (
        (OLD.number, OLD.account_id, OLD.subscription_id, OLD.currency, OLD.subtotal,
         OLD.tax_amount, OLD.total, OLD.included_credits, OLD.billing_snapshot, OLD.issued_at)
        IS DISTINCT FROM
        (NEW.number, NEW.account_id, NEW.subscription_id, NEW.currency, NEW.subtotal,
         NEW.tax_amount, NEW.total, NEW.included_credits, NEW.billing_snapshot, NEW.issued_at)
    ) EXECUTE FUNCTION billing_refuse_change();
DROP TRIGGER claimed_payment_is_never_rewritten ON billing_payment;
CREATE TRIGGER claimed_payment_is_never_rewritten
    BEFORE UPDATE ON billing_payment
    FOR EACH ROW WHEN (
        (OLD.invoice_id, OLD.method_id, OLD.amount, OLD.currency, OLD.manual_reference)
        IS DISTINCT FROM
        (NEW.invoice_id, NEW.method_id, NEW.amount, NEW.currency, NEW.manual_reference)
    ) EXECUTE FUNCTION billing_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_roles")]

    operations = [
        migrations.AddField(
            model_name='payment',
            name='proof_size',
            field=models.PositiveIntegerField(default=0, help_text='In bytes, as it is kept.'),
        ),
        migrations.AlterField(
            model_name='paymentevent',
            name='event',
            field=models.CharField(choices=[('sign_up_free', 'Sign-up, free plan'), ('sign_up_paid', 'Sign-up, paid plan'), ('upgrade', 'Upgrade requested'), ('change_method', 'Payment method changed'), ('confirm', 'Payment confirmed by the customer'), ('withdraw', 'Confirmation withdrawn'), ('approve', 'Payment approved'), ('supersede', 'Replaced by an upgrade'), ('reject', 'Payment rejected'), ('void', 'Invoice voided'), ('first_approve', 'First of two approvals'), ('reverse', 'Approval reversed'), ('reverse_and_void', 'Approval reversed, invoice voided'), ('restore', 'Earlier subscription restored'), ('close_account', 'Account closed')], max_length=20),
        ),
        migrations.RunSQL(sql=ALLOW_ERASURE, reverse_sql=FORBID_ERASURE),
    ]
