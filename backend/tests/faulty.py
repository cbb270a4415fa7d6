"""The server and the worker with fault points: they die between two given statements.

The product doesn't know about this: the points are in Django's wrapper around each statement, and
in the COMMIT of its connection. The header ``X-Fault`` of a request sets it for the server, the
environment variable ``FAULT`` for the worker: ``7`` means before the seventh statement, ``COMMIT``
before the commit, ``COMMITTED`` after it, anything else before the first statement that holds it.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import execute_from_command_line
from django.db import connection
from django.db.backends.signals import connection_created
from django.db.models import QuerySet

from igny8_core.common import locks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "igny8_core.settings")


def die() -> None:
    """End this process at once, as ``kill -9`` does."""
    os.kill(os.getpid(), signal.SIGKILL)


class FaultPoint:
    """Counts statements, and dies at the given point."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.statements = 0

    def execute(self, execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        """Intercept each statement between Django and the database."""
        self.statements += 1
        if self.where == str(self.statements) or (
            self.where.startswith(("INSERT", "UPDATE")) and self.where in sql
        ):
            die()
        return execute(sql, *more)

    def commit(self, commit: Callable[[], None]) -> None:
        """Intercept a COMMIT between Django and the database."""
        if self.where == "COMMIT":
            die()
        commit()
        if self.where == "COMMITTED":
            die()


@contextmanager
def installed(point: FaultPoint) -> Iterator[None]:
    """Install a fault point in this thread's connection."""
    wrapper: Any = connection
    commit = wrapper._commit
    wrapper._commit = lambda: point.commit(commit)
    try:
        with connection.execute_wrapper(point.execute):
            yield
    finally:
        wrapper._commit = commit


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
    """Serve the request; a response header has the number of statements."""
    point = FaultPoint(environ.get("HTTP_X_FAULT", ""))

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, ("X-Statements", str(point.statements))], *more)

    with installed(point):
        return served(environ, start)


def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
    """Serve with the product's own application."""
    from igny8_core.wsgi import application as product

    return product(environ, start_response)


def _install_in_new_connection(*, connection: Any, **_: Any) -> None:
    point = FaultPoint(os.environ.get("FAULT", ""))
    connection.execute_wrappers.append(point.execute)
    commit = connection._commit
    connection._commit = lambda: point.commit(commit)


if __name__ == "__main__":
    if os.environ.get("LOCKS") == "off":
        QuerySet.select_for_update = lambda queryset, **_: queryset  # type: ignore[method-assign]
        locks.wait_for_lock = lambda *_names: None  # before anything imports it
    connection_created.connect(_install_in_new_connection)
    execute_from_command_line(sys.argv)
else:
    from igny8_core import wsgi  # noqa: F401  (loaded once, before gunicorn forks its workers)
