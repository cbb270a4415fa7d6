"""Attempts are given back in one statement, in the order in which they lock when counted."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION common_give_attempts_back(keys text[], moments double precision[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. cardinality(keys) LOOP
        UPDATE common_cacheentry SET value = jsonb_path_query_array(
            value::jsonb, '$[*] ? (@ != $moment)', jsonb_build_object('moment', moments[i])
        )::text
        WHERE cache_key = keys[i] AND pg_input_is_valid(value, 'jsonb');
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0010_counts_in_one_statement"),
    ]

    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION common_give_attempts_back")]
