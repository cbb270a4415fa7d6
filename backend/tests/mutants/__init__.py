"""Deliberately broken builds, each with the test that has to fail on it: the table, read."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Mutant:
    """One break of the code.

    :param area: which part of the promises it is about; the name of its file.
    :param file: in the project, from its top.
    :param old: occurs exactly once in the file.
    :param test: from ``backend/``, as pytest names it.
    """

    area: str
    name: str
    file: str
    old: str
    new: str
    test: str


def all_mutants() -> list[Mutant]:
    """Read every ``*.toml`` of this folder, in order."""
    return [
        Mutant(area=path.stem, **row)
        for path in sorted(FOLDER.glob("*.toml"))
        for row in tomllib.loads(path.read_text("utf-8"))["mutant"]
    ]
