"""A customer may have a price of their own, and a plan may not credit its unused days.

What each subscription pays up to now stands in its terms already.
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
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('change_credit__in', ['days', 'none'])), name='plan_change_credit_is_known', violation_error_message='Invalid credit of a change.'),
        ),
        AddConstraintNotValid(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(('price_override', None), ('price_override__gt', 0), _connector='OR'), name='agreed_price_is_positive', violation_error_message='An agreed price is above 0.'),
        ),
        ValidateConstraint('subscription', 'agreed_price_is_positive'),
    ]
