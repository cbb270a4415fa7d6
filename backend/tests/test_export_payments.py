"""Payments as a file for spreadsheets, from the approval desk."""

import csv
import html
import io
import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
from django.test import Client

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import Payment
from igny8_core.business.exports import services
from igny8_core.business.exports.models import Export
from igny8_core.common.clock import utc_now
from igny8_core.common.letters import NothingToSend, letter_for
from igny8_core.common.models import OutgoingMail
from tests.exports import made_export
from tests.factories import (
    account_of,
    approve,
    client_of,
    make_billing_admin,
    make_owner,
    make_payment,
    make_receipt,
)
from tests.test_spreadsheets import FORMULAS

pytestmark = pytest.mark.django_db
EXPORT = "/admin/billing/payment/export/csv/"
EXCEL = "/admin/billing/payment/export/xlsx/"


def download(desk: Client, url: str, filters: dict[str, str] | None = None) -> Any:
    """Request a file, let the worker make it, and download it from the page."""
    query = f"?{urlencode(filters)}" if filters else ""
    asked = desk.post(url + query)
    assert asked.status_code == 302
    page = asked.headers["Location"]
    assert "We are creating the file" in desk.get(page).content.decode()
    made_export()
    assert "The file is ready" in desk.get(page).content.decode()
    return desk.get(f"{page}file/")


def rows_of(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_export_row_has_all_reconciliation_columns(
    desk: Client, billing_admin: User, owner: User
) -> None:
    payment = make_payment(owner, notes="From my wife's account", proof=make_receipt())
    approve(payment, billing_admin)
    payment.refresh_from_db()
    (row,) = rows_of(download(desk, EXPORT))
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


def test_csv_opens_in_spreadsheets(desk: Client, owner: User) -> None:
    make_payment(owner, notes="شکریہ")
    answer = download(desk, EXPORT)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="payments-2')
    content = b"".join(answer.streaming_content)
    assert content.startswith('\ufeff"Payment","Status"'.encode())
    assert "شکریہ".encode() in content
    assert len(content) == int(answer["Content-Length"])


@pytest.mark.parametrize("text", FORMULAS[:9:4])
def test_customer_text_is_never_a_formula(desk: Client, text: str) -> None:
    """Neither as the API takes it, nor in a name that came past its checks."""
    make_payment(make_owner(account_name=text), notes=text)
    Payment.objects.update(admin_notes=text)
    (row,) = rows_of(download(desk, EXPORT))
    typed = [row["Account"], row["Notes"], row["Admin's notes"]]
    assert all(cell.startswith("'") and text.strip()[1:3] in cell for cell in typed), typed


def test_export_contains_all_pages_of_the_list(desk: Client, billing_admin: User) -> None:
    waiting = [make_payment(make_owner(), reference=f"BT-{n:03}") for n in range(52)]
    approve(make_payment(make_owner(), reference="BT-DONE"), billing_admin)

    found = rows_of(download(desk, EXPORT, {"status__exact": "pending_approval"}))
    assert [row["Payment"] for row in found] == [str(payment.pk) for payment in waiting]
    assert [row["Reference"] for row in rows_of(download(desk, EXPORT, {"q": "BT-DONE"}))] == [
        "BT-DONE"
    ]


def test_queue_export_links_keep_filters(desk: Client, billing_admin: User) -> None:
    make_payment(make_owner(), reference="BT-WAITS")
    approve(make_payment(make_owner(), reference="BT-DONE"), billing_admin)
    page = desk.get("/admin/billing/payment/", {"status__exact": "succeeded", "q": "BT"})
    links = re.findall(r'action="export/([^"]*)"', page.content.decode())
    csv_link, excel_link = (f"/admin/billing/payment/export/{html.unescape(x)}" for x in links)
    (row,) = rows_of(download(desk, csv_link))
    assert row["Reference"] == "BT-DONE"
    assert [cells[9].value for cells in sheet_of(download(desk, excel_link))] == [
        "Reference",
        "BT-DONE",
    ]


def test_invalid_filter_returns_400(desk: Client, owner: User) -> None:
    make_payment(owner)
    for filters in ("submitted_at__gte=never", "nothing=1"):
        assert desk.post(f"{EXPORT}?{filters}").status_code == 400
    assert not Export.objects.exists()


@pytest.mark.parametrize(
    "filters", ["q=%00", "q=%ED%A0%80", f"q={'x' * 3500}", "o=-3&o=9&all=", "p=7"]
)
def test_odd_filters_do_not_crash_export(desk: Client, owner: User, filters: str) -> None:
    make_payment(owner)
    assert desk.post(f"{EXPORT}?{filters}").status_code in {302, 400}
    if Export.objects.exists():
        made_export()


def test_customer_is_redirected_to_sign_in(owner: User) -> None:
    answer = client_of(owner).post(EXPORT)
    assert answer.headers["Location"].startswith("/admin/login/")


def test_export_link_works_only_for_its_admin(desk: Client, owner: User) -> None:
    make_payment(owner)
    page = desk.post(EXPORT).headers["Location"]
    made_export()
    other = client_of(make_billing_admin())
    for address in (page, f"{page}file/"):
        answer: Any = desk.get(address)
        assert answer.status_code == 200
        assert not answer.streaming or b"BT-2025-001" in b"".join(answer.streaming_content)
        assert other.get(address).status_code == 404
        assert desk.get(address.replace(".", ".x")).status_code == 404


def test_admin_without_permission_gets_no_export(
    desk: Client, billing_admin: User, owner: User
) -> None:
    """Neither what is made, nor what is yet to be."""
    make_payment(owner)
    page = desk.post(EXPORT).headers["Location"]
    made_export()
    desk.post(EXCEL)
    waiting = Export.objects.get(made_at=None)
    billing_admin.groups.clear()
    assert desk.get(f"{page}file/").status_code == 403
    services.make(export_id=waiting.pk, now=utc_now())
    assert not Export.objects.filter(pk=waiting.pk).exists()
    mail = OutgoingMail.objects.get(kind="export_ready")
    with pytest.raises(NothingToSend):
        letter_for(mail)


def sheet_of(answer: Any) -> Any:
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active


def test_excel_cells_have_proper_types(desk: Client, billing_admin: User, owner: User) -> None:
    paid_on = utc_now().date()
    payment = make_payment(owner, reference="000123456789", paid_on=paid_on)
    approve(payment, billing_admin)
    payment.refresh_from_db()
    answer = download(desk, EXCEL)
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert re.search(r"payments-[-0-9]+\.xlsx", answer["Content-Disposition"])
    titles, cells = sheet_of(answer).iter_rows()
    row = {title.value: cell for title, cell in zip(titles, cells, strict=True)}

    assert (row["Reference"].value, row["Reference"].data_type) == ("000123456789", "s")
    assert row["Reference"].number_format == "@"
    assert Decimal(str(row["Amount"].value)) == Decimal("89.00")
    assert row["Payment"].value == payment.pk
    assert row["Submitted (UTC)"].value == payment.submitted_at.replace(tzinfo=None, microsecond=0)
    assert row["Paid on"].value.date() == paid_on
    assert row["Proof"].value == "no"
    assert row["First approved by"].value is None


def test_account_name_is_taken_from_the_invoice(desk: Client, owner: User) -> None:
    make_payment(owner)
    Account.objects.filter(users=owner).update(name="Renamed")
    (row,) = rows_of(download(desk, EXPORT))
    assert row["Account"] == "Lahore Textiles"


def test_excel_accepts_every_character(desk: Client) -> None:
    """Some can't be in XML: a workbook that has one is damaged, as Excel says."""
    make_payment(make_owner(account_name="a\x01\ufffe\uffff\x0b😀"))
    assert sheet_of(download(desk, EXCEL))["D2"].value == "a\ufffd\ufffd\ufffd\ufffd😀"


def test_excel_contains_the_filtered_list(desk: Client, billing_admin: User) -> None:
    approve(make_payment(make_owner(), reference="BT-DONE"), billing_admin)
    make_payment(make_owner(), reference="BT-WAITS")
    sheet = sheet_of(download(desk, EXCEL, {"status__exact": "succeeded"}))
    assert [row[9].value for row in sheet.iter_rows(min_row=2)] == ["BT-DONE"]
    empty = sheet_of(download(desk, EXCEL, {"status__exact": "failed"}))
    assert [cell.value for cell in empty[1]][:2] == ["Payment", "Status"]
