"""Sends requests: over HTTP on a connection that is kept, or in this process to count statements.

Both act as a browser behind production's proxy: they send what the proxy adds.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.status import HTTP_300_MULTIPLE_CHOICES

from benchmarks.timing import Ready
from igny8_core.auth.models import User

HOST = "bench.example"
PATIENCE = 120  # seconds
MOST_IDLE = 1  # second; gunicorn closes a connection after two
CSRF = "c" * 32
HEADERS = {
    "Host": HOST,
    "Origin": f"https://{HOST}",
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-CSRFToken": CSRF,
}
JSON = "application/json"


@dataclass(frozen=True)
class Request:
    """What somebody sends: POST, if it has a body.

    :param person: who is signed in, if anybody.
    """

    path: str
    body: bytes | None = None
    person: User | None = None
    content_type: str = JSON


def read(path: str, person: User | None = None, **query: str) -> Request:
    """Return a GET request."""
    return Request(f"{path}?{urlencode(query)}" if query else path, person=person)


def write(path: str, body: Mapping[str, str | int], person: User | None = None) -> Request:
    """Return a POST request with a JSON body."""
    return Request(path, json.dumps(body).encode(), person)


class OverHttp:
    """One browser, with its session and its connection.

    :param address: of the server.
    """

    def __init__(self, address: str, person: User | None = None) -> None:
        parts = urlsplit(address)
        self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        self._headers = HEADERS | {"Cookie": _cookies(person)}
        self._used_at = 0.0

    def connect(self) -> None:
        """Connect, unless the connection was in use just now: the server closes idle ones."""
        if time.monotonic() - self._used_at > MOST_IDLE:
            self._connection.close()
            self._connection.connect()

    def send(self, request: Request) -> bytes:
        """Send a request; return the content of the response.

        :raises RuntimeError: if it fails.
        """
        method = "GET" if request.body is None else "POST"
        headers = self._headers | {"Content-Type": request.content_type}
        self._connection.request(method, request.path, request.body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        self._used_at = time.monotonic()
        _require_success(request, answer.status, content)
        return content


class Browsers:
    """One browser for each person who sends something."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._browsers: dict[int | None, OverHttp] = {}

    def prepared(self, request: Request) -> Ready:
        """Sign the person in and connect, if needed; return what sends the request."""
        key = request.person.pk if request.person else None
        if key not in self._browsers:
            self._browsers[key] = OverHttp(self._address, request.person)
        browser = self._browsers[key]
        browser.connect()
        return lambda: browser.send(request)


def in_process(request: Request) -> Ready:
    """Return what sends a request through the whole of Django, without a network."""
    client = Client(
        headers={name: text for name, text in HEADERS.items() if name != "Host"},
        SERVER_NAME=HOST,
    )
    if request.person:
        client.force_login(request.person)

    def send() -> None:
        if request.body is None:
            answer = client.get(request.path)
        else:
            answer = client.post(request.path, request.body, content_type=request.content_type)
        _require_success(request, answer.status_code, getattr(answer, "content", b""))

    return send


def statements(make: Callable[[], Request]) -> int:
    """Return how many SQL statements a request takes, once a first one has filled the caches."""
    in_process(make())()
    ready = in_process(make())
    with CaptureQueriesContext(connection) as captured:
        ready()
    return len(captured)


def _cookies(person: User | None) -> str:
    cookies = {settings.CSRF_COOKIE_NAME: CSRF}
    if person:
        client = Client()
        client.force_login(person)
        cookies[settings.SESSION_COOKIE_NAME] = client.session.session_key or ""
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _require_success(request: Request, status: int, content: bytes) -> None:
    if status >= HTTP_300_MULTIPLE_CHOICES:
        message = f"{request.path}: {status} {content[:500]!r}"
        raise RuntimeError(message)
