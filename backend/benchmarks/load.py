"""How much gets done in a second, if many ask at once."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

from benchmarks.clients import OverHttp, Request
from benchmarks.cpu import cpu_seconds
from igny8_core.auth.models import User


@dataclass(frozen=True)
class Site:
    """Where the measured server is.

    :param server, database: ids of their first processes.
    """

    address: str
    server: int
    database: int


@dataclass(frozen=True)
class Load:
    """What clients got done together.

    :param server, database, client: seconds of CPU time that they took.
    """

    done: int
    seconds: float
    server: float
    database: float
    client: float

    @property
    def per_second(self) -> float:
        return self.done / self.seconds

    @property
    def per_core(self) -> float:
        """How many a second one core would do for server and database, all else being away."""
        busy = self.server + self.database
        return self.done / busy if busy else 0.0


def under_load(
    site: Site, people: Iterable[User], requests: Iterator[Request], *, seconds: float
) -> Load:
    """Send requests, each person on a connection of their own, for some time.

    :param requests: whoever they name, they are sent by whichever person is free.
    :param seconds: less, if there are no more requests.
    """
    browsers = [OverHttp(site.address, person) for person in people]
    began = time.perf_counter()
    next_one = _one_at_a_time(requests, ends_at=began + seconds)
    before = _used(site)

    def work(browser: OverHttp) -> int:
        done = 0
        while request := next_one():
            browser.send(request)
            done += 1
        return done

    with ThreadPoolExecutor(len(browsers)) as pool:
        done = sum(pool.map(work, browsers))
    took = time.perf_counter() - began
    return Load(done, took, *(now - then for now, then in zip(_used(site), before, strict=True)))


def _used(site: Site) -> tuple[float, float, float]:
    return cpu_seconds(site.server), cpu_seconds(site.database), time.process_time()


def _one_at_a_time(requests: Iterator[Request], *, ends_at: float) -> Callable[[], Request | None]:
    lock = Lock()

    def next_one() -> Request | None:
        with lock:
            return next(requests, None) if time.perf_counter() < ends_at else None

    return next_one
