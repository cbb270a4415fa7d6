"""A real gunicorn on the test's own database, and a client that retries properly."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from igny8_core.auth.models import User
from tests.factories import client_of
from tests.processes import here
from tests.project.paths import BACKEND

PATIENCE = 60  # seconds
UNLIMITED = {"DJANGO_SETTINGS_MODULE": "tests.server_settings"}
TRY_AGAIN = {"idempotency_key_in_use", "service_unavailable"}


@dataclass(frozen=True)
class Reply:
    """A server's response; ``status`` 0 means that the connection ended without one."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        """The response body, parsed as JSON."""
        return json.loads(self.content)

    @property
    def code(self) -> str:
        """The code of an error, or empty."""
        if self.status < 400:
            return ""
        return str(self.body["errors"][0]["code"])


@dataclass(frozen=True)
class Program:
    """A signed-in client that sends HTTP requests.

    :param session: the key of the Django session; empty for a visitor.
    """

    address: str
    session: str = ""
    csrf: str = "c" * 32

    def send(self, path: str, body: bytes | dict[str, Any] | None = None, **headers: str) -> Reply:
        """Send one request: POST, if it has a body; ``X_Fault=`` is the header ``X-Fault``."""
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        sent = {
            "Content-Type": "application/json",
            "Cookie": f"csrftoken={self.csrf}; sessionid={self.session}",
            "X-CSRFToken": self.csrf,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        request = urllib.request.Request(f"{self.address}{path}", data, sent)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                return Reply(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            return Reply(error.code, dict(error.headers), error.read())
        except (HTTPException, urllib.error.URLError, ConnectionError):
            return Reply(0, {}, b"")

    def send_until_answered(
        self, path: str, body: bytes | dict[str, Any], **headers: str
    ) -> list[Reply]:
        """Repeat the request, with its key, until there is a definite response."""
        replies = [self.send(path, body, **headers)]
        while replies[-1].status == 0 or replies[-1].code in TRY_AGAIN:
            assert len(replies) < 10_000, replies[-1]
            replies.append(self.send(path, body, **headers))
        return replies


class Server:
    """A running gunicorn. The test owns its socket, so clients wait while it starts."""

    def __init__(self, *, application: str, environment: dict[str, str]) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115  (as long as the server)
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", application, "--preload"),
                *("--bind", f"fd://{self._socket.fileno()}", "--worker-class", "gthread"),
                *("--threads", "4", "--log-level", "warning"),
            ],
            cwd=BACKEND,
            env={**kept, **environment},
            pass_fds=[self._socket.fileno()],
            stdout=self._log,
            stderr=self._log,
        )

    def visitor(self) -> Program:
        """A client that isn't signed in."""
        return Program(self.address)

    def logged_in(self, user: User) -> Program:
        """A client that is signed in."""
        return Program(self.address, client_of(user).session.session_key or "")

    def log(self) -> str:
        """Its output."""
        self._log.seek(0)
        return self._log.read()

    def stop(self) -> None:
        """Stop it, with its workers."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        self._socket.close()
        self._log.close()


@contextmanager
def running_server(
    application: str = "igny8_core.wsgi", environment: Mapping[str, str] | None = None, **more: str
) -> Iterator[Server]:
    """Run a server on the test's database, or on another environment's.

    :param more: additional environment variables; ``WEB_CONCURRENCY`` is gunicorn's.
    """
    server = Server(
        application=application, environment={**UNLIMITED, **(environment or here()), **more}
    )
    try:
        assert server.visitor().send("/healthz").status == 200, server.log()
        yield server
    finally:
        server.stop()
