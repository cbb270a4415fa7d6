"""Database helpers for tests of faults."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from django.db import connection, transaction
from django.db.models import Model, Sum

from igny8_core.auth.models import Account, Subscription, User
from igny8_core.business.billing.models import CreditTransaction, Invoice, Payment, PaymentEvent
from igny8_core.business.integrity.verify import verify_billing
from igny8_core.common.models import IdempotencyRecord, OutgoingMail

M = TypeVar("M", bound=Model)


class Snapshot:
    """All rows of the test's database, to be put back after a test that commits."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
            )
            tables = [table for (table,) in cursor.fetchall()]
            self._rows = {table: self._read(cursor, table) for table in tables}
        self._empty = ";".join(f"DELETE FROM {table}" for table in tables)  # noqa: S608  (quoted)

    @staticmethod
    def _read(cursor: Any, table: str) -> bytes:
        with cursor.copy(f"COPY {table} TO STDOUT") as rows:
            return b"".join(rows)

    def restore(self) -> None:
        """Put the rows back. Neither guards nor foreign keys are asked; sequences go on."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(self._empty)
            for table, rows in self._rows.items():
                if rows:
                    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                        copy.write(rows)
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")  # in an outer one


_SCENES: dict[Callable[[], Any], tuple[Snapshot, Any]] = {}  # with the row


def scene(make: Callable[[], M]) -> M:
    """Return what ``make`` returns, which runs only once: later, its rows are put back.

    Only for tests whose transaction is rolled back.

    :param make: makes rows in the database as it is at the start of a test, and no files.
    """
    if make not in _SCENES:
        made = make()
        _SCENES[make] = (Snapshot(), made)
        return made
    snapshot, row = _SCENES[make]
    snapshot.restore()
    again: M = type(row)._default_manager.get(pk=row.pk)
    return again


def counted() -> Counter[str]:
    """Return the number of rows of everything that an operation may change."""
    found: Counter[str] = Counter()
    for model in (Account, Subscription, Invoice, Payment):
        statuses = model._default_manager.values_list("status", flat=True)
        found.update(f"{model.__name__} {status}" for status in statuses)
    for kept in (User, CreditTransaction, PaymentEvent, OutgoingMail, IdempotencyRecord):
        found[kept.__name__] = kept._default_manager.count()
    found["credits"] = Account.objects.aggregate(credits=Sum("credits"))["credits"] or 0
    return found


def changes_since(before: Counter[str]) -> dict[str, int]:
    """Return which counts have changed, and by how much."""
    now = counted()
    return {name: now[name] - before[name] for name in now | before if now[name] != before[name]}


def assert_all_invariants_hold() -> None:
    """Run what ``manage.py verify_billing`` runs; the failure says what is broken."""
    broken = [str(result) for result in verify_billing() if not result.holds]
    assert not broken, "\n".join(broken)


@contextmanager
def somebody_else() -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Open another connection to the test's database; its transaction is rolled back."""
    params = connection.get_connection_params()
    known = {name: params[name] for name in ("dbname", "host", "user") if name in params}
    with psycopg.connect(**known) as other:
        yield other
        other.rollback()


def wait_until_somebody_waits() -> None:
    """Wait until another connection waits for a lock."""
    with connection.cursor() as cursor:
        for _ in range(100_000):
            cursor.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            if cursor.fetchone():
                return
    message = "Nobody waits for a lock."
    raise AssertionError(message)


def cut_connections(which: str = "%") -> None:
    """Cut all connections to the test's database except this one.

    :param which: what they wait for, as PostgreSQL calls it: ``Lock``.
    """
    query = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND datname = current_database()
        AND coalesce(wait_event_type, '') LIKE %s
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [which])
