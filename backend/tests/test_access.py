"""Who may call what: nobody without log-in, no other tenant's object, no decision by customers."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from igny8_core.auth.models import Industry, User
from igny8_core.auth.services.sites import add_site
from tests.factories import (
    account_of,
    approve,
    client_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
)

pytestmark = pytest.mark.django_db

PUBLIC = {
    ("get", "auth/csrf/"),
    ("post", "auth/register/"),
    ("get", "plans/"),
    ("get", "industries/"),
    ("get", "countries/"),
    ("get", "countries/<str:code>/"),
    ("get", "billing/admin/payment-methods/"),
}
ANY_USER = {("get", "auth/me/"), ("patch", "auth/profile/")}
OWN = {
    ("patch", "auth/account/"),
    ("get", "sites/"),
    ("post", "sites/"),
    ("get", "sites/<int:site_id>/"),
    ("patch", "sites/<int:site_id>/"),
    ("delete", "sites/<int:site_id>/"),
    ("get", "billing/invoices/"),
    ("get", "billing/invoices/<int:invoice_id>/"),
    ("get", "billing/invoices/<int:invoice_id>/pdf/"),
    ("post", "billing/invoices/<int:invoice_id>/payment-method/"),
    ("post", "billing/admin/payments/confirm/"),
    ("get", "billing/payments/"),
    ("get", "billing/payments/<int:payment_id>/"),
    ("get", "billing/payments/<int:payment_id>/proof/"),
    ("post", "billing/payments/<int:payment_id>/withdraw/"),
    ("get", "billing/subscriptions/"),
    ("post", "billing/subscriptions/upgrade/"),
    ("get", "billing/credits/"),
    ("get", "billing/credits/ledger/"),
}
DECIDERS = {
    ("get", "billing/admin/payments/"),
    ("get", "billing/admin/payments/<int:payment_id>/"),
    ("get", "billing/admin/payments/<int:payment_id>/proof/"),
    ("post", "billing/admin/payments/<int:payment_id>/approve/"),
    ("post", "billing/admin/payments/<int:payment_id>/reject/"),
    ("post", "billing/admin/invoices/<int:invoice_id>/void/"),
}
WRITES_OF_OWNERS_ALONE = {
    ("patch", "auth/account/"),
    ("post", "billing/invoices/<int:invoice_id>/payment-method/"),
    ("post", "billing/admin/payments/confirm/"),
    ("post", "billing/payments/<int:payment_id>/withdraw/"),
    ("post", "billing/subscriptions/upgrade/"),
}


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


def call(client: APIClient, method: str, path: str, ids: dict[str, int]) -> int:
    for name, value in ids.items():
        path = path.replace(f"<int:{name}>", str(value))
    return int(client.generic(method.upper(), f"/api/v1/{path}").status_code)


@pytest.fixture
def ids(owner: User) -> dict[str, int]:
    """Ids of things that belong to the owner."""
    approve(make_payment(owner), make_billing_admin())
    site = add_site(
        account=account_of(owner),
        creator=owner,
        name="Shop",
        domain="shop.example",
        industry=Industry.objects.earliest("pk"),
    )
    invoice = invoice_of(owner)
    payment_id = invoice.payments.get().pk
    return {"invoice_id": invoice.pk, "payment_id": payment_id, "site_id": site.pk}


def test_the_lists_above_name_every_endpoint() -> None:
    assert served() == PUBLIC | ANY_USER | OWN | DECIDERS


@pytest.mark.parametrize(("method", "path"), sorted(ANY_USER | OWN | DECIDERS))
def test_a_visitor_is_asked_to_log_in(
    api: APIClient, ids: dict[str, int], method: str, path: str
) -> None:
    assert call(api, method, path, ids) == 401


@pytest.mark.parametrize(("method", "path"), sorted(item for item in OWN if "<" in item[1]))
def test_another_tenants_object_is_not_there(ids: dict[str, int], method: str, path: str) -> None:
    for name, value in ids.items():
        path = path.replace(f"<int:{name}>", str(value))
    body = {"payment_method": "raast"} if method == "post" else None
    answer = getattr(client_of(make_owner()), method)(f"/api/v1/{path}", body)

    assert answer.status_code == 404
    assert answer.json()["errors"][0]["code"] == "not_found"


@pytest.mark.parametrize(("method", "path"), sorted(DECIDERS))
def test_an_owner_is_no_billing_admin(
    owner_api: APIClient, ids: dict[str, int], method: str, path: str
) -> None:
    assert call(owner_api, method, path, ids) == 403


@pytest.mark.parametrize(("method", "path"), sorted(WRITES_OF_OWNERS_ALONE))
def test_a_member_deals_with_no_money(
    owner: User, ids: dict[str, int], method: str, path: str
) -> None:
    member = User.objects.create_user("member@shop.example", account=owner.account, role="member")
    assert call(client_of(member), method, path, ids) == 403


@pytest.mark.parametrize(("method", "path"), sorted(OWN))
def test_an_admin_without_account_has_nothing_of_its_own(
    admin_api: APIClient, ids: dict[str, int], method: str, path: str
) -> None:
    assert call(admin_api, method, path, ids) == 403


def test_a_write_with_the_cookie_needs_the_csrf_token(owner: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(owner)
    url = "/api/v1/billing/subscriptions/upgrade/"
    refused = client.post(url, {"plan_slug": "growth"})
    token = client.get("/api/v1/auth/csrf/").json()["csrf_token"]
    taken = client.post(url, {"plan_slug": "growth"}, headers={"X-CSRFToken": token})

    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "csrf_failed")
    assert taken.status_code == 409  # past the check: the account has an upgrade to pay already
