"""Settings of a deployment: what is refused, what gets a warning, and defaults."""

import json
from functools import cache
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core import checks

from igny8_core.business.billing.checks import changes_without_delay
from igny8_core.business.billing.models import PaymentMethodConfig
from igny8_core.business.subscriptions.checks import contradicting_days
from tests.processes import here, manage

PRODUCTION = {
    "DJANGO_ENV": "production",
    "SECRET_KEY": "FDHvfwtcqPl-1m7RzgO2KfV0ySx8uJdnEaQk4ZbYTo9ihXsM3WrLCeUj",
    "DATABASE_URL": "postgres://nobody@localhost/none",
    "FRONTEND_URL": "https://app.example.com",
    "EMAIL_URL": "smtp://localhost:25",
    "ALLOWED_HOSTS": "app.example.com",
}


def setting(name: str, **environment: str) -> str:
    """Return one setting as a fresh production process has it."""
    return settings_by(tuple(environment.items()))[name]


@cache
def settings_by(environment: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return all settings of a fresh production process, as they are printed."""
    code = (
        "import json; from django.conf import settings; "
        "print(json.dumps({name: str(getattr(settings, name)) for name in dir(settings)}))"
    )
    given = {**PRODUCTION, **dict(environment)}
    result = manage("shell", "--no-imports", "-c", code, environment=given)
    assert result.returncode == 0, result.stderr
    settings: dict[str, str] = json.loads(result.stdout)
    return settings


@pytest.mark.parametrize("missing", ["SECRET_KEY", "DATABASE_URL", "FRONTEND_URL", "EMAIL_URL"])
def test_production_does_not_start_without_required_setting(missing: str) -> None:
    environment = {name: value for name, value in PRODUCTION.items() if name != missing}
    result = manage("check", environment=environment)
    assert result.returncode != 0
    assert missing in result.stderr


def test_unknown_environment_is_refused() -> None:
    result = manage("check", environment={**PRODUCTION, "DJANGO_ENV": "staging"})
    assert result.returncode != 0
    assert "DJANGO_ENV is 'staging'" in result.stderr


def test_default_is_production_and_passes_deployment_check() -> None:
    environment = {name: value for name, value in PRODUCTION.items() if name != "DJANGO_ENV"}
    result = manage("check", "--deploy", "--fail-level", "WARNING", environment=environment)
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


@pytest.mark.django_db(transaction=True)
def test_deployment_with_own_details_gets_no_warning(catalog: None) -> None:
    PaymentMethodConfig.objects.update(has_example_details=False)
    environment = {**PRODUCTION, "DATABASE_URL": here()["DATABASE_URL"]}
    result = manage("check", "--deploy", "--database", "default", environment=environment)
    assert result.returncode == 0, result.stderr
    assert "no issues (2 silenced)" in result.stdout  # HSTS for subdomains and preload
    assert not result.stderr


def test_secrets_can_be_read_from_files(tmp_path: Path) -> None:
    for name in ("SECRET_KEY", "DATABASE_URL"):
        (tmp_path / name).write_text(f"{PRODUCTION[name]}\n")
    rest = {n: v for n, v in PRODUCTION.items() if n not in {"SECRET_KEY", "DATABASE_URL"}}
    files = {f"{name}_FILE": str(tmp_path / name) for name in ("SECRET_KEY", "DATABASE_URL")}
    code = (
        "from django.conf import settings as s; print(s.SECRET_KEY, s.DATABASES['default']['NAME'])"
    )
    result = manage("shell", "--no-imports", "-c", code, environment={**rest, **files})
    assert result.stdout.split() == [PRODUCTION["SECRET_KEY"], "none"], result.stderr


def test_fallback_secret_key_stays_valid() -> None:
    code = "from django.core.signing import dumps; print(dumps('kept'))"
    signed = manage("shell", "--no-imports", "-c", code, environment=PRODUCTION).stdout.strip()
    rotated = {**PRODUCTION, "SECRET_KEY": PRODUCTION["SECRET_KEY"][::-1]}
    code = f"from django.core.signing import loads; print(loads({signed!r}))"
    refused = manage("shell", "--no-imports", "-c", code, environment=rotated)
    assert "BadSignature" in refused.stderr
    fallback = {**rotated, "SECRET_KEY_FALLBACKS": PRODUCTION["SECRET_KEY"]}
    result = manage("shell", "--no-imports", "-c", code, environment=fallback)
    assert result.stdout.strip() == "kept", result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "False"),
        ("SESSION_COOKIE_SECURE", "True"),
        ("CSRF_COOKIE_SECURE", "True"),
        ("SESSION_COOKIE_NAME", "__Host-sessionid"),
        ("CSRF_COOKIE_NAME", "__Host-csrftoken"),
        ("SESSION_COOKIE_HTTPONLY", "True"),
        ("CSRF_COOKIE_HTTPONLY", "True"),
        ("SESSION_COOKIE_SAMESITE", "Lax"),
        ("CSRF_COOKIE_SAMESITE", "Lax"),
        ("SECURE_SSL_REDIRECT", "True"),
        ("ALLOWED_HOSTS", "['app.example.com']"),
        ("CORS_ALLOWED_ORIGINS", "['https://app.example.com']"),
    ],
)
def test_production_is_safe_by_default(name: str, value: str) -> None:
    assert setting(name) == value


@pytest.mark.parametrize(("given", "value"), [("", "None"), ("200", "200"), ("99.50", "99.50")])
def test_dual_control_threshold_is_read(given: str, value: str) -> None:
    assert setting("BILLING_DUAL_CONTROL_ABOVE", BILLING_DUAL_CONTROL_ABOVE=given) == value


@pytest.mark.parametrize("given", ["much", "NaN", "-1", "1e999"])
def test_invalid_dual_control_threshold_is_refused(given: str) -> None:
    environment = {**PRODUCTION, "BILLING_DUAL_CONTROL_ABOVE": given}
    result = manage("check", environment=environment)
    assert result.returncode != 0
    assert f"BILLING_DUAL_CONTROL_ABOVE is {given!r}" in result.stderr


def test_excessive_change_delay_is_refused() -> None:
    environment = {**PRODUCTION, "BILLING_CHANGE_DELAY_HOURS": "2000000000"}
    result = manage("check", environment=environment)
    assert result.returncode != 0
    assert "BILLING_CHANGE_DELAY_HOURS is 2000000000" in result.stderr


def test_missing_change_delay_is_reported_in_production(settings: LazySettings) -> None:
    settings.BILLING_CHANGE_DELAY_HOURS = 0
    assert changes_without_delay() == []
    settings.IS_DEVELOPMENT = False
    (found,) = changes_without_delay()
    assert (found.id, found.level < checks.WARNING) == ("billing.I003", True)
    settings.BILLING_CHANGE_DELAY_HOURS = 24
    assert changes_without_delay() == []


@pytest.mark.parametrize(
    ("least", "contradicts"),
    [
        ({"BILLING_SUSPEND_AFTER_DAYS": 6}, "BILLING_GRACE_DAYS=3 and BILLING_NOTICE_GAP_DAYS=2"),
        ({"BILLING_SUSPEND_AFTER_DAYS": 9, "BILLING_GRACE_DAYS": 6}, "BILLING_GRACE_DAYS=6 and"),
        ({"BILLING_END_AFTER_DAYS": 13}, "BILLING_SUSPEND_AFTER_DAYS=10 and"),
        (
            {"BILLING_RENEWAL_LEAD_DAYS": 4, "BILLING_MIN_TERM_DAYS": 4},
            "BILLING_MIN_TERM_DAYS=4: every renewal would be due after the paid time",
        ),
        ({"BILLING_YEARLY_RENEWAL_LEAD_DAYS": 5}, "BILLING_MIN_TERM_DAYS=5: every renewal of a"),
        ({"BILLING_ORDER_EXPIRES_DAYS": 7}, "BILLING_INVOICE_DUE_DAYS=7: orders would expire"),
    ],
)
def test_days_that_contradict_each_other_are_named(
    settings: LazySettings, least: dict[str, int], contradicts: str
) -> None:
    for name, days in least.items():
        setattr(settings, name, days)
    assert contradicting_days() == []
    changed, days = next(iter(least.items()))
    setattr(settings, changed, days - 1)
    (found,) = contradicting_days()
    assert found.level >= checks.ERROR
    assert f"{changed} is {days - 1}, which contradicts " in found.msg
    assert contradicts in found.msg
    assert found.hint == f"Set {changed} to {days} or more, or lower the other."


def test_billing_does_not_run_with_days_that_contradict_each_other() -> None:
    environment = {**PRODUCTION, "BILLING_SUSPEND_AFTER_DAYS": "5"}
    for command in (["check"], ["run_billing"]):
        result = manage(*command, environment=environment)
        assert result.returncode != 0
        assert "(subscriptions.E001) BILLING_SUSPEND_AFTER_DAYS is 5" in result.stderr


def test_renewals_are_not_issued_before_a_month_has_begun() -> None:
    result = manage("check", environment={**PRODUCTION, "BILLING_RENEWAL_LEAD_DAYS": "28"})
    assert result.returncode != 0
    assert "BILLING_RENEWAL_LEAD_DAYS is 28: set it to a whole number from 0 to 27" in result.stderr


def test_unknown_time_zone_is_refused() -> None:
    assert setting("BUSINESS_TIME_ZONE") == "UTC"
    for given in ("Karachi", "../x", "Asia"):
        result = manage("check", environment={**PRODUCTION, "BUSINESS_TIME_ZONE": given})
        assert result.returncode != 0
        assert f"BUSINESS_TIME_ZONE is '{given}': set it to a time zone" in result.stderr


def test_hsts_can_be_turned_off() -> None:
    assert setting("SECURE_HSTS_SECONDS") == str(365 * 24 * 3600)
    assert setting("SECURE_HSTS_SECONDS", SECURE_HSTS_SECONDS="0") == "0"


@pytest.mark.django_db
def test_example_details_are_reported_in_production(catalog: None, settings: LazySettings) -> None:
    settings.IS_DEVELOPMENT = False
    found = checks.run_checks(databases=["default"])
    assert [message.id for message in found] == ["billing.I001"]
    assert found[0].level < checks.WARNING  # so --fail-level WARNING still starts
    assert "JazzCash" in found[0].msg

    PaymentMethodConfig.objects.exclude(payment_method="wise").update(is_enabled=False)
    PaymentMethodConfig.objects.filter(payment_method="wise").update(has_example_details=False)
    assert not checks.run_checks(databases=["default"])


@pytest.mark.django_db
def test_example_details_are_not_reported_in_development(catalog: None) -> None:
    assert not checks.run_checks(databases=["default"])


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ('{"register": "often"}', "'often' is no limit such as 10/m/ip"),
        ('{"sign_up": "10/m/ip"}', "unknown: sign_up"),
        ("register", "Give JSON such as"),
        ('["register"]', "Give JSON such as"),
    ],
)
def test_invalid_rate_limits_are_refused(value: str, reason: str) -> None:
    result = manage("check", environment={**PRODUCTION, "RATE_LIMITS": value})
    assert result.returncode != 0
    assert reason in result.stderr


def test_single_rate_limit_can_be_changed() -> None:
    limits = setting("ACCOUNT_RATE_LIMITS", RATE_LIMITS='{"register": "50/m/ip"}')
    assert "'register': '50/m/ip'" in limits
    assert "'login': '30/m/ip'" in limits
