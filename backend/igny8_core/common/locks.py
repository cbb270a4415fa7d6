"""Locks of names: for what is no row, or whose row must not be held. They end with the transaction.

They are PostgreSQL's advisory locks, which pools of connections know, too:
https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
"""

from hashlib import sha256

from django.db import connection


def wait_for_lock(*names: str) -> None:
    """Wait until nobody else has one of these names, and have them; in one order, whoever asks."""
    with connection.cursor() as cursor:
        for number in sorted(map(_number, names)):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def try_lock(name: str) -> bool:
    """Have a name, if nobody else has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number(name)])
        (is_ours,) = cursor.fetchone()
    return bool(is_ours)


def _number(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
