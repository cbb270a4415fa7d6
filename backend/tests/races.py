"""Races between separate processes: each with its own connection, all released at one moment.

The processes are made once for all races. Each sends one request of a race through the whole of
Django and passes back what it was answered. ``RACERS`` and ``RACE_ROUNDS`` make races longer.
"""

import multiprocessing
import os
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

import pytest

from tests import racer
from tests.processes import here
from tests.racer import PATIENCE, Answer, Call, LocksOff
from tests.server import UNLIMITED
from tests.sizes import size

RACERS = int(os.environ.get("RACERS", "16"))
ROUNDS = size("RACE_ROUNDS", quick=1, whole=10)


class Racers:
    """The processes. They are forked from one that has loaded Django and has no connection."""

    def __init__(self, number: int = RACERS) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([racer.__name__])
        self._start = context.Event()
        self._meeting = context.Barrier(number)  # kept, for a racer may open it late
        self._pipes: list[Connection] = []
        self._processes: list[ForkServerProcess] = []
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**here(), **UNLIMITED}.items():
                patch.setenv(name, value)
            for _ in range(number):
                ours, theirs = context.Pipe()
                process = context.Process(
                    target=racer.serve, args=(theirs, self._start, self._meeting), daemon=True
                )
                process.start()
                theirs.close()
                self._pipes.append(ours)
                self._processes.append(process)

    def race(self, calls: Sequence[Call], locks_off: LocksOff | None = None) -> list[Answer]:
        """Send all of these at once, each from its own process; without locks as many as racers."""
        pipes = self._pipes[: len(calls)]
        for pipe, call in zip(pipes, calls, strict=True):
            pipe.send((call, locks_off))
        assert [_received(pipe) for pipe in pipes] == ["ready"] * len(calls)
        self._start.set()
        answers: list[Answer] = [_received(pipe) for pipe in pipes]
        self._start.clear()
        return answers

    def end(self) -> None:
        """End the processes."""
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            process.terminate()
            process.join()
            pipe.close()


def _received(pipe: Connection) -> Any:
    assert pipe.poll(PATIENCE), "A racer does not answer."
    message = pipe.recv()
    if isinstance(message, Exception):
        raise message
    return message
