"""QR codes that fill in a transfer in the payer's app, where a method has a standard for it."""

import io
from collections.abc import Iterable
from urllib.parse import quote

import segno
from segno.helpers import make_epc_qr

from igny8_core.business.billing.models import Invoice, PaymentMethodConfig

IBAN_LABEL = "iban"
BIC_LABEL = "bic"
HOLDER_LABELS = ("account holder", "beneficiary", "account name", "account title", "payee name")
UPI_LABEL = "upi id"


def payment_qr(invoice: Invoice) -> bytes | None:
    """Return the code as SVG, or None where the invoice's method has no standard for one.

    SEPA credit transfers in euro: EPC069-12 of the European Payments Council. UPI: the deep-link
    specification of the National Payments Corporation of India.
    """
    method = invoice.payment_method
    if method is None or invoice.payable_currency != method.currency:
        return None
    details = {
        str(detail["label"]).lower(): str(detail["value"]).strip() for detail in method.details
    }
    try:
        code = _sepa(invoice, method, details) or _upi(invoice, method, details)
    except ValueError:  # details that an admin has mistyped: then there is no code
        return None
    return _svg(code) if code else None


def _sepa(
    invoice: Invoice, method: PaymentMethodConfig, details: dict[str, str]
) -> segno.QRCode | None:
    holder = _first(details, HOLDER_LABELS)
    if method.currency != "EUR" or not details.get(IBAN_LABEL) or not holder:
        return None
    return make_epc_qr(
        name=holder,
        iban=details[IBAN_LABEL].replace(" ", ""),
        amount=invoice.payable_amount,
        text=invoice.payment_reference,
        bic=details.get(BIC_LABEL) or None,
    )


def _upi(
    invoice: Invoice, method: PaymentMethodConfig, details: dict[str, str]
) -> segno.QRCode | None:
    address = details.get(UPI_LABEL)
    if method.currency != "INR" or not address:
        return None
    fields = {
        "pa": address,
        "pn": _first(details, HOLDER_LABELS),
        "am": f"{invoice.payable_amount:.2f}",
        "cu": "INR",
        "tn": invoice.payment_reference,
    }
    query = "&".join(f"{name}={quote(value, safe='@')}" for name, value in fields.items() if value)
    return segno.make(f"upi://pay?{query}", error="m", micro=False)


def _first(details: dict[str, str], labels: Iterable[str]) -> str:
    return next((details[label] for label in labels if details.get(label)), "")


def _svg(code: segno.QRCode) -> bytes:
    output = io.BytesIO()
    code.save(output, kind="svg", border=2, xmldecl=False, light="white")
    return output.getvalue()
