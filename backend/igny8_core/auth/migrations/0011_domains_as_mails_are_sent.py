"""Addresses with non-ASCII domains are stored in the form that is used for sending."""

from django.db import migrations
from django.utils.encoding import punycode


def rewrite(apps, schema_editor):
    """Rewrite addresses; report conflicts, where one person needs a different address."""
    users = apps.get_model("igny8_auth", "User").objects
    addresses = apps.get_model("account", "EmailAddress").objects
    for user in users.exclude(email__regex=r"^[\x01-\x7f]*$").order_by("pk"):
        local, _at, domain = user.email.rpartition("@")
        try:
            email = f"{local}@{punycode(domain).lower()}"
        except UnicodeError:
            continue
        if email == user.email:
            continue
        if users.filter(email=email).exists():
            print(f"User {user.pk} and another one have one mailbox: change one's e-mail.")  # noqa: T201
            continue
        users.filter(pk=user.pk).update(email=email)
        addresses.filter(user_id=user.pk).update(email=email)


class Migration(migrations.Migration):
    dependencies = [
        ("igny8_auth", "0010_person_changes"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]
    operations = [migrations.RunPython(rewrite, migrations.RunPython.noop, elidable=True)]
