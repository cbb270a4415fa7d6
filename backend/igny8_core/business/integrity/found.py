"""How a check reports what it finds: by the kind and id of each row."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet


def rows(found: QuerySet[Any]) -> list[str]:
    """Describe the rows of a query: payment 12."""
    kind = found.model._meta.verbose_name
    return [f"{kind} {pk}" for pk in found.order_by("pk").values_list("pk", flat=True)]


def selected(kind: str, query: str, params: list[Any] | None = None) -> list[str]:
    """Return the values of a query's only column."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return [f"{kind} {found}" for (found,) in cursor]
