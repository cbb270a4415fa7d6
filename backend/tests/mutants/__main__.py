"""``make mutants``: break the code in each way of the table and see that its test fails.

With names (or areas) as arguments, only those. The project is copied first; nothing in it changes.
The result goes into ``docs/RELIABILITY.md`` when every mutant was run.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants import Mutant, all_mutants
from tests.project.documents import write_block
from tests.project.paths import ROOT

REPORT = ROOT / "docs/RELIABILITY.md"
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".data", "node_modules", "screenshots", "__pycache__", ".*_cache"
)
WORKERS = os.cpu_count() or 1
TESTS_FAILED = 1  # pytest's exit code
FINE = {0, 5}  # they passed, or all of them are left to the other target
# By which of the two a mutant is caught: what it takes of the tests, and how much they do.
TARGETS = {
    "make test": (["-m", "not long"], {}),
    "make check": ([], {"THOROUGH": "1"}),
}


def main(wanted: list[str]) -> int:
    """Run them; the exit code is 1 if one is not caught."""
    mutants = [
        mutant
        for mutant in all_mutants()
        if not wanted or mutant.name in wanted or mutant.area in wanted
    ]
    if not mutants:
        areas = ", ".join(dict.fromkeys(mutant.area for mutant in all_mutants()))
        print(f"No mutant is called that. Name one, or an area: {areas}.")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(WORKERS):
            copy = Path(folder) / str(number)
            shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
            copies.put(copy)
        print(f"{len(mutants)} mutants; first the tests on the code as it is", flush=True)
        tests = dict.fromkeys(mutant.test for mutant in mutants)
        for target, (marks, sizes) in TARGETS.items():
            if _run(copy, ["--numprocesses", str(WORKERS), *tests, *marks], sizes) not in FINE:
                print(f"The tests of {target} fail without any mutant.")
                return 1
        with ThreadPoolExecutor(WORKERS) as pool:
            caught = list(pool.map(lambda mutant: _caught_by(copies, mutant), mutants))
    rows = list(zip(mutants, caught, strict=True))
    if not wanted:
        _report(rows)
    return 0 if all(caught) else 1


def _caught_by(copies: SimpleQueue[Path], mutant: Mutant) -> str:
    """Break a copy that nobody else has, and mend it again; return the target that sees it."""
    copy = copies.get()
    file = copy / mutant.file
    text = file.read_text("utf-8")
    file.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    try:
        caught = next(
            (
                target
                for target, (marks, sizes) in TARGETS.items()
                if _run(copy, [mutant.test, *marks], sizes) == TESTS_FAILED
            ),
            "",
        )
    finally:
        file.write_text(text, "utf-8")
        copies.put(copy)
    print(f"{caught or 'SURVIVED':10} {mutant.area}: {mutant.name}", flush=True)
    return caught


def _run(project: Path, arguments: Iterable[str], sizes: Mapping[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-x", *arguments]
    return subprocess.run(
        command,
        cwd=project / "backend",
        env={**os.environ, **sizes},
        check=False,
        stdout=subprocess.DEVNULL,
    ).returncode


def _report(rows: list[tuple[Mutant, str]]) -> None:
    lines = "".join(
        f"| {mutant.area} | {mutant.name} | `{mutant.test.partition('::')[2]}` "
        f"| {caught or '**nothing**'} |\n"
        for mutant, caught in rows
    )
    head = "| area | what was broken | test that fails | caught by |\n| --- | --- | --- | --- |\n"
    write_block(REPORT, "mutants", head + lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
