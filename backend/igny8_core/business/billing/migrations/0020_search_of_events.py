"""A search index for events: parts of words, in normal form."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from igny8_core.common.search import SearchText, search_index


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("common", "0005_normal_form"),
        ("billing", "0019_search_of_invoices"),
        ("igny8_auth", "0012_trials_keep_their_terms"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="paymentevent",
            index=search_index("event_search", SearchText("note"), often_written=True),
        ),
    ]
