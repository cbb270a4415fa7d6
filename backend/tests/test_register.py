"""POST auth/register/."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from igny8_core.auth.models import Account, Subscription, User
from igny8_core.business.billing.models import (
    CreditTransaction,
    ExchangeRate,
    Invoice,
    PaymentEvent,
)
from igny8_core.common.clock import utc_now
from igny8_core.common.models import OutgoingMail
from tests.factories import PASSWORD, make_owner

pytestmark = pytest.mark.django_db
URL = "/api/v1/auth/register/"


def body(**changes: Any) -> dict[str, Any]:
    paid = {
        "email": "ayesha@shop.example",
        "password": PASSWORD,
        "first_name": "Ayesha",
        "last_name": "Khan",
        "plan_slug": "starter",
        "country": "PK",
        "payment_method": "bank_transfer",
        "billing_city": "Lahore",
        "tax_id": "1234567-8",
    }
    return {**paid, **changes}


def test_free_plan_starts_a_trial_with_its_credits(api: APIClient, catalog: None) -> None:
    answer = api.post(URL, body(plan_slug="free", payment_method=""))

    assert answer.status_code == 201
    data = answer.json()
    assert (data["account"]["status"], data["account"]["credits"]) == ("trial", 1000)
    assert data["subscription"] is None
    assert data["invoice"] is None
    assert not Invoice.objects.exists()
    assert not Subscription.objects.exists()
    assert CreditTransaction.objects.get().amount == 1000


def test_sign_up_language_sets_mail_language(api: APIClient, catalog: None) -> None:
    assert api.post(URL, body(language="ur")).json()["user"]["language"] == "ur"
    assert set(OutgoingMail.objects.values_list("language", flat=True)) == {"ur"}
    refused = api.post(URL, body(email="other@shop.example", language="tlh"))
    assert refused.json()["errors"][0]["attr"] == "language"


def test_paid_plan_waits_for_payment(api: APIClient, catalog: None) -> None:
    data = api.post(URL, body()).json()

    assert (data["account"]["status"], data["account"]["credits"]) == ("pending_payment", 0)
    assert data["subscription"]["status"] == "pending_payment"
    invoice = data["invoice"]
    assert invoice["number"] == f"INV-{utc_now().year}-000001"
    assert (invoice["status"], invoice["payment_state"]) == ("pending", "due")
    assert (invoice["total"], invoice["currency"]) == ("89.00", "USD")
    assert date.fromisoformat(invoice["due_date"]) == utc_now().date() + timedelta(days=7)
    assert invoice["payment_instructions"]["details"][2]["label"] == "IBAN"


def test_local_amount_is_locked_at_current_rate(api: APIClient, catalog: None) -> None:
    ExchangeRate.objects.filter(currency="PKR").update(units_per_usd=Decimal("278.4567"))
    invoice = api.post(URL, body()).json()["invoice"]
    ExchangeRate.objects.filter(currency="PKR").update(units_per_usd=Decimal(300))

    shown = api.get(f"/api/v1/billing/invoices/{invoice['id']}/").json()
    assert (shown["payable_amount"], shown["payable_currency"]) == ("24782.65", "PKR")
    assert shown["exchange_rate"] == "278.4567"


def test_billing_snapshot_survives_later_edits(api: APIClient, catalog: None) -> None:
    data = api.post(URL, body()).json()
    Account.objects.filter(pk=data["account"]["id"]).update(billing_city="Karachi", tax_id="")

    shown = api.get(f"/api/v1/billing/invoices/{data['invoice']['id']}/").json()
    assert shown["billing_snapshot"]["customer"]["billing_city"] == "Lahore"
    assert shown["billing_snapshot"]["customer"]["tax_id"] == "1234567-8"


def test_registration_signs_the_user_in(api: APIClient, catalog: None) -> None:
    api.post(URL, body(email="Ayesha@Shop.Example"))

    me = api.get("/api/v1/auth/me/").json()
    assert me["user"]["email"] == "ayesha@shop.example"
    assert me["user"]["role"] == "owner"
    assert me["open_invoice"]["payment_state"] == "due"


def test_registration_events_have_actor_and_ip_address(api: APIClient, catalog: None) -> None:
    data = api.post(URL, body()).json()

    events = PaymentEvent.objects.filter(account_id=data["account"]["id"])
    assert {(event.object_type, event.from_state, event.to_state) for event in events} == {
        ("account", "", "pending_payment"),
        ("subscription", "", "pending_payment"),
        ("invoice", "", "pending"),
    }
    assert {event.actor_id for event in events} == {data["user"]["id"]}
    assert {event.ip_address for event in events} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("changes", "attr", "code"),
    [
        ({"plan_slug": "gold"}, "plan_slug", "unknown_plan"),
        ({"plan_slug": "internal"}, "plan_slug", "unknown_plan"),
        ({"country": "ZZ"}, "country", "unknown_country"),
        ({"payment_method": "upi"}, "payment_method", "unknown_payment_method"),
        ({"password": "short"}, "password", "password_too_short"),
        ({"password": "1234567890123"}, "password", "password_entirely_numeric"),
        ({"password": "ayesha@shop.example"}, "password", "password_too_similar"),
        ({"email": "nobody"}, "email", "invalid"),
        ({"first_name": "a\x00b"}, "first_name", "control_characters_not_allowed"),
        ({"last_name": "x" * 101}, "last_name", "max_length"),
    ],
)
def test_invalid_input_creates_nothing(
    api: APIClient, catalog: None, changes: dict[str, Any], attr: str, code: str
) -> None:
    answer = api.post(URL, body(**changes))

    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert (attr, code) in {(error["attr"], error["code"]) for error in errors}
    assert not User.objects.exists()
    assert not Account.objects.exists()


def test_all_invalid_fields_are_reported_at_once(api: APIClient, catalog: None) -> None:
    answer = api.post(URL, body(email="x", password="short", country="ZZ"))

    assert {error["attr"] for error in answer.json()["errors"]} == {"email", "password", "country"}


def test_taken_email_is_refused_in_any_case(api: APIClient, catalog: None) -> None:
    make_owner(email="ayesha@shop.example")
    answer = api.post(URL, body(email="AYESHA@shop.example"))

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {
            "code": "email_already_registered",
            "detail": (
                "There is already an account with this email. Sign in, or use another address."
            ),
            "attr": "email",
        }
    ]
    assert Account.objects.count() == 1


def test_method_without_exchange_rate_is_refused(api: APIClient, catalog: None) -> None:
    ExchangeRate.objects.filter(currency="PKR").delete()
    answer = api.post(URL, body())

    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["code"], error["attr"]) == ("exchange_rate_missing", "payment_method")
    assert not User.objects.exists()


def test_repeated_registration_with_key_creates_one_account(api: APIClient, catalog: None) -> None:
    first = api.post(URL, body(), headers={"Idempotency-Key": "k1"})
    retry = APIClient()
    second = retry.post(URL, body(), headers={"Idempotency-Key": "k1"})

    assert second.status_code == 201
    assert second.json() == first.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert retry.get("/api/v1/auth/me/").status_code == 200
    assert Account.objects.count() == 1


def test_foreign_registration_key_reveals_nothing(api: APIClient, catalog: None) -> None:
    api.post(URL, body(), headers={"Idempotency-Key": "k1"})
    answer = APIClient().post(
        URL, body(password="guessed-by-another"), headers={"Idempotency-Key": "k1"}
    )

    assert answer.status_code == 422
    assert "user" not in answer.json()
