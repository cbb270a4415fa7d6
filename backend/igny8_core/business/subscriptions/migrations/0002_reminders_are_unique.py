"""A reminder is taken once for the deadlines it was sent under; the day from which there are renewals.

Where subscriptions exist already, they are renewed from the day of this migration on.
"""

from django.conf import settings
from django.db import migrations, models

EARLIER_REMINDERS = "UPDATE subscriptions_dunningstep SET about = created_at::date || ' ' || id"
START = """
INSERT INTO subscriptions_billingstart (day)
    SELECT (now() AT TIME ZONE %s)::date WHERE EXISTS (SELECT FROM igny8_auth_subscription)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0025_billing_looks_at_everyone'),
        ('subscriptions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='BillingStart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
            ],
        ),
        migrations.AddField(
            model_name='dunningstep',
            name='about',
            field=models.CharField(default='', help_text='2027-02-01:2027-02-20#2', max_length=40),
        ),
        migrations.RunSQL(sql=EARLIER_REMINDERS, reverse_sql=migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name='dunningstep',
            name='dunning_step_is_taken_once',
        ),
        migrations.AddConstraint(
            model_name='dunningstep',
            constraint=models.UniqueConstraint(fields=('invoice', 'kind', 'about'), name='dunning_step_is_taken_once', violation_error_message='This reminder was sent already.'),
        ),
        migrations.RunSQL(
            sql=[(START, [settings.BUSINESS_TIME_ZONE])], reverse_sql=migrations.RunSQL.noop
        ),
    ]
