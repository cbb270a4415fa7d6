"""Invoices say what they are for, and which days they pay: the list as the page of each."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Invoice
from tests.factories import client_of, invoice_of
from tests.life import day, days, make_customer, order, pay, run
from tests.test_desk_invoices import page_of, shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
LIST = "/api/v1/billing/invoices/"
DESK = "/admin/billing/invoice/"
JANUARY = {"first_day": "2027-01-01", "last_day": "2027-02-01"}  # until 10:00
FEBRUARY = {"first_day": "2027-02-01", "last_day": "2027-03-01"}


@pytest.fixture
def customer(billing_admin: User) -> User:
    return make_customer(billing_admin)


def listed(owner: User) -> list[dict[str, Any]]:
    """Return the account's invoices, oldest first."""
    rows: list[dict[str, Any]] = client_of(owner).get(LIST).json()["results"]
    return rows[::-1]


def told(owner: User) -> list[tuple[str, str, Any]]:
    return [(row["kind"], row["status"], row["period"]) for row in listed(owner)]


def told_by_pages(owner: User) -> list[tuple[str, str, Any]]:
    client = client_of(owner)
    pages = [client.get(f"{LIST}{row['id']}/").json() for row in listed(owner)]
    return [(page["kind"], page["status"], page["period"]) for page in pages]


def test_what_begins_with_the_approval_has_no_days_before(
    customer: User, billing_admin: User
) -> None:
    order(customer, "growth", day(10))
    expected = [("initial", "paid", JANUARY), ("change", "pending", None)]
    assert told(customer) == told_by_pages(customer) == expected
    pay(customer, billing_admin, day(11))
    began = {"first_day": "2027-01-12", "last_day": "2027-02-12"}
    assert told(customer) == told_by_pages(customer) == [expected[0], ("change", "paid", began)]


def test_renewal_has_its_days_before_and_after_its_period_begins(
    customer: User, billing_admin: User
) -> None:
    days(20, 26)
    first = ("initial", "paid", JANUARY)
    assert told(customer) == told_by_pages(customer) == [first, ("renewal", "pending", FEBRUARY)]
    pay(customer, billing_admin, day(27))
    paid = [first, ("renewal", "paid", FEBRUARY)]
    assert told(customer) == told_by_pages(customer) == paid
    run(day(32))
    assert told(customer) == told_by_pages(customer) == paid


def test_days_that_were_paid_stay_when_a_pause_moves_the_next_ones(
    customer: User, billing_admin: User
) -> None:
    days(20, 26)
    pay(customer, billing_admin, day(27))
    days(32, 80)  # the renewal for March was due on its first day, and its account is paused
    pay(customer, billing_admin, day(80))
    periods = [period for _kind, _status, period in told(customer)]
    assert periods[:2] == [JANUARY, FEBRUARY]
    assert periods[2]["first_day"] > "2027-03-01"
    assert [period for _kind, _status, period in told_by_pages(customer)] == periods


def test_void_renewal_pays_for_nothing(customer: User) -> None:
    days(20, 75)
    expected = [("initial", "paid", JANUARY), ("renewal", "void", None)]
    assert told(customer) == told_by_pages(customer) == expected


def test_list_is_one_statement_whatever_it_lists(customer: User, billing_admin: User) -> None:
    client = client_of(customer)

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        return len(queries)

    before = statements()
    days(20, 26)
    pay(customer, billing_admin, day(27))
    days(32, 55)
    assert Invoice.objects.count() == 3
    assert statements() == before == 2, "the person, and the page"


# At the desk


def test_desk_says_what_each_invoice_is_for(desk: Client, customer: User) -> None:
    days(20, 26)
    first, renewal = "First period, 1 Jan 2027 to 1 Feb 2027", "Renewal, 1 Feb 2027 to 1 Mar 2027"
    for asked, expected in (
        ({}, {first, renewal}),
        ({"kind__exact": "renewal"}, {renewal}),
        ({"kind__exact": "initial"}, {first}),
        ({"kind__exact": "change"}, set()),
    ):
        answer = desk.get(DESK, asked)
        assert answer.context["cl"].result_count == len(expected)
        assert {words for words in (first, renewal) if words in shown(answer)} == expected
    assert f"For {renewal}" in shown(desk.get(page_of(invoice_of(customer))))


def test_desks_list_and_page_keep_their_number_of_statements(
    desk: Client, customer: User, billing_admin: User
) -> None:
    def statements(url: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(url).status_code == 200
        return len(queries)

    before = [statements(DESK), statements(page_of(invoice_of(customer)))]
    days(20, 26)
    open_renewal = page_of(invoice_of(customer))
    assert [statements(DESK), statements(open_renewal)] == before
