"""The table of mutants fits the code: each break can be made, and its test is there."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants import Mutant, all_mutants
from tests.project.paths import BACKEND, ROOT


@pytest.mark.parametrize(
    "mutant", all_mutants(), ids=lambda mutant: f"{mutant.area}: {mutant.name}"
)
def test_every_mutant_can_be_applied(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text("utf-8").count(mutant.old) == 1
    assert mutant.old != mutant.new
    path, _colons, name = mutant.test.partition("::")
    assert f"def {name.partition('[')[0]}(" in (BACKEND / path).read_text("utf-8")


def test_every_mutant_runs(tmp_path: Path) -> None:
    """A test that fails because a file can't be loaded has seen nothing."""
    mutated = [mutant for mutant in all_mutants() if mutant.file.endswith(".py")]
    for number, mutant in enumerate(mutated):
        code = (ROOT / mutant.file).read_text("utf-8").replace(mutant.old, mutant.new)
        (tmp_path / f"{number}.py").write_text(code, "utf-8")
    found = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout


def test_mutant_names_are_unique() -> None:
    names = [mutant.name for mutant in all_mutants()]
    assert len(names) == len(set(names))
