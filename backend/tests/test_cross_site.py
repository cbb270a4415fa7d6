"""Other web sites can't make a visitor's browser do anything here."""

import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
WRITES = ("post", "put", "patch", "delete")
REGISTER = "/api/v1/auth/register/"
NEW = {"email": "new@shop.example", "password": PASSWORD, "plan_slug": "free"}
ROUTES = ("/api/v1/", "/_allauth/browser/", "/admin/")
ORIGIN = "http://localhost:5173"


def addresses() -> list[str]:
    """Every URL that accepts a session cookie, from the URL map."""
    found = []

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, path)
            elif path.startswith(ROUTES):
                found.append(re.sub(r"<(?:int:|path:|str:)?\w+>", "1", path))

    walk(get_resolver().url_patterns, "/")
    return sorted({path for path in found if "(?P" not in path})


def writes() -> list[tuple[str, str]]:
    return [(method, path) for path in addresses() for method in WRITES]


def test_url_map_has_enough_addresses() -> None:
    for start, at_least in zip(ROUTES, (30, 15, 60), strict=True):
        assert len([path for path in addresses() if path.startswith(start)]) >= at_least


def test_cookie_write_without_csrf_token_is_refused(catalog: None) -> None:
    """403 each; where there is no such method, the API may say that first."""
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("root@desk.example", PASSWORD))
    let_in = []
    for method, path in writes():
        answer = client.generic(method.upper(), path, "{}", content_type="application/json")
        if answer.status_code != 403:
            let_in.append((method, path, answer.status_code))
    assert let_in == []


@pytest.mark.parametrize(
    "path", ["auth/login", "auth/password/request", "auth/password/reset", "auth/email/verify"]
)
def test_sign_in_without_csrf_token_is_refused(catalog: None, path: str) -> None:
    answer = APIClient(enforce_csrf_checks=True).post(f"/_allauth/browser/v1/{path}", {})
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "csrf_failed"


def test_desk_sign_in_without_csrf_token_is_refused(billing_admin: User) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/admin/login/", {"username": billing_admin.email, "password": PASSWORD})
    assert answer.status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ORIGIN, "http://testserver"])
def test_browser_sign_up_without_csrf_token_is_refused(catalog: None, origin: str) -> None:
    client = APIClient(enforce_csrf_checks=True)
    refused = client.post(REGISTER, NEW, headers={"Origin": origin})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "csrf_failed")
    assert "sessionid" not in client.cookies
    assert not User.objects.exists()


def test_browser_sign_up_with_csrf_token_works(catalog: None) -> None:
    client = APIClient(enforce_csrf_checks=True)
    token = client.get("/api/v1/auth/csrf/").json()["csrf_token"]
    headers = {"X-CSRFToken": token, "Origin": ORIGIN}
    assert client.post(REGISTER, NEW, headers=headers).status_code == 201


def test_csrf_token_from_another_site_is_refused(catalog: None) -> None:
    client = APIClient(enforce_csrf_checks=True)
    token = client.get("/api/v1/auth/csrf/").json()["csrf_token"]
    headers = {"X-CSRFToken": token, "Origin": "https://evil.example"}
    assert client.post(REGISTER, NEW, headers=headers).status_code == 403


def test_program_sign_up_needs_no_csrf_token(catalog: None) -> None:
    assert APIClient(enforce_csrf_checks=True).post(REGISTER, NEW).status_code == 201


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_plain_form_content_types_are_refused(catalog: None, content_type: str) -> None:
    answer = APIClient().generic("POST", REGISTER, '{"email": "a"}', content_type=content_type)
    assert answer.status_code in {400, 415}
    assert not User.objects.exists()


# CORS

PATHS = [
    "/api/v1/plans/",
    "/api/v1/auth/me/",
    "/_allauth/browser/v1/auth/session",
    "/_allauth/app/v1/auth/session",
    "/admin/login/",
    "/api/v1/nothing/",
]
OTHERS = [
    "https://evil.example",
    "null",
    "https://app.example.com.evil.example",
    "https://evil-app.example.com",
    "https://app.example.com:8443",
    "http://app.example.com",
    "https://APP.example.com",
    "https://app.example.com, https://evil.example",
]


@pytest.fixture
def _app_example(settings: LazySettings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.com"]


def asked(path: str, origin: str) -> tuple[Any, Any]:
    """Send what a browser sends before a write, and for a read."""
    client = APIClient()
    before = client.options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-csrftoken,content-type",
        },
    )
    return before, client.get(path, headers={"Origin": origin})


@pytest.mark.usefixtures("_app_example", "catalog")
@pytest.mark.parametrize("origin", OTHERS)
@pytest.mark.parametrize("path", PATHS)
def test_foreign_origin_gets_no_cors_headers(path: str, origin: str) -> None:
    for answer in asked(path, origin):
        named = [name for name in answer.headers if name.lower().startswith("access-control-")]
        assert named == []


@pytest.mark.usefixtures("_app_example", "catalog")
@pytest.mark.parametrize("path", PATHS)
def test_web_app_origin_gets_cors_headers(path: str) -> None:
    for answer in asked(path, "https://app.example.com"):
        assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert "origin" in answer.headers["Vary"].lower()


def test_cors_allows_no_origin_patterns(settings: LazySettings) -> None:
    assert not getattr(settings, "CORS_ALLOW_ALL_ORIGINS", False)
    assert not getattr(settings, "CORS_ALLOWED_ORIGIN_REGEXES", [])
