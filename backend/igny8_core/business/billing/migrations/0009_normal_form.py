"""The normal form of each reference, and the search text of a payment.

Triggers maintain both, so that nothing is left over when somebody writes a payment, or renames or
erases an account. Existing rows are filled in batches, each in its own transaction.
"""

import django.db.models.deletion
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

import igny8_core.common.search
from igny8_core.business.billing.validators import validate_pattern

BATCH = 5_000
KEEP_KEY = """
CREATE FUNCTION billing_reference_key(reference text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT left(replace(normal_words(reference), ' ', ''), 100)
$$;

CREATE FUNCTION billing_keep_reference_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Only erasure changes a reference (migration 0006), and what is erased is like nothing.
    NEW.reference_key := CASE TG_OP
        WHEN 'INSERT' THEN billing_reference_key(NEW.manual_reference) ELSE '' END;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_has_its_reference_key BEFORE INSERT ON billing_payment
    FOR EACH ROW EXECUTE FUNCTION billing_keep_reference_key();
CREATE TRIGGER payment_loses_its_reference_key BEFORE UPDATE OF manual_reference ON billing_payment
    FOR EACH ROW WHEN (OLD.manual_reference IS DISTINCT FROM NEW.manual_reference)
    EXECUTE FUNCTION billing_keep_reference_key();
"""
KEEP_TEXT = """
CREATE FUNCTION billing_search_address(address text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN address = '' THEN '' ELSE
        concat(normal_words(split_part(address, '@', 1)), '@',
            normal_words(split_part(address, '@', 2))) END
$$;

CREATE FUNCTION billing_search_text(wanted bigint) RETURNS text LANGUAGE sql AS $$
    SELECT array_to_string(ARRAY[
        normal_words(CASE WHEN p.reference_key = '' THEN '' ELSE p.manual_reference END),
        normal_words(p.manual_notes), normal_words(p.admin_notes), normal_words(i.number),
        normal_words(a.name), normal_words(a.billing_name),
        billing_search_address(a.billing_email), billing_search_address(u.email),
        lower(p.currency), lower(i.payable_currency),
        '=' || trim_scale(p.amount), '=' || trunc(p.amount),
        '=' || trim_scale(i.total), '=' || trunc(i.total),
        '=' || trim_scale(i.payable_amount), '=' || trunc(i.payable_amount)], E'\\n')
    FROM billing_payment p
    JOIN billing_invoice i ON i.id = p.invoice_id
    JOIN igny8_auth_account a ON a.id = i.account_id
    JOIN igny8_auth_user u ON u.id = p.submitted_by_id
    WHERE p.id = wanted
    FOR KEY SHARE OF u  -- waits for a change of the address that is under way
$$;

CREATE FUNCTION billing_keep_search_text(changed bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO billing_paymentsearch (payment_id, text)
        SELECT changed, billing_search_text(changed)
        ON CONFLICT (payment_id) DO UPDATE SET text = excluded.text
            WHERE billing_paymentsearch.text <> excluded.text
$$;
CREATE FUNCTION billing_payment_is_searched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM billing_keep_search_text(NEW.id);
    RETURN NULL;
END $$;
CREATE FUNCTION billing_payments_are_searched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM billing_keep_search_text(p.id) FROM billing_payment p
        JOIN billing_invoice i ON i.id = p.invoice_id
        WHERE CASE TG_TABLE_NAME
            WHEN 'billing_invoice' THEN i.id = NEW.id
            WHEN 'igny8_auth_account' THEN i.account_id = NEW.id
            ELSE p.submitted_by_id = NEW.id END;
    RETURN NULL;
END $$;

CREATE TRIGGER new_payment_is_searched AFTER INSERT ON billing_payment
    FOR EACH ROW EXECUTE FUNCTION billing_payment_is_searched();
CREATE TRIGGER payments_words_are_searched
    AFTER UPDATE OF manual_reference, manual_notes, admin_notes ON billing_payment
    FOR EACH ROW WHEN ((OLD.manual_reference, OLD.manual_notes, OLD.admin_notes)
        IS DISTINCT FROM (NEW.manual_reference, NEW.manual_notes, NEW.admin_notes))
    EXECUTE FUNCTION billing_payment_is_searched();
CREATE TRIGGER invoices_amount_is_searched
    AFTER UPDATE OF payable_amount, payable_currency ON billing_invoice
    FOR EACH ROW WHEN ((OLD.payable_amount, OLD.payable_currency)
        IS DISTINCT FROM (NEW.payable_amount, NEW.payable_currency))
    EXECUTE FUNCTION billing_payments_are_searched();
CREATE TRIGGER accounts_names_are_searched
    AFTER UPDATE OF name, billing_name, billing_email ON igny8_auth_account
    FOR EACH ROW WHEN ((OLD.name, OLD.billing_name, OLD.billing_email)
        IS DISTINCT FROM (NEW.name, NEW.billing_name, NEW.billing_email))
    EXECUTE FUNCTION billing_payments_are_searched();
CREATE TRIGGER users_address_is_searched AFTER UPDATE OF email ON igny8_auth_user
    FOR EACH ROW WHEN (OLD.email IS DISTINCT FROM NEW.email)
    EXECUTE FUNCTION billing_payments_are_searched();
"""
FORGET_TEXT = """
DROP FUNCTION billing_payments_are_searched() CASCADE;
DROP FUNCTION billing_payment_is_searched() CASCADE;
DROP FUNCTION billing_keep_search_text(bigint);
DROP FUNCTION billing_search_text(bigint);
DROP FUNCTION billing_search_address(text);
"""
FORGET_KEY = """
DROP FUNCTION billing_keep_reference_key() CASCADE;
DROP FUNCTION billing_reference_key(text);
"""
FILL = [
    """UPDATE billing_payment p SET reference_key = CASE
        WHEN p.manual_reference = 'erased' AND a.status = 'cancelled' THEN ''
        ELSE billing_reference_key(p.manual_reference) END
    FROM billing_invoice i JOIN igny8_auth_account a ON a.id = i.account_id
    WHERE i.id = p.invoice_id AND p.id > %(after)s AND p.id <= %(last)s""",
    """INSERT INTO billing_paymentsearch (payment_id, text)
    SELECT id, billing_search_text(id) FROM billing_payment
    WHERE id > %(after)s AND id <= %(last)s ON CONFLICT (payment_id) DO NOTHING""",
]


def fill(apps, schema_editor):
    """Write what the triggers would have written; can be restarted if interrupted."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM billing_payment")
        (newest,) = cursor.fetchone()
        for after in range(0, newest, BATCH):
            for statement in FILL:
                cursor.execute(statement, {"after": after, "last": after + BATCH})


class Migration(migrations.Migration):
    atomic = False  # batches, and concurrent indexes

    dependencies = [
        ("common", "0005_normal_form"),
        ("igny8_auth", "0004_closed_stays_closed"),
        ("billing", "0008_promises"),
    ]

    operations = [
        migrations.AlterField(
            model_name="paymentmethodconfig",
            name="reference_pattern",
            field=models.CharField(
                blank=True,
                help_text="Regular expression that the whole reference must match, such as "
                "[A-Z0-9]{10,12}. Case, spaces and other digits than ASCII's don't matter. "
                "Empty: any text.",
                max_length=200,
                validators=[validate_pattern],
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="reference_key",
            field=models.CharField(
                db_default="",
                default="",
                editable=False,
                help_text="Normal form of the reference, by which payments are compared; "
                "kept by the database.",
                max_length=100,
            ),
        ),
        migrations.CreateModel(
            name="PaymentSearch",
            fields=[
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search",
                        serialize=False,
                        to="billing.payment",
                    ),
                ),
                ("text", models.TextField()),
            ],
        ),
        migrations.RunSQL(sql=KEEP_KEY, reverse_sql=FORGET_KEY),
        migrations.RunSQL(sql=KEEP_TEXT, reverse_sql=FORGET_TEXT),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=False),
        RemoveIndexConcurrently(model_name="payment", name="payment_reference"),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(
                condition=~models.Q(reference_key=""),
                fields=["reference_key", "id"],
                name="payment_reference",
            ),
        ),
        AddIndexConcurrently(
            model_name="paymentsearch",
            index=GinIndex(
                igny8_core.common.search.SearchGrams("text"),
                fastupdate=False,
                name="payment_search",
            ),
        ),
    ]
