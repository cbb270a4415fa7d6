"""When a mail that could not be sent is tried again, and when it is given up."""

import smtplib
from collections.abc import Iterable
from datetime import timedelta

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

FIRST_WAIT = 5  # seconds; each is five times as long as the one before, up to
LONGEST_WAIT = int(timedelta(hours=1).total_seconds())
MAX_ATTEMPTS = 76  # three days, after which a mail server is not away but gone
MAX_REFUSALS = 6  # about an hour: a mailbox that does not exist will not by tomorrow
PERMANENT = range(500, 600)  # RFC 5321, 4.2.1


class MailRetries(BaseRetryStrategy):
    """Tries again for three days, but soon gives up where a mailbox refuses for good.

    Waits are bounded: the next mail to the same reader leaves after this one.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        limit = MAX_REFUSALS if is_refused_for_good(exception) else MAX_ATTEMPTS
        if job.attempts + 1 >= limit:
            return None
        wait = min(FIRST_WAIT ** (job.attempts + 1), LONGEST_WAIT)
        return RetryDecision(retry_in={"seconds": wait})


def is_refused_for_good(error: BaseException) -> bool:
    """Tell whether the mailbox, rather than the server, will not have the mail."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers: Iterable[tuple[int, bytes]] = error.recipients.values()
        return all(code in PERMANENT for code, _words in answers)
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code in PERMANENT
