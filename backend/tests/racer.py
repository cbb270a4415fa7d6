"""One process of a race; ``tests.races`` starts many. Importing it loads Django."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any
from unittest import mock

import django
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.urls import get_resolver

django.setup()  # once, in the process from which all racers are forked

from rest_framework.test import APIClient  # noqa: E402

from igny8_core.auth.models import User  # noqa: E402

get_resolver().url_patterns  # noqa: B018  (loads all views)

PATIENCE = 120  # seconds
# Limits are counted before an operation reads anything that matters for it.
WRITE = re.compile(r'(WITH "write_0"|(INSERT INTO|UPDATE|DELETE FROM) "(?!common_cacheentry"))')
LOCK = re.compile(r" FOR UPDATE( OF [^)]+| SKIP LOCKED)?")


@dataclass(frozen=True)
class Call:
    """One request of a race.

    :param user_id: the signed-in user; None for nobody.
    :param fails_at: part of the SQL statement at which the connection is lost.
    :param settings: Django settings while the request is sent.
    """

    url: str
    body: dict[str, Any] = field(default_factory=dict)
    user_id: int | None = None
    key: str = ""
    fails_at: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    method: str = "post"


@dataclass(frozen=True)
class LocksOff:
    """The control: without the locks, and nobody writes before everybody has read.

    :param disabled: names of functions replaced by no-ops.
    :param replaced: other values for constants, by their names.
    :param all_read_before: the statement that waits for everybody; if empty, any write.
    """

    disabled: tuple[str, ...] = ()
    replaced: dict[str, str] = field(default_factory=dict)
    all_read_before: str = ""


@dataclass(frozen=True)
class Answer:
    """The response that a racer got."""

    call: Call
    status: int
    body: dict[str, Any]

    @property
    def code(self) -> str:
        """The code of an error."""
        return str(self.body["errors"][0]["code"])


def serve(pipe: Connection, start: Any, meeting: Any) -> None:
    """Run as a racer until the other end of the pipe is closed."""
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    while True:
        try:
            call, locks_off = pipe.recv()
        except EOFError:
            return
        connection.close()  # from the previous race; another test may have cut it since
        try:
            run = _prepared(call)
            pipe.send("ready")
            start.wait()
            with (
                override_settings(**call.settings),
                _without_locks(locks_off, meeting),
                _failing(call.fails_at),
            ):
                pipe.send(run())
        except Exception as error:  # noqa: BLE001  (it is raised in the test's own process)
            pipe.send(RuntimeError(repr(error)))


def send(call: Call) -> Answer:
    """Send a request."""
    return _prepared(call)()


def _prepared(call: Call) -> Callable[[], Answer]:
    """Sign in, and return the function that sends the request."""
    client = APIClient(raise_request_exception=False)
    if call.user_id:
        client.force_login(User.objects.get(pk=call.user_id))
    connection.ensure_connection()
    headers = {"Idempotency-Key": call.key} if call.key else {}

    def run() -> Answer:
        response = getattr(client, call.method)(call.url, call.body, headers=headers)
        return Answer(call, response.status_code, response.json() if response.content else {})

    return run


@contextmanager
def _without_locks(locks_off: LocksOff | None, meeting: Any) -> Iterator[None]:
    if locks_off is None:
        yield
        return
    has_met = False

    def meet_before_write(execute: Any, sql: str, *more: Any) -> Any:
        nonlocal has_met
        awaited = locks_off.all_read_before
        if not has_met and (awaited in sql if awaited else WRITE.match(sql)):
            has_met = True
            meeting.wait(PATIENCE)
        return execute(LOCK.sub("", sql), *more)

    with ExitStack() as stack:
        for name in locks_off.disabled:
            stack.enter_context(mock.patch(name))
        for name, value in locks_off.replaced.items():
            stack.enter_context(mock.patch(name, value))
        stack.enter_context(connection.execute_wrapper(meet_before_write))
        try:
            yield
        finally:
            if not has_met:  # refused before it could write
                meeting.wait(PATIENCE)


@contextmanager
def _failing(at: str) -> Iterator[None]:
    """Lose the connection at the given statement, if any."""

    def lose(execute: Any, sql: str, *more: Any) -> Any:
        if at and at in sql:
            connection.connection.close()
        return execute(sql, *more)

    with connection.execute_wrapper(lose):
        yield
