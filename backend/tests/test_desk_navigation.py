"""The sidebar of the desk: what stands in it, in which order, and for whom."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import RequestFactory

from igny8_core.auth.models import User
from igny8_core.desk.navigation import PAGES, Entry, navigation
from tests.factories import make_payment
from tests.roles import user_as

pytestmark = pytest.mark.django_db
EVERYTHING = """
Numbers monitoring /admin/
Payments fact_check /admin/billing/payment/
Invoices receipt_long /admin/billing/invoice/
Credits toll /admin/billing/credittransaction/
Audit trail history /admin/billing/paymentevent/
Emails mail /admin/common/outgoingmail/
# Customers
Accounts apartment /admin/igny8_auth/account/
Subscriptions autorenew /admin/igny8_auth/subscription/
Users person /admin/igny8_auth/user/
Sites language /admin/igny8_auth/site/
# Settings
Payment methods account_balance /admin/billing/paymentmethodconfig/
Exchange rates currency_exchange /admin/billing/exchangerate/
Setting changes published_with_changes /admin/billing/settingchange/
Rejection reasons quickreply /admin/billing/rejectionreason/
Seller storefront /admin/billing/sellerprofile/
Plans sell /admin/igny8_auth/plan/
Industries category /admin/igny8_auth/industry/
Groups groups /admin/auth/group/
My notifications notifications /admin/billing/payment/notices/
Second factor lock /admin/second-factor/
"""
KEPT_FROM_ADMINS = {"person", "language", "sell", "category", "groups"}
KEPT_FROM_VIEWERS = KEPT_FROM_ADMINS | {"notifications"}
KEPT_FROM = {
    "superuser": set[str](),
    "admin": KEPT_FROM_ADMINS,
    "viewer": KEPT_FROM_VIEWERS,
    "support": KEPT_FROM_VIEWERS | {"mail", "storefront"},
}


def sidebar_of(user: User) -> list[dict[str, Any]]:
    request = RequestFactory().get("/admin/")
    request.user = user
    return navigation(request)


def lines_of(groups: list[dict[str, Any]]) -> list[str]:
    lines = []
    for group in groups:
        assert group["separator"] == bool(group["title"])
        lines += [f"# {group['title']}"] if group["title"] else []
        lines += [f"{item['title']} {item['icon']} {item['link']}" for item in group["items"]]
    return lines


@pytest.mark.parametrize("role", KEPT_FROM)
def test_sidebar_holds_what_the_role_may_open(owner: User, role: str) -> None:
    groups = sidebar_of(user_as(role, owner))
    expected = EVERYTHING.strip().splitlines()
    assert lines_of(groups) == [
        line for line in expected if KEPT_FROM[role].isdisjoint(line.split())
    ]


def test_sidebar_of_staff_without_a_group_holds_their_second_factor_alone(owner: User) -> None:
    groups = sidebar_of(user_as("staff", owner))
    assert lines_of(groups) == ["# Settings", "Second factor lock /admin/second-factor/"]


def test_right_to_one_list_shows_that_list(owner: User) -> None:
    user = user_as("staff", owner)
    user.user_permissions.set(Permission.objects.filter(codename="view_site"))
    assert lines_of(sidebar_of(user))[:2] == [
        "# Customers",
        "Sites language /admin/igny8_auth/site/",
    ]


def test_every_list_has_a_place_of_its_own() -> None:
    entries = {
        model: getattr(page, "sidebar", None) for model, page in admin.site._registry.items()
    }
    placed = [entry for entry in entries.values() if isinstance(entry, Entry)]
    placed += [entry for entry, _name, _permission in PAGES]

    assert [model for model, entry in entries.items() if not entry] == [Authenticator]
    assert len({(entry.section, entry.position) for entry in placed}) == len(placed)


def test_badge_counts_the_payments_that_wait(owner: User) -> None:
    make_payment(owner)
    groups = sidebar_of(user_as("viewer", owner))
    badges = [(item["title"], item["badge"]) for item in groups[0]["items"] if "badge" in item]
    assert badges == [("Payments", "1")]
