"""The normal form of text in PostgreSQL, and the letter groups for searching."""

from django.db import migrations

from igny8_core.common.normal_form import normal_words_in_sql
from igny8_core.common.search import SEARCH_GRAMS_IN_SQL


class Migration(migrations.Migration):
    dependencies = [("common", "0004_answers_of_an_account")]

    operations = [
        migrations.RunSQL(
            sql=normal_words_in_sql() + SEARCH_GRAMS_IN_SQL,
            reverse_sql="DROP FUNCTION search_grams(text); DROP FUNCTION normal_words(text)",
        )
    ]
