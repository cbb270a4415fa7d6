"""A billing address gets emails only after its reader has confirmed it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from rest_framework.test import APIClient

from igny8_core.auth.log_in.keys import billing_email_key
from igny8_core.auth.models import Account, User
from igny8_core.common.clock import utc_now
from igny8_core.common.letters import letter_for, render_letter
from igny8_core.common.models import OutgoingMail
from tests.factories import account_of, client_of, make_payment

pytestmark = pytest.mark.django_db
BOOKS = "books@shop.example"
KIND = "confirm_billing_email"


def save(owner: User, address: str = BOOKS, **more: str) -> Any:
    body = {"billing_email": address, **more}
    answer = client_of(owner).patch("/api/v1/auth/account/", body)
    assert answer.status_code == 200
    return answer.json()


def links() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(kind=KIND).order_by("pk"))


def key_of(mail: OutgoingMail) -> str:
    return letter_for(mail).button_url.rpartition("/")[2]


def open_link(key: str) -> Any:
    return APIClient().post("/api/v1/auth/billing-email/confirm/", {"key": key})


def code_of(answer: Any) -> str:
    assert answer.status_code == 400
    return str(answer.json()["errors"][0]["code"])


def told(address: str = BOOKS) -> set[str]:
    return set(OutgoingMail.objects.filter(recipient=address).values_list("kind", flat=True))


def test_unconfirmed_address_gets_only_the_link(owner: User) -> None:
    assert save(owner)["billing_email_confirmed"] is False
    make_payment(owner)
    assert told() == {KIND}


def test_confirmed_address_gets_billing_mails(owner: User) -> None:
    save(owner)
    (mail,) = links()
    answer = open_link(key_of(mail))
    assert answer.status_code == 200
    assert answer.json() == {"billing_email": BOOKS}
    assert save(owner)["billing_email_confirmed"] is True
    make_payment(owner)
    assert told() == {KIND, "payment_submitted"}


def test_link_can_be_opened_twice(owner: User) -> None:
    save(owner)
    key = key_of(links()[0])
    assert [open_link(key).status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("language", ["en", "ur"])
def test_link_mail_omits_customer_text(owner: User, language: str) -> None:
    save(owner, name="Pay at evil.example", billing_name="Pay at evil.example")
    texts = render_letter(letter_for(links()[0]), language=language)
    assert all("evil.example" not in text for text in texts.values())


def test_changed_address_needs_its_own_link(owner: User) -> None:
    save(owner)
    key = key_of(links()[0])
    assert save(owner, "other@shop.example")["billing_email_confirmed"] is False
    assert code_of(open_link(key)) == "link_used"
    assert account_of(owner).confirmed_billing_email == ""


def test_replaced_address_gets_no_more_mails(owner: User) -> None:
    save(owner)
    open_link(key_of(links()[0]))
    save(owner, "other@shop.example")
    make_payment(owner)
    assert told() == {KIND}


def test_invalid_and_expired_links_are_refused(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(owner)
    assert code_of(open_link("made-up")) == "link_invalid"
    other = signing.dumps([account_of(owner).pk, BOOKS], salt="another")
    assert code_of(open_link(other)) == "link_invalid"
    key = billing_email_key(account_id=account_of(owner).pk, address=BOOKS)
    now = utc_now() + timedelta(days=8)
    monkeypatch.setattr(signing.time, "time", now.timestamp)  # type: ignore[attr-defined]
    assert code_of(open_link(key)) == "link_expired"


def test_confirmation_mails_are_limited_per_day(owner: User) -> None:
    for place in range(8):
        save(owner, f"stranger{place}@shop.example")
        save(owner, f"stranger{place}@shop.example")
    assert len(links()) == len({mail.recipient for mail in links()}) == 5


def test_verified_owner_address_needs_no_link(owner: User) -> None:
    assert save(owner, owner.email)["billing_email_confirmed"] is False
    owner.emailaddress_set.update(verified=True)
    assert save(owner, owner.email)["billing_email_confirmed"] is True
    assert links() == []


def test_sign_up_sends_link_to_other_billing_address(catalog: None) -> None:
    body = {
        "email": "new@shop.example",
        "password": "a-long-passphrase",
        "plan_slug": "starter",
        "country": "PK",
        "payment_method": "raast",
        "billing_email": BOOKS,
    }
    assert APIClient().post("/api/v1/auth/register/", body).status_code == 201
    assert told() == {KIND}
    assert Account.objects.get().confirmed_billing_email == ""
