"""Dropped emails no longer count as sent, and a reader's emails keep their order."""

from django.db import migrations, models

# Sent emails have no error: these had been dropped or cancelled.
DROPPED = """
UPDATE common_outgoingmail SET dropped_at = sent_at, drop_reason = left(last_error, 200),
    sent_at = NULL, last_error = '' WHERE sent_at IS NOT NULL AND last_error <> ''
"""
# The name from common/mail.py (reader_lock): waiting emails also keep their order.
IN_LINE = """
UPDATE procrastinate_jobs j
    SET lock = 'mail:' || encode(sha256(convert_to(lower(m.recipient), 'UTF8')), 'hex')
    FROM common_outgoingmail m WHERE m.job_id = j.id AND j.status = 'todo' AND j.lock IS NULL
        AND j.task_name = 'igny8_core.common.mail.deliver_mail'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0005_normal_form"),
        ("procrastinate", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="dropped_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When it turned out that it was not to be sent.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="drop_reason",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
        migrations.RunSQL(sql=DROPPED + ";" + IN_LINE, reverse_sql=migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True) | models.Q(dropped_at__isnull=True),
                name="mail_is_sent_or_dropped",
                violation_error_message="A mail is either sent or dropped, not both.",
            ),
        ),
    ]
