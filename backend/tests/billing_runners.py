"""Processes that run billing when they are told to; they can be killed between two statements."""

import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from igny8_core.business.subscriptions.services.run import run_billing
from tests import racer
from tests.faulty import FaultPoint, installed
from tests.processes import here
from tests.server import UNLIMITED

PATIENCE = 120  # seconds
Step = tuple[int, str]  # an account's id, and what was done


class Runner:
    """A process of its own, forked from one that has loaded Django and has no connection.

    :param fault: where it dies, as ``tests.faulty`` describes it; nowhere if empty.
    :param settings: Django settings that it has.
    """

    def __init__(self, fault: str = "", **settings: Any) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([racer.__name__])
        self._pipe, theirs = context.Pipe()
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**here(), **UNLIMITED}.items():
                patch.setenv(name, value)
            target = (theirs, fault, settings)
            self._process = context.Process(target=serve, args=target, daemon=True)
            self._process.start()
        theirs.close()

    def begin(self, as_of: datetime) -> None:
        """Start a run."""
        self._pipe.send(as_of)

    def finish(self) -> list[Step] | None:
        """Wait for its end; return its steps, or None if the process has died."""
        assert self._pipe.poll(PATIENCE), "A run of billing does not end."
        try:
            message = self._pipe.recv()
        except EOFError:
            return None
        if isinstance(message, Exception):
            raise message
        steps: list[Step] = message
        return steps

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


@contextmanager
def runners(number: int, fault: str = "", **settings: Any) -> Iterator[Sequence[Runner]]:
    """Start as many, and end them."""
    started = [Runner(fault, **settings) for _ in range(number)]
    try:
        yield started
    finally:
        for runner in started:
            runner.end()


def serve(pipe: Connection, fault: str, settings: dict[str, Any]) -> None:
    """Run billing at each time that comes by the pipe, and send the steps back."""
    with ExitStack() as stack:
        stack.enter_context(override_settings(**settings))
        if fault:
            stack.enter_context(installed(FaultPoint(fault)))
        while True:
            try:
                as_of = pipe.recv()
            except EOFError:
                return
            connection.close()  # from before; another test may have cut it
            try:
                pipe.send(_run(as_of))
            except Exception as error:  # noqa: BLE001  (it is raised in the test's own process)
                pipe.send(RuntimeError(repr(error)))


def _run(as_of: datetime) -> list[Step]:
    steps: list[Step] = []
    run_billing(
        as_of=as_of,
        limit_seconds=PATIENCE,
        told=lambda account, step: steps.append((account, str(step))),
    )
    return steps
