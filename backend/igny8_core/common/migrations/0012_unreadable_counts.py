"""A count that can't be read is none, whatever PostgreSQL knows of it when it plans.

The branch of a CASE isn't safe from being evaluated too early, if its value is known by then:
https://www.postgresql.org/docs/current/sql-expressions.html#SYNTAX-EXPRESS-EVAL
"""

from django.db import migrations

IN_STEPS = """
CREATE OR REPLACE FUNCTION common_times_since(times text, since double precision) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF NOT pg_input_is_valid(times, 'jsonb') THEN
        RETURN '[]';
    END IF;
    RETURN jsonb_path_query_array(
        times::jsonb, '$[*] ? (@ > $since)', jsonb_build_object('since', since)
    );
END $$;
"""
IN_ONE_EXPRESSION = """
CREATE OR REPLACE FUNCTION common_times_since(times text, since double precision) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN pg_input_is_valid(times, 'jsonb') THEN jsonb_path_query_array(
        times::jsonb, '$[*] ? (@ > $since)', jsonb_build_object('since', since)
    ) ELSE '[]' END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0011_attempts_given_back"),
    ]

    operations = [migrations.RunSQL(IN_STEPS, IN_ONE_EXPRESSION)]
