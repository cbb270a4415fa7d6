"""Background work of bulk approvals, in a queue of their own: they may take a minute."""

from datetime import UTC, datetime

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from igny8_core.business.bulk import services
from igny8_core.business.bulk.services import QUEUE, RUN
from igny8_core.common import upkeep
from igny8_core.common.clock import utc_now

# Without its database for a quarter of an hour, it stops: its page offers to go on.
RETRY = RetryStrategy(max_attempts=19, wait=5, linear_wait=5)


@app.task(name=RUN, queue=QUEUE, retry=RETRY)
def run_bulk_approval(*, bulk_id: int) -> None:
    """Approve set after set, until nothing waits."""
    while services.approve_next(bulk_id=bulk_id, now=utc_now()):
        pass


@app.periodic(cron="17 3 * * *")
@app.task(queue=upkeep.QUEUE, queueing_lock="forget_old_bulk_approvals", retry=upkeep.RETRY)
def forget_old_bulk_approvals(timestamp: int) -> None:
    """Delete reports whose time is over.

    :param timestamp: now, in seconds since 1970 (UTC).
    """
    services.forget_old_bulk_approvals(now=datetime.fromtimestamp(timestamp, tz=UTC))
