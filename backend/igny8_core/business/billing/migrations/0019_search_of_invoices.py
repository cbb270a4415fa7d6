"""A search index for invoices: parts of words, in normal form."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from igny8_core.common.search import SearchText, search_index


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("common", "0005_normal_form"),
        ("billing", "0018_method_translations"),
        ("igny8_auth", "0012_trials_keep_their_terms"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="invoice",
            index=search_index("invoice_search", SearchText("number")),
        ),
    ]
