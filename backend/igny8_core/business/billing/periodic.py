"""What billing does by the clock that is more than upkeep: settings whose time has come."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from igny8_core.business.billing.services.setting_changes import apply_due_changes
from igny8_core.common import upkeep


@app.periodic(cron="* * * * *")
@app.task(queue=upkeep.QUEUE, queueing_lock="apply_setting_changes", retry=upkeep.RETRY)
def apply_setting_changes(timestamp: int) -> None:
    """Put into effect what a lone admin has proposed long enough ago.

    :param timestamp: now, in seconds since 1970 (UTC).
    """
    apply_due_changes(now=datetime.fromtimestamp(timestamp, tz=UTC))
