"""What subscriptions bring in, and how renewals are paid: counted once an hour."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0001_decided_days'),
    ]

    operations = [
        migrations.CreateModel(
            name='RenewalCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('counted_at', models.DateTimeField()),
                ('monthly', models.JSONField(help_text='Currency, what comes in a month, and number, of live subscriptions.')),
                ('due', models.PositiveIntegerField(help_text='Renewals whose due day has come.')),
                ('paid_in_time', models.PositiveIntegerField()),
                ('paid_late', models.PositiveIntegerField()),
                ('paused', models.PositiveIntegerField(help_text='Accounts, for lack of payment.')),
                ('lapsed', models.PositiveIntegerField(help_text='Subscriptions, for lack of payment.')),
                ('recovered', models.PositiveIntegerField(help_text='Accounts that paid while they were paused.')),
                ('suspended', models.PositiveIntegerField(help_text='Accounts that are paused now.')),
            ],
        ),
    ]
