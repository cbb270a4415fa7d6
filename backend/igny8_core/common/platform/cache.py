"""The cache shared by all server processes: a table in the same PostgreSQL.

It stores what must be counted across all of them: sign-in attempts, and used codes. Values are
JSON: whatever somebody writes into the table is data, and never runs.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connection, transaction

from igny8_core.common.clock import utc_now
from igny8_core.common.models import CacheEntry

FOREVER = datetime.max.replace(tzinfo=UTC)
WRITE = """
INSERT INTO common_cacheentry (cache_key, value, expires) VALUES (%(key)s, %(value)s, %(expires)s)
ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires
"""
UNLESS_THERE = "WHERE common_cacheentry.expires < %(now)s"
COUNT = """
SELECT common_count_attempt(
    %s::text[], %s::int[], %s::float8[], extract(epoch FROM %s::timestamptz)::float8
)
"""

GIVE_BACK = "SELECT common_give_attempts_back(%s::text[], %s::float8[])"


@dataclass(frozen=True)
class Limit:
    """How many attempts fit into the last seconds.

    :param key: of the cache entry that holds the times of the attempts, the newest first.
    """

    key: str
    amount: int
    seconds: int


class PostgresCache(DatabaseCache):
    """Django's database cache, with each write as one statement.

    So if several processes ``add`` a key at once, only one succeeds; Django's own cache reads
    before it writes. Writes don't count all rows either; a job removes expired ones.
    """

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Store a value; one that JSON can't represent is removed, and the caller recomputes it."""
        try:
            self._write(WRITE, key, value, timeout, version)
        except TypeError:
            self.delete(key, version=version)

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Store a value unless there is one; tell whether it was stored."""
        return self._write(WRITE + UNLESS_THERE, key, value, timeout, version)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        """Return the existing values; invalid JSON counts as missing."""
        given = {self.make_and_validate_key(key, version=version): key for key in keys}
        rows = CacheEntry.objects.filter(cache_key__in=given, expires__gte=utc_now())
        read = ((given[row.cache_key], _value_of(row)) for row in rows)
        return {key: value for key, value in read if value is not None}

    def count(self, limits: Sequence[Limit], *, now: datetime) -> bool:
        """Count an attempt by each limit, up to the first one that is reached; tell whether none
        is. Whoever counts at the same moment waits for it.
        """
        keys = [self.make_and_validate_key(limit.key) for limit in limits]
        amounts, seconds = ([limit.amount for limit in limits], [limit.seconds for limit in limits])
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [keys, amounts, seconds, now])
            reached: int = cursor.fetchone()[0]
        return reached == 0

    def give_back(self, attempts: Sequence[tuple[str, Any]]) -> None:
        """Remove attempts that were counted.

        :param attempts: each with the key of its limit, and its time in seconds.
        """
        keys = [self.make_and_validate_key(key) for key, _moment in attempts]
        with connection.cursor() as cursor:
            cursor.execute(GIVE_BACK, [keys, [moment for _key, moment in attempts]])

    def _write(
        self, statement: str, key: Any, value: Any, timeout: Any, version: int | None
    ) -> bool:
        until = self.get_backend_timeout(timeout)
        row: dict[str, str | datetime] = {
            "key": self.make_and_validate_key(key, version=version),
            "value": json.dumps(value),
            "expires": FOREVER if until is None else datetime.fromtimestamp(until, tz=UTC),
            "now": utc_now(),
        }
        with connection.cursor() as cursor:
            cursor.execute(statement, row)
            return bool(cursor.rowcount)


def _value_of(row: CacheEntry) -> Any:
    try:
        return json.loads(row.value)
    except ValueError:
        return None


def remove_expired(*, now: datetime) -> None:
    """Remove expired entries, unless somebody counts with one just now."""
    expired = CacheEntry.objects.filter(expires__lt=now).select_for_update(skip_locked=True)
    with transaction.atomic():
        CacheEntry.objects.filter(pk__in=list(expired.values_list("pk", flat=True))).delete()
