"""The desk finds the few accounts and subscriptions of a stage by small indexes."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False
    dependencies = [
        ('igny8_auth', '0018_plan_credits'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='account',
            index=models.Index(condition=models.Q(('suspended_at__isnull', False)), fields=['suspended_at'], name='account_by_suspension'),
        ),
        AddIndexConcurrently(
            model_name='account',
            index=models.Index(condition=models.Q(('parked_at__isnull', False)), fields=['parked_at'], name='account_parked'),
        ),
        AddIndexConcurrently(
            model_name='subscription',
            index=models.Index(condition=models.Q(('status', 'past_due')), fields=['id'], name='subscription_past_due'),
        ),
        AddIndexConcurrently(
            model_name='subscription',
            index=models.Index(condition=models.Q(('cancel_at_period_end', True)), fields=['current_period_end'], name='subscription_ending'),
        ),
    ]
