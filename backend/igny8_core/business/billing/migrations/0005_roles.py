"""The groups of the admin site: billing admin, billing viewer, support."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

from igny8_core.business.billing.roles import ensure_groups


def make_groups(apps, schema_editor):
    """Create the permissions first: Django itself creates them only after all migrations."""
    for label in ("billing", "igny8_auth", "common"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    ensure_groups(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0004_approval_desk"),
        ("igny8_auth", "0002_user_language"),
        ("common", "0002_outgoing_mail"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
