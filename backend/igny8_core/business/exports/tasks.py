"""Background work of exports, in a queue of their own: they may take minutes."""

from datetime import UTC, datetime

from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from igny8_core.business.exports import services
from igny8_core.business.exports.services import MAKE, QUEUE, REMOVE_FILES
from igny8_core.common import upkeep
from igny8_core.common.clock import utc_now
from igny8_core.common.transactions import is_database_away

WAITS = (10, 60, 600, 3600)  # seconds; after the last, the person is told


class Retries(BaseRetryStrategy):
    """Retries for a little more than an hour, without being in the way of other exports.

    The queue lets nobody pass a job with the same lock that waits for its retry.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if job.attempts >= len(WAITS) and not is_database_away(exception):
            return None
        wait = WAITS[min(job.attempts, len(WAITS) - 1)]
        return RetryDecision(
            retry_in={"seconds": wait}, lock=f"{MAKE}-{job.task_kwargs['export_id']}"
        )


@app.task(name=MAKE, queue=QUEUE, retry=Retries(), pass_context=True)
def make_export(context: JobContext, *, export_id: int) -> None:
    """Make a file; after the last attempt, tell the person that it can't be made.

    The worker may have died in the last attempt, or the database may have been away.
    """
    if context.job.attempts > len(WAITS):
        services.give_up(export_id=export_id, now=utc_now())
        return
    try:
        services.make(export_id=export_id, now=utc_now())
    except Exception:
        if context.job.attempts >= len(WAITS):
            services.give_up(export_id=export_id, now=utc_now())
        raise


@app.task(name=REMOVE_FILES, queue=QUEUE, retry=upkeep.RETRY)
def remove_unknown_files() -> None:
    """Delete the files of deleted exports."""
    services.remove_unknown_files()


@app.periodic(cron="57 3 * * *")
@app.task(queue=upkeep.QUEUE, queueing_lock="forget_old_exports", retry=upkeep.RETRY)
def forget_old_exports(timestamp: int) -> None:
    """Delete expired exports.

    :param timestamp: now, in seconds since 1970 (UTC).
    """
    services.forget_old_exports(now=datetime.fromtimestamp(timestamp, tz=UTC))
