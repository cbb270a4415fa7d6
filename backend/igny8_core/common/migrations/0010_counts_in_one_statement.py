"""A request is counted by all its rate limits in one statement, under the locks of their rows."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION common_times_since(times text, since double precision) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN pg_input_is_valid(times, 'jsonb') THEN jsonb_path_query_array(
        times::jsonb, '$[*] ? (@ > $since)', jsonb_build_object('since', since)
    ) ELSE '[]' END
$$;

-- Returns the number of the first limit that has no room, where counting ends; 0 if all have.
CREATE FUNCTION common_count_attempt(
    keys text[], amounts int[], seconds double precision[], moment double precision
) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. cardinality(keys) LOOP
        IF amounts[i] < 1 THEN
            RETURN i;
        END IF;
        INSERT INTO common_cacheentry AS entry (cache_key, value, expires)
        VALUES (keys[i], jsonb_build_array(moment)::text, to_timestamp(moment + seconds[i]))
        ON CONFLICT (cache_key) DO UPDATE SET
            value = (
                jsonb_build_array(moment) || common_times_since(entry.value, moment - seconds[i])
            )::text,
            expires = excluded.expires
        WHERE jsonb_array_length(common_times_since(entry.value, moment - seconds[i])) < amounts[i];
        IF NOT FOUND THEN
            RETURN i;
        END IF;
    END LOOP;
    RETURN 0;
END $$;
"""
BACK = """
DROP FUNCTION common_count_attempt;
DROP FUNCTION common_times_since;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0009_plain_words"),
    ]

    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
