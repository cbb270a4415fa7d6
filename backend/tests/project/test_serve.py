"""``serve.py``, which ``make run`` calls: it says what is wrong, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.project.paths import BACKEND, FRONTEND

pytestmark = pytest.mark.skipif(
    not (FRONTEND / "dist" / "index.html").is_file(),
    reason="the web app is not built: make test does it",
)
PATIENCE = 90  # seconds


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One database for all of these tests, so that only the first migrates it."""
    return tmp_path_factory.mktemp("serve")


@pytest.fixture
def ports() -> tuple[int, int]:
    """Two that are free."""
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        return one.getsockname()[1], two.getsockname()[1]


class Served:
    """A running ``serve.py``."""

    def __init__(self, data_dir: Path, ports: tuple[int, int], *more: str) -> None:
        """Start it, in a process group of its own as a terminal would."""
        environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        self.data_dir = data_dir
        self.output = data_dir / "output.txt"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "serve.py", "--data-dir", str(data_dir)),
                    *("--port", str(ports[0]), "--web-port", str(ports[1]), *more),
                ],
                cwd=BACKEND,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_for(self, words: str) -> None:
        """Wait until it has printed some words."""
        _wait_until(
            lambda: words in self.output.read_text() or self.process.poll() is not None,
            lambda: f"{words!r} not printed:\n{self.output.read_text()}",
        )
        assert words in self.output.read_text(), self.output.read_text()

    def started(self) -> dict[int, str]:
        """Return pid and command of all that it started, PostgreSQL too."""
        processes = _processes()
        found = {self.process.pid}
        found.add(int((self.data_dir / "postgres" / "postmaster.pid").read_text().split()[0]))
        while more := {pid for pid, (parent, _) in processes.items() if parent in found} - found:
            found |= more
        return {pid: processes[pid][1] for pid in found}


@pytest.fixture
def serve(data_dir: Path, ports: tuple[int, int]) -> Iterator[Callable[..., Served]]:
    """Start it; whatever happens, it ends with the test."""
    started: list[Served] = []

    def start(*more: str) -> Served:
        started.append(Served(data_dir, ports, *more))
        return started[-1]

    yield start
    for served in started:
        if served.process.poll() is None:
            served.process.terminate()
            served.process.wait(PATIENCE)


def _processes() -> dict[int, tuple[int, str]]:
    """Return parent and command of each process that still runs."""
    lines = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,args="],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    rows = (line.split(None, 3) for line in lines)
    return {int(r[0]): (int(r[1]), r[3]) for r in rows if len(r) > 3 and "Z" not in r[2]}


def _wait_until(is_true: Callable[[], bool], complaint: Callable[[], str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_true():
        assert time.monotonic() < deadline, complaint()
        time.sleep(0.1)


def _all_gone(started: dict[int, str]) -> None:
    def remaining() -> dict[int, str]:
        return {pid: command for pid, command in started.items() if pid in _processes()}

    _wait_until(lambda: not remaining(), lambda: f"still running: {remaining()}")


@pytest.mark.parametrize(
    ("index", "variable"), [(0, "PORT"), (1, "WEB_PORT")], ids=["api", "web app"]
)
def test_busy_port_error_names_port_and_fix(
    serve: Callable[..., Served], ports: tuple[int, int], index: int, variable: str
) -> None:
    with socket.create_server(("127.0.0.1", ports[index])):
        served = serve()
        assert served.process.wait(PATIENCE) == 1
    said = served.output.read_text()
    assert f"Port {ports[index]} is in use" in said
    assert f"make run {variable}=" in said


@pytest.mark.long
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGHUP, 143)],
    ids=["Ctrl-C", "closed window"],
)
def test_stop_ends_every_started_process(
    serve: Callable[..., Served], number: signal.Signals, code: int
) -> None:
    served = serve()
    served.wait_for("is running. Ctrl-C stops it.")
    started = served.started()
    commands = "\n".join(started.values())
    for program in ("gunicorn", "procrastinate", "vite", "postgres"):
        assert program in commands
    os.killpg(served.process.pid, number)  # to the whole foreground group, as a terminal does
    assert served.process.wait(PATIENCE) == code
    _all_gone(started)


@pytest.mark.long
def test_one_ended_process_stops_the_rest(serve: Callable[..., Served]) -> None:
    served = serve()
    served.wait_for("is running. Ctrl-C stops it.")
    started = served.started()
    worker = next(pid for pid, command in started.items() if "procrastinate" in command)
    os.kill(worker, signal.SIGTERM)
    assert served.process.wait(PATIENCE) != 0
    _all_gone(started)


@pytest.mark.long
def test_exec_passes_exit_code_and_addresses(
    serve: Callable[..., Served], ports: tuple[int, int]
) -> None:
    served = serve("--exec", 'echo "[$API_URL $E2E_BASE_URL]"; exit 7')
    assert served.process.wait(PATIENCE) == 7
    assert f"[http://localhost:{ports[0]} http://localhost:{ports[1]}]" in served.output.read_text()


@pytest.mark.long
def test_signal_also_ends_exec_command(serve: Callable[..., Served]) -> None:
    served = serve("--exec", "echo begun; sleep 300 & sleep 300")
    served.wait_for("begun")
    started = served.started()
    assert "sleep 300" in started.values()
    served.process.terminate()
    assert served.process.wait(PATIENCE) != 0
    _all_gone(started)
