"""Fixtures of the backend's tests. The database is real PostgreSQL, always."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client, TransactionTestCase
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker
from rest_framework.test import APIClient

import igny8_core.api.urls  # noqa: F401  (the addresses of development, before a test plays production)
from igny8_core.auth.models import User
from igny8_core.business.billing.roles import ensure_groups
from igny8_core.business.subscriptions.start import renewals_from
from tests.database import Snapshot
from tests.factories import client_of, make_billing_admin, make_owner
from tests.project.paths import ROOT
from tests.races import Racers
from tests.smtp import Mailbox, smtp_server

LONGEST = (  # minutes
    "test_state_machine.py",
    "test_real_years.py",
    "test_billing_kills.py",
    "test_fuzzing.py",
    "test_fuzzing_bodies.py",
    "test_images.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, so that no process is left alone with them at the end."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_collection_finish() -> None:
    """Collect garbage less often, and never look through what stays loaded: a tenth of the time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def _settings(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Load the catalogue and the groups once; a test that commits gives back what was there."""
    with django_db_blocker.unblock():
        renewals_from()  # a process reads it once
        call_command("load_catalog", verbosity=0)
        ensure_groups(apps)
        snapshot = Snapshot()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: snapshot.restore())
        yield


@pytest.fixture
def catalog(db: None) -> None:
    """The shipped plans, methods and rates, and the groups: in the database from the start."""


@pytest.fixture
def billing_admin(catalog: None) -> User:
    """Somebody who may decide on payments."""
    return make_billing_admin()


@pytest.fixture
def owner(catalog: None) -> User:
    """An owner in Pakistan whose starter plan waits for its payment by bank transfer."""
    return make_owner()


@pytest.fixture
def api() -> APIClient:
    """A visitor."""
    return APIClient()


@pytest.fixture
def owner_api(owner: User) -> APIClient:
    """The owner, logged in."""
    return client_of(owner)


@pytest.fixture
def admin_api(billing_admin: User) -> APIClient:
    """The billing admin, logged in."""
    return client_of(billing_admin)


@pytest.fixture
def desk(billing_admin: User, client: Client) -> Client:
    """The billing admin in the admin."""
    client.force_login(billing_admin)
    return client


@pytest.fixture(scope="session")
def racers(django_db_setup: None) -> Iterator[Racers]:
    """The processes that race each other, for all tests."""
    started = Racers()
    yield started
    started.end()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server that takes all."""
    with smtp_server() as mailbox:
        yield mailbox


@pytest.fixture
def api_url(transactional_db: None, catalog: None, live_server: LiveServer) -> str:
    """The address of a running server with the demo's users."""
    call_command("create_demo", verbosity=0)
    return str(live_server.url)


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """The committed document; ``make lint`` compares it with the code."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text("utf-8"))
    return loaded
