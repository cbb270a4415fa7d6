"""POST billing/subscriptions/upgrade/."""

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from igny8_core.auth.models import Subscription, User
from igny8_core.business.billing.models import Invoice
from tests.factories import account_of, approve, client_of, make_owner, make_payment

pytestmark = pytest.mark.django_db
URL = "/api/v1/billing/subscriptions/upgrade/"


@pytest.fixture
def active_owner(catalog: None, billing_admin: User) -> User:
    owner = make_owner()
    approve(make_payment(owner), billing_admin)
    return owner


def test_trial_continues_until_approval(catalog: None, billing_admin: User) -> None:
    owner = make_owner(plan_slug="free")
    answer = client_of(owner).post(URL, {"plan_slug": "starter", "payment_method": "jazzcash"})

    assert answer.status_code == 201
    assert answer.json()["account"]["status"] == "trial"
    assert answer.json()["invoice"]["payable_currency"] == "PKR"
    approve(make_payment(owner), billing_admin)
    account = account_of(owner)
    assert (account.status, account.credits, account.plan.slug) == ("active", 2000, "starter")


def test_approved_upgrade_ends_earlier_subscription(
    active_owner: User, billing_admin: User
) -> None:
    client = client_of(active_owner)
    client.post(URL, {"plan_slug": "growth"})
    assert account_of(active_owner).plan.slug == "starter"
    approve(make_payment(active_owner), billing_admin)

    states = dict(Subscription.objects.values_list("plan__slug", "status"))
    assert states == {"starter": "cancelled", "growth": "active"}
    account = account_of(active_owner)
    newest = Invoice.objects.latest("pk")
    (unused,) = newest.billing_snapshot["credited"]
    assert (account.plan.slug, account.credits) == ("growth", 3000 - unused["credits"])
    assert unused["credits"] > 900


@pytest.mark.parametrize(
    ("slug", "code"),
    [
        ("free", "plan_not_payable"),
        ("starter", "already_on_plan"),
        ("internal", "unknown_plan"),
        ("nothing", "unknown_plan"),
    ],
)
def test_unavailable_plan_is_refused(active_owner: User, slug: str, code: str) -> None:
    answer = client_of(active_owner).post(URL, {"plan_slug": slug})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == code
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize(("plan", "is_claimed"), [("growth", False), ("scale", True)])
def test_order_that_is_the_same_or_may_be_paid_is_not_replaced(
    active_owner: User, plan: str, *, is_claimed: bool
) -> None:
    client = client_of(active_owner)
    client.post(URL, {"plan_slug": "growth"})
    if is_claimed:
        make_payment(active_owner)
    answer = client.post(URL, {"plan_slug": plan})

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "upgrade_already_pending"
    assert Invoice.objects.count() == 2


def test_unpaid_order_is_replaced_as_often_as_a_day_allows(
    active_owner: User, settings: LazySettings
) -> None:
    settings.BILLING_CANCELLATIONS_PER_DAY = 1
    client = client_of(active_owner)
    first = client.post(URL, {"plan_slug": "growth"}).json()["invoice"]
    second = client.post(URL, {"plan_slug": "scale"})
    third = client.post(URL, {"plan_slug": "growth"})

    assert (second.status_code, third.status_code) == (201, 429)
    assert third.json()["errors"][0]["code"] == "cancellation_limit_reached"
    assert Invoice.objects.get(pk=first["id"]).status == "void"
    pending = Invoice.objects.get(status="pending")
    assert pending.pk == second.json()["invoice"]["id"]


def test_subscription_list_shows_all_of_account(active_owner: User) -> None:
    client: APIClient = client_of(active_owner)
    client.post(URL, {"plan_slug": "growth"})

    listed = client.get("/api/v1/billing/subscriptions/").json()["results"]
    assert [(item["plan"]["slug"], item["status"]) for item in listed] == [
        ("growth", "pending_payment"),
        ("starter", "active"),
    ]
