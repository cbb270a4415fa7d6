"""Rules of the code that no linter here knows."""

import ast
from pathlib import Path

import pytest

from tests.project.paths import BACKEND

PACKAGE = BACKEND / "igny8_core"
TRANSITIONS = PACKAGE / "business/billing/services/transitions.py"


def sources() -> list[Path]:
    found = [path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts]
    assert TRANSITIONS in found
    return found


def assigned_states(path: Path) -> list[int]:
    """Return the lines that assign to an attribute ``status`` of anything."""
    return [
        target.lineno
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for target in _targets(node)
        if isinstance(target, ast.Attribute) and target.attr == "status"
    ]


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []


def test_only_a_transition_assigns_a_state() -> None:
    assert {path for path in sources() if assigned_states(path)} == {TRANSITIONS}


@pytest.mark.parametrize(
    ("code", "lines"),
    [("payment.status = 'paid'", [1]), ("a.b.status += x", [1]), ("status = 1", [])],
)
def test_the_rule_sees_an_assignment(tmp_path: Path, code: str, lines: list[int]) -> None:
    path = tmp_path / "code.py"
    path.write_text(code)
    assert assigned_states(path) == lines


def test_a_conflict_names_a_state() -> None:
    """No word that is made up where it is refused; what only the desk refuses isn't told."""
    made_up = {
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
        for keyword in node.exc.keywords
        if keyword.arg == "state" and isinstance(keyword.value, ast.Constant | ast.JoinedStr)
    }
    assert {place for place in made_up if "services/setting_changes.py" not in place} == set()


def test_nothing_updates_a_state_past_the_models() -> None:
    calls = [
        f"{path}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"update", "bulk_update"}
        and any(keyword.arg == "status" for keyword in node.keywords)
    ]
    assert calls == []


def test_no_float_in_the_rooms_of_money() -> None:
    floats = [
        f"{path}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]
    assert floats == []


def test_only_the_clock_reads_the_time() -> None:
    readers = [
        str(path.relative_to(PACKAGE))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date", "timezone"}
    ]
    assert sorted(set(readers)) == ["auth/models.py", "common/clock.py"]
