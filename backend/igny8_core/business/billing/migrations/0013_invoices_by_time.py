"""An index for the desk's filter by day of issue."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False
    dependencies = [
        ('billing', '0012_proof_states'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='invoice',
            index=models.Index(fields=['issued_at'], name='invoice_by_time'),
        ),
    ]
