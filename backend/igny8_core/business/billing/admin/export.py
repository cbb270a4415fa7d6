"""Payments as a file for spreadsheets: what an accountant lays beside the bank's statement."""

from collections.abc import Callable
from datetime import datetime
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import Any

from defusedcsv import csv
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from igny8_core.business.billing.models import Payment
from igny8_core.common.clock import utc_now

CHUNK = 2000  # rows read at once


def _time(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}" if time else ""


COLUMNS: dict[str, Callable[[Payment], Any]] = {
    "Payment": lambda payment: payment.pk,
    "Status": lambda payment: payment.get_status_display(),
    "Submitted (UTC)": lambda payment: _time(payment.submitted_at),
    "Account": lambda payment: payment.invoice.account,
    "Customer": lambda payment: payment.submitted_by,
    "Invoice": lambda payment: payment.invoice.number,
    "Amount": lambda payment: payment.money.digits,
    "Currency": lambda payment: payment.currency,
    "Method": lambda payment: payment.method,
    "Reference": lambda payment: payment.manual_reference,
    "Paid on": lambda payment: payment.paid_on or "",
    "Notes": lambda payment: payment.manual_notes,
    "Proof": lambda payment: "yes" if payment.proof else "no",
    "Decided (UTC)": lambda payment: _time(payment.decided_at),
    "Decided by": lambda payment: payment.decided_by or "",
    "First approved by": lambda payment: payment.first_approved_by or "",
    "Admin's notes": lambda payment: payment.admin_notes,
}


@require_safe
def download(request: HttpRequest, model_admin: Any) -> FileResponse:
    """Send the payments of the list's filters, all pages of it, in the list's order.

    CSV in UTF-8 with a byte order mark, which spreadsheets know it by. What would be a formula
    there stands behind an apostrophe, as OWASP's "CSV Injection" has it. The file is whole
    before the first byte is sent: a failure is an error, and no shorter table.
    """
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    try:
        changelist = model_admin.get_changelist_instance(request)
    except IncorrectLookupParameters as error:
        message = "There is no such filter: choose one beside the list."
        raise BadRequest(message) from error
    file = TemporaryFile()  # noqa: SIM115  (the response closes it)
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for payment in changelist.queryset.iterator(chunk_size=CHUNK):
        table.writerow(str(cell(payment)).strip() for cell in COLUMNS.values())
    text.detach()
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"payments-{utc_now():%Y-%m-%d-%H%M}.csv",
        content_type="text/csv; charset=utf-8",
    )
