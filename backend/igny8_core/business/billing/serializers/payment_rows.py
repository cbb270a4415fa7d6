"""Pages of payments, read as plain values: the answers of ``AdminPaymentSerializer``, only faster.

Instances of five tables and the framework's fields take ten times as long as the statement. Which
fields there are, and where from, is said by the serializer alone; here is only what its own methods
and the model's properties do.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from json import loads
from typing import Any

from django.db.models import Expression, F, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT, KeyTextTransform, KeyTransform
from rest_framework import serializers
from rest_framework.reverse import reverse

from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.methods import names_of
from igny8_core.business.billing.models import Consent, Payment
from igny8_core.business.billing.serializers.decisions import AdminPaymentSerializer
from igny8_core.business.billing.serializers.payments import proof_refusal_of
from igny8_core.common.money import Money

SOME_ID = 2**63 - 1
AS_THEY_ARE = (serializers.CharField, serializers.IntegerField, serializers.ChoiceField)


def _first_to_consent(*events: EventName) -> Subquery:
    consents = Consent.objects.filter(payment=OuterRef("pk"), event__in=events)
    return Subquery(consents.order_by("pk").values("admin__email")[:1])


COMPUTED: dict[str, Expression | F] = {  # where the model computes what it shows
    "payment_method": KT("method_snapshot__payment_method"),
    "payment_method_name": KT("method_snapshot__display_name"),
    "payment_method_names": KT("method_snapshot__translations"),
    "country": KeyTextTransform("country", KeyTransform("customer", "invoice__billing_snapshot")),
    "has_proof": F("proof"),
    "proof_url": F("proof"),
    "proof_refusal": F("proof_refusal"),
    "first_approved_by": _first_to_consent(EventName.APPROVE),
    "reversal_marked_by": _first_to_consent(EventName.REVERSE, EventName.REVERSE_AND_VOID),
}


@lru_cache(maxsize=256)
def _names(translations: str | None) -> dict[str, str]:
    return names_of(loads(translations)) if translations else {}


@cache
def _fields() -> dict[str, Any]:
    return dict(AdminPaymentSerializer().fields)


@cache
def _columns() -> dict[str, Expression | F]:
    plain = {name: F("__".join(field.source_attrs)) for name, field in _fields().items()}
    return plain | COMPUTED


@cache
def _converters() -> dict[str, Callable[[Any], Any]]:
    """Return what to do to the values of columns that aren't shown as they are."""
    fields = {
        name: field.to_representation
        for name, field in _fields().items()
        if name not in COMPUTED | {"amount": ...} and not isinstance(field, AS_THEY_ARE)
    }
    return fields | {
        "payment_method_names": _names,
        "has_proof": bool,
        "proof_refusal": proof_refusal_of,
    }


def read_rows(
    keys: QuerySet[Any, Any], order: Sequence[str], more: Mapping[str, Expression]
) -> list[dict[str, Any]]:
    """Read payments with one statement: their columns by the names of the serializer's fields.

    :param keys: of the payments.
    :param more: columns to read beside them, by name.
    """
    columns = _columns() | more
    rows = Payment.objects.filter(pk__in=keys).order_by(*order).values_list(*columns.values())
    return [dict(zip(columns, row, strict=True)) for row in rows]


def represent_rows(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Make what was read the serializer's answers."""
    names, converters = _fields().keys(), _converters().items()
    address = reverse(AdminPaymentSerializer.proof_view, args=[SOME_ID])
    for row in rows:
        shown = {name: row[name] for name in names}
        shown["amount"] = Money(row["amount"], row["currency"]).digits
        shown["proof_url"] = address.replace(str(SOME_ID), str(row["id"])) if row["proof_url"] else None
        for name, convert in converters:
            if shown[name] is not None or name == "payment_method_names":
                shown[name] = convert(shown[name])
        yield shown
