"""What is measured once, at the largest size: many clients at once, the worker, hostile files."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat

from benchmarks import background, billing, uploads
from benchmarks.cases import ME, QUEUE, WAITS, Cases, People
from benchmarks.clients import Request, read
from benchmarks.growth import Stage
from benchmarks.load import Site, under_load
from benchmarks.report import Line, Report

APPROVALS_A_SECOND = 150.0
BULK_SECONDS = 1.0


@dataclass(frozen=True)
class Amounts:
    """How much of each is done.

    :param seconds: for how long clients send each kind of request.
    :param bulk: payments approved together.
    :param mails: sent by the worker, at most.
    :param uploads: files that take long, sent at once.
    :param live: accounts whose day is billed.
    """

    seconds: float
    bulk: int
    mails: int
    uploads: int
    live: int


FULL = Amounts(seconds=10, bulk=1000, mails=500, uploads=16, live=100_000)
QUICK = Amounts(seconds=1, bulk=20, mails=20, uploads=1, live=1000)


def add_extras(report: Report, stage: Stage, *, site: Site, amounts: Amounts) -> None:
    """Measure, and add it to the report."""
    cases, people = stage.cases, stage.people
    chosen = cases.next_waiting(2 * amounts.bulk)
    for name, requests, least in _loads(cases, people):
        load = under_load(site, people.admins, requests, seconds=amounts.seconds)
        report.loads.append((name, load, least))
        print(f"{name}: {load.per_second:.0f} a second")
    uploaded = _uploads(site.address, amounts, report.rounds)
    billed = billing.a_day(amounts.live)  # the last, because it adds accounts
    for line in chain(_worker(chosen, people, amounts), uploaded, billed):
        report.other.append(line)
        print(": ".join(line[:2]))


def _loads(cases: Cases, people: People) -> Iterator[tuple[str, Iterator[Request], float | None]]:
    waiting = read(QUEUE, status=WAITS, page_size="50")
    yield "admin API: 50 that wait", repeat(waiting), None
    yield "where I stand (me/)", repeat(read(ME)), None
    yield f"approve, by {len(people.admins)} admins", cases.approvals(), APPROVALS_A_SECOND


def _worker(chosen: list[int], people: People, amounts: Amounts) -> Iterator[Line]:
    first, second = chosen[: amounts.bulk], chosen[amounts.bulk :]
    writes = background.bulk_writes(first, people.admin)
    yield (
        f"{len(first):,} approved in bulk, the writes",
        f"{writes:.2f} s",
        f"≤ {BULK_SECONDS:g} s",
        writes <= BULK_SECONDS,
    )
    seconds = background.bulk(second, people.admin)
    yield (
        f"{len(second):,} approved in bulk, from the confirmation to the worker's last set",
        f"{seconds:.2f} s",
        "",
        None,
    )
    sent, took = background.mails(amounts.mails)
    yield (
        "emails from one worker process, 4 at a time, to an SMTP server here",
        f"{sent / took:.0f} a second ({sent})",
        "",
        None,
    )


def _uploads(address: str, amounts: Amounts, rounds: int) -> Iterator[Line]:
    idle, beside = uploads.measured(address, uploads=amounts.uploads, rounds=rounds)
    yield "`GET plans/`, idle", f"{idle.median:.1f} ms, 95 % {idle.p95:.1f} ms", "", None
    yield (
        f"… beside {amounts.uploads} uploads of a PDF that takes long",
        f"{beside.median:.1f} ms, 95 % {beside.p95:.1f} ms",
        "",
        None,
    )
