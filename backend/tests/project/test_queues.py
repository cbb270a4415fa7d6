"""Every job has a worker that takes it, and emails never wait for uploaded files."""

import argparse
import re
from collections.abc import Iterable

import pytest
from procrastinate.contrib.django import app

import serve
from tests.project import compose
from tests.project.paths import DEVELOPMENT_COMPOSE


def queues(command: str) -> list[str]:
    """Return the queues of a worker."""
    found = re.search(r"procrastinate,? worker,? --queues,? ([\w,]+?),? --", command)
    assert found, command
    return found.group(1).split(",")


def commands_of_compose() -> Iterable[str]:
    services = compose.read(DEVELOPMENT_COMPOSE)["services"]
    commands = [service.get("command", []) for service in services.values()]
    return [" ".join(command) for command in commands if "procrastinate" in command]


def commands_of_make_run() -> Iterable[str]:
    options = argparse.Namespace(port=8011, web_port=5173, dev=False)
    commands = [command for command, _folder in serve._processes(options).values()]
    return [command for command in commands if "procrastinate" in command]


@pytest.mark.parametrize("commands", [commands_of_compose(), commands_of_make_run()])
def test_every_queue_has_one_worker(commands: Iterable[str]) -> None:
    taken = [queue for command in commands for queue in queues(command)]
    assert sorted(taken) == sorted({task.queue for task in app.tasks.values()})


@pytest.mark.parametrize("commands", [commands_of_compose(), commands_of_make_run()])
def test_proofs_queue_has_its_own_low_priority_worker(commands: Iterable[str]) -> None:
    (command,) = [command for command in commands if "proofs" in queues(command)]
    assert queues(command) == ["proofs"]
    assert command.startswith("nice -n 10 ")
