"""System checks for what must be fixed before going live."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.db import DatabaseError

from igny8_core.business.billing.selectors.methods import (
    enabled_methods_with_example_details,
    methods_with_unusable_pattern,
)


@register(Tags.database)
def example_payment_details(
    *, databases: Sequence[str] | None = None, **_options: Any
) -> list[CheckMessage]:
    """List the methods that production doesn't offer because they have the example details.

    Not a warning: the server has to start, because the details are replaced at the desk.
    """
    if settings.IS_DEVELOPMENT or "default" not in (databases or ()):
        return []
    try:
        names = [str(method) for method in enabled_methods_with_example_details()]
    except DatabaseError:
        return []  # the tables are yet to be made
    if not names:
        return []
    return [
        checks.Info(
            f"Not offered to customers, as their details are examples: {', '.join(names)}.",
            hint="Replace them, or disable the methods, at /admin/billing/paymentmethodconfig/.",
            id="billing.I001",
        )
    ]


@register(Tags.security)
def changes_without_delay(**_options: Any) -> list[CheckMessage]:
    """In production, report that a lone billing admin can change payment details at once."""
    if settings.IS_DEVELOPMENT or settings.BILLING_CHANGE_DELAY_HOURS > 0:
        return []
    return [
        checks.Info(
            "Whoever takes over the only billing admin changes at once where customers send money.",
            hint="Remove BILLING_CHANGE_DELAY_HOURS=0 once the installation is set up.",
            id="billing.I003",
        )
    ]


@register(Tags.database)
def unusable_reference_patterns(
    *, databases: Sequence[str] | None = None, **_options: Any
) -> list[CheckMessage]:
    """List the methods whose pattern isn't used, so that they accept any reference."""
    if "default" not in (databases or ()):
        return []
    try:
        names = [str(method) for method in methods_with_unusable_pattern()]
    except DatabaseError:
        return []  # the tables are yet to be made
    if not names:
        return []
    return [
        checks.Info(
            f"Patterns of references that not every engine reads alike are not used: "
            f"{', '.join(names)}.",
            hint="Save the methods at /admin/billing/paymentmethodconfig/: it says what to write.",
            id="billing.I002",
        )
    ]
