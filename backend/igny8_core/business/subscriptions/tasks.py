"""Background work of subscriptions: the hourly run of billing, and what watches over it."""

import logging

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from igny8_core.business.subscriptions.bounds import TooManySuspensions
from igny8_core.business.subscriptions.services import looks, run
from igny8_core.common import upkeep
from igny8_core.common.clock import utc_now

SECONDS = 300  # then others of its queue have their turn

logger = logging.getLogger(__name__)


@app.periodic(cron="7 * * * *")
@app.task(name="run_billing", queue=upkeep.QUEUE, queueing_lock="run_billing", retry=upkeep.RETRY)
def run_billing(timestamp: int) -> None:
    """Take the steps of billing that are due; what takes longer is left to another job.

    :param timestamp: the scheduled time, in seconds since 1970 (UTC); only for the log.
    """
    try:
        is_unfinished = run.run_billing(as_of=utc_now(), limit_seconds=SECONDS).is_unfinished
    except TooManySuspensions as stopped:
        logger.exception("Billing has stopped: run manage.py run_billing --dry-run")
        is_unfinished = stopped.is_unfinished
    if is_unfinished:
        _go_on(timestamp)


@app.periodic(cron="41 2 * * *")
@app.task(
    name="correct_looks", queue=upkeep.QUEUE, queueing_lock="correct_looks", retry=upkeep.RETRY
)
def correct_looks(timestamp: int) -> None:  # noqa: ARG001
    """Find the accounts at which billing would look too late, and let the next run look at them.

    :param timestamp: the scheduled time, in seconds since 1970 (UTC).
    """
    looks.correct_looks(now=utc_now())


def _go_on(timestamp: int) -> None:
    """Queue the rest, unless the next run is queued already."""
    rest = app.configure_task(run_billing.name, queue=upkeep.QUEUE, queueing_lock=run_billing.name)
    try:
        rest.defer(timestamp=timestamp)
    except AlreadyEnqueued:
        logger.info("The next run of billing waits already")
