"""When an email that could not be sent is retried, and when it is given up."""

import smtplib
from collections.abc import Iterable
from datetime import timedelta

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

FIRST_WAIT = 5  # seconds; each wait is five times the previous one, up to
LONGEST_WAIT = int(timedelta(hours=1).total_seconds())
MAX_ATTEMPTS = 76  # three days; after that, the server won't come back
MAX_REFUSALS = 6  # about an hour: a missing mailbox won't appear by tomorrow
PERMANENT = range(500, 600)  # RFC 5321, 4.2.1


class MailRetries(BaseRetryStrategy):
    """Retries for three days, but gives up soon if a mailbox refuses permanently.

    Waits are limited, because the next email to the same reader is sent after this one.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        limit = MAX_REFUSALS if is_refused_for_good(exception) else MAX_ATTEMPTS
        if job.attempts + 1 >= limit:
            return None
        wait = min(FIRST_WAIT ** (job.attempts + 1), LONGEST_WAIT)
        return RetryDecision(retry_in={"seconds": wait})


def is_refused_for_good(error: BaseException) -> bool:
    """Tell whether the mailbox, rather than the server, refuses the email."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers: Iterable[tuple[int, bytes]] = error.recipients.values()
        return all(code in PERMANENT for code, _words in answers)
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code in PERMANENT
