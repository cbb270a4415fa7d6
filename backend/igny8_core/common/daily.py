"""What may happen so many times in 24 hours."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil

A_DAY = timedelta(days=1)


def seconds_until_allowed(times: Iterable[datetime], *, limit: int, now: datetime) -> int:
    """Return in how many seconds it may happen once more; 0 if it may now.

    :param times: when it has happened, those of the last 24 hours at least.
    :param limit: how often it may in 24 hours; 1 or more.
    """
    newest = sorted(times, reverse=True)[:limit]
    if len(newest) < limit:
        return 0
    return max(0, ceil((newest[-1] + A_DAY - now).total_seconds()))
