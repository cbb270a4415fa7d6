"""Related rows that are read inside the statement that reads the rows they belong to.

PostgreSQL sends them as JSON. Unlike with ``prefetch_related``, a page costs one statement, and is
of one moment without a transaction.
"""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import (
    ForeignKey,
    JSONField,
    ManyToOneRel,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
)
from django.db.models.query import ModelIterable

from igny8_core.common.models import put_in_hand

M = TypeVar("M", bound=Model)
KEPT = "nested_"  # in names of annotations


def with_rows(queryset: QuerySet[M], **related: QuerySet[Any]) -> QuerySet[M]:
    """Read the related rows with each row of a queryset.

    :param related: by the name of a foreign key, in either direction, as filters use it. Where a
        row has many, they are those of the queryset, in the order of their primary keys.
    """
    nested = {f"{KEPT}{name}": _rows(queryset.model, name, of) for name, of in related.items()}
    rows: QuerySet[M] = _WithRows(queryset.model, queryset.query.chain(), queryset.db)
    annotated: QuerySet[M] = rows.annotate(**nested)
    return annotated


class Rows(Subquery):
    """The rows of a queryset as a list, by primary key."""

    template = "(SELECT jsonb_agg(to_jsonb(r) ORDER BY r.%(key)s) FROM (%(subquery)s) r)"

    def __init__(self, queryset: QuerySet[Any]) -> None:
        super().__init__(queryset, output_field=_RowsField(queryset))
        self.extra["key"] = queryset.model._meta.pk.column


class _RowsField(JSONField):
    """Makes instances of a model from JSON; its numbers with a point are decimals."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        super().__init__()
        self.rows_model = queryset.model
        annotations = queryset.query.annotations
        self.nested: Mapping[str, Any] = {name: annotations[name] for name in annotations}

    def from_db_value(self, value: str | None, *_more: Any) -> list[Model]:
        return self.instances(json.loads(value, parse_float=Decimal) if value else None)

    def instances(self, rows: list[dict[str, Any]] | None) -> list[Model]:
        return [self._instance(row) for row in rows or ()]

    def _instance(self, row: dict[str, Any]) -> Model:
        fields = [field for field in self.rows_model._meta.concrete_fields if field.column in row]
        values = [field.to_python(row[field.column]) for field in fields]
        instance = self.rows_model.from_db("default", [f.attname for f in fields], values)
        for name, annotation in self.nested.items():
            field = annotation.output_field
            is_nested = isinstance(field, _RowsField)
            setattr(instance, name, field.instances(row[name]) if is_nested else row[name])
        filled: Model = _filled(instance)
        return filled


def _rows(model: type[Model], name: str, queryset: QuerySet[Any]) -> Rows:
    relation = model._meta.get_field(name)
    if isinstance(relation, ForeignKey):
        return Rows(queryset.filter(pk=OuterRef(relation.attname)))
    if isinstance(relation, ManyToOneRel):
        return Rows(queryset.filter(**{relation.field.name: OuterRef("pk")}))
    message = f"{name} is no foreign key of {model.__name__}, nor does one lead to it."
    raise TypeError(message)


class _Filled(ModelIterable[M]):
    def __iter__(self) -> Iterator[M]:
        return map(_filled, super().__iter__())


class _WithRows(QuerySet[M]):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._iterable_class = _Filled

    def count(self) -> int:
        """Count the rows without reading what is related to them."""
        plain: QuerySet[M] = QuerySet(self.model, self.query.chain(), self.db)
        annotations = self.query.annotations.items()
        names = [name for name, each in annotations if not isinstance(each, Rows)]
        plain.query.annotations = {name: self.query.annotations[name] for name in names}
        return plain.count()


def _filled(instance: M) -> M:
    """Put the rows that were read where the model's own attributes look for them."""
    names = [name for name in vars(instance) if name.startswith(KEPT)]
    for kept in names:
        rows, name = vars(instance).pop(kept), kept.removeprefix(KEPT)
        relation: Any = instance._meta.get_field(name)
        if not relation.one_to_many:
            relation.set_cached_value(instance, rows[0] if rows else None)
            continue
        for row in rows:
            relation.field.set_cached_value(row, instance)
        put_in_hand(instance, relation.get_accessor_name(), rows)
    return instance
