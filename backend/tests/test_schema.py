"""The OpenAPI document: complete, true and served without a network."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

METHODS = {"get", "post", "put", "patch", "delete"}


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = [
        (f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]
    assert len(found) > 30
    return found


def own(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the operations of this project, without django-allauth's."""
    return [(name, item) for name, item in operations(document) if "/_allauth/" not in name]


def has_example(part: dict[str, Any]) -> bool:
    return any("examples" in media for media in part["content"].values())


def test_schema_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["tags"], name
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(ids) == len(set(ids))


def test_every_tag_is_described(document: dict[str, Any]) -> None:
    explained = {tag["name"] for tag in document["tags"]}
    used = {tag for _, operation in operations(document) for tag in operation["tags"]}
    assert used == explained


def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    for name, operation in own(document):
        if "requestBody" in operation:
            assert has_example(operation["requestBody"]), f"{name}: request"
        for status, response in operation["responses"].items():
            media = response.get("content", {})
            if "application/json" in media:
                assert has_example(response), f"{name}: {status}"


def test_every_write_lists_its_errors(document: dict[str, Any]) -> None:
    for name, operation in own(document):
        statuses = set(operation["responses"])
        assert statuses & {"200", "201", "202", "204"}, name
        if not name.startswith("GET"):
            assert statuses >= {"401", "403"} or "security" not in operation, name


def test_authenticated_operations_list_401(document: dict[str, Any]) -> None:
    for name, operation in own(document):
        assert ("security" in operation) == ("401" in operation["responses"]), name


def test_confirmation_example_is_listed(document: dict[str, Any]) -> None:
    confirm = document["paths"]["/api/v1/billing/admin/payments/confirm/"]["post"]
    examples = confirm["requestBody"]["content"]["application/json"]["examples"]
    bodies = [example["value"] for example in examples.values()]
    assert any(
        body["manual_reference"] == "BT-2025-001" and body["amount"] == "89.00" for body in bodies
    )


@pytest.mark.django_db
def test_schema_is_served(api: APIClient) -> None:
    answer = api.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert answer.status_code == 200
    assert answer.json()["info"]["title"] == "IGNY8 Billing"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accepted", "reads"),
    [("application/vnd.oai.openapi+json", json.loads), ("application/yaml", yaml.safe_load)],
)
def test_schema_is_generated_once(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, accepted: str, reads: Callable[[bytes], Any]
) -> None:
    first = api.get("/api/schema/", headers={"Accept": accepted})
    monkeypatch.setattr(SchemaGenerator, "get_schema", lambda *_a, **_m: pytest.fail("made again"))
    again = api.get("/api/schema/", headers={"Accept": accepted})
    assert first.content == again.content
    assert reads(again.content)["openapi"].startswith("3.1")


@pytest.mark.django_db
def test_docs_page_needs_no_network(api: APIClient) -> None:
    answer = api.get("/api/docs/")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "swagger-ui-bundle.js" in page
    assert "http://" not in page
    assert "https://" not in page
    for line in page.split('"'):
        if line.startswith("/static/"):
            served = api.get(line)
            assert served.status_code == 200, line
            served.close()
