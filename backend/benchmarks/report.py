"""``docs/BENCHMARKS.md``: what was measured, on what, and whether it suffices."""

import os
import platform
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from django.db import connection

from benchmarks.cases import Target
from benchmarks.growth import Row, Stage
from benchmarks.load import Load
from igny8_core.common.clock import utc_now

ROOT = Path(__file__).resolve().parents[2]
LARGEST_TABLES = 12
INTRODUCTION = """# Benchmarks

`make bench` writes this page. [SCALING.md](SCALING.md) says what follows from it.

Requests go over HTTP, on a connection that is kept, to gunicorn with 2 processes of 4 threads and
production's settings: cookies for HTTPS, a second factor for admins, and rate limits that are
counted, but never reached. Clients, server, worker and PostgreSQL share the machine.

Each request takes turns with its *floor*, which can't be beaten on this machine, so that both meet
the same disturbances: the same rows by a few prepared statements of psycopg, without Django or
HTTP; an empty response over HTTP (`/healthz`); or the hash of the password. Between machines and
runs, compare ratios rather than milliseconds. Statements are counted in a second request in the
benchmark's own process, BEGIN and COMMIT included, but not the `SELECT 1` with which Django checks
a connection that it has kept.
"""

LOADS = """Eight clients, each on its own connection. *Server*, *database* and *clients* are the
milliseconds of CPU time that they took for each request. *One core* is how many requests a second a
core would do that had only server and database to run.
"""
Line: TypeAlias = tuple[str, str, str, bool | None]
ROW_HEAD = (
    "what",
    "median",
    "95 %",
    "floor",
    "floor's median",
    "ratio",
    "statements",
    "must reach",
    "reached?",
)
LOAD_HEAD = (
    "what",
    "done",
    "a second",
    "server",
    "database",
    "clients",
    "one core",
    "must reach",
    "reached?",
)


@dataclass
class Report:
    """All that is measured in a run; printed while it grows.

    :param stages: the rows of each size of the database.
    :param loads: what was done in a second, by name, with what must be reached.
    :param other: other measurements: name, figures, target, whether it is reached.
    :param filling: seconds until each size was there.
    """

    payments: int
    rounds: int
    stages: dict[int, list[Row]] = field(default_factory=dict)
    loads: list[tuple[str, Load, float | None]] = field(default_factory=list)
    other: list[Line] = field(default_factory=list)
    filling: list[tuple[int, float]] = field(default_factory=list)

    def begin(self, stage: Stage) -> None:
        """Begin with the rows of a size."""
        self.stages[stage.size] = []
        self.filling.append((stage.size, stage.filling))
        print(f"\n{stage.size:,} payments, after {stage.filling:.0f} s")
        print(f"{'milliseconds':<44}{'median':>9}{'95 %':>9}{'floor':>9}{'ratio':>9}{'SQL':>5}")

    def add(self, row: Row) -> None:
        """Add a row to the size that was begun last, and print it."""
        self.stages[self.filling[-1][0]].append(row)
        _name, median, p95, _of, floor, ratio, statements, aim, _met = row_cells(row)
        missed = f"  not {aim}" if row.is_reached is False else ""
        print(
            f"{row.case.name:<44}{median:>9}{p95:>9}{floor:>9}{ratio:>9}{statements:>5}{missed}",
            flush=True,
        )

    def text(self) -> str:
        """Return the whole document."""
        parts = [
            INTRODUCTION,
            "## Run\n",
            table(("", ""), facts(self)),
            f"## Requests, with {self.payments:,} payments\n",
            f"Milliseconds; {self.rounds} rounds.\n",
            table(ROW_HEAD, map(row_cells, self.stages[self.payments])),
            "## Growth\n",
            "Median milliseconds, by the number of payments in the database.\n",
            self._growth(),
            "## Many at once\n",
            LOADS,
            table(
                LOAD_HEAD,
                (load_cells(*each) for each in self.loads),
            ),
            "## Other\n",
            table(
                ("what", "measured", "must reach", "reached?"),
                ((name, figure, aim, mark(met=met)) for name, figure, aim, met in self.other),
            ),
            "## Storage\n",
            "By `pg_total_relation_size`, at the end of the run.\n",
            table(("table", "rows", "bytes a row", "of these in indexes", "MB"), storage()),
        ]
        return "\n".join(parts)

    def _growth(self) -> str:
        columns = [{row.case.key: row for row in rows} for rows in self.stages.values()]
        names = {row.case.key: row.case.name for row in self.stages[self.payments]}
        return table(
            ("request", *(f"{size:,}" for size in self.stages)),
            (
                (name, *(f"{rows[key].figures.median:.1f}" for rows in columns))
                for key, name in names.items()
            ),
        )


def row_cells(row: Row) -> Sequence[str]:
    """Return a request's row of the table."""
    return (
        row.case.name,
        f"{row.figures.median:.1f}",
        f"{row.figures.p95:.1f}",
        row.case.floor_name,
        f"{row.floor.median:.2f}" if row.floor else "",
        f"{row.times:.1f}" if row.times is not None else "",
        str(row.statements),
        aim_of(row.case.target),
        mark(met=row.is_reached),
    )


def load_cells(name: str, load: Load, least: float | None) -> Sequence[str]:
    """Return a load's row of the table."""
    return (
        name,
        f"{load.done:,}",
        f"{load.per_second:.0f}",
        *(f"{each / load.done * 1000:.1f}" for each in (load.server, load.database, load.client)),
        f"{load.per_core:.0f}",
        f"≥ {least:.0f} a second" if least else "",
        mark(met=load.per_second >= least if least else None),
    )


def aim_of(target: Target) -> str:
    """Say what must be reached."""
    aims = (
        (target.times, f"≤ {target.times:g} × floor" if target.times else ""),  # noqa: RUF001
        (target.more, f"≤ floor + {target.more:g} ms" if target.more else ""),
        (target.milliseconds, f"≤ {target.milliseconds:g} ms" if target.milliseconds else ""),
        (target.statements, f"≤ {target.statements} statements"),
    )
    return ", ".join(words for value, words in aims if value is not None)


def mark(*, met: bool | None) -> str:
    """Return the last cell of a row: what falls short stands out."""
    return "" if met is None else "yes" if met else "**no**"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def facts(report: Report) -> Iterator[tuple[str, str]]:
    """Yield what was run, when and on what."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    yield "date", f"{utc_now():%Y-%m-%d}"
    yield "commit", _commit()
    cores = os.cpu_count()
    yield "machine", f"{platform.system()} {platform.machine()}, {cores} cores, {memory >> 30} GB"
    yield "others' load", f"{os.getloadavg()[2]:.1f} on average in the last 15 minutes, with ours"
    yield "Python", platform.python_version()
    names = ("server_version", "shared_buffers", "fsync", "synchronous_commit")
    yield "PostgreSQL", ", ".join(f"`{name}` {_setting(name)}" for name in names)
    yield (
        "filling",
        "; ".join(f"to {size:,} payments {seconds:.0f} s" for size, seconds in report.filling),
    )


def storage() -> Iterator[Sequence[str]]:
    """Yield the largest tables, and their sum."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("""
            SELECT relname, reltuples::bigint, pg_total_relation_size(oid), pg_indexes_size(oid)
            FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > 0
            ORDER BY 3 DESC""")
        rows = cursor.fetchall()
    for name, number, size, indexes in rows[:LARGEST_TABLES]:
        yield (
            f"`{name}`",
            f"{number:,}",
            f"{size / number:,.0f}",
            f"{indexes / number:,.0f}",
            f"{size / 1e6:,.0f}",
        )
    payments = next(number for name, number, *_ in rows if name == "billing_payment")
    size, indexes = (sum(row[column] for row in rows) for column in (2, 3))
    yield (
        "all tables, by payment",
        f"{payments:,}",
        f"{size / payments:,.0f}",
        f"{indexes / payments:,.0f}",
        f"{size / 1e6:,.0f}",
    )


def _setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):  # no git, or no repository
        return "unknown"
    return done.stdout.strip()
