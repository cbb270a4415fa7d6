"""``manage.py load_catalog``: plans, industries, payment methods, rejection reasons and rates."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import Model

from igny8_core.auth.models import Industry, Plan
from igny8_core.business.billing.models import ExchangeRate, PaymentMethodConfig, RejectionReason

CATALOG = Path(__file__).resolve().parents[2] / "data"


class Command(BaseCommand):
    """Adds what is missing and leaves what is there: an admin's edits are never overwritten."""

    help = "Load the shipped plans, industries, payment methods, rejection reasons and rates."

    @transaction.atomic
    def handle(self, *_args: Any, **_options: Any) -> None:
        """Load everything; prints how many of each were added."""
        added = {
            "plans": _add_missing(Plan, "plans", "slug"),
            "industries": _add_missing(Industry, "industries", "slug"),
            "exchange rates": _add_missing(ExchangeRate, "exchange_rates", "currency"),
            "payment methods": _add_missing_methods(),
            "rejection reasons": _add_missing_reasons(),
        }
        for what, count in added.items():
            self.stdout.write(f"{what}: {count} added")


def _read(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((CATALOG / f"{name}.json").read_text("utf-8"))
    return rows


def _add_missing(model: type[Model], name: str, key: str) -> int:
    results = [
        model._default_manager.get_or_create(**{key: row[key]}, defaults=row) for row in _read(name)
    ]
    return sum(created for _, created in results)


def _add_missing_methods() -> int:
    """Add the methods whose key was never loaded, even if an admin changed the key since."""
    results = [
        PaymentMethodConfig.objects.get_or_create(
            catalog_key=_catalog_key(row), defaults={**row, "has_example_details": True}
        )
        for row in _read("payment_methods")
    ]
    return sum(created for _, created in results)


def _catalog_key(row: dict[str, Any]) -> str:
    place = row["countries"][0] if row["countries"] else "everywhere"
    return f"{row['payment_method']}:{place}"


def _add_missing_reasons() -> int:
    """Add the reasons whose key was never loaded, one for each method that a row names."""
    methods = {method.catalog_key: method for method in PaymentMethodConfig.objects.all()}
    added = 0
    for row in _read("rejection_reasons"):
        for method_key in row.get("methods", [None]):
            _reason, created = RejectionReason.objects.get_or_create(
                catalog_key=f"{row['key']}:{method_key or 'any'}",
                defaults={
                    "text": row["text"],
                    "language": row["language"],
                    "order": row["order"],
                    "method": methods.get(method_key),
                },
            )
            added += created
    return added
