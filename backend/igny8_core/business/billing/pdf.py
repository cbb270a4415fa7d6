"""Invoices as PDF documents, set by Typst."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from igny8_core.business.billing.models import Invoice
from igny8_core.common.countries import country_name
from igny8_core.common.money import Money

TEMPLATE = Path(__file__).parent / "templates" / "billing" / "pdf" / "invoice.typ"


def invoice_pdf(invoice: Invoice) -> bytes:
    """Set an invoice; the same invoice gives the same bytes."""
    return typst.compile(
        _template(),
        sys_inputs={"invoice": json.dumps(_content(invoice))},
        timestamp=int(invoice.issued_at.timestamp()),
    )


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def _content(invoice: Invoice) -> dict[str, Any]:
    customer = invoice.billing_snapshot["customer"]
    method = invoice.payment_method
    return {
        "seller": {
            "name": settings.BILLING_SELLER_NAME,
            "address": settings.BILLING_SELLER_ADDRESS,
        },
        "number": invoice.number,
        "status": invoice.status,
        "issued": f"{invoice.issued_at:%Y-%m-%d}",
        "due": f"{invoice.due_date:%Y-%m-%d}",
        "paid": f"{invoice.paid_at:%Y-%m-%d}" if invoice.paid_at else "",
        "customer": _customer_lines(customer),
        "lines": [
            {
                "description": line.description,
                "quantity": str(line.quantity),
                "amount": _money(line.amount, invoice),
            }
            for line in invoice.lines.all()
        ],
        "subtotal": _money(invoice.subtotal, invoice),
        "tax": _money(invoice.tax_amount, invoice),
        "total": str(invoice.due),
        "payable": str(invoice.payable) if invoice.payable != invoice.due else "",
        "rate": f"{invoice.exchange_rate.normalize():f}",
        "reference": invoice.payment_reference,
        "method": method.display_name if method else "",
        "instructions": method.instructions if method else "",
        "details": method.details if method else [],
    }


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
