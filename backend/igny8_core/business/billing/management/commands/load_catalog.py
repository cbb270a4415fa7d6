"""``manage.py load_catalog``: plans, industries, payment methods, rates, and the admins' group."""

import json
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import Model

from igny8_core.auth.models import Industry, Plan
from igny8_core.business.billing.models import ExchangeRate, PaymentMethodConfig

CATALOG = Path(__file__).resolve().parents[2] / "catalog"
BILLING_ADMIN_GROUP = "Billing admin"
BILLING_ADMIN_PERMISSIONS = [
    "decide_payment",
    "view_payment",
    "view_invoice",
    "view_paymentevent",
    "view_credittransaction",
    "view_paymentmethodconfig",
    "change_paymentmethodconfig",
    "add_paymentmethodconfig",
    "view_exchangerate",
    "change_exchangerate",
    "add_exchangerate",
    "view_account",
    "view_subscription",
]


class Command(BaseCommand):
    """Adds what is missing and leaves what is there: an admin's edits are never overwritten."""

    help = "Load the shipped plans, industries, payment methods, rates and the admins' group."

    @transaction.atomic
    def handle(self, *_args: Any, **_options: Any) -> None:
        """Load all of it; prints how many of each were added."""
        added = {
            "plans": _add_missing(Plan, "plans", "slug"),
            "industries": _add_missing(Industry, "industries", "slug"),
            "exchange rates": _add_missing(ExchangeRate, "exchange_rates", "currency"),
            "payment methods": _add_missing_methods(),
        }
        _ensure_group()
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
    """Add the methods whose key was never loaded, be it that an admin has changed it since."""
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


def _ensure_group() -> None:
    group, created = Group.objects.get_or_create(name=BILLING_ADMIN_GROUP)
    if created:
        group.permissions.set(
            Permission.objects.filter(
                content_type__app_label__in=["billing", "igny8_auth"],
                codename__in=BILLING_ADMIN_PERMISSIONS,
            )
        )
