"""Reads the compose files like ``docker compose``, as far as they need it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

# ${NAME:-default} and ${NAME:?message}
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


RESET = object()  # `!reset`: ignore the value of the earlier file
REPLACED = {"command", "entrypoint", "test"}  # lists that aren't joined when files are merged


class UnsetVariableError(Exception):
    """A required value isn't in the environment."""


def read(path: Path) -> dict[str, Any]:
    """Return a compose file's content, variables as written."""
    content: dict[str, Any] = yaml.load(path.read_text(), _Loader)  # noqa: S506  (it is a safe one)
    return content


class _Loader(yaml.SafeLoader):
    """YAML with compose's own tag."""


_Loader.add_constructor("!reset", lambda *_: RESET)


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


def without_resets(value: Any) -> Any:
    """Remove the `!reset` values, because the schema knows no tags."""
    if isinstance(value, dict):
        return {k: without_resets(v) for k, v in value.items() if v is not RESET}
    return value


def merge(base: Any, override: Any, *, key: str = "") -> Any:
    """Merge two files: mappings are merged, lists joined, everything else is replaced."""
    if isinstance(base, dict) and isinstance(override, dict):
        merged = {
            **base,
            **{name: merge(base.get(name), value, key=name) for name, value in override.items()},
        }
        return {name: value for name, value in merged.items() if value is not RESET}
    if isinstance(base, list) and isinstance(override, list) and key not in REPLACED:
        return [*base, *override]
    return override
