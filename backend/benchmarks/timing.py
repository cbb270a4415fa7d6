"""Times of acts that take turns, so that whatever else the machine does hits all of them."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Ready: TypeAlias = Callable[[], Any]  # what is timed
Act: TypeAlias = Callable[[], Ready]  # prepares it, untimed
WARM_UP = 5  # rounds that aren't counted: each of a server's four threads opens its connection


@dataclass(frozen=True)
class Figures:
    """Milliseconds."""

    median: float
    p95: float

    @classmethod
    def of(cls, times: Sequence[float]) -> "Figures":
        """Return the figures of some times, in milliseconds."""
        ordered = sorted(times)
        return cls(statistics.median(ordered), ordered[int(len(ordered) * 0.95)])


def interleaved(*acts: Act, rounds: int) -> list[Figures]:
    """Do each act once in a round; return the figures of each."""
    times: list[list[float]] = [[] for _ in acts]
    for _ in range(WARM_UP + rounds):
        for act, own in zip(acts, times, strict=True):
            own.append(timed(act()))
    return [Figures.of(own[WARM_UP:]) for own in times]


def timed(ready: Ready) -> float:
    """Return how many milliseconds it takes."""
    started = time.perf_counter()
    ready()
    return (time.perf_counter() - started) * 1000
