"""Scans a file with ClamAV's INSTREAM command; optional (``CLAMAV_ADDRESS``)."""

import logging
import socket
import struct
from contextlib import suppress

from django.conf import settings

CHUNK = 64 * 1024  # bytes; each is sent after its length, and an empty one ends the stream
logger = logging.getLogger(__name__)


class ClamavUnavailableError(Exception):
    """The virus scanner doesn't answer, and unscanned files aren't accepted."""


def scan(content: bytes) -> str | None:
    """Return the name of what ClamAV finds in a file, or None if it is clean.

    :raises ClamavUnavailableError: if the daemon gives no verdict, unless ``CLAMAV_FAIL_OPEN``.
    """
    try:
        verdict = _ask(content)
    except OSError as error:
        verdict = str(error)
    if verdict == "stream: OK":
        return None
    if verdict.startswith("stream: ") and verdict.endswith(" FOUND"):
        return verdict.removeprefix("stream: ").removesuffix(" FOUND")
    logger.error("ClamAV gave no verdict: %s", verdict or "no answer")
    if settings.CLAMAV_FAIL_OPEN:
        return None
    raise ClamavUnavailableError(verdict or "no answer")


def parse_address(address: str) -> tuple[str, int] | str:
    """Read ``host:port`` or the path of a Unix socket (``unix:/run/clamav/clamd.ctl``).

    :raises ValueError: if it is neither.
    """
    if address.startswith("unix:/"):
        return address.removeprefix("unix:")
    host, _colon, port = address.rpartition(":")
    if not host:
        message = f"{address!r} is neither host:port nor unix:/path."
        raise ValueError(message)
    return host.strip("[]"), int(port)


def _ask(content: bytes) -> str:
    with _connection() as daemon, daemon.makefile("rb") as answer:
        with suppress(BrokenPipeError, ConnectionResetError):  # it may refuse before the end
            daemon.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                chunk = content[start : start + CHUNK]
                daemon.sendall(struct.pack("!L", len(chunk)) + chunk)
            daemon.sendall(struct.pack("!L", 0))
        return answer.read().rstrip(b"\0").decode("utf-8", "replace").strip()


def _connection() -> socket.socket:
    address = parse_address(settings.CLAMAV_ADDRESS)
    if isinstance(address, tuple):
        return socket.create_connection(address, timeout=settings.CLAMAV_TIMEOUT)
    daemon = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    daemon.settimeout(settings.CLAMAV_TIMEOUT)
    try:
        daemon.connect(address)
    except OSError:
        daemon.close()
        raise
    return daemon
