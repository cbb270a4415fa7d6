"""Locks by name, for things without a row to lock. They end with the transaction.

They are PostgreSQL's advisory locks, which work with connection pools:
https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
"""

from hashlib import sha256

from django.db import connection


def wait_for_lock(*names: str) -> None:
    """Wait for these names and lock them, always in the same order."""
    with connection.cursor() as cursor:
        for number in sorted(map(_number, names)):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def try_lock(name: str) -> bool:
    """Lock a name if nobody else holds it; tell whether that worked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number(name)])
        (is_ours,) = cursor.fetchone()
    return bool(is_ours)


def _number(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
