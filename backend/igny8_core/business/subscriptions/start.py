"""From which day there are renewals."""

from datetime import date
from functools import cache

from django.conf import settings

from igny8_core.business.subscriptions.models import BillingStart


def renewals_from() -> date | None:
    """Return the day from which subscriptions are renewed; None: always."""
    return settings.BILLING_RENEWALS_FROM or _kept()


def forget_start() -> None:
    """Let this installation have had renewals always; running processes learn that at a restart."""
    BillingStart.objects.all().delete()
    _kept.cache_clear()


@cache
def _kept() -> date | None:
    """Return the day of the migration, which never changes while a process runs."""
    return BillingStart.objects.values_list("day", flat=True).first()
