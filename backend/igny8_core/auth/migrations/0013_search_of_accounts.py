"""A search index for accounts: parts of words, in normal form."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from igny8_core.common.search import NormalAddress, SearchText, search_index


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("common", "0005_normal_form"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("igny8_auth", "0012_trials_keep_their_terms"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="account",
            index=search_index("account_search", SearchText("name", "billing_name", NormalAddress("billing_email"))),
        ),
    ]
