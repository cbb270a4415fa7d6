"""System checks of what a deployment must not go live with."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.db import DatabaseError

from igny8_core.business.billing.selectors import enabled_methods_with_example_details


@register(Tags.database)
def no_example_payment_details(
    *, databases: Sequence[str] | None = None, **_options: Any
) -> list[CheckMessage]:
    """Warn in production while customers could be told to pay to the shipped example details."""
    if settings.IS_DEVELOPMENT or "default" not in (databases or ()):
        return []
    try:
        names = [str(method) for method in enabled_methods_with_example_details()]
    except DatabaseError:
        return []  # the tables are yet to be made
    if not names:
        return []
    return [
        checks.Warning(
            f"Example details are still shown to customers for: {', '.join(names)}.",
            hint="Replace them, or disable the methods, at /admin/billing/paymentmethodconfig/.",
            id="billing.W001",
        )
    ]
