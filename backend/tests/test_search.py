"""Search at the desk and in the API: by any part of a text, in any spelling."""

from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import Invoice, Payment, PaymentSearch
from igny8_core.business.billing.selectors import queue
from igny8_core.business.billing.selectors.queue import (
    keys_by_index,
    matching_payments,
    payment_queue,
)
from igny8_core.business.billing.services.confirmation import withdraw_payment
from igny8_core.business.data_rights.services.closing import close_account
from igny8_core.common.clock import utc_now
from igny8_core.common.search import amounts_of
from tests.database import scene
from tests.factories import account_of, approve, make_owner, make_payment

pytestmark = pytest.mark.django_db
BY_AMOUNT = {  # amounts that other invoices also have
    "25053.50",
    "25,053.50",
    "25.053,50",
    "25 053,50",
    "25053.5",
    "PKR 25,053.50",
    "Rs. 25,053.50",
    "Rs25053.50",
    "rs 25053.50/-",
    "Rs 25053.50.-",
    "PKR 25053.50/=",
}
DESK = "/admin/billing/payment/"
API = "/api/v1/billing/admin/payments/"


@pytest.fixture
def paid(catalog: None) -> Payment:
    """The payment to find, among others."""
    return scene(one_among_others)


def one_among_others() -> Payment:
    for number in range(3):
        make_payment(make_owner(email=f"o{number}@else.example"), reference=f"OTHER-{number}")
    payer = make_owner(email="b.aslam@shop.example")
    Account.objects.filter(users=payer).update(name="Karachi Weavers (Pvt.) Ltd")
    return make_payment(
        payer,
        reference="FT26 3300 0917",
        notes="Sent by Usman Ghani,\nshop 42",
        amount=Decimal("25053.50"),
        currency="PKR",
    )


def found(term: str) -> list[Payment]:
    return list(payment_queue().filter(matching_payments(term)))


@pytest.mark.parametrize(
    "term",
    [
        "FT2633000917",
        "ft26 3300-0917",
        "FT 2633000917",
        "3300 0917",
        "\u0662\u0666\u0663\u0663\u0660\u0660\u0660\u0669\u0661\u0667",
        "\uff26\uff34\uff12\uff16\uff13\uff13",
        "FT26\u200b3300",
        "Usman Ghani",
        "GHANI, Usman",
        "usman g",
        "b.aslam@shop.example",
        "B.ASLAM",
        "@shop.example",
        "karachi weavers",
        "KARACHI WEAVERS PVT LTD",
        "25053.50",
        "25,053.50",
        "25.053,50",
        "25 053,50",
        "25053.5",
        "PKR 25,053.50",
        "Rs. 25,053.50",
        "Rs25053.50",
        "rs 25053.50/-",
        "Rs 25053.50.-",
        "PKR 25053.50/=",
        "Rs 25053.50 -- FT2633000917 ",
        "25053.50 FT2633000917",
        "FT2633000917 USMAN GHANI 25,053.50",
        "ft",
    ],
)
def test_search_finds_payment_by_any_known_detail(
    paid: Payment, desk: Client, admin_api: APIClient, term: str
) -> None:
    ids = [payment.pk for payment in found(term)]
    assert paid.pk in ids
    assert ids == [paid.pk] or term in BY_AMOUNT
    answer = admin_api.get(API, {"search": term}).json()
    assert [row["id"] for row in answer["results"]] == ids
    page: Any = desk.get(DESK, {"all": "", "q": term})
    assert sorted(row.pk for row in page.context_data["cl"].result_list) == ids


@pytest.mark.parametrize("way", ["{0}{1}{2}", "{0} {1} {2}", "{0}/{1}/{2}", "{2}", "{0}{1}{2} x"])
def test_bank_spelling_of_invoice_number_is_found(paid: Payment, way: str) -> None:
    number = way.format(*paid.invoice.number.split("-"))
    assert found(number) == ([] if number.endswith("x") else [paid])


@pytest.mark.parametrize(
    "term",
    [
        " ".join(["25053.51"] * 6),
        "111111111111111.111111111111111",
        "--",
        "%",
        "_",
        "\\",
        "'",
        '"',
        "\u200b",
        "nobody",
        "FT99",
        "(*",
        "q\\'",
    ],
)
def test_search_without_match_finds_nothing(
    paid: Payment, desk: Client, admin_api: APIClient, term: str
) -> None:
    assert found(term) == []
    assert admin_api.get(API, {"search": term}).json()["results"] == []
    assert desk.get(DESK, {"all": "", "q": term}).status_code == 200


@pytest.mark.parametrize(
    ("typed", "amounts"),
    [
        ("25053.50", {"25053.5"}),
        ("25,053.50", {"25053.5"}),
        ("25.053,50", {"25053.5"}),
        ("25'053.50", {"25053.5"}),
        ("₨25053.50", {"25053.5"}),
        ("\u0662\u0665\u066c\u0660\u0665\u0663\u066b\u0665\u0660", {"25053.5"}),
        ("27.345", {"27.345", "27345"}),
        ("13460", {"13460"}),
        ("1,234", {"1.234", "1234"}),
        ("89.00", {"89"}),
        ("Rs.89", {"89"}),
        ("RS89/-", {"89"}),
        ("89.-", {"89"}),
        ("89,-", {"89"}),
        ("US$89", {"89"}),
        ("89,00 €", {"89"}),
        ("rs", set()),
        ("rst89", set()),
        ("INV2026", set()),
        ("1.", set()),
        (".5", set()),
        ("-5", set()),
        ("9" * 90, set()),
        ("9" * 15, {"9" * 15}),
        ("9" * 16, set()),
        ("9" * 15 + ".25", {"9" * 15 + ".25"}),
        ("9" * 15 + ".9999", set()),
        ("111111111111111.111111111111111", set()),
        ("25053.5025053.5025053.50", set()),
    ],
)
def test_amount_is_read_in_any_notation(typed: str, amounts: set[str]) -> None:
    assert {f"{amount:f}" for amount in amounts_of(typed)} == amounts


def test_long_number_is_looked_up_by_its_end_and_compared_as_a_whole(paid: Payment) -> None:
    """Groups of letters that many references share aren't looked up."""
    wanted, other = (
        make_payment(make_owner(), reference=f"{start}0000777") for start in ("REF", "BT")
    )
    assert found("REF0000777") == found("f-0000777") == [wanted]
    assert found("REF0000777 BT0000777") == []
    assert set(found("0000777")) == {wanted, other}
    looked_up = str(keys_by_index("REF0000777").query)
    assert "'077'" in looked_up
    assert "'ref'" not in looked_up


def test_short_term_matches_word_beginnings(paid: Payment) -> None:
    Account.objects.filter(pk=account_of(paid.submitted_by).pk).update(name="張偉 Trading")
    assert found("gh") == [paid]
    assert found("ha") == []
    assert found("張") == found("偉") == found("張偉") == [paid]


def test_renamed_account_and_new_email_are_found_at_once(paid: Payment) -> None:
    Account.objects.filter(pk=paid.invoice.account_id).update(name="Indus Looms", billing_email="")
    person = User.objects.filter(pk=paid.submitted_by_id)
    person.update(email="new@looms.example")
    EmailAddress.objects.filter(user__in=person).update(email="new@looms.example")
    Invoice.objects.filter(pk=paid.invoice_id).update(payable_amount=Decimal("26000.00"))
    for term in ("indus looms", "new@looms.example", "26,000.00"):
        assert found(term) == [paid], term
    assert found("karachi") == found("b.aslam") == []


def test_admin_notes_are_searched(paid: Payment, billing_admin: User) -> None:
    approve(paid, billing_admin)
    Payment.objects.filter(pk=paid.pk).update(admin_notes="Statement of Meezan")
    assert found("meezan") == [paid]


def test_erased_data_is_not_found(paid: Payment) -> None:
    actor, account = Actor(user=paid.submitted_by), paid.invoice.account
    withdraw_payment(payment_id=paid.pk, account=account, actor=actor, now=utc_now())
    close_account(account_id=account.pk, actor=actor, now=utc_now())
    text = PaymentSearch.objects.get(payment=paid).text
    for word in ("ft26", "usman", "karachi", "erased"):
        assert word not in text
    assert Payment.objects.get(pk=paid.pk).reference_key == ""


@pytest.fixture
def many(paid: Payment) -> None:
    """So many rows that reading them all costs more than using the index."""
    changed = {
        "status": "'failed'",
        "decided_at": "now()",
        "manual_reference": "'REF' || n",
        "reference_key": "'ref' || n",
        "submitted_at": "now() - n * interval '1 minute'",
    }
    columns = {str(field.column) for field in Payment._meta.concrete_fields}
    kept = sorted(columns - {"id", *changed})
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            f"""
            INSERT INTO billing_payment ({", ".join([*kept, *changed])})
            SELECT {", ".join([*kept, *changed.values()])}
            FROM billing_payment, generate_series(1, 2500) n WHERE id = %s""",  # noqa: S608
            [paid.pk],
        )
        cursor.execute(
            """
            INSERT INTO billing_paymentsearch (payment_id, text)
            SELECT id, billing_search_text(id) FROM billing_payment
            WHERE id NOT IN (SELECT payment_id FROM billing_paymentsearch)"""
        )
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE billing_payment, billing_paymentsearch, billing_invoice")


def test_search_uses_the_index(many: None) -> None:
    for term in ("REF 2499", "REF2499 ghani", "99887766.50", "zq"):
        for rows in (keys_by_index(term), payment_queue().filter(matching_payments(term))):
            plan = str(rows[:51].explain(costs=False))
            assert ("payment_search" in plan) == (rows.model is PaymentSearch), term
            assert "Seq Scan on billing_paymentsearch" not in plan, term
            assert "Seq Scan on billing_payment " not in plan, term


def test_frequent_term_walks_the_list(many: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What most rows have is neither sorted as a whole, nor taken apart into letters."""
    terms = ["karachi", "ref", "25053.50", "ref ghani", "r"]
    everything = {term: list(payment_queue().filter(matching_payments(term))) for term in terms}
    monkeypatch.setattr(queue, "COUNTED_UP_TO", 2)
    for term in terms:
        frequent = payment_queue().filter(matching_payments(term))
        plan = str(frequent[:51].explain(costs=False))
        assert list(frequent) == everything[term], term
        assert "search_grams" not in plan, term
        assert "Sort" not in plan, term
        assert "payment_by_time" in plan, term


def test_search_takes_one_statement_more(
    paid: Payment, admin_api: APIClient, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        admin_api.get(API)
    with django_assert_num_queries(2 + 1):
        admin_api.get(API, {"search": "FT2633000917 usman"})


def test_migration_fills_search_in_batches(paid: Payment) -> None:
    """Interrupted, it begins again, and what is erased stays so."""
    migration: Any = import_module("igny8_core.business.billing.migrations.0009_normal_form")
    kept = {row.pk: row.reference_key for row in Payment.objects.all()}
    texts = {row.pk: row.text for row in PaymentSearch.objects.all()}
    PaymentSearch.objects.exclude(pk=paid.pk).delete()
    Payment.objects.update(reference_key="")
    for _ in range(2):
        migration.fill(None, SimpleNamespace(connection=connection))
        assert {row.pk: row.reference_key for row in Payment.objects.all()} == kept
        assert {row.pk: row.text for row in PaymentSearch.objects.all()} == texts
