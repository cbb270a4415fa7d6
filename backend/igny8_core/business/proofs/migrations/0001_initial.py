import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('igny8_auth', '0004_closed_stays_closed'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProofAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(blank=True, help_text='Where it came from; of IPv6, the network.', max_length=45)),
                ('size', models.PositiveIntegerField(help_text='In bytes.')),
                ('at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='proof_attempts', to='igny8_auth.account')),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['account', 'at'], name='proof_attempt_of_account'), models.Index(fields=['address', 'at'], name='proof_attempt_of_address'), models.Index(fields=['at'], name='proof_attempt_by_time')],
            },
        ),
    ]
