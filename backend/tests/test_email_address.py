"""The only address that a person signs in with, and the only ways to change it."""

import importlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import LazySettings, settings
from django.core import mail
from django.db import connection
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import EmailChange, Session, User
from igny8_core.auth.services import email_addresses
from igny8_core.auth.tasks import remove_expired
from igny8_core.common.clock import utc_now
from igny8_core.common.models import OutgoingMail
from tests.factories import PASSWORD, account_of, client_of, make_owner

pytestmark = pytest.mark.django_db
BROWSER = "/_allauth/browser/v1/"
EMAIL = "/api/v1/auth/email/"
ME = "/api/v1/auth/me/"
OLD, NEW = "ayesha@shop.example", "ayesha@new.example"
NEW_PASSWORD = "other-horse-battery"


@pytest.fixture
def owner(catalog: None) -> User:
    owner = make_owner(email=OLD)
    EmailAddress.objects.filter(user=owner).update(verified=True)
    return owner


def log_in(email: str, password: str = PASSWORD) -> APIClient | None:
    """Sign a browser in; return None if refused."""
    client = APIClient()
    answer = client.post(f"{BROWSER}auth/login", {"email": email, "password": password})
    return client if answer.status_code == 200 else None


def ask(client: APIClient, email: str = NEW, password: str = PASSWORD) -> Any:
    return client.post(EMAIL, {"email": email, "password": password})


def mails() -> list[tuple[str, str]]:
    """Kind and recipient of all prepared emails, in order."""
    jobs = ProcrastinateJob.objects.filter(task_name__endswith="deliver_prepared_mail")
    found = [OutgoingMail.objects.get(job_id=job.pk) for job in jobs.order_by("id")]
    return [(mail.kind, mail.recipient) for mail in found]


def link_to(recipient: str) -> str:
    """Return the key of the newest link that was sent to an address."""
    sent = OutgoingMail.objects.filter(recipient=recipient).order_by("-pk")
    for row in sent:
        body = ProcrastinateJob.objects.get(pk=row.job_id).args.get("body", "")
        if found := re.search(r"/(?:verify-email|reset-password)/(\S+)", body):
            return unquote(found[1])
    raise AssertionError(sent)


def follow(key: str) -> Any:
    """Open a confirmation link in a browser where nobody is signed in."""
    return APIClient().post(f"{BROWSER}auth/email/verify", {"key": key})


def code_of(answer: Any) -> str:
    errors = answer.json().get("errors") or [{"code": ""}]
    return str(errors[0]["code"])


def ask_for_reset(email: str) -> None:
    APIClient().post(f"{BROWSER}auth/password/request", {"email": email})


def assert_logs_in_alone(user: User, email: str, password: str = PASSWORD) -> None:
    """Assert that this address is stored everywhere, and that only it can sign in."""
    user = User.objects.get(pk=user.pk)
    assert user.email == email
    assert list(EmailAddress.objects.filter(user=user).values_list("email", "primary")) == [
        (email, True)
    ]
    assert log_in(email, password)
    for other in {OLD, NEW} - {email}:
        assert not log_in(other, password)
        ask_for_reset(other)
        assert mails()[-1] == ("unknown_account", other)


# The own page


def test_email_change_requires_the_password(owner: User, settings: LazySettings) -> None:
    """Neither that of the log-in nor that of a sign-up, however fresh."""
    settings.ACCOUNT_RATE_LIMITS = False
    fresh = APIClient()
    body = {"email": "fresh@shop.example", "password": PASSWORD, "plan_slug": "free"}
    assert fresh.post("/api/v1/auth/register/", body).status_code == 201
    for client in (fresh, log_in(OLD), client_of(owner)):
        assert client
        before = mails()
        for password in ("", "wrong-password", None):
            answer = client.post(EMAIL, {"email": NEW, "password": password})
            assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "password")
        assert client.post(EMAIL, {"email": NEW}).status_code == 400
        assert mails() == before
    assert not EmailChange.objects.exists()


@pytest.mark.parametrize("method", ["post", "patch", "delete"])
def test_allauth_email_endpoints_are_closed(owner: User, method: str) -> None:
    for kind in ("browser", "app"):
        client = log_in(OLD)
        assert client
        client.post(f"/_allauth/{kind}/v1/auth/reauthenticate", {"password": PASSWORD})
        body = {"email": NEW, "primary": True}
        answer = client.generic(
            method.upper(),
            f"/_allauth/{kind}/v1/account/email",
            str(body).replace("'", '"').replace("True", "true"),
            content_type="application/json",
        )
        assert answer.status_code == 405
    assert_logs_in_alone(owner, OLD)


def test_new_email_applies_once_link_is_used(owner: User) -> None:
    client = log_in(OLD)
    assert client
    answer = ask(client, "Ayesha@New.Example")
    assert answer.status_code == 200
    assert (answer.json()["email"], answer.json()["pending_email"]) == (OLD, NEW)
    assert mails()[-2:] == [("confirm_new_email", NEW), ("email_change_asked", OLD)]
    assert_logs_in_alone(owner, OLD)

    key = link_to(NEW)
    looked = APIClient().get(
        f"{BROWSER}auth/email/verify", headers={"X-Email-Verification-Key": key}
    )
    assert (looked.status_code, looked.json()["data"]["email"]) == (200, NEW)
    assert follow(key).status_code == 401  # it worked, and nobody is signed in here
    assert mails()[-1] == ("email_changed", OLD)
    me = client.get(ME).json()["user"]
    assert (me["email"], me["email_verified"], me["pending_email"]) == (NEW, True, None)
    assert_logs_in_alone(owner, NEW)
    assert code_of(follow(key)) == "link_used"


def test_program_can_change_email(owner: User) -> None:
    body = {"email": OLD, "password": PASSWORD}
    answer = APIClient().post("/_allauth/app/v1/auth/login", body)
    program = APIClient(headers={"X-Session-Token": answer.json()["meta"]["session_token"]})
    assert ask(program).status_code == 200
    key = {"key": link_to(NEW)}
    assert program.post("/_allauth/app/v1/auth/email/verify", key).status_code == 200
    assert_logs_in_alone(owner, NEW)


def test_copied_billing_email_follows_the_change(owner: User) -> None:
    """Sign-up has copied the address into the account; one that was typed there stays."""
    assert account_of(owner).billing_email == OLD
    ask(client_of(owner))
    follow(link_to(NEW))
    assert account_of(owner).billing_email == NEW

    account = account_of(owner)
    account.billing_email = "books@shop.example"
    account.save()
    ask(client_of(owner), OLD)
    follow(link_to(OLD))
    assert account_of(owner).billing_email == "books@shop.example"


@pytest.mark.parametrize(
    ("email", "code"),
    [
        (OLD.upper(), "email_unchanged"),
        ("other@shop.example", "email_already_registered"),
        ("closed-x@closed.invalid", "email_unusable"),
        ("nobody", "invalid"),
        ("a\x00@shop.example", "control_characters_not_allowed"),
    ],
)
def test_unusable_email_is_refused(owner: User, email: str, code: str) -> None:
    make_owner(email="other@shop.example")
    answer = ask(client_of(owner), email)
    assert (answer.status_code, code_of(answer)) == (400, code)
    assert answer.json()["errors"][0]["attr"] == "email"
    assert not EmailChange.objects.exists()


def test_sign_up_with_erased_email_is_refused(catalog: None) -> None:
    body = {"email": "closed-x@closed.invalid", "password": PASSWORD, "plan_slug": "free"}
    answer = APIClient().post("/api/v1/auth/register/", body)
    assert (answer.status_code, code_of(answer)) == (400, "email_unusable")


def test_second_request_replaces_the_first(owner: User) -> None:
    client = client_of(owner)
    ask(client, "first@new.example")
    first = link_to("first@new.example")
    ask(client)
    assert code_of(follow(first)) == "link_used"
    follow(link_to(NEW))
    assert_logs_in_alone(owner, NEW)


def test_email_change_can_be_cancelled(owner: User) -> None:
    client = client_of(owner)
    ask(client)
    assert client.delete(EMAIL).status_code == 204
    assert client.get(ME).json()["user"]["pending_email"] is None
    assert code_of(follow(link_to(NEW))) == "link_used"
    assert_logs_in_alone(owner, OLD)


def reset(owner: User) -> None:
    ask_for_reset(OLD)
    body = {"key": link_to(OLD), "password": NEW_PASSWORD}
    APIClient().post(f"{BROWSER}auth/password/reset", body)


def change(owner: User) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    client_of(owner).post(f"{BROWSER}account/password/change", body)


def change_at_the_desk(owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    client = Client()
    client.force_login(User.objects.get(pk=owner.pk))
    body = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert client.post("/admin/password_change/", body).status_code == 302


def be_given_one(owner: User) -> None:
    body = {
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
        "usable_password": "true",
        "your_password": PASSWORD,
    }
    answer = root().post(f"/admin/igny8_auth/user/{owner.pk}/password/", body)
    assert answer.status_code == 302


@pytest.mark.parametrize("way", [reset, change, change_at_the_desk, be_given_one])
def test_password_change_cancels_email_change(owner: User, way: Any) -> None:
    """As the mail to the present address says: whoever knew the earlier one is out."""
    ask(client_of(owner))
    key = link_to(NEW)
    way(owner)
    assert code_of(follow(key)) == "link_used"
    assert not EmailChange.objects.exists()
    assert_logs_in_alone(owner, OLD, NEW_PASSWORD)


def test_changed_password_hash_cancels_email_change(owner: User) -> None:
    ask(client_of(owner))
    owner.set_password(NEW_PASSWORD)
    owner.save()
    assert code_of(follow(link_to(NEW))) == "link_used"


def test_email_change_expires(owner: User) -> None:
    ask(client_of(owner))
    key = link_to(NEW)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3, minutes=1), tick=False):
        assert code_of(follow(key)) == "link_expired"
        remove_expired(0)
    assert not EmailChange.objects.exists()


@pytest.mark.parametrize("key", ["", "-a", "::", "made-up", "x:y:z", "\u0661"])
def test_invalid_keys_do_nothing(owner: User, key: str) -> None:
    ask(client_of(owner))
    assert follow(key).status_code == 400
    assert_logs_in_alone(owner, OLD)


def test_used_sign_up_link_says_used(catalog: None) -> None:
    body = {"email": NEW, "password": PASSWORD, "plan_slug": "free"}
    APIClient().post("/api/v1/auth/register/", body)
    key = link_to(NEW)
    follow(key)
    assert code_of(follow(key)) == "link_used"


def test_old_link_does_not_verify_new_email(owner: User) -> None:
    EmailAddress.objects.filter(user=owner).update(verified=False)
    client_of(owner).put(f"{BROWSER}account/email", {"email": OLD})
    key = link_to(OLD)
    email_addresses.change_email(user_id=owner.pk, new_email=NEW, actor=Actor(), now=utc_now())
    assert code_of(follow(key)) == "link_used"
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_mails_to_one_address_are_limited(owner: User) -> None:
    """Five an hour to one address, from however many accounts."""
    statuses = [ask(client_of(make_owner())).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_password_guesses_are_limited(owner: User) -> None:
    client = client_of(owner)
    for number in range(5):
        assert code_of(ask(client, password=f"guess-{number}")) == "password_incorrect"
    refused = ask(client)
    assert (refused.status_code, code_of(refused)) == (429, "too_many_attempts")
    assert not EmailChange.objects.exists()


def test_both_mails_use_the_users_language(owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(language="ur")
    ask(client_of(User.objects.get(pk=owner.pk)))
    jobs = ProcrastinateJob.objects.filter(task_name__endswith="deliver_prepared_mail")
    for job in jobs.order_by("-id")[:2]:
        assert "ای میل" in job.args["subject"]
        assert NEW in job.args["body"]
    assert not mail.outbox


# Nobody is in the way of anybody


def test_requested_email_stays_free_for_its_owner(owner: User) -> None:
    ask(client_of(owner))
    key = link_to(NEW)
    body = {"email": NEW, "password": NEW_PASSWORD, "plan_slug": "free"}
    hers = APIClient()
    assert hers.post("/api/v1/auth/register/", body).status_code == 201

    before = len(mails())
    ask_for_reset(NEW)
    assert mails()[before:] == [("password_reset_key", NEW)]
    APIClient().post(
        f"{BROWSER}auth/password/reset", {"key": link_to(NEW), "password": "third-horse-battery"}
    )
    answer = follow(key)
    assert (answer.status_code, code_of(answer)) == (400, "email_already_registered")
    client = log_in(NEW, "third-horse-battery")
    assert client
    assert client.get(ME).json()["user"]["id"] != owner.pk
    assert User.objects.get(pk=owner.pk).email == OLD


def test_password_reset_verifies_email(owner: User) -> None:
    EmailAddress.objects.filter(user=owner).update(verified=False)
    reset(owner)
    assert EmailAddress.objects.get(user=owner).verified


def test_password_reset_locks_out_stranger_who_signed_up(catalog: None) -> None:
    thief = APIClient()
    body = {"email": OLD, "password": PASSWORD, "plan_slug": "free"}
    thief.post("/api/v1/auth/register/", body)
    ask(thief, "thief@evil.example")
    key = link_to("thief@evil.example")
    reset(User.objects.get(email=OLD))

    assert code_of(follow(key)) == "link_used"
    assert thief.get(ME).status_code == 401
    ask_for_reset("thief@evil.example")
    assert mails()[-1] == ("unknown_account", "thief@evil.example")
    assert_logs_in_alone(User.objects.get(email=OLD), OLD, NEW_PASSWORD)


# The desk


def root() -> Client:
    """A superuser in the admin site."""
    client = Client()
    client.force_login(User.objects.create_superuser("root@desk.example", PASSWORD))
    return client


def change_user(client: Client, user: User, **changes: Any) -> str:
    """Save a person's form, and return the errors that the page shows."""
    body = {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "account": user.account_id or "",
        "role": user.role,
        "language": user.language,
        "is_active": "on",
        **changes,
    }
    answer = client.post(f"/admin/igny8_auth/user/{user.pk}/change/", body)
    if answer.status_code == 302:
        return ""
    form = answer.context["adminform"].form
    return str(dict(form.errors))


def test_desk_email_change_applies_at_once(owner: User) -> None:
    session = log_in(OLD)
    ask_for_reset(OLD)
    key = link_to(OLD)
    assert session
    assert change_user(root(), owner, email="Ayesha@New.Example", your_password=PASSWORD) == ""

    assert session.get(ME).status_code == 401
    assert ("email_changed", OLD) in mails()
    assert ("email_confirmation", NEW) in mails()
    used = APIClient().get(f"{BROWSER}auth/password/reset", headers={"X-Password-Reset-Key": key})
    assert code_of(used) == "link_used"
    assert_logs_in_alone(owner, NEW)
    assert not EmailAddress.objects.get(user=owner).verified
    assert account_of(owner).billing_email == NEW
    follow(link_to(NEW))
    assert EmailAddress.objects.get(user=owner).verified


@pytest.mark.parametrize("password", ["", "wrong-password"])
def test_desk_email_change_requires_admin_password(owner: User, password: str) -> None:
    errors = change_user(root(), owner, email=NEW, your_password=password)
    assert "your_password" in errors
    assert_logs_in_alone(owner, OLD)


def test_desk_password_change_requires_admin_password(owner: User) -> None:
    body = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}
    client = root()
    for own in ({}, {"your_password": "wrong-password"}):
        page = client.post(f"/admin/igny8_auth/user/{owner.pk}/password/", {**body, **own})
        assert page.status_code == 200
        assert b"your_password" in page.content
    assert log_in(OLD)


def test_own_password_has_its_own_desk_page() -> None:
    client = root()
    own = User.objects.get(email="root@desk.example")
    answer = client.post(f"/admin/igny8_auth/user/{own.pk}/password/", {"password1": "x"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/password_change/")


def test_own_email_cannot_be_changed_at_desk() -> None:
    client = root()
    own = User.objects.get(email="root@desk.example")
    errors = change_user(
        client, own, email=NEW, is_staff="on", is_superuser="on", your_password=PASSWORD
    )
    assert f"{settings.FRONTEND_URL}/account" in errors
    assert User.objects.get(pk=own.pk).email == "root@desk.example"


@pytest.mark.parametrize("email", ["other@shop.example", "OTHER@shop.example", "a@closed.invalid"])
def test_desk_refuses_unusable_email(owner: User, email: str) -> None:
    make_owner(email="other@shop.example")
    assert "email" in change_user(root(), owner, email=email, your_password=PASSWORD)
    assert_logs_in_alone(owner, OLD)


def test_other_desk_fields_need_no_password(owner: User) -> None:
    assert change_user(root(), owner, first_name="Bilal") == ""
    assert User.objects.get(pk=owner.pk).first_name == "Bilal"
    assert_logs_in_alone(owner, OLD)


def test_user_created_at_desk_has_an_email(catalog: None) -> None:
    body = {"email": NEW.upper(), "password1": PASSWORD, "password2": PASSWORD}
    body["your_password"] = PASSWORD
    answer = root().post("/admin/igny8_auth/user/add/", {**body, "usable_password": "true"})
    assert answer.status_code == 302
    assert mails() == [("email_confirmation", NEW)]
    assert_logs_in_alone(User.objects.get(email=NEW), NEW)


def test_email_addresses_have_no_desk_page(owner: User) -> None:
    assert root().get("/admin/account/emailaddress/").status_code == 404


# What was there before


def test_migration_leaves_each_user_one_email(owner: User) -> None:
    migration = importlib.import_module("igny8_core.auth.migrations.0007_one_address_a_person")
    other, staff = make_owner(email="x@shop.example"), User.objects.create_superuser("r@x.example")
    execute(migration.NO_GUARDS)
    EmailAddress.objects.filter(user=staff).delete()
    EmailAddress.objects.filter(user=owner).update(primary=False)
    for user, email, verified in (
        (owner, "x@shop.example", False),  # somebody else's, blocking its owner
        (owner, "second@shop.example", True),
        (other, "X@shop.example", True),  # the same one, spelt otherwise
    ):
        EmailAddress.objects.create(user=user, email=email, verified=verified)
    execute(migration.ONE_ROW_EACH)
    execute(migration.GUARDS)

    rows = EmailAddress.objects.values_list("user", "email", "verified", "primary")
    assert set(rows) == {
        (owner.pk, OLD, True, True),
        (other.pk, "x@shop.example", True, True),
        (staff.pk, "r@x.example", True, True),
    }


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)


# Who signs up again with an old request


REGISTER = "/api/v1/auth/register/"
SIGN_UP = {"email": NEW, "password": PASSWORD, "plan_slug": "free"}


def send_again(client: APIClient) -> int:
    """Send the sign-up again; return whether that signed in."""
    answer = client.post(REGISTER, SIGN_UP, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 201
    return int(client.get(ME).status_code)


@pytest.fixture
def signed_up(catalog: None) -> APIClient:
    client = APIClient()
    assert send_again(client) == 200
    return client


def test_repeated_sign_up_signs_in(
    signed_up: APIClient,
) -> None:
    assert send_again(APIClient()) == 200


def test_repeated_sign_up_fails_after_password_change(signed_up: APIClient) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    signed_up.post(f"{BROWSER}account/password/change", body)
    assert send_again(APIClient()) == 401


def test_repeated_sign_up_fails_after_sign_out_everywhere(signed_up: APIClient) -> None:
    signed_up.post("/api/v1/auth/log-out-everywhere/")
    assert log_in(NEW)
    assert send_again(APIClient()) == 401


def test_repeated_sign_up_fails_after_sign_out(signed_up: APIClient) -> None:
    signed_up.delete(f"{BROWSER}auth/session")
    assert send_again(APIClient()) == 401


def test_repeated_sign_up_fails_after_an_hour(signed_up: APIClient) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1, minutes=1), tick=False):
        assert send_again(APIClient()) == 401


def test_repeated_sign_up_fails_for_inactive_user(signed_up: APIClient) -> None:
    User.objects.update(is_active=False)
    assert send_again(APIClient()) == 401
    assert Session.objects.count() == 1
