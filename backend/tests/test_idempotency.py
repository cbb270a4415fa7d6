"""``Idempotency-Key`` on everything that moves money."""

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import QueryDict
from django.utils.crypto import salted_hmac
from rest_framework.test import APIClient

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import Payment
from igny8_core.common.http import fingerprints
from igny8_core.common.models import IdempotencyRecord
from tests.factories import (
    PASSWORD,
    approve,
    client_of,
    confirmation_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
    make_receipt,
)
from tests.racer import Answer, Call
from tests.races import Racers

PAYMENTS = "/api/v1/billing/admin/payments/"
whose_answers = import_module("igny8_core.business.billing.migrations.0007_whose_answers")
Request = tuple[APIClient, str, dict[str, Any], dict[str, Any]]


def registration() -> Request:
    body = {"email": "once@shop.example", "password": PASSWORD, "plan_slug": "free"}
    return APIClient(), "/api/v1/auth/register/", body, {**body, "email": "other@shop.example"}


def confirmation() -> Request:
    owner = make_owner()
    body = confirmation_of(owner)
    return client_of(owner), f"{PAYMENTS}confirm/", body, {**body, "manual_notes": "Changed"}


def withdrawal() -> Request:
    owner = make_owner()
    url = f"/api/v1/billing/payments/{make_payment(owner).pk}/withdraw/"
    return client_of(owner), url, {}, {"unexpected": "Changed"}


def approval() -> Request:
    url = f"{PAYMENTS}{make_payment(make_owner()).pk}/approve/"
    return client_of(make_billing_admin()), url, {}, {"admin_notes": "Changed"}


def rejection() -> Request:
    url = f"{PAYMENTS}{make_payment(make_owner()).pk}/reject/"
    body = {"admin_notes": "Reference not found"}
    return client_of(make_billing_admin()), url, body, {"admin_notes": "Changed"}


def upgrade() -> Request:
    owner = make_owner(plan_slug="free")
    body = {"plan_slug": "growth", "payment_method": "bank_transfer"}
    return (
        client_of(owner),
        "/api/v1/billing/subscriptions/upgrade/",
        body,
        {**body, "plan_slug": "scale"},
    )


def cancellation() -> Request:
    owner = make_owner()
    approve(make_payment(owner), make_billing_admin())
    url = "/api/v1/billing/subscriptions/current/cancel/"
    return client_of(owner), url, {"reason": "Too dear"}, {"reason": "Changed"}


def plan_choice() -> Request:
    owner = make_owner()
    approve(make_payment(owner), make_billing_admin())
    url = "/api/v1/billing/subscriptions/current/plan/"
    return client_of(owner), url, {"plan_slug": "growth"}, {"plan_slug": "scale"}


def method_change() -> Request:
    owner = make_owner()
    url = f"/api/v1/billing/invoices/{invoice_of(owner).pk}/payment-method/"
    return client_of(owner), url, {"payment_method": "raast"}, {"payment_method": "jazzcash"}


def reversal() -> Request:
    admin, payment = make_billing_admin(), make_payment(make_owner())
    approve(payment, admin)
    body = {"reason": "It bounced", "invoice_becomes": "pending"}
    url = f"{PAYMENTS}{payment.pk}/reverse/"
    return client_of(admin), url, body, {**body, "reason": "Changed"}


def voiding() -> Request:
    url = f"/api/v1/billing/admin/invoices/{invoice_of(make_owner()).pk}/void/"
    return client_of(make_billing_admin()), url, {"reason": "Ordered twice"}, {"reason": "Changed"}


REQUESTS = [
    registration,
    confirmation,
    withdrawal,
    approval,
    rejection,
    upgrade,
    cancellation,
    plan_choice,
    method_change,
    reversal,
    voiding,
]


SINCE_RECORDS_NAME_IT = (cancellation, plan_choice)  # acts that no release before it had


@pytest.mark.django_db
@pytest.mark.parametrize("request_of", REQUESTS)
def test_same_key_and_body_replays_first_answer(
    catalog: None, request_of: Callable[[], Request]
) -> None:
    client, url, body, _ = request_of()
    if "proof" not in body:  # otherwise it is a form
        body = {**body, "unknown": [1.5, 1e30]}  # read as Decimal
    first = client.post(url, body, headers={"Idempotency-Key": "k-1"})
    again = client.post(url, body, headers={"Idempotency-Key": "k-1"})

    assert first.status_code in {200, 201}, first.json()
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"


@pytest.mark.django_db
@pytest.mark.parametrize("request_of", REQUESTS)
def test_same_key_with_another_body_is_refused(
    catalog: None, request_of: Callable[[], Request]
) -> None:
    client, url, body, other_body = request_of()
    client.post(url, body, headers={"Idempotency-Key": "k-1"})
    answer = client.post(url, other_body, headers={"Idempotency-Key": "k-1"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "idempotency_key_reused"


@pytest.mark.django_db
def test_refused_request_does_not_use_up_its_key(owner: User, owner_api: APIClient) -> None:
    body = {**confirmation_of(owner), "amount": "88.00"}
    refused = owner_api.post(f"{PAYMENTS}confirm/", body, headers={"Idempotency-Key": "k-1"})
    assert refused.status_code == 400

    corrected = {**body, "amount": "89.00"}
    answer = owner_api.post(f"{PAYMENTS}confirm/", corrected, headers={"Idempotency-Key": "k-1"})

    assert answer.status_code == 201


@pytest.mark.django_db
def test_key_is_scoped_to_its_sender(catalog: None) -> None:
    for client, url, body, _ in (confirmation(), confirmation()):
        assert client.post(url, body, headers={"Idempotency-Key": "same"}).status_code == 201

    assert Payment.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["x" * 256, "schlüssel", "tab\tinside"])
def test_invalid_key_is_refused(owner_api: APIClient, key: str) -> None:
    answer = owner_api.post(f"{PAYMENTS}confirm/", {}, headers={"Idempotency-Key": key})
    assert answer.status_code == 400


@pytest.mark.django_db
def test_record_contains_no_password(api: APIClient, catalog: None) -> None:
    _, url, body, _ = registration()
    api.post(url, body, headers={"Idempotency-Key": "k-1"})

    record = IdempotencyRecord.objects.get()
    assert PASSWORD not in f"{record.fingerprint}{record.response_body}"


def digest_of_the_release_before(body: dict[str, Any]) -> str:
    texts = {name: str(value) for name, value in body.items()}
    canonical = json.dumps(texts, sort_keys=True)
    return salted_hmac("igny8.idempotency", canonical, algorithm="sha256").hexdigest()


@pytest.mark.django_db
@pytest.mark.parametrize("is_of_the_release_before", [False, True])
def test_replay_survives_secret_key_rotation(
    settings: LazySettings, owner: User, owner_api: APIClient, *, is_of_the_release_before: bool
) -> None:
    body = confirmation_of(owner)
    headers = {"Idempotency-Key": "k-1"}
    first = owner_api.post(f"{PAYMENTS}confirm/", body, headers=headers)
    if is_of_the_release_before:
        digest = digest_of_the_release_before(body)
        IdempotencyRecord.objects.update(fingerprint=digest)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-key-of-enough-characters"
    client = client_of(owner)  # the key signs its session
    again = client.post(f"{PAYMENTS}confirm/", body, headers=headers)
    other = client.post(f"{PAYMENTS}confirm/", {**body, "manual_notes": "Changed"}, headers=headers)

    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert other.status_code == 422


def form(value: Any) -> QueryDict:
    """Return the parsed form of a field."""
    body = QueryDict(mutable=True)
    body["field"] = value
    return body


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"field": None}, {"field": "None"}),
        ({"field": 1}, {"field": "1"}),
        ({"field": 1}, {"field": 1.0}),
        ({"field": Decimal("1.5")}, {"field": "1.5"}),
        ({"field": Decimal("1.5")}, {"field": Decimal("1.50")}),
        ({"field": True}, {"field": "True"}),
        ({"field": True}, {"field": 1}),
        ({"field": ["1"]}, {"field": [1]}),
        ({"field": {"1": 2}}, {"field": "{'1': 2}"}),
        ({"field": ["1"]}, form("1")),
        (form("1"), form("2")),
        (form(make_receipt()), form(hashlib.sha256(make_receipt().read()).hexdigest())),
        (form(make_receipt()), form(SimpleUploadedFile("receipt.png", b"Another"))),
    ],
)
def test_fingerprint_distinguishes_values_and_types(first: Any, second: Any) -> None:
    for one, other in ((first, second), (second, first)):
        assert fingerprints.matches(fingerprints.current(one), one)
        assert not fingerprints.matches(fingerprints.current(one), other)


def test_fingerprint_ignores_key_order_and_file_name() -> None:
    for one, other in (
        ({"a": 1, "b": [2]}, {"b": [2], "a": 1}),
        (form(make_receipt()), form(make_receipt("another name.png"))),
    ):
        assert fingerprints.matches(fingerprints.current(one), other)


@pytest.mark.django_db
def test_fingerprint_distinguishes_null_from_text(owner: User, owner_api: APIClient) -> None:
    url, headers = f"{PAYMENTS}confirm/", {"Idempotency-Key": "k-1"}
    body = {**confirmation_of(owner), "extra": None}
    assert owner_api.post(url, body, headers=headers).status_code == 201
    assert owner_api.post(url, {**body, "extra": "None"}, headers=headers).status_code == 422


@pytest.mark.django_db
@pytest.mark.parametrize("request_of", REQUESTS)
def test_record_names_its_account(catalog: None, request_of: Callable[[], Request]) -> None:
    """So that it goes with its account, whoever got it: admins too."""
    client, url, body, _ = request_of()
    assert client.post(url, body, headers={"Idempotency-Key": "k-1"}).status_code in {200, 201}
    record, account = IdempotencyRecord.objects.get(), Account.objects.get()
    assert record.account_id == account.pk
    if request_of in SINCE_RECORDS_NAME_IT:
        return

    IdempotencyRecord.objects.update(account_id=None)  # as the previous release stored it
    with connection.cursor() as cursor:
        cursor.execute(whose_answers.FILL % ())
    record.refresh_from_db()
    assert record.account_id == account.pk


@pytest.mark.django_db(transaction=True)
def test_concurrent_request_with_same_key_gets_409(racers: Racers, owner: User) -> None:
    """The first is held up where it has its key and nothing else, until the second is answered."""
    client, url, body, _ = confirmation()
    second = Call(url, body, user_id=int(client.session["_auth_user_id"]), key="k-1")
    answers: list[Answer] = []
    stored = IdempotencyRecord.objects.create

    def send_second_then_store(**values: Any) -> IdempotencyRecord:
        answers.extend(racers.race([second]))
        return stored(**values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(IdempotencyRecord.objects, "create", send_second_then_store)
        first = client.post(url, body, headers={"Idempotency-Key": "k-1"})

    assert first.status_code == 201
    assert [(answer.status, answer.code) for answer in answers] == [(409, "idempotency_key_in_use")]
