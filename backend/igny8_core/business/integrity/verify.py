"""The invariants of the design, checked on live data: one module per subject.

Each check is a few statements over whole tables. Data removed by retention and erasure, or not
yet stored by earlier versions, isn't required.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import DataError, transaction

from igny8_core.business.integrity import (
    accounts,
    bulk,
    events,
    files,
    invoices,
    ledger,
    mails,
    payments,
    renewals,
    reports,
    settings,
    subscriptions,
)
from igny8_core.common.transactions import one_moment

MAX_SHOWN = 5
Check = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class CheckResult:
    """One invariant, and the objects that break it."""

    sentence: str
    offenders: list[str]

    @property
    def holds(self) -> bool:
        """Whether the invariant holds."""
        return not self.offenders

    def __str__(self) -> str:
        if self.holds:
            return f"ok    {self.sentence}"
        shown = ", ".join(self.offenders[:MAX_SHOWN])
        more = len(self.offenders) - MAX_SHOWN
        return f"FAIL  {self.sentence}: {shown}" + (f" and {more} more" if more > 0 else "")


OF_ROWS: dict[str, Check] = {
    **payments.CHECKS,
    **ledger.CHECKS,
    **invoices.CHECKS,
    **accounts.CHECKS,
    **subscriptions.CHECKS,
    **renewals.CHECKS,
    **mails.CHECKS,
    **events.CHECKS,
    **settings.CHECKS,
    **bulk.CHECKS,
    **reports.CHECKS,
}
OF_FILES: dict[str, Check] = {**files.CHECKS}  # slow, so missing files are checked again
CHECKS = OF_ROWS | OF_FILES


def verify_billing() -> list[CheckResult]:
    """Check every invariant; read-only, on one snapshot of all rows."""
    with one_moment():
        of_rows = [CheckResult(sentence, _found_by(find)) for sentence, find in OF_ROWS.items()]
    of_files = [CheckResult(sentence, list(find())) for sentence, find in OF_FILES.items()]
    return of_rows + of_files


def _found_by(find: Check) -> list[str]:
    """Run a check; stored data that can't be parsed breaks it."""
    try:
        with transaction.atomic():
            return list(find())
    except DataError as error:
        return [f"what can't be read ({str(error).splitlines()[0]})"]
