"""QR codes that fill in a transfer in the payer's app, for methods with such a standard."""

import io
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

import segno
from segno.helpers import make_epc_qr
from stdnum import iban

from igny8_core.business.billing.models import Invoice

IBAN_LABELS = ("iban",)
BIC_LABELS = ("bic", "swift/bic", "bic/swift", "swift")
HOLDER_LABELS = (
    "account holder",
    "beneficiary",
    "beneficiary name",
    "account name",
    "account title",
    "payee name",
)
UPI_LABELS = ("upi id", "upi", "vpa")
UPI_SHAPE = re.compile(r"[A-Za-z0-9._-]{2,256}@[A-Za-z][A-Za-z0-9]{1,63}")


def payment_qr(invoice: Invoice) -> bytes | None:
    """Return the code as SVG, or None if the invoice's method has no standard for it.

    SEPA credit transfers in euro: EPC069-12 of the European Payments Council. UPI: the deep-link
    specification of the National Payments Corporation of India.
    """
    method = invoice.payment_instructions
    if method is None or invoice.payable_currency != method.currency:
        return None
    details = {_one_line(detail["label"]).lower(): detail["value"] for detail in method.details}
    try:
        code = _code(invoice, details)
    except ValueError:  # an admin has mistyped something: then there is no code
        return None
    return _svg(code) if code else None


def _code(invoice: Invoice, details: Mapping[str, str]) -> segno.QRCode | None:
    if invoice.payable_currency == "EUR":
        return _sepa(invoice, details)
    if invoice.payable_currency == "INR":
        return _upi(invoice, details)
    return None


def _sepa(invoice: Invoice, details: Mapping[str, str]) -> segno.QRCode | None:
    holder = _first(details, HOLDER_LABELS)
    if not holder:
        return None
    return make_epc_qr(
        name=holder,
        iban=iban.validate(_first(details, IBAN_LABELS)),
        amount=invoice.payable_amount,
        text=invoice.payment_reference,
        bic=_first(details, BIC_LABELS).replace(" ", "").upper() or None,
    )


def _upi(invoice: Invoice, details: Mapping[str, str]) -> segno.QRCode | None:
    holder, address = _first(details, HOLDER_LABELS), _first(details, UPI_LABELS)
    if not holder or not UPI_SHAPE.fullmatch(address):
        return None
    fields = {
        "pa": address,
        "pn": holder,
        "am": f"{invoice.payable_amount:.2f}",
        "cu": "INR",
        "tn": invoice.payment_reference,
    }
    query = "&".join(f"{name}={quote(value, safe='@')}" for name, value in fields.items())
    return segno.make_qr(f"upi://pay?{query}", error="m")


def _first(details: Mapping[str, str], labels: Iterable[str]) -> str:
    return next((found for label in labels if (found := _one_line(details.get(label, "")))), "")


def _one_line(text: str) -> str:
    """Join lines and runs of spaces: in an EPC code, each line is another field."""
    return " ".join(text.split())


def _svg(code: segno.QRCode) -> bytes:
    output = io.BytesIO()
    code.save(output, kind="svg", border=4, xmldecl=False, light="white")
    return output.getvalue()
