"""Many rows in one statement: each column is sent as an array.

The text of a statement is the same for one row and for a thousand.
"""

from collections.abc import Collection, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar

from django.db import DatabaseError, connection
from django.db.models import Field, Model
from psycopg import sql

UPDATE = sql.SQL("UPDATE {table} SET {changes} FROM {given} WHERE {table}.{key} = given.{key}")
CHANGE = sql.SQL("{name} = given.{name}")
INSERT = sql.SQL(
    "INSERT INTO {table} ({names}) SELECT * FROM {given}"
    " ON CONFLICT DO NOTHING RETURNING {key}, {by}"
)
GIVEN = sql.SQL("unnest({arrays}) AS given ({names})")

Row = TypeVar("Row", bound=Model)
AnyField: TypeAlias = "Field[Any, Any]"


def update_rows(rows: Sequence[Model], names: Collection[str]) -> None:
    """Save these fields of rows of one model, and their time of change if they have one.

    :param rows: each once.
    :param names: of fields; arrays can't be saved like this.
    :raises django.db.DatabaseError: if one of the rows isn't there.
    """
    if not rows:
        return
    statement, fields = _update_of(type(rows[0]), frozenset(names))
    with connection.cursor() as cursor:
        cursor.execute(statement, _columns(rows, fields, add=False))
        if cursor.rowcount != len(rows):
            message = (
                f"{cursor.rowcount} of {len(rows)} rows of {rows[0]._meta.db_table} are there."
            )
            raise DatabaseError(message)


def insert_new_rows(rows: Sequence[Row], *, by: tuple[str, ...]) -> list[Row]:
    """Insert rows of one model, except those that a unique constraint refuses.

    :param by: the names of the fields that have to be unique together.
    :returns: the inserted ones, with their ids.
    """
    if not rows:
        return []
    statement, fields = _insert_of(type(rows[0]), by)
    with connection.cursor() as cursor:
        cursor.execute(statement, _columns(rows, fields, add=True))
        ids = {tuple(values): key for key, *values in cursor.fetchall()}
    unique = attrgetter(*(field.attname for field in fields if field.name in by))
    inserted = []
    for row in rows:
        row.pk = ids.pop(unique(row), None)
        if row.pk is not None:
            row._state.adding = False
            inserted.append(row)
    return inserted


@cache
def _update_of(model: type[Model], names: frozenset[str]) -> tuple[str, list[AnyField]]:
    """Return the statement, and the fields whose values it takes."""
    meta = model._meta
    changed = [field for field in meta.concrete_fields if field.name in names | {"updated_at"}]
    fields = [meta.pk, *changed]
    statement = UPDATE.format(
        table=sql.Identifier(meta.db_table),
        changes=sql.SQL(", ").join(CHANGE.format(name=_name(field)) for field in changed),
        given=_given(fields),
        key=_name(meta.pk),
    )
    return statement.as_string(), fields


@cache
def _insert_of(model: type[Model], by: tuple[str, ...]) -> tuple[str, list[AnyField]]:
    """Return the statement, and the fields whose values it takes."""
    meta = model._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    statement = INSERT.format(
        table=sql.Identifier(meta.db_table),
        names=_names(fields),
        given=_given(fields),
        key=_name(meta.pk),
        by=_names([field for field in fields if field.name in by]),
    )
    return statement.as_string(), fields


def _given(fields: Sequence[AnyField]) -> sql.Composed:
    arrays = (sql.SQL("%s::{type}[]").format(type=_type(field)) for field in fields)
    return GIVEN.format(arrays=sql.SQL(", ").join(arrays), names=_names(fields))


def _columns(rows: Sequence[Model], fields: Sequence[AnyField], *, add: bool) -> list[list[Any]]:
    return [
        [field.get_db_prep_save(field.pre_save(row, add), connection) for row in rows]
        for field in fields
    ]


def _type(field: AnyField) -> sql.SQL:
    """Return the type without its length: a cast to it would cut a text that is too long."""
    name = str(field.db_type(connection)).partition("(")[0]
    return sql.SQL(name)


def _name(field: AnyField) -> sql.Identifier:
    return sql.Identifier(str(field.column))


def _names(fields: Sequence[AnyField]) -> sql.Composed:
    return sql.SQL(", ").join(map(_name, fields))
