"""Statements compiled once: for a page of a list, the ORM takes longer than PostgreSQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, IntegerField, Model, QuerySet

from igny8_core.common.compiled import Ready

M = TypeVar("M", bound=Model)


class Hole(Expression):
    """A place in a query for a subquery that is only known when it runs."""

    def __init__(self, name: str, *, template: str = "(%s)") -> None:
        """Name it; the template is the SQL around the subquery."""
        super().__init__(output_field=IntegerField())
        self.name, self.template = name, template
        self.token = f"<<{name}>>"

    def as_sql(self, _compiler: Any, _connection: Any) -> tuple[str, Any]:
        """Leave a token in the SQL, and itself where the subquery's parameters go."""
        return self.template % self.token, [self]


COUNT = Hole("counted", template="(SELECT count(*) FROM (%s) counted)")


@dataclass(frozen=True)
class Statement:
    """The SQL of a query with holes; what it reads comes as the driver gives it."""

    sql: str
    params: tuple[Any, ...]

    @classmethod
    def of(cls, rows: QuerySet[Any, Any]) -> "Statement":
        """Compile a query."""
        return cls(*rows.query.sql_with_params())

    def run(self, **parts: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
        """Fill the holes by their names, and read all rows: none if a part can't have any."""
        try:
            sql, params = self.filled(parts)
        except EmptyResultSet:
            return []
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def filled(self, parts: Mapping[str, QuerySet[Any, Any]]) -> tuple[str, list[Any]]:
        """Return the SQL with subqueries in its holes, and all parameters.

        :raises EmptyResultSet: if a part can't have any rows.
        """
        sql, params = self.sql, list[Any]()
        for param in self.params:
            if isinstance(param, Hole):
                part, filled = parts[param.name].query.sql_with_params()
                sql = sql.replace(param.token, part)
                params.extend(filled)
            else:
                params.append(param)
        return sql, params


def instances(ready: Ready[M], **parts: QuerySet[Any, Any]) -> list[M]:
    """Fill the holes of a query by their names, and read all rows: none if a part has none."""
    try:
        sql, params = Statement(ready.sql, ready.params).filled(parts)
    except EmptyResultSet:
        return []
    return ready.rows(sql, params)
