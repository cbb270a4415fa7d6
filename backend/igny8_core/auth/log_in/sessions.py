"""Sessions of browsers (cookie) and programs (``X-Session-Token``), stored by key hash.

Somebody who reads the table in a backup or a dump can't sign in with it. A key has 165 random
bits, so its hash needs neither salt nor a slow function.
"""

import hashlib
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore

from igny8_core.auth.models import Session, User
from igny8_core.common.clock import utc_now

SIGN_UP = "igny8_sign_up"


class SessionStore(DatabaseSessionStore):
    """Django's database sessions, found by the hash of their key, with their user."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        rows = Session.objects.filter(expire_date__gt=utc_now())
        found = rows.filter(session_key=hashed(self.session_key or "")).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        return super().exists(hashed(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast("Session", super().create_model_instance(data))
        row.session_key = hashed(row.session_key)
        row.user_id = data.get(SESSION_KEY)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """End a session: this one, or the one with the key."""
        key = session_key or self.session_key
        if key:
            super().delete(hashed(key))


def hashed(session_key: str) -> str:
    """Return the stored hash of a key."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def end_sessions(*, user: User) -> int:
    """Sign a user out of every browser and program; return how many sessions ended."""
    own = Session.objects.filter(user=user)
    ended, _by_model = own.filter(expire_date__gt=utc_now()).delete()
    own.delete()
    return ended


def mark_sign_up(session: SessionBase) -> None:
    """Mark a session as started by a sign-up."""
    session[SIGN_UP] = True


def has_sign_up_session(*, user: User) -> bool:
    """Tell whether the session that the person's sign-up started still exists."""
    rows = Session.objects.filter(user=user, expire_date__gt=utc_now())
    return any(SIGN_UP in SessionStore().decode(row.session_data) for row in rows)
