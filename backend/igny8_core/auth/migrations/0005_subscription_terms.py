"""A subscription keeps its terms: edits of its plan only affect the next invoice."""

from django.db import migrations, models

KEEP_TERMS = """
UPDATE igny8_auth_subscription s SET terms = jsonb_build_object(
    'slug', p.slug, 'name', p.name, 'description', p.description, 'price', p.price::text,
    'currency', 'USD', 'interval', p.interval, 'included_credits', p.included_credits,
    'max_sites', p.max_sites, 'max_users', p.max_users)
FROM igny8_auth_plan p WHERE p.id = s.plan_id AND s.terms = '{}'
"""


class Migration(migrations.Migration):
    dependencies = [("igny8_auth", "0004_closed_stays_closed")]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="terms",
            field=models.JSONField(
                default=dict,
                help_text="What its last invoice promised: interval, credits, limits. See auth/terms.py.",
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(sql=KEEP_TERMS, reverse_sql=migrations.RunSQL.noop),
    ]
