"""Daily erasure of data whose retention period is over."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from igny8_core.business.data_rights.services.records import erase_expired
from igny8_core.common.upkeep import QUEUE, RETRY


@app.periodic(cron="47 3 * * *")
@app.task(queue=QUEUE, queueing_lock="erase_expired_records", retry=RETRY)
def erase_expired_records(timestamp: int) -> None:
    """Erase what has expired.

    :param timestamp: the scheduled time, in seconds since 1970 (UTC).
    """
    erase_expired(now=datetime.fromtimestamp(timestamp, tz=UTC))
