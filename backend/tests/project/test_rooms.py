"""Rules of the code that none of our linters checks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from igny8_core.common.exceptions import DomainError
from tests.project.paths import BACKEND

PACKAGE = BACKEND / "igny8_core"
TRANSITIONS = PACKAGE / "business/billing/services/transitions.py"


def sources() -> list[Path]:
    found = [path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts]
    assert TRANSITIONS in found
    return found


def assigned_states(path: Path) -> list[int]:
    """Return the lines that assign to any attribute ``status``."""
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


def test_sized_tests_are_marked() -> None:
    """Else ``make check`` would not run them at their whole size."""
    asked = re.compile(r"^from tests\.(sizes import|races import .*\bROUNDS\b)", re.MULTILINE)
    texts = {path.name: path.read_text("utf-8") for path in (BACKEND / "tests").glob("test_*.py")}
    sized = {name for name, text in texts.items() if asked.search(text)}
    assert len(sized) > 5
    assert {name for name in sized if "mark.sized" not in texts[name]} == set()


def test_only_transitions_assign_status() -> None:
    assert {path for path in sources() if assigned_states(path)} == {TRANSITIONS}


@pytest.mark.parametrize(
    ("code", "lines"),
    [("payment.status = 'paid'", [1]), ("a.b.status += x", [1]), ("status = 1", [])],
)
def test_status_rule_detects_an_assignment(tmp_path: Path, code: str, lines: list[int]) -> None:
    path = tmp_path / "code.py"
    path.write_text(code)
    assert assigned_states(path) == lines


STATES = {"status", "payment_state", "outcome"}  # what the models call theirs


def called(node: ast.AST) -> Iterator[ast.Call]:
    return (part for part in ast.walk(node) if isinstance(part, ast.Call))


def made_up_states(source: str) -> list[int]:
    """Return the lines where a conflict's ``state`` is neither an object's own nor an enum's."""
    return [
        keyword.value.lineno
        for call in called(ast.parse(source))
        if is_refusal(call)
        for keyword in call.keywords
        if keyword.arg == "state" and not is_state(keyword.value)
    ]


def is_refusal(call: ast.Call) -> bool:
    """Tell whether a refusal is made, or its own ``super().__init__`` is called."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr == "__init__"
    return isinstance(call.func, ast.Name) and call.func.id[:1].isupper()


def is_state(value: ast.expr) -> bool:
    return isinstance(value, ast.Attribute) and (value.attr in STATES or value.attr.isupper())


def test_conflict_errors_name_a_real_state() -> None:
    """No word that is made up where it is refused, at the desk either."""
    made_up = {
        str(path.relative_to(PACKAGE)): lines
        for path in sources()
        if (lines := made_up_states(path.read_text("utf-8")))
    }
    assert made_up == {}


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("raise Void(state=invoice.payment_state)", []),
        ("super().__init__(state=change.outcome, setting=setting)", []),
        ("raise Closed(state=AccountStatus.CANCELLED)", []),
        ('raise Closed(state="closed")', [1]),
        ('raise Closed(state=f"{account}")', [1]),
        ("state = 'closed'\nraise Closed(state=state)", [2]),
    ],
)
def test_the_rule_sees_a_state_that_is_made_up(code: str, lines: list[int]) -> None:
    assert made_up_states(code) == lines


def refusals(base: type[DomainError] = DomainError) -> set[type[DomainError]]:
    return {base}.union(*(refusals(kind) for kind in base.__subclasses__()))


def test_a_refusal_takes_facts_and_no_sentence() -> None:
    """Whoever raises one hands over objects, names and numbers: the words are the class's own."""
    names = {kind.__name__ for kind in refusals()}
    raised = [
        (path, call)
        for path in sources()
        for call in called(ast.parse(path.read_text("utf-8")))
        if isinstance(call.func, ast.Name) and call.func.id in names
    ]
    assert len(raised) > 20
    sentences = {
        f"{path.relative_to(PACKAGE)}:{call.lineno}"
        for path, call in raised
        for given in (*call.args, *(keyword.value for keyword in call.keywords))
        for part in ast.walk(given)
        if isinstance(part, ast.Constant) and " " in str(part.value).strip()
    }
    assert sentences == set()


def test_a_refusal_that_only_groups_others_is_never_raised() -> None:
    groups = {kind.__name__ for kind in refusals() if not hasattr(kind, "words")}
    assert {"DomainError", "NotFound", "LinkUsed"} <= groups
    raised = {
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Raise) and node.exc is not None
        for name in [node.exc.func if isinstance(node.exc, ast.Call) else node.exc]
        if isinstance(name, ast.Name) and name.id in groups
    }
    assert raised == set()


def test_status_is_never_bulk_updated() -> None:
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


def test_money_code_uses_no_float() -> None:
    floats = [
        f"{path}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]
    assert floats == []


def test_only_the_clock_module_reads_time() -> None:
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
