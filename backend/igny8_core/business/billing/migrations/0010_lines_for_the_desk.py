"""Everybody who may see invoices at the desk may also see their lines."""

from django.db import migrations


def show_lines(apps, schema_editor):
    """Let every group that may see invoices see their lines; new groups already can."""
    group_model = apps.get_model("auth", "Group")
    permission_model = apps.get_model("auth", "Permission")
    lines = permission_model.objects.filter(
        content_type__app_label="billing", codename="view_invoiceline"
    )
    invoices = {"content_type__app_label": "billing", "codename": "view_invoice"}
    seen_by = permission_model.objects.filter(**invoices)
    for group in group_model.objects.filter(permissions__in=seen_by):
        group.permissions.add(*lines)


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0009_normal_form"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(show_lines, migrations.RunPython.noop)]
