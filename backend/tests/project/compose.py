"""Reads the compose files as ``docker compose`` does, as far as they need it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

# ${NAME:-default} and ${NAME:?message}
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


class UnsetVariableError(Exception):
    """A value that the file demands is not in the environment."""


def read(path: Path) -> dict[str, Any]:
    """Return a compose file's content, variables as written."""
    content: dict[str, Any] = yaml.safe_load(path.read_text())
    return content


def fill_in(value: Any, variables: Mapping[str, str]) -> Any:
    """Replace the variables everywhere in a value.

    :raises UnsetVariableError: for an unset one of the form ``${NAME:?message}``.
    """
    if isinstance(value, str):
        return VARIABLE.sub(lambda found: _value_of(found, variables), value)
    if isinstance(value, list):
        return [fill_in(item, variables) for item in value]
    if isinstance(value, dict):
        return {key: fill_in(item, variables) for key, item in value.items()}
    return value


def _value_of(found: re.Match[str], variables: Mapping[str, str]) -> str:
    value = variables.get(found["name"], "")
    if value:
        return value
    if found["kind"] == "?":
        raise UnsetVariableError(found["name"])
    return found["rest"] or ""


def merge(base: Any, override: Any) -> Any:
    """Lay one file over another: mappings are merged, everything else is replaced."""
    if isinstance(base, dict) and isinstance(override, dict):
        return {
            **base,
            **{key: merge(base.get(key), value) for key, value in override.items()},
        }
    return override
