"""Customers may have prices of their own, and are told of higher ones; plans say what days are worth.

What each subscription pays up to now stands in its terms already: those of its last paid invoice.
"""

from decimal import Decimal

import django.core.validators
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False
    dependencies = [
        ('igny8_auth', '0019_found_by_stage'),
    ]

    operations = [
        migrations.AddField(
            model_name='plan',
            name='change_credit',
            field=models.CharField(choices=[('days', 'Its unused days are taken off'), ('none', 'Nothing is taken off')], db_default='days', default='days', help_text='What the first invoice of the other plan is less by.', max_length=10, verbose_name='when another plan replaces it'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='price_override',
            field=models.DecimalField(blank=True, decimal_places=2, help_text='In USD: agreed with its customer, as long as the plan stays.', max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0.01')), django.core.validators.MaxValueValidator(1000000)]),
        ),
        migrations.AddField(
            model_name='subscription',
            name='announced_price',
            field=models.DecimalField(blank=True, decimal_places=2, help_text="In USD: the plan's higher price that its customer was told of.", max_digits=18, null=True),
        ),
        migrations.AddField(
            model_name='subscription',
            name='announced_on',
            field=models.DateField(blank=True, help_text='The day of that email.', null=True),
        ),
        migrations.AddField(
            model_name='subscription',
            name='announced_from',
            field=models.DateField(blank=True, help_text='The first day of the first period that costs it.', null=True),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('change_credit__in', ['days', 'none'])), name='plan_change_credit_is_known', violation_error_message='Invalid credit of a change.'),
        ),
        AddConstraintNotValid(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(('price_override', None), ('price_override__gt', 0), _connector='OR'), name='agreed_price_is_positive', violation_error_message='An agreed price is above 0.'),
        ),
        AddConstraintNotValid(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('announced_from', None), ('announced_on', None), ('announced_price', None)), models.Q(('announced_from__isnull', False), ('announced_on__isnull', False), ('announced_on__lte', models.F('announced_from')), ('announced_price__gt', 0), ('announced_price__isnull', False)), _connector='OR'), name='announced_price_has_its_days', violation_error_message='An announced price has two days.'),
        ),
        ValidateConstraint('subscription', 'agreed_price_is_positive'),
        ValidateConstraint('subscription', 'announced_price_has_its_days'),
    ]
