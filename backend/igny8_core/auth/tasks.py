"""Background work of log-ins."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from procrastinate.contrib.django import app

from igny8_core.common.upkeep import QUEUE, RETRY


@app.task(queue=QUEUE, retry=RETRY)
def erase_sessions(*, user_ids: list[int]) -> None:
    """Erase the sessions of people whose log-in has ended: a session remembers an address."""
    ids = {str(user_id) for user_id in user_ids}
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) in ids:
            session.delete()


@app.periodic(cron="17 3 * * *")
@app.task(queue=QUEUE, queueing_lock="clear_expired_sessions", retry=RETRY)
def clear_expired_sessions(timestamp: int) -> None:  # noqa: ARG001
    """Erase the sessions that have ended by themselves."""
    SessionStore.clear_expired()
