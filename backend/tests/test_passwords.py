"""Passwords: what is accepted, what responses don't reveal, and notices of a change."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.common.models import OutgoingMail
from tests.factories import PASSWORD, client_of, confirmation_of, make_owner
from tests.test_log_in import key_of, prepared_mail
from tests.test_second_factor import code, set_up

pytestmark = pytest.mark.django_db
BROWSER = "/_allauth/browser/v1/"
NEW_PASSWORD = "other-horse-battery"


@pytest.fixture
def owner(catalog: None) -> User:
    """An owner with a name and an address that a password may resemble."""
    return make_owner(email="ayesha.khan@shop.example")


# What is accepted


def by_register(owner: User, password: str) -> Any:
    body = {
        "email": "bilal.ahmed@shop.example",
        "first_name": "Ayesha",
        "password": password,
        "plan_slug": "free",
    }
    return APIClient().post("/api/v1/auth/register/", body)


def by_change(owner: User, password: str) -> Any:
    body = {"current_password": PASSWORD, "new_password": password}
    return browser(owner).post(f"{BROWSER}account/password/change", body)


def by_reset(owner: User, password: str) -> Any:
    api = APIClient()
    api.post(f"{BROWSER}auth/password/request", {"email": owner.email})
    body = {"key": key_of(prepared_mail()), "password": password}
    return api.post(f"{BROWSER}auth/password/reset", body)


def by_admin(owner: User, password: str) -> Any:
    root = Client()
    root.force_login(User.objects.create_superuser("root@desk.example", PASSWORD))
    body = {
        "password1": password,
        "password2": password,
        "usable_password": "true",
        "your_password": PASSWORD,
    }
    return root.post(f"/admin/igny8_auth/user/{owner.pk}/password/", body)


def browser(user: User) -> APIClient:
    client = APIClient()
    body = {"email": user.email, "password": PASSWORD}
    assert client.post(f"{BROWSER}auth/login", body).status_code == 200
    return client


WAYS = [by_register, by_change, by_reset, by_admin]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "password",
    ["", "short-9ch", "password1234", "7294610385", "ayesha12345", "          "],
    ids=["empty", "short", "common", "numeric", "name", "blank"],
)
def test_weak_password_is_refused(
    owner: User, way: Callable[[User, str], Any], password: str
) -> None:
    answer = way(owner, password)
    assert answer.status_code == (200 if way is by_admin else 400)  # the desk shows the form again
    assert User.objects.get(pk=owner.pk).check_password(PASSWORD)
    assert not User.objects.filter(email="bilal.ahmed@shop.example").exists()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "password",
    ["ten-chars!", "spaces within it", "پاس ورڈ بہت لمبا", "x8!" * 42],
    ids=["ten", "spaces", "urdu", "long"],
)
def test_good_password_is_accepted_unchanged(
    owner: User, way: Callable[[User, str], Any], password: str
) -> None:
    assert way(owner, password).status_code in {200, 201, 302, 401}  # 401: reset, but not signed in
    email = "bilal.ahmed@shop.example" if way is by_register else owner.email
    assert User.objects.get(email=email).check_password(password)
    body = {"email": email, "password": password}
    assert APIClient().post(f"{BROWSER}auth/login", body).status_code == 200


@pytest.mark.parametrize("way", [by_register, by_admin])
@pytest.mark.parametrize("password", [" after-a-space", "before-a-space "])
def test_password_with_outer_spaces_is_refused(
    owner: User, way: Callable[[User, str], Any], password: str
) -> None:
    answer = way(owner, password)
    assert "begin or end with a space" in html.unescape(answer.content.decode())
    assert User.objects.get(pk=owner.pk).check_password(PASSWORD)


@pytest.mark.parametrize("way", [by_register, by_change, by_reset])
def test_oversized_password_is_refused_unhashed(
    owner: User, way: Callable[[User, str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = record_hashes(monkeypatch)
    assert way(owner, "x8!" * 2000).status_code == 400
    assert all(len(password) < 100 for password in hashed)
    assert User.objects.get(pk=owner.pk).check_password(PASSWORD)


def record_hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record every password that is hashed from now on."""
    hashed = []
    encode = MD5PasswordHasher.encode

    def noting(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", noting)
    return hashed


def test_passwords_are_hashed_by_argon2(owner: User, settings: LazySettings) -> None:
    from igny8_core import settings as shipped

    settings.PASSWORD_HASHERS = shipped.PASSWORD_HASHERS
    owner.set_password(PASSWORD)
    assert owner.password.startswith("argon2$argon2id$")


# What responses don't reveal: the same response after the same work


def at_log_in(email: str) -> Any:
    body = {"email": email, "password": "wrong-password"}
    return APIClient().post(f"{BROWSER}auth/login", body)


def at_the_programs_log_in(email: str) -> Any:
    body = {"email": email, "password": "wrong-password"}
    return APIClient().post("/_allauth/app/v1/auth/login", body)


def at_the_admin(email: str) -> Any:
    return Client().post("/admin/login/", {"username": email, "password": "wrong-password"})


def at_reset(email: str) -> Any:
    return APIClient().post(f"{BROWSER}auth/password/request", {"email": email})


def seen(door: Callable[[str], Any], email: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what a stranger sees, and what takes time on the server."""
    hashed = record_hashes(monkeypatch)
    mails, jobs = OutgoingMail.objects.count(), ProcrastinateJob.objects.count()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = door(email)
    writes = [q["sql"].split()[0] for q in queries if not q["sql"].startswith("SELECT")]
    text = answer.content.decode().replace(email, "the address")
    return {
        "status": answer.status_code,
        "headers": sorted(answer.headers),
        "errors": answer.json() if text.startswith("{") else "Please enter the correct" in text,
        "hashes": len(hashed),
        "mails": OutgoingMail.objects.count() - mails,
        "jobs": ProcrastinateJob.objects.count() - jobs,
        "writes": writes,
    }  # fmt: skip


@pytest.mark.parametrize("door", [at_log_in, at_the_programs_log_in, at_the_admin, at_reset])
@pytest.mark.parametrize("kind", ["active", "closed"])
def test_response_does_not_reveal_accounts(
    owner: User, door: Callable[[str], Any], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=kind == "active", is_staff=True)
    door("warm.up@shop.example")
    known = seen(door, owner.email, monkeypatch)
    unknown = seen(door, "nobody.there@shop.example", monkeypatch)
    assert known == unknown
    assert known["hashes"] == (0 if door is at_reset else 1)
    assert known["mails"] == known["jobs"] == (1 if door is at_reset else 0)


# Who gets a notice


def notices() -> list[tuple[str, str, str]]:
    """Kind, recipient and subject of the queued emails, except requested links."""
    told = []
    jobs = ProcrastinateJob.objects.filter(task_name__endswith="deliver_prepared_mail")
    for job in jobs.order_by("id"):
        mail = OutgoingMail.objects.get(job_id=job.pk)
        if mail.kind not in {"password_reset_key", "email_confirmation"}:
            told.append((mail.kind, mail.recipient, job.args["subject"]))
            assert "127.0.0.1" in job.args["body"]
            assert "http://localhost:5173/forgot-password" in job.args["body"]
    return told


CHANGED = "Your IGNY8 password was changed"


def test_password_change_is_notified(owner: User) -> None:
    by_change(owner, NEW_PASSWORD)
    assert notices() == [("password_changed", owner.email, CHANGED)]


def test_password_reset_is_notified(owner: User) -> None:
    by_reset(owner, NEW_PASSWORD)
    assert notices() == [("password_reset", owner.email, CHANGED)]


def test_password_set_by_admin_is_notified(owner: User) -> None:
    by_admin(owner, NEW_PASSWORD)
    assert notices() == [("password_changed", owner.email, CHANGED)]


def test_admins_own_password_change_is_notified(billing_admin: User) -> None:
    client = Client()
    client.force_login(billing_admin)
    body = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert client.post("/admin/password_change/", body).status_code == 302
    assert notices() == [("password_changed", billing_admin.email, CHANGED)]


def test_refused_password_is_not_notified(owner: User, billing_admin: User) -> None:
    by_change(owner, "short")
    by_admin(owner, "short")
    client = Client()
    client.force_login(billing_admin)
    client.post("/admin/password_change/", {"old_password": "wrong"})
    assert notices() == []


def test_password_notice_uses_the_users_language(owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(language="ur")
    by_change(owner, NEW_PASSWORD)
    assert "پاس ورڈ" in notices()[0][2]


def test_second_factor_changes_are_notified(billing_admin: User) -> None:
    client = Client()
    client.force_login(billing_admin)
    _secret, recovery = set_up(client)
    client.post("/admin/second-factor/", {"code": recovery[0]})
    assert [notice[0] for notice in notices()] == ["totp_activated", "totp_deactivated"]


# A code of the second factor


def test_second_factor_code_works_once(billing_admin: User) -> None:
    client = Client()
    client.force_login(billing_admin)
    secret, _recovery = set_up(client)
    body = {"username": billing_admin.email, "password": PASSWORD, "code": code(secret)}
    assert Client().post("/admin/login/", body).status_code == 302
    assert Client().post("/admin/login/", body).status_code == 200


# An unverified address


def test_unverified_user_can_confirm_payment(owner: User) -> None:
    assert not EmailAddress.objects.filter(user=owner, verified=True).exists()
    url = "/api/v1/billing/admin/payments/confirm/"
    assert client_of(owner).post(url, confirmation_of(owner)).status_code == 201
