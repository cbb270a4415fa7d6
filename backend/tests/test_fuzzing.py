"""Contract fuzzing: requests made up from the OpenAPI document, and no answer outside of it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from igny8_core.business.billing.models import PaymentEvent
from igny8_core.business.demo.customers import PASSWORD
from igny8_core.business.demo.management.commands.create_demo import ADMIN_EMAIL
from tests.processes import kept_environment
from tests.project.paths import BACKEND
from tests.server import running_server
from tests.sizes import size

pytestmark = pytest.mark.sized
SEED = os.environ.get("FUZZING_SEED", "20261124")
EXAMPLES = size("FUZZING_EXAMPLES", quick=5, whole=75)  # at most, for an operation and a phase
IS_WHOLE = EXAMPLES >= 75
OWNER = "free@example.com"
BYSTANDER = "active@example.com"  # who logs out everywhere
LOG_IN = "^/_allauth/"
WAYS = {"upgrade", "confirm", "approve", "reject", "void"}
MORE_WALKS = 10
WHOLE_WALKS = "max-examples = 150"  # as the configuration has it
WALKS = size("FUZZING_WALKS", quick=20, whole=150)  # along the links, at most
CONFIGURATION = BACKEND / "tests/fuzzing/schemathesis.toml"


@pytest.fixture
def server(transactional_db: None, catalog: None) -> Iterator[str]:
    """The address of a real server with the demo's users."""
    call_command("create_demo", confirmations=12, verbosity=0)
    with running_server(WEB_CONCURRENCY="2", BILLING_CLAIMS_PER_DAY="1000") as running:
        yield running.address


def fuzz(server: str, folder: Path, *options: str) -> dict[str, Any]:
    """Run Schemathesis to its end, and return its report.

    What it found, how to repeat it, and the seed stand in the output that pytest shows.
    """
    report, configuration = folder / "report.json", folder / "schemathesis.toml"
    text = CONFIGURATION.read_text("utf-8")
    assert WHOLE_WALKS in text
    configuration.write_text(text.replace(WHOLE_WALKS, f"max-examples = {WALKS}"), "utf-8")
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration), "run"]
    reporting = ["--report", "json", "--report-json-path", str(report), "--no-color"]
    drawing = ["--seed", SEED, "--max-examples", str(EXAMPLES)]
    run = subprocess.run(
        [*command, f"{server}/api/schema/", *reporting, *drawing, *options],
        cwd=BACKEND,
        env={
            **kept_environment(),
            "FUZZED_SERVER": server,
            "FUZZED_OWNER": OWNER,
            "FUZZED_BYSTANDER": BYSTANDER,
            "FUZZED_ADMIN": ADMIN_EMAIL,
            "FUZZED_PASSWORD": PASSWORD,
        },
        check=False,
        capture_output=True,
        text=True,
    )
    print(run.stdout, run.stderr)  # noqa: T201  (pytest keeps it for a failure)
    found: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return found


def assert_nothing_found(report: dict[str, Any]) -> None:
    assert report["failures"] == []
    assert report["errors"] == []
    assert report["exit_code"] == 0


def assert_clean(report: dict[str, Any], *, cases: int, operations: int) -> None:
    """Nothing was found, and it was looked for often enough."""
    assert_nothing_found(report)
    assert report["operations"]["tested"] == operations
    assert report["test_cases"]["generated"] >= cases


def walked() -> set[str]:
    """What has happened in the owner's account."""
    events = PaymentEvent.objects.filter(account__users__email=OWNER)
    return set(events.values_list("event", flat=True))


def test_fuzzed_api_answers_stay_within_the_contract(server: str, tmp_path: Path) -> None:
    """Also along the links of the workflow; and all that was done is in order afterwards.

    Which way a walk takes is drawn: there are more walks, with other seeds, until each was taken.
    """
    options = ("--exclude-path-regex", LOG_IN)
    report = fuzz(server, tmp_path, *options)
    assert_clean(report, cases=3600 if IS_WHOLE else 1500, operations=52)
    for more in range(1, MORE_WALKS + 1):
        if walked() >= WAYS:
            break
        seed = str(int(SEED) + more)
        walks = fuzz(server, tmp_path, *options, "--phases", "stateful", "--seed", seed)
        assert_nothing_found(walks)
    assert walked() >= WAYS
    call_command("verify_billing")


@pytest.mark.long
def test_fuzzed_sign_in_never_fails(server: str, tmp_path: Path) -> None:
    """The shape of these answers is django-allauth's own matter; that there is one is ours."""
    options = ("--checks", "not_a_server_error", "--phases", "examples,coverage,fuzzing")
    report = fuzz(server, tmp_path, "--include-path-regex", LOG_IN, *options)
    assert_clean(report, cases=1400 if IS_WHOLE else 400, operations=20)
