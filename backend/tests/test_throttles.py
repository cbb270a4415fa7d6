"""Rate limits per address and person, counted once for all server processes."""

import base64
import json
import pickle
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from allauth.core.internal import ratelimit
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import resolve
from rest_framework.request import Request
from rest_framework.test import APIClient

from igny8_core.auth.log_in.adapter import plain_address
from igny8_core.auth.models import User
from igny8_core.auth.tasks import remove_expired
from igny8_core.business.billing.models import PaymentEvent
from igny8_core.business.onboarding.views import RegisterThrottle, RegisterView
from igny8_core.common.clock import utc_now
from igny8_core.common.http.rate_limits import RATE_LIMITS, rate_limits
from igny8_core.common.models import CacheEntry
from igny8_core.common.platform import cache as platform_cache
from tests.database import somebody_else
from tests.factories import (
    PASSWORD,
    client_of,
    confirmation_of,
    make_billing_admin,
    make_owner,
    make_payment,
)
from tests.processes import here, manage
from tests.test_access import served

pytestmark = pytest.mark.django_db
REGISTER = "/api/v1/auth/register/"
CONFIRM = "/api/v1/billing/admin/payments/confirm/"
LOG_IN = "/_allauth/browser/v1/auth/login"
RESET = "/_allauth/browser/v1/auth/password/request"
ADMIN = "/admin/login/"
addresses = count(1)


@pytest.fixture(autouse=True)
def _production(settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = rate_limits({}, is_relaxed=False)


def elsewhere() -> dict[str, Any]:
    """Return another client address each time."""
    return {"REMOTE_ADDR": f"198.51.100.{next(addresses) % 250}"}


def sign_up(email: str, **request: Any) -> Any:
    body = {"email": email, "password": PASSWORD, "plan_slug": "free"}
    return APIClient().post(REGISTER, body, **request)


def sign_up_often(forwarded_for: Callable[[int], str], **request: Any) -> list[Any]:
    """Sign up eleven people, with the given header for the client's address."""
    return [
        sign_up(
            f"new{number}@shop.example",
            headers={"X-Forwarded-For": forwarded_for(number)},
            **request,
        )
        for number in range(11)
    ]


def log_in(email: str, password: str, **request: Any) -> Any:
    return APIClient().post(LOG_IN, {"email": email, "password": password}, **request)


def is_throttled(answer: Any, *, within: int) -> bool:
    """Check an error: the code, and when to try again."""
    if answer.status_code != 429:
        return False
    assert 1 <= int(answer.headers["Retry-After"]) <= within
    return True


def test_sign_ups_per_address_are_limited(catalog: None) -> None:
    for number in range(10):
        assert sign_up(f"new{number}@shop.example").status_code == 201
    refused = sign_up("new11@shop.example")

    assert is_throttled(refused, within=60)
    assert refused.json()["errors"][0]["code"] == "throttled"
    assert not User.objects.filter(email="new11@shop.example").exists()
    assert sign_up("new11@shop.example", **elsewhere()).status_code == 201


def test_confirmations_per_user_are_limited(owner: User) -> None:
    body = confirmation_of(owner)
    statuses = [client_of(owner).post(CONFIRM, body, **elsewhere()).status_code for _ in range(20)]
    assert statuses == [201] + [409] * 19
    refused = client_of(owner).post(CONFIRM, body, **elsewhere())
    assert is_throttled(refused, within=60)

    other = make_owner()
    assert client_of(other).post(CONFIRM, confirmation_of(other)).status_code == 201


def test_payments_per_address_are_limited(settings: LazySettings, catalog: None) -> None:
    settings.ACCOUNT_RATE_LIMITS = rate_limits({"pay": "2/m/ip"}, is_relaxed=False)
    owners = [make_owner() for _ in range(3)]
    answers = [client_of(owner).post(CONFIRM, confirmation_of(owner)) for owner in owners]
    assert [answer.status_code for answer in answers] == [201, 201, 429]


def test_limit_of_zero_admits_nobody(settings: LazySettings, owner: User) -> None:
    settings.ACCOUNT_RATE_LIMITS = rate_limits({"pay": "0/m/ip"}, is_relaxed=False)
    answer = client_of(owner).post("/api/v1/billing/invoices/1/cancel/")
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")


def test_every_billing_post_is_throttled() -> None:
    """From the URL map: a new POST without a throttle fails."""
    bare = []
    for method, path in sorted(served()):
        view: Any = resolve(
            "/api/v1/" + re.sub(r"<int:\w+>", "1", path).replace("<str:code>", "PK")
        )
        if method == "post" and path.startswith(("billing/", "auth/register/")):
            bare += [path] if not view.func.view_class.throttle_classes else []
    assert bare == []


def test_sign_ins_per_address_are_limited(owner: User) -> None:
    for _ in range(30):
        assert log_in(owner.email, PASSWORD).status_code == 200
    assert is_throttled(log_in(owner.email, PASSWORD), within=60)
    assert log_in(owner.email, PASSWORD, **elsewhere()).status_code == 200


def guess_at_web_app(email: str, password: str, **request: Any) -> bool:
    return bool(log_in(email, password, **request).status_code == 200)


def guess_at_admin(email: str, password: str, **request: Any) -> bool:
    answer = Client().post(ADMIN, {"username": email, "password": password}, **request)
    return answer.status_code == 302


@pytest.mark.parametrize("first", [guess_at_web_app, guess_at_admin])
@pytest.mark.parametrize("then", [guess_at_web_app, guess_at_admin])
def test_guess_limit_is_shared_by_desk_and_api(
    billing_admin: User, first: Callable[..., bool], then: Callable[..., bool]
) -> None:
    guesser = elsewhere()
    assert then(billing_admin.email, PASSWORD, **guesser)
    for number in range(5):
        assert not first(billing_admin.email, f"guess-{number}", **guesser)
    assert not then(billing_admin.email, PASSWORD, **guesser)
    assert then(make_billing_admin().email, PASSWORD, **guesser)


@pytest.mark.parametrize("door", [guess_at_web_app, guess_at_admin])
def test_guesses_of_others_do_not_lock_user_out(
    billing_admin: User, door: Callable[..., bool]
) -> None:
    guesser = elsewhere()
    for number in range(20):
        door(billing_admin.email, f"guess-{number}", **guesser)
    assert not door(billing_admin.email, PASSWORD, **guesser)
    assert door(billing_admin.email, PASSWORD, **elsewhere())


@pytest.mark.parametrize("door", [LOG_IN, ADMIN])
def test_known_device_survives_distributed_guesses(
    billing_admin: User, settings: LazySettings, door: str
) -> None:
    settings.ACCOUNT_RATE_LIMITS = rate_limits({"guesses": "6/h/key"}, is_relaxed=False)
    fields = {"username": billing_admin.email, "email": billing_admin.email}
    right, wrong = ({**fields, "password": password} for password in (PASSWORD, "guess"))
    known, others, anybody = Client(), Client(), Client()
    as_json: Any = {} if door == ADMIN else {"content_type": "application/json"}
    gets_in = 302 if door == ADMIN else 200
    assert known.post(door, right, **as_json, **elsewhere()).status_code == gets_in
    log_in_of_another = {"username": make_billing_admin().email, "password": PASSWORD}
    assert others.post(ADMIN, log_in_of_another, **elsewhere()).status_code == 302
    known.get("/admin/logout/")
    known.cookies.pop("sessionid")
    others.cookies.pop("sessionid")
    anybody.cookies["known-device"] = known.cookies["known-device"].value[:-1] + "_"

    for _ in range(6):
        guessed = Client().post(door, wrong, **as_json, **elsewhere())
        assert guessed.status_code != gets_in
    for stranger in (Client(), others, anybody):
        refused = stranger.post(door, right, **as_json, **elsewhere())
        assert refused.status_code != gets_in
    assert known.post(door, right, **as_json, **elsewhere()).status_code == gets_in


def test_known_device_has_same_guess_limit(billing_admin: User) -> None:
    known = Client()
    right = {"username": billing_admin.email, "password": PASSWORD}
    assert known.post(ADMIN, right).status_code == 302
    known.cookies.pop("sessionid")
    for _ in range(5):
        assert known.post(ADMIN, {**right, "password": "guess"}, **elsewhere()).status_code == 200
    assert known.post(ADMIN, right, **elsewhere()).status_code == 200


def test_known_device_cookie_is_http_only(billing_admin: User) -> None:
    client = Client()
    client.post(ADMIN, {"username": billing_admin.email, "password": PASSWORD})
    cookie = client.cookies["known-device"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert billing_admin.email not in cookie.value


@pytest.mark.parametrize("door", [guess_at_web_app, guess_at_admin])
def test_guesses_per_address_are_limited(billing_admin: User, door: Callable[..., bool]) -> None:
    for number in range(10):
        assert not door(f"person{number}@shop.example", "guess")
    assert not door(billing_admin.email, PASSWORD)
    assert door(billing_admin.email, PASSWORD, **elsewhere())


def test_other_host_name_does_not_reset_limit(billing_admin: User) -> None:
    for number in range(5):
        guess_at_admin(billing_admin.email, f"guess-{number}", headers={"host": "localhost"})
    assert not guess_at_admin(billing_admin.email, PASSWORD, headers={"host": "127.0.0.1"})


def test_desk_reports_too_many_attempts(billing_admin: User) -> None:
    for _ in range(6):
        page = Client().post(ADMIN, {"username": billing_admin.email, "password": "guess"})
    assert "Too many failed login attempts" in page.content.decode()


@pytest.mark.parametrize("is_known", [True, False])
def test_resets_per_email_are_limited(*, owner: User, is_known: bool) -> None:
    email = owner.email if is_known else "nobody@shop.example"
    for _ in range(5):
        assert APIClient().post(RESET, {"email": email}, **elsewhere()).status_code == 200
    refused = APIClient().post(RESET, {"email": email.upper()}, **elsewhere())
    assert is_throttled(refused, within=3600)
    assert int(refused.headers["Retry-After"]) > 3500


def test_known_browser_has_its_own_reset_limit(owner: User) -> None:
    """Who can't log in at home asks for a link, however many somebody else has asked for."""
    at_home = APIClient()
    assert at_home.post(LOG_IN, {"email": owner.email, "password": PASSWORD}).status_code == 200
    for _ in range(6):
        elsewhere_asked = APIClient().post(RESET, {"email": owner.email}, **elsewhere())
    assert is_throttled(elsewhere_asked, within=3600)
    for _ in range(5):
        assert at_home.post(RESET, {"email": owner.email}).status_code == 200
    refused = at_home.post(RESET, {"email": f" {owner.email.upper()} "})
    assert is_throttled(refused, within=3600)  # but not forever
    assert int(refused.headers["Retry-After"]) > 3500


def test_resets_per_address_are_limited_across_emails(owner: User) -> None:
    for number in range(21):
        answer = APIClient().post(RESET, {"email": f"person{number}@shop.example"})
    assert is_throttled(answer, within=60)


# Which address is the client's


def test_untrusted_forwarded_header_is_ignored(catalog: None) -> None:
    answers = [
        sign_up(f"new{number}@shop.example", headers={"X-Forwarded-For": f"203.0.113.{number}"})
        for number in range(11)
    ]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]


def test_proxy_reported_address_is_limited(settings: LazySettings, catalog: None) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    liar = sign_up_often(lambda number: f"198.18.0.{number}, 203.0.113.7")
    other = sign_up("other@shop.example", headers={"X-Forwarded-For": "203.0.113.8"})

    assert [answer.status_code for answer in liar] == [201] * 10 + [429]
    assert other.status_code == 201


def test_direct_client_is_limited_by_connection_address(
    settings: LazySettings, catalog: None
) -> None:
    """As a probe within the network does, or after a wrong setting: no failure."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    answers = sign_up_often(lambda number: f"198.18.0.{number}", REMOTE_ADDR="203.0.113.7")
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]


@pytest.mark.parametrize("form", ["::ffff:198.51.100.{}", "64:ff9b::198.51.100.{}"])
def test_mapped_ipv4_addresses_are_counted_separately(
    settings: LazySettings, catalog: None, form: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    each = sign_up_often(form.format)
    assert {answer.status_code for answer in each} == {201}
    one = [
        sign_up(f"more{number}@shop.example", headers={"X-Forwarded-For": form.format(200)})
        for number in range(10)
    ]
    plain = sign_up("last@shop.example", headers={"X-Forwarded-For": "198.51.100.200"})
    assert [answer.status_code for answer in (*one, plain)] == [201] * 10 + [429]


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("64:ff9b::203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("203.0.113.7", "203.0.113.7"),
        ("", ""),
    ],
)
def test_address_has_one_plain_form(given: str, plain: str) -> None:
    assert plain_address(given) == plain


def test_request_without_an_address_is_recorded_without_one(
    settings: LazySettings, catalog: None
) -> None:
    """As over a Unix socket, past fewer proxies than the setting says."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    payment = make_payment(make_owner())
    url = f"/api/v1/billing/admin/payments/{payment.pk}/approve/"
    answer = client_of(make_billing_admin()).post(
        url, REMOTE_ADDR="", headers={"X-Forwarded-For": "198.18.0.1"}
    )
    assert answer.status_code == 200
    approvals = PaymentEvent.objects.filter(event="approve")
    assert set(approvals.values_list("ip_address", flat=True)) == {None}


# One count for all processes


@pytest.mark.parametrize("had_expired", [False, True])
@pytest.mark.django_db(transaction=True)
def test_concurrent_cache_adds_succeed_once(*, had_expired: bool) -> None:
    if had_expired:
        cache.set("code", "earlier")
        CacheEntry.objects.update(expires=utc_now() - timedelta(seconds=1))
    assert sum(at_once(16, lambda: cache.add("code", "used"))) == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_requests_respect_the_limit(settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = rate_limits({"register": "5/m/ip"}, is_relaxed=False)
    request = RequestFactory().post(REGISTER)

    def pass_through() -> bool:
        return bool(ratelimit.consume(request, app="allauth.account", action="register"))

    assert sum(at_once(16, pass_through)) == 5


@pytest.mark.django_db(transaction=True)
def test_concurrent_requests_reach_the_limit_exactly(settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = rate_limits({"register": "5/m/ip,9/h/ip"}, is_relaxed=False)

    def pass_through() -> bool:
        request = Request(RequestFactory().post(REGISTER))
        return RegisterThrottle().allow_request(request, RegisterView())

    assert sum(at_once(16, pass_through)) == 5
    counts = [len(json.loads(row.value)) for row in CacheEntry.objects.order_by("cache_key")]
    assert counts == [5, 5]  # a minute's limit refused the others before the hour's counted them


@pytest.mark.parametrize("value", ["", "{", "x", '{"a": 1}', '["a", null, [1]]', "[1, 2, 3, 4, 5]"])
def test_unreadable_and_old_counts_are_none(settings: LazySettings, value: str) -> None:
    settings.ACCOUNT_RATE_LIMITS = rate_limits({"register": "2/m/ip"}, is_relaxed=False)
    throttle, request = RegisterThrottle(), Request(RequestFactory().post(REGISTER))
    assert throttle.allow_request(request, RegisterView())
    CacheEntry.objects.update(value=value)
    passed = [throttle.allow_request(request, RegisterView()) for _ in range(3)]
    assert passed == [True, True, False]
    assert 59 <= throttle.wait() <= 60


def at_once(times: int, act: Callable[[], bool]) -> list[bool]:
    def run(_number: int) -> bool:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


@pytest.mark.django_db(transaction=True)
def test_counts_are_shared_between_processes() -> None:
    written = manage(
        "shell",
        "-c",
        "from django.core.cache import cache; cache.set('tries', [3])",
        environment=here(),
    )
    assert written.returncode == 0, written.stderr
    assert cache.get("tries") == [3]


def test_tampered_cache_entry_is_never_executed(tmp_path: Path) -> None:
    proof = tmp_path / "ran"
    pickled = base64.b64encode(pickle.dumps(Harmful(str(proof)))).decode()
    for value in (pickled, "", "{", "x"):
        CacheEntry.objects.update_or_create(
            cache_key=cache.make_key("tries"),
            defaults={"value": value, "expires": utc_now() + timedelta(hours=1)},
        )
        assert cache.get("tries") is None
        assert cache.get_many(["tries"]) == {}
        cache.add("tries", [1])
        assert cache.get("tries") is None  # it exists, but can't be read
    assert not proof.exists()
    cache.set("tries", [1.5, 2])
    assert cache.get("tries") == [1.5, 2]


class Harmful:
    """Makes a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return open, (self.path, "w")


def test_expired_cache_entries_are_removed() -> None:
    cache.set("old", 1)
    CacheEntry.objects.update(expires=utc_now() - timedelta(seconds=1))
    cache.set("new", 1)
    remove_expired(0)
    assert [row.cache_key for row in CacheEntry.objects.all()] == [cache.make_key("new")]


# The settings


def test_development_limits_are_relaxed_except_per_email() -> None:
    relaxed = rate_limits({"register": "3/m/ip, 7/m/key"}, is_relaxed=True)
    assert relaxed["register"] == "300/m/ip,7/m/key"
    assert relaxed["pay"] == "2000/m/user,20000/h/user,6000/m/ip"
    assert rate_limits({}, is_relaxed=False) == RATE_LIMITS


@pytest.mark.parametrize("changes", [{"log_in": "3/m/ip"}, {"login": "3 a minute"}, {"login": ""}])
def test_unknown_rate_limit_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"log_in|no limit"):
        rate_limits(changes, is_relaxed=False)


@pytest.mark.django_db(transaction=True)
def test_counts_in_use_are_not_removed() -> None:
    """Whoever counts holds the row of an expired limit, and waits for nobody's clean-up."""
    for key in ("used", "unused"):
        cache.set(key, [1.0])
    CacheEntry.objects.update(expires=utc_now() - timedelta(seconds=1))
    with somebody_else() as other:
        other.execute("SELECT 1 FROM common_cacheentry WHERE cache_key LIKE '%:used' FOR UPDATE")
        platform_cache.remove_expired(now=utc_now())
        assert [row.cache_key.rpartition(":")[2] for row in CacheEntry.objects.all()] == ["used"]
