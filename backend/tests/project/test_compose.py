"""The compose files match the specification's schema, and are safe to start."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.project import compose
from tests.project.paths import DEVELOPMENT_COMPOSE, PRODUCTION_COMPOSE, ROOT

SCHEMA = json.loads((Path(__file__).parent / "data" / "compose-spec.schema.json").read_text())
PRODUCTION_VALUES = {
    "SECRETS_DIR": "/etc/igny8",
    "ALLOWED_HOSTS": "billing.example.com",
    "FRONTEND_URL": "https://billing.example.com",
    "DEFAULT_FROM_EMAIL": "billing@example.com",
}
SECRETS = {
    "secret_key": "FDHvfwtcqPl-1m7RzgO2KfV0ySx8uJdnEaQk4ZbYTo9ihXsM3WrLCeUj",
    "database_password": "u4Wc1-dUq/#?@",
    "email_url": "smtp+tls://user:password@mail.example.com:587",
}
ONE_OFF = "igny8_migrate"


def development() -> dict[str, Any]:
    """Return the development stack without any variables set."""
    content: dict[str, Any] = compose.fill_in(compose.read(DEVELOPMENT_COMPOSE), {})
    return content


def production(values: Mapping[str, str] = PRODUCTION_VALUES) -> dict[str, Any]:
    """Return the production stack."""
    merged = compose.merge(
        compose.read(DEVELOPMENT_COMPOSE), compose.fill_in(compose.read(PRODUCTION_COMPOSE), values)
    )
    content: dict[str, Any] = compose.fill_in(merged, values)
    return content


STACKS = pytest.mark.parametrize("stack", [development(), production()], ids=["dev", "production"])


@pytest.mark.parametrize("path", [DEVELOPMENT_COMPOSE, PRODUCTION_COMPOSE], ids=lambda p: p.name)
def test_file_follows_the_compose_specification(path: Path) -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.Draft7Validator(SCHEMA).validate(compose.without_resets(compose.read(path)))


@STACKS
def test_stack_follows_the_compose_specification(stack: dict[str, Any]) -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(stack)


def test_schema_refuses_a_misspelt_key() -> None:
    """The positive control: a misspelt key is found."""
    wrong = {"services": {"igny8_backend": {"imagee": "python"}}}
    assert not jsonschema.Draft7Validator(SCHEMA).is_valid(wrong)


@STACKS
def test_stack_has_the_documented_services(stack: dict[str, Any]) -> None:
    assert set(stack["services"]) == {
        "igny8_backend",
        "igny8_worker",
        "igny8_proofs",
        "igny8_frontend",
        "igny8_db",
        "igny8_mail",
        "igny8_migrate",
    }


@STACKS
def test_every_image_is_pinned_or_built_locally(stack: dict[str, Any]) -> None:
    for name, service in stack["services"].items():
        if "build" in service:
            assert (ROOT / service["build"] / "Dockerfile").is_file(), name
        else:
            _, _, tag = service["image"].partition(":")
            assert any(character.isdigit() for character in tag), f"{name}: {service['image']}"


@STACKS
def test_every_service_is_confined(stack: dict[str, Any]) -> None:
    for name, service in stack["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.keys() & {"privileged", "cap_add", "network_mode", "pid"}, name


@STACKS
def test_every_third_party_image_runs_as_non_root(stack: dict[str, Any]) -> None:
    foreign = {k: v for k, v in stack["services"].items() if "build" not in v}
    assert {name: service["user"] for name, service in foreign.items()} == {
        "igny8_db": "postgres",
        "igny8_mail": "10002:10002",
    }


@STACKS
def test_long_running_services_have_health_checks(stack: dict[str, Any]) -> None:
    for name, service in stack["services"].items():
        if name != ONE_OFF:
            assert service["healthcheck"]["test"][0] == "CMD", name
            assert service["restart"] == "unless-stopped", name


@STACKS
def test_migrations_run_before_services_start(stack: dict[str, Any]) -> None:
    services = stack["services"]
    assert services[ONE_OFF]["restart"] == "no"
    assert services[ONE_OFF]["depends_on"] == {"igny8_db": {"condition": "service_healthy"}}
    for name in ("igny8_backend", "igny8_worker", "igny8_proofs"):
        waits = services[name]["depends_on"][ONE_OFF]
        assert waits == {"condition": "service_completed_successfully"}


@STACKS
def test_every_service_has_resource_limits(stack: dict[str, Any]) -> None:
    for name, service in stack["services"].items():
        assert service["mem_limit"][-1] in "mg", name
        assert service["memswap_limit"] == service["mem_limit"], f"{name} may swap"
        assert 0 < service["pids_limit"] <= 256, name
        assert 0 < service["cpus"] <= 2, name
        assert all("size=" in mount for mount in service["tmpfs"]), f"{name}: memory without end"


def test_development_ports_are_documented_and_local() -> None:
    assert _ports(development()) == {
        "igny8_backend": ["127.0.0.1:8011:8011"],
        "igny8_frontend": ["127.0.0.1:5173:8080"],
        "igny8_mail": ["127.0.0.1:8025:8025"],
    }


def test_production_publishes_only_the_web_app() -> None:
    published = {
        name: ports
        for name, ports in _ports(production()).items()
        if "profiles" not in production()["services"][name]
    }
    assert published == {"igny8_frontend": ["127.0.0.1:5173:8080"]}


def _ports(stack: dict[str, Any]) -> dict[str, list[str]]:
    return {k: v["ports"] for k, v in stack["services"].items() if "ports" in v}


def test_production_keeps_secrets_out_of_the_environment() -> None:
    stack = production()
    assert set(stack["secrets"]) == set(SECRETS)
    for name, service in stack["services"].items():
        if "profiles" in service:
            continue
        environment = service["environment"]
        assert not environment.keys() & {"SECRET_KEY", "POSTGRES_PASSWORD", "DATABASE_PASSWORD"}
        named = {v for k, v in environment.items() if k.endswith("_FILE")}
        assert named == {f"/run/secrets/{secret}" for secret in service.get("secrets", [])}, name
        assert "igny8:igny8@" not in str(environment), name


def test_production_checks_settings_before_migrating() -> None:
    check, *rest = production()["services"][ONE_OFF]["command"][-1].split(" && ")
    assert check == "python manage.py check --deploy --database default --fail-level WARNING"
    assert rest == ["python manage.py migrate", "python manage.py load_catalog"]


@STACKS
def test_every_named_volume_is_declared(stack: dict[str, Any]) -> None:
    used = {
        volume.split(":")[0]
        for service in stack["services"].values()
        for volume in service.get("volumes", [])
    }
    assert used == set(stack["volumes"])


@pytest.mark.parametrize("name", sorted(PRODUCTION_VALUES))
def test_production_requires_each_value(name: str) -> None:
    values = {key: value for key, value in PRODUCTION_VALUES.items() if key != name}
    with pytest.raises(compose.UnsetVariableError, match=name):
        production(values)


def test_production_has_no_demo_accounts_and_no_mail_catcher() -> None:
    services = production()["services"]
    assert "create_demo" not in " ".join(services[ONE_OFF]["command"])
    assert services["igny8_mail"]["profiles"] == ["development"]
    for name in ("igny8_backend", "igny8_worker", "igny8_proofs", ONE_OFF):
        assert services[name]["environment"]["DJANGO_ENV"] == "production"
