"""Who may call what: every endpoint of the URL map by every role, in one table."""

import json
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Industry, User
from igny8_core.auth.services.sites import add_site
from igny8_core.business.billing.models import Payment, PaymentEvent
from igny8_core.business.billing.roles import BILLING_ADMIN, BILLING_VIEWER, SUPPORT
from igny8_core.business.billing.services.subscriptions import request_upgrade
from igny8_core.common.clock import utc_now
from tests.factories import (
    account_of,
    approve,
    client_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
    make_receipt,
)

pytestmark = pytest.mark.django_db

ROLES = [
    "visitor",
    "owner",
    "member",
    "other",
    "unverified",
    "suspended",
    "viewer",
    "support",
    "admin",
    "superuser",
]
STAFF = {"viewer": BILLING_VIEWER, "support": SUPPORT, "admin": BILLING_ADMIN}
# What each role gets for an object of the owner's account: 401, 403 and 404 are the gate; any
# other status, also a 400 or a 409, is past it. "other" owns another account; "unverified" is the
# owner with an unverified address, "suspended" the owner of a suspended account.
TABLE = """
                                                       vis own mem oth unv sus vie sup adm roo
patch auth/account/                                    401 200 403 200 200 200 403 403 403 403
post auth/account/close/                               401 400 403 400 400 400 403 403 403 403
post auth/account/export/                              401 400 403 400 400 400 403 403 403 403
get auth/csrf/                                         200 200 200 200 200 200 200 200 200 200
post auth/log-out-everywhere/                          401 204 204 204 204 204 204 204 204 204
get auth/me/                                           401 200 200 200 200 200 200 200 200 200
patch auth/profile/                                    401 200 200 200 200 200 200 200 200 200
post auth/register/                                    400 400 400 400 400 400 400 400 400 400
post billing/admin/invoices/<int:invoice_id>/void/     401 403 403 403 403 403 403 403 409 409
get billing/admin/payment-methods/                     200 200 200 200 200 200 200 200 200 200
get billing/admin/payments/                            401 403 403 403 403 403 200 200 200 200
get billing/admin/payments/<int:payment_id>/           401 403 403 403 403 403 200 200 200 200
post billing/admin/payments/<int:payment_id>/approve/  401 403 403 403 403 403 403 403 200 200
get billing/admin/payments/<int:payment_id>/proof/     401 403 403 403 403 403 200 403 200 200
post billing/admin/payments/<int:payment_id>/reject/   401 403 403 403 403 403 403 403 200 200
post billing/admin/payments/<int:payment_id>/reverse/  401 403 403 403 403 403 403 403 409 409
post billing/admin/payments/confirm/                   401 409 403 404 409 409 403 403 403 403
get billing/credits/                                   401 200 200 200 200 200 403 403 403 403
get billing/credits/ledger/                            401 200 200 200 200 200 403 403 403 403
get billing/invoices/                                  401 200 200 200 200 200 403 403 403 403
get billing/invoices/<int:invoice_id>/                 401 200 200 404 200 200 403 403 403 403
post billing/invoices/<int:invoice_id>/payment-method/ 401 409 403 404 409 409 403 403 403 403
get billing/invoices/<int:invoice_id>/pdf/             401 200 200 404 200 200 403 403 403 403
get billing/payments/                                  401 200 200 200 200 200 403 403 403 403
get billing/payments/<int:payment_id>/                 401 200 200 404 200 200 403 403 403 403
get billing/payments/<int:payment_id>/proof/           401 200 200 404 200 200 403 403 403 403
post billing/payments/<int:payment_id>/withdraw/       401 200 403 404 200 200 403 403 403 403
get billing/subscriptions/                             401 200 200 200 200 200 403 403 403 403
post billing/subscriptions/upgrade/                    401 409 403 409 409 409 403 403 403 403
get countries/                                         200 200 200 200 200 200 200 200 200 200
get countries/<str:code>/                              200 200 200 200 200 200 200 200 200 200
get industries/                                        200 200 200 200 200 200 200 200 200 200
get plans/                                             200 200 200 200 200 200 200 200 200 200
get sites/                                             401 200 200 200 200 200 403 403 403 403
post sites/                                            401 409 409 409 409 409 403 403 403 403
delete sites/<int:site_id>/                            401 204 204 404 204 204 403 403 403 403
get sites/<int:site_id>/                               401 200 200 404 200 200 403 403 403 403
patch sites/<int:site_id>/                             401 200 200 404 200 200 403 403 403 403
"""
BODIES: dict[str, Callable[[dict[str, int]], dict[str, object]]] = {
    "billing/admin/payments/confirm/": lambda ids: {
        "invoice_id": ids["invoice_id"],
        "payment_method": "bank_transfer",
        "amount": "139.00",
        "manual_reference": "BT-2025-002",
    },
    "billing/invoices/<int:invoice_id>/payment-method/": lambda _ids: {"payment_method": "raast"},
    "billing/subscriptions/upgrade/": lambda _ids: {"plan_slug": "scale"},
    "billing/admin/payments/<int:payment_id>/reject/": lambda _ids: {"admin_notes": "Not found"},
    "billing/admin/payments/<int:payment_id>/reverse/": lambda _ids: {
        "reason": "Recalled",
        "invoice_becomes": "pending",
    },
    "billing/admin/invoices/<int:invoice_id>/void/": lambda _ids: {"reason": "Ordered twice"},
    "auth/account/": lambda _ids: {"name": "Renamed"},
    "auth/account/export/": lambda _ids: {"password": "not the password"},
    "auth/account/close/": lambda _ids: {"password": "not the password", "confirmation": "x"},
    "auth/profile/": lambda _ids: {"first_name": "Renamed"},
    "sites/<int:site_id>/": lambda _ids: {"name": "Renamed"},
    "sites/": lambda _ids: {"name": "New", "domain": "new.example", "industry": "fashion"},
}


def rows() -> dict[tuple[str, str], list[int]]:
    """Read the table: method, path, and a status for each role."""
    lines = [line.split() for line in TABLE.strip().splitlines()[1:]]
    return {(line[0], " ".join(line[1:-10])): [int(s) for s in line[-10:]] for line in lines}


def served() -> set[tuple[str, str]]:
    """Every method and path below /api/v1/ that the URL map has."""
    found = set()

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, path)
            elif path.startswith("api/v1/"):
                view = getattr(pattern.callback, "view_class", None)
                for method in ("get", "post", "put", "patch", "delete"):
                    if hasattr(view, method):
                        found.add((method, path.removeprefix("api/v1/")))

    walk(get_resolver().url_patterns, "")
    return found


@pytest.fixture
def ids(owner: User) -> dict[str, int]:
    """Ids of things of an active account: an upgrade's payment waits, with a proof."""
    EmailAddress.objects.filter(user=owner).update(verified=True)
    approve(make_payment(owner), make_billing_admin())
    request_upgrade(
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
    return {"invoice_id": payment.invoice_id, "payment_id": payment.pk, "site_id": site.pk}


def client_as(role: str, owner: User) -> APIClient:
    """Return a client that is logged in as this role."""
    if role == "visitor":
        return APIClient()
    return client_of(user_as(role, owner))


def user_as(role: str, owner: User) -> User:
    if role in STAFF:
        user = User.objects.create_user("staff@desk.example", is_staff=True)
        user.groups.add(Group.objects.get(name=STAFF[role]))
    elif role == "superuser":
        user = User.objects.create_superuser("root@desk.example")
    elif role == "member":
        user = User.objects.create_user("member@shop.example", account=owner.account, role="member")
    else:
        user = make_owner() if role == "other" else owner
    if role == "unverified":
        EmailAddress.objects.filter(user=owner).update(verified=False)
    if role == "suspended":
        suspend(account_of(owner))
    return user


def suspend(account: Account) -> None:
    """Suspend an account as no workflow does yet: the state with its event."""
    Account.objects.filter(pk=account.pk).update(status="suspended")
    PaymentEvent.objects.create(
        account=account,
        event="void",
        object_type="account",
        object_id=account.pk,
        from_state=account.status,
        to_state="suspended",
        created_at=utc_now(),
    )


def call(client: APIClient, method: str, path: str, ids: dict[str, int]) -> int:
    url = path.replace("<str:code>", "PK")
    for name, value in ids.items():
        url = url.replace(f"<int:{name}>", str(value))
    body = BODIES[path](ids) if path in BODIES else {}
    answer = client.generic(
        method.upper(),
        f"/api/v1/{url}",
        json.dumps(body) if method != "get" else "",
        content_type="application/json",
    )
    if answer.streaming:
        answer.close()
    return int(answer.status_code)


def test_every_endpoint_has_its_row() -> None:
    assert served() == set(rows())


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path"), sorted(rows()))
def test_role_by_endpoint(
    owner: User, ids: dict[str, int], method: str, path: str, role: str
) -> None:
    expected = rows()[method, path][ROLES.index(role)]
    assert call(client_as(role, owner), method, path, ids) == expected


def test_what_is_refused_changes_nothing(owner: User, ids: dict[str, int]) -> None:
    """All that another account's owner can send at once, then the state as it was."""
    client = client_of(make_owner())
    for method, path in rows():
        if "<int:" in path or "confirm" in path:
            assert call(client, method, path, ids) in {403, 404}
    assert Payment.objects.get(pk=ids["payment_id"]).status == "pending_approval"
    assert (account_of(owner).name, invoice_of(owner).status) == ("Lahore Textiles", "pending")


def test_a_write_with_the_cookie_needs_the_csrf_token(owner: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(owner)
    url = "/api/v1/billing/subscriptions/upgrade/"
    refused = client.post(url, {"plan_slug": "growth"})
    token = client.get("/api/v1/auth/csrf/").json()["csrf_token"]
    taken = client.post(url, {"plan_slug": "growth"}, headers={"X-CSRFToken": token})

    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "csrf_failed")
    assert taken.status_code == 409  # past the check: the account has an upgrade to pay already
