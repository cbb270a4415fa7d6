"""Run the whole app on one machine: database, API, worker and web app; Ctrl-C stops all of it.

``make run`` and ``make dev`` call this, and with ``--exec`` the end-to-end tests.
"""

import argparse
import os
import shlex
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from honcho.manager import Manager

from igny8_core.common.embedded_postgres import ensure_running

BACKEND = Path(__file__).resolve().parent
FRONTEND = BACKEND.parent / "frontend"
READY_WITHIN = 90  # seconds


def main() -> int:
    """Start everything, wait, stop everything; the exit code is that of what ended it."""
    options = _parse_options()
    busy = [port for port in (options.port, options.web_port) if _is_busy(port)]
    if busy:
        print(
            f"Port {busy[0]} is in use by another program. Stop that program, or choose other "
            f"ports: make run PORT=8012 WEB_PORT=5174",
            file=sys.stderr,
        )
        return 1
    environment = _environment(options)
    for command in ("migrate -v0", "load_catalog", "create_demo"):
        _manage(command, environment, quiet=command != "migrate -v0")
    return _run(options, environment)


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8011, help="of the API")
    parser.add_argument("--web-port", type=int, default=5173, help="of the web app")
    parser.add_argument("--data-dir", type=Path, default=BACKEND / ".data")
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


def _manage(command: str, environment: dict[str, str], *, quiet: bool) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=BACKEND,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL if quiet else None,
    )


def _run(options: argparse.Namespace, environment: dict[str, str]) -> int:
    manager = Manager()
    for name, (command, folder) in _processes(options).items():
        manager.add_process(name, f"exec {command}", env=environment, cwd=str(folder))
    outcome: list[int] = []
    watcher = threading.Thread(
        target=_when_ready, args=(options, environment, manager.terminate, outcome), daemon=True
    )
    watcher.start()
    manager.loop()
    watcher.join(timeout=1)
    return outcome[0] if outcome else int(manager.returncode or 0)


def _processes(options: argparse.Namespace) -> dict[str, tuple[str, Path]]:
    python = shlex.quote(sys.executable)
    gunicorn = (
        f"{python} -m gunicorn igny8_core.wsgi:application --bind localhost:{options.port} "
        "--worker-class gthread --workers 2 --threads 4 --log-level warning"
    )
    runserver = f"{python} manage.py runserver localhost:{options.port}"
    return {
        "api": (runserver if options.dev else gunicorn, BACKEND),
        "worker": (f"{python} manage.py procrastinate worker --concurrency 4", BACKEND),
        "web": (f"npm run --silent {'dev' if options.dev else 'preview'}", FRONTEND),
    }


def _when_ready(
    options: argparse.Namespace,
    environment: dict[str, str],
    stop: Callable[[], None],
    outcome: list[int],
) -> None:
    addresses = [f"http://localhost:{options.port}/readyz", f"http://localhost:{options.web_port}/"]
    if not all(_answers(address) for address in addresses):
        print(f"Not ready within {READY_WITHIN} s: see the lines above.", file=sys.stderr)
        outcome.append(1)
        stop()
    elif options.command:
        outcome.append(subprocess.run(options.command, shell=True, env=environment).returncode)  # noqa: S602
        stop()
    else:
        print(_banner(options), flush=True)


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
    Mails        {options.data_dir / "mail"} (one file each)

  Log-ins, password demo-password-1 for all:

    admin@example.com       billing admin (approves at the admin's address)
    free@example.com        on trial
    pending@example.com     has an invoice to pay
    review@example.com      has a confirmation under review
    rejected@example.com    had a confirmation rejected
    active@example.com      has paid and is active
    overdue@example.com     is late with the payment
"""


if __name__ == "__main__":
    sys.exit(main())
