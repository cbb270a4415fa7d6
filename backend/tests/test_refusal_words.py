"""A refusal says the same in every language, and answers in the one that is asked for."""

from collections.abc import Iterator
from decimal import Decimal
from string import Formatter

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import reverse
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.business.billing import exceptions
from igny8_core.common import exceptions as kinds
from igny8_core.common.exceptions import DomainError
from igny8_core.common.http.language import language_of
from tests.factories import invoice_of, make_payment, reject

LANGUAGES = [code for code, _name in settings.LANGUAGES]
URDU = {"Accept-Language": "ur"}


def refusals(base: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for refusal in base.__subclasses__():
        yield refusal
        yield from refusals(refusal)


ALL = sorted(
    {item for item in refusals() if item.__module__.startswith("igny8_core.")},
    key=lambda item: item.__qualname__,
)
WORDED = [item for item in ALL if hasattr(item, "words")]


def places(sentence: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("refusal", ALL, ids=lambda item: item.__name__)
def test_each_that_groups_no_others_has_words(refusal: type[DomainError]) -> None:
    assert hasattr(refusal, "words") or refusal.__subclasses__()
    assert hasattr(refusal, "code") or refusal.__module__ == kinds.__name__


@pytest.mark.parametrize("refusal", WORDED, ids=lambda item: item.__name__)
def test_each_says_the_same_facts_in_every_language(refusal: type[DomainError]) -> None:
    assert sorted(vars(refusal.words)) == sorted(LANGUAGES)
    sentences = [getattr(refusal.words, language) for language in LANGUAGES]
    assert all(sentence.strip() == sentence for sentence in sentences)
    assert {frozenset(places(sentence)) for sentence in sentences} == {
        frozenset(places(refusal.words.en))
    }
    assert any("\u0600" <= letter <= "\u06ff" for letter in refusal.words.ur)
    assert refusal.words.en.isascii()


def test_a_refusal_is_english_unless_another_language_is_asked_for() -> None:
    refusal = exceptions.NoSuchInvoice(invoice=7)
    assert (str(refusal), refusal.detail) == ("There is no invoice 7.", "There is no invoice 7.")
    assert refusal.in_language("ur") == "انوائس \u20687\u2069 موجود نہیں۔"
    assert refusal.in_language("fr") == refusal.detail


def test_a_fact_that_is_empty_leaves_no_mark() -> None:
    words = kinds.Words(en="Not a {label}. {hint}", ur="یہ {label} نہیں۔ {hint}")
    facts = {"label": "TID", "hint": ""}
    assert words.say("en", facts) == "Not a TID."
    assert words.say("ur", facts) == "یہ \u2068TID\u2069 نہیں۔"


def test_a_fact_is_never_read_as_a_place() -> None:
    refusal = exceptions.NoSuchInvoice(invoice="{invoice} {attr}")
    assert refusal.detail == "There is no invoice {invoice} {attr}."


def test_a_fact_that_is_missing_is_a_fault_at_once() -> None:
    with pytest.raises(KeyError, match="invoice"):
        exceptions.NoSuchInvoice()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("ur", "ur"),
        ("ur-PK, en;q=0.5", "ur"),
        ("en, ur", "en"),
        ("fr, ur;q=0.8, en;q=0.2", "ur"),
        ("ur;q=0, en", "en"),
        ("fr", "en"),
        ("*", "en"),
        ("ur\x00", "en"),
        ("u" * 10_000, "en"),
    ],
)
def test_the_first_language_that_we_have_is_taken(header: str, language: str) -> None:
    assert language_of(RequestFactory().get("/", headers={"Accept-Language": header})) == language


def test_no_cookie_chooses_the_language() -> None:
    request = RequestFactory().get("/")
    request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = "ur"
    assert language_of(request) == "en"
    assert language_of(None) == "en"


def detail_of(answer: object) -> str:
    body = answer.json()  # type: ignore[attr-defined]
    error = body["errors"][0]
    return str(error.get("detail", error.get("message")))


@pytest.mark.django_db
def test_a_service_refuses_in_the_language_that_is_asked_for(
    owner: User, owner_api: APIClient
) -> None:
    invoice = invoice_of(owner)
    claim = {
        "invoice_id": invoice.pk,
        "payment_method": "bank_transfer",
        "amount": str(invoice.total + Decimal(1)),
        "manual_reference": "BT-2025-001",
    }
    confirm = "/api/v1/billing/admin/payments/confirm/"
    english = owner_api.post(confirm, claim)
    urdu = owner_api.post(confirm, claim, headers=URDU)

    assert detail_of(english).startswith("The amount and its currency must be exactly what is due")
    assert detail_of(urdu).startswith("رقم اور اس کی کرنسی بالکل وہی ہونی چاہیے جو واجب ہے")
    assert english.status_code == urdu.status_code == 400
    for answer in (english, urdu):
        assert answer.json()["errors"][0]["code"] == "amount_mismatch"
        assert answer.json()["errors"][0]["attr"] == "amount"
        assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.django_db
def test_a_conflict_and_what_is_not_there_are_worded_too(owner: User, owner_api: APIClient) -> None:
    invoice = invoice_of(owner)
    cancel = f"/api/v1/billing/invoices/{invoice.pk}/cancel/"
    assert owner_api.post(cancel).status_code == 200
    conflict = owner_api.post(cancel, headers=URDU)
    assert (conflict.status_code, conflict.json()["state"]) == (409, "void")
    assert (
        detail_of(conflict) == f"انوائس \u2068{invoice}\u2069 منسوخ ہو چکی ہے۔ اس پر کچھ واجب نہیں۔"
    )
    missing = owner_api.get("/api/v1/billing/invoices/999999/", headers=URDU)
    assert (missing.status_code, detail_of(missing)) == (
        404,
        "انوائس \u2068999999\u2069 موجود نہیں۔",
    )


@pytest.mark.django_db
def test_a_serializer_refuses_in_the_language_that_is_asked_for(owner_api: APIClient) -> None:
    sites, site = "/api/v1/sites/", {"name": "Shop", "domain": "no domain", "industry": "fashion"}
    english, urdu = owner_api.post(sites, site), owner_api.post(sites, site, headers=URDU)
    assert detail_of(english) == "'no domain' is not a host name. Write it like shop.example.com."
    assert detail_of(urdu).startswith("'\u2068no domain\u2069' درست ڈومین نہیں۔")
    country = {"country": "XX"}
    refused = owner_api.patch("/api/v1/auth/account/", country, headers=URDU)
    assert detail_of(refused).startswith("'\u2068XX\u2069' کسی ملک کا کوڈ نہیں۔")


@pytest.mark.django_db
def test_log_in_refuses_in_the_language_that_is_asked_for(client: Client) -> None:
    links = "/_allauth/browser/v1/auth/password/reset"
    key = {"X-Password-Reset-Key": "x"}
    english, urdu = client.get(links, headers=key), client.get(links, headers={**key, **URDU})
    assert english.status_code == urdu.status_code == 400
    assert detail_of(english) == (
        "This link is not complete. Open it from the email, or ask for another one."
    )
    assert detail_of(urdu) == "یہ لنک مکمل نہیں۔ اسے میل سے کھولیں یا نیا منگوائیں۔"
    assert "Accept-Language" in urdu.headers["Vary"]
    address = "/_allauth/browser/v1/auth/email/verify"
    unverified = client.post(address, {"key": "x"}, content_type="application/json", headers=URDU)
    assert detail_of(unverified) == detail_of(urdu)


@pytest.mark.django_db
def test_the_desk_speaks_english(desk: Client, billing_admin: User, owner: User) -> None:
    payment = make_payment(owner)
    reject(payment, billing_admin)
    url = reverse("admin:billing_payment_approve", args=[payment.pk])
    text = desk.post(url, headers=URDU, follow=True).content.decode()
    assert "Nothing was changed. This payment is no longer waiting for a decision." in text
