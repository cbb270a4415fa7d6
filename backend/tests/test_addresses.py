"""URLs that aren't quite right: the method is kept, and programs get JSON."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from tests.factories import PASSWORD
from tests.roles import METHODS, addresses

pytestmark = pytest.mark.django_db
WRITES = [method for method in METHODS if method not in {"get", "head", "options", "trace"}]


def error_of(answer: Any) -> dict[str, Any]:
    """Return the only error of a response in the API's format."""
    assert answer["Content-Type"] == "application/json", answer.content
    body = answer.json()
    assert set(body) == {"type", "errors"}
    (error,) = body["errors"]
    assert set(error) == {"code", "detail", "attr"}
    return dict(error)


def test_slash_redirect_keeps_method_and_query() -> None:
    tried = 0
    client = APIClient()
    for path in addresses("api/v1/"):
        address = "/api/v1/" + path.replace("<str:code>", "PK").replace("<str:key>", "1.x")
        for name in ("invoice_id", "payment_id", "site_id"):
            address = address.replace(f"<int:{name}>", "1")
        assert "<" not in address, address
        assert address.endswith("/")
        for method in (*WRITES, "get"):
            answer = client.generic(method.upper(), f"{address.rstrip('/')}?page=2")
            moved = 301 if method == "get" else 308
            assert (answer.status_code, answer.headers["Location"]) == (moved, f"{address}?page=2")
            tried += 1
    assert tried > 150


def test_sign_up_without_trailing_slash_works(catalog: None, api: APIClient) -> None:
    body = {"email": "ayesha@shop.example", "password": PASSWORD, "plan_slug": "free"}
    answer = api.post("/api/v1/auth/register", body, follow=True)
    assert answer.status_code == 201
    assert User.objects.get().email == "ayesha@shop.example"


@pytest.mark.parametrize(("method", "status"), [("GET", 301), ("POST", 308), ("PATCH", 308)])
def test_https_redirect_keeps_the_method(settings: LazySettings, method: str, status: int) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().generic(method, "/api/v1/auth/register/?x=1")
    assert answer.status_code == status
    assert answer.headers["Location"] == "https://testserver/api/v1/auth/register/?x=1"


@pytest.mark.parametrize(
    "address",
    ["/api", "/api/", "/api/v1/", "/api/v2/plans/", "/api/v1/nothing", "/_allauth/", "/_allauth",
     "/_allauth/app/v1/nothing", "/_allauth/app/v1/account/phone", "/api/v1/sites/x/",
     "/api/v1/sites/" + "9" * 30 + "x/"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_api_address_returns_json_404(address: str, method: str) -> None:
    answer = Client().generic(method, address, "{}", content_type="application/json")
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "not_found"


def test_extra_slash_404_names_the_right_address() -> None:
    answer = APIClient().post("/_allauth/app/v1/auth/login/", {"email": "x", "password": "x"})
    assert answer.status_code == 404
    assert error_of(answer)["detail"].endswith(": /_allauth/app/v1/auth/login")


def test_unknown_host_is_refused_in_json(settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["app.example.com"]
    headers = {"Host": "elsewhere.example"}
    for address in ("/api/v1/plans/", "/_allauth/app/v1/config"):
        answer = Client().get(address, headers=headers)
        assert (answer.status_code, error_of(answer)["code"]) == (400, "bad_request")
    page = Client().get("/admin/login/", headers=headers)
    assert (page.status_code, page["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_unknown_page_returns_html_404() -> None:
    answer = Client().get("/nothing/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize("following", ["https://thief.example/", "//thief.example", "javascript:1"])
def test_refused_next_redirects_to_the_desk(
    client: Client, billing_admin: User, following: str
) -> None:
    billing_admin.set_password(PASSWORD)
    billing_admin.save()
    answer = client.post(
        f"/admin/login/?next={following}",
        {"username": billing_admin.email, "password": PASSWORD, "next": following},
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")
