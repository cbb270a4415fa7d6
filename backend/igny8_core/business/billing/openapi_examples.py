"""Example objects of the OpenAPI document; amounts and references as in the project's seed."""

from igny8_core.auth.openapi_examples import (
    ACTIVE_ACCOUNT,
    ACTIVE_SUBSCRIPTION,
    BILLING_DETAILS,
    PENDING_ACCOUNT,
    PENDING_SUBSCRIPTION,
    PLAN,
)

PAYMENT_METHOD = {
    "id": 4,
    "payment_method": "bank_transfer",
    "display_name": "Bank transfer (IBAN)",
    "kind": "bank_transfer",
    "currency": "PKR",
    "countries": ["PK"],
    "instructions": "Send the amount from your bank's app or at a branch.",
    "details": [{"label": "IBAN", "value": "PK36SCBL0000001123456702", "copyable": True}],
    "reference_label": "Transaction ID",
    "reference_hint": "The number that your bank shows after the transfer.",
    "reference_pattern": "[A-Za-z0-9][A-Za-z0-9 ./-]{3,34}",
    "processing_time": "Usually checked within 1 working day",
    "translations": {"ur": {"display_name": "بینک ٹرانسفر", "labels": {"Bank": "بینک"}}},
    "is_example": True,
    "order": 10,
}
OFFERED_PAYMENT_METHOD = {**PAYMENT_METHOD, "exchange_rate": "278.5", "currency_decimals": 2}
CONFIRM_REQUEST = {
    "invoice_id": 1,
    "payment_method": "bank_transfer",
    "amount": "89.00",
    "manual_reference": "BT-2025-001",
    "manual_notes": "Optional description",
}
CONFIRM_LOCAL_REQUEST = {**CONFIRM_REQUEST, "amount": "24786.50", "currency": "PKR"}
PAYMENT = {
    "id": 5,
    "invoice_id": 1,
    "invoice_number": "INV-2026-000001",
    "payment_method": "bank_transfer",
    "payment_method_name": "Bank transfer (IBAN)",
    "payment_method_names": {"ur": "بینک ٹرانسفر"},
    "amount": "89.00",
    "currency": "USD",
    "manual_reference": "BT-2025-001",
    "manual_notes": "Optional description",
    "paid_on": "2026-11-23",
    "status": "pending_approval",
    "has_proof": False,
    "proof_url": None,
    "proof_state": "none",
    "proof_refusal": None,
    "submitted_at": "2026-11-23T09:20:00Z",
    "decided_at": None,
    "admin_notes": "",
}
APPROVED_PAYMENT = {
    **PAYMENT,
    "status": "succeeded",
    "decided_at": "2026-11-23T10:30:00Z",
    "admin_notes": "Verified in bank statement",
}
REJECTED_PAYMENT = {
    **PAYMENT,
    "status": "failed",
    "decided_at": "2026-11-23T10:30:00Z",
    "admin_notes": "Reference not found",
}
EVENT = {
    "event": "confirm",
    "from_state": "",
    "to_state": "pending_approval",
    "note": "",
    "actor": "customer",
    "created_at": "2026-11-23T09:20:00Z",
}
_OF_ADMINS = {
    "account_id": 1,
    "account_name": "Lahore Textiles",
    "country": "PK",
    "submitted_by": "ayesha@lahore-textiles.example",
    "decided_by": None,
    "first_approved_by": None,
    "reversal_marked_by": None,
}
ADMIN_PAYMENT = {**PAYMENT, **_OF_ADMINS}
_DECIDED_BY = {**_OF_ADMINS, "decided_by": "admin@example.com"}
INVOICE = {
    "id": 1,
    "number": "INV-2026-000001",
    "kind": "initial",
    "status": "pending",
    "payment_state": "due",
    "currency": "USD",
    "subtotal": "89.00",
    "tax_amount": "0.00",
    "total": "89.00",
    "payable_amount": "24786.50",
    "payable_currency": "PKR",
    "exchange_rate": "278.5",
    "issued_at": "2026-11-23T09:00:00Z",
    "due_date": "2026-11-30",
    "paid_at": None,
    "voided_at": None,
    "void_reason": "",
    "payment_method": "bank_transfer",
    "payment_instructions": PAYMENT_METHOD,
    "payment_reference": "INV-2026-000001",
    "lines": [
        {
            "description": "Starter plan, 1 month, 1,000 credits",
            "quantity": 1,
            "unit_price": "89.00",
            "amount": "89.00",
        }
    ],
    "billing_snapshot": {
        "customer": {"account_name": "Lahore Textiles", "country": "PK", **BILLING_DETAILS},
        "plan": {
            key: PLAN[key]
            for key in ("slug", "name", "price", "currency", "interval", "included_credits")
        },
    },
    "latest_payment": None,
}
PAID_INVOICE = {
    **INVOICE,
    "status": "paid",
    "payment_state": "paid",
    "paid_at": "2026-11-23T10:30:00Z",
    "latest_payment": APPROVED_PAYMENT,
}
VOID_INVOICE = {
    **INVOICE,
    "status": "void",
    "payment_state": "void",
    "voided_at": "2026-11-23T10:30:00Z",
    "void_reason": "Ordered twice",
}
LISTED_INVOICE = {**INVOICE, "period": None}
REJECTED_INVOICE = {**INVOICE, "payment_state": "rejected", "latest_payment": REJECTED_PAYMENT}
APPROVAL = {
    "payment": {**APPROVED_PAYMENT, **_DECIDED_BY},
    "invoice": PAID_INVOICE,
    "subscription": ACTIVE_SUBSCRIPTION,
    "account": ACTIVE_ACCOUNT,
}
REJECTION = {
    "payment": {**REJECTED_PAYMENT, **_DECIDED_BY},
    "invoice": REJECTED_INVOICE,
    "subscription": PENDING_SUBSCRIPTION,
    "account": PENDING_ACCOUNT,
}
REVERSED_PAYMENT = {**APPROVED_PAYMENT, "status": "reversed"}
REVERSAL = {
    "payment": {**REVERSED_PAYMENT, **_DECIDED_BY},
    "invoice": {**INVOICE, "latest_payment": REVERSED_PAYMENT},
    "subscription": PENDING_SUBSCRIPTION,
    "account": PENDING_ACCOUNT,
}
UPGRADE = {
    "account": {**PENDING_ACCOUNT, "status": "trial", "credits": 1000},
    "subscription": PENDING_SUBSCRIPTION,
    "invoice": INVOICE,
}
LEDGER_ENTRY = {
    "id": 1,
    "kind": "plan_grant",
    "amount": 1000,
    "plan_amount": 1000,
    "balance_after": 1000,
    "description": "Starter plan, invoice INV-2026-000001",
    "invoice_number": "INV-2026-000001",
    "created_at": "2026-11-23T10:30:00Z",
}
