"""Lists: pages, filters, search; 50 rows take as many queries as one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django_filters.rest_framework import FilterSet, OrderingFilter
from rest_framework.test import APIClient

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Industry, Site, SiteUserAccess, User
from igny8_core.business.billing.enums import CreditKind
from igny8_core.business.billing.filters import AdminPaymentFilter
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.services.invoices import void_invoice
from igny8_core.business.subscriptions.services.customer import change_plan_now
from igny8_core.common import pagination
from igny8_core.common.clock import utc_now
from igny8_core.desk.bounded import leading_columns
from tests.factories import (
    account_of,
    approve,
    client_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
    record_credits,
    reject,
)

pytestmark = pytest.mark.django_db
ADMIN_LIST = "/api/v1/billing/admin/payments/"


def results(client: APIClient, url: str, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(url, query)
    assert answer.status_code == 200, answer.json()
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def references(rows: list[dict[str, Any]]) -> list[str]:
    return [row["manual_reference"] for row in rows]


class Growing:
    """One account with everything, which grows by a row in every list at once."""

    def __init__(self) -> None:
        self.owner = make_owner(plan_slug="free")
        self.admin = make_billing_admin()
        self.industry = Industry.objects.earliest("pk")

    def grow(self) -> None:
        """Add an invoice with a rejected payment, a subscription, a ledger entry and a site."""
        account = account_of(self.owner)
        change_plan_now(
            account=account,
            plan_slug="starter",
            method_code="bank_transfer",
            actor=Actor(user=self.owner),
            now=utc_now(),
        )
        reject(make_payment(self.owner), self.admin)
        void_invoice(
            invoice_id=invoice_of(self.owner).pk,
            actor=Actor(user=self.admin),
            now=utc_now(),
            reason="Again",
        )
        number = account.sites.count()
        site = Site.objects.create(
            account=account, name=f"S{number}", domain=f"s{number}.example", industry=self.industry
        )
        SiteUserAccess.objects.create(site=site, user=self.owner)
        with transaction.atomic():
            record_credits(
                account=account_of(self.owner),
                amount=5,
                kind=CreditKind.ADJUSTMENT,
                description="A present",
                now=utc_now(),
            )


LISTS = [
    "/api/v1/sites/",
    "/api/v1/billing/invoices/",
    "/api/v1/billing/payments/",
    "/api/v1/billing/subscriptions/",
    "/api/v1/billing/credits/ledger/",
    ADMIN_LIST,
]


def test_list_query_count_does_not_grow(catalog: None) -> None:
    growing = Growing()
    counts: dict[str, list[int]] = {url: [] for url in LISTS}
    for wanted in (1, 50):
        while growing.owner.submitted_payments.count() < wanted:
            growing.grow()
        for url in LISTS:
            client = client_of(growing.admin if url == ADMIN_LIST else growing.owner)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                rows = results(client, url, page_size=50)
            assert len(rows) >= wanted
            counts[url].append(len(queries))

    assert {url: one for url, (one, fifty) in counts.items() if one != fifty} == {}
    assert max(fifty for _, fifty in counts.values()) <= 8 + 3  # these make it one snapshot


def test_list_is_paginated(catalog: None) -> None:
    growing = Growing()
    for _ in range(3):
        growing.grow()
    client = client_of(growing.owner)

    first = client.get("/api/v1/billing/payments/", {"page_size": 2}).json()
    second = client.get(first["next"]).json()

    assert (first["count"], len(first["results"]), first["previous"]) == (3, 2, None)
    assert (len(second["results"]), second["next"]) == (1, None)
    ids = [row["id"] for row in first["results"] + second["results"]]
    assert ids == sorted(ids, reverse=True)


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "9" * 30])
def test_unknown_page_returns_404(owner_api: APIClient, page: str) -> None:
    answer = owner_api.get("/api/v1/billing/payments/", {"page": page})

    assert answer.status_code == 404
    assert answer.json()["errors"][0]["code"] == "not_found"


@pytest.mark.parametrize(
    ("url", "query", "name"),
    [
        ("/api/v1/billing/invoices/", "page=1&page=2", "page"),
        ("/api/v1/billing/invoices/", "page=0.0&page=&page_size=1", "page"),
        ("/api/v1/billing/payments/", "page_size=1&page_size=1", "page_size"),
        ("/api/v1/billing/payments/", "invoice=1&invoice=", "invoice"),
        ("/api/v1/billing/credits/ledger/", "page=&page=", "page"),
        (ADMIN_LIST, "currency=USD&currency=EUR", "currency"),
        (ADMIN_LIST, "ordering=amount&ordering=-amount", "ordering"),
        ("/api/v1/billing/admin/payment-methods/", "country=PK&country=IN", "country"),
    ],
)
def test_repeated_parameter_is_refused(
    queue: list[Payment],
    owner_api: APIClient,
    admin_api: APIClient,
    url: str,
    query: str,
    name: str,
) -> None:
    """Of several, readers take the first or the last: nobody could tell which one counts."""
    client = admin_api if "admin" in url else owner_api
    answer = client.get(f"{url}?{query}")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["attr"], error["detail"]) == (name, "Send this parameter once.")
    assert client.get(f"{ADMIN_LIST}?status=failed&status=succeeded").status_code in {200, 403}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("/api/v1/billing/invoices/", "page"),
        ("/api/v1/billing/credits/ledger/", "page_size"),
        ("/api/v1/billing/payments/", "invoice"),
        (ADMIN_LIST, "status"),
        (ADMIN_LIST, "submitted_after"),
    ],
)
def test_empty_parameter_is_refused(
    queue: list[Payment], owner_api: APIClient, admin_api: APIClient, url: str, name: str
) -> None:
    client = admin_api if "admin" in url else owner_api
    answer = client.get(f"{url}?{name}=")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == name


def test_empty_search_finds_all(queue: list[Payment], admin_api: APIClient) -> None:
    assert len(results(admin_api, ADMIN_LIST, search="", currency="", ordering="")) == 3


def test_list_count_is_bounded(
    queue: list[Payment], admin_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A total of a table that grows reads all of it each time; what is beyond, cursors reach."""
    monkeypatch.setattr(pagination, "MOST_COUNTED", 2)
    page = admin_api.get("/api/v1/billing/admin/payments/", {"page_size": 2}).json()
    assert (page["count"], len(page["results"])) == (2, 2)
    beyond = admin_api.get(page["next"]).json()
    assert (beyond["count"], len(beyond["results"]), beyond["next"]) == (2, 1, None)
    answer = admin_api.get("/api/v1/billing/admin/payments/", {"page_size": 2, "page": 2})
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["detail"] == (
        "There is no such page. Pages by number end at row 10,000: `next` leads on."
    )


def test_every_ordering_has_an_index() -> None:
    ordering = AdminPaymentFilter.base_filters["ordering"]
    assert isinstance(ordering, OrderingFilter)
    assert set(ordering.param_map or ()) <= leading_columns(Payment)


def test_page_size_is_limited_to_100(catalog: None, owner: User, owner_api: APIClient) -> None:
    make_payment(owner)
    assert len(results(owner_api, "/api/v1/billing/payments/", page_size="100")) == 1
    for asked in ("101", "0", "-1", "x", "", "1.5", "9" * 5000, "\u0661", "null", "0" * 8 + "1000"):
        answer = owner_api.get("/api/v1/billing/payments/", {"page_size": asked})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"] == "page_size"


@pytest.fixture
def queue(billing_admin: User) -> list[Payment]:
    """Three payments: under review from Pakistan, rejected, and approved from India."""
    waiting = make_payment(make_owner(email="ayesha@shop.example"), reference="TID-WAIT-1")
    refused = make_payment(make_owner(), reference="TID-GONE-2")
    reject(refused, billing_admin)
    indian = make_payment(
        make_owner(country="IN", payment_method="upi"),
        method_code="upi",
        reference="412345678901",
    )
    approve(indian, billing_admin)
    return [waiting, refused, indian]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["TID-WAIT-1", "TID-GONE-2", "412345678901"]),
        ({"status": "pending_approval"}, ["TID-WAIT-1"]),
        ({"status": ["failed", "succeeded"]}, ["TID-GONE-2", "412345678901"]),
        ({"payment_method": "upi"}, ["412345678901"]),
        ({"country": "in"}, ["412345678901"]),
        ({"currency": "usd"}, ["TID-WAIT-1", "TID-GONE-2", "412345678901"]),
        ({"search": "tid-"}, ["TID-WAIT-1", "TID-GONE-2"]),
        ({"search": "AYESHA@"}, ["TID-WAIT-1"]),
        ({"search": "-000002"}, ["TID-GONE-2"]),
        ({"search": "%"}, []),
        ({"ordering": "-submitted_at"}, ["412345678901", "TID-GONE-2", "TID-WAIT-1"]),
    ],
)
def test_admin_can_filter_and_search(
    queue: list[Payment], admin_api: APIClient, query: dict[str, Any], expected: list[str]
) -> None:
    assert references(results(admin_api, ADMIN_LIST, **query)) == expected


@pytest.mark.parametrize("order", ["amount", "-amount", "decided_at", "-decided_at"])
def test_tied_rows_appear_once_across_pages(
    catalog: None, admin_api: APIClient, order: str
) -> None:
    expected = [make_payment(make_owner()).pk for _ in range(5)]
    found: list[int] = []
    for page in range(1, 6):
        query = {"ordering": order, "page": page, "page_size": 1}
        found += [row["id"] for row in results(admin_api, ADMIN_LIST, **query)]
    assert found == (expected[::-1] if order.startswith("-") else expected)


def test_every_ordering_ends_in_pk() -> None:
    asked = 0
    for filterset in all_filtersets():
        for name, chosen in filterset.base_filters.items():
            for choice, _label in chosen.extra.get("choices", []) if is_order(chosen) else []:
                query = filterset({name: choice}, Payment.objects.all()).qs.query
                assert str(query.order_by[-1]).lstrip("-") in {"pk", "id"}, (filterset, choice)
                asked += 1
    assert asked >= 6


def all_filtersets() -> list[type[FilterSet]]:
    """Return every filter set of the API."""
    found: list[type[FilterSet]] = []
    waiting = list(FilterSet.__subclasses__())
    while waiting:
        one = waiting.pop()
        waiting.extend(one.__subclasses__())
        if one.__module__.startswith("igny8_core"):
            found.append(one)
    return found


def is_order(chosen: Any) -> bool:
    return isinstance(chosen, OrderingFilter)


def test_admin_can_filter_by_time(queue: list[Payment], admin_api: APIClient) -> None:
    later = (utc_now() + timedelta(hours=1)).isoformat()

    assert references(results(admin_api, ADMIN_LIST, submitted_after=later)) == []
    assert len(results(admin_api, ADMIN_LIST, submitted_before=later)) == 3


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ({"status": "lost"}, "status"),
        ({"submitted_after": "yesterday"}, "submitted_after"),
        ({"country": "Pakistan"}, "country"),
        ({"ordering": "password"}, "ordering"),
        ({"search": "x" * 101}, "search"),
        ({"search": "a\x00b"}, "search"),
    ],
)
def test_invalid_filter_is_refused(admin_api: APIClient, query: dict[str, str], attr: str) -> None:
    answer = admin_api.get(ADMIN_LIST, query)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == attr


def test_customer_can_filter_own_rows(queue: list[Payment]) -> None:
    client = client_of(queue[0].submitted_by)
    number = queue[0].invoice.number

    assert len(results(client, "/api/v1/billing/invoices/", search=number[-4:])) == 1
    assert results(client, "/api/v1/billing/invoices/", status="paid") == []
    assert results(client, "/api/v1/billing/payments/", status="failed") == []
    assert len(results(client, "/api/v1/billing/payments/", invoice=queue[0].invoice_id)) == 1
    assert results(client, "/api/v1/billing/payments/", invoice=queue[1].invoice_id) == []
