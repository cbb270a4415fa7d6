"""Check the locked dependencies against lists of known vulnerabilities: ``make audit``.

A vulnerability fails it. A list that can't be reached doesn't: it is only reported. Findings can't
be ignored here, even if they don't affect this project: lock a fixed version.
"""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.project.paths import BACKEND, FRONTEND

PATIENCE = 120  # seconds for each of the two
PYTHON = [
    *(sys.executable, "-m", "pip_audit", "--requirement", "requirements.txt", "--no-deps"),
    *("--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "15"),
]
NODE = ["npm", "audit", "--omit=dev", "--json"]


@dataclass(frozen=True)
class Findings:
    """The result from a list; ``checked`` is 0 if it could not be reached."""

    checked: int = 0
    unchecked: int = 0
    vulnerabilities: list[str] = field(default_factory=list)


def main() -> int:
    """Print what was found; return 1 if there is a vulnerability."""
    findings = {
        "requirements.txt": read_pip_audit(_output(PYTHON, BACKEND)),
        "package-lock.json": read_npm_audit(_output(NODE, FRONTEND)),
    }
    for name, found in findings.items():
        print(f"{name}: {describe(found)}")
    return 1 if any(found.vulnerabilities for found in findings.values()) else 0


def describe(found: Findings) -> str:
    """Describe the result in words."""
    if not found.checked:
        return "NOT CHECKED: the list of vulnerabilities could not be reached"
    words = f"{found.checked} packages checked, {len(found.vulnerabilities)} vulnerabilities"
    if found.unchecked:
        words += f", {found.unchecked} NOT CHECKED: the list does not have them"
    return "\n  ".join([words, *found.vulnerabilities])


def read_pip_audit(output: str) -> Findings:
    """Read pip-audit's JSON. A package that it skipped counts as not checked."""
    packages = _json(output).get("dependencies", [])
    checked = [package for package in packages if "vulns" in package]
    return Findings(
        checked=len(checked),
        unchecked=len(packages) - len(checked),
        vulnerabilities=[
            f"{package['name']} {package['version']}: {item['id']}"
            for package in checked
            for item in package["vulns"]
        ],
    )


def read_npm_audit(output: str) -> Findings:
    """Read npm's JSON; without counts, the list could not be reached."""
    report = _json(output)
    if "metadata" not in report:
        return Findings()
    return Findings(
        checked=report["metadata"]["dependencies"]["prod"],
        vulnerabilities=[
            f"{name} {item['range']}: {item['severity']}"
            for name, item in report.get("vulnerabilities", {}).items()
        ],
    )


def _json(output: str) -> dict[str, Any]:
    try:
        report = json.loads(output)
    except ValueError:
        return {}
    return report if isinstance(report, dict) else {}


def _output(command: list[str], folder: Path) -> str:
    """Return what a command prints; nothing if it isn't there or takes too long."""
    try:
        return subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


if __name__ == "__main__":
    sys.exit(main())
