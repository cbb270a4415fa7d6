"""Business rules: days, limits, retention, the seller."""

from decimal import Decimal

from igny8_core.settings.base import IS_DEVELOPMENT, env

BILLING_INVOICE_DUE_DAYS: int = env.number("BILLING_INVOICE_DUE_DAYS", default=7, at_most=3650)
BILLING_PROOF_MAX_BYTES = 5 * 1024 * 1024
BILLING_CLAIMS_PER_DAY: int = env.number(
    "BILLING_CLAIMS_PER_DAY", default=5, at_least=1
)  # of an invoice
BILLING_CANCELLATIONS_PER_DAY: int = env.number(
    "BILLING_CANCELLATIONS_PER_DAY", default=5, at_least=1
)  # of an account
BILLING_PROOFS_PER_DAY: int = env.number("BILLING_PROOFS_PER_DAY", default=20)  # of an account
BILLING_PROOF_BYTES_PER_DAY: int = env.number(
    "BILLING_PROOF_BYTES_PER_DAY", default=50 * 1024 * 1024
)
BILLING_PROOFS_PER_DAY_AND_ADDRESS: int = env.number(
    "BILLING_PROOFS_PER_DAY_AND_ADDRESS", default=20_000 if IS_DEVELOPMENT else 200
)
BILLING_PROOF_BYTES_PER_DAY_AND_ADDRESS: int = env.number(
    "BILLING_PROOF_BYTES_PER_DAY_AND_ADDRESS",
    default=2_000_000_000 if IS_DEVELOPMENT else 500 * 1024 * 1024,
)
BILLING_RETENTION_YEARS: int = env.number(
    "BILLING_RETENTION_YEARS", default=10, at_least=1, at_most=1000
)
BILLING_PROOF_RETENTION_DAYS: int = env.number(
    "BILLING_PROOF_RETENTION_DAYS", default=365, at_least=1, at_most=365_000
)
IDEMPOTENCY_RETENTION_DAYS: int = env.number(
    "IDEMPOTENCY_RETENTION_DAYS", default=7, at_least=1, at_most=365_000
)
EXPORT_RETENTION_DAYS: int = env.number("EXPORT_RETENTION_DAYS", default=7, at_least=1, at_most=365)
BILLING_BULK_RETENTION_DAYS: int = env.number(
    "BILLING_BULK_RETENTION_DAYS", default=90, at_least=1, at_most=365_000
)
MAIL_RETENTION_DAYS: int = env.number(
    "MAIL_RETENTION_DAYS", default=90, at_least=1, at_most=365_000
)

# USD: above this, two admins have to approve
BILLING_DUAL_CONTROL_ABOVE: Decimal | None = env.amount("BILLING_DUAL_CONTROL_ABOVE")
# Hours until the only admin's change to where customers send money takes effect
BILLING_CHANGE_DELAY_HOURS: int = env.number(
    "BILLING_CHANGE_DELAY_HOURS", default=24, at_most=24 * 365
)
# Per cent by which an exchange rate may change without confirmation
BILLING_RATE_CHANGE_ASKED_ABOVE: int = env.number("BILLING_RATE_CHANGE_ASKED_ABOVE", default=5)
BILLING_SELLER_NAME: str = env.str("BILLING_SELLER_NAME", default="IGNY8")
BILLING_SELLER_ADDRESS: str = env.str("BILLING_SELLER_ADDRESS", default="")
