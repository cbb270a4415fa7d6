"""A plan says what becomes of unused credits, and an account which of its credits a plan brought.

What accounts have counts as their own: it never expires.
"""

import django.core.validators
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False
    dependencies = [
        ('igny8_auth', '0017_periods_from_an_anchor'),
    ]

    operations = [
        migrations.AddField(
            model_name='account',
            name='plan_credits',
            field=models.BigIntegerField(db_default=0, default=0, help_text='How many of them a plan brought: they are used first, and may expire.'),
        ),
        migrations.AddField(
            model_name='plan',
            name='credits_at_renewal',
            field=models.CharField(choices=[('add', 'They are kept'), ('reset', 'They expire'), ('keep_up_to', 'They are kept up to a number')], db_default='add', default='add', help_text="What becomes of the plan's unused credits when the next period begins. Other credits, such as those of a trial, never expire.", max_length=20, verbose_name='unused credits at renewal'),
        ),
        migrations.AddField(
            model_name='plan',
            name='credits_kept_up_to',
            field=models.PositiveIntegerField(blank=True, help_text='How many of them are kept, if that is the rule.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000000000)]),
        ),
        AddConstraintNotValid(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('plan_credits__gte', 0), ('plan_credits__lte', models.F('credits'))), name='account_plan_credits_are_part_of_its_credits', violation_error_message="A plan's credits are part of all credits."),
        ),
        ValidateConstraint('account', 'account_plan_credits_are_part_of_its_credits'),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('credits_at_renewal__in', ['add', 'reset']), ('credits_kept_up_to', None)), models.Q(('credits_at_renewal', 'keep_up_to'), ('credits_kept_up_to__isnull', False)), _connector='OR'), name='plan_says_how_many_credits_are_kept', violation_error_message='Enter how many credits are kept if that is the rule, and only then.'),
        ),
    ]
