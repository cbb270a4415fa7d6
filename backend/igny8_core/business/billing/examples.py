"""The example details of the shipped payment methods: they are nobody's account.

They are only for looking at. Outside development, customers are never told to pay to them.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

CATALOG = Path(__file__).parents[1] / "catalogue" / "data" / "payment_methods.json"
WITHHELD = "We are still setting up this payment method. Choose another one, or contact support."


def are_withheld(*, is_example: bool) -> bool:
    """Tell whether a method's details must not reach customers.

    :param is_example: from the method, or from an invoice's copy of it.
    """
    return is_example and not settings.IS_DEVELOPMENT


def have_example_values(details: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether one of a method's details is still as shipped, ignoring spaces."""
    return any(_bare(str(detail.get("value", ""))) in _shipped() for detail in details)


@cache
def _shipped() -> frozenset[str]:
    """Return what identifies an account: numbers, addresses and tags, not seller or type."""
    methods = json.loads(CATALOG.read_text("utf-8"))
    values = [detail["value"] for method in methods for detail in method["details"]]
    return frozenset(
        _bare(value)
        for value in values
        if "@" in value or any(map(str.isdigit, value.replace("IGNY8", "")))
    )


def _bare(value: str) -> str:
    return "".join(character for character in value.lower() if character.isalnum())
