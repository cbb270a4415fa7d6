"""Payments as a spreadsheet, for an accountant to compare with the bank statement."""

from collections.abc import Callable, Iterable
from typing import IO

from igny8_core.business.billing.models import Payment
from igny8_core.common.files.spreadsheets import FORMATS, Cell
from igny8_core.common.money import round_amount

COLUMNS: dict[str, Callable[[Payment], Cell]] = {
    "Payment": lambda payment: payment.pk,
    "Status": lambda payment: payment.get_status_display(),
    "Submitted (UTC)": lambda payment: payment.submitted_at,
    "Account": lambda payment: payment.invoice.billing_snapshot["customer"]["account_name"],
    "Customer": lambda payment: str(payment.submitted_by),
    "Invoice": lambda payment: payment.invoice.number,
    "Amount": lambda payment: round_amount(payment.amount, payment.currency),
    "Currency": lambda payment: payment.currency,
    "Method": lambda payment: str(payment.paid_by),
    "Reference": lambda payment: payment.manual_reference,
    "Paid on": lambda payment: payment.paid_on,
    "Notes": lambda payment: payment.manual_notes,
    "Proof": lambda payment: "yes" if payment.proof else "no",
    "Decided (UTC)": lambda payment: payment.decided_at,
    "Decided by": lambda payment: str(payment.decided_by or ""),
    "First approved by": lambda payment: str(payment.first_approved_by or ""),
    "Admin's notes": lambda payment: payment.admin_notes,
}


def write_payments(payments: Iterable[Payment], file: IO[bytes], *, file_format: str) -> None:
    """Write payments as a table.

    :param payments: with everything that ``payment_queue`` prefetches; iterated once.
    :param file_format: a key of ``FORMATS``.
    """
    rows = ([cell(payment) for cell in COLUMNS.values()] for payment in payments)
    FORMATS[file_format].write(list(COLUMNS), rows, file)
