"""A trial keeps its terms: edits of the free plan only affect later trials."""

from django.db import migrations, models

KEEP_TERMS = """
UPDATE igny8_auth_account a SET trial_terms = jsonb_build_object(
    'slug', p.slug, 'name', p.name, 'description', p.description, 'price', p.price::text,
    'currency', 'USD', 'interval', p.interval, 'included_credits', p.included_credits,
    'max_sites', p.max_sites, 'max_users', p.max_users)
FROM igny8_auth_plan p WHERE p.id = a.plan_id AND a.status = 'trial';
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED
"""


class Migration(migrations.Migration):
    dependencies = [("igny8_auth", "0011_domains_as_mails_are_sent")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="trial_terms",
            field=models.JSONField(
                blank=True,
                help_text="What the free plan promised at sign-up. See auth/terms.py.",
                null=True,
            ),
        ),
        migrations.RunSQL(sql=KEEP_TERMS, reverse_sql=migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "trial"), _negated=True),
                    ("trial_terms__isnull", False),
                    _connector="OR",
                ),
                name="trial_keeps_what_was_promised",
                violation_error_message="A trial keeps what its plan promised.",
            ),
        ),
    ]
