"""The shipped catalogue, and the payment methods offered per country."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.business.billing.models import PaymentMethodConfig
from igny8_core.common.clock import utc_now
from tests.factories import approve, client_of, make_owner, make_payment
from tests.pockets import give, set_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
METHODS = "/api/v1/billing/admin/payment-methods/"


def codes(answer: Any) -> list[str]:
    return [method["payment_method"] for method in answer.json()]


def test_plan_list_has_public_plans_in_order(api: APIClient) -> None:
    plans = api.get("/api/v1/plans/").json()

    assert [(plan["slug"], plan["price"], plan["included_credits"]) for plan in plans] == [
        ("free", "0.00", 1000),
        ("starter", "89.00", 1000),
        ("growth", "139.00", 2000),
        ("scale", "229.00", 4000),
    ]
    assert {plan["currency"] for plan in plans} == {"USD"}
    assert [plan["is_free"] for plan in plans] == [True, False, False, False]


@pytest.mark.parametrize(
    ("rule", "kept", "en", "ur"),
    [
        ("add", None, "Unused credits are kept", "برقرار رہتے ہیں"),
        ("reset", None, "Unused credits of the plan expire", "ختم ہو جاتے ہیں"),
        ("keep_up_to", 1500, "Up to 1,500 unused credits", "1,500"),
    ],
)
def test_plan_says_what_becomes_of_unused_credits(
    api: APIClient, rule: str, kept: int | None, en: str, ur: str
) -> None:
    set_rule("starter", rule, kept)
    starter = next(plan for plan in api.get("/api/v1/plans/").json() if plan["slug"] == "starter")
    assert (starter["credits_at_renewal"], starter["credits_kept_up_to"]) == (rule, kept)
    assert en in starter["credits_note"]["en"]
    assert ur in starter["credits_note"]["ur"]


def test_customer_sees_both_pockets_and_the_promised_rule(billing_admin: User) -> None:
    set_rule("starter", "keep_up_to", 300)
    owner = make_owner()
    approve(make_payment(owner), billing_admin)
    set_rule("starter", "add")
    give(owner, 50, utc_now())
    customer = client_of(owner)
    assert customer.get("/api/v1/billing/credits/").json() == {
        "balance": 1050,
        "plan_credits": 1000,
    }
    ledger = customer.get("/api/v1/billing/credits/ledger/").json()["results"]
    assert [(entry["amount"], entry["plan_amount"]) for entry in ledger] == [(50, 0), (1000, 1000)]
    plan = customer.get("/api/v1/auth/me/").json()["account"]["plan"]
    assert (plan["credits_at_renewal"], plan["credits_kept_up_to"]) == ("keep_up_to", 300)
    (invoice,) = customer.get("/api/v1/billing/invoices/").json()["results"]
    sold = invoice["billing_snapshot"]["plan"]
    assert (sold["credits_at_renewal"], sold["credits_kept_up_to"]) == ("keep_up_to", 300)


def test_invoice_that_says_no_rule_adds_the_credits(owner_api: APIClient) -> None:
    (invoice,) = owner_api.get("/api/v1/billing/invoices/").json()["results"]
    sold = invoice["billing_snapshot"]["plan"]
    assert (sold["credits_at_renewal"], sold["credits_kept_up_to"]) == ("add", None)


def test_industries_and_countries_are_sorted_by_name(api: APIClient) -> None:
    for url, least in (("/api/v1/industries/", 20), ("/api/v1/countries/", 249)):
        names = [row["name"] for row in api.get(url).json()]
        assert len(names) >= least
        assert names == sorted(names)


def test_all_14_shipped_methods_are_complete() -> None:
    methods = PaymentMethodConfig.objects.all()

    assert len(methods) == 14
    for method in methods:
        method.full_clean()
        assert method.is_enabled
        assert method.has_example_details
        assert all((method.instructions, method.details, method.reference_label)), method
        assert all((method.reference_hint, method.processing_time)), method


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("PK", ["bank_transfer", "raast", "jazzcash", "easypaisa", "wise", "paypal"]),
        ("IN", ["upi", "neft_imps", "wise", "paypal", "bank_transfer"]),
        ("GB", ["faster_payments", "wise", "paypal", "bank_transfer"]),
        ("US", ["ach_wire", "wise", "paypal", "bank_transfer"]),
        ("CA", ["interac", "wise", "paypal", "bank_transfer"]),
        ("AU", ["payid", "wise", "paypal", "bank_transfer"]),
        ("DE", ["sepa", "wise", "paypal", "bank_transfer"]),
        ("JP", ["wise", "paypal", "bank_transfer"]),
        ("pk", ["bank_transfer", "raast", "jazzcash", "easypaisa", "wise", "paypal"]),
    ],
)
def test_country_gets_own_and_global_methods(
    api: APIClient, country: str, expected: list[str]
) -> None:
    assert codes(api.get(METHODS, {"country": country})) == expected


def test_country_method_hides_global_method_of_same_code(api: APIClient) -> None:
    own = api.get(METHODS, {"country": "PK"}).json()[0]
    elsewhere = api.get(METHODS, {"country": "JP"}).json()[-1]

    assert own["payment_method"] == elsewhere["payment_method"] == "bank_transfer"
    assert (own["currency"], own["countries"]) == ("PKR", ["PK"])
    assert (elsewhere["currency"], elsewhere["countries"]) == ("USD", [])


def test_no_country_gets_only_global_methods(api: APIClient) -> None:
    assert codes(api.get(METHODS)) == ["wise", "paypal", "bank_transfer"]


def test_method_has_all_payment_details(api: APIClient) -> None:
    jazzcash = next(
        method
        for method in api.get(METHODS, {"country": "PK"}).json()
        if method["payment_method"] == "jazzcash"
    )

    assert jazzcash["kind"] == "wallet"
    assert jazzcash["exchange_rate"] == "281.5"
    assert jazzcash["reference_label"] == "Transaction ID (TID)"
    assert {"label", "value", "copyable"} == set(jazzcash["details"][0])
    assert jazzcash["is_example"] is True


@pytest.mark.parametrize("country", ["XX", "Pakistan", "P", "92", "' OR 1=1", "P\x00"])
def test_unknown_country_is_refused(api: APIClient, country: str) -> None:
    answer = api.get(METHODS, {"country": country})

    assert answer.status_code == 400
    error = answer.json()["errors"][0]
    assert (error["code"], error["attr"]) == ("unknown_country", "country")


def test_disabled_method_is_not_offered(api: APIClient) -> None:
    PaymentMethodConfig.objects.filter(payment_method="jazzcash").update(is_enabled=False)
    assert "jazzcash" not in codes(api.get(METHODS, {"country": "PK"}))
