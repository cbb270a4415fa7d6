"""Background work of the reports."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from igny8_core.business.reports.days import sum_up_days
from igny8_core.business.reports.numbers import DAYS
from igny8_core.business.reports.renewals import count_renewals
from igny8_core.common import upkeep


@app.periodic(cron="7 * * * *")
@app.task(queue=upkeep.QUEUE, queueing_lock="sum_up_days")
def sum_up(timestamp: int) -> None:
    """Sum up the days that have ended, in whichever time zone, and those that have changed.

    Subscriptions are counted again, too.

    :param timestamp: now, in seconds since 1970 (UTC).
    """
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    sum_up_days(now=now, number=DAYS)
    count_renewals(now=now)
