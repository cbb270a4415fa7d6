"""Subscriptions count their periods from an anchor; accounts say when they are billed next.

A subscription that runs is in its first period, which is paid for. The release before can write
beside this, except that it can't begin a subscription: that has no anchor.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models

ANCHOR = """
UPDATE igny8_auth_subscription
    SET anchor_at = current_period_start, current_index = 0, paid_index = 1
    WHERE current_period_start IS NOT NULL AND anchor_at IS NULL
"""


class Migration(migrations.Migration):

    atomic = False
    dependencies = [
        ('igny8_auth', '0016_plain_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='account',
            name='next_billing_step_at',
            field=models.DateTimeField(blank=True, help_text='When ``run_billing`` has to look at it again.', null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='parked_at',
            field=models.DateTimeField(blank=True, help_text='Since then ``run_billing`` leaves it alone.', null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='parked_reason',
            field=models.CharField(blank=True, db_default='', max_length=200),
        ),
        migrations.AddField(
            model_name='account',
            name='suspended_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='subscription',
            name='anchor_at',
            field=models.DateTimeField(blank=True, help_text='The start from which its periods are counted.', null=True),
        ),
        migrations.AddField(
            model_name='subscription',
            name='anchor_index',
            field=models.PositiveIntegerField(db_default=0, default=0, help_text='The number of the period that begins at the anchor.'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='cancel_at_period_end',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='subscription',
            name='current_index',
            field=models.PositiveIntegerField(blank=True, help_text='The number of the period that runs.', null=True),
        ),
        migrations.AddField(
            model_name='subscription',
            name='hold_until',
            field=models.DateField(blank=True, help_text='Until this day it is neither past due nor paused.', null=True),
        ),
        migrations.AddField(
            model_name='subscription',
            name='next_plan',
            field=models.ForeignKey(blank=True, help_text='Takes effect with the next period.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='igny8_auth.plan'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='paid_index',
            field=models.PositiveIntegerField(db_default=0, default=0, help_text="The number of the first period that isn't paid for."),
        ),
        AddIndexConcurrently(
            model_name='account',
            index=models.Index(condition=models.Q(('next_billing_step_at__isnull', False), ('parked_at', None)), fields=['next_billing_step_at', 'id'], name='account_by_billing_step'),
        ),
        AddConstraintNotValid(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ('active', 'past_due')), _negated=True), models.Q(('anchor_at__isnull', False), ('current_index__isnull', False)), _connector='OR'), name='live_subscription_has_an_anchor', violation_error_message='A subscription that runs has an anchor.'),
        ),
        migrations.RunSQL(sql=ANCHOR, reverse_sql=migrations.RunSQL.noop),
        ValidateConstraint('subscription', 'live_subscription_has_an_anchor'),
    ]
