"""Security headers of every response: over the whole URL map, and for every kind of error."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from unfold.settings import CONFIG_DEFAULTS

from igny8_core.api import probes
from igny8_core.auth.models import User
from igny8_core.business.catalogue import views
from tests.roles import close

pytestmark = pytest.mark.django_db

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
}
EXAMPLES = {"int": "1", "slug": "x", "str": "x", "uuid": "0" * 8 + "-0000-4000-8000-" + "0" * 12}
MAY_BE_KEPT = ("/static/", "/admin/jsi18n/")


def addresses(
    patterns: list[URLPattern | URLResolver] | None = None, start: str = "/"
) -> Iterator[str]:
    """Yield a URL for every pattern of the URL map."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = start + _example(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, path)
        else:
            yield path


def _example(pattern: str) -> str:
    filled = re.sub(
        r"<(?:(\w+):)?\w+>", lambda found: EXAMPLES.get(found[1] or "str", "x"), pattern
    )
    return re.sub(r"\(\?P.*?\)|[\^$\\]", lambda found: "x" if "(" in found[0] else "", filled)


ADDRESSES = sorted(set(addresses()))


@pytest.fixture(autouse=True)
def _production(settings: LazySettings) -> None:
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def browser() -> Client:
    """A visitor over HTTPS who gets errors as responses."""
    return Client(raise_request_exception=False, headers={"X-Forwarded-Proto": "https"})


def check(answer: HttpResponseBase, path: str, *, over_https: bool = True) -> None:
    """Check that a response has every header."""
    for name, value in EVERYWHERE.items():
        if over_https or name != "Strict-Transport-Security":
            assert answer.headers.get(name) == value, (path, answer.status_code, name)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy, path
    assert "frame-ancestors 'none'" in policy or "sandbox" in policy, path
    if not path.startswith("/mail-previews/"):
        assert "unsafe" not in policy, path
    assert "camera=()" in answer.headers["Permissions-Policy"], path
    if not path.startswith(MAY_BE_KEPT):
        assert "no-store" in answer.headers["Cache-Control"], path


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_every_visitor_answer_has_security_headers(
    browser: Client, catalog: None, method: str
) -> None:
    seen = set()
    for path in ADDRESSES:
        answer = browser.generic(method, path, secure=True)
        seen.add(answer.status_code)
        check(answer, path)
    assert len(ADDRESSES) > 100
    assert {200, 401, 404} <= seen if method == "GET" else {401, 405} <= seen


def test_every_admin_answer_has_security_headers(browser: Client, billing_admin: User) -> None:
    browser.force_login(billing_admin)
    for path in ADDRESSES:
        answer = browser.get(path, secure=True)
        check(answer, path)
        if answer.streaming:
            close(answer)


def test_middleware_refusals_have_security_headers(browser: Client) -> None:
    stranger = browser.get("/api/v1/plans/", secure=True, headers={"Host": "elsewhere.example"})
    assert stranger.status_code == 400
    check(stranger, "another host")
    redirect = browser.get("/api/v1/plans/")
    assert redirect.status_code == 301
    check(redirect, "plain HTTP", over_https=False)
    stranger = browser.get("/api/v1/plans/", headers={"Host": "elsewhere.example"})
    assert stranger.status_code == 400
    check(stranger, "another host by plain HTTP", over_https=False)


def test_probes_have_security_headers(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    check(browser.get("/healthz", secure=True), "/healthz")
    monkeypatch.setattr(probes, "_readyz", lambda: HttpResponse("no database", status=503))
    answer = browser.get("/readyz", secure=True)
    assert answer.status_code == 503
    check(answer, "/readyz")


def test_server_error_has_security_headers(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> HttpResponse:
        raise RuntimeError

    monkeypatch.setattr(views.PlanListView, "get", fail)
    answer = browser.get("/api/v1/plans/", secure=True)
    assert answer.status_code == 500
    check(answer, "a failure")


def test_csrf_refusal_has_security_headers(catalog: None) -> None:
    careful = Client(enforce_csrf_checks=True)
    answer = careful.post("/admin/login/", {"username": "x"}, secure=True)
    assert answer.status_code == 403
    assert b"<style" not in answer.content
    check(answer, "/admin/login/")


def test_static_files_have_security_headers_and_are_cacheable(browser: Client) -> None:
    answer = browser.get("/static/desk/desk.css", secure=True)
    assert answer.status_code == 200
    answer.close()
    check(answer, "/static/desk/desk.css")
    assert "no-store" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/admin/", "/api/docs/"])
def test_page_policy_allows_only_same_origin(browser: Client, path: str) -> None:
    policy = browser.get(path, secure=True).headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "form-action 'self'" in policy


def test_api_policy_allows_no_loading(browser: Client, catalog: None) -> None:
    policy = browser.get("/api/v1/plans/", secure=True).headers["Content-Security-Policy"]
    assert "-src 'self'" not in policy
    assert "form-action 'none'" in policy


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/login/", "/admin/billing/payment/", "/admin/second-factor/"]
)
def test_pages_have_no_inline_script_or_style(
    browser: Client, billing_admin: User, path: str
) -> None:
    if "login" not in path:
        browser.force_login(billing_admin)
    page = browser.get(path, secure=True, follow=True).content.decode()
    assert "<html" in page
    assert not re.search(r"<style|<script(?![^>]* src=)|<[^>]* (style|on\w+)=", page)


def test_documentation_has_no_inline_script_or_style(browser: Client) -> None:
    page = browser.get("/api/docs/", secure=True).content.decode()
    assert not re.search(r"<style|<script(?![^>]* src=)", page)
    script = browser.get("/api/docs/?script=", secure=True)
    assert b"SwaggerUIBundle" in script.content
    check(script, "/api/docs/")


def test_theme_uses_csp_build_of_alpine() -> None:
    found = Path(finders.find("unfold/js/alpine/alpine.js") or "").read_text("utf-8")
    assert "CSP" in found
    assert "AsyncFunction" not in found


def test_theme_file_has_all_default_colours() -> None:
    written = Path(finders.find("desk/theme.css") or "").read_text("utf-8")
    for name in ("base", "font"):
        for weight, value in CONFIG_DEFAULTS["COLORS"][name].items():
            assert f"--color-{name}-{weight}: {value};" in written
