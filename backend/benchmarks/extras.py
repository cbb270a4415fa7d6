"""What is measured once, at the largest size: many clients at once, the worker, hostile files."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

from benchmarks import background, uploads
from benchmarks.cases import ME, QUEUE, WAITS, Cases, People
from benchmarks.clients import Request, read
from benchmarks.growth import Stage
from benchmarks.load import under_load
from benchmarks.report import Report

APPROVALS_A_SECOND = 150.0
BULK_SECONDS = 1.0


@dataclass(frozen=True)
class Amounts:
    """How much of each is done.

    :param approvals: by all clients together.
    :param reads: of each kind, by all clients together.
    :param bulk: payments approved together.
    :param mails: sent by the worker, at most.
    :param uploads: files that take long, sent at once.
    """

    approvals: int
    reads: int
    bulk: int
    mails: int
    uploads: int


FULL = Amounts(approvals=800, reads=2000, bulk=1000, mails=500, uploads=16)
QUICK = Amounts(approvals=24, reads=80, bulk=20, mails=20, uploads=1)


def add_extras(report: Report, stage: Stage, *, address: str, amounts: Amounts) -> None:
    """Measure, and add it to the report."""
    cases, people = stage.cases, stage.people
    for name, requests, least in _loads(cases, people, amounts):
        load = under_load(address, people.admins, requests)
        report.loads.append((name, load, least))
        print(f"{name}: {load.per_second:.0f} a second")
    for line in _others(cases, people, address, amounts, report.rounds):
        report.other.append(line)
        print(": ".join(line[:2]))


def _loads(
    cases: Cases, people: People, amounts: Amounts
) -> Iterator[tuple[str, Iterator[Request], float | None]]:
    waiting = read(QUEUE, status=WAITS, page_size="50")
    yield "admin API: 50 that wait", repeat(waiting, amounts.reads), None
    yield "admin: where I stand (me/)", repeat(read(ME), amounts.reads), None
    yield (
        f"approve, by {len(people.admins)} admins",
        (cases.approval() for _ in range(amounts.approvals)),
        APPROVALS_A_SECOND,
    )


def _others(
    cases: Cases, people: People, address: str, amounts: Amounts, rounds: int
) -> Iterator[tuple[str, str, str, bool | None]]:
    chosen = cases.next_waiting(amounts.bulk)
    seconds = background.bulk(chosen, people.admin)
    yield (
        f"{len(chosen):,} approved in bulk, writes alone",
        seconds if isinstance(seconds, str) else f"{seconds:.2f} s",
        f"≤ {BULK_SECONDS:g} s",
        None if isinstance(seconds, str) else seconds <= BULK_SECONDS,
    )
    sent, took = background.mails(amounts.mails)
    yield (
        "emails sent by one worker process of 4 threads, to an SMTP server on the machine",
        f"{sent / took:.0f} a second ({sent})",
        "",
        None,
    )
    idle, beside = uploads.measured(address, uploads=amounts.uploads, rounds=rounds)
    yield "`GET plans/`, idle", f"{idle.median:.1f} ms, 95 % {idle.p95:.1f} ms", "", None
    yield (
        f"… beside {amounts.uploads} uploads of a PDF that takes long",
        f"{beside.median:.1f} ms, 95 % {beside.p95:.1f} ms",
        "",
        None,
    )
