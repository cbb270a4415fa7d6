from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('common', '0006_dropped_mails'),
    ]

    operations = [
        migrations.AlterConstraint(
            model_name='idempotencyrecord',
            name='idempotency_key_is_used_once',
            constraint=models.UniqueConstraint(fields=('scope', 'key'), name='idempotency_key_is_used_once', violation_error_message='This key was used already.'),
        ),
        migrations.AlterConstraint(
            model_name='outgoingmail',
            name='one_mail_to_a_person_for_an_event',
            constraint=models.UniqueConstraint(fields=('key', 'recipient'), name='one_mail_to_a_person_for_an_event', violation_error_message='This person gets a mail about it already.'),
        ),
    ]
