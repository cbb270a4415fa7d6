"""Signing in and everything around it: django-allauth with our settings, over HTTP."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.auth.services.email_addresses import change_email
from igny8_core.common.clock import utc_now
from igny8_core.common.models import OutgoingMail
from tests.factories import PASSWORD, make_owner

pytestmark = pytest.mark.django_db
BROWSER = "/_allauth/browser/v1/"
PROGRAM = "/_allauth/app/v1/"
ME = "/api/v1/auth/me/"
NEW_PASSWORD = "other-horse-battery"


def log_in(api: APIClient, email: str, password: str = PASSWORD) -> Any:
    return api.post(f"{BROWSER}auth/login", {"email": email, "password": password})


def prepared_mail() -> dict[str, str]:
    """Return the newest email in the queue."""
    jobs = ProcrastinateJob.objects.filter(task_name__endswith="deliver_prepared_mail")
    job = jobs.latest("id")
    return {**job.args, "recipient": OutgoingMail.objects.get(job_id=job.pk).recipient}


def key_of(mail: dict[str, str]) -> str:
    match = re.search(r"http://localhost:5173/(?:verify-email|reset-password)/(\S+)", mail["body"])
    assert match, mail["body"]
    return unquote(match[1])


@pytest.fixture
def owner(catalog: None) -> User:
    """An owner who hasn't signed in yet."""
    return make_owner(email="ayesha@shop.example")


@pytest.mark.parametrize("email", ["ayesha@shop.example", "Ayesha@Shop.EXAMPLE"])
def test_user_can_sign_in_and_out(api: APIClient, owner: User, email: str) -> None:
    answer = log_in(api, email)
    assert answer.status_code == 200
    assert api.get(ME).json()["user"]["email"] == owner.email

    assert api.delete(f"{BROWSER}auth/session").status_code == 401  # it means: signed out
    assert api.get(ME).status_code == 401


@pytest.mark.parametrize(
    ("email", "password"),
    [("ayesha@shop.example", "wrong-password"), ("nobody@shop.example", PASSWORD)],
)
def test_wrong_password_and_unknown_email_look_the_same(
    api: APIClient, owner: User, email: str, password: str
) -> None:
    answer = log_in(api, email, password)
    assert answer.status_code == 400
    assert [(error["code"], error["param"]) for error in answer.json()["errors"]] == [
        ("email_password_mismatch", "password")
    ]


def test_inactive_user_cannot_sign_in(api: APIClient, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)
    log_in(api, owner.email)
    assert api.get(ME).status_code == 401


def test_password_guessing_is_throttled(api: APIClient, owner: User) -> None:
    answers = [log_in(api, owner.email, f"guess-{n}").status_code for n in range(12)]
    assert answers[0] == 400
    assert answers[-1] in {400, 429}
    assert log_in(api, owner.email).status_code != 200  # the right password, but too soon


def test_forgotten_password_can_be_reset(api: APIClient, owner: User) -> None:
    request = api.post(f"{BROWSER}auth/password/request", {"email": owner.email})
    assert request.status_code == 200
    mail = prepared_mail()
    assert mail["recipient"] == owner.email
    body = {"key": key_of(mail), "password": NEW_PASSWORD}
    api.post(f"{BROWSER}auth/password/reset", body)

    assert log_in(APIClient(), owner.email).status_code == 400
    assert log_in(APIClient(), owner.email, NEW_PASSWORD).status_code == 200
    again = APIClient().post(f"{BROWSER}auth/password/reset", body)
    assert again.status_code == 400
    assert again.json()["errors"][0]["param"] == "key"


def move(owner: User, email: str) -> None:
    """Change a person's address."""
    change_email(user_id=owner.pk, new_email=email, actor=Actor(), now=utc_now())


def reset(owner: User) -> str:
    """Request a link, and return its key."""
    APIClient().post(f"{BROWSER}auth/password/request", {"email": owner.email})
    return key_of(prepared_mail())


def checked(key: str, method: str = "get") -> tuple[int, str]:
    """Return status and code of checking a key, or of using it."""
    url = f"{BROWSER}auth/password/reset"
    if method == "get":
        answer = APIClient().get(url, headers={"X-Password-Reset-Key": key})
    else:
        answer = APIClient().post(url, {"key": key, "password": NEW_PASSWORD})
    errors = answer.json().get("errors", [{"code": "", "param": "key"}])
    assert errors[0]["param"] == "key"
    return answer.status_code, errors[0]["code"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_used_link_differs_from_invalid_link(owner: User, method: str) -> None:
    key = reset(owner)
    assert checked(key) == (200, "")
    checked(key, "post")
    assert checked(key, method) == (400, "link_used")
    for other in (key[:-1], f"x{key}", "-a", "a-", "-", "::", "0-0", "1-abc-def", "\u0661-x"):
        assert checked(other, method) == (400, "link_invalid")


@pytest.mark.parametrize("method", ["get", "post"])
def test_expired_link_says_expired(owner: User, method: str) -> None:
    key = reset(owner)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3, seconds=1), tick=False):
        assert checked(key, method) == (400, "link_expired")


@pytest.mark.parametrize("by", ["log-in", "password", "e-mail", "closing"])
def test_sign_in_or_account_change_voids_reset_link(owner: User, by: str) -> None:
    key = reset(owner)
    if by == "log-in":
        log_in(APIClient(), owner.email)
    elif by == "password":
        owner.set_password(NEW_PASSWORD)
        owner.save()
    elif by == "e-mail":
        move(owner, "other@shop.example")
    else:
        User.objects.filter(pk=owner.pk).update(is_active=False)
    assert checked(key) == (400, "link_used")


def test_reset_link_goes_to_the_email_on_record(owner: User, api: APIClient) -> None:
    """KELVIN SIGN is a K to those who compare small letters, and another mailbox to its server."""
    for typed in ("AYESHA@shop.example", "ayesha@\u212aelvin.example"):
        move(owner, typed.lower())
        api.post(f"{BROWSER}auth/password/request", {"email": typed})
        assert prepared_mail()["recipient"] == typed.lower()


def test_weak_new_password_is_refused(api: APIClient, owner: User) -> None:
    api.post(f"{BROWSER}auth/password/request", {"email": owner.email})
    body = {"key": key_of(prepared_mail()), "password": "12345"}
    answer = api.post(f"{BROWSER}auth/password/reset", body)
    assert answer.status_code == 400
    assert {error["param"] for error in answer.json()["errors"]} == {"password"}


def test_reset_request_does_not_reveal_accounts(api: APIClient, owner: User) -> None:
    known, unknown = (
        api.post(f"{BROWSER}auth/password/request", {"email": email})
        for email in (owner.email, "nobody@shop.example")
    )
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())


def test_email_is_verified_by_its_link(api: APIClient, catalog: None) -> None:
    api.post(
        "/api/v1/auth/register/",
        {"email": "new@shop.example", "password": PASSWORD, "plan_slug": "free"},
    )
    assert api.get(ME).json()["user"]["email_verified"] is False
    mail = prepared_mail()
    assert mail["subject"] == "Confirm your email address for IGNY8"
    assert "http://localhost:5173/verify-email/" in mail["html"]
    answer = APIClient().post(f"{BROWSER}auth/email/verify", {"key": key_of(mail)})

    assert answer.status_code in {200, 401}  # 401: verified, and nobody is signed in here
    assert api.get(ME).json()["user"]["email_verified"] is True


def test_verification_mail_can_be_resent(api: APIClient, owner: User) -> None:
    log_in(api, owner.email)
    answer = api.put(f"{BROWSER}account/email", {"email": owner.email})
    assert answer.status_code == 200
    assert prepared_mail()["recipient"] == owner.email
    api.post(f"{BROWSER}auth/email/verify", {"key": key_of(prepared_mail())})
    assert api.get(ME).json()["user"]["email_verified"] is True


def test_invalid_key_verifies_nothing(api: APIClient, owner: User) -> None:
    answer = api.post(f"{BROWSER}auth/email/verify", {"key": "made-up"})
    assert answer.status_code == 400
    assert not owner.emailaddress_set.filter(verified=True).exists()


def test_program_signs_in_by_token(api: APIClient, owner: User) -> None:
    answer = api.post(f"{PROGRAM}auth/login", {"email": owner.email, "password": PASSWORD})
    token = answer.json()["meta"]["session_token"]

    program = APIClient()
    assert program.get(ME).status_code == 401
    headers = {"X-Session-Token": token}
    assert program.get(ME, headers=headers).json()["user"]["email"] == owner.email
    program.delete(f"{PROGRAM}auth/session", headers=headers)
    assert program.get(ME, headers=headers).status_code == 401


@pytest.mark.parametrize("client", [BROWSER, PROGRAM])
def test_allauth_sign_up_is_refused(api: APIClient, catalog: None, client: str) -> None:
    body = {"email": "side@door.example", "password": PASSWORD}
    assert api.post(f"{client}auth/signup", body).status_code == 403
    assert not User.objects.filter(email="side@door.example").exists()
