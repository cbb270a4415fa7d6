"""Accounts that may owe something are looked at by the first run of billing."""

from django.db import migrations

DUE = """
UPDATE igny8_auth_account a SET next_billing_step_at = now()
    WHERE a.status <> 'cancelled' AND EXISTS (
        SELECT FROM igny8_auth_subscription s WHERE s.account_id = a.id AND s.status <> 'cancelled')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0024_periods'),
    ]

    operations = [
        migrations.RunSQL(sql=DUE, reverse_sql=migrations.RunSQL.noop),
    ]
