"""Everything that the docs name exists: tests, files, links, variables, targets, commands."""

import ast
import os
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest
from django.conf import global_settings, settings
from django.core.management import get_commands

from tests.project import compose
from tests.project.paths import BACKEND, DEVELOPMENT_COMPOSE, PRODUCTION_COMPOSE, ROOT

DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
EACH = pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FILE = re.compile(r"[\w./*-]+\.(?:py|tsx?|mjs|js|css|toml|ya?ml|template|typ|md)\b")
TEST = re.compile(r"(?P<file>[\w./*-]*test_[\w*]+\.py)(?:::(?P<name>test_\w+))?")
FUNCTION = re.compile(r"test_\w+(?:\[.*\])?")
VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
MAKE = re.compile(r"make (?P<target>[a-z][a-z0-9-]*)")
MANAGE = re.compile(r"manage\.py (?P<command>[a-z_]+)")
SKIPPED = {"node_modules", ".venv", ".data", "dist", "staticfiles", "__pycache__", ".git"}
PLACEHOLDERS = {"FUZZING_SEED"}  # read by the test that the sentence describes
READ_ELSEWHERE = {  # not by the settings
    "PORT": "backend/Dockerfile",
    "WEB_CONCURRENCY": "backend/Dockerfile",
    "WEB_THREADS": "backend/Dockerfile",
    "AWS_ACCESS_KEY_ID": "boto3",
    "AWS_SECRET_ACCESS_KEY": "boto3",
}


@cache
def files() -> frozenset[str]:
    """Every file of the project, relative to its root, with a leading slash."""
    found = []
    for folder, subfolders, names in os.walk(ROOT):
        subfolders[:] = [name for name in subfolders if name not in SKIPPED]
        found += [f"/{(Path(folder) / name).relative_to(ROOT)}" for name in names]
    return frozenset(found)


@cache
def backend_tests() -> dict[str, set[str]]:
    """The names of the tests in each file of backend tests."""
    found: dict[str, set[str]] = {}
    for path in [*(BACKEND / "tests").rglob("test_*.py"), BACKEND / "test_payment_workflow.py"]:
        tree = ast.parse(path.read_text("utf-8"))
        found[path.name] = {
            node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
        }
    return found


def spans(path: Path) -> Iterator[str]:
    """Everything between backquotes, and each line of a code block."""
    text = path.read_text("utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```\w*\n.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    yield from CODE.findall(prose)
    for block in blocks:
        yield from block.splitlines()


def missing_files(text: str) -> list[str]:
    named = (found[0] for found in FILE.finditer(text))
    return [
        name
        for name in named
        if not any(fnmatch(file, f"*/{name.lstrip('./')}") for file in files())
    ]


def missing_tests(text: str) -> list[str]:
    known = backend_tests()
    if FUNCTION.fullmatch(text):
        name = text.partition("[")[0]
        return [] if any(name in tests for tests in known.values()) else [text]
    return [
        found[0]
        for found in TEST.finditer(text)
        if found["name"] and found["name"] not in known.get(Path(found["file"]).name, set())
    ]


@EACH
def test_every_named_file_and_test_exists(path: Path) -> None:
    named = [span for span in spans(path) if "…" not in span and "<" not in span]
    assert [name for span in named for name in missing_files(span)] == []
    assert [name for span in named for name in missing_tests(span)] == []


def test_unknown_names_are_detected() -> None:
    """The positive control."""
    assert missing_files("see services/nowhere.py and services/decisions.py") == [
        "services/nowhere.py"
    ]
    assert missing_tests("test_settings.py::test_of_nothing") == [
        "test_settings.py::test_of_nothing"
    ]
    assert missing_tests("test_of_nothing[x]") == ["test_of_nothing[x]"]
    assert missing_tests("test_settings.py::test_hsts_can_be_turned_off") == []


@EACH
def test_every_internal_link_has_a_target(path: Path) -> None:
    for target in LINK.findall(path.read_text("utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _, anchor = target.partition("#")
        aim = (path.parent / name).resolve() if name else path
        assert aim.exists(), target
        if anchor:
            assert anchor in slugs(aim), target


def slugs(path: Path) -> set[str]:
    """The anchors of a page's headings, as repository hosts generate them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_architecture_names_every_room() -> None:
    package = BACKEND / "igny8_core"
    rooms = [*package.iterdir(), *(package / "business").iterdir()]
    found = {
        f"{room.relative_to(BACKEND)}/" for room in rooms if (room / "__init__.py").exists()
    } - {"igny8_core/business/"}
    text = (ROOT / "docs/ARCHITECTURE.md").read_text("utf-8")
    assert set(re.findall(r"^(igny8_core/[a-z_/]+/) ", text, re.MULTILINE)) == found


def test_recipes_name_only_existing_things() -> None:
    """Six recipes for a new thing: each file, test and name of code in them is there."""
    text = (ROOT / "docs/ARCHITECTURE.md").read_text("utf-8")
    section = text.partition("## Where to put a new thing")[2].partition("\n## ")[0]
    recipes = re.findall(r"^\*\*(.+?)\.\*\*", section, re.MULTILINE)
    assert len(recipes) == 6
    named = CODE.findall(section)
    assert len(named) > 30
    words = known_names()
    for name in named:
        if name.startswith("make "):
            continue
        if "/" in name or "." in name:
            assert any(f"/{name}".rstrip("/") in file for file in files()), name
        else:
            assert re.search(rf"\b{re.escape(name)}\b", words), name


def text_of_settings() -> str:
    """The sources of all settings."""
    modules = sorted((BACKEND / "igny8_core/settings").glob("*.py"))
    return "\n".join(module.read_text("utf-8") for module in modules)


def variables_of_settings() -> set[str]:
    """The environment variables that the settings read."""
    tree = ast.parse(text_of_settings())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", "") == "env"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def variables_of_readme() -> set[str]:
    """The variables in the first column of the README's table of configuration."""
    section = (ROOT / "README.md").read_text("utf-8").partition("## Configuration")[2]
    rows = re.findall(r"^\| (`[^|]+) \|", section.partition("\n## ")[0], re.MULTILINE)
    return {name for row in rows for name in CODE.findall(row)}


def test_readme_lists_exactly_the_variables() -> None:
    assert variables_of_settings() | set(READ_ELSEWHERE) == variables_of_readme() | (
        set(READ_ELSEWHERE) - variables_of_readme()
    )


def defaults_of_renewals() -> dict[str, str]:
    """The variables of renewals with a default, and that default as it is typed."""
    tree = ast.parse((BACKEND / "igny8_core/settings/renewals.py").read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        str(ast.literal_eval(call.args[0])): str(ast.literal_eval(given.value))
        for call in calls
        for given in call.keywords
        if given.arg == "default"
    }


def test_readme_states_the_defaults_of_renewals() -> None:
    defaults = defaults_of_renewals()
    assert len(defaults) > 10
    rows = (ROOT / "README.md").read_text("utf-8").splitlines()
    for name, default in defaults.items():
        (row,) = [row for row in rows if row.startswith("| `") and f"`{name}`" in row]
        meaning = row.partition("` | | ")[2]
        assert re.search(rf"\b{re.escape(default)}\b", meaning), (name, default)


def test_settings_are_read_strictly() -> None:
    """django-environ's own readers take a misspelt yes for no."""
    text = text_of_settings()
    assert re.findall(r"env\.(?:bool|int|list|json|float|dict|tuple)\(", text) == []


def test_compose_sets_only_variables_in_use() -> None:
    production = compose.read(PRODUCTION_COMPOSE)["services"]["igny8_backend"]["environment"]
    development = compose.read(DEVELOPMENT_COMPOSE)["services"]["igny8_backend"]["environment"]
    set_by_compose = {name.removesuffix("_FILE") for name in {**production, **development}}
    assert set_by_compose - variables_of_settings() == set()


def known_names() -> str:
    """All source code, to look up names in."""
    suffixes = (
        ".py",
        ".ts",
        ".tsx",
        ".yml",
        ".mjs",
        "Makefile",
        "Dockerfile",
        ".template",
        ".toml",
    )
    sources = [name for name in files() if name.endswith(suffixes)]
    return "\n".join((ROOT / name[1:]).read_text("utf-8") for name in sources)


@EACH
def test_every_named_setting_exists(path: Path) -> None:
    sources = f"{known_names()}\n{re.findall(r'^[A-Z_]+=', path.read_text('utf-8'), re.MULTILINE)}"
    named = {found[0] for span in spans(path) for found in VARIABLE.finditer(span)}
    unknown = {
        name
        for name in named - PLACEHOLDERS
        if not hasattr(settings, name.removesuffix("_FILE"))
        and not hasattr(global_settings, name)
        and name.removesuffix("_FILE") not in sources
    }
    assert unknown == set()


def make_targets() -> set[str]:
    text = (ROOT / "Makefile").read_text("utf-8")
    return set(re.findall(r"^([a-z0-9-]+):", text, re.MULTILINE))


def told_targets() -> set[str]:
    """Those that ``make help`` lists."""
    return set(
        re.findall(r"^([a-z0-9-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    )


@EACH
def test_every_named_make_target_and_command_exists(path: Path) -> None:
    named = list(spans(path))
    targets = {found["target"] for span in named for found in MAKE.finditer(span)}
    assert targets <= make_targets()
    commands = {found["command"] for span in named for found in MANAGE.finditer(span)}
    assert commands <= {*get_commands(), "procrastinate"}


def test_readme_lists_every_make_target() -> None:
    named = {found["target"] for s in spans(ROOT / "README.md") for found in MAKE.finditer(s)}
    assert told_targets() - named == {"help"}


def test_ci_runs_every_make_target() -> None:
    scripts = "\n".join((ROOT / ".ci" / name).read_text("utf-8") for name in ("run", "targets"))
    run = {
        found["target"]
        for found in re.finditer(r"make (?:-C \S+ )?(?P<target>[a-z0-9-]+)", scripts)
    }
    assert told_targets() - run == set()


def test_every_decision_record_is_indexed() -> None:
    """With its number, title, date and status, in order."""
    folder = ROOT / "docs/adr"
    decisions = sorted(folder.glob("0*.md"))
    lines = []
    for number, path in enumerate(decisions, 1):
        head = re.match(
            r"# (?P<title>\d+\. .+)\n\n(?P<date>\d{4}-\d\d-\d\d) · (?P<status>.+)\n\n",
            path.read_text("utf-8"),
        )
        assert head, f"{path.name} begins otherwise"
        assert head["title"].startswith(f"{number}. ")
        assert path.name.startswith(f"{number:04d}-")
        lines.append(f"| [{head['title']}]({path.name}) | {head['date']} | {head['status']} |")
    assert (folder / "README.md").read_text("utf-8").splitlines()[6:] == lines
