"""Scheduled work of billing that isn't maintenance: changes of settings that are due."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from igny8_core.business.billing.services.setting_changes import apply_due_changes
from igny8_core.common import upkeep


@app.periodic(cron="* * * * *")
@app.task(queue=upkeep.QUEUE, queueing_lock="apply_setting_changes")
def apply_setting_changes(timestamp: int) -> None:
    """Apply changes that a lone admin proposed long enough ago.

    :param timestamp: now, in seconds since 1970 (UTC).
    """
    apply_due_changes(now=datetime.fromtimestamp(timestamp, tz=UTC))
