"""The outermost transaction of a write, retried if needed, and of a read."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import (
    DEFAULT_DB_ALIAS,
    InterfaceError,
    NotSupportedError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from psycopg import IsolationLevel, errors

ATTEMPTS = 3
CONTENTION = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)
DATABASE_IS_AWAY = (
    OperationalError,  # no server, connection lost, lock timeout, disk full
    InterfaceError,
    errors.OperationalError,  # the same from the queue, not wrapped by Django
    errors.InterfaceError,
    errors.IdleInTransactionSessionTimeout,
)

P = ParamSpec("P")
T = TypeVar("T")
IS_ACT: ContextVar[bool] = ContextVar("IS_ACT", default=False)  # in ``commit_or_retry``
logger = logging.getLogger(__name__)


def commit_or_retry(act: Callable[[], T]) -> T:
    """Run an act in one transaction; run all of it again after a deadlock or lock timeout.

    Both have rolled everything back, so nothing is done twice. So has a statement that was planned
    before a migration; the rollback forgets the plan. A lost connection isn't retried, because its
    COMMIT may or may not have happened.

    :param act: changes only the database, so that it can be repeated.
    :raises django.db.OperationalError: if the last of ``ATTEMPTS`` fails too.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _commit(act)
        except Exception as error:
            if not (is_contention(error) or isinstance(error, NotSupportedError)):
                raise
            logger.warning("Rolled back and tried again: %s", error)
    return _commit(act)


def in_transaction(service: Callable[P, T]) -> Callable[P, T]:
    """Run a service in its caller's transaction, or in its own; a decorator.

    An act of ``commit_or_retry`` is rolled back as a whole if a service raises, so its services
    need no savepoints of their own. Elsewhere, only what the service has done is rolled back.
    """

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with transaction.atomic(savepoint=not IS_ACT.get()):
            return service(*args, **kwargs)

    return run


def _commit(act: Callable[[], T]) -> T:
    with transaction.atomic(durable=True):
        outside = IS_ACT.set(True)
        try:
            return act()
        finally:
            IS_ACT.reset(outside)


@contextmanager
def one_moment() -> Iterator[None]:
    """Read one consistent snapshot with several statements; also works as a decorator.

    Otherwise each statement sees what was committed just before it, such as an unpaid account
    without an open invoice. Inside a transaction, that transaction's isolation stays. Nothing can
    be written.
    """
    with _inner() if connection.in_atomic_block else _outermost():
        yield


@contextmanager
def _inner() -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        yield


@contextmanager
def _outermost() -> Iterator[None]:
    """Let the BEGIN say it all: a statement less."""
    wire = healthy_wire()
    before = wire.isolation_level, wire.read_only
    wire.isolation_level, wire.read_only = IsolationLevel.REPEATABLE_READ, True
    try:
        with transaction.atomic():
            yield
    finally:
        if not wire.closed:
            wire.isolation_level, wire.read_only = before


def healthy_wire() -> Any:
    """Return psycopg's connection below Django's, which the next statement will use."""
    own = connections[DEFAULT_DB_ALIAS]  # the thread's
    own.close_if_health_check_failed()
    own.ensure_connection()
    return own.connection


def is_contention(error: BaseException) -> bool:
    """Tell whether another transaction was in the way, even if the error is wrapped."""
    return any(isinstance(cause, CONTENTION) for cause in causes(error))


def is_database_away(error: BaseException) -> bool:
    """Tell whether the database can't be reached or can't write, whoever else uses it."""
    is_away = any(isinstance(cause, DATABASE_IS_AWAY) for cause in causes(error))
    return is_away and not is_contention(error)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its chain of causes."""
    while error is not None:
        yield error
        error = error.__cause__
