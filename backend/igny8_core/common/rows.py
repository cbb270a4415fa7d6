"""Many rows in one statement: they are sent as one JSON text.

The text of a statement is the same for one row and for a thousand; PostgreSQL plans it once per
connection.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from operator import attrgetter
from typing import Any, TypeAlias

from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper
from django.db.models import BooleanField, Field, ForeignKey, IntegerField, JSONField, Model
from psycopg import sql

from igny8_core.common.compiled import prepared

UPDATE = sql.SQL("UPDATE {table} SET {changes} FROM {given} WHERE {table}.{key} = given.{key}")
CHANGE = sql.SQL("{name} = given.{name}")
INSERT = sql.SQL("INSERT INTO {table} ({names}) SELECT {names} FROM {given} RETURNING {key}")
GIVEN = sql.SQL("json_to_recordset(%s::json) AS given ({columns})")
COLUMN = sql.SQL("{name} {type}")

AnyField: TypeAlias = "Field[Any, Any]"


@dataclass(frozen=True)
class Write:
    """A statement for rows of one model.

    :param columns: their names, each with what reads a row's value, and what writes that as JSON.
    """

    text: str
    columns: Sequence[tuple[str, Callable[[Model], Any], Callable[[Any], Any]]]

    @classmethod
    def of(cls, text: sql.Composed, fields: Iterable[AnyField], *, add: bool) -> "Write":
        """Make one that takes the values of these fields, of rows that are new or not."""
        columns = [(str(field.column), _reader(field, add), _writer(field)) for field in fields]
        return cls(text.as_string(), columns)

    @contextmanager
    def run(self, rows: Sequence[Model]) -> Iterator[CursorWrapper]:
        """Run it for these rows."""
        given = [{name: write(read(row)) for name, read, write in self.columns} for row in rows]
        with prepared(), connection.cursor() as cursor:
            cursor.execute(self.text, [json.dumps(given)])
            yield cursor


def update_rows(rows: Sequence[Model], names: Collection[str]) -> None:
    """Save these fields of rows of one model, and their time of change if they have one.

    :param rows: each once.
    :param names: of fields; arrays can't be saved like this, nor the null of JSON.
    :raises django.db.DatabaseError: if one of the rows isn't there.
    """
    if not rows:
        return
    write = _update_of(type(rows[0]), frozenset(names))
    with write.run(rows) as cursor:
        if cursor.rowcount != len(rows):
            message = (
                f"{cursor.rowcount} of {len(rows)} rows of {rows[0]._meta.db_table} are there."
            )
            raise DatabaseError(message)


def insert_rows(rows: Sequence[Model]) -> None:
    """Insert rows of one model, in their order; they get their ids.

    :param rows: what they refer to is in the database already.
    """
    if not rows:
        return
    with _insert_of(type(rows[0])).run(rows) as cursor:
        ids = cursor.fetchall()
    for row, (key,) in zip(rows, ids, strict=True):
        row.pk = key
        row._state.adding = False


@cache
def _update_of(model: type[Model], names: frozenset[str]) -> Write:
    meta = model._meta
    changed = [field for field in meta.concrete_fields if field.name in names | {"updated_at"}]
    fields = [meta.pk, *changed]
    text = UPDATE.format(
        table=sql.Identifier(meta.db_table),
        changes=sql.SQL(", ").join(CHANGE.format(name=_name(field)) for field in changed),
        given=_given(fields),
        key=_name(meta.pk),
    )
    return Write.of(text, fields, add=False)


@cache
def _insert_of(model: type[Model]) -> Write:
    meta = model._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    text = INSERT.format(
        table=sql.Identifier(meta.db_table),
        names=sql.SQL(", ").join(map(_name, fields)),
        given=_given(fields),
        key=_name(meta.pk),
    )
    return Write.of(text, fields, add=True)


def _given(fields: Sequence[AnyField]) -> sql.Composed:
    columns = (COLUMN.format(name=_name(field), type=_type(field)) for field in fields)
    return GIVEN.format(columns=sql.SQL(", ").join(columns))


def _reader(field: AnyField, add: bool) -> Callable[[Model], Any]:  # noqa: FBT001
    """Return what reads a value; some fields set it at that moment."""
    if type(field).pre_save is Field.pre_save:
        return attrgetter(field.attname)
    return partial(field.pre_save, add=add)


def _writer(field: AnyField) -> Callable[[Any], Any]:
    """Return what makes a value JSON: what JSON has no type for is written as text."""
    column = field.target_field if isinstance(field, ForeignKey) else field
    if isinstance(column, BooleanField | IntegerField | JSONField):
        return _as_it_is
    return _as_text


def _as_it_is(value: Any) -> Any:
    return value


def _as_text(value: Any) -> str | None:
    return None if value is None else str(value)


def _type(field: AnyField) -> sql.SQL:
    """Return the type without its length: a cast to it would cut a text that is too long."""
    name = str(field.db_type(connection)).partition("(")[0]
    return sql.SQL(name)


def _name(field: AnyField) -> sql.Identifier:
    return sql.Identifier(str(field.column))
