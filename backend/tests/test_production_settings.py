"""Production fails closed: an unsafe or misspelt setting stops it, with instructions."""

import secrets
from ast import literal_eval
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from igny8_core.common.platform.environment import Environment, database
from igny8_core.common.platform.production import unsafe, weakness_of
from tests.processes import manage
from tests.test_settings import PRODUCTION, setting

SAFE: dict[str, Any] = {
    "SECRET_KEY": PRODUCTION["SECRET_KEY"],
    "SECRET_KEY_FALLBACKS": [],
    "DEBUG": False,
    "ALLOWED_HOSTS": ["app.example.com", ".example.org", "localhost", "10.0.0.1"],
    "FRONTEND_URL": "https://app.example.com",
    "BACKEND_URL": "https://api.example.com:8443",
    "CORS_ALLOWED_ORIGINS": ["https://app.example.com"],
    "CSRF_TRUSTED_ORIGINS": ["https://app.example.com"],
    "SESSION_COOKIE_SECURE": True,
    "SECURE_SSL_REDIRECT": True,
    "ALLAUTH_TRUSTED_PROXY_COUNT": 0,
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "DATABASES": {"default": {"HOST": "db", "USER": "igny8", "PASSWORD": "u4Wc1-dUq"}},
}


def test_safe_settings_are_accepted() -> None:
    assert unsafe(SAFE) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SECRET_KEY", "a", "SECRET_KEY has 1 characters and needs 50"),
        ("SECRET_KEY_FALLBACKS", [PRODUCTION["SECRET_KEY"], "k" * 60], "key 2 has too few"),
        ("DEBUG", True, "DEBUG is on"),
        ("ALLOWED_HOSTS", [], "ALLOWED_HOSTS is not set"),
        ("ALLOWED_HOSTS", ["app.example.com", "*"], "ALLOWED_HOSTS has '*'"),
        ("ALLOWED_HOSTS", ["*.example.com"], "'.example.com' means all below it"),
        ("ALLOWED_HOSTS", [".com"], "a whole top-level domain"),
        ("ALLOWED_HOSTS", ["."], "ALLOWED_HOSTS has '.'"),
        ("ALLOWED_HOSTS", ["https://app.example.com"], "without scheme and path"),
        ("FRONTEND_URL", "http://app.example.com", "FRONTEND_URL is 'http://app.example.com'"),
        ("FRONTEND_URL", "app.example.com", "give an https:// address"),
        ("FRONTEND_URL", "https://", "give an https:// address"),
        ("FRONTEND_URL", "https://app.example.com@evil.example", "give an https:// address"),
        ("FRONTEND_URL", "https://example.com/billing", "without a path"),
        ("BACKEND_URL", "http://api.example.com", "BACKEND_URL is"),
        ("CORS_ALLOWED_ORIGINS", ["*"], "CORS_ALLOWED_ORIGINS has '*'"),
        ("CORS_ALLOWED_ORIGINS", ["null"], "CORS_ALLOWED_ORIGINS has 'null'"),
        ("CORS_ALLOWED_ORIGINS", ["http://localhost:3000"], "CORS_ALLOWED_ORIGINS has"),
        ("CSRF_TRUSTED_ORIGINS", ["https://*.example.com"], "CSRF_TRUSTED_ORIGINS has"),
        ("CSRF_TRUSTED_ORIGINS", ["https://*"], "CSRF_TRUSTED_ORIGINS has"),
        ("SESSION_COOKIE_SECURE", False, "SESSION_COOKIE_SECURE is off"),
        ("SECURE_SSL_REDIRECT", False, "SECURE_SSL_REDIRECT is off"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "no mail server"),
        ("EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend", "no mail server"),
        ("EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend", "no mail server"),
        ("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend", "no mail server"),
    ],
)
def test_unsafe_settings_are_refused(name: str, value: object, said: str) -> None:
    found = unsafe({**SAFE, name: value})
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize("password", ["igny8", "postgres", "ChangeMe", "shop"])
def test_guessable_database_password_is_refused(password: str) -> None:
    config = {"HOST": "db", "USER": "shop", "PASSWORD": password}
    assert "password can be guessed" in unsafe({**SAFE, "DATABASES": {"default": config}})[0]


@pytest.mark.parametrize(
    "config",
    [
        {"HOST": "db", "USER": "igny8", "PASSWORD": ""},  # a certificate, or trust on purpose
        {"HOST": "/run/postgresql", "USER": "igny8", "PASSWORD": "igny8"},  # a socket's own rules
    ],
)
def test_database_without_password_is_accepted(config: Any) -> None:
    assert unsafe({**SAFE, "DATABASES": {"default": config}}) == []


def test_https_redirect_can_be_left_to_proxy() -> None:
    assert unsafe({**SAFE, "SECURE_SSL_REDIRECT": False, "ALLAUTH_TRUSTED_PROXY_COUNT": 1}) == []


def test_every_unsafe_setting_is_reported_at_once() -> None:
    assert len(unsafe({**SAFE, "SECRET_KEY": "a", "DEBUG": True, "ALLOWED_HOSTS": ["*"]})) == 3


@pytest.mark.parametrize(
    "key",
    [
        "",
        "k" * 50,
        "0123456789" * 5,
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOP",
        "qwertyuiopasdfghjklzxcvbnmqwertyuiopasdfghjklzxcvbnm",
        "another" * 10,
        "k" * 30 + "0123456789-abcdefghijklmnopqrstuvwxyz",
        "insecure-development-key-" + "0" * 32,
        "django-insecure-FDHvfwtcqPl-1m7RzgO2KfV0ySx8uJdnEaQk4ZbYTo9ihXsM",
        "Change_Me-FDHvfwtcqPl-1m7RzgO2KfV0ySx8uJdnEaQk4ZbYTo9ihXsM",
        "<your-secret-key: a random string of 50 characters or more>",
        PRODUCTION["SECRET_KEY"][:49],
    ],
)
def test_non_random_key_is_weak(key: str) -> None:
    assert weakness_of(key)


@pytest.mark.parametrize(
    "make",
    [lambda: secrets.token_urlsafe(48), lambda: secrets.token_hex(32), get_random_secret_key],
)
def test_random_key_is_not_weak(make: Any) -> None:
    assert [weakness_of(make()) for _ in range(200)] == [""] * 200


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SECRET_KEY": "a", "DEBUG": "true"}, ["SECRET_KEY has 1 characters", "DEBUG is on"]),
        ({"SECRET_KEY": "insecure-development-key-" + "0" * 32}, ["SECRET_KEY is a placeholder"]),
        ({"ALLOWED_HOSTS": "*"}, ["ALLOWED_HOSTS has '*'"]),
        ({"ALLOWED_HOSTS": ""}, ["ALLOWED_HOSTS is not set"]),
        ({"FRONTEND_URL": "http://app.example.com"}, ["FRONTEND_URL is 'http:"]),
        ({"CORS_ALLOWED_ORIGINS": "*"}, ["CORS_ALLOWED_ORIGINS has '*'"]),
        ({"SESSION_COOKIE_SECURE": "false"}, ["SESSION_COOKIE_SECURE is off"]),
        ({"SECURE_SSL_REDIRECT": "0"}, ["SECURE_SSL_REDIRECT is off"]),
        ({"EMAIL_URL": "consolemail://"}, ["EMAIL_URL names no mail server"]),
        ({"DATABASE_URL": "sqlite:///db"}, ["DATABASE_URL names no PostgreSQL database"]),
        ({"ADMIN_REQUIRE_SECOND_FACTOR": "ture"}, ["ADMIN_REQUIRE_SECOND_FACTOR is 'ture'"]),
        ({"BILLING_RETENTION_YEARS": "0"}, ["BILLING_RETENTION_YEARS is 0", "from 1 to 1000"]),
        ({"BILLING_DUAL_CONTROL_ABOVE": "NaN"}, ["BILLING_DUAL_CONTROL_ABOVE is 'NaN'"]),
        ({"LOG_LEVEL": "loud"}, ["LOG_LEVEL is 'loud'"]),
        ({"SECRET_KEY_FILE": "/nowhere/key"}, ["SECRET_KEY_FILE names a file that can't be read"]),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_production_does_not_start_with_unsafe_value(
    changed: dict[str, str], said: list[str]
) -> None:
    result = manage("check", environment={**PRODUCTION, **changed})
    assert result.returncode != 0
    for words in said:
        assert words in result.stderr
    assert PRODUCTION["SECRET_KEY"] not in result.stderr


def test_development_starts_with_unsafe_settings() -> None:
    environment = {
        **PRODUCTION,
        "DJANGO_ENV": "development",
        "SECRET_KEY": "a",
        "DEBUG": "true",
        "FRONTEND_URL": "http://localhost:5173",
    }
    assert manage("check", environment=environment).returncode == 0


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Environment variables to read instead of this process's."""
    values: dict[str, str] = {}
    monkeypatch.setattr(Environment, "ENVIRON", values)
    return values


@pytest.mark.parametrize(("text", "value"), [("TRUE", True), ("off", False), ("", True)])
def test_flag_is_read(env: dict[str, str], text: str, value: bool) -> None:  # noqa: FBT001
    env["X"] = text
    assert Environment().flag("X", default=True) is value


@pytest.mark.parametrize("text", ["ture", "yes please", "2", "None"])
def test_invalid_flag_is_refused(env: dict[str, str], text: str) -> None:
    env["X"] = text
    with pytest.raises(ImproperlyConfigured, match="X is"):
        Environment().flag("X", default=False)


@pytest.mark.parametrize("text", ["-1", "1.5", "ten", "1e3", "٣", "2000000001", "1_000"])
def test_invalid_number_is_refused(env: dict[str, str], text: str) -> None:
    env["X"] = text
    with pytest.raises(ImproperlyConfigured, match="whole number from 0 to"):
        Environment().number("X", default=1)


@pytest.mark.parametrize("text", ["-5", "NaN", "Infinity", "1,5", "much"])
def test_invalid_amount_is_refused(env: dict[str, str], text: str) -> None:
    env["X"] = text
    with pytest.raises(ImproperlyConfigured, match="amount in USD"):
        Environment().amount("X")


def test_text_list_is_split_at_commas(env: dict[str, str]) -> None:
    env["X"] = " a.example , b.example,, "
    assert Environment().texts("X", default=[]) == ["a.example", "b.example"]


def test_dollar_value_is_not_expanded(env: dict[str, str]) -> None:
    env.update(X="$HOME", HOME="/root")
    assert Environment().str("X") == "$HOME"


def test_blank_counts_as_unset(env: dict[str, str]) -> None:
    env["X"] = "  \n"
    with pytest.raises(ImproperlyConfigured, match="X is not set"):
        Environment().str("X")
    assert Environment().number("X", default=7) == 7


def test_database_password_has_its_own_variable(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("p@ss#w/rd?\n")
    environment = {
        "DATABASE_URL": "postgres://igny8@localhost:5432/billing",
        "DATABASE_PASSWORD_FILE": str(tmp_path / "password"),
    }
    assert "'PASSWORD': 'p@ss#w/rd?'" in setting("DATABASES", **environment)


def test_database_host_that_vanishes_is_noticed_within_half_a_minute() -> None:
    """Whether a thread waits for it or sends; by itself, Linux goes on for 15 minutes or hours."""
    options = literal_eval(setting("DATABASES"))["default"]["OPTIONS"]
    unanswered = options["keepalives_interval"] * options["keepalives_count"]
    assert options["keepalives_idle"] + unanswered == 25
    assert options["tcp_user_timeout"] == 25_000


def test_database_url_may_say_how_long_to_wait() -> None:
    url = "postgres://igny8:p@db.example/billing?keepalives_idle=60&connect_timeout=9"
    options = literal_eval(setting("DATABASES", DATABASE_URL=url))["default"]["OPTIONS"]
    assert (options["keepalives_idle"], options["connect_timeout"]) == (60, 9)
    assert options["keepalives_count"] == 3


@pytest.mark.parametrize(
    "url",
    ["mysql://u:p@h/n", "postgres://u:p@h:port/n", "postgre://u:p@h/n", "postgres://h", "n", "://"],
)
def test_database_url_must_name_postgresql(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        database(url, password="")


def test_hsts_subdomains_and_preload_are_optional() -> None:
    names = ("SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD")
    assert [setting(name) for name in names] == ["False", "False"]
    chosen = dict.fromkeys(names, "true")
    assert [setting(name, **chosen) for name in names] == ["True", "True"]


@pytest.mark.long
@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"SECURE_HSTS_SECONDS": "0"},
        {"SECURE_SSL_REDIRECT": "false", "TRUSTED_PROXY_COUNT": "2"},
    ],
    ids=["defaults", "the proxy says HSTS", "the proxy redirects"],
)
def test_operator_choices_pass_deployment_check(environment: dict[str, str]) -> None:
    command = ("check", "--deploy", "--fail-level", "WARNING")
    result = manage(*command, environment={**PRODUCTION, **environment})
    assert result.returncode == 0, result.stderr
