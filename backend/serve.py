"""Run the whole app on one machine: database, API, worker and web app; Ctrl-C stops all of it.

``make run`` and ``make dev`` call this, and with ``--exec`` the end-to-end tests.
"""

import argparse
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from honcho.manager import Manager
from honcho.printer import Printer

from igny8_core.common.platform.embedded_postgres import ensure_running

BACKEND = Path(__file__).resolve().parent
FRONTEND = BACKEND.parent / "frontend"
READY_WITHIN = 90  # seconds


def main() -> int:
    """Start everything, wait, stop everything; the exit code is that of what ended it."""
    options = _parse_options()
    _stop_on_signals()
    for variable, port in (("PORT", options.port), ("WEB_PORT", options.web_port)):
        if _is_busy(port):
            print(_busy_message(variable, port), file=sys.stderr)
            return 1
    try:
        environment = _environment(options)
        _manage(environment, "migrate")
        _manage(environment, "load_catalog")
        _manage(environment, "create_demo", "--confirmations", str(options.confirmations))
        return _run(options, environment)
    except subprocess.CalledProcessError as error:
        return error.returncode
    except KeyboardInterrupt:
        return 130


def _stop_on_signals() -> None:
    """Let SIGTERM and a closed terminal end this process in an orderly way, the database too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))


def _busy_message(variable: str, port: int) -> str:
    return (
        f"Port {port} is in use by another program. Stop that program, or choose another port: "
        f"make run {variable}={port + 1}"
    )


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8011, help="of the API")
    parser.add_argument("--web-port", type=int, default=5173, help="of the web app")
    parser.add_argument("--data-dir", type=Path, default=BACKEND / ".data")
    parser.add_argument("--confirmations", type=int, default=12, help="that wait, in the demo")
    parser.add_argument("--dev", action="store_true", help="reload on every change")
    parser.add_argument("--exec", dest="command", help="run this when all is ready, then stop")
    return parser.parse_args()


def _is_busy(port: int) -> bool:
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                if probe.connect_ex((host, port)) == 0:
                    return True
        except OSError:  # no IPv6 here
            continue
    return False


def _environment(options: argparse.Namespace) -> dict[str, str]:
    data_dir = options.data_dir.resolve()
    environment = {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "DJANGO_ENV": "development",
        "DATA_DIR": str(data_dir),
        "FRONTEND_URL": f"http://localhost:{options.web_port}",
        "API_ORIGIN": f"http://localhost:{options.port}",
        "API_URL": f"http://localhost:{options.port}",
        "WEB_PORT": str(options.web_port),
        "E2E_BASE_URL": f"http://localhost:{options.web_port}",
    }
    if not environment.get("DATABASE_URL"):
        environment["DATABASE_URL"] = ensure_running(data_dir)
    return environment


def _manage(environment: dict[str, str], *command: str) -> None:
    subprocess.run(  # noqa: S603  (no shell, and only our own words)
        [sys.executable, "manage.py", *command],
        cwd=BACKEND,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _run(options: argparse.Namespace, environment: dict[str, str]) -> int:
    log = (options.data_dir / "processes.log").open("w", encoding="utf-8")
    printer = Printer(output=Tee(sys.stdout, log))  # type: ignore[no-untyped-call]
    manager: Any = Manager(printer)  # type: ignore[no-untyped-call]  # honcho has no types
    for name, (command, folder) in _processes(options).items():
        manager.add_process(name, f"exec {command}", env=environment, cwd=str(folder))
    follower = Follower(options, environment, stop=manager.terminate)
    follower.start()
    manager.loop()
    follower.end()
    if follower.returncode is not None:
        return follower.returncode
    return int(manager.returncode or 1)  # something that should go on has ended


def _processes(options: argparse.Namespace) -> dict[str, tuple[str, Path]]:
    python = shlex.quote(sys.executable)
    gunicorn = (
        f"{python} -m gunicorn igny8_core.wsgi:application --bind localhost:{options.port} "
        "--worker-class gthread --workers 2 --threads 4 --log-level warning"
    )
    runserver = f"{python} manage.py runserver localhost:{options.port}"
    work = f"{python} manage.py procrastinate worker"
    return {
        "api": (runserver if options.dev else gunicorn, BACKEND),
        "worker": (f"{work} --queues mail,upkeep,exports,bulk,builtin --concurrency 4", BACKEND),
        "proofs": (f"nice -n 10 {work} --queues proofs --concurrency 2", BACKEND),
        "web": (f"npm run --silent {'dev' if options.dev else 'preview'}", FRONTEND),
    }


class Tee:
    """Writes what the processes say to several places."""

    def __init__(self, *outputs: TextIO) -> None:
        """Keep where to write."""
        self.outputs = outputs

    def write(self, text: str) -> None:
        """Write everywhere."""
        for output in self.outputs:
            output.write(text)

    def flush(self) -> None:
        """Flush everywhere."""
        for output in self.outputs:
            output.flush()


class Follower(threading.Thread):
    """Waits until all answers; then tells where, or runs ``--exec`` and stops all."""

    def __init__(
        self, options: argparse.Namespace, environment: dict[str, str], *, stop: Callable[[], None]
    ) -> None:
        """Keep what to wait for, and how to stop everything."""
        super().__init__(daemon=True)
        self.options = options
        self.environment = environment
        self.stop = stop
        self.command: subprocess.Popen[bytes] | None = None
        self.returncode: int | None = None

    def run(self) -> None:
        """Wait, then announce or run the command."""
        addresses = (
            f"http://localhost:{self.options.port}/readyz",
            f"http://localhost:{self.options.web_port}/",
        )
        if not all(_answers(address) for address in addresses):
            print(f"Not ready within {READY_WITHIN} s: see the lines above.", file=sys.stderr)
            self.returncode = 1
            self.stop()
        elif self.options.command:
            self.command = subprocess.Popen(  # noqa: S602  (it is the caller's own command line)
                self.options.command,
                shell=True,
                env=self.environment,
                start_new_session=True,  # so that end() reaches all that it starts
            )
            self.returncode = self.command.wait()
            self.stop()
        else:
            print(_banner(self.options), flush=True)

    def end(self) -> None:
        """End the command, if it still runs, and every process of its own."""
        if self.command is not None and self.command.poll() is None:
            os.killpg(self.command.pid, signal.SIGTERM)
            self.join(timeout=5)


def _answers(address: str) -> bool:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310
                if answer.status == 200:  # noqa: PLR2004
                    return True
        except OSError:
            time.sleep(0.2)
    return False


def _banner(options: argparse.Namespace) -> str:
    api = f"http://localhost:{options.port}"
    return f"""
  IGNY8 Billing is running. Ctrl-C stops it.

    Web app      http://localhost:{options.web_port}/
    Admin        {api}/admin/billing/payment/
    API docs     {api}/api/docs/
    Mail texts   {api}/mail-previews/
    Mails        {options.data_dir / "mail"} (one file each)

  Log-ins, password demo-password-1 for all:

    admin@example.com       billing admin (approves at the admin's address)
    admin2@example.com      another billing admin, for the two-person rule
    viewer@example.com      billing viewer: sees, and decides nothing
    support@example.com     support: sees all but proofs
    free@example.com        on trial
    pending@example.com     has an invoice to pay
    review@example.com      has a confirmation under review
    rejected@example.com    had a confirmation rejected
    active@example.com      has paid and is active
    overdue@example.com     is late with the first payment
    renewal@example.com     has a renewal to pay
    grace@example.com       is late with it; nothing has changed yet
    pastdue@example.com     has had the final notice
    suspended@example.com   is paused
    ended@example.com       never paid it, and has no plan any more
    reviewed@example.com    has confirmed it late: under review
    ahead@example.com       has paid for the next period
    ending@example.com      has cancelled: the plan ends with its period
"""


if __name__ == "__main__":
    sys.exit(main())
