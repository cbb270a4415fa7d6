"""Sends many requests at once while something is repeatedly broken."""

import os
import queue
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.server import PATIENCE, TRY_AGAIN, Program, Reply

LOAD = int(os.environ.get("FAULT_LOAD", "24"))  # payments to approve
CLIENTS = 4


def under_load(
    calls: Sequence[tuple[Program, str]],
    *,
    disturb: Callable[[], None],
    times: int,
    **headers: str,
) -> list[list[Reply]]:
    """Send all calls, a few at a time, each until it is answered; disturb regularly.

    :returns: all responses to each call.
    """
    answered: queue.SimpleQueue[str] = queue.SimpleQueue()

    def work(call: tuple[Program, str]) -> list[Reply]:
        program, path = call
        replies = program.send_until_answered(path, {}, Idempotency_Key=f"of {path}", **headers)
        answered.put(path)
        return replies

    with ThreadPoolExecutor(CLIENTS) as pool:
        working = [pool.submit(work, call) for call in calls]
        for _ in range(times):
            for _ in range(len(calls) // (times + 1)):
                answered.get(timeout=PATIENCE)
            disturb()
        return [each.result() for each in working]


def assert_only_clean_answers(replies: Sequence[Sequence[Reply]]) -> None:
    """Check that all calls succeeded in the end, and that delays were reported as 503."""
    for attempts in replies:
        assert attempts[-1].status == 200, attempts[-1].content
        for reply in attempts[:-1]:
            assert reply.code in TRY_AGAIN, (reply.status, reply.content)
            assert reply.code != "service_unavailable" or int(reply.headers["Retry-After"]) > 0
