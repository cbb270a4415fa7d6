"""Pages by cursor: each row once, whatever comes or goes; and rows read as plain values."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from rest_framework.test import APIClient

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.enums import EventName, PaymentStatus
from igny8_core.business.billing.models import Consent, Payment
from igny8_core.business.billing.selectors.queue import payment_queue
from igny8_core.business.billing.serializers.decisions import AdminPaymentSerializer
from igny8_core.business.billing.serializers.payment_rows import read_rows, represent_rows
from igny8_core.business.data_rights.services.closing import close_account
from igny8_core.common.clock import utc_now
from igny8_core.common.keyset import Place, Side, page_keys, reversed_order, values_of
from tests.factories import (
    account_of,
    approve,
    client_of,
    make_billing_admin,
    make_owner,
    make_payment,
    reject,
)

pytestmark = pytest.mark.django_db
LIST = "/api/v1/billing/admin/payments/"
ORDERS = ["submitted_at", "decided_at", "amount"]
ALL_ORDERS = [*ORDERS, *(f"-{name}" for name in ORDERS), "decided_at,-amount", "-amount,decided_at"]


def page(client: APIClient, url: str, **query: Any) -> dict[str, Any]:
    answer = client.get(url, query)
    assert answer.status_code == 200, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def ids(found: dict[str, Any]) -> list[int]:
    return [row["id"] for row in found["results"]]


def error_of(client: APIClient, url: str, **query: Any) -> tuple[int, str, str]:
    answer = client.get(url, query)
    (error,) = answer.json()["errors"]
    return answer.status_code, error["attr"], error["detail"]


def without_triggers(change: Callable[[], object]) -> None:
    """Bring rows into a state of their own, and keep the database from judging it later."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        change()
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def take_away(*gone: int) -> None:
    """Move payments out of the list of those in dollars."""
    rows = Payment.objects.filter(pk__in=gone)
    without_triggers(lambda: rows.update(currency="EUR"))


@pytest.fixture
def tied(catalog: None) -> list[Payment]:
    """Seven payments with few different times and amounts; two are undecided."""
    now = utc_now()
    made = [make_payment(make_owner()) for _ in range(7)]

    def change() -> None:
        for number, payment in enumerate(made):
            decided = None if number in {2, 5} else now + timedelta(hours=number % 2)
            Payment.objects.filter(pk=payment.pk).update(
                submitted_at=now - timedelta(hours=number % 3),
                amount=10 + number % 2,
                decided_at=decided,
                status=PaymentStatus.FAILED if decided else PaymentStatus.PENDING_APPROVAL,
            )

    without_triggers(change)
    return list(Payment.objects.order_by("pk"))


def in_order(order: str) -> list[int]:
    names = order.split(",")
    last = "-pk" if names[-1].startswith("-") else "pk"
    return list(Payment.objects.order_by(*names, last).values_list("pk", flat=True))


@pytest.mark.parametrize("order", ALL_ORDERS)
@pytest.mark.parametrize("size", [1, 3])
def test_cursors_lead_through_all_rows_and_back(
    tied: list[Payment], admin_api: APIClient, order: str, size: int
) -> None:
    found = page(admin_api, LIST, ordering=order, page_size=size)
    there = [ids(found)]
    while found["next"]:
        assert found["count"] == len(tied)
        found = page(admin_api, found["next"])
        there.append(ids(found))
    assert [pk for each in there for pk in each] == in_order(order)
    back = [there[-1]]
    while found["previous"]:
        found = page(admin_api, found["previous"])
        back.insert(0, ids(found))
    assert back == there


@pytest.mark.parametrize("order", ALL_ORDERS)
def test_rows_that_come_and_go_are_neither_repeated_nor_skipped(
    tied: list[Payment], admin_api: APIClient, order: str
) -> None:
    """A payment that is decided while somebody pages through those that wait."""
    expected = in_order(order)
    found = page(admin_api, LIST, ordering=order, page_size=3, currency="USD")
    seen = ids(found)
    take_away(seen[0], seen[-1])
    while found["next"]:
        found = page(admin_api, found["next"])
        seen += ids(found)
    assert seen == expected


def test_empty_page_leads_back_to_the_row_it_came_from(
    tied: list[Payment], admin_api: APIClient
) -> None:
    first = page(admin_api, LIST, page_size=5, currency="USD")
    take_away(*ids(page(admin_api, first["next"])))
    empty = page(admin_api, first["next"])
    assert (ids(empty), empty["next"]) == ([], None)
    assert ids(page(admin_api, empty["previous"])) == ids(first)


def test_cursor_keeps_the_filters(tied: list[Payment], admin_api: APIClient) -> None:
    query = {"status": ["failed", "succeeded"], "page_size": 2}
    found = page(admin_api, LIST, **query)
    seen = ids(found)
    while found["next"]:
        found = page(admin_api, found["next"])
        seen += ids(found)
    failed = Payment.objects.filter(status=PaymentStatus.FAILED).order_by("submitted_at", "pk")
    assert seen == [payment.pk for payment in failed]
    assert found["count"] == 5


def test_cursor_of_something_else_is_refused(
    tied: list[Payment], admin_api: APIClient, owner_api: APIClient
) -> None:
    found = page(admin_api, LIST, page_size=2, ordering="amount")
    cursor = parse_qs(urlsplit(found["next"]).query)["cursor"][0]
    detail = (
        "This cursor doesn't belong to this list with these filters in this order. Follow the "
        "links `next` and `previous` as they are."
    )
    assert ids(page(admin_api, LIST, ordering="amount", page_size=3, cursor=cursor))
    for query in (
        {"cursor": cursor},
        {"cursor": cursor, "ordering": "-amount"},
        {"cursor": cursor, "ordering": "amount", "status": "failed"},
        {"cursor": f"{cursor[:-1]}{'A' if cursor[-1] != 'A' else 'B'}", "ordering": "amount"},
        {"cursor": f"x{cursor}", "ordering": "amount"},
        {"cursor": "x", "ordering": "amount"},
        {"cursor": "\u0661:1:1"},
    ):
        assert error_of(admin_api, LIST, **query) == (400, "cursor", detail), query
    assert error_of(owner_api, "/api/v1/billing/payments/", cursor=cursor)[0] == 400
    both = {"cursor": cursor, "ordering": "amount", "page": "2"}
    assert error_of(admin_api, LIST, **both)[2] == "Send a page or a cursor, not both."


def test_page_by_number_leads_on_by_cursor(tied: list[Payment], admin_api: APIClient) -> None:
    second = page(admin_api, LIST, page=2, page_size=3)
    assert ids(second) == in_order("submitted_at")[3:6]
    assert ids(page(admin_api, second["next"])) == in_order("submitted_at")[6:]
    assert ids(page(admin_api, second["previous"])) == in_order("submitted_at")[:3]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=some.lists(some.sampled_from([*ORDERS, "status", "currency"]), unique=True, max_size=3),
    signs=some.lists(some.booleans(), min_size=4, max_size=4),
    side=some.sampled_from(Side),
    at=some.integers(0, 6),
    size=some.integers(1, 8),
)
def test_page_beside_any_row_is_that_of_the_whole_list(
    tied: list[Payment], order: list[str], signs: list[bool], side: Side, at: int, size: int
) -> None:
    names = tuple(
        f"{'-' if sign else ''}{n}" for n, sign in zip([*order, "id"], signs, strict=False)
    )
    rows = Payment.objects.order_by(*names)
    whole = list(rows)
    end = at + (side in {Side.AFTER, Side.UP_TO})
    expected = whole[:end][-size:] if side.is_backward else whole[end : end + size]
    place = Place(side, values_of(whole[at], names))
    nearest = rows.order_by(*side.order(names))
    found = list(nearest.filter(pk__in=page_keys(rows, place=place, size=size))[:size])
    assert (found[::-1] if side.is_backward else found) == expected
    assert list(rows.order_by(*reversed_order(names))) == whole[::-1]


def shapes(admin: User) -> None:
    """Make a payment of each shape."""
    waiting = make_payment(
        make_owner(country="IN", payment_method="upi"), method_code="upi", reference="412345678901"
    )
    Payment.objects.filter(pk=waiting.pk).update(paid_on=utc_now().date())
    reject(make_payment(make_owner(), notes="Two\nlines \u0679"), admin)
    approved = make_payment(make_owner())
    approve(approved, admin)
    both = [(waiting, EventName.APPROVE), (approved, EventName.REVERSE_AND_VOID)]
    for payment, event in both:
        for number in range(2):
            someone = User.objects.create_user(f"{event}{number}@desk.example", "x")
            Consent.objects.create(
                payment=payment, event=event, admin=someone, created_at=utc_now()
            )
    kept = make_payment(make_owner())
    name = default_storage.save("proofs/x/proof.png", ContentFile(b"x"))
    Payment.objects.filter(pk=kept.pk).update(proof=name, proof_state="kept")
    refused = make_payment(make_owner())
    Payment.objects.filter(pk=refused.pk).update(proof_state="refused", proof_refusal="unreadable")
    old = make_payment(make_owner())
    snapshot = {key: value for key, value in old.method_snapshot.items() if key != "translations"}
    untold = {"method_snapshot": snapshot, "currency": "KWD", "amount": "27.345"}
    without_triggers(lambda: Payment.objects.filter(pk=old.pk).update(**untold))
    leaver = make_owner()
    reject(make_payment(leaver), admin)
    close_account(account_id=account_of(leaver).pk, actor=Actor(user=leaver), now=utc_now())


def test_rows_are_what_the_serializer_says(billing_admin: User, admin_api: APIClient) -> None:
    """The list's statement and the serializer agree on every shape of a payment."""
    shapes(billing_admin)
    queue = payment_queue()
    rows, counted = read_rows(queue.values("pk"), ("submitted_at", "id"), 50, queue.values("pk"))
    expected = AdminPaymentSerializer(queue, many=True).data
    assert [*represent_rows(rows)] == [dict(row) for row in expected]
    assert [list(row) for row in page(admin_api, LIST)["results"]] == [list(r) for r in expected]
    assert page(admin_api, LIST)["results"] == [dict(row) for row in expected]
    assert counted == len(expected) == 7
    told = {name for row in expected for name, value in row.items() if value not in (None, "", {})}
    assert told == set(AdminPaymentSerializer().fields), "a field that no payment has"


def test_every_list_pages_by_cursor(catalog: None) -> None:
    owner = make_owner()
    admin = make_billing_admin()
    for _ in range(3):
        reject(make_payment(owner), admin)
    client = client_of(owner)
    for url in ("/api/v1/billing/payments/", "/api/v1/billing/invoices/"):
        found = page(client, url, page_size=1)
        seen = ids(found)
        while found["next"]:
            found = page(client, found["next"])
            seen += ids(found)
        assert seen == sorted(seen, reverse=True)
        assert len(seen) == found["count"]
