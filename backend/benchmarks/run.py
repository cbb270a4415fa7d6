"""Measure the API on real PostgreSQL: ``make bench``, or ``python benchmarks/run.py --help``.

A throw-away database gets as many payments as asked for, most of them decided. Each request goes
through the whole of Django in this process, without a network; the last two go over HTTP to a real
server, the second while files that take long are sent and looked at. Prints a table and writes it
as JSON. Figures are of this machine: compare only runs of one machine.
"""

import argparse
import atexit
import io
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

BACKEND = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(BACKEND))
PASSWORD = "correct-horse-battery"  # noqa: S105  (of accounts that live for a minute)
WAITING_EVERY = 50  # one payment of so many waits for a decision


def main() -> None:
    """Make the database, fill it, measure, report."""
    options = _parse_options()
    _make_database()
    from benchmarks import seed, uploads

    started = time.perf_counter()
    unpaid = options.rounds + uploads.UPLOADS
    seed.fill(payments=options.payments, waiting_every=WAITING_EVERY, unpaid=unpaid)
    print(f"{options.payments:,} payments made in {time.perf_counter() - started:.1f} s\n")
    report = {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "payments": options.payments,
        "milliseconds": dict(_measured(options.rounds)),
    }
    options.output.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    print(f"\nWritten to {options.output}")


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--payments", type=int, default=1_000_000, help="rows (default %(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=30, help="of each request")
    parser.add_argument("--output", type=Path, default=BACKEND / ".data" / "benchmark.json")
    options = parser.parse_args()
    least = 2 * options.rounds * WAITING_EVERY
    if options.payments < least:
        parser.error(f"{options.rounds} rounds decide too many: give --payments {least} at least.")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    return options


def _make_database() -> None:
    """Start a throw-away server, migrate, and load the catalogue."""
    data_dir = Path(tempfile.mkdtemp(prefix="igny8-bench-"))
    atexit.register(shutil.rmtree, data_dir, ignore_errors=True)  # after the server has stopped
    os.environ.pop("DATABASE_URL", None)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="igny8_core.settings",
        DJANGO_ENV="development",
        DATA_DIR=str(data_dir),
        ALLOWED_HOSTS="testserver",
        LOG_LEVEL="ERROR",
    )
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_catalog", stdout=io.StringIO())


def _measured(rounds: int) -> Iterator[tuple[str, dict[str, float]]]:
    from benchmarks import uploads

    print(f"{'milliseconds':<44}{'median':>9}{'95 %':>9}{'worst':>9}")
    for name, act in _acts():
        times = []
        for _ in range(rounds):
            started = time.perf_counter()
            answer = act()
            times.append((time.perf_counter() - started) * 1000)
            if answer.status_code not in {200, 201}:
                message = f"{name}: {answer.status_code} {answer.content[:300]!r}"
                raise RuntimeError(message)
        yield name, _figures(name, times)
    idle, beside = [(name, _figures(name, times)) for name, times in uploads.measured(rounds)]
    print(f"Beside the uploads 95 % take {beside[1]['p95'] / idle[1]['p95']:.1f} times as long.")
    yield from (idle, beside)


def _figures(name: str, times: list[float]) -> dict[str, float]:
    """Print a row, and return it."""
    times = sorted(times)
    figures = {
        "median": round(statistics.median(times), 1),
        "p95": round(times[int(len(times) * 0.95)], 1),
        "worst": round(times[-1], 1),
    }
    print(f"{name:<44}" + "".join(f"{value:>9.1f}" for value in figures.values()))
    return figures


def _acts() -> list[tuple[str, Callable[[], Any]]]:
    from rest_framework.test import APIClient

    from benchmarks import seed

    customer, admin = APIClient(), APIClient()
    customer.force_login(seed.a_customer())
    admin.force_login(seed.an_admin())
    waiting = seed.waiting_payments()
    unpaid = seed.unpaid_invoices()
    queue = "/api/v1/billing/admin/payments/"
    methods = "/api/v1/billing/admin/payment-methods/"
    desk = "/admin/billing/payment/"

    def register() -> Any:
        return APIClient().post(
            "/api/v1/auth/register/",
            {
                "email": f"{time.monotonic_ns()}@bench.example",
                "password": PASSWORD,
                "plan_slug": "starter",
                "country": "PK",
                "payment_method": "jazzcash",
            },
        )

    def confirm() -> Any:
        owner, invoice_id = next(unpaid)
        client = APIClient()
        client.force_login(owner)
        body = {
            "invoice_id": invoice_id,
            "payment_method": "bank_transfer",
            "amount": "89.00",
            "manual_reference": "BT-2025-001",
        }
        return client.post(f"{queue}confirm/", body)

    def approve() -> Any:
        return admin.post(f"{queue}{next(waiting)}/approve/", {"admin_notes": "Found"})

    def reject() -> Any:
        return admin.post(f"{queue}{next(waiting)}/reject/", {"admin_notes": "Not found"})

    def get(client: APIClient, url: str, **query: str) -> Callable[[], Any]:
        return lambda: client.get(url, query)

    return [
        ("customer: where I stand (me/)", get(customer, "/api/v1/auth/me/")),
        ("customer: invoices", get(customer, "/api/v1/billing/invoices/")),
        ("customer: payment methods", get(customer, methods, country="PK")),
        ("admin API: what waits", get(admin, queue, status="pending_approval")),
        ("admin API: all payments, first page", get(admin, queue)),
        ("admin API: search of a reference", get(admin, queue, search="REF0000777")),
        ("admin page: what waits", get(admin, desk, status__exact="pending_approval")),
        ("admin page: all payments, first page", get(admin, desk, status__exact="succeeded")),
        ("admin page: all payments, last page", get(admin, desk, all="", after=seed.deep_place())),
        (
            "admin page: search among what waits",
            get(admin, desk, status__exact="pending_approval", q="REF0000777"),
        ),
        ("admin page: search of a reference", get(admin, desk, q="REF0000777")),
        ("admin page: review of a payment", get(admin, f"{desk}{seed.REVIEWED}/change/")),
        ("admin page: numbers", get(admin, "/admin/")),
        ("register for a paid plan", register),
        ("confirm a payment", confirm),
        ("approve a payment", approve),
        ("reject a payment", reject),
    ]


if __name__ == "__main__":
    main()
