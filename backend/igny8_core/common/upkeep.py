"""Shared code of the clean-ups, and of other scheduled work."""

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

QUEUE = "upkeep"
FIRST_WAIT = 5  # seconds; each wait is five times the previous one, up to
LONGEST_WAIT = 3600
MAX_ATTEMPTS = 77  # three days


class Retries(BaseRetryStrategy):
    """Retries for three days.

    The queue takes no scheduled job while the one before waits for its retry. So no wait is long,
    and what is due every hour or more often isn't retried: the next job does the same.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if job.attempts + 1 >= MAX_ATTEMPTS:
            return None
        wait = min(FIRST_WAIT ** (job.attempts + 1), LONGEST_WAIT)
        return RetryDecision(retry_in={"seconds": wait})


RETRY = Retries()
