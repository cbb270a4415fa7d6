"""The same requests on a database that grows: one stage for each size."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks import seed
from benchmarks.cases import Case, Cases, People
from benchmarks.clients import Browsers, statements
from benchmarks.floors import Connection
from benchmarks.timing import WARM_UP, Figures, Ready, interleaved
from igny8_core.business.reports.days import sum_up_days
from igny8_core.business.reports.numbers import DAYS
from igny8_core.common.clock import utc_now

CLIENTS = 8
FIRST = 1000  # payments; each further stage has ten times as many
EXTRA = 2  # requests of each kind, by which statements are counted
FIRST_WAITING, WAITING = 5, 50  # one of so many waits: of the first stage, of what is added later


@dataclass(frozen=True)
class Row:
    """A request's figures at one size.

    :param statements: how many SQL statements it takes.
    """

    case: Case
    figures: Figures
    floor: Figures | None
    statements: int

    @property
    def times(self) -> float | None:
        """How many times as long as its floor it takes."""
        return self.figures.median / self.floor.median if self.floor else None

    @property
    def more(self) -> float | None:
        """How many milliseconds more than its floor it takes."""
        return self.figures.median - self.floor.median if self.floor else None

    @property
    def is_reached(self) -> bool | None:
        """Whether it reaches its target; None without one."""
        target = self.case.target
        limits = (
            (self.times, target.times),
            (self.more, target.more),
            (self.figures.median, target.milliseconds),
            (self.statements, target.statements),
        )
        met = [value <= most for value, most in limits if value is not None and most is not None]
        return all(met) if met else None


@dataclass(frozen=True)
class Stage:
    """The database at one size.

    :param filling: seconds that it took to get there.
    """

    size: int
    filling: float
    people: People
    cases: Cases
    browsers: Browsers

    def measured(self, rounds: int) -> Iterator[Row]:
        """Measure all requests."""
        for case in self.cases.all():
            figures, floor = _interleaved(case, self.browsers, rounds)
            yield Row(case, figures, floor, statements(case.make))


def stages(
    payments: int, *, rounds: int, unpaid: int, address: str, bare: Connection
) -> Iterator[Stage]:
    """Let the database grow, and yield it at 1,000 payments, 10,000 and so on.

    :param unpaid: how many invoices that nobody has confirmed are needed at each size, besides
        those for the rounds.
    :param address: of the measured server.
    """
    seed.sell_by_real_details()
    before, people = 0, None
    for size in sizes(payments):
        started = time.perf_counter()
        seed.fill(
            payments=size - before,
            waiting_every=WAITING if before else FIRST_WAITING,
            unpaid=WARM_UP + rounds + EXTRA + unpaid,
        )
        sum_up_days(now=utc_now(), number=DAYS)  # as the worker does each hour
        seconds = time.perf_counter() - started
        people = people or People(seed.a_customer(), seed.admins(CLIENTS))
        browsers = Browsers(address)
        yield Stage(size, seconds, people, Cases(people, browsers, bare), browsers)
        before = size


def sizes(payments: int) -> list[int]:
    found = [FIRST]
    while found[-1] * 10 < payments:
        found.append(found[-1] * 10)
    return found if found[-1] == payments else [*found, payments]


def _interleaved(case: Case, browsers: Browsers, rounds: int) -> tuple[Figures, Figures | None]:
    def act() -> Ready:
        return browsers.prepared(case.make())

    if case.floor is None:
        (figures,) = interleaved(act, rounds=rounds)
        return figures, None
    figures, floor = interleaved(act, case.floor, rounds=rounds)
    return figures, floor
