"""The page of all mails, for developers."""

import os
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.test import Client

from igny8_core.api.mail_previews import ARGUMENTS, AUTH_MAILS
from igny8_core.common.letters import KINDS
from tests.project.paths import BACKEND

pytestmark = pytest.mark.django_db
NOT_IN_DEMO = {
    "export_failed",
    "export_ready",
    "payment_reversed",
    "proof_refused",
    "setting_change_proposed",
    "setting_change_decided",
}


def test_preview_list_has_every_mail_kind() -> None:
    assert set(ARGUMENTS) == set(KINDS)


def test_every_preview_renders_in_every_language(client: Client, catalog: None) -> None:
    call_command("create_demo", verbosity=0)
    listed = client.get("/mail-previews/").content.decode()
    for kind in [*ARGUMENTS, *AUTH_MAILS]:
        for language, direction in (("en", "ltr"), ("ur", "rtl")):
            html = client.get(f"/mail-previews/{kind}/{language}/html/")
            text = client.get(f"/mail-previews/{kind}/{language}/txt/")
            if kind in NOT_IN_DEMO:
                assert "nothing in the database" in text.content.decode()
                continue
            assert f"/mail-previews/{kind}/{language}/html/" in listed
            assert f'dir="{direction}"' in html.content.decode()
            assert "{%" not in text.content.decode()
            assert "<" not in text.content.decode()


@pytest.mark.parametrize("path", ["x/en/html", "welcome/de/html"])
def test_unknown_preview_returns_404(client: Client, path: str) -> None:
    assert client.get(f"/mail-previews/{path}/").status_code == 404


def test_previews_are_absent_in_production() -> None:
    show_urls = "from igny8_core.api.urls import urlpatterns; print(urlpatterns)"
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": "postgres://nobody@localhost/none",
        "SECRET_KEY": "FDHvfwtcqPl-1m7RzgO2KfV0ySx8uJdnEaQk4ZbYTo9ihXsM3WrLCeUj",
        "ALLOWED_HOSTS": "app.example",
        "FRONTEND_URL": "https://app.example",
        "EMAIL_URL": "smtp://localhost",
        "DJANGO_SETTINGS_MODULE": "igny8_core.settings",
    }
    shown = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {show_urls}"],
        cwd=BACKEND,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "admin/" in shown
    assert "mail-previews" not in shown
