"""A proxy between a server and PostgreSQL that can lose a COMMIT, or its response."""

import socket
import socketserver
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.http import urlencode

COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"  # in PostgreSQL's protocol: a simple query
SOCKET = ".s.PGSQL.5432"


class PostgresProxy(socketserver.ThreadingUnixStreamServer):
    """Passes everything on in both directions, except for one COMMIT.

    :ivar loses: "nothing", "commit" (the database never sees it) or "answer".
    """

    daemon_threads = True

    def __init__(self, folder: Path, database_socket: str) -> None:
        super().__init__(str(folder / SOCKET), _Passing)
        self.database_socket = database_socket
        self.loses = "nothing"

    def takes(self, chunk: bytes) -> str:
        """Return what to lose of a client's message, once."""
        if COMMIT not in chunk or self.loses == "nothing":
            return "nothing"
        lost, self.loses = self.loses, "nothing"
        return lost


class _Passing(socketserver.BaseRequestHandler):
    server: PostgresProxy
    request: socket.socket

    def handle(self) -> None:
        """Forward the client's messages; a thread forwards the database's."""
        self.is_deaf = False
        with socket.socket(socket.AF_UNIX) as database:
            database.connect(self.server.database_socket)
            answers = threading.Thread(target=self._pass_answers, args=(database,))
            answers.start()
            self._pass_requests(database)
            _shut(database)
            answers.join()

    def _pass_requests(self, database: socket.socket) -> None:
        while chunk := self.request.recv(65536):
            lost = self.server.takes(chunk)
            if lost == "commit":
                _shut(self.request)
                return
            self.is_deaf = lost == "answer"
            database.sendall(chunk)

    def _pass_answers(self, database: socket.socket) -> None:
        while chunk := database.recv(65536):
            if self.is_deaf:
                break
            self.request.sendall(chunk)
        _shut(self.request)


def _shut(end: Any) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side has already closed it


@contextmanager
def postgres_proxy() -> Iterator[tuple[PostgresProxy, str]]:
    """Run a proxy in front of the test's database; yields it and its ``DATABASE_URL``."""
    params = connection.get_connection_params()
    with tempfile.TemporaryDirectory() as folder:
        proxy = PostgresProxy(Path(folder), f"{params['host']}/{SOCKET}")
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        query = urlencode({"host": folder, "user": params["user"]})
        try:
            yield proxy, f"postgres:///{params['dbname']}?{query}"
        finally:
            proxy.shutdown()
            thread.join()
            proxy.server_close()
