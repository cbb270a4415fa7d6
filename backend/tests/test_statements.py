"""How many statements each hot request sends to the database: no more, and no fewer."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.subscriptions.services.customer import change_plan_now
from igny8_core.common.clock import utc_now
from tests.database import somebody_else
from tests.factories import PASSWORD, account_of, approve, client_of, make_owner, make_payment
from tests.test_lists import Growing

# Nothing is rolled back: inside the transaction of a test, requests would cost other statements.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("catalog")]

Request = Callable[["World"], Any]


class World:
    """An account with as many rows in each list as wanted, and the clients of its people.

    :ivar customer: its owner, signed in.
    :ivar admin: a billing admin, signed in.
    :ivar visitor: nobody yet; signs in.
    """

    def __init__(self, rows: int) -> None:
        self.growing = Growing()
        for _ in range(rows):
            self.growing.grow()
        self.customer = client_of(self.growing.owner)
        self.admin = client_of(self.growing.admin)
        self.visitor = APIClient()


def get(path: str, **query: str) -> Request:
    return lambda world: world.customer.get(f"/api/v1/{path}", {"page_size": "50", **query})


def sign_in(world: World) -> Any:
    body = {"email": world.growing.owner.email, "password": PASSWORD}
    return world.visitor.post("/_allauth/browser/v1/auth/login", body)


def sign_in_as_program(world: World) -> Any:
    body = {"email": world.growing.owner.email, "password": PASSWORD}
    return world.visitor.post("/_allauth/app/v1/auth/login", body)


def register(_world: World) -> Any:
    body = {
        "email": "new@shop.example",
        "password": PASSWORD,
        "plan_slug": "starter",
        "country": "PK",
        "payment_method": "jazzcash",
    }
    return APIClient().post("/api/v1/auth/register/", body)


HOT: list[tuple[str, Request, int]] = [
    ("where a customer stands", get("auth/me/"), 2),
    ("own invoices", get("billing/invoices/"), 2),
    ("own payments", get("billing/payments/"), 4),
    ("payment methods", get("billing/admin/payment-methods/", country="PK"), 5),
    ("plans", get("plans/"), 2),
    ("sign-in", sign_in, 12),
    ("sign-in of a program", sign_in_as_program, 13),
    ("register", register, 19),
]


@pytest.mark.parametrize("who", ["pending", "active", "upgrading", "staff"])
def test_where_anybody_stands_is_one_statement(billing_admin: User, who: str) -> None:
    """Besides the one that finds out who asks."""
    person = billing_admin if who == "staff" else make_owner()
    if who in {"active", "upgrading"}:
        approve(make_payment(person), billing_admin)
    if who == "upgrading":
        change_plan_now(
            account=account_of(person),
            plan_slug="growth",
            method_code="bank_transfer",
            actor=Actor(user=person),
            now=utc_now(),
        )
    client = client_of(person)
    with CaptureQueriesContext(connection) as sent:
        assert client.get("/api/v1/auth/me/").status_code == 200
    assert len(sent) == 2


def test_kept_connection_survives_a_column_of_another_type(owner: User) -> None:
    """Its reads were planned before the migration of a release that is being rolled out."""
    client = client_of(owner)
    assert client.get("/api/v1/auth/me/").status_code == 200
    with somebody_else() as other:
        other.execute("ALTER TABLE igny8_auth_user ALTER language TYPE varchar(12)")
        other.commit()
        assert client.get("/api/v1/auth/me/").status_code == 200
        other.execute("ALTER TABLE igny8_auth_user ALTER language TYPE varchar(5)")
        other.commit()
    assert client.get("/api/v1/auth/me/").status_code == 200


@pytest.mark.parametrize("rows", [1, 50])
def test_request_sends_exactly_its_statements(rows: int) -> None:
    world = World(rows)
    assert account_of(world.growing.owner).invoices.count() == rows

    assert {name: statements(world, request) for name, request, _ in HOT} == {
        name: expected for name, _, expected in HOT
    }


def statements(world: World, request: Request) -> int:
    """Send a request; return how many statements it took."""
    with CaptureQueriesContext(connection) as sent:
        answer = request(world)
    assert answer.status_code in {200, 201}, answer.content
    return len(sent)
