"""Sessions of browsers and programs: new keys, only hashes stored, and how they end."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from rest_framework.test import APIClient

from igny8_core.auth.log_in.sessions import SessionStore, hashed
from igny8_core.auth.models import Session, User
from igny8_core.auth.tasks import remove_expired
from igny8_core.common.clock import utc_now
from tests.factories import PASSWORD, client_of, make_owner

pytestmark = pytest.mark.django_db
BROWSER = "/_allauth/browser/v1/"
PROGRAM = "/_allauth/app/v1/"
ME = "/api/v1/auth/me/"
EVERYWHERE = "/api/v1/auth/log-out-everywhere/"
NEW_PASSWORD = "other-horse-battery"


def browser(user: User, password: str = PASSWORD) -> APIClient:
    """Sign a browser in like a person."""
    client = APIClient()
    body = {"email": user.email, "password": password}
    assert client.post(f"{BROWSER}auth/login", body).status_code == 200
    return client


def token_of(user: User) -> str:
    """Sign a program in; only this response contains its token."""
    body = {"email": user.email, "password": PASSWORD}
    answer = APIClient().post(f"{PROGRAM}auth/login", body)
    return str(answer.json()["meta"]["session_token"])


def key_of(client: Client) -> str:
    return str(client.cookies["sessionid"].value)


def by_token(token: str) -> int:
    return int(APIClient().get(ME, headers={"X-Session-Token": token}).status_code)


def by_cookie(key: str) -> int:
    client = APIClient()
    client.cookies["sessionid"] = key
    return int(client.get(ME).status_code)


# A new key


def planted(client: Client) -> str:
    """Give a client a session key that somebody else knows."""
    store = SessionStore()
    store["seen"] = "before"
    store.save()
    client.cookies["sessionid"] = str(store.session_key)
    return str(store.session_key)


def test_sign_in_replaces_session_key(owner: User) -> None:
    client = APIClient()
    known = planted(client)
    client.post(f"{BROWSER}auth/login", {"email": owner.email, "password": PASSWORD})
    assert client.get(ME).status_code == 200
    assert key_of(client) != known
    assert by_cookie(known) == 401


def test_sign_up_replaces_session_key(catalog: None) -> None:
    client = APIClient()
    known = planted(client)
    body = {"email": "new@shop.example", "password": PASSWORD, "plan_slug": "free"}
    assert client.post("/api/v1/auth/register/", body).status_code == 201
    assert key_of(client) != known
    assert by_cookie(known) == 401


def test_desk_sign_in_replaces_session_key(billing_admin: User) -> None:
    client = Client()
    known = planted(client)
    body = {"username": billing_admin.email, "password": PASSWORD}
    assert client.post("/admin/login/", body).status_code == 302
    assert client.get("/admin/").status_code == 200
    assert key_of(client) != known
    assert by_cookie(known) == 401


def test_each_program_sign_in_gets_new_token(owner: User) -> None:
    first, second = token_of(owner), token_of(owner)
    assert first != second
    assert (by_token(first), by_token(second)) == (200, 200)


def test_session_token_is_shown_once(owner: User) -> None:
    token = token_of(owner)
    headers = {"X-Session-Token": token}
    for url in (ME, f"{PROGRAM}auth/session", f"{PROGRAM}account/email"):
        answer = APIClient().get(url, headers=headers)
        assert answer.status_code == 200
        assert token not in answer.content.decode()


def test_program_sign_in_sets_no_cookie(owner: User) -> None:
    client = APIClient()
    client.post(f"{PROGRAM}auth/login", {"email": owner.email, "password": PASSWORD})
    assert "sessionid" not in client.cookies
    assert client.get(ME).status_code == 401


# What no cookie contains


def test_sign_in_leaves_no_messages_for_next_user(catalog: None, billing_admin: User) -> None:
    """Messages of the admin are in its session, and those of allauth are nowhere."""
    client = APIClient()
    body = {"email": "new@shop.example", "password": PASSWORD, "plan_slug": "free"}
    client.post("/api/v1/auth/register/", body)
    client.put(f"{BROWSER}account/email", {"email": "new@shop.example"})
    changed = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    client.post(f"{BROWSER}account/password/change", changed)
    client.delete(f"{BROWSER}auth/session")
    assert "messages" not in client.cookies
    client.post("/admin/login/", {"username": billing_admin.email, "password": PASSWORD})
    page = client.get("/admin/").content.decode()
    assert "new@shop.example" not in page
    assert "igned in as" not in browser(billing_admin).get("/admin/").content.decode()
    assert "messages" not in client.cookies


# What is stored


def test_stored_session_values_cannot_sign_in(owner: User) -> None:
    key, token = key_of(browser(owner)), token_of(owner)
    assert (by_cookie(key), by_token(token)) == (200, 200)

    stored = [
        str(value) for row in Session.objects.values_list("session_key", "session_data")
        for value in row
    ]  # fmt: skip
    assert len(stored) == 4
    for secret in (key, token):
        assert not any(secret in value for value in stored)
    for value in stored:
        assert (by_cookie(value), by_token(value)) == (401, 401)


def test_session_stores_its_user(owner: User) -> None:
    key = key_of(browser(owner))
    assert Session.objects.get(session_key=hashed(key)).user == owner


@pytest.mark.parametrize("key", ["made-up", "\x00", "ü" * 40, "x" * 5000, "' OR 1=1 --"])
def test_invalid_session_key_returns_401(catalog: None, key: str) -> None:
    assert (by_cookie(key), by_token(key)) == (401, 401)


def test_expired_session_ends_and_is_deleted(owner: User) -> None:
    key, token = key_of(browser(owner)), token_of(owner)
    Session.objects.update(expire_date=utc_now() - timedelta(seconds=1))
    assert (by_cookie(key), by_token(token)) == (401, 401)
    remove_expired(0)
    assert not Session.objects.exists()


# The end


def test_sign_out_ends_only_this_session(owner: User) -> None:
    here, there = browser(owner), browser(owner)
    key = key_of(here)
    here.delete(f"{BROWSER}auth/session")
    assert by_cookie(key) == 401
    assert there.get(ME).status_code == 200


def test_browser_can_sign_out_everywhere(owner: User) -> None:
    here, there, token = browser(owner), browser(owner), token_of(owner)
    other = client_of(make_owner())
    key = key_of(here)
    assert here.post(EVERYWHERE).status_code == 204

    assert here.get(ME).status_code == 401
    assert by_cookie(key) == 401
    assert there.get(ME).status_code == 401
    assert by_token(token) == 401
    assert other.get(ME).status_code == 200
    assert browser(owner).get(ME).status_code == 200


def test_program_can_sign_out_everywhere(owner: User) -> None:
    here, token = browser(owner), token_of(owner)
    answer = APIClient().post(EVERYWHERE, headers={"X-Session-Token": token})
    assert answer.status_code == 204
    assert here.get(ME).status_code == 401
    assert by_token(token) == 401


def test_password_change_ends_other_sessions(owner: User) -> None:
    here, there, token = browser(owner), browser(owner), token_of(owner)
    key = key_of(here)
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert here.post(f"{BROWSER}account/password/change", body).status_code == 200

    assert here.get(ME).status_code == 200
    assert key_of(here) != key
    assert by_cookie(key) == 401
    assert there.get(ME).status_code == 401
    assert by_token(token) == 401


@pytest.fixture
def root(catalog: None) -> Client:
    """A superuser in the admin site."""
    client = Client()
    client.force_login(User.objects.create_superuser("root@desk.example", PASSWORD))
    return client


def change(root: Client, user: User, **changes: Any) -> None:
    """Save a user's page in the admin site."""
    body = {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "account": user.account_id,
        "role": user.role,
        "language": user.language,
        "your_password": PASSWORD,
        **changes,
    }
    answer = root.post(f"/admin/igny8_auth/user/{user.pk}/change/", body)
    assert answer.status_code == 302, answer.content.decode()


def test_reactivated_user_stays_signed_out(root: Client, owner: User) -> None:
    here, token = browser(owner), token_of(owner)
    change(root, owner, is_active="on")
    assert (here.get(ME).status_code, by_token(token)) == (200, 200)

    change(root, owner)
    assert (here.get(ME).status_code, by_token(token)) == (401, 401)
    change(root, owner, is_active="on")
    assert (here.get(ME).status_code, by_token(token)) == (401, 401)


def test_deactivated_user_is_signed_out_at_once(owner: User) -> None:
    here, token = browser(owner), token_of(owner)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert (here.get(ME).status_code, by_token(token)) == (401, 401)


def test_admin_can_sign_out_a_user_everywhere(root: Client, owner: User) -> None:
    here, other = browser(owner), client_of(make_owner())
    body = {"action": "log_out_everywhere", "_selected_action": [owner.pk]}
    page = root.post("/admin/igny8_auth/user/", body, follow=True)

    assert "1 person signed out everywhere: 1 session ended." in page.content.decode()
    assert here.get(ME).status_code == 401
    assert other.get(ME).status_code == 200


def test_admin_signing_out_themselves_reaches_sign_in(root: Client, owner: User) -> None:
    own = User.objects.get(email="root@desk.example")
    body = {"action": "log_out_everywhere", "_selected_action": [owner.pk, own.pk]}
    page = root.post("/admin/igny8_auth/user/", body, follow=True)
    assert page.status_code == 200
    assert "/admin/login/" in page.redirect_chain[-1][0]
    assert "signed out everywhere" in page.content.decode()


def test_sign_out_of_others_requires_superuser(admin_api: APIClient, owner: User) -> None:
    here = browser(owner)
    body = {"action": "log_out_everywhere", "_selected_action": [owner.pk]}
    assert admin_api.post("/admin/igny8_auth/user/", body, format="multipart").status_code == 403
    assert here.get(ME).status_code == 200


def test_session_under_a_lost_secret_is_nobodys(
    owner: User, settings: LazySettings, client: Client
) -> None:
    client.force_login(owner)
    assert client.get("/api/v1/auth/me/").status_code == 200
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-" * 8, []
    assert client.get("/api/v1/auth/me/").status_code == 401
    assert client.get("/admin/", follow=True).status_code == 200  # the way to sign in
