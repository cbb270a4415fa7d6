"""Losing a right takes effect at once, in open sessions and for existing tokens."""

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment
from tests.factories import PASSWORD, client_of, make_owner, make_payment

pytestmark = pytest.mark.django_db
ME = "/api/v1/auth/me/"
QUEUE = "/admin/billing/payment/?status__exact=pending_approval"
DESK = "/api/v1/billing/admin/payments/"


def with_token(user: User) -> APIClient:
    """Return a program's client, signed in with allauth's app client."""
    client = APIClient()
    body = {"email": user.email, "password": PASSWORD}
    answer = client.post("/_allauth/app/v1/auth/login", body)
    token = answer.json()["meta"]["session_token"]
    return APIClient(headers={"X-Session-Token": token})


WAYS = pytest.mark.parametrize("log_in", [client_of, with_token])


def approve(client: APIClient, payment: Payment) -> int:
    return int(client.post(f"{DESK}{payment.pk}/approve/").status_code)


@WAYS
def test_deactivated_user_loses_access(owner: User, log_in: Callable[[User], APIClient]) -> None:
    client = log_in(owner)
    assert client.get(ME).status_code == 200
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert client.get(ME).status_code == 401
    assert client.get("/api/v1/billing/invoices/").status_code == 401


@WAYS
def test_new_password_ends_open_session(owner: User, log_in: Callable[[User], APIClient]) -> None:
    client = log_in(owner)
    assert client.get(ME).status_code == 200
    owner.set_password("another-horse-battery")
    owner.save()
    assert client.get(ME).status_code == 401


@WAYS
def test_deactivated_admin_cannot_decide(
    billing_admin: User, log_in: Callable[[User], APIClient]
) -> None:
    client, payment = log_in(billing_admin), make_payment(make_owner())
    assert client.get(DESK).status_code == 200
    User.objects.filter(pk=billing_admin.pk).update(is_active=False)
    assert (client.get(DESK).status_code, approve(client, payment)) == (401, 401)


@WAYS
def test_admin_without_group_cannot_decide(
    billing_admin: User, log_in: Callable[[User], APIClient]
) -> None:
    client, payment = log_in(billing_admin), make_payment(make_owner())
    assert client.get(DESK).status_code == 200
    billing_admin.groups.clear()
    assert (client.get(DESK).status_code, approve(client, payment)) == (403, 403)


@WAYS
def test_admin_without_staff_flag_cannot_decide(
    billing_admin: User, log_in: Callable[[User], APIClient]
) -> None:
    """Though still in the group: the API's desk is as closed as the admin's."""
    client, payment = log_in(billing_admin), make_payment(make_owner())
    assert client.get(DESK).status_code == 200
    User.objects.filter(pk=billing_admin.pk).update(is_staff=False)
    assert (client.get(DESK).status_code, approve(client, payment)) == (403, 403)
    assert client.get(ME).json()["user"]["is_billing_admin"] is False
    payment.refresh_from_db()
    assert payment.status == "pending_approval"


@pytest.mark.parametrize(
    ("loss", "status"), [("is_active", 302), ("is_staff", 302), ("groups", 403)]
)
def test_revoked_admin_loses_desk_at_once(
    billing_admin: User, client: Client, loss: str, status: int
) -> None:
    payment = make_payment(make_owner())
    client.force_login(billing_admin)
    assert client.get(QUEUE).status_code == 200
    if loss == "groups":
        billing_admin.groups.clear()
    else:
        User.objects.filter(pk=billing_admin.pk).update(**{loss: False})
    decision = f"/admin/billing/payment/{payment.pk}/approve/"
    assert client.get(QUEUE).status_code == status
    assert client.post(decision, {"admin_notes": ""}).status_code == status
    payment.refresh_from_db()
    assert payment.status == "pending_approval"
