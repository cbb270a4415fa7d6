"""Consents of two admins as rows, instead of columns that only cover approvals."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEEP_FIRST_APPROVALS = """
INSERT INTO billing_consent (payment_id, event, is_forced, admin_id, created_at)
SELECT id, 'approve', false, first_approved_by_id, coalesce(first_approved_at, submitted_at)
FROM billing_payment WHERE first_approved_by_id IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;
"""
GIVE_FIRST_APPROVALS_BACK = """
UPDATE billing_payment AS payment
SET first_approved_by_id = first.admin_id, first_approved_at = first.created_at
FROM (
    SELECT DISTINCT ON (payment_id) payment_id, admin_id, created_at FROM billing_consent
    WHERE event = 'approve' ORDER BY payment_id, id
) AS first
WHERE first.payment_id = payment.id;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0010_lines_for_the_desk'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='paymentevent',
            name='event',
            field=models.CharField(choices=[('sign_up_free', 'Sign-up, free plan'), ('sign_up_paid', 'Sign-up, paid plan'), ('upgrade', 'Upgrade requested'), ('change_method', 'Payment method changed'), ('confirm', 'Payment confirmed by the customer'), ('withdraw', 'Confirmation withdrawn'), ('approve', 'Payment approved'), ('supersede', 'Replaced by an upgrade'), ('reject', 'Payment rejected'), ('void', 'Invoice voided'), ('first_approve', 'First of two approvals'), ('first_reverse', 'First of two reversals'), ('reverse', 'Approval reversed'), ('reverse_and_void', 'Approval reversed, invoice voided'), ('restore', 'Earlier subscription restored'), ('close_account', 'Account closed')], max_length=20),
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(choices=[('sign_up_free', 'Sign-up, free plan'), ('sign_up_paid', 'Sign-up, paid plan'), ('upgrade', 'Upgrade requested'), ('change_method', 'Payment method changed'), ('confirm', 'Payment confirmed by the customer'), ('withdraw', 'Confirmation withdrawn'), ('approve', 'Payment approved'), ('supersede', 'Replaced by an upgrade'), ('reject', 'Payment rejected'), ('void', 'Invoice voided'), ('first_approve', 'First of two approvals'), ('first_reverse', 'First of two reversals'), ('reverse', 'Approval reversed'), ('reverse_and_void', 'Approval reversed, invoice voided'), ('restore', 'Earlier subscription restored'), ('close_account', 'Account closed')], max_length=20)),
                ('is_forced', models.BooleanField(default=False, help_text='Also if credits of it are spent.')),
                ('created_at', models.DateTimeField()),
                ('admin', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to=settings.AUTH_USER_MODEL)),
                ('payment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='billing.payment')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('payment', 'event', 'is_forced', 'admin'), name='admin_consents_to_an_act_once', violation_error_message='You have agreed to this already.')],
            },
        ),
        migrations.RunSQL(KEEP_FIRST_APPROVALS, GIVE_FIRST_APPROVALS_BACK),
        migrations.RemoveField(
            model_name='payment',
            name='first_approved_at',
        ),
        migrations.RemoveField(
            model_name='payment',
            name='first_approved_by',
        ),
    ]
