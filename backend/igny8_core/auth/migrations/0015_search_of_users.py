"""A search index for people: parts of words, in normal form."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from igny8_core.common.search import NormalAddress, SearchText, search_index


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("common", "0005_normal_form"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("igny8_auth", "0014_search_of_sites"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="user",
            index=search_index("user_search", SearchText(NormalAddress("email"), "first_name", "last_name")),
        ),
    ]
