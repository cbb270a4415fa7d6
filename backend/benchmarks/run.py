"""Measure the service on real PostgreSQL: ``make bench``, or ``benchmarks/run.py --help``.

A throw-away database grows by stages, to as many payments as asked for, most of them decided. At
each stage every request is sent over HTTP to a real server, in turn with its floor. Prints a table
and writes it as ``docs/BENCHMARKS.md``. Speed is no test: only a request that fails ends in 1.
"""

import argparse
import atexit
import cProfile
import io
import os
import pstats
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

BACKEND = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(BACKEND))

if TYPE_CHECKING:
    from benchmarks.floors import Connection
    from benchmarks.growth import Stage
    from benchmarks.load import Site

DOCUMENT = BACKEND.parent / "docs" / "BENCHMARKS.md"
WHOLE = 1_000_000  # payments: fewer don't make a document


def main() -> None:
    """Make the database, let it grow, measure, report."""
    options = _parse_options()
    with _database():
        if options.only == "billing":
            _measure_billing(options)
            return
        if options.profile:
            _profile(options)
            return
        text = _measure(options)
    output = options.output or _output_for(options)
    output.write_text(text, "utf-8")
    print(f"\nWritten to {output}")


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=WHOLE, help="rows (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=30, help="of each request")
    parser.add_argument("--quick", action="store_true", help="1,000 payments, 3 rounds")
    parser.add_argument(
        "--profile", metavar="NAME", help="profile one request instead: see cases.py"
    )
    parser.add_argument(
        "--only", choices=["billing"], help="measure a day of billing, and print that"
    )
    parser.add_argument("--live", type=int, help="accounts whose day is billed, with --only")
    parser.add_argument("--output", type=Path, help="instead of docs/BENCHMARKS.md")
    options = parser.parse_args()
    if options.quick:
        options.payments, options.rounds = 1000, 3
    if options.payments < 1000:  # noqa: PLR2004
        parser.error("Give --payments 1000 at least.")
    return options


def _output_for(options: argparse.Namespace) -> Path:
    if options.payments >= WHOLE:
        return DOCUMENT
    return Path(tempfile.gettempdir()) / "igny8-benchmarks.md"


@contextmanager
def _database() -> Iterator[None]:
    """Start a throw-away server, migrate, and load the catalogue; with production's settings."""
    from igny8_core.common.platform.embedded_postgres import ensure_running

    data_dir = Path(tempfile.mkdtemp(prefix="igny8-bench-"))
    atexit.register(shutil.rmtree, data_dir, ignore_errors=True)  # after the server has stopped
    (data_dir / "static").mkdir()
    os.environ.update(
        DJANGO_SETTINGS_MODULE="benchmarks.settings",
        DJANGO_ENV="production",
        PYTHONPATH=str(BACKEND),
        DATA_DIR=str(data_dir),
        STATIC_ROOT=str(data_dir / "static"),
        DATABASE_URL=ensure_running(data_dir),
        SECRET_KEY=secrets.token_urlsafe(48),
        ALLOWED_HOSTS="bench.example",
        FRONTEND_URL="https://bench.example",
        EMAIL_URL="smtp://127.0.0.1:9",  # nobody: only the worker sends, and has its own
        TRUSTED_PROXY_COUNT="1",
        ADMIN_REQUIRE_SECOND_FACTOR="true",
        LOG_LEVEL="ERROR",
        WEB_CONCURRENCY="2",
    )
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_catalog", stdout=io.StringIO())
    yield


def _measure(options: argparse.Namespace) -> str:
    """Measure everything; return the document."""
    from benchmarks.extras import FULL, QUICK, add_extras
    from benchmarks.report import Report

    amounts = QUICK if options.quick else FULL
    report = Report(options.payments, options.rounds)
    with _server() as (site, bare):
        for stage in _stages(options, amounts.uploads, site, bare):
            report.begin(stage)
            for row in stage.measured(options.rounds):
                report.add(row)
        add_extras(report, stage, site=site, amounts=amounts)
    return report.text()


def _measure_billing(options: argparse.Namespace) -> None:
    """Print what a day of billing takes."""
    from benchmarks import seed
    from benchmarks.billing import a_day
    from benchmarks.extras import FULL, QUICK

    seed.sell_by_real_details()
    live = options.live or (QUICK if options.quick else FULL).live
    for name, figure, aim, met in a_day(live):
        missed = f"  not {aim}" if met is False else ""
        print(f"{name}: {figure}{missed}", flush=True)


def _profile(options: argparse.Namespace) -> None:
    """Write where the time of one request goes."""
    from benchmarks.clients import in_process

    with _server() as (site, bare):
        (*_, stage) = _stages(options, 0, site, bare)
        cases = {case.key: case for case in stage.cases.all()}
        if options.profile not in cases:
            sys.exit(f"There is no {options.profile!r}, but {', '.join(cases)}.")
        make = cases[options.profile].make
        in_process(make())()
        ready = in_process(make())
        with cProfile.Profile() as profile:
            ready()
    output = options.output or Path(tempfile.gettempdir()) / f"igny8-{options.profile}.prof"
    profile.dump_stats(output)
    pstats.Stats(profile).sort_stats("cumulative").print_stats(40)
    print(f"Written to {output}")


@contextmanager
def _server() -> Iterator[tuple["Site", "Connection"]]:
    from benchmarks.floors import own_connection
    from benchmarks.load import Site
    from tests.server import running_server

    with running_server(environment=os.environ) as server, own_connection() as bare:
        postgres = Path(os.environ["DATA_DIR"], "postgres", "postmaster.pid").read_text("utf-8")
        yield Site(server.address, server.process.pid, int(postgres.split()[0])), bare


def _stages(
    options: argparse.Namespace, unpaid: int, site: "Site", bare: "Connection"
) -> Iterator["Stage"]:
    from benchmarks.growth import stages

    return stages(
        options.payments, rounds=options.rounds, unpaid=unpaid, address=site.address, bare=bare
    )


if __name__ == "__main__":
    main()
