"""``Idempotency-Key`` on everything that moves money."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment
from igny8_core.common.models import IdempotencyRecord
from tests.factories import (
    PASSWORD,
    client_of,
    confirmation_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
)
from tests.racer import Answer, Call
from tests.races import Racers

PAYMENTS = "/api/v1/billing/admin/payments/"
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


def method_change() -> Request:
    owner = make_owner()
    url = f"/api/v1/billing/invoices/{invoice_of(owner).pk}/payment-method/"
    return client_of(owner), url, {"payment_method": "raast"}, {"payment_method": "jazzcash"}


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
    method_change,
    voiding,
]


@pytest.mark.django_db
@pytest.mark.parametrize("request_of", REQUESTS)
def test_same_key_and_body_gives_the_first_answer(
    catalog: None, request_of: Callable[[], Request]
) -> None:
    client, url, body, _ = request_of()
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
def test_a_refused_request_leaves_its_key_free(owner: User, owner_api: APIClient) -> None:
    body = {**confirmation_of(owner), "amount": "88.00"}
    refused = owner_api.post(f"{PAYMENTS}confirm/", body, headers={"Idempotency-Key": "k-1"})
    assert refused.status_code == 400

    corrected = {**body, "amount": "89.00"}
    answer = owner_api.post(f"{PAYMENTS}confirm/", corrected, headers={"Idempotency-Key": "k-1"})

    assert answer.status_code == 201


@pytest.mark.django_db
def test_the_key_is_the_senders_own(catalog: None) -> None:
    for client, url, body, _ in (confirmation(), confirmation()):
        assert client.post(url, body, headers={"Idempotency-Key": "same"}).status_code == 201

    assert Payment.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["x" * 256, "schlüssel", "tab\tinside"])
def test_refuses_keys_that_are_none(owner_api: APIClient, key: str) -> None:
    answer = owner_api.post(f"{PAYMENTS}confirm/", {}, headers={"Idempotency-Key": key})
    assert answer.status_code == 400


@pytest.mark.django_db
def test_keeps_no_password(api: APIClient, catalog: None) -> None:
    _, url, body, _ = registration()
    api.post(url, body, headers={"Idempotency-Key": "k-1"})

    record = IdempotencyRecord.objects.get()
    assert PASSWORD not in f"{record.fingerprint}{record.response_body}"


@pytest.mark.django_db(transaction=True)
def test_while_the_first_runs_the_second_is_told_so(racers: Racers, owner: User) -> None:
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
