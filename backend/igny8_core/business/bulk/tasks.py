"""Background work of bulk approvals, in a queue of their own."""

from datetime import UTC, datetime

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from igny8_core.business.bulk import services
from igny8_core.business.bulk.services import QUEUE, RUN
from igny8_core.common import upkeep
from igny8_core.common.clock import utc_now

# Without the database for a quarter of an hour, it stops: its page offers to go on.
RETRY = RetryStrategy(max_attempts=19, wait=5, linear_wait=5)


@app.task(name=RUN, queue=QUEUE, retry=RETRY)
def run_bulk_approval(*, bulk_id: int) -> None:
    """Approve one set; the next is another job, so a worker that has to stop waits for one."""
    if services.approve_next(bulk_id=bulk_id, now=utc_now()):
        run_bulk_approval.defer(bulk_id=bulk_id)


@app.periodic(cron="17 3 * * *")
@app.task(queue=upkeep.QUEUE, queueing_lock="forget_old_bulk_approvals", retry=upkeep.RETRY)
def forget_old_bulk_approvals(timestamp: int) -> None:
    """Delete reports whose time is over.

    :param timestamp: now, in seconds since 1970 (UTC).
    """
    services.forget_old_bulk_approvals(now=datetime.fromtimestamp(timestamp, tz=UTC))
