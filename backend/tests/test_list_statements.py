"""How many statements the lists and the desk's pages take, whatever they show.

Those that find out who asks (session, user, permissions) are counted elsewhere.
"""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment
from igny8_core.business.reports.days import sum_up_days
from igny8_core.business.reports.numbers import DAYS
from igny8_core.common.clock import utc_now
from tests.factories import client_of, make_billing_admin, make_owner, make_payment

pytestmark = pytest.mark.django_db
LIST = "/api/v1/billing/admin/payments/"
DESK = "/admin/billing/payment/"
WHO_ASKS = re.compile(
    r'FROM "igny8_auth_session"|FROM "auth_permission"'
    r'|FROM "igny8_auth_user" WHERE "igny8_auth_user"\."id" = \d+ LIMIT'
)


def statements(client: Any, url: str, **query: Any) -> list[str]:
    """Return what a request reads and writes, apart from who asks."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url, query)
    assert answer.status_code == 200
    return [each["sql"] for each in queries if not WHO_ASKS.search(each["sql"])]


def copies(payment: Payment, *, number: int) -> None:
    """Copy a payment; two of an invoice can't wait, so the copies are decided."""
    changed = {"status": "'failed'", "decided_at": "now()"}
    columns = {str(field.column) for field in Payment._meta.concrete_fields}
    kept = sorted(columns - {"id", *changed})
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SET session_replication_role = replica;
            INSERT INTO billing_payment ({", ".join([*kept, *changed])})
            SELECT {", ".join([*kept, *changed.values()])}
            FROM billing_payment, generate_series(1, {number}) WHERE id = {payment.pk};
            INSERT INTO billing_paymentsearch (payment_id, text)
            SELECT id, billing_search_text(id) FROM billing_payment
            WHERE id NOT IN (SELECT payment_id FROM billing_paymentsearch);
            SET session_replication_role = DEFAULT"""  # noqa: S608
        )


@pytest.fixture
def admin(catalog: None) -> User:
    """A billing admin; there is one payment, with the reference BT-2025-001."""
    make_payment(make_owner())
    return make_billing_admin()


@pytest.fixture
def api(admin: User) -> APIClient:
    return client_of(admin)


@pytest.fixture
def desk(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.mark.parametrize("more", [0, 60])
def test_admins_list_is_one_statement(api: APIClient, more: int) -> None:
    copies(Payment.objects.get(), number=more)
    for query in (
        {},
        {"status": "pending_approval"},
        {"status": ["failed", "succeeded"], "ordering": "-decided_at"},
        {"ordering": "-amount", "page": 2, "page_size": 1} if more else {"page": 1},
        {"country": "pk", "currency": "usd"},
    ):
        assert len(statements(api, LIST, **{"page_size": 50, **query})) == 1, query


def test_next_page_is_one_statement(api: APIClient) -> None:
    copies(Payment.objects.get(), number=60)
    for order in ("submitted_at", "-decided_at", "amount"):
        page = api.get(LIST, {"ordering": order}).json()
        (statement,) = statements(api, page["next"])
        assert "count(" not in statement
        beyond = api.get(page["next"]).json()
        assert len(statements(api, beyond["previous"])) == 1


def test_search_is_one_statement_more(api: APIClient) -> None:
    copies(Payment.objects.get(), number=60)
    for term in ("BT-2025-001", "2025", "nothing of the kind"):
        found = statements(api, LIST, search=term)
        assert len(found) == (2 if term != "nothing of the kind" else 1), term
        assert "search_grams" in found[0]
    assert statements(api, LIST, search="--") == []


def test_nothing_removes_duplicates_of_rows(api: APIClient) -> None:
    for query in ({}, {"status": ["failed", "pending_approval"]}):
        assert "DISTINCT" not in " ".join(statements(api, LIST, **query))


def test_desks_pages_keep_their_number(desk: Client) -> None:
    payment = Payment.objects.get()
    for more in (0, 60):
        copies(payment, number=more)
        found = {
            "numbers": statements(desk, "/admin/"),
            "waiting": statements(desk, DESK, status__exact="pending_approval"),
            "all": statements(desk, DESK, all=""),
            "search": statements(desk, DESK, all="", q="BT-2025-001"),
            "review": statements(desk, f"{DESK}{payment.pk}/change/"),
        }
        assert {page: len(each) for page, each in found.items()} == {
            "numbers": 3,
            "waiting": 15,
            "all": 15,
            "search": 16,
            "review": 16,
        }, found
        sum_up_days(now=utc_now(), number=DAYS)
