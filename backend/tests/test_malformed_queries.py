"""Whatever stands behind the question mark: an answer or a clear refusal, never a failure."""

from typing import Any

import pytest
from django.contrib.admin import site
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment
from tests.bulk import confirmation_of
from tests.factories import client_of, make_owner, make_payment
from tests.roles import undone
from tests.sizes import THOROUGH, part

pytestmark = pytest.mark.django_db

ODD = [
    "",
    "\x00",
    "a\x00b",
    "%",
    "%_\\",
    "'; DROP TABLE billing_payment; --",
    "\u202e\u200b\u0301",  # right-to-left override, zero width, a lone accent
    "\U0001f4b8" * 30,
    "\ufeff\ufffe",
    "x" * 20_000,
    "9" * 500,
    "-1",
    "1e400",
    "NaN",
    "[]",
    "null",
    "2026-13-45T99:99:99Z",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
]
SPARSE = 3 if THOROUGH else 29  # every how many-th name each value meets in a list
UNREADABLE = ["%ff%fe", "%00", "%ED%A0%80", "%", "%u0000"]  # as they stand in the address


def lists(document: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Return every address with query parameters, from the OpenAPI document."""
    found = []
    for path, item in document["paths"].items():
        parameters = item.get("get", {}).get("parameters", [])
        names = [given["name"] for given in parameters if given.get("in") == "query"]
        if names and not path.startswith("/_allauth/"):
            found.append((path, names))
    return found


@pytest.fixture
def payment(owner: User) -> Payment:
    return make_payment(owner)


@pytest.mark.sized
def test_odd_api_query_parameters_never_fail(
    document: dict[str, Any], payment: Payment, billing_admin: User
) -> None:
    """Every parameter of every list with every odd value, alone and given twice."""
    tried = 0
    for path, names in lists(document):
        user = billing_admin if "/admin/" in path else payment.submitted_by
        client = client_of(user)
        for name in names:
            for value in part(ODD, of=3, start=tried):
                for query in ({name: value}, {name: [value, "1"]}):
                    answer = client.get(path, query)
                    assert answer.status_code in {200, 400, 404}, (path, query)
                    tried += 1
            for value in UNREADABLE:
                answer = client.get(f"{path}?{name}={value}")
                assert answer.status_code in {200, 400, 404}, (path, name, value)
    assert tried > (700 if THOROUGH else 230)


@pytest.mark.parametrize("value", ["\x00", "x" * 20_000])
def test_invalid_search_is_refused(payment: Payment, admin_api: APIClient, value: str) -> None:
    answer = admin_api.get("/api/v1/billing/admin/payments/", {"search": value})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "search"


CHANGELISTS = [
    reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for model in site._registry
]
LOOKUPS = [
    "q",
    "p",
    "o",
    "all",
    "e",
    "after",
    "_facets",
    "_to_field",
    "_popup",
    "status__exact",
    "id__exact",
    "pk__in",
    "currency",
    "method__id__exact",
    "submitted_at__gte",
    "submitted_at__isnull",
    "issued_at__year",
    "issued_at__month",
    "state",
    "nothing__at__all",
    "account__users__password__startswith",
    "submitted_by__password__startswith",
]


@pytest.mark.sized
@pytest.mark.parametrize("address", CHANGELISTS)
def test_odd_desk_query_parameters_never_fail(
    payment: Payment, admin_client: Client, address: str
) -> None:
    """Of every list: what it knows, what it doesn't, and what would ask for a password's hash.

    Each value meets other names in each list, so that all meet all in time.
    """
    for number, value in enumerate(ODD):
        for name in LOOKUPS[(number + CHANGELISTS.index(address)) % SPARSE :: SPARSE]:
            with undone():
                answer = admin_client.get(address, {name: value}, follow=True)
            assert answer.status_code in {200, 400, 404}, (name, value)


@pytest.mark.parametrize(
    "place",
    [
        "x",
        "_",
        "2026-01-01_1",
        "2026-01-01T00:00:00_1",
        "2026-01-01T00:00:00+00:00_x",
        "2026-01-01T00:00:00+00:00_" + "9" * 30,
        "2026-01-01T00:00:00+00:00_" + "9" * 5000,
        "0001-01-01T00:00:00+23:59_1",
        "9999-12-31T23:59:59-23:59_1",
        "2026-01-01T00:00:00+00:00_-1",
        "2026-01-01T00:00:00+00:00_1_1",
        "\x00_1",
    ],
)
@pytest.mark.parametrize("status", ["", "pending_approval", "succeeded"])
def test_invalid_queue_cursor_is_tolerated(
    payment: Payment, admin_client: Client, place: str, status: str
) -> None:
    query = {"after": place, "status__exact": status}
    assert admin_client.get("/admin/billing/payment/", query, follow=True).status_code == 200


@pytest.mark.sized
@pytest.mark.parametrize("value", part([*ODD, "\ud800"], of=2))
def test_odd_desk_form_values_never_fail(
    payment: Payment, admin_client: Client, value: str
) -> None:
    """A decision is made or refused; what is refused is shown again."""
    value = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    desk = "/admin/billing/payment/"
    for act, body in (
        ("reject", {"admin_notes": value}),
        ("approve", {"admin_notes": value}),
        ("reverse", {"reason": value, "event": value, "is_forced": value}),
    ):
        with undone():
            answer = admin_client.post(f"{desk}{payment.pk}/{act}/", body)
        assert answer.status_code in {200, 302}, act
    bulk: list[dict[str, Any]] = [
        {"action": value, "_selected_action": value},
        {"action": "approve_selected", "_selected_action": value},
        {"action": "approve_selected", "_selected_action": payment.pk, "index": value},
    ]
    for chosen in bulk:
        query = "?status__exact=pending_approval"
        with undone():
            answer = admin_client.post(f"{desk}{query}", chosen)
        assert answer.status_code in {200, 302, 400}, chosen
    for odd in ({"payments": value}, {"act_key": value}):
        with undone():
            answer = admin_client.post(f"{desk}bulk/start/", {**confirmation_of([payment]), **odd})
        assert answer.status_code == 302, odd


@pytest.mark.sized
def test_odd_ids_in_desk_addresses_never_fail(admin_client: Client, catalog: None) -> None:
    make_owner()
    for place, address in enumerate(CHANGELISTS):
        for pk in part(("0", "x", "9" * 40, "_00", "%00", "1%0d%0a", "..%2f.."), of=3, start=place):
            for page in ("change", "history", "delete"):
                answer = admin_client.get(f"{address}{pk}/{page}/", follow=True)
                assert answer.status_code in {200, 403, 404}, (address, pk, page)
