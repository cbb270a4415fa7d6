"""The access log of the image's gunicorn: one correct line per request, nothing forged."""

import re
import shlex
import socket
from urllib.parse import urlsplit

import pytest

from tests.project.paths import BACKEND
from tests.server import Server, running_server

pytestmark = pytest.mark.django_db(transaction=True)
LINE = re.compile(r"(\S+) \[(\S+ \+0000)\] (\S+) (\S+) (\d{3}) (\d+) (\d+)ms")


def logging_options() -> str:
    """Return the logging options of the image's gunicorn command."""
    command = (BACKEND / "Dockerfile").read_text("utf-8").rpartition("CMD [")[2]
    options = command[command.index("--access-logfile") : command.rindex('"]')]
    assert len(shlex.split(options)) == 6
    return options


def send(server: Server, target: bytes, *headers: bytes) -> None:
    """Send a raw request that client libraries would refuse to send."""
    address = urlsplit(server.address)
    assert address.port
    lines = [b"GET " + target + b" HTTP/1.1", b"Host: localhost", b"Connection: close", *headers]
    with socket.create_connection(("127.0.0.1", address.port), timeout=30) as connection:
        connection.sendall(b"\r\n".join([*lines, b"", b""]))
        while connection.recv(65536):
            pass


def lines_of(server: Server) -> list[tuple[str, str]]:
    """Return the client and the path of each line; each must be an access log line."""
    log = [line for line in server.log().splitlines() if " GET " in line or "FAKE" in line]
    found = [LINE.fullmatch(line) for line in log]
    assert all(found), log
    return [(match[1], match[4]) for match in found if match]


def test_log_line_cannot_be_forged() -> None:
    paths = [
        b"/api/v1/x%0a203.0.113.1%20-%20FAKE",
        b"/api/v1/x%0d%0aFAKE",
        b"/api/v1/x%1b[31mFAKE",
        b"/api/v1/x%22FAKE%E2%80%A8FAKE",
    ]
    with running_server(GUNICORN_CMD_ARGS=logging_options()) as server:
        for path in paths:
            send(server, path)
        logged = [path for _client, path in lines_of(server) if "FAKE" in path]

    assert logged == [path.decode() for path in paths]


def test_log_omits_query_and_key() -> None:
    with running_server(GUNICORN_CMD_ARGS=logging_options()) as server:
        send(server, b"/api/v1/plans/?email=someone@shop.example")
        send(server, b"/reset-password/s3cret-key?x")
        paths = [path for _client, path in lines_of(server)]
    assert paths[-2:] == ["/api/v1/plans/", "/reset-password/(withheld)"]


def test_logged_address_trusts_only_the_configured_proxy() -> None:
    forged = b"X-Forwarded-For: 198.51.100.9, 203.0.113.7"
    options = logging_options()
    with running_server(GUNICORN_CMD_ARGS=options, TRUSTED_PROXY_COUNT="1") as server:
        send(server, b"/api/v1/plans/", forged)
        assert lines_of(server)[-1][0] == "203.0.113.7"
        send(server, b"/api/v1/plans/", b"X-Forwarded-For: x\x1by")
        assert lines_of(server)[-1][0].isprintable()
    with running_server(GUNICORN_CMD_ARGS=options) as server:
        send(server, b"/api/v1/plans/", forged)
        assert lines_of(server)[-1][0] == "127.0.0.1"
