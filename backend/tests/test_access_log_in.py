"""django-allauth's sign-in: which parts are on, and that the rest is off; all other URLs."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from igny8_core.api.urls import LOG_IN_OFF
from igny8_core.auth.models import User
from tests.factories import client_of
from tests.roles import addresses, read_table, undone

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete")
# For a visitor and for a signed-in user, with an empty body: 401 denies access, 400 means access;
# 404, 409 and 410 depend on the current state.
ON = """
                                              visitor owner
get    config                                 200     200
get    auth/session                           401     200
delete auth/session                           401     401
post   auth/login                             400     400
post   auth/reauthenticate                    401     400
post   auth/password/request                  400     400
get    auth/password/reset                    400     400
post   auth/password/reset                    400     400
get    auth/email/verify                      400     400
post   auth/email/verify                      400     400
post   auth/2fa/authenticate                  401     401
post   auth/2fa/reauthenticate                401     400
post   account/password/change                401     400
get    account/email                          401     200
put    account/email                          401     400
get    account/authenticators                 401     200
get    account/authenticators/totp            401     409
post   account/authenticators/totp            401     400
delete account/authenticators/totp            401     200
get    account/authenticators/recovery-codes  401     404
post   account/authenticators/recovery-codes  401     400
"""
# Sign-up is POST /api/v1/auth/register/, changing the email POST /api/v1/auth/email/; there are no
# telephone numbers and no codes by email; the app client's tokens are sessions without refresh.
SIGN_UP = "auth/signup"
OFF = {
    "auth/code/confirm",
    "auth/email/verify/resend",
    "auth/phone/verify",
    "auth/phone/verify/resend",
    "account/phone",
    "tokens/refresh",
}
NOT_SERVED = ["auth/provider/redirect", "auth/webauthn/login", "account/providers", "auth/sessions"]


def call(client: APIClient, kind: str, method: str, path: str) -> int:
    answer = client.generic(
        method.upper(), f"/_allauth/{kind}/v1/{path}", json.dumps({}), "application/json"
    )
    return int(answer.status_code)


@pytest.mark.parametrize("kind", ["browser", "app"])
def test_every_allauth_address_is_on_or_off(kind: str) -> None:
    on = {path for _method, path in read_table(ON)}
    off = OFF - ({"tokens/refresh"} if kind == "browser" else set())
    assert set(addresses(f"_allauth/{kind}/v1/")) == on | off | {SIGN_UP}


@pytest.mark.parametrize("role", ["visitor", "owner"])
def test_enabled_address_status_by_role(owner: User, role: str) -> None:
    client = APIClient() if role == "visitor" else client_of(owner)
    session = client.cookies.output(header="")
    found = {}
    for method, path in read_table(ON):
        client.cookies.load(session)
        with undone():
            found[method, path] = call(client, "browser", method, path)
    assert found == {row: statuses[role] for row, statuses in read_table(ON).items()}


@pytest.mark.parametrize("kind", ["browser", "app"])
@pytest.mark.parametrize("path", sorted(OFF))
def test_disabled_address_returns_404(owner: User, kind: str, path: str) -> None:
    for client in (APIClient(), client_of(owner)):
        assert {call(client, kind, method, path) for method in METHODS} == {404}


def test_allauth_sign_up_is_closed(api: APIClient, catalog: None) -> None:
    body = {"email": "a@shop.example", "password": "correct-horse-battery"}
    for kind in ("browser", "app"):
        answer = api.post(f"/_allauth/{kind}/v1/auth/signup", body)
        assert answer.status_code == 403
    assert not User.objects.exists()


@pytest.mark.parametrize("path", NOT_SERVED)
def test_never_enabled_address_returns_404(owner: User, path: str) -> None:
    for kind in ("browser", "app"):
        assert call(client_of(owner), kind, "post", path) == 404


@pytest.mark.parametrize("kind", ["browser", "app"])
def test_unsupported_method_is_refused(owner: User, kind: str) -> None:
    has = read_table(ON)
    client = client_of(owner)
    found = {
        (method, path): call(client, kind, method, path)
        for path in {path for _method, path in has}
        for method in METHODS
        if (method, path) not in has
    }
    assert found
    assert set(found.values()) <= {400, 401, 405}, found


def test_all_other_addresses_are_listed() -> None:
    """The API, the log-in and the admin have their tables; these are the rest."""
    rest = {
        str(pattern.pattern): isinstance(pattern, URLResolver)
        for pattern in get_resolver().url_patterns
    }
    assert rest == {
        "api/v1/": True,
        "_allauth/": True,
        LOG_IN_OFF: False,
        "admin/": True,
        "api/schema/": False,
        "api/docs/": False,
        "mail-previews/": False,
        "mail-previews/<slug:kind>/<slug:language>/<slug:form>/": False,
    }


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("api/schema/", {"get": 200, "post": 405, "put": 405, "patch": 405, "delete": 405}),
        ("api/docs/", {"get": 200, "post": 405, "put": 405, "patch": 405, "delete": 405}),
        ("healthz", dict.fromkeys(METHODS, 200)),  # a probe answers any method
        ("readyz", dict.fromkeys(METHODS, 200)),
        ("media/", dict.fromkeys(METHODS, 404)),  # uploads have no URL
    ],
)
def test_public_page_status_by_method(client: Client, path: str, statuses: dict[str, int]) -> None:
    found = {method: client.generic(method.upper(), f"/{path}").status_code for method in METHODS}
    assert found == statuses


def test_mail_previews_are_in_development_only(settings: Any) -> None:
    """In production their addresses are not loaded at all: see the URL map."""
    patterns = [item for item in get_resolver().url_patterns if isinstance(item, URLPattern)]
    assert settings.IS_DEVELOPMENT
    assert any("mail-previews" in str(item.pattern) for item in patterns)
