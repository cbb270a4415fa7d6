"""The real server, for tests that need one: gunicorn in processes of its own."""

import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from tests.processes import here, kept_environment
from tests.project.paths import BACKEND

COMMAND = (
    "-m gunicorn igny8_core.wsgi:application --worker-class gthread --workers 2 --threads 4 "
    "--no-control-socket --log-level warning"
)
STARTS_WITHIN = 60  # seconds


@contextmanager
def running_server(**environment: str) -> Iterator[str]:
    """Serve the test's own database, and tell where; the server is stopped afterwards.

    It inherits a socket that listens already, so that nobody has to try until it answers.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        process = subprocess.Popen(
            [sys.executable, *COMMAND.split(), "--bind", f"fd://{listening.fileno()}"],
            cwd=BACKEND,
            env={**kept_environment(), **here(), "LOG_LEVEL": "ERROR", **environment},
            pass_fds=[listening.fileno()],
        )
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=STARTS_WITHIN):  # noqa: S310
                yield address
        finally:
            process.terminate()
            process.wait(timeout=STARTS_WITHIN)
