"""A real SMTP server and the real worker, for tests of emails."""

import asyncio
import email
import email.policy
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from django.db import connections
from django.test import override_settings
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.worker import Worker

from tests.processes import here, start


def free_port() -> int:
    """Return an unused port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mailbox:
    """The emails that an SMTP server has received, in order of arrival.

    :param refused: an address for which it refuses all emails.
    :param put_off: addresses for which it defers the next email, once each.
    :param delay: seconds before it confirms an email.
    :param is_held: it confirms only after ``go_on``.
    """

    def __init__(
        self,
        *,
        refused: str = "",
        put_off: Sequence[str] = (),
        delay: float = 0,
        is_held: bool = False,
    ) -> None:
        self.received: list[tuple[list[str], EmailMessage]] = []
        self.port = free_port()
        self.refused = refused
        self.put_off = list(put_off)
        self.delay = delay
        self.go_on = threading.Event()
        if not is_held:
            self.go_on.set()
        self.arrivals = threading.Semaphore(0)

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address == self.refused:
            return "550 No such mailbox"
        if address in self.put_off:
            self.put_off.remove(address)
            return "451 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.arrivals.release()
        await asyncio.sleep(self.delay)
        await asyncio.to_thread(self.go_on.wait, 60)
        content = envelope.original_content or b""
        message = email.message_from_bytes(content, policy=email.policy.default)
        self.received.append((sorted(envelope.rcpt_tos), message))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [message for recipients, message in self.received if address in recipients]

    def wait_for_connection(self) -> None:
        """Wait until an email is being sent; each further call waits for another one."""
        assert self.arrivals.acquire(timeout=60)


@contextmanager
def smtp_server(mailbox: Mailbox | None = None) -> Iterator[Mailbox]:
    """Serve on a free local port."""
    mailbox = mailbox or Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def run_worker(port: int, *, timeout: int = 10) -> None:
    """Work off all that waits in the queue of the test's database.

    The worker is procrastinate's own, but run in this process: most of a process' time goes into
    its start. ``run_worker_process`` runs it as its user does.
    """
    connector = cast("DjangoConnector", app.connector).get_worker_connector()
    with (
        override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=port,
            EMAIL_TIMEOUT=timeout,
        ),
        app.replace_connector(connector) as with_worker,
    ):
        with_worker.run_worker(
            wait=False, install_signal_handlers=False, task_middleware=[_and_disconnect]
        )


def _and_disconnect(run_job: Callable[[], Any], _context: JobContext, _worker: Worker) -> Any:
    """Run a job, and close what its thread has opened: the thread outlives the worker."""
    try:
        return run_job()
    finally:
        connections.close_all()


def run_worker_process(port: int) -> None:
    """Work off all that waits in a process of its own, then end."""
    expect_end(start_worker(port))


def expect_end(worker: subprocess.Popen[str]) -> None:
    """Wait until a worker has nothing more to do; it has to end without an error."""
    _output, errors = worker.communicate(timeout=120)
    assert worker.returncode == 0, errors


def start_worker(
    port: int,
    program: Sequence[str] = ("manage.py",),
    *,
    concurrency: int = 1,
    queues: str = "",
    skip_checks: bool = False,
    **environment: str,
) -> subprocess.Popen[str]:
    """Start the real worker, which exits when the queue is empty.

    :param queues: those that it serves, comma-separated; all, if empty.
    """
    return start(
        "procrastinate",
        *(["--skip-checks"] if skip_checks else []),
        "worker",
        "--one-shot",
        *("--concurrency", str(concurrency)),
        *(["--queues", queues] if queues else []),
        environment={**here(), "EMAIL_URL": f"smtp://127.0.0.1:{port}", **environment},
        program=program,
    )


def part(message: EmailMessage, kind: str) -> str:
    """Return the text of one part of an email: ``plain`` or ``html``."""
    body = message.get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content())
