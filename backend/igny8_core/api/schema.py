"""The OpenAPI document: this project's operations, and django-allauth's for sign-in."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

TAG = "Sign-in"
PREFIX = "LogIn"
EMPTY_TEXT = {"type": "string", "maxLength": 0}  # as drf-spectacular writes it
METHODS = ("get", "post", "put", "patch", "delete")

# The enabled features: sign-up is `POST /api/v1/auth/register/`; telephone numbers, social
# accounts, sign-in by code and passkeys are off.
OPERATIONS: dict[str, tuple[str, ...]] = {
    "auth/login": ("post",),
    "auth/session": ("get", "delete"),
    "auth/reauthenticate": ("post",),
    "auth/password/request": ("post",),
    "auth/password/reset": ("get", "post"),
    "auth/email/verify": ("get", "post"),
    "auth/2fa/authenticate": ("post",),
    "auth/2fa/reauthenticate": ("post",),
    "account/password/change": ("post",),
    "account/email": ("get", "put"),
    "account/authenticators": ("get",),
    "account/authenticators/totp": ("get", "post", "delete"),
    "account/authenticators/recovery-codes": ("get", "post"),
}


def accept_empty_texts(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Allow a text that may be empty to match both forms: ``oneOf`` rejects that."""
    for component in result["components"]["schemas"].values():
        for field in component.get("properties", {}).values():
            if EMPTY_TEXT in field.get("oneOf", ()):
                field["anyOf"] = field.pop("oneOf")
    return result


def add_log_in_operations(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Merge allauth's own description; its components get a prefix."""
    upstream = _upstream()
    for name, methods in OPERATIONS.items():
        item = upstream["paths"][f"/_allauth/{{client}}/v1/{name}"]
        result["paths"][f"/_allauth/{{client}}/v1/{name}"] = {
            method: _operation(name, method, item[method]) for method in methods
        }
    _add_components(result, upstream["components"])
    return result


@cache
def _upstream() -> dict[str, Any]:
    text = files("allauth.headless.spec").joinpath("doc/openapi.yaml").read_text("utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def _operation(name: str, method: str, upstream: dict[str, Any]) -> dict[str, Any]:
    words = name.replace("/", "_").replace("-", "_")
    return {
        **_renamed(upstream),
        "operationId": f"log_in_{method}_{words}",
        "tags": [TAG],
        "description": upstream.get("description") or f"{upstream['summary']}.",
        "security": [{"sessionCookie": []}, {"sessionToken": []}, {}],
    }


def _renamed(node: Any) -> Any:
    """Point references at the prefixed components; convert 3.0's ``nullable`` to 3.1."""
    if isinstance(node, dict):
        renamed = {
            key: _new_reference(value) if key == "$ref" else _renamed(value)
            for key, value in node.items()
            if key != "nullable"
        }
        if node.get("nullable") and "type" in node:
            renamed["type"] = [node["type"], "null"]
        return renamed
    return [_renamed(item) for item in node] if isinstance(node, list) else node


def _new_reference(reference: str) -> str:
    path, _, name = reference.rpartition("/")
    return f"{path}/{PREFIX}{name}"


def _add_components(result: dict[str, Any], upstream: dict[str, Any]) -> None:
    """Add only the components that the merged operations use."""
    operations = [
        item[method]
        for path, item in result["paths"].items()
        if path.startswith("/_allauth/")
        for method in METHODS
        if method in item
    ]
    waiting = list(_references(operations))
    while waiting:
        kind, name = waiting.pop()
        there = result["components"].setdefault(kind, {})
        if name not in there:
            there[name] = _renamed(upstream[kind][name.removeprefix(PREFIX)])
            waiting.extend(_references(there[name]))


def _references(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                _hash, _components, kind, name = value.split("/")
                yield kind, name
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)
