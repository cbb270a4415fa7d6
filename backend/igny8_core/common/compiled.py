"""Reads whose SQL is made once per process, and planned once per database connection.

For large ones, either takes longer than to run them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import cache, wraps
from inspect import signature
from typing import Any, Generic, ParamSpec, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import BigIntegerField, BooleanField, Expression, Func, Model, QuerySet
from django.db.transaction import TransactionManagementError
from psycopg.types.json import Json

from igny8_core.common.transactions import healthy_wire

P = ParamSpec("P")
T = TypeVar("T")
M = TypeVar("M", bound=Model)


class Parameter(Expression):
    """A value that is only known when the read runs."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Stand for the value among the parameters."""
        return "%s", (self,)


class IsOneOf(Func):
    """Compare a column with numbers that are only known when the read runs.

    They are sent as JSON: PostgreSQL takes that for a hundred, however many they are. For an array
    it would plan each time anew, by its length.
    """

    template = "%(expressions)s))"
    arg_joiner = " IN (SELECT value::bigint FROM json_array_elements_text("
    output_field = BooleanField()


@dataclass(frozen=True)
class Ready(Generic[M]):
    """A queryset whose SQL is made.

    :param converters: of the columns, as Django's compiler wants them.
    """

    queryset: QuerySet[M]
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    converters: Any

    @classmethod
    def of(cls, queryset: QuerySet[M]) -> "Ready[M]":
        """Make the SQL of a queryset."""
        compiler = queryset.query.get_compiler(queryset.db)
        sql, params = compiler.as_sql()
        read = [expression for expression, *_ in compiler.select[: compiler.col_count]]
        return cls(queryset, compiler, sql, params, compiler.get_converters(read))

    def rows(self, sql: str, params: Sequence[Any]) -> list[M]:
        """Return the rows, given the SQL with all its parameters.

        :raises TransactionManagementError: if they are to be locked, outside a transaction.
        """
        own = connections[self.queryset.db]  # the thread's
        if self.queryset.query.select_for_update and own.get_autocommit():
            message = "A lock outside a transaction would end at once."
            raise TransactionManagementError(message)
        rows, run = self.queryset.all(), copy(self.compiler)
        run.connection = own
        run.as_sql = lambda: (sql, params)
        run.get_converters = lambda _read: self.converters
        rows.query.get_compiler = lambda **_using: run  # type: ignore[method-assign]
        return list(rows)


def compiled(make: Callable[P, QuerySet[M]]) -> Callable[P, list[M]]:
    """Make a function that returns the rows of a queryset.

    :param make: makes the queryset, once. Its arguments are only compared with columns; it can't
        decide anything by them.
    """

    @cache
    def ready() -> Ready[M]:
        parameters: dict[str, Any] = {name: Parameter(name) for name in signature(make).parameters}
        return Ready.of(make(**parameters))  # type: ignore[call-arg]

    @wraps(make)
    def read(*_none: P.args, **values: P.kwargs) -> list[M]:
        return planned_once(lambda: rows_for(values))

    def rows_for(values: Mapping[str, Any]) -> list[M]:
        made = ready()
        given = {name: _sent(value) for name, value in values.items()}
        filled = tuple(given[p.name] if isinstance(p, Parameter) else p for p in made.params)
        return made.rows(made.sql, filled)

    return read


def _sent(value: Any) -> Any:
    """Return a value as it is sent; of numbers, those that a column can hold."""
    if isinstance(value, list):
        return Json([number for number in value if abs(number) <= BigIntegerField.MAX_BIGINT])
    return value


def planned_once(read: Callable[[], T]) -> T:
    """Read with statements that PostgreSQL plans once per connection, where the settings allow it.

    :param read: can be repeated.
    """
    try:
        with prepared():
            return read()
    except NotSupportedError:  # planned before a column of it got another type
        if connections[DEFAULT_DB_ALIAS].in_atomic_block:
            raise  # its rollback forgets all plans
        _disconnect()
        return read()  # a pool may have other connections with that plan


def _disconnect() -> None:
    """Close the connection for good: if only Django did, a pool would lend it again."""
    connection = connections[DEFAULT_DB_ALIAS]
    connection.connection.close()
    connection.close()


@contextmanager
def prepared() -> Iterator[None]:
    """Let PostgreSQL plan a statement once per connection, where the settings allow it.

    Where Django keeps what it executes, it has to see the values.
    """
    if not settings.DATABASE_PREPARED_STATEMENTS or connections[DEFAULT_DB_ALIAS].queries_logged:
        yield
        return
    wire = healthy_wire()
    before = wire.cursor_factory, wire.prepare_threshold
    wire.cursor_factory, wire.prepare_threshold = ServerBindingCursor, 0
    try:
        yield
    finally:
        wire.cursor_factory, wire.prepare_threshold = before
