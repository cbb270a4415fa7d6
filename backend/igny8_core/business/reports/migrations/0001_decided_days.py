"""Finished days, summed up, and the trigger that deletes those that aren't true any more."""

import django.contrib.postgres.fields
from django.db import migrations, models

FORGET_CHANGED_DAYS = """
CREATE FUNCTION reports_forget_changed_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Until this transaction ends, nobody sums up a day without it: LOCK of days.py
    PERFORM pg_advisory_xact_lock_shared(-7889681098046573288);
    DELETE FROM reports_decidedday
        WHERE TG_OP <> 'INSERT' AND starts_at <= OLD.decided_at AND OLD.decided_at < ends_at
            OR TG_OP <> 'DELETE' AND starts_at <= NEW.decided_at AND NEW.decided_at < ends_at;
    RETURN NULL;
END $$;

CREATE TRIGGER new_decision_changes_its_day AFTER INSERT ON billing_payment
    FOR EACH ROW WHEN (NEW.decided_at IS NOT NULL) EXECUTE FUNCTION reports_forget_changed_days();
CREATE TRIGGER gone_decision_changes_its_day AFTER DELETE ON billing_payment
    FOR EACH ROW WHEN (OLD.decided_at IS NOT NULL) EXECUTE FUNCTION reports_forget_changed_days();
CREATE TRIGGER decision_changes_its_day
    AFTER UPDATE OF status, decided_at, submitted_at, amount, currency, method_snapshot
    ON billing_payment FOR EACH ROW WHEN (
        (OLD.decided_at IS NOT NULL OR NEW.decided_at IS NOT NULL)
        AND (OLD.status, OLD.decided_at, OLD.submitted_at, OLD.amount, OLD.currency,
            OLD.method_snapshot)
        IS DISTINCT FROM (NEW.status, NEW.decided_at, NEW.submitted_at, NEW.amount, NEW.currency,
            NEW.method_snapshot))
    EXECUTE FUNCTION reports_forget_changed_days();
"""
KEEP_CHANGED_DAYS = "DROP FUNCTION reports_forget_changed_days() CASCADE;"


class Migration(migrations.Migration):
    initial = True
    dependencies = [("billing", "0021_plain_words")]

    operations = [
        migrations.CreateModel(
            name="DecidedDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("approved", models.PositiveIntegerField()),
                ("rejected", models.PositiveIntegerField()),
                (
                    "takings",
                    models.JSONField(
                        help_text="Method, currency, total, and number, of what was approved."
                    ),
                ),
                (
                    "times",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        help_text="How long each decision took, in microseconds.",
                        size=None,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("starts_at", "ends_at"),
                        name="day_is_summed_up_once",
                        violation_error_message="This day is summed up already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("starts_at__lt", models.F("ends_at"))),
                        name="day_ends_after_it_starts",
                        violation_error_message="A day ends after it starts.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql=FORGET_CHANGED_DAYS, reverse_sql=KEEP_CHANGED_DAYS),
    ]
