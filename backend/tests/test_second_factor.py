"""Signing in to the admin site: password, second factor, and limits on guessing."""

import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import LazySettings
from django.test import Client

from igny8_core.auth.models import User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/admin/login/?next=/admin/billing/payment/"
PAGE = "/admin/second-factor/"


def code(secret: str, *, periods_ago: int = 0) -> str:
    """Return what an authenticator app shows (RFC 6238: 30 seconds per code)."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 - periods_ago)))


def log_in(user: User, **more: str) -> Any:
    client = Client()
    answer = client.post(LOGIN, {"username": user.email, "password": PASSWORD, **more})
    return answer, client


def set_up(client: Client) -> tuple[str, list[str]]:
    """Set it up like a person; returns the secret and the recovery codes."""
    text = client.get(PAGE).content.decode()
    found = re.search(r"<code class=\"desk-reference\">(\w+)</code>", text)
    assert found
    body = {"code": code(found[1]), "password": PASSWORD}
    done = client.post(PAGE, body).content.decode()
    return found[1], re.findall(r"<li><code>(\w+)</code>", done)


def test_password_is_enough_without_second_factor(billing_admin: User) -> None:
    answer, _client = log_in(billing_admin)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/billing/payment/")


def test_second_factor_requires_a_code(billing_admin: User) -> None:
    _answer, client = log_in(billing_admin)
    secret, recovery = set_up(client)
    assert len(recovery) == 10

    silent, _ = log_in(billing_admin)
    assert silent.status_code == 200
    assert "authenticator app" in silent.content.decode()
    wrong, _ = log_in(billing_admin, code="000000")
    assert wrong.status_code == 200
    right, _ = log_in(billing_admin, code=code(secret, periods_ago=0))
    assert right.status_code == 302


def test_recovery_code_works_once(billing_admin: User) -> None:
    _answer, client = log_in(billing_admin)
    _secret, recovery = set_up(client)
    assert log_in(billing_admin, code=recovery[0])[0].status_code == 302
    assert log_in(billing_admin, code=recovery[0])[0].status_code == 200


def test_wrong_code_does_not_enable_second_factor(billing_admin: User) -> None:
    _answer, client = log_in(billing_admin)
    client.get(PAGE)
    assert "Incorrect code" in client.post(PAGE, {"code": "000000"}).content.decode()
    assert log_in(billing_admin)[0].status_code == 302


def test_second_factor_setup_requires_password(billing_admin: User) -> None:
    """Else whoever finds a screen open locks its owner out."""
    _answer, client = log_in(billing_admin)
    found = re.search(r"desk-reference\">(\w+)<", client.get(PAGE).content.decode())
    assert found
    for password, refusal in (("", "This field is required"), ("wrong", "password is not right")):
        body = {"code": code(found[1]), "password": password}
        assert refusal in client.post(PAGE, body).content.decode()
    assert not Authenticator.objects.exists()
    client.post(PAGE, {"code": code(found[1]), "password": PASSWORD})
    assert Authenticator.objects.filter(type="totp").exists()


def test_second_factor_removal_requires_code(billing_admin: User) -> None:
    _answer, client = log_in(billing_admin)
    _secret, recovery = set_up(client)
    client.post(PAGE, {"code": "000000"})
    assert log_in(billing_admin)[0].status_code == 200
    client.post(PAGE, {"code": recovery[1]})
    assert log_in(billing_admin)[0].status_code == 302


def test_required_second_factor_redirects_to_setup(
    billing_admin: User, settings: LazySettings
) -> None:
    settings.ADMIN_REQUIRE_SECOND_FACTOR = True
    _answer, client = log_in(billing_admin)
    for url in ("/admin/", "/admin/billing/payment/", "/admin/billing/payment/1/change/"):
        answer = client.get(url)
        assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    assert client.post("/admin/billing/payment/1/approve/").headers["Location"] == PAGE
    set_up(client)
    assert client.get("/admin/").status_code == 200


def test_password_guessing_is_limited(billing_admin: User) -> None:
    client = Client()
    for _ in range(5):
        client.post(LOGIN, {"username": billing_admin.email, "password": "wrong"})
    answer = client.post(LOGIN, {"username": billing_admin.email, "password": PASSWORD})
    assert answer.status_code == 200
    assert "Too many failed login attempts" in answer.content.decode()


def test_code_guessing_is_limited(billing_admin: User) -> None:
    _answer, client = log_in(billing_admin)
    secret, _recovery = set_up(client)
    for number in range(10):
        log_in(billing_admin, code=f"{number:06d}")
    assert log_in(billing_admin, code=code(secret))[0].status_code == 200


def test_customer_cannot_sign_in_at_desk(owner: User) -> None:
    answer, _client = log_in(owner)
    assert answer.status_code == 200
    assert "staff account" in answer.content.decode()


def test_stored_seed_and_codes_are_encrypted(billing_admin: User) -> None:
    _answer, client = log_in(billing_admin)
    secret, recovery = set_up(client)
    kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(item in kept for item in recovery)


def test_seed_survives_secret_key_rotation(billing_admin: User, settings: LazySettings) -> None:
    _answer, client = log_in(billing_admin)
    secret, _recovery = set_up(client)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10
    answer, _client = log_in(billing_admin, code=code(secret))
    assert answer.status_code == 302


def test_lost_secret_key_refuses_every_code(billing_admin: User, settings: LazySettings) -> None:
    """And nothing fails: a superuser removes the second factor."""
    _answer, client = log_in(billing_admin)
    secret, recovery = set_up(client)
    settings.SECRET_KEY = "another" * 10
    for given in (code(secret), recovery[0], "000000"):
        answer, _client = log_in(billing_admin, code=given)
        assert answer.status_code == 200
        assert "authenticator app" in answer.content.decode()


# In the API


API = "/_allauth/app/v1/"
ADDRESSES = [
    ("delete", "account/authenticators/totp"),
    ("get", "account/authenticators/recovery-codes"),
    ("post", "account/authenticators/recovery-codes"),
]


class Program:
    """A program that signs in with a session token."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        body = {"email": user.email, "password": PASSWORD}
        self.token = ""
        self.token = self.send("post", "auth/login", body).json()["meta"]["session_token"]

    def send(self, method: str, name: str, body: dict[str, str] | None = None) -> Any:
        return self.client.generic(
            method.upper(),
            API + name,
            json.dumps(body or {}),
            content_type="application/json",
            headers={"X-Session-Token": self.token},
        )

    def give_password(self) -> None:
        assert self.send("post", "auth/reauthenticate", {"password": PASSWORD}).status_code == 200

    def set_up(self) -> str:
        """Turn a second factor on; returns its secret."""
        self.give_password()
        offered = self.send("get", "account/authenticators/totp")
        secret = str(offered.json()["meta"]["secret"])
        body = {"code": code(secret)}
        assert self.send("post", "account/authenticators/totp", body).status_code == 200
        return secret


def test_api_second_factor_setup_requires_password(billing_admin: User) -> None:
    program = Program(billing_admin)
    secret = program.send("get", "account/authenticators/totp").json()["meta"]["secret"]
    body = {"code": code(secret)}
    assert program.send("post", "account/authenticators/totp", body).status_code == 401
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(("method", "name"), ADDRESSES)
def test_password_alone_cannot_manage_second_factor(
    billing_admin: User, method: str, name: str
) -> None:
    program = Program(billing_admin)  # signed in before it was on, without a code
    secret = Program(billing_admin).set_up()
    kept = list(Authenticator.objects.values_list("pk", "data"))
    for _ in range(2):
        refused = program.send(method, name)
        assert refused.status_code == 401
        assert [flow["id"] for flow in refused.json()["data"]["flows"]] == ["mfa_reauthenticate"]
        program.give_password()
    assert list(Authenticator.objects.values_list("pk", "data")) == kept

    body = {"code": code(secret)}
    assert program.send("post", "auth/2fa/reauthenticate", body).status_code == 200
    assert program.send(method, name).status_code == 200


def test_setup_shows_the_recovery_codes(billing_admin: User) -> None:
    program = Program(billing_admin)
    program.set_up()
    shown = program.send("get", "account/authenticators/recovery-codes")
    assert len(shown.json()["data"]["unused_codes"]) == 10


def test_old_code_does_not_reauthenticate(billing_admin: User) -> None:
    program = Program(billing_admin)
    program.set_up()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        program.give_password()
        assert program.send("delete", "account/authenticators/totp").status_code == 401
    assert Authenticator.objects.filter(type="totp").exists()
