"""How much gets done in a second, if many ask at once."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

from benchmarks.clients import OverHttp, Request
from igny8_core.auth.models import User


@dataclass(frozen=True)
class Load:
    """What clients got done together.

    :param client: which part of one core the clients themselves took.
    """

    done: int
    seconds: float
    client: float

    @property
    def per_second(self) -> float:
        return self.done / self.seconds


def under_load(
    address: str, people: Iterable[User], requests: Iterator[Request], *, seconds: float
) -> Load:
    """Send requests, each person on a connection of their own, for some time.

    :param requests: whoever they name, they are sent by whichever person is free.
    :param seconds: less, if there are no more requests.
    """
    browsers = [OverHttp(address, person) for person in people]
    next_one = _one_at_a_time(requests, ends_at=time.perf_counter() + seconds)

    def work(browser: OverHttp) -> int:
        done = 0
        while request := next_one():
            browser.send(request)
            done += 1
        return done

    started, used = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(len(browsers)) as pool:
        done = sum(pool.map(work, browsers))
    took = time.perf_counter() - started
    return Load(done, took, (time.process_time() - used) / took)


def _one_at_a_time(requests: Iterator[Request], *, ends_at: float) -> Callable[[], Request | None]:
    lock = Lock()

    def next_one() -> Request | None:
        with lock:
            return next(requests, None) if time.perf_counter() < ends_at else None

    return next_one
