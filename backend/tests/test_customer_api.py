"""The API of a customer's subscription: what it says, once, and to whom."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Industry, User
from igny8_core.auth.services.sites import add_site, change_site, remove_site
from igny8_core.business.billing.models import Invoice, PaymentEvent
from igny8_core.business.billing.services.decisions import approve_payment
from igny8_core.common.clock import business_day, utc_now
from igny8_core.common.exceptions import DomainError
from tests.database import assert_all_invariants_hold
from tests.factories import (
    account_of,
    approve,
    client_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
)
from tests.life import run
from tests.pockets import give
from tests.roles import put_into

pytestmark = pytest.mark.django_db
SUBSCRIPTIONS = "/api/v1/billing/subscriptions/"
CURRENT = f"{SUBSCRIPTIONS}current/"
ME = "/api/v1/auth/me/"
ACTS = ("cancel", "renew", "plan")
BODIES = {"cancel": {"reason": "Too dear"}, "renew": {}, "plan": {"plan_slug": "growth"}}


@pytest.fixture
def payer(catalog: None) -> User:
    """An owner who has just paid for a month."""
    owner = make_owner()
    approve(make_payment(owner), make_billing_admin())
    return owner


@pytest.fixture
def api_(payer: User) -> APIClient:
    return client_of(payer)


def suspended_owner(admin: User) -> User:
    """Return an owner who paid 50 days ago, and not since."""
    start = utc_now() - timedelta(days=50)
    owner = make_owner(now=start)
    payment = make_payment(owner)
    approve_payment(payment_id=payment.pk, actor=Actor(user=admin), now=start)
    for number in range(20, 51):
        run(start + timedelta(days=number, hours=1))
    return owner


def code_of(answer: Any) -> str:
    return str(answer.json()["errors"][0]["code"])


# What it says


def test_current_says_what_is_paid_and_what_comes(payer: User, api_: APIClient) -> None:
    told = api_.get(CURRENT).json()
    today = business_day(utc_now())
    assert (told["stage"], told["status"], told["plan"]["slug"]) == ("active", "active", "starter")
    assert told["current_period"]["first_day"] == today.isoformat()
    assert told["paid_until_day"] == told["current_period"]["last_day"]
    assert (told["open_invoice"], told["claim"], told["next_plan"]) == (None, None, None)
    assert [item["what"] for item in told["coming"]] == [
        "renew",
        "renewal_reminder",
        "renewal_due",
        "fall_due",
        "past_due",
        "final_notice",
        "suspend",
        "ending",
        "lapse",
    ]
    days = {item["what"]: item["day"] for item in told["coming"]}
    assert (told["suspends_on"], told["ends_on"]) == (days["suspend"], days["lapse"])
    assert told["may"] == {"renew_early": True, "cancel": True, "keep": False, "choose_plan": True}


def test_open_invoice_and_its_claim_are_told(payer: User, api_: APIClient) -> None:
    renewal = api_.post(f"{CURRENT}renew/").json()["open_invoice"]
    invoice = Invoice.objects.get(pk=renewal["id"])
    assert renewal["number"] == invoice.number
    assert renewal["due"] == {"amount": "89.00", "currency": "USD"}
    assert renewal["payable"]["currency"] == "PKR"
    make_payment(payer)
    told = api_.get(CURRENT).json()
    assert (told["stage"], told["open_invoice"]["id"]) == ("under_review", invoice.pk)
    assert told["claim"] == {
        "submitted_on": business_day(utc_now()).isoformat(),
        "amount": {"amount": "89.00", "currency": "USD"},
    }


def test_renewal_is_due_before_an_order(billing_admin: User) -> None:
    """The account's state names the same invoice as the plan's."""
    owner = suspended_owner(billing_admin)
    renewal, api = invoice_of(owner), client_of(owner)
    assert api.post(f"{SUBSCRIPTIONS}upgrade/", {"plan_slug": "growth"}).status_code == 201
    assert invoice_of(owner) != renewal
    told = [api.get(url).json()["open_invoice"]["id"] for url in (CURRENT, ME)]
    assert told == [renewal.pk, renewal.pk]


def test_member_reads_and_does_nothing(payer: User) -> None:
    member = User.objects.create_user("m@shop.example", account=payer.account, role="member")
    api = client_of(member)
    assert api.get(CURRENT).status_code == 200
    assert api.get(f"{SUBSCRIPTIONS}plan-changes/").status_code == 200
    for act in ACTS:
        answer = api.post(f"{CURRENT}{act}/", BODIES[act])
        assert (answer.status_code, code_of(answer)) == (403, "not_account_owner")


# Once


@pytest.mark.parametrize("act", ACTS)
def test_act_is_done_once_for_its_key(api_: APIClient, act: str) -> None:
    url, headers = f"{CURRENT}{act}/", {"Idempotency-Key": "k-1"}
    first = api_.post(url, BODIES[act], headers=headers)
    events = PaymentEvent.objects.count()
    again = api_.post(url, BODIES[act], headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
    assert PaymentEvent.objects.count() == events
    assert_all_invariants_hold()


def test_keeping_and_dropping_are_done_once_for_their_key(api_: APIClient) -> None:
    api_.post(f"{CURRENT}cancel/")
    api_.post(f"{CURRENT}keep/", headers={"Idempotency-Key": "k-1"})
    assert api_.post(f"{CURRENT}keep/", headers={"Idempotency-Key": "k-1"}).status_code == 200
    assert code_of(api_.post(f"{CURRENT}keep/")) == "not_cancelled"
    api_.post(f"{CURRENT}plan/", BODIES["plan"])
    dropped = api_.delete(f"{CURRENT}plan/", headers={"Idempotency-Key": "k-2"})
    again = api_.delete(f"{CURRENT}plan/", headers={"Idempotency-Key": "k-2"})
    assert (dropped.json()["next_plan"], again.json()) == (None, dropped.json())
    assert code_of(api_.delete(f"{CURRENT}plan/")) == "no_next_plan"


# What changing the plan costs


def test_plan_changes_say_what_the_order_then_costs(payer: User, api_: APIClient) -> None:
    found = api_.get(f"{SUBSCRIPTIONS}plan-changes/", {"method": "bank_transfer"}).json()
    offered = {item["plan"]["slug"]: item for item in found}
    assert {slug: item["now"]["refused"] for slug, item in offered.items()} == {
        "free": "plan_not_payable",
        "starter": "already_on_plan",
        "growth": None,
        "scale": None,
    }
    assert {slug: item["next_period"]["refused"] for slug, item in offered.items()} == {
        "free": "plan_not_payable",
        "starter": "already_on_plan",
        "growth": None,
        "scale": None,
    }
    body = {"plan_slug": "scale", "payment_method": "bank_transfer"}
    invoice = api_.post(f"{SUBSCRIPTIONS}upgrade/", body).json()["invoice"]
    now = offered["scale"]["now"]
    assert (now["total"]["amount"], now["payable"]["amount"]) == (
        invoice["total"],
        invoice["payable_amount"],
    )
    assert [line["amount"] for line in invoice["lines"]] == [
        offered["scale"]["plan"]["price"],
        f"-{now['credit']['amount']}",
    ]
    assert_all_invariants_hold()


def test_change_that_costs_nothing_is_for_the_next_period(payer: User) -> None:
    api, admin = client_of(payer), make_billing_admin()
    api.post(f"{SUBSCRIPTIONS}upgrade/", {"plan_slug": "scale"})
    payment = make_payment(payer, amount=invoice_of(payer).total)
    approve(payment, admin)
    answer = api.post(f"{SUBSCRIPTIONS}upgrade/", {"plan_slug": "starter"})
    assert (answer.status_code, code_of(answer)) == (400, "nothing_to_pay")
    (starter,) = (
        item
        for item in api.get(f"{SUBSCRIPTIONS}plan-changes/").json()
        if item["plan"]["slug"] == "starter"
    )
    assert (starter["now"]["refused"], starter["now"]["total"]["amount"]) == (
        "nothing_to_pay",
        "0.00",
    )
    assert starter["next_period"]["refused"] is None
    chosen = api.post(f"{CURRENT}plan/", {"plan_slug": "starter"}).json()
    assert chosen["next_plan"]["slug"] == "starter"


def test_unknown_method_of_a_change_is_refused(api_: APIClient) -> None:
    answer = api_.get(f"{SUBSCRIPTIONS}plan-changes/", {"method": "barter"})
    assert (answer.status_code, code_of(answer)) == (400, "unknown_payment_method")


# An invoice in detail


def test_invoice_says_what_it_is_for_and_what_happens_when(payer: User, api_: APIClient) -> None:
    paid = invoice_of(payer)
    api_.post(f"{CURRENT}renew/")
    current = api_.get(CURRENT).json()
    renewal = api_.get(f"/api/v1/billing/invoices/{invoice_of(payer).pk}/").json()
    assert (renewal["kind"], renewal["period"]) == ("renewal", current["open_invoice"]["period"])
    assert renewal["coming"] == current["coming"] != []
    first = api_.get(f"/api/v1/billing/invoices/{paid.pk}/").json()
    period = current["current_period"]
    assert (first["kind"], first["coming"]) == ("initial", [])
    assert first["period"] == {name: period[name] for name in ("first_day", "last_day")}


def test_unpaid_order_says_when_it_expires(owner: User, owner_api: APIClient) -> None:
    told = owner_api.get(f"/api/v1/billing/invoices/{invoice_of(owner).pk}/").json()
    day = business_day(utc_now()) + timedelta(days=15)
    assert told["coming"] == [{"day": day.isoformat(), "what": "expire_sign_up"}]
    assert told["period"] is None


# While the account is suspended


def test_suspended_account_says_what_to_pay(billing_admin: User) -> None:
    owner = suspended_owner(billing_admin)
    api, invoice = client_of(owner), invoice_of(owner)
    answer = api.post("/api/v1/sites/", {"name": "Shop"})
    assert (answer.status_code, code_of(answer)) == (403, "account_suspended")
    assert answer.json()["invoice_id"] == invoice.pk
    told = api.get(CURRENT).json()
    assert (told["stage"], told["open_invoice"]["id"]) == ("suspended", invoice.pk)
    assert told["suspended_on"] == business_day(account_suspended_at(owner)).isoformat()
    urdu = api.post("/api/v1/sites/", {}, headers={"Accept-Language": "ur"})
    assert urdu.json()["errors"][0]["detail"] != answer.json()["errors"][0]["detail"]


def account_suspended_at(owner: User) -> Any:
    return account_of(owner).suspended_at


def test_suspended_account_pays_and_goes_on(billing_admin: User) -> None:
    owner = suspended_owner(billing_admin)
    body = {
        "invoice_id": invoice_of(owner).pk,
        "payment_method": "bank_transfer",
        "amount": "89.00",
        "manual_reference": "BT-2025-007",
    }
    claimed = client_of(owner).post("/api/v1/billing/admin/payments/confirm/", body)
    assert claimed.status_code == 201
    assert client_of(owner).get(CURRENT).json()["stage"] == "under_review"
    approve_payment(payment_id=claimed.json()["id"], actor=Actor(user=billing_admin), now=utc_now())
    assert client_of(owner).get(CURRENT).json()["stage"] == "active"
    site = {"name": "Shop", "domain": "shop.example", "industry": "fashion"}
    assert client_of(owner).post("/api/v1/sites/", site).status_code == 201


@pytest.mark.parametrize("act", ["add", "change", "remove"])
def test_account_that_is_suspended_meanwhile_changes_no_site(payer: User, act: str) -> None:
    """The request was let in before; the service asks again under the lock."""
    account = account_of(payer)
    industry = Industry.objects.get(slug="fashion")
    site = add_site(
        account=account, creator=payer, name="Shop", domain="shop.example", industry=industry
    )
    acts: dict[str, Callable[[], object]] = {
        "add": lambda: add_site(
            account=account, creator=payer, name="B", domain="b.example", industry=industry
        ),
        "change": lambda: change_site(
            site_id=site.pk, user=payer, account=account, changes={"name": "New"}
        ),
        "remove": lambda: remove_site(site_id=site.pk, user=payer, account=account),
    }
    put_into("suspended", account)
    with pytest.raises(DomainError) as refused:
        acts[act]()
    assert refused.value.code == "account_suspended"


# Statements


def statements(client: APIClient, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("has_renewal", [False, True])
def test_current_reads_exactly_this_often(payer: User, *, has_renewal: bool) -> None:
    api = client_of(payer)
    if has_renewal:
        api.post(f"{CURRENT}renew/")
    assert statements(api, CURRENT) == 4


@pytest.mark.django_db(transaction=True)  # inside another, a transaction costs other statements
def test_invoice_reads_exactly_this_often(payer: User) -> None:
    api, paid = client_of(payer), invoice_of(payer)
    api.post(f"{CURRENT}renew/")
    assert statements(api, f"/api/v1/billing/invoices/{paid.pk}/") == 4
    assert statements(api, f"/api/v1/billing/invoices/{invoice_of(payer).pk}/") == 7


@pytest.mark.django_db(transaction=True)
def test_plan_changes_read_exactly_this_often(payer: User) -> None:
    api, url = client_of(payer), f"{SUBSCRIPTIONS}plan-changes/?method=bank_transfer"
    assert statements(api, url) == 6
    give(payer, 50, utc_now())
    assert statements(api, url) == 7  # of which plan its credits are: once for all plans on offer


def test_price_of_a_change_is_decimal(payer: User, api_: APIClient) -> None:
    found = api_.get(f"{SUBSCRIPTIONS}plan-changes/").json()
    for item in found:
        now, price = item["now"], Decimal(item["plan"]["price"])
        total = max(price - Decimal(now["credit"]["amount"]), Decimal(0))
        assert Decimal(now["total"]["amount"]) == total
        assert now["payable"] is None
