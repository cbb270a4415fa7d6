"""gunicorn's access log, with ``%(client)s`` and ``%(path)s`` so that nobody can forge lines.

gunicorn's own ``%(U)s`` is decoded, so that ``%0a`` in an address begins a line, and its ``%(h)s``
is the proxy.
"""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from gunicorn.glogging import Logger

from igny8_core.common.platform.logs import redact

UNPRINTABLE = re.compile(r"[^!-~]")
UNKNOWN = "-"


class AccessLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Logs a request in one line, with the address of the client and no query."""

    def atoms(
        self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta
    ) -> dict[str, Any]:
        """Return the values for the log line."""
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {**atoms, "client": _client(environ), "path": _path(environ)}


def _path(environ: dict[str, Any]) -> str:
    """Return the path as it was sent, with everything but printable ASCII escaped."""
    path = str(environ.get("RAW_URI", "")).partition("?")[0]
    escaped = UNPRINTABLE.sub(lambda found: quote(found[0]), path)
    return redact(escaped) or UNKNOWN


def _client(environ: dict[str, Any]) -> str:
    """Return the address that rate limits count; Django is loaded by now."""
    from allauth.account.adapter import get_adapter
    from django.core.exceptions import PermissionDenied
    from django.http import HttpRequest

    request = HttpRequest()
    request.META = environ
    try:
        found = str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # a proxy that doesn't name its client
        found = str(environ.get("REMOTE_ADDR", ""))
    return UNPRINTABLE.sub("", found) or UNKNOWN
