"""Every ``sh`` block of the quick start runs, in order, against a real server."""

import os
import re
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from igny8_core.common.exceptions import DomainError
from igny8_core.common.http.idempotency import IdempotencyKeyInUse, IdempotencyKeyReused
from igny8_core.common.http.statuses import status_of
from tests.project.paths import ROOT

GUIDE = ROOT / "docs/PAYMENT-WORKFLOW-QUICK-START.md"
SAID = [
    "starter",
    "Bank transfer (IBAN)",
    "pending_payment",
    "INV-",
    "25053.50",
    "due",
    "a payment's id",
    "payment_already_under_review",
    "1",
    "failed",
    "Reference not found",
    "paid",
    "active",
    "1000",
    "payment_already_decided",
    "paid",
    "succeeded",
    "1000",
    "%PDF-",
    "initial",
    "a day",
    "a day",
]


def blocks() -> list[str]:
    found = re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(found) > 6
    return found


def test_quick_start_commands_run(api_url: str, tmp_path: Path) -> None:
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks())],
        env={**os.environ, "API": api_url},
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert len(lines) == len(SAID), result.stdout
    for line, said in zip(lines, SAID, strict=True):
        if said == "a payment's id":
            assert line.isdigit()
        elif said == "a day":
            assert date.fromisoformat(line)
        else:
            assert line.startswith(said), result.stdout


def codes_with_status() -> set[tuple[int, str]]:
    """Return each code of the trouble table, with the status in front of it."""
    table = GUIDE.read_text("utf-8").partition("## Trouble")[2]
    return {
        (int(row[2:5]), code)
        for row in table.splitlines()
        if re.match(r"\| 4\d\d ", row)
        for code in re.findall(r"`([a-z_]+)`", row.split("|")[1])
    }


def refusals(base: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for refusal in base.__subclasses__():
        if hasattr(refusal, "code"):
            yield refusal
        yield from refusals(refusal)


def test_trouble_table_matches_error_codes() -> None:
    of_services = {refusal.code: status_of(refusal) for refusal in refusals()}
    of_requests = {
        "not_authenticated": 401,
        "csrf_failed": 403,
        IdempotencyKeyInUse.default_code: IdempotencyKeyInUse.status_code,
        IdempotencyKeyReused.default_code: IdempotencyKeyReused.status_code,
    }
    known = {(status, code) for code, status in {**of_services, **of_requests}.items()}
    assert len(codes_with_status()) > 15
    assert codes_with_status() <= known
