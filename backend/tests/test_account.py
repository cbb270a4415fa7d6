"""Changing one's own name and the account's billing details; rules per country."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.common.places.addresses import EUROPEAN_UNION, TAX_ID_NAMES
from igny8_core.common.places.countries import all_countries, is_country_code
from tests.factories import account_of, client_of, invoice_of

pytestmark = pytest.mark.django_db
ACCOUNT = "/api/v1/auth/account/"
PROFILE = "/api/v1/auth/profile/"


def test_patch_changes_only_sent_fields(owner: User, owner_api: APIClient) -> None:
    answer = owner_api.patch(ACCOUNT, {"billing_city": " Karachi ", "tax_id": ""})

    assert answer.status_code == 200
    assert (answer.json()["billing_city"], answer.json()["tax_id"]) == ("Karachi", "")
    account = account_of(owner)
    assert (account.billing_city, account.tax_id, account.name) == (
        "Karachi",
        "",
        "Lahore Textiles",
    )


def test_optional_billing_details_may_be_blank(owner: User, owner_api: APIClient) -> None:
    details = [
        "billing_name",
        "billing_email",
        "billing_address_line1",
        "billing_address_line2",
        "billing_city",
        "billing_state",
        "billing_postal_code",
        "tax_id",
    ]
    answer = owner_api.patch(ACCOUNT, dict.fromkeys(details, ""))

    assert answer.status_code == 200
    account = account_of(owner)
    assert {getattr(account, field) for field in details} == {""}


def test_issued_invoice_keeps_billing_details(owner: User, owner_api: APIClient) -> None:
    before = invoice_of(owner).billing_snapshot
    owner_api.patch(ACCOUNT, {"billing_name": "Another", "country": "in"})

    assert invoice_of(owner).billing_snapshot == before
    assert account_of(owner).country == "IN"


@pytest.mark.parametrize(
    ("changes", "attr"),
    [
        ({"country": "XX"}, "country"),
        ({"country": ""}, "country"),
        ({"name": ""}, "name"),
        ({"billing_email": "nobody"}, "billing_email"),
        ({"billing_city": "Lahore\nBcc: x@example.com"}, "billing_city"),
        ({"tax_id": "9" * 51}, "tax_id"),
    ],
)
def test_invalid_input_changes_nothing(
    owner: User, owner_api: APIClient, changes: dict[str, Any], attr: str
) -> None:
    answer = owner_api.patch(ACCOUNT, {"billing_city": "Karachi", **changes})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == attr
    assert account_of(owner).billing_city == "Lahore"


def test_customer_cannot_set_status_or_credits(owner: User, owner_api: APIClient) -> None:
    owner_api.patch(ACCOUNT, {"status": "active", "credits": 5000, "plan": "scale"})
    account = account_of(owner)
    assert (account.status, account.credits, account.plan.slug) == ("pending_payment", 0, "starter")


def test_member_can_change_own_name(owner: User) -> None:
    member = User.objects.create_user("member@shop.example", account=owner.account, role="member")
    answer = client_of(member).patch(PROFILE, {"first_name": "Sana", "email": "x@y.example"})

    assert answer.status_code == 200
    member.refresh_from_db()
    assert (member.first_name, member.email) == ("Sana", "member@shop.example")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("IN", {"postal_code_type": "pin", "state_type": "state", "tax_id_name": "GSTIN"}),
        ("us", {"postal_code_type": "zip", "state_type": "state", "tax_id_name": "EIN"}),
        ("GB", {"state_type": "", "states": [], "city_type": "post_town"}),
        ("AE", {"postal_code_type": "", "state_type": "emirate", "city_type": ""}),
        ("PK", {"postal_code_type": "postal", "tax_id_name": "NTN"}),
    ],
)
def test_country_lists_its_address_fields(
    api: APIClient, code: str, expected: dict[str, Any]
) -> None:
    answer = api.get(f"/api/v1/countries/{code}/")
    assert answer.status_code == 200
    assert answer.json()["code"] == code.upper()
    assert expected.items() <= answer.json()["address"].items()


def test_state_names_are_unique(api: APIClient) -> None:
    states = api.get("/api/v1/countries/IN/").json()["address"]["states"]
    assert "Maharashtra" in states
    assert len(states) == len(set(states))
    assert all(state.isascii() for state in states)


def test_every_country_has_an_address_format(api: APIClient) -> None:
    for country in all_countries():
        assert api.get(f"/api/v1/countries/{country.code}/").status_code == 200
    assert all(is_country_code(code) for code in TAX_ID_NAMES)


def test_tax_number_of_every_member_of_the_union_is_its_vat_number() -> None:
    assert len(EUROPEAN_UNION) == 27
    assert {"DE", "GR", "HR"} < EUROPEAN_UNION
    assert EUROPEAN_UNION.isdisjoint({"CH", "GB", "NO", "XI"})
    assert {TAX_ID_NAMES[code] for code in EUROPEAN_UNION} == {"VAT number"}


def test_unknown_country_returns_404(api: APIClient) -> None:
    for code in ("XX", "Pakistan", "P", "%00"):
        assert api.get(f"/api/v1/countries/{code}/").status_code == 404


def test_mail_language_can_be_changed(owner: User, owner_api: APIClient) -> None:
    assert owner_api.patch(PROFILE, {"language": "ur"}).json()["language"] == "ur"
    owner.refresh_from_db()
    assert (owner.language, owner.first_name) == ("ur", "Ayesha")
    refused = owner_api.patch(PROFILE, {"language": "klingon"})
    assert (refused.status_code, refused.json()["errors"][0]["attr"]) == (400, "language")
