"""A fake virus scanner: a real socket server that implements clamd's INSTREAM command.

It replaces ClamAV, which is far too large to install for a test. It detects one virus, the EICAR
test file, as ClamAV does.
"""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
STREAM_MAX_LENGTH = 6 * 1024 * 1024


class Clamd(socketserver.BaseRequestHandler):
    """Reads a command with its chunks and answers with a verdict, as in clamd's manual."""

    def handle(self) -> None:
        with self.request.makefile("rb") as stream:
            command = stream.read(10)
            assert command == b"zINSTREAM\0"
            content = b""
            while length := struct.unpack("!L", stream.read(4))[0]:
                content += stream.read(length)
                if len(content) > STREAM_MAX_LENGTH:
                    self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                    return
        found = b"Eicar-Test-Signature FOUND" if EICAR in content else b"OK"
        self.request.sendall(b"stream: " + found + b"\0")


class Broken(socketserver.BaseRequestHandler):
    """Hangs up at once."""

    def handle(self) -> None:
        self.request.close()


class Silent(socketserver.BaseRequestHandler):
    """Reads everything and never answers."""

    def handle(self) -> None:
        while self.request.recv(65536):
            pass


@contextmanager
def serving(handler: type[socketserver.BaseRequestHandler] = Clamd) -> Iterator[str]:
    """Run the server on a free port; yields its ``CLAMAV_ADDRESS``."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        yield from _run(server, f"127.0.0.1:{server.server_address[1]}")


@contextmanager
def serving_on_a_file(path: Path) -> Iterator[str]:
    """The same on a Unix socket."""
    with socketserver.ThreadingUnixStreamServer(str(path), Clamd) as server:
        yield from _run(server, f"unix:{path}")


def _run(server: socketserver.BaseServer, address: str) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        thread.join()
