"""The outermost transaction of an act, done again where the database asks for it; and of reads."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection, transaction
from psycopg import errors

ATTEMPTS = 3
CONTENTION = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)

T = TypeVar("T")
logger = logging.getLogger(__name__)


def commit_or_retry(act: Callable[[], T]) -> T:
    """Carry out an act in one transaction; the whole of it again if it lost a fight for a lock.

    A deadlock or a lock time-out has rolled everything back, so nothing is done twice. A lost
    connection is not tried again: nobody knows whether its COMMIT has happened.

    :param act: changes nothing but the database, so that it can be done again.
    :raises django.db.OperationalError: if the last of ``ATTEMPTS`` fails as well.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _commit(act)
        except Exception as error:
            if not is_contention(error):
                raise
            logger.warning("Rolled back and tried again: %s", error)
    return _commit(act)


def _commit(act: Callable[[], T]) -> T:
    with transaction.atomic(durable=True):
        return act()


@contextmanager
def one_moment() -> Iterator[None]:
    """Read with several statements what the database held at one moment; also as a decorator.

    Else each statement sees what was committed just before it: an account that is not paid for
    yet, and no invoice that is to be paid any more. Inside of a transaction, that one's isolation
    stays. Nothing can be written.
    """
    level = "" if connection.in_atomic_block else "ISOLATION LEVEL REPEATABLE READ, "
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET TRANSACTION {level}READ ONLY")
        yield


def is_contention(error: BaseException) -> bool:
    """Tell whether another transaction was in the way; whoever has wrapped the database's error."""
    return any(isinstance(cause, CONTENTION) for cause in causes(error))


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it was raised from, down to the first."""
    while error is not None:
        yield error
        error = error.__cause__
