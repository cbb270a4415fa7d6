"""Pages of a sorted list that begin beside a row, by its values in the list's order.

Rows that come, go or change elsewhere neither shift such a page nor make it slower. An order is a
list of field names as in ``order_by``, whose last one is unique: PostgreSQL sorts NULL last in
ascending order, and first in descending order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import IntegerField, Model, Q, QuerySet, Subquery


class Side(StrEnum):
    """Where rows are, seen from a row in the list's order; the last two include that row."""

    AFTER = "after"
    BEFORE = "before"
    FROM = "from"
    UP_TO = "up_to"

    @property
    def others(self) -> "Side":
        """All other rows of the list."""
        return OTHERS[self]

    @property
    def is_backward(self) -> bool:
        """Whether these rows end at the row."""
        return self in (Side.BEFORE, Side.UP_TO)

    def order(self, order: tuple[str, ...]) -> tuple[str, ...]:
        """Return the order that begins with the row, given that of the list."""
        return reversed_order(order) if self.is_backward else order


OTHERS = {
    Side.AFTER: Side.UP_TO,
    Side.UP_TO: Side.AFTER,
    Side.BEFORE: Side.FROM,
    Side.FROM: Side.BEFORE,
}


@dataclass(frozen=True)
class Place:
    """A place in a list.

    :param values: of a row, one for each field of the order.
    """

    side: Side
    values: tuple[Any, ...]


class CountUpTo(Subquery):
    """The number of rows of a sliced queryset, as a column of another query."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def with_number(rows: list[Any]) -> tuple[list[Any], int]:
    """Return rows, and what was counted beside each of them as ``rows_counted``; otherwise 0."""
    return rows, getattr(rows[0], "rows_counted", 0) if rows else 0


def order_of(rows: QuerySet[Any, Any]) -> tuple[str, ...]:
    """Return the names of the fields that a list is sorted by, with the key's own name at the end.

    :raises TypeError: if the key isn't among them.
    """
    key = rows.model._meta.pk.name
    names = [str(name) for name in rows.query.order_by or rows.model._meta.ordering or ()]
    order = [f"-{key}" if name == "-pk" else key if name == "pk" else name for name in names]
    ends = [place for place, name in enumerate(order, 1) if field_of(name) == key]
    if not ends:
        message = f"A list without a total order: {names}"
        raise TypeError(message)
    return tuple(order[: ends[0]])  # whatever else it is sorted by: the key decides


def field_of(name: str) -> str:
    """Return the field of a name in an order, without its direction."""
    return name.removeprefix("-")


def values_of(row: Any, order: Sequence[str]) -> tuple[Any, ...]:
    """Return a row's values in an order; the row is an instance, or has them by their names."""
    fields = map(field_of, order)
    if isinstance(row, dict):
        return tuple(row[field] for field in fields)
    return tuple(getattr(row, field) for field in fields)


def reversed_order(order: Sequence[str]) -> tuple[str, ...]:
    """Return the opposite order; NULL changes its end, too."""
    return tuple(name[1:] if name.startswith("-") else f"-{name}" for name in order)


def page_keys(
    rows: QuerySet[Any, Any], *, place: Place, size: int
) -> QuerySet[Any, dict[str, Any]]:
    """Select the keys of the ``size`` rows nearest to a place, and possibly of some beyond them.

    Each part of ``_beyond`` is one range of an index and read only up to the size: conditions
    joined by OR would be read as a whole.
    """
    order = place.side.order(order_of(rows))
    conditions = _beyond(rows.model, order, place)
    first, *others = (rows.filter(part).order_by(*order).values("pk")[:size] for part in conditions)
    return first.union(*others, all=True) if others else first


def _beyond(model: type[Model], order: Sequence[str], place: Place) -> Iterator[Q]:
    """Yield conditions, of which each row beyond a place fulfils one: equal values, then a step."""
    equal = Q()
    for name, value in zip(order, place.values, strict=True):
        field = field_of(name)
        if model._meta.get_field(field).null:
            yield from (equal & step for step in _steps_with_null(name, value))
        else:
            yield equal & _step(name, value)
        equal &= Q(**{f"{field}__isnull": True}) if value is None else Q(**{field: value})
    if place.side in (Side.FROM, Side.UP_TO):
        yield equal


def _step(name: str, value: Any) -> Q:
    return Q(**{f"{field_of(name)}__{'lt' if name.startswith('-') else 'gt'}": value})


def _steps_with_null(name: str, value: Any) -> list[Q]:
    is_null = f"{field_of(name)}__isnull"
    if name.startswith("-"):
        return [Q(**{is_null: False}) if value is None else _step(name, value)]
    return [] if value is None else [_step(name, value), Q(**{is_null: True})]
