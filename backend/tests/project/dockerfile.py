"""Runs a Dockerfile's steps in order in clean folders, without a container engine.

It doesn't imitate the base images (Python, Node and the shell are this machine's), users and
ownership, or the isolation of a container.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

CONTAINER_PATH = re.compile(r"(?<![\w./:])(?=/(?:app|venv|data|dev/shm)\b)")
VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
KEPT_VARIABLES = re.compile(
    r"PATH|HOME|LANG|TMPDIR|\w*_proxy|PIP_\w+|npm_config_\w+|SSL_\w+|\w+_CA_\w+", re.IGNORECASE
)
WITHOUT_USERS = "useradd() { :; }; chown() { :; }; "
COMMENT = re.compile(r"^\s*#.*$\n?", re.MULTILINE)


@dataclass(frozen=True)
class Instruction:
    """One step as written."""

    name: str
    options: dict[str, str]
    value: str


@dataclass
class Stage:
    """One ``FROM`` and what follows it, as far as it has been run."""

    image: str
    root: Path
    environment: dict[str, str]
    workdir: str = "/"
    user: str = "root"
    command: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)

    def located(self, text: str) -> str:
        """Return a text with the container's paths replaced by paths on this machine."""
        return CONTAINER_PATH.sub(str(self.root), text)

    def path(self, written: str) -> Path:
        """Return where a path of the container is on this machine."""
        return (
            self.root
            / os.path.normpath(f"{self.workdir}/{written}" if written[0] != "/" else written)[1:]
        )

    def start(
        self, command: list[str], environment: dict[str, str], *, output: int
    ) -> subprocess.Popen[bytes]:
        """Start a command like the engine would, in its own process group.

        :param output: a file's descriptor, or ``subprocess.PIPE`` or ``DEVNULL``.
        """
        return subprocess.Popen(
            [self.located(word) for word in command],
            cwd=self.path("."),
            env={**self.environment, **environment},
            start_new_session=True,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def parse(text: str) -> list[Instruction]:
    """Return a Dockerfile's instructions."""
    lines = COMMENT.sub("", text).replace("\\\n", " ").splitlines()
    return [_instruction(line) for line in lines if line.strip()]


def _instruction(line: str) -> Instruction:
    name, _, rest = line.strip().partition(" ")
    options = {}
    while found := re.match(r"\s*--(\w[\w-]*)=(\S+)\s+", rest):
        options[found[1]] = found[2]
        rest = rest[found.end() :]
    return Instruction(name=name.upper(), options=options, value=rest.strip())


def build(folder: Path, workspace: Path) -> Stage:
    """Run every step of a folder's Dockerfile; return the last stage.

    :param folder: the build context; its ``.dockerignore`` applies.
    :param workspace: an empty folder for the stages' files.
    """
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for instruction in parse((folder / "Dockerfile").read_text()):
        if instruction.name == "FROM":
            image, _, name = instruction.value.partition(" AS ")
            stage = _begin(image, workspace / str(len(stages)))
            stages[name or str(len(stages))] = stage
        else:
            assert stage is not None, "a Dockerfile begins with FROM"
            _run_step(instruction, stage, stages, folder)
    assert stage is not None
    return stage


def _begin(image: str, root: Path) -> Stage:
    tools = root / ".tools"
    tools.mkdir(parents=True)
    (root / "dev/shm").mkdir(parents=True)
    python = tools / "python"
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys._base_executable)} "$@"\n')  # type: ignore[attr-defined]
    python.chmod(0o755)
    environment = {
        name: value for name, value in os.environ.items() if KEPT_VARIABLES.fullmatch(name)
    }
    own = str(Path(sys.executable).parent)
    path = [part for part in environment["PATH"].split(os.pathsep) if part != own]
    return Stage(
        image=image,
        root=root,
        environment={**environment, "PATH": os.pathsep.join([str(tools), *path])},
    )


def _run_step(
    instruction: Instruction, stage: Stage, stages: dict[str, Stage], context: Path
) -> None:
    match instruction.name:
        case "RUN":
            _run(instruction.value, stage)
        case "COPY":
            source = stages.get(instruction.options.get("from", ""))
            _copy(instruction.value, stage, source, context)
        case "WORKDIR":
            stage.workdir = instruction.value
            stage.path(".").mkdir(parents=True, exist_ok=True)
        case "ENV":
            for assignment in shlex.split(instruction.value):
                name, _, value = assignment.partition("=")
                stage.environment[name] = _expanded(stage.located(value), stage.environment)
        case "USER":
            stage.user = instruction.value
        case "CMD":
            stage.command = json.loads(instruction.value)
        case "HEALTHCHECK":
            stage.healthcheck = json.loads(instruction.value.removeprefix("CMD"))
        case "EXPOSE" | "VOLUME":
            pass  # these only affect the engine, not the files
        case _:
            raise NotImplementedError(instruction.name)


def _expanded(value: str, environment: dict[str, str]) -> str:
    return VARIABLE.sub(lambda found: environment.get(found[1] or found[2], ""), value)


def _run(command: str, stage: Stage) -> None:
    done = subprocess.run(
        ["sh", "-ec", WITHOUT_USERS + stage.located(command)],
        cwd=stage.path("."),
        env=stage.environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == 0, f"RUN {command}\n{done.stdout.decode()}"


def _copy(value: str, stage: Stage, source: Stage | None, context: Path) -> None:
    *sources, written = value.split()
    target = stage.path(written)
    for name in sources:
        origin = source.path(name) if source else context / name
        if origin.is_dir():
            ignore = None if source else _ignoring(context)
            shutil.copytree(origin, target, symlinks=True, ignore=ignore, dirs_exist_ok=True)
        else:
            destination = target / origin.name if written.endswith("/") else target
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(origin, destination)


def _ignoring(context: Path) -> "_Ignore":
    return _Ignore(context)


class _Ignore:
    """What ``.dockerignore`` leaves out: names at the top, and ``**/name`` anywhere."""

    def __init__(self, context: Path) -> None:
        self.context = context
        lines = (context / ".dockerignore").read_text().splitlines()
        self.patterns = [line for line in lines if line and not line.startswith("#")]

    def __call__(self, folder: str, names: list[str]) -> set[str]:
        is_top = Path(folder) == self.context
        return {
            name for name in names if any(self._matches(name, is_top, p) for p in self.patterns)
        }

    @staticmethod
    def _matches(name: str, is_top: bool, pattern: str) -> bool:  # noqa: FBT001
        if pattern.startswith("**/"):
            return fnmatch(name, pattern[3:])
        return is_top and fnmatch(name, pattern)
