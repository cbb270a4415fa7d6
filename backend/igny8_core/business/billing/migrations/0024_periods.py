"""Periods that began are kept, and each invoice says which period it pays for.

An existing subscription had one period: the one that it has. Two periods of one can't overlap; a
trigger watches that, because an exclusion constraint would need an extension (btree_gist). The
release before can write beside this.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

KINDS = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE billing_invoice DISABLE TRIGGER USER;
UPDATE billing_invoice i SET kind = 'change' FROM billing_paymentevent e
    WHERE e.object_type = 'invoice' AND e.object_id = i.id AND e.event = 'upgrade';
ALTER TABLE billing_invoice ENABLE TRIGGER USER;
"""
FIRST_PERIODS = """
INSERT INTO billing_period (subscription_id, index, starts_at, ends_at, invoice_id, created_at)
    SELECT s.id, 0, s.current_period_start, s.current_period_end, i.id, i.paid_at
    FROM igny8_auth_subscription s
    JOIN billing_invoice i ON i.subscription_id = s.id AND i.status = 'paid'
    WHERE s.current_period_start IS NOT NULL;
"""
PERIODS = """
CREATE TRIGGER period_is_never_deleted
    BEFORE DELETE ON billing_period
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER period_is_only_revoked
    BEFORE UPDATE ON billing_period
    FOR EACH ROW WHEN (
        OLD.revoked_at IS NOT NULL OR
        (OLD.id, OLD.subscription_id, OLD.index, OLD.starts_at, OLD.ends_at, OLD.invoice_id,
         OLD.created_at)
        IS DISTINCT FROM
        (NEW.id, NEW.subscription_id, NEW.index, NEW.starts_at, NEW.ends_at, NEW.invoice_id,
         NEW.created_at)
    ) EXECUTE FUNCTION billing_refuse_change();
CREATE FUNCTION billing_check_periods() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_period n
        JOIN billing_period p ON p.subscription_id = n.subscription_id AND p.id <> n.id
        WHERE n.id = NEW.id AND n.revoked_at IS NULL AND p.revoked_at IS NULL
            AND p.starts_at < n.ends_at AND n.starts_at < p.ends_at
    ) THEN
        RAISE EXCEPTION 'subscription %: period % overlaps another',
            NEW.subscription_id, NEW.index USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER periods_do_not_overlap
    AFTER INSERT ON billing_period
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_check_periods();
"""
NO_PERIODS = """
DROP FUNCTION billing_check_periods() CASCADE;
DROP TRIGGER period_is_never_deleted ON billing_period;
DROP TRIGGER period_is_only_revoked ON billing_period;
"""
NEVER_REWRITTEN = """
DROP TRIGGER issued_invoice_is_never_rewritten ON billing_invoice;
CREATE TRIGGER issued_invoice_is_never_rewritten
    BEFORE UPDATE ON billing_invoice
    FOR EACH ROW WHEN (
        (OLD.number, OLD.account_id, OLD.subscription_id, {old}OLD.currency, OLD.subtotal,
         OLD.tax_amount, OLD.total, OLD.included_credits, OLD.issued_at)
        IS DISTINCT FROM
        (NEW.number, NEW.account_id, NEW.subscription_id, {new}NEW.currency, NEW.subtotal,
         NEW.tax_amount, NEW.total, NEW.included_credits, NEW.issued_at)
    ) EXECUTE FUNCTION billing_refuse_change();
"""
ONCE = models.UniqueConstraint(condition=models.Q(models.Q(('status', 'void'), _negated=True), models.Q(('kind', 'manual'), _negated=True)), fields=('subscription', 'period_index'), name='period_is_invoiced_once', violation_error_message='This period has an invoice already.')
ONCE_INDEX = f"""CREATE UNIQUE INDEX CONCURRENTLY {ONCE.name}
    ON billing_invoice (subscription_id, period_index)
    WHERE NOT (status = 'void') AND NOT (kind = 'manual')"""
KNOWN = models.CheckConstraint(condition=models.Q(('kind__in', ['initial', 'renewal', 'change', 'manual']), models.Q(('kind', 'manual'), ('period_index__isnull', False), _connector='XOR')), name='invoice_kind_is_known', violation_error_message='All but manual invoices pay for a period.')


class Migration(migrations.Migration):

    atomic = False
    dependencies = [
        ('billing', '0023_guards_look_once'),
        ('igny8_auth', '0017_periods_from_an_anchor'),
    ]

    operations = [
        migrations.CreateModel(
            name='Period',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('index', models.PositiveIntegerField(help_text='Its number, counted from 0.')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(help_text='The first moment after it.')),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['subscription', 'index', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='invoice',
            name='kind',
            field=models.CharField(choices=[('initial', 'First period'), ('renewal', 'Renewal'), ('change', 'Change of plan'), ('manual', 'Manual')], db_default='initial', default='initial', max_length=10),
        ),
        migrations.AddField(
            model_name="invoice",
            name="dunning_plan",
            field=models.JSONField(
                blank=True,
                help_text="Its deadlines, as the settings were when it was issued.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name='invoice',
            name='period_index',
            field=models.PositiveIntegerField(blank=True, db_default=0, default=0, help_text='The number of the period that it pays for.', null=True),
        ),
        migrations.AlterField(
            model_name='consent',
            name='event',
            field=models.CharField(choices=[('sign_up_free', 'Sign-up, free plan'), ('sign_up_paid', 'Sign-up, paid plan'), ('upgrade', 'Upgrade requested'), ('change_method', 'Payment method changed'), ('confirm', 'Payment confirmed by the customer'), ('replace_proof', 'Proof sent by the customer'), ('refuse_proof', 'Proof refused by the check'), ('withdraw', 'Confirmation withdrawn'), ('approve', 'Payment approved'), ('supersede', 'Replaced by an upgrade'), ('reject', 'Payment rejected'), ('void', 'Invoice voided'), ('first_approve', 'First of two approvals'), ('first_reverse', 'First of two reversals'), ('reverse', 'Approval reversed'), ('reverse_and_void', 'Approval reversed, invoice voided'), ('restore', 'Earlier subscription restored'), ('close_account', 'Account closed'), ('renew', 'Renewal invoiced'), ('start_period', 'Period begun'), ('fall_due', 'Renewal past due'), ('suspend', 'Paused for lack of payment'), ('lapse', 'Ended for lack of payment'), ('expire', 'Unpaid order expired'), ('end', 'Ended at the end of the period')], max_length=20),
        ),
        migrations.AlterField(
            model_name='paymentevent',
            name='event',
            field=models.CharField(choices=[('sign_up_free', 'Sign-up, free plan'), ('sign_up_paid', 'Sign-up, paid plan'), ('upgrade', 'Upgrade requested'), ('change_method', 'Payment method changed'), ('confirm', 'Payment confirmed by the customer'), ('replace_proof', 'Proof sent by the customer'), ('refuse_proof', 'Proof refused by the check'), ('withdraw', 'Confirmation withdrawn'), ('approve', 'Payment approved'), ('supersede', 'Replaced by an upgrade'), ('reject', 'Payment rejected'), ('void', 'Invoice voided'), ('first_approve', 'First of two approvals'), ('first_reverse', 'First of two reversals'), ('reverse', 'Approval reversed'), ('reverse_and_void', 'Approval reversed, invoice voided'), ('restore', 'Earlier subscription restored'), ('close_account', 'Account closed'), ('renew', 'Renewal invoiced'), ('start_period', 'Period begun'), ('fall_due', 'Renewal past due'), ('suspend', 'Paused for lack of payment'), ('lapse', 'Ended for lack of payment'), ('expire', 'Unpaid order expired'), ('end', 'Ended at the end of the period')], max_length=20),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ONCE_INDEX, f"DROP INDEX CONCURRENTLY {ONCE.name}")],
            state_operations=[migrations.AddConstraint('invoice', ONCE)],
        ),
        AddConstraintNotValid('invoice', KNOWN),
        ValidateConstraint('invoice', KNOWN.name),
        migrations.AddField(
            model_name='period',
            name='invoice',
            field=models.ForeignKey(help_text='What paid for it; none if it was given.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='periods', to='billing.invoice'),
        ),
        migrations.AddField(
            model_name='period',
            name='subscription',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='periods', to='igny8_auth.subscription'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('subscription', 'index'), name='period_begins_once', violation_error_message='This period has begun already.'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='period_ends_after_its_start', violation_error_message='The period must end after it starts.'),
        ),
        migrations.RunSQL(sql=KINDS, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(sql=FIRST_PERIODS, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(sql=PERIODS, reverse_sql=NO_PERIODS),
        migrations.RunSQL(
            sql=NEVER_REWRITTEN.format(
                old="OLD.kind, OLD.period_index, OLD.dunning_plan, ", new="NEW.kind, NEW.period_index, NEW.dunning_plan, "
            ),
            reverse_sql=NEVER_REWRITTEN.format(old="", new=""),
        ),
    ]
