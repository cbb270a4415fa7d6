"""The first page of the admin site: the desk's numbers."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.timesince import timesince

from igny8_core.auth.rights import may
from igny8_core.business.billing.rights import VIEW_PAYMENTS
from igny8_core.business.reports.numbers import DAYS, Day, numbers
from igny8_core.business.reports.renewals import last_count, recurring
from igny8_core.common.clock import utc_now

CHART_HEIGHT = 120  # units of the drawing


def add_numbers(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the numbers for those who may see payments."""
    if not may(request.user, VIEW_PAYMENTS):
        return context
    found, counted = numbers(now=utc_now()), last_count()
    return {
        **context,
        "numbers": found,
        "days": DAYS,
        "bars": _bars(found.days),
        "median": _words(found.median_time),
        "renewals": counted,
        "recurring": recurring(counted) if counted else [],
    }


def _words(duration: timedelta | None) -> str:
    """Format a duration in its two largest units."""
    if duration is None:
        return ""
    end = utc_now()
    return timesince(end - duration, end)


def _bars(days: list[Day]) -> list[dict[str, Any]]:
    """Lay out a bar for each day: approved at the bottom, rejected on top.

    :returns: lengths as texts, so that the template doesn't look for each one's language.
    """
    highest = max((day.approved + day.rejected for day in days), default=0) or 1
    unit = CHART_HEIGHT / highest
    return [
        {
            "day": day,
            "x": str(10 * number),
            "bar_x": str(10 * number + 1),
            "approved_y": f"{CHART_HEIGHT - day.approved * unit:.1f}",
            "approved_height": f"{day.approved * unit:.1f}",
            "rejected_y": f"{CHART_HEIGHT - (day.approved + day.rejected) * unit:.1f}",
            "rejected_height": f"{day.rejected * unit:.1f}",
        }
        for number, day in enumerate(days)
    ]
