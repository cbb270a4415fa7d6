"""A search index for emails: parts of addresses and keys, in normal form."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from igny8_core.common.search import NormalAddress, SearchText, search_index


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("common", "0007_words_of_the_rules"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="outgoingmail",
            index=search_index("mail_search", SearchText(NormalAddress("recipient"), "key"), often_written=True),
        ),
    ]
