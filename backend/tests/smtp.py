"""A real SMTP server and the real worker, for tests of mails."""

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.processes import here, manage


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mailbox:
    """What an SMTP server has received, in the order of arrival."""

    def __init__(self) -> None:
        self.received: list[tuple[list[str], EmailMessage]] = []
        self.port = free_port()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        message = email.message_from_bytes(content, policy=email.policy.default)
        self.received.append((sorted(envelope.rcpt_tos), message))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [message for recipients, message in self.received if address in recipients]


@contextmanager
def smtp_server() -> Iterator[Mailbox]:
    """Serve on a free port of this machine."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def run_worker(port: int) -> None:
    """Work off all that waits in the queue of the test's database, then end."""
    environment = {**here(), "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    result = manage("procrastinate", "worker", "--one-shot", environment=environment)
    assert result.returncode == 0, result.stderr


def part(message: EmailMessage, kind: str) -> str:
    """Return the text of one of a mail's two forms: ``plain`` or ``html``."""
    body = message.get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content())
