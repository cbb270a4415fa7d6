"""What is removed from logs: secrets that libraries put into messages and tracebacks."""

import io
import logging
import logging.config
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.conf import settings as project_settings
from django.db import IntegrityError, connection
from django.test import Client
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.business.catalogue import views
from igny8_core.common.mail import queue_prepared_mail
from igny8_core.common.mail_retries import MAX_ATTEMPTS
from igny8_core.common.platform.logs import redact
from tests.factories import PASSWORD, make_payment
from tests.leaks import leaks, secrets_of_run, session_tokens_in
from tests.smtp import Mailbox, smtp_server, start_worker


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, formatted as in the settings."""
    formatter: dict[str, str] = project_settings.LOGGING["formatters"]["line"]  # type: ignore[index]
    factory = logging.config.DictConfigurator({"version": 1}).configure_formatter(dict(formatter))
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(factory)
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "duplicate key\nDETAIL:  Key (email)=(asma@example.com) already exists.\nnext",
            "duplicate key\nDETAIL: (withheld)\nnext",
        ),
        ("LINE 1: SELECT 'TID-123456'", "LINE 1: (withheld)"),
        (
            "Job a.b.deliver[7](body='(x) https://y', n=1) ended",
            "Job a.b.deliver[7](withheld) ended",
        ),
        ("GET /reset-password/4-c0ffee-abc HTTP", "GET /reset-password/(withheld) HTTP"),
        ("sent to <asma+x@mail.example.com>.", "sent to <(withheld)>."),
        ("nothing to hide: rate 89.00 @ 281.5", "nothing to hide: rate 89.00 @ 281.5"),
    ],
)
def test_log_values_are_redacted(text: str, left: str) -> None:
    assert redact(text) == left


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\x1b[2K\x0b"])
def test_log_message_is_always_one_line(log: io.StringIO, end: str) -> None:
    forged = f"x{end}2026-11-25 12:00:00,000 INFO igny8_core: User 1 logged in"
    try:
        dict[str, str]()[forged]
    except KeyError:
        logging.getLogger("any").exception("Refused: %s", forged)
    first, *more = log.getvalue().splitlines()

    assert "Refused: x\\" in first
    assert len(more) >= 4
    assert all(line.startswith("    ") for line in more)
    assert all(line.isprintable() for line in (first, *more))


@pytest.mark.django_db
def test_failure_log_omits_values(
    log: io.StringIO, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = "a-long-one"

    def fail(*_args: object, **_kwargs: object) -> None:
        User.objects.create_user(email=owner.email, password=password)

    monkeypatch.setattr(views.PlanListView, "get", fail)
    answer = APIClient(raise_request_exception=False).get("/api/v1/plans/?search=my-own-words")
    assert answer.status_code == 500
    written = log.getvalue()
    assert IntegrityError.__name__ in written
    assert "DETAIL: (withheld)" in written
    for secret in (owner.email, password, "my-own-words"):
        assert secret not in written


@pytest.mark.django_db(transaction=True)
def test_failed_mail_log_omits_its_text() -> None:
    address = "asma@example.com"
    queue_prepared_mail(
        kind="password_reset",
        about="x",
        recipient=address,
        language="en",
        subject="Your password",
        body="Open https://app.example.com/reset-password/4-c0ffee-abcdef (within a day)",
        html="",
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = %s", [MAX_ATTEMPTS])
    with smtp_server(Mailbox(refused=address)) as mailbox:
        _output, written = start_worker(mailbox.port).communicate(timeout=120)
    assert "deliver_prepared_mail" in written
    assert "550" in written
    for secret in (address, "c0ffee", "Your password"):
        assert secret not in written


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "sent_as"), [("/_allauth/app/v1/auth/login", "json"), ("/admin/login/", "multipart")]
)
def test_sign_in_log_omits_the_email(
    log: io.StringIO, billing_admin: User, url: str, sent_as: str
) -> None:
    for password in ("wrong-password-1", PASSWORD):
        body = {"username": billing_admin.email, "email": billing_admin.email}
        client = APIClient(REMOTE_ADDR="203.0.113.7")
        client.post(url, {**body, "password": password}, format=sent_as)
    assert "A sign-in failed, from 203.0.113.7" in log.getvalue()
    assert f"User {billing_admin.pk} logged in from 203.0.113.7" in log.getvalue()
    assert billing_admin.email not in log.getvalue()


def test_leak_check_finds_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "processes.log"
    path.write_text("api | fine\napi | reference TID-0042-77\n")
    secrets = {"TID-0042-77": "payment reference", "TID-0042-78": "payment reference"}
    assert list(leaks([path], secrets)) == [("payment reference", path, 2)]


@pytest.mark.django_db
def test_leak_check_collects_secrets_of_the_run(
    owner: User, settings: LazySettings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "1.log").write_text(
        "https://app.example.com/reset-password/4-c0ffee=\n77\n"
    )
    client = Client()
    client.force_login(owner)
    payment = make_payment(owner)
    secrets = dict(secrets_of_run())
    assert secrets[owner.email] == "e-mail address"
    token = client.session.session_key or ""
    log = tmp_path / "processes.log"
    log.write_text(f"api | Cookie: sessionid={token}\n")
    assert list(session_tokens_in([log])) == [token]
    assert secrets[payment.manual_reference] == "payment reference"
    assert secrets["4-c0ffee77"] == "key of a link in a mail"
    assert secrets["demo-password-1"] == "password"
