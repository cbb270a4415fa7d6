"""Serializers for answers whose fields are made once per class, not again for each answer.

``KeptFields`` is named before ``Serializer`` or ``ModelSerializer`` among a class's bases. The
fields, also those of nested serializers, have no context: they must not ask for the request.
"""

from functools import cache
from typing import Any

from rest_framework.serializers import BaseSerializer, Field


class KeptFields(BaseSerializer[Any]):
    # No docstring: serializers would inherit it, and the schema shows theirs.

    @property
    def _readable_fields(self) -> list[Field[Any, Any, Any, Any]]:
        serializer: Any = type(self)
        return _kept(serializer)


@cache
def _kept(serializer: Any) -> list[Field[Any, Any, Any, Any]]:
    fields = serializer().fields.values()
    return [field for field in fields if not field.write_only]
