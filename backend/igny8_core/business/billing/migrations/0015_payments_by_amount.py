"""An index to list payments by amount without sorting all of them."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False
    dependencies = [
        ('billing', '0014_settings_by_two_persons'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='payment',
            index=models.Index(fields=['amount', 'id'], name='payment_by_amount'),
        ),
    ]
