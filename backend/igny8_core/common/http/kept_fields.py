"""Serializers for answers, whose fields are looked at once per class, not again for each value.

``KeptFields``, or ``KeptItems`` for mappings, is named before ``Serializer`` or ``ModelSerializer``
among a class's bases. The fields, also those of nested serializers, have no context: they must not
ask for the request. Their sources are attributes or items, never methods to call.

The answers are the framework's own, without asking each time what a field's class already says.
``test_kept_fields.py`` compares the two.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, ClassVar

from django.core.exceptions import ObjectDoesNotExist
from rest_framework import fields
from rest_framework.fields import Field, SkipField
from rest_framework.serializers import BaseSerializer

AnyField = Field[Any, Any, Any, Any]
Read = Callable[[Any], Any]


class KeptFields(BaseSerializer[Any]):
    # No docstring: serializers would inherit it, and the schema shows theirs.

    getter: ClassVar[Any] = attrgetter

    def to_representation(self, instance: Any) -> dict[str, Any]:
        serializer: Any = type(self)
        answer: dict[str, Any] = {}
        for name, read, write in _kept(serializer):
            try:
                value = read(instance)
            except SkipField:
                continue
            answer[name] = None if value is None else write(value)
        return answer


class KeptItems(KeptFields):
    getter = itemgetter


@cache
def _kept(serializer: Any) -> list[tuple[str, Read, Read]]:
    """Return the fields' names, each with what reads its value, and what writes that."""
    return [
        (name, _reader(field, serializer.getter), _writer(field))
        for name, field in serializer().fields.items()
        if not field.write_only
    ]


def _reader(field: AnyField, getter: Callable[[str], Read]) -> Read:
    """Return what reads a field's value; where it is missing, the field says what that means."""
    if type(field).get_attribute is not Field.get_attribute:
        return field.get_attribute
    if not field.source_attrs:
        return _itself
    get = getter(".".join(field.source_attrs))

    def read(instance: Any) -> Any:
        try:
            return get(instance)
        except (AttributeError, KeyError, ObjectDoesNotExist):
            return field.get_attribute(instance)

    return read


def _writer(field: AnyField) -> Read:
    """Return what writes a field's value, without what it would look up each time."""
    write = type(field).to_representation
    if write is fields.CharField.to_representation:
        return str
    if write is fields.IntegerField.to_representation:
        return int
    if write is fields.DateTimeField.to_representation:
        return instant
    if write is fields.ChoiceField.to_representation and _are_texts(field):
        return str
    if isinstance(field, fields.SerializerMethodField):
        made: Read = getattr(field.parent, field.method_name)
        return made
    return field.to_representation


def _are_texts(field: Any) -> bool:
    return all(isinstance(choice, str) for choice in field.choices)


def _itself(instance: Any) -> Any:
    return instance


def instant(value: datetime) -> str:
    """Write a time as the framework does, without asking for the time zone: the API's is UTC."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
