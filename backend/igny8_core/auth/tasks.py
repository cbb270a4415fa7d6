"""What the worker does for accounts."""

from datetime import timedelta

from procrastinate.contrib.django import app

from igny8_core.auth.log_in.sessions import SessionStore
from igny8_core.auth.models import PersonChange
from igny8_core.auth.services.email_addresses import remove_expired_changes
from igny8_core.common.clock import utc_now
from igny8_core.common.platform import cache
from igny8_core.common.upkeep import QUEUE

KEPT = timedelta(days=366)  # longer than a change to payment details can wait


@app.periodic(cron="*/10 * * * *")
@app.task(queue=QUEUE, queueing_lock="remove_expired")
def remove_expired(timestamp: int) -> None:  # noqa: ARG001
    """Remove expired sessions, counts and requests for a new address."""
    now = utc_now()
    SessionStore.clear_expired()
    cache.remove_expired(now=now)
    remove_expired_changes(now=now)
    PersonChange.objects.filter(changed_at__lt=now - KEPT).delete()
