"""Invoices and receipts as PDF, rendered by Typst with the same fonts on every machine."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from igny8_core.business.billing.enums import InvoiceStatus, PaymentStatus
from igny8_core.business.billing.models import Invoice
from igny8_core.business.documents.fonts import font_folders, han_family, showable
from igny8_core.business.documents.payment_qr import payment_qr
from igny8_core.common.money import Money
from igny8_core.common.places.countries import country_name

EXAMPLE = "EXAMPLE: do not send money. These details are not a real account."
FOLDER = Path(__file__).parent / "templates" / "documents"
OWN_FONTS = (FOLDER / "fonts",)  # Naskh, the usual style for Urdu and Arabic


def invoice_pdf(invoice: Invoice) -> bytes:
    """Set an invoice, or the receipt of one that is paid; unchanged, it gives the same bytes."""
    document: bytes = typst.compile(
        _template(),
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"invoice": json.dumps(showable(_content(invoice), more_fonts=OWN_FONTS))},
        timestamp=int((invoice.paid_at or invoice.issued_at).timestamp()),
    )
    return document


@cache
def _fonts() -> typst.Fonts:
    """Return only our fonts, so that every machine gives the same bytes."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[*font_folders(), *OWN_FONTS],
    )


@cache
def _template() -> bytes:
    return (FOLDER / "invoice.typ").read_bytes()


def _content(invoice: Invoice) -> dict[str, Any]:
    def day(moment: datetime | None) -> str:
        return invoice.day_of(moment).isoformat() if moment else ""

    method = invoice.payment_instructions
    is_pending = invoice.status == InvoiceStatus.PENDING
    code = payment_qr(invoice) if is_pending else None
    return {
        "han": han_family(invoice.billing_snapshot["customer"]["country"]),
        "seller": invoice.billing_snapshot["seller"],
        "number": invoice.number,
        "status": invoice.status,
        "issued": day(invoice.issued_at),
        "due": invoice.due_date.isoformat(),
        "paid": day(invoice.paid_at),
        "voided": day(invoice.voided_at),
        "customer": _customer_lines(invoice.billing_snapshot["customer"]),
        "lines": [
            {
                "description": line.description,
                "quantity": str(line.quantity),
                "price": _money(line.unit_price, invoice),
                "amount": _money(line.amount, invoice),
            }
            for line in invoice.lines.all()
        ],
        "subtotal": _money(invoice.subtotal, invoice),
        "tax": _money(invoice.tax_amount, invoice),
        "total": str(invoice.due),
        "payable": str(invoice.payable) if invoice.payable != invoice.due else "",
        "currency": invoice.currency,
        "rate": f"{invoice.exchange_rate.normalize():f}",
        "reference": invoice.payment_reference,
        "method": method.display_name if method and is_pending else "",
        "instructions": method.instructions if method and is_pending else "",
        "details": method.details if method and is_pending else [],
        "warning": EXAMPLE if method and method.is_example else "",
        "qr": code.decode() if code else "",
        "payment": _settlement(invoice),
    }


def _settlement(invoice: Invoice) -> list[list[str]]:
    """Return how it was paid, as labels and values; empty while it is unpaid."""
    settled = [p for p in invoice.payments.all() if p.status == PaymentStatus.SUCCEEDED]
    return [
        pair
        for payment in settled
        for pair in (
            ["Paid by", str(payment.paid_by)],
            [payment.paid_by.reference_label, payment.manual_reference],
            ["Amount received", str(payment.money)],
        )
    ]


def _money(amount: Any, invoice: Invoice) -> str:
    return str(Money(amount, invoice.currency))


def _customer_lines(customer: dict[str, str]) -> list[str]:
    city = " ".join(filter(None, [customer["billing_postal_code"], customer["billing_city"]]))
    lines = [
        customer["account_name"],
        customer["billing_name"],
        customer["billing_address_line1"],
        customer["billing_address_line2"],
        ", ".join(filter(None, [city, customer["billing_state"]])),
        country_name(customer["country"]) if customer["country"] else "",
        f"Tax ID {customer['tax_id']}" if customer["tax_id"] else "",
    ]
    return list(dict.fromkeys(line for line in lines if line))
