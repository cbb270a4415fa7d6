"""Many rows of several models in one statement: each model's are sent as one JSON text.

The text of a statement is the same for one row and for a thousand; PostgreSQL plans it once per
connection.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from operator import attrgetter
from typing import Any, TypeAlias

from django.db import DatabaseError, connection
from django.db.models import BooleanField, Field, ForeignKey, IntegerField, JSONField, Model
from psycopg import sql

from igny8_core.common.compiled import prepared

UPDATE = sql.SQL(
    "UPDATE {table} SET {changes} FROM {given} WHERE {table}.{key} = given.{key} "
    "RETURNING {table}.{key}"
)
CHANGE = sql.SQL("{name} = given.{name}")
INSERT = sql.SQL("INSERT INTO {table} ({names}) SELECT {names} FROM {given} RETURNING {key}")
GIVEN = sql.SQL("json_to_recordset(%s::json) AS given ({columns})")
COLUMN = sql.SQL("{name} {type}")
WRITES = sql.SQL("WITH {writes} SELECT {keys}")
WRITE = sql.SQL("{name} (key) AS ({write})")
KEYS = sql.SQL("ARRAY(SELECT key FROM {name})")

AnyField: TypeAlias = "Field[Any, Any]"


@dataclass(frozen=True)
class Batch:
    """Rows of one model.

    :param rows: each once.
    :param names: of the fields to save, and with them the time of change if there is one; arrays
        can't be saved like this, nor the null of JSON. None: the rows are new, and what they refer
        to is in the database already.
    """

    rows: Sequence[Model]
    names: frozenset[str] | None = None

    def take(self, keys: Sequence[Any]) -> None:
        """Take the keys of the rows that were written, which new ones are still without.

        :raises django.db.DatabaseError: if one of the others isn't there.
        """
        if self.names is None:
            for row, key in zip(self.rows, keys, strict=True):
                row.pk = key
                row._state.adding, row._state.db = False, connection.alias
        elif len(keys) != len(self.rows):
            table = self.rows[0]._meta.db_table
            message = f"{len(keys)} of {len(self.rows)} rows of {table} are there."
            raise DatabaseError(message)


@dataclass(frozen=True)
class Write:
    """The part of a statement that writes rows of one model.

    :param columns: their names, each with what reads a row's value, and what writes that as JSON.
    """

    text: sql.Composed
    columns: Sequence[tuple[str, Callable[[Model], Any], Callable[[Any], Any]]]

    @classmethod
    def of(cls, text: sql.Composed, fields: Iterable[AnyField], *, add: bool) -> "Write":
        """Make one that takes the values of these fields, of rows that are new or not."""
        columns = [(str(field.column), _reader(field, add), _writer(field)) for field in fields]
        return cls(text, columns)

    def values(self, rows: Sequence[Model]) -> str:
        """Return rows as JSON."""
        given = [{name: write(read(row)) for name, read, write in self.columns} for row in rows]
        return json.dumps(given)


def write_rows(*batches: Batch) -> None:
    """Write rows of different models, new ones in their order: they get their ids.

    All is one statement: no part of it sees what another one writes, except for the rules of the
    database, which look at the end.

    :raises django.db.DatabaseError: if a row that is to be changed isn't there.
    """
    given = [batch for batch in batches if batch.rows]
    if not given:
        return
    text, writes = _statement(tuple((type(batch.rows[0]), batch.names) for batch in given))
    values = [write.values(batch.rows) for write, batch in zip(writes, given, strict=True)]
    with prepared(), connection.cursor() as cursor:
        cursor.execute(text, values)
        written = cursor.fetchone()
    for batch, keys in zip(given, written, strict=True):
        batch.take(keys)


def update_rows(rows: Sequence[Model], names: Collection[str]) -> None:
    """Save these fields of rows of one model: see ``Batch``."""
    write_rows(Batch(rows, frozenset(names)))


def insert_rows(rows: Sequence[Model]) -> None:
    """Insert rows of one model: see ``Batch``."""
    write_rows(Batch(rows))


@cache
def _statement(
    kinds: tuple[tuple[type[Model], frozenset[str] | None], ...],
) -> tuple[str, list[Write]]:
    writes = [
        _insert_of(model) if names is None else _update_of(model, names) for model, names in kinds
    ]
    named = [(sql.Identifier(f"write_{place}"), write) for place, write in enumerate(writes)]
    text = WRITES.format(
        writes=sql.SQL(", ").join(
            WRITE.format(name=name, write=write.text) for name, write in named
        ),
        keys=sql.SQL(", ").join(KEYS.format(name=name) for name, _write in named),
    )
    return text.as_string(), writes


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
