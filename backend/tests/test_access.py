"""Access to the API: every endpoint of the URL map for every role, in one table."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from rest_framework.test import APIClient

from igny8_core.auth.actors import Actor
from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.models import Industry, User
from igny8_core.auth.permissions import HasAccount
from igny8_core.auth.services.sites import add_site
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing.models import Payment
from igny8_core.business.data_rights.export import request_account_export
from igny8_core.business.exports.models import Export
from igny8_core.business.subscriptions.services.customer import change_plan_now
from igny8_core.common.clock import utc_now
from tests.exports import made_export
from tests.factories import (
    account_of,
    approve,
    client_of,
    confirmation_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
    make_receipt,
)
from tests.roles import (
    METHODS,
    ROLES,
    addresses,
    client_as,
    close,
    put_into,
    read_table,
    some_of,
    undone,
)

pytestmark = pytest.mark.django_db

PREFIX = "api/v1/"
GATE = {401, 403}
COLUMNS = dict(zip([role[:3] for role in ROLES[:-1]] + ["roo"], ROLES, strict=True))
# What each role gets for an object of the owner's account: 401, 403 and 404 deny access; any other
# status, even 400 or 409, means access. A suspended account can see, pay, change its plan, export
# and close; a cancelled one can still see, pay and withdraw.
TABLE = """
                                                       vis own mem oth unv sus can sta vie sup adm roo
patch  auth/account/                                   401 200 403 200 200 200 409 403 403 403 403 403
post   auth/account/close/                             401 400 403 400 400 400 400 403 403 403 403 403
post   auth/account/export/                            401 400 403 400 400 400 400 403 403 403 403 403
get    auth/account/export/<str:key>/                  401 200 403 404 200 200 200 403 403 403 403 403
get    auth/csrf/                                      200 200 200 200 200 200 200 200 200 200 200 200
post   auth/billing-email/confirm/                     400 400 400 400 400 400 400 400 400 400 400 400
post   auth/log-out-everywhere/                        401 204 204 204 204 204 204 204 204 204 204 204
delete auth/email/                                     401 204 204 204 204 204 204 204 204 204 204 204
post   auth/email/                                     401 400 400 400 400 400 400 400 400 400 400 400
get    auth/me/                                        401 200 200 200 200 200 200 200 200 200 200 200
patch  auth/profile/                                   401 200 200 200 200 200 200 200 200 200 200 200
post   auth/register/                                  400 400 400 400 400 400 400 400 400 400 400 400
post   billing/admin/invoices/<int:invoice_id>/void/   401 403 403 403 403 403 403 403 403 403 409 409
get    billing/admin/payment-methods/                  200 200 200 200 200 200 200 200 200 200 200 200
get    billing/admin/payments/                         401 403 403 403 403 403 403 403 200 200 200 200
get    billing/admin/payments/<int:payment_id>/        401 403 403 403 403 403 403 403 200 200 200 200
post   billing/admin/payments/<int:payment_id>/approve/ 401 403 403 403 403 403 403 403 403 403 200 200
get    billing/admin/payments/<int:payment_id>/proof/  401 403 403 403 403 403 403 403 200 403 200 200
post   billing/admin/payments/<int:payment_id>/reject/ 401 403 403 403 403 403 403 403 403 403 200 200
post   billing/admin/payments/<int:payment_id>/reverse/ 401 403 403 403 403 403 403 403 403 403 409 409
post   billing/admin/payments/confirm/                 401 409 403 404 409 409 409 403 403 403 403 403
get    billing/credits/                                401 200 200 200 200 200 200 403 403 403 403 403
get    billing/credits/ledger/                         401 200 200 200 200 200 200 403 403 403 403 403
get    billing/invoices/                               401 200 200 200 200 200 200 403 403 403 403 403
get    billing/invoices/<int:invoice_id>/              401 200 200 404 200 200 200 403 403 403 403 403
post   billing/invoices/<int:invoice_id>/cancel/       401 409 403 404 409 409 409 403 403 403 403 403
post   billing/invoices/<int:invoice_id>/payment-method/ 401 409 403 404 409 409 409 403 403 403 403 403
get    billing/invoices/<int:invoice_id>/pdf/          401 200 200 404 200 200 200 403 403 403 403 403
get    billing/payments/                               401 200 200 200 200 200 200 403 403 403 403 403
get    billing/payments/<int:payment_id>/              401 200 200 404 200 200 200 403 403 403 403 403
get    billing/payments/<int:payment_id>/proof/        401 200 200 404 200 200 200 403 403 403 403 403
post   billing/payments/<int:payment_id>/send-proof/   401 415 403 415 415 415 415 403 403 403 403 403
post   billing/payments/<int:payment_id>/withdraw/     401 200 403 404 200 200 200 403 403 403 403 403
get    billing/seller/                                 200 200 200 200 200 200 200 200 200 200 200 200
get    billing/subscriptions/                          401 200 200 200 200 200 200 403 403 403 403 403
get    billing/subscriptions/current/                  401 200 200 200 200 200 200 403 403 403 403 403
post   billing/subscriptions/current/cancel/           401 200 403 409 200 200 409 403 403 403 403 403
post   billing/subscriptions/current/keep/             401 409 403 409 409 409 409 403 403 403 403 403
delete billing/subscriptions/current/plan/             401 409 403 409 409 409 409 403 403 403 403 403
post   billing/subscriptions/current/plan/             401 200 403 409 200 200 409 403 403 403 403 403
post   billing/subscriptions/current/renew/            401 409 403 409 409 409 409 403 403 403 403 403
get    billing/subscriptions/plan-changes/             401 200 200 200 200 200 200 403 403 403 403 403
post   billing/subscriptions/upgrade/                  401 409 403 201 409 409 409 403 403 403 403 403
get    countries/                                      200 200 200 200 200 200 200 200 200 200 200 200
get    countries/<str:code>/                           200 200 200 200 200 200 200 200 200 200 200 200
get    industries/                                     200 200 200 200 200 200 200 200 200 200 200 200
get    plans/                                          200 200 200 200 200 200 200 200 200 200 200 200
get    sites/                                          401 200 200 200 200 200 200 403 403 403 403 403
post   sites/                                          401 409 409 409 409 403 409 403 403 403 403 403
delete sites/<int:site_id>/                            401 204 404 404 204 403 409 403 403 403 403 403
get    sites/<int:site_id>/                            401 200 404 404 200 200 200 403 403 403 403 403
patch  sites/<int:site_id>/                            401 200 404 404 200 403 409 403 403 403 403 403
"""  # noqa: E501
# What a suspension refuses, of all that the table lists; see ``permissions.MaySettle``.
REFUSED_WHILE_SUSPENDED = {
    ("post", "sites/"),
    ("patch", "sites/<int:site_id>/"),
    ("delete", "sites/<int:site_id>/"),
}
BODIES: dict[str, Callable[[dict[str, int]], dict[str, object]]] = {
    "billing/admin/payments/confirm/": lambda ids: {
        "invoice_id": ids["invoice_id"],
        "payment_method": "bank_transfer",
        "amount": "139.00",
        "manual_reference": "BT-2025-002",
    },
    "billing/invoices/<int:invoice_id>/payment-method/": lambda _ids: {"payment_method": "raast"},
    "billing/subscriptions/upgrade/": lambda _ids: {"plan_slug": "scale"},
    "billing/subscriptions/current/plan/": lambda _ids: {"plan_slug": "scale"},
    "billing/admin/payments/<int:payment_id>/reject/": lambda _ids: {"admin_notes": "Not found"},
    "billing/admin/payments/<int:payment_id>/reverse/": lambda _ids: {
        "reason": "Recalled",
        "invoice_becomes": "pending",
    },
    "billing/admin/invoices/<int:invoice_id>/void/": lambda _ids: {"reason": "Ordered twice"},
    "auth/account/": lambda _ids: {"name": "Renamed"},
    "auth/account/export/": lambda _ids: {"password": "not the password"},
    "auth/account/close/": lambda _ids: {"password": "not the password", "confirmation": "x"},
    "auth/email/": lambda _ids: {"email": "new@shop.example", "password": "not the password"},
    "auth/profile/": lambda _ids: {"first_name": "Renamed"},
    "sites/<int:site_id>/": lambda _ids: {"name": "Renamed"},
    "sites/": lambda _ids: {"name": "New", "domain": "new.example", "industry": "fashion"},
}


def rows() -> dict[tuple[str, str], dict[str, int]]:
    """Read the table: for a method and path, a status for each role."""
    return {
        row: {COLUMNS[column]: status for column, status in statuses.items()}
        for row, statuses in read_table(TABLE).items()
    }


def served() -> set[tuple[str, str]]:
    """Every method and path below /api/v1/ that the URL map has."""
    return {
        (method, path)
        for path, pattern in addresses(PREFIX).items()
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(getattr(pattern.callback, "view_class", None), method)
    }


@pytest.fixture
def ids(owner: User) -> dict[str, int]:
    """Ids of objects of an active account, with an upgrade's payment and proof under review."""
    EmailAddress.objects.filter(user=owner).update(verified=True)
    approve(make_payment(owner), make_billing_admin())
    change_plan_now(
        account=account_of(owner),
        plan_slug="growth",
        method_code="bank_transfer",
        actor=Actor(user=owner),
        now=utc_now(),
    )
    site = add_site(
        account=account_of(owner),
        creator=owner,
        name="Shop",
        domain="shop.example",
        industry=Industry.objects.get(slug="fashion"),
    )
    payment = make_payment(owner, proof=make_receipt())
    request_account_export(user=owner, now=utc_now())
    made_export()
    return {"invoice_id": payment.invoice_id, "payment_id": payment.pk, "site_id": site.pk}


def call(client: APIClient, method: str, path: str, ids: dict[str, int]) -> int:
    return int(answer_to(client, method, path, ids).status_code)


def answer_to(client: APIClient, method: str, path: str, ids: dict[str, int]) -> Any:
    url = path.replace("<str:code>", "PK").replace("<str:key>", Export.objects.get().key)
    for name, value in ids.items():
        url = url.replace(f"<int:{name}>", str(value))
    body = BODIES[path](ids) if path in BODIES else {}
    answer = client.generic(
        method.upper(),
        f"/{PREFIX}{url}",
        "" if method in {"get", "head", "trace"} else json.dumps(body),
        content_type="application/json",
    )
    if answer.streaming:
        close(answer)
    return answer


def refuses_suspended(path: str, method: str) -> bool:
    """Tell whether a suspension refuses a method, even before it is found not to be there."""
    view = getattr(addresses(PREFIX)[path].callback, "view_class", None)
    asked = [item() for item in getattr(view, "permission_classes", ())]
    return any(
        item.refuses_suspended(method.upper()) for item in asked if isinstance(item, HasAccount)
    )


def test_access_table_lists_every_endpoint() -> None:
    assert served() == set(rows())


@pytest.mark.parametrize("role", ROLES)
def test_endpoint_status_by_role(owner: User, ids: dict[str, int], role: str) -> None:
    client = client_as(role, owner)
    session, found = client.cookies.output(header=""), {}
    for method, path in rows():
        client.cookies.load(session)  # one of them signs out
        with undone():
            found[method, path] = call(client, method, path, ids)
    assert found == {row: statuses[role] for row, statuses in rows().items()}


@pytest.mark.parametrize("state", AccountStatus)
def test_only_a_suspension_refuses_and_only_what_makes_or_spends(
    owner: User, ids: dict[str, int], state: AccountStatus
) -> None:
    """Every endpoint in every state of the account: so a new one is refused until it is listed."""
    account = account_of(owner)
    account.trial_terms = PlanTerms.of_plan(account.plan).as_json()  # a trial has some
    account.save(update_fields=["trial_terms"])
    put_into(state, account)
    client = client_of(owner)
    session, found = client.cookies.output(header=""), set()
    for method, path in rows():
        client.cookies.load(session)
        with undone():
            answer = answer_to(client, method, path, ids)
        if answer.status_code == 403 and "account_suspended" in answer.content.decode():
            found.add((method, path))
    assert found == (REFUSED_WHILE_SUSPENDED if state == AccountStatus.SUSPENDED else set())


@pytest.mark.parametrize("role", some_of(ROLES, "visitor", "owner", "viewer", "superuser"))
def test_unsupported_method_is_refused(owner: User, ids: dict[str, int], role: str) -> None:
    """By the gate for those who stand before it, by 405 for those who don't."""
    client = client_as(role, owner)
    found, expected = {}, {}
    for path in addresses(PREFIX):
        has = {method: by_role for (method, name), by_role in rows().items() if name == path}
        gate = has.get("get", next(iter(has.values())))[role]
        for method in METHODS:
            if method in has:
                continue
            with undone():
                found[method, path] = call(client, method, path, ids)
            if method == "head" and "get" in has:
                past = has["get"][role]
            else:
                past = 200 if method == "options" else 405
            if role == "suspended" and refuses_suspended(path, method):
                past = 403
            if role == "suspended" and method == "options" and path == "sites/":
                past = 403  # it would say what POST takes
            expected[method, path] = gate if gate in GATE else past
    assert found == expected


@pytest.mark.parametrize("role", ["owner", "superuser"])
@pytest.mark.parametrize("number", [2**63, 10**26])
def test_id_that_no_column_holds_is_not_found(
    owner: User, ids: dict[str, int], role: str, number: int
) -> None:
    client, impossible = client_as(role, owner), dict.fromkeys(ids, number)
    of_objects = {row: by_role[role] for row, by_role in rows().items() if "<int:" in row[1]}
    found = {}
    for method, path in of_objects:
        with undone():
            found[method, path] = call(client, method, path, impossible)
    before_the_id = {*GATE, 415}
    assert found == {
        row: status if status in before_the_id else 404 for row, status in of_objects.items()
    }


def test_refused_request_changes_nothing(owner: User, ids: dict[str, int]) -> None:
    """All that another account's owner can send at once, then the state as it was."""
    client = client_of(make_owner())
    for method, path in rows():
        if "<int:" in path or path.endswith("payments/confirm/"):
            if path.endswith("/send-proof/"):  # a form with a file; otherwise 415 comes first
                url = f"/{PREFIX}billing/payments/{ids['payment_id']}/send-proof/"
                answer = client.post(url, {"proof": make_receipt()}, format="multipart")
                assert answer.status_code == 404
                continue
            assert call(client, method, path, ids) in {403, 404}
    assert Payment.objects.get(pk=ids["payment_id"]).status == "pending_approval"
    assert (account_of(owner).name, invoice_of(owner).status) == ("Lahore Textiles", "pending")


def test_id_fields_in_request_bodies_are_listed(document: dict[str, Any]) -> None:
    """So that whoever adds one also tries it with another account's id, as below."""
    schemas = document["components"]["schemas"].items()
    own = {name: schema for name, schema in schemas if not name.startswith("LogIn")}
    found = {
        (name, field)
        for name, schema in own.items()
        if name.endswith("Request")
        for field in schema["properties"]
        if field == "id" or field.endswith("_id")
    }
    texts = {(name, "tax_id") for name in ("RegisterRequest", "PatchedAccountChangeRequest")}
    assert found == {("ConfirmPaymentRequest", "invoice_id"), *texts}


@pytest.mark.parametrize("mistake", [{}, {"amount": "1.00"}, {"payment_method": "none"}])
def test_foreign_invoice_in_body_returns_404(owner: User, mistake: dict[str, str]) -> None:
    """Whatever else the body says: not even an error tells that the invoice is there."""
    client = client_of(make_owner())
    foreign = confirmation_of(owner)
    answer = client.post("/api/v1/billing/admin/payments/confirm/", {**foreign, **mistake})
    unknown = client.post(
        "/api/v1/billing/admin/payments/confirm/", {**foreign, **mistake, "invoice_id": 10**9}
    )
    assert (answer.status_code, unknown.status_code) == (404, 404)
    assert answer.json()["errors"][0]["code"] == unknown.json()["errors"][0]["code"]
    assert not Payment.objects.exists()


def test_foreign_invoice_in_filter_finds_nothing(owner: User, ids: dict[str, int]) -> None:
    url = f"/api/v1/billing/payments/?invoice={ids['invoice_id']}"
    assert client_of(owner).get(url).json()["count"] == 1
    assert client_of(make_owner()).get(url).json()["count"] == 0


def test_cookie_write_requires_csrf_token(owner: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(owner)
    url = "/api/v1/billing/subscriptions/upgrade/"
    refused = client.post(url, {"plan_slug": "growth"})
    token = client.get("/api/v1/auth/csrf/").json()["csrf_token"]
    taken = client.post(url, {"plan_slug": "growth"}, headers={"X-CSRFToken": token})

    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "csrf_failed")
    assert taken.status_code == 201
