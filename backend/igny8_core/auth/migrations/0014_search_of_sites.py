"""A search index for sites: parts of words, in normal form."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from igny8_core.common.search import SearchText, search_index


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("common", "0005_normal_form"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("igny8_auth", "0013_search_of_accounts"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="site",
            index=search_index("site_search", SearchText("name", "domain")),
        ),
    ]
