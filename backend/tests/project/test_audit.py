"""``make audit``: a vulnerability fails it, an unreachable list doesn't."""

import json
from pathlib import Path

import pytest

from tests.project import audit

PIP_FOUND = {
    "dependencies": [
        {"name": "django", "version": "5.2.0", "vulns": [{"id": "PYSEC-2026-1"}]},
        {"name": "segno", "version": "1.6.6", "vulns": []},
        {"name": "own", "skip_reason": "Dependency not found on PyPI"},
    ]
}
PIP_SKIPPED = {"dependencies": [{"name": "django", "skip_reason": "Dependency not found on PyPI"}]}
NPM_NONE = {"vulnerabilities": {}, "metadata": {"dependencies": {"prod": 80, "dev": 400}}}
NPM_FOUND = {
    "vulnerabilities": {"react-router": {"severity": "high", "range": "<7.5"}},
    "metadata": {"dependencies": {"prod": 80, "dev": 400}},
}
NPM_REFUSED = {"message": "405 Method Not Allowed", "error": {"summary": "", "detail": ""}}


def test_pip_audit_vulnerability_is_reported() -> None:
    found = audit.read_pip_audit(json.dumps(PIP_FOUND))
    assert found == audit.Findings(2, 1, ["django 5.2.0: PYSEC-2026-1"])


@pytest.mark.parametrize("output", [json.dumps(PIP_SKIPPED), "", "Traceback", "[]"])
def test_pip_audit_without_list_counts_as_not_checked(output: str) -> None:
    found = audit.read_pip_audit(output)
    assert found.checked == 0
    assert "NOT CHECKED" in audit.describe(found)


def test_npm_vulnerability_is_reported() -> None:
    found = audit.read_npm_audit(json.dumps(NPM_FOUND))
    assert found == audit.Findings(80, 0, ["react-router <7.5: high"])


def test_npm_without_vulnerabilities_is_reported() -> None:
    found = audit.read_npm_audit(json.dumps(NPM_NONE))
    assert audit.describe(found) == "80 packages checked, 0 vulnerabilities"


@pytest.mark.parametrize("output", [json.dumps(NPM_REFUSED), "", "npm error", "null"])
def test_npm_without_answer_counts_as_not_checked(output: str) -> None:
    assert "NOT CHECKED" in audit.describe(audit.read_npm_audit(output))


@pytest.mark.parametrize(("pip", "npm", "code"), [
    (PIP_FOUND, NPM_NONE, 1), (PIP_SKIPPED, NPM_FOUND, 1), (PIP_SKIPPED, NPM_REFUSED, 0),
])  # fmt: skip
def test_only_a_vulnerability_fails_the_audit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pip: object, npm: object, code: int
) -> None:
    for name, report in (("PYTHON", pip), ("NODE", npm)):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(report))
        monkeypatch.setattr(audit, name, ["cat", str(path)])
    assert audit.main() == code


def test_missing_or_hanging_program_does_not_fail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit, "PYTHON", ["no-such-program"])
    monkeypatch.setattr(audit, "NODE", ["sleep", "60"])
    monkeypatch.setattr(audit, "PATIENCE", 0.1)
    assert audit.main() == 0
