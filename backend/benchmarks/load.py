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


def under_load(address: str, people: Iterable[User], requests: Iterator[Request]) -> Load:
    """Send all requests, each person on a connection of their own, until none is left.

    :param requests: whoever they name, they are sent by whichever person is free.
    """
    browsers = [OverHttp(address, person) for person in people]
    next_one = _one_at_a_time(requests)

    def work(browser: OverHttp) -> int:
        done = 0
        while request := next_one():
            browser.send(request)
            done += 1
        return done

    started, used = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(len(browsers)) as pool:
        done = sum(pool.map(work, browsers))
    seconds = time.perf_counter() - started
    return Load(done, seconds, (time.process_time() - used) / seconds)


def _one_at_a_time(requests: Iterator[Request]) -> Callable[[], Request | None]:
    lock = Lock()

    def next_one() -> Request | None:
        with lock:
            return next(requests, None)

    return next_one
