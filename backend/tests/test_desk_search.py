"""Search in the desk's lists: by any part of a text, in any spelling."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from igny8_core.auth.models import Account, Industry, Site, Subscription, User
from igny8_core.auth.services.sites import add_site
from igny8_core.business.billing.models import (
    CreditTransaction,
    Invoice,
    Payment,
    PaymentEvent,
    PaymentMethodConfig,
)
from igny8_core.common.models import OutgoingMail
from igny8_core.common.search import related_model, text_of
from igny8_core.desk.bounded import searched_texts
from tests.database import scene
from tests.factories import (
    PASSWORD,
    account_of,
    approve,
    client_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
)
from tests.sizes import part

pytestmark = pytest.mark.django_db
ADDRESSES = ["b.aslam@shop.example", "B.ASLAM", "@shop.example", "aslam", "baslam"]
NAMES = ["Karachi Weavers", "KARÁCHI  weavers (pvt) ltd", "karachi-weavers", "arach", "کراچی"]
NUMBERS = ["{}", "{:-/}", "{:- }", "{:-}", "{:digits}", "{:end}"]
FOUND: list[tuple[type[Model], list[str]]] = [
    (Account, [*NAMES, *ADDRESSES, "Ltd aslam"]),
    (User, [*ADDRESSES, "Şahin", "BILAL SAHIN", "sahin shop.example"]),
    (Site, ["weavers.example", "WEAVERS EXAMPLE", "Shop of looms", *NAMES]),
    (Invoice, [*NAMES, *NUMBERS, "weavers {}"]),
    (Subscription, NAMES),
    (CreditTransaction, [*NAMES, *NUMBERS]),
    (PaymentEvent, [*NAMES, *NUMBERS, "Seen: at Méezan", "MEEZAN", "12.50", "of 12.50"]),
    (OutgoingMail, [*ADDRESSES, "payment_approved aslam", "aslam Payment Approved"]),
]
NOWHERE = ["--", "%", "_", "\\", "'", '"', "\u200b", "nobody", "weavers nobody", "@"]
NOWHERE += (  # numbers that can't be amounts
    "111111111111111.111111111111111",
    "9" * 200,
    " ".join(["25053.50"] * 6),
    "98765.1 " * 40,
)
URDU = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def typed(term: str, invoice: Invoice) -> str:
    """Write an invoice number in one of the ways that banks, people and keyboards do."""
    number = invoice.number
    ways: dict[str, Callable[[], str]] = {
        "{}": lambda: number,
        "{:-/}": lambda: number.replace("-", "/"),
        "{:- }": lambda: number.replace("-", " "),
        "{:-}": lambda: number.replace("-", ""),
        "{:digits}": lambda: number.translate(URDU),
        "{:end}": lambda: number.rpartition("-")[2],
    }
    return next((term.replace(way, write()) for way, write in ways.items() if way in term), term)


@pytest.fixture
def payment(catalog: None) -> Payment:
    """The payment to find, among others."""
    return scene(one_among_others)


def one_among_others() -> Payment:
    for number in range(3):
        approve(make_payment(make_owner(email=f"o{number}@else.example")), make_billing_admin())
    payer = make_owner(email="b.aslam@shop.example")
    User.objects.filter(pk=payer.pk).update(first_name="Bilal", last_name="Sahin")
    account = account_of(payer)
    Account.objects.filter(pk=account.pk).update(
        name="Karachi Weavers (Pvt.) Ltd", billing_name="کراچی ویورز"
    )
    paid = make_payment(payer)
    approve(paid, make_billing_admin())
    account.refresh_from_db()
    add_site(
        account=account,
        creator=payer,
        name="Shop of looms",
        domain="weavers.example",
        industry=Industry.objects.get(slug="retail"),
    )
    event = PaymentEvent.objects.filter(account=account).latest("pk")
    PaymentEvent(
        account=account,
        event=event.event,
        object_type=event.object_type,
        object_id=event.object_id,
        to_state=event.to_state,
        invoice=paid.invoice,
        note="Seen at Meezan: refund of 12.50",
        created_at=event.created_at,
    ).save(force_insert=True)
    return paid


@pytest.fixture
def desk() -> Client:
    """A superuser's browser."""
    client = Client()
    client.force_login(User.objects.create_superuser("root@desk.example", PASSWORD))
    return client


def found(desk: Client, model: type[Model], term: str) -> list[Any]:
    answer: Any = desk.get(
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"), {"q": term}
    )
    assert answer.status_code == 200
    return list(answer.context_data["cl"].result_list)


@pytest.mark.sized
@pytest.mark.parametrize(("model", "terms"), FOUND, ids=[row[0].__name__ for row in FOUND])
def test_list_search_finds_rows_by_any_known_detail(
    payment: Payment, desk: Client, model: type[Model], terms: list[str]
) -> None:
    account = payment.invoice.account
    for term in part(terms, of=3, start=len(terms)):
        rows = found(desk, model, typed(term, payment.invoice))
        assert rows, term
        for row in rows:
            if model is OutgoingMail:
                assert row.recipient == "b.aslam@shop.example", term
            else:
                assert (row if model is Account else row.account) == account, term


@pytest.mark.sized
@pytest.mark.parametrize("place", range(len(FOUND)), ids=[row[0].__name__ for row in FOUND])
def test_search_without_match_finds_nothing(payment: Payment, desk: Client, place: int) -> None:
    model = FOUND[place][0]
    for term in part(NOWHERE, of=3, start=place):
        assert found(desk, model, term) == [], term


def test_small_lists_are_searched_alike(catalog: None, desk: Client) -> None:
    method = PaymentMethodConfig.objects.latest("pk")
    for term in (method.display_name.upper(), f"  {method.display_name.replace(' ', '-')}"):
        assert method in found(desk, PaymentMethodConfig, term)


def test_autocomplete_is_searched_alike(payment: Payment, desk: Client) -> None:
    answer = desk.get(
        "/admin/autocomplete/",
        {
            "app_label": "igny8_auth",
            "model_name": "user",
            "field_name": "account",
            "term": "KARÁCHI weavers",
        },
    )
    ids = [row["id"] for row in answer.json()["results"]]
    assert ids == [str(payment.invoice.account_id)]


@pytest.mark.parametrize("way", NUMBERS)
def test_customer_invoices_are_searched_alike(payment: Payment, way: str) -> None:
    other = make_owner()
    for owner, numbers in ((payment.submitted_by, [payment.invoice.number]), (other, [])):
        asked = {"search": typed(way, payment.invoice)}
        results = client_of(owner).get("/api/v1/billing/invoices/", asked).json()["results"]
        assert [row["number"] for row in results] == numbers
    assert invoice_of(other).number != payment.invoice.number


SEARCHED = {
    model: list(page.search_fields)
    for model, page in admin.site._registry.items()
    if page.search_fields
}
FEW = {  # rows written by the operator
    "auth.group",
    "igny8_auth.industry",
    "billing.paymentmethodconfig",
    "billing.rejectionreason",
    "billing.settingchange",
    "billing.payment",  # has its own search: see test_search
}


def test_every_growing_search_field_has_an_index() -> None:
    for model, fields in SEARCHED.items():
        if model._meta.label_lower in FEW:
            continue
        for path in searched_texts(model, fields):
            assert text_of(related_model(model, path)) is not None, (model, path)


@pytest.mark.parametrize(
    "model",
    [model for model in SEARCHED if model._meta.label_lower not in FEW],
    ids=lambda model: model.__name__,
)
def test_searches_never_read_a_whole_table(payment: Payment, model: type[Model]) -> None:
    """With all ways but bitmaps of indexes forbidden where they exist, no other one is left."""
    page = admin.site._registry[model]
    request = HttpRequest()
    request.user = User.objects.create_superuser("root@desk.example", PASSWORD)
    for term in ("weavers", "weavers aslam shop", "INV-2026-000004", "ab"):
        rows, duplicates = page.get_search_results(request, page.get_queryset(request), term)
        assert not duplicates
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
            plan = rows.order_by("-pk")[:101].explain(costs=False)
            cursor.execute("SET LOCAL enable_seqscan = on; SET LOCAL enable_indexscan = on")
        assert "Seq Scan" not in plan, plan
        assert "SubPlan" not in plan, plan
        assert "_search" in plan, plan
