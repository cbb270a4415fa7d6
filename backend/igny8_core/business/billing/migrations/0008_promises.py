"""Invoices and payments keep their method, invoices also their plan's limits.

Existing rows get the current values, because older ones aren't known.
"""

import json

from django.conf import settings
from django.db import migrations, models

METHOD = """jsonb_build_object(
    'id', m.id, 'payment_method', m.payment_method, 'display_name', m.display_name,
    'kind', m.kind, 'currency', m.currency, 'countries', to_jsonb(m.countries),
    'instructions', m.instructions, 'details', m.details, 'reference_label', m.reference_label,
    'reference_hint', m.reference_hint, 'reference_pattern', m.reference_pattern,
    'processing_time', m.processing_time, 'has_example_details', m.has_example_details,
    'order', m."order")"""
PLAN = """jsonb_build_object('description', p.description, 'max_sites', p.max_sites,
    'max_users', p.max_users)"""
KEEP_METHODS = f"""
UPDATE billing_invoice i SET method_snapshot = {METHOD}
    FROM billing_paymentmethodconfig m
    WHERE m.id = i.payment_method_id AND i.method_snapshot IS NULL;
UPDATE billing_payment p SET method_snapshot = {METHOD}
    FROM billing_paymentmethodconfig m WHERE m.id = p.method_id AND p.method_snapshot = '{{}}';
"""
KEEP_PLANS = f"""
UPDATE billing_invoice i SET billing_snapshot = jsonb_set(
        i.billing_snapshot, '{{plan}}', {PLAN} || (i.billing_snapshot -> 'plan'))
    FROM igny8_auth_subscription s JOIN igny8_auth_plan p ON p.id = s.plan_id
    WHERE s.id = i.subscription_id;
UPDATE igny8_auth_subscription s SET terms = newest.plan
    FROM (SELECT DISTINCT ON (subscription_id) subscription_id, billing_snapshot -> 'plan' AS plan
        FROM billing_invoice ORDER BY subscription_id, id DESC) newest
    WHERE newest.subscription_id = s.id;
"""
KEEP_SELLERS = """
UPDATE billing_invoice SET billing_snapshot =
    billing_snapshot || jsonb_build_object('seller', %s::jsonb)
    WHERE NOT billing_snapshot ? 'seller'
"""
TRIGGERS_OFF = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE billing_invoice DISABLE TRIGGER USER;
ALTER TABLE billing_payment DISABLE TRIGGER USER;
"""
TRIGGERS_ON = """
ALTER TABLE billing_invoice ENABLE TRIGGER USER;
ALTER TABLE billing_payment ENABLE TRIGGER USER;
"""
GUARDS = """
CREATE TRIGGER settled_invoice_keeps_its_method
    BEFORE UPDATE ON billing_invoice
    FOR EACH ROW WHEN (
        NOT (OLD.status = 'pending' AND NEW.status = 'pending') AND
        (OLD.payment_method_id, OLD.method_snapshot, OLD.payable_amount, OLD.payable_currency,
         OLD.exchange_rate)
        IS DISTINCT FROM
        (NEW.payment_method_id, NEW.method_snapshot, NEW.payable_amount, NEW.payable_currency,
         NEW.exchange_rate)
    ) EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER claimed_payment_keeps_its_method
    BEFORE UPDATE ON billing_payment
    FOR EACH ROW WHEN (OLD.method_snapshot IS DISTINCT FROM NEW.method_snapshot)
    EXECUTE FUNCTION billing_refuse_change();
"""
NO_GUARDS = """
DROP TRIGGER settled_invoice_keeps_its_method ON billing_invoice;
DROP TRIGGER claimed_payment_keeps_its_method ON billing_payment;
"""
SELLER_FIELDS = ("name", "address", "email", "website", "tax_id", "tax_label", "footer")


def keep_what_holds_now(apps, schema_editor):
    SellerProfile = apps.get_model("billing", "SellerProfile")
    profile = SellerProfile.objects.first() or SellerProfile(
        name=settings.BILLING_SELLER_NAME, address=settings.BILLING_SELLER_ADDRESS
    )
    seller = {field: getattr(profile, field) for field in SELLER_FIELDS}
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(TRIGGERS_OFF)
        cursor.execute(KEEP_METHODS)
        cursor.execute(KEEP_PLANS)
        cursor.execute(KEEP_SELLERS, [json.dumps(seller)])
        cursor.execute(TRIGGERS_ON)


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0007_whose_answers"),
        ("igny8_auth", "0005_subscription_terms"),
    ]

    operations = [
        migrations.AddField(
            model_name="invoice",
            name="method_snapshot",
            field=models.JSONField(
                blank=True,
                help_text="The payment method as it was when it was chosen.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="method_snapshot",
            field=models.JSONField(
                default=dict, help_text="The method as it was told to the customer."
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="invoice",
            name="billing_snapshot",
            field=models.JSONField(help_text="Customer, plan and seller as they were at issue."),
        ),
        migrations.RunPython(keep_what_holds_now, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(payment_method__isnull=True, method_snapshot__isnull=True)
                | models.Q(payment_method__isnull=False, method_snapshot__isnull=False),
                name="invoice_keeps_its_payment_method",
            ),
        ),
        migrations.RunSQL(sql=GUARDS, reverse_sql=NO_GUARDS),
    ]
