"""Settings that need two admins, with their history; one method per code and country."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import igny8_core.common.validators
from decimal import Decimal
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

from igny8_core.business.billing.roles import GROUPS

BALANCE = """
CREATE OR REPLACE FUNCTION billing_check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked_id bigint := CASE TG_TABLE_NAME
        WHEN 'igny8_auth_account' THEN (to_jsonb(NEW) ->> 'id')::bigint
        ELSE (to_jsonb(NEW) ->> 'account_id')::bigint END;
    cached bigint;
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
DROP TRIGGER IF EXISTS account_credits_are_the_ledgers_sum ON igny8_auth_account;
CREATE CONSTRAINT TRIGGER account_credits_are_the_ledgers_sum
    AFTER INSERT OR UPDATE OF credits ON igny8_auth_account
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_check_balance();
"""

# If two methods share a place, the one that customers were offered keeps it.
PLACES = """
CREATE FUNCTION billing_place_method() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM billing_methodplace WHERE method_id = NEW.id;
    INSERT INTO billing_methodplace (method_id, code, country)
        SELECT DISTINCT NEW.id, NEW.payment_method, place
        FROM unnest(CASE WHEN cardinality(NEW.countries) = 0
            THEN ARRAY['']::varchar[] ELSE NEW.countries END) AS place;
    RETURN NULL;
END $$;
CREATE TRIGGER method_takes_its_places
    AFTER INSERT OR UPDATE OF payment_method, countries ON billing_paymentmethodconfig
    FOR EACH ROW EXECUTE FUNCTION billing_place_method();

INSERT INTO billing_methodplace (method_id, code, country)
    SELECT method.id, method.payment_method, place
    FROM billing_paymentmethodconfig method
    CROSS JOIN unnest(CASE WHEN cardinality(method.countries) = 0
        THEN ARRAY['']::varchar[] ELSE method.countries END) AS place
    ORDER BY method."order", method.id
    ON CONFLICT DO NOTHING;
"""
UNPLACE = """
DROP TRIGGER method_takes_its_places ON billing_paymentmethodconfig;
DROP FUNCTION billing_place_method();
"""

HISTORY = """
CREATE FUNCTION billing_only_decides_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome = '' AND NEW.outcome <> ''
        AND (OLD.object_id IS NULL OR OLD.object_id = NEW.object_id)
        AND (to_jsonb(OLD) - 'outcome' - 'decided_by_id' - 'decided_at' - 'note' - 'object_id')
            = (to_jsonb(NEW) - 'outcome' - 'decided_by_id' - 'decided_at' - 'note' - 'object_id')
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER setting_changes_are_never_deleted
    BEFORE DELETE ON billing_settingchange
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER setting_changes_are_decided_once
    BEFORE UPDATE ON billing_settingchange
    FOR EACH ROW EXECUTE FUNCTION billing_only_decides_change();
"""
FORGET = """
DROP TRIGGER setting_changes_are_never_deleted ON billing_settingchange;
DROP TRIGGER setting_changes_are_decided_once ON billing_settingchange;
DROP FUNCTION billing_only_decides_change();
"""


def show_changes(apps, schema_editor):
    """Everybody who may see a setting may also see its history."""
    config = apps.get_app_config("billing")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    permission = apps.get_model("auth", "Permission").objects.get(
        content_type__app_label="billing", codename="view_settingchange"
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0013_invoices_by_time'),
        ('igny8_auth', '0008_rules_of_the_forms'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MethodPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40)),
                ('country', models.CharField(blank=True, max_length=2)),
            ],
        ),
        migrations.CreateModel(
            name='SettingChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(help_text='billing.paymentmethodconfig', max_length=60)),
                ('object_id', models.BigIntegerField(blank=True, help_text='None: to be added.', null=True)),
                ('name', models.CharField(help_text='How it was called.', max_length=200)),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField()),
                ('needs_consent', models.BooleanField(default=False)),
                ('proposed_at', models.DateTimeField()),
                ('takes_effect_at', models.DateTimeField(blank=True, help_text='Without a second admin, where there is none.', null=True)),
                ('outcome', models.CharField(blank=True, choices=[('', 'Waiting'), ('applied', 'In effect'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn')], max_length=10)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.TextField(blank=True, max_length=1000)),
            ],
            options={
                'verbose_name': 'change of a setting',
                'verbose_name_plural': 'changes of settings',
                'ordering': ['-pk'],
            },
        ),
        migrations.AlterField(
            model_name='credittransaction',
            name='balance_after',
            field=models.BigIntegerField(),
        ),
        migrations.AlterField(
            model_name='exchangerate',
            name='units_per_usd',
            field=models.DecimalField(decimal_places=6, max_digits=18, validators=[django.core.validators.MinValueValidator(Decimal('0.000001')), django.core.validators.MaxValueValidator(100000000)]),
        ),
        migrations.AlterField(
            model_name='paymentmethodconfig',
            name='countries',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2, validators=[igny8_core.common.validators.validate_country_code]), blank=True, default=list, help_text='ISO 3166-1 codes. None: offered everywhere.', size=None),
        ),
        migrations.AlterField(
            model_name='paymentmethodconfig',
            name='display_name',
            field=models.CharField(max_length=100, validators=[igny8_core.common.validators.validate_line, igny8_core.common.validators.validate_visible], verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='paymentmethodconfig',
            name='instructions',
            field=models.TextField(validators=[igny8_core.common.validators.validate_visible]),
        ),
        migrations.AlterField(
            model_name='paymentmethodconfig',
            name='payment_method',
            field=models.SlugField(help_text='Such as bank_transfer. Unique within a country.', max_length=40, verbose_name='code'),
        ),
        migrations.AlterField(
            model_name='paymentmethodconfig',
            name='processing_time',
            field=models.CharField(blank=True, max_length=100, validators=[igny8_core.common.validators.validate_line]),
        ),
        migrations.AlterField(
            model_name='paymentmethodconfig',
            name='reference_hint',
            field=models.CharField(blank=True, max_length=200, validators=[igny8_core.common.validators.validate_line]),
        ),
        migrations.AlterField(
            model_name='paymentmethodconfig',
            name='reference_label',
            field=models.CharField(help_text='What its reference is called.', max_length=60, validators=[igny8_core.common.validators.validate_line, igny8_core.common.validators.validate_visible]),
        ),
        migrations.AlterConstraint(
            model_name='credittransaction',
            name='credit_entry_is_not_zero',
            constraint=models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='credit_entry_is_not_zero', violation_error_message='An entry of 0 credits says nothing.'),
        ),
        migrations.AlterConstraint(
            model_name='credittransaction',
            name='credit_balance_is_not_negative',
            constraint=models.CheckConstraint(condition=models.Q(('balance_after__gte', 0)), name='credit_balance_is_not_negative', violation_error_message="The balance can't be below 0."),
        ),
        migrations.AlterConstraint(
            model_name='credittransaction',
            name='payment_grants_credits_once',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'plan_grant')), fields=('payment',), name='payment_grants_credits_once', violation_error_message='This payment has brought its credits already.'),
        ),
        migrations.AlterConstraint(
            model_name='credittransaction',
            name='account_gets_trial_credits_once',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'trial_grant')), fields=('account',), name='account_gets_trial_credits_once', violation_error_message='The account has got its trial credits already.'),
        ),
        migrations.AlterConstraint(
            model_name='credittransaction',
            name='plan_credits_come_from_a_payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'plan_grant'), _negated=True), ('payment__isnull', False), _connector='OR'), name='plan_credits_come_from_a_payment', violation_error_message='Credits of a plan need their payment.'),
        ),
        migrations.AlterConstraint(
            model_name='credittransaction',
            name='payment_takes_credits_back_once',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'reversal')), fields=('payment',), name='payment_takes_credits_back_once', violation_error_message='The credits of this payment were taken back already.'),
        ),
        migrations.AlterConstraint(
            model_name='exchangerate',
            name='exchange_rate_is_positive',
            constraint=models.CheckConstraint(condition=models.Q(('units_per_usd__gt', 0)), name='exchange_rate_is_positive', violation_error_message='The rate must be above 0.'),
        ),
        migrations.AlterConstraint(
            model_name='invoice',
            name='invoice_status_is_known',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'paid', 'void'])), name='invoice_status_is_known', violation_error_message='This is not a state of an invoice.'),
        ),
        migrations.AlterConstraint(
            model_name='invoice',
            name='invoice_total_is_positive',
            constraint=models.CheckConstraint(condition=models.Q(('total__gt', 0)), name='invoice_total_is_positive', violation_error_message='The total must be above 0.'),
        ),
        migrations.AlterConstraint(
            model_name='invoice',
            name='invoice_total_is_subtotal_plus_tax',
            constraint=models.CheckConstraint(condition=models.Q(('total', django.db.models.expressions.CombinedExpression(models.F('subtotal'), '+', models.F('tax_amount')))), name='invoice_total_is_subtotal_plus_tax', violation_error_message='The total must be the subtotal with the tax.'),
        ),
        migrations.AlterConstraint(
            model_name='invoice',
            name='invoice_payable_amount_is_positive',
            constraint=models.CheckConstraint(condition=models.Q(('exchange_rate__gt', 0), ('payable_amount__gt', 0)), name='invoice_payable_amount_is_positive', violation_error_message='What is to be paid must be above 0.'),
        ),
        migrations.AlterConstraint(
            model_name='invoice',
            name='invoice_has_paid_at_exactly_when_paid',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('paid_at__isnull', False), ('status', 'paid')), models.Q(models.Q(('status', 'paid'), _negated=True), ('paid_at__isnull', True)), _connector='OR'), name='invoice_has_paid_at_exactly_when_paid', violation_error_message='Paid invoices alone have a time of payment.'),
        ),
        migrations.AlterConstraint(
            model_name='invoice',
            name='subscription_has_at_most_one_pending_invoice',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'pending')), fields=('subscription',), name='subscription_has_at_most_one_pending_invoice', violation_error_message='An invoice of it waits for its payment already.'),
        ),
        migrations.AlterConstraint(
            model_name='invoiceline',
            name='invoice_line_amount_is_quantity_times_price',
            constraint=models.CheckConstraint(condition=models.Q(('amount', django.db.models.expressions.CombinedExpression(models.F('quantity'), '*', models.F('unit_price')))), name='invoice_line_amount_is_quantity_times_price', violation_error_message='The amount must be the quantity times the price.'),
        ),
        migrations.AlterConstraint(
            model_name='payment',
            name='payment_amount_is_positive',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='payment_amount_is_positive', violation_error_message='The amount must be above 0.'),
        ),
        migrations.AlterConstraint(
            model_name='payment',
            name='invoice_has_at_most_one_payment_under_review',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'pending_approval')), fields=('invoice',), name='invoice_has_at_most_one_payment_under_review', violation_error_message='A payment of this invoice waits for a decision already.'),
        ),
        migrations.AlterConstraint(
            model_name='payment',
            name='invoice_has_at_most_one_succeeded_payment',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'succeeded')), fields=('invoice',), name='invoice_has_at_most_one_succeeded_payment', violation_error_message='A payment of this invoice was approved already.'),
        ),
        migrations.AlterConstraint(
            model_name='payment',
            name='payment_has_decided_at_exactly_when_decided',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('status', 'pending_approval')), models.Q(models.Q(('status', 'pending_approval'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='payment_has_decided_at_exactly_when_decided', violation_error_message='Decided payments alone have a time of decision.'),
        ),
        migrations.AlterConstraint(
            model_name='payment',
            name='payment_status_is_known',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['pending_approval', 'succeeded', 'failed', 'withdrawn', 'reversed'])), name='payment_status_is_known', violation_error_message='This is not a state of a payment.'),
        ),
        migrations.AlterConstraint(
            model_name='invoice',
            name='invoice_keeps_its_payment_method',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('method_snapshot__isnull', True), ('payment_method__isnull', True)), models.Q(('method_snapshot__isnull', False), ('payment_method__isnull', False)), _connector='OR'), name='invoice_keeps_its_payment_method', violation_error_message='A chosen payment method is kept as it was promised.'),
        ),
        migrations.AlterConstraint(
            model_name='payment',
            name='payment_has_the_files_of_its_proof_state',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('proof', ''), ('proof_state', 'none'), ('proof_upload', '')), models.Q(('proof', ''), ('proof_state', 'checking'), models.Q(('proof_upload', ''), _negated=True)), models.Q(('proof_state', 'kept'), ('proof_upload', ''), models.Q(('proof', ''), _negated=True)), models.Q(('proof', ''), ('proof_state', 'refused'), ('proof_upload', '')), _connector='OR'), name='payment_has_the_files_of_its_proof_state', violation_error_message='The files are not those of this state.'),
        ),
        migrations.AlterConstraint(
            model_name='payment',
            name='payment_says_why_its_proof_is_refused',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('proof_state', 'refused'), models.Q(('proof_refusal', ''), _negated=True)), models.Q(models.Q(('proof_state', 'refused'), _negated=True), ('proof_refusal', '')), _connector='OR'), name='payment_says_why_its_proof_is_refused', violation_error_message='Say why the file is refused, and only then.'),
        ),
        migrations.AlterConstraint(
            model_name='sellerprofile',
            name='there_is_one_seller',
            constraint=models.UniqueConstraint(fields=('is_current',), name='there_is_one_seller', violation_error_message='There is a seller already: change that entry.'),
        ),
        migrations.AlterConstraint(
            model_name='sellerprofile',
            name='seller_is_current',
            constraint=models.CheckConstraint(condition=models.Q(('is_current', True)), name='seller_is_current', violation_error_message='There is a seller already: change that entry.'),
        ),
        migrations.AddField(
            model_name='methodplace',
            name='method',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='billing.paymentmethodconfig'),
        ),
        migrations.AddField(
            model_name='settingchange',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decided_changes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='settingchange',
            name='proposed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposed_changes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='methodplace',
            constraint=models.UniqueConstraint(fields=('code', 'country'), name='one_method_for_a_code_and_country', violation_error_message='There is a method of this code for this country already.'),
        ),
        migrations.AddIndex(
            model_name='settingchange',
            index=models.Index(fields=['model', 'object_id', 'id'], name='setting_change_object'),
        ),
        migrations.AddConstraint(
            model_name='settingchange',
            constraint=models.UniqueConstraint(condition=models.Q(('object_id__isnull', False), ('outcome', '')), fields=('model', 'object_id'), name='setting_has_at_most_one_change_that_waits', violation_error_message='A change of it waits already.'),
        ),
        migrations.AddConstraint(
            model_name='settingchange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('outcome', '')), models.Q(models.Q(('outcome', ''), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='setting_change_has_decided_at_exactly_when_decided', violation_error_message='Decided changes alone have a time of decision.'),
        ),
        migrations.AddConstraint(
            model_name='settingchange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('needs_consent', True), ('outcome', 'applied'), _negated=True), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), models.Q(('takes_effect_at__isnull', False), ('takes_effect_at__lte', models.F('decided_at'))), _connector='OR'), name='nobody_agrees_to_the_own_change', violation_error_message='Another admin has to agree to your change.'),
        ),
        migrations.RunSQL(BALANCE, migrations.RunSQL.noop),
        migrations.RunSQL(PLACES, UNPLACE),
        migrations.RunSQL(HISTORY, FORGET),
        migrations.RunPython(show_changes, migrations.RunPython.noop),
    ]
