"""``make status``: update the counts in ``docs/IMPLEMENTATION-STATUS.md``."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

from tests.project.documents import write_block
from tests.project.paths import BACKEND, FRONTEND, ROOT

STATUS = ROOT / "docs/IMPLEMENTATION-STATUS.md"
CATALOG = BACKEND / "igny8_core/business/catalogue/data"


def main() -> None:
    """Replace the block between the markers."""
    rows = "".join(f"| {what} | {count:,} |\n" for what, count in counts().items())
    block = f"| what | how many |\n| --- | --- |\n{rows}"
    write_block(STATUS, "counts", block)
    print(block)  # noqa: T201


def counts() -> dict[str, int]:
    """Return each number with its name."""
    return {
        **shipped(),
        "backend tests": _collected(),
        "web app unit and component tests": _vitest(),
        "end-to-end tests in `make test`": _playwright(),
        "lines of backend code": _lines(BACKEND.glob("igny8_core/**/*.py")),
        "lines of backend tests": _lines(BACKEND.glob("tests/**/*.py")),
        "lines of web app code": _lines(_web_sources()),
    }


def shipped() -> dict[str, int]:
    """Return the counts that need no test runner."""
    document = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text("utf-8"))
    own = [path for path in document["paths"] if not path.startswith("/_allauth/")]
    return {
        "API operations": sum(len(document["paths"][path]) for path in own),
        "sign-in operations (django-allauth)": sum(
            len(item) for path, item in document["paths"].items() if path not in own
        ),
        **{
            f"shipped {name.replace('_', ' ')}": len(
                json.loads((CATALOG / f"{name}.json").read_text("utf-8"))
            )
            for name in ("plans", "payment_methods", "exchange_rates", "industries")
        },
    }


def _run(*command: str, folder: Path) -> str:
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def _collected() -> int:
    out = _run(sys.executable, "-m", "pytest", "--collect-only", "-q", folder=BACKEND)
    return sum("::" in line for line in out.splitlines())


def _vitest() -> int:
    return len(json.loads(_run("npx", "vitest", "list", "--json", folder=FRONTEND)))


def _playwright() -> int:
    out = _run("npx", "playwright", "test", "--list", folder=FRONTEND)
    return int(re.search(r"Total: (\d+) tests", out)[1])  # type: ignore[index]


def _web_sources() -> Iterable[Path]:
    return (
        path
        for path in FRONTEND.glob("src/**/*.ts*")
        if ".test." not in path.name and path.name != "schema.d.ts"
    )


def _lines(paths: Iterable[Path]) -> int:
    return sum(len(path.read_text("utf-8").splitlines()) for path in paths)


if __name__ == "__main__":
    main()
