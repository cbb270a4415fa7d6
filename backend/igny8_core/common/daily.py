"""Limits per 24 hours."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil

A_DAY = timedelta(days=1)


def seconds_until_allowed(times: Iterable[datetime], *, limit: int, now: datetime) -> int:
    """Return the number of seconds until it may happen again; 0 if it may now.

    :param times: when it happened, at least in the last 24 hours.
    :param limit: how often it may in 24 hours; 1 or more.
    """
    newest = sorted(times, reverse=True)[:limit]
    if len(newest) < limit:
        return 0
    return max(0, ceil((newest[-1] + A_DAY - now).total_seconds()))
