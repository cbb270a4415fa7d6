"""``/healthz`` and ``/readyz``, as a container's health check calls them."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.db import DatabaseError
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from tests.processes import here, manage


@pytest.fixture(autouse=True)
def _strict_host(settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["app.example.com"]
    settings.SECURE_SSL_REDIRECT = True


def test_healthz_answers_on_any_host(client: Client) -> None:
    answer = client.get("/healthz", headers={"Host": "10.0.0.7:8011"})
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_readyz_passes_with_migrated_database(client: Client) -> None:
    answer = client.get("/readyz", headers={"Host": "10.0.0.7:8011"})
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_readyz_takes_two_queries(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    """Two statements each: is there a table of migrations, and what is in it."""
    client.get("/readyz")
    monkeypatch.setattr(MigrationLoader, "__init__", lambda *_: pytest.fail("read again"))
    with django_assert_num_queries(2):
        assert client.get("/readyz").status_code == 200


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_readyz_fails_before_migrations(client: Client) -> None:
    back = manage("migrate", "common", "zero", environment=here())
    assert back.returncode == 0, back.stderr
    try:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.content) == (503, b"migrations to run")
    finally:
        assert manage("migrate", environment=here()).returncode == 0


@pytest.mark.django_db
def test_readyz_fails_without_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", fail)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"no database")


@pytest.mark.django_db
def test_other_addresses_check_the_host(client: Client) -> None:
    assert client.get("/api/v1/plans/", headers={"Host": "10.0.0.7"}).status_code == 400
