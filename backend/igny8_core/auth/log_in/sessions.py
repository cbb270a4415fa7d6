"""Sessions of browsers (cookie) and programs (``X-Session-Token``), stored by key hash.

Somebody who reads the table in a backup or a dump can't sign in with it. A key has 165 random
bits, so its hash needs neither salt nor a slow function.

A session is read once for each request, and with it the person, their account, their permissions
and whether they have a second factor: so a right that was taken away is missing at once.
"""

import hashlib
from datetime import datetime
from typing import Any, cast

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser, Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, SessionBase, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.functional import SimpleLazyObject

from igny8_core.auth.models import Session, User
from igny8_core.common.clock import utc_now
from igny8_core.common.compiled import compiled

SIGN_UP = "igny8_sign_up"
KEY_LENGTH = 32


class SessionStore(DatabaseSessionStore):
    """Django's database sessions, found by the hash of their key, with their user."""

    _person: User | None = None
    _is_new = False

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        found = _sessions(key=hashed(self.session_key or ""), now=utc_now())
        if not found:
            self._session_key = None
            return None
        self._person = _person_of(found[0])
        return found[0]

    def take_person(self) -> User | None:
        """Return the person as read with the session, the first time; None after that."""
        self.get(SESSION_KEY)  # reads the session, unless it was read before
        person, self._person = self._person, None
        return person

    def exists(self, session_key: str) -> bool:
        return super().exists(hashed(session_key))

    def create(self) -> None:
        """Begin a session under a new key; its row is written once, when it is saved."""
        self._session_key = get_random_string(KEY_LENGTH, VALID_KEY_CHARS)
        vars(self).setdefault("_session_cache", {})  # there is nothing to read
        self._is_new = self.modified = True

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  (Django's)
        """Write the session in one statement.

        :raises UpdateError: if it was ended meanwhile.
        """
        if self.session_key is None:
            self.create()
        row = self.create_model_instance(self._session)  # type: ignore[attr-defined]  # Django's
        if must_create or self._is_new:
            row.save(force_insert=True)
            self._is_new = False
            return
        values = {"session_data": row.session_data, "expire_date": row.expire_date}
        if not Session.objects.filter(pk=row.pk).update(user=row.user_id, **values):
            raise UpdateError

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


class PersonMiddleware(AuthenticationMiddleware):
    """Django's middleware, without a statement of its own for the person."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: person_of(request))  # type: ignore[assignment]


def person_of(request: HttpRequest) -> User | AnonymousUser:
    """Return who is signed in, by the rules of ``django.contrib.auth.get_user``.

    Whatever isn't usual is left to Django: a session under an earlier secret, or from before the
    password was changed; a backend that isn't used any more; somebody who signs in just now.
    """
    session = request.session
    person = session.take_person() if isinstance(session, SessionStore) else None
    is_usual = (
        person is not None
        and person.is_active
        and session.get(SESSION_KEY) == str(person.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
    )
    return person if person and is_usual else get_user(request)


@compiled
def _sessions(key: str, now: datetime) -> QuerySet[Session]:
    """Return the session with all that a request asks about its person."""
    person = OuterRef("user")
    own = User.user_permissions.through.objects.filter(user=OuterRef(person))
    of_groups = User.groups.through.objects.filter(user=OuterRef(person))
    permissions = Permission.objects.filter(
        Q(pk__in=own.values("permission")) | Q(pk__in=of_groups.values("group__permissions"))
    )
    names = permissions.order_by().values(
        full_name=Concat("content_type__app_label", Value("."), "codename")
    )
    return (
        Session.objects.filter(session_key=key, expire_date__gt=now)
        .select_related("user__account")
        .annotate(
            permissions=Case(When(user__is_staff=True, then=ArraySubquery(names))),
            has_second_factor=Exists(Authenticator.objects.filter(user=person)),
        )
    )


def _person_of(row: Any) -> User | None:
    """Return the person of a row of ``_sessions``, with what was read about them."""
    person: User | None = row.user
    if person is not None:
        person.has_second_factor = row.has_second_factor
        if not person.is_superuser:  # these have all permissions
            person._perm_cache = set(row.permissions or ())  # type: ignore[attr-defined]
    return person


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
