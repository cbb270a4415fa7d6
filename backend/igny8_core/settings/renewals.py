"""The life of a subscription after its first period: when it is billed, reminded, paused, ended.

An invoice keeps the days of its issue, so a changed setting moves no deadline of an open one. Days
that contradict each other are refused: see ``subscriptions.checks``.
"""

from datetime import date

from igny8_core.settings.base import env

# The day from which there are renewals, as 2026-12-01. If unset, that is the day when an earlier
# release was upgraded; a new installation has had them always. What ended before is free of charge
BILLING_RENEWALS_FROM: date | None = env.day("BILLING_RENEWALS_FROM")
# Days from then on until an invoice for what ended before is due, and until older orders expire
BILLING_FIRST_TERM_DAYS: int = env.number("BILLING_FIRST_TERM_DAYS", default=14, at_most=365)
# Days from the issue of a renewal to the end of the paid time; of monthly plans (February has 28)
# and of yearly ones
BILLING_RENEWAL_LEAD_DAYS: int = env.number("BILLING_RENEWAL_LEAD_DAYS", default=7, at_most=27)
BILLING_YEARLY_RENEWAL_LEAD_DAYS: int = env.number(
    "BILLING_YEARLY_RENEWAL_LEAD_DAYS", default=30, at_most=180
)
# Days from the issue of a renewal to its due day, at least
BILLING_MIN_TERM_DAYS: int = env.number("BILLING_MIN_TERM_DAYS", default=5, at_most=365)
# Days after the due day: until then all is as before; then past due, paused, ended
BILLING_GRACE_DAYS: int = env.number("BILLING_GRACE_DAYS", default=3, at_most=365)
BILLING_SUSPEND_AFTER_DAYS: int = env.number("BILLING_SUSPEND_AFTER_DAYS", default=10, at_most=365)
BILLING_END_AFTER_DAYS: int = env.number("BILLING_END_AFTER_DAYS", default=40, at_most=3650)
# Days after a rejection without a harder step, and from a final notice to what it announces
BILLING_RETRY_DAYS: int = env.number("BILLING_RETRY_DAYS", default=3, at_most=365)
BILLING_NOTICE_GAP_DAYS: int = env.number("BILLING_NOTICE_GAP_DAYS", default=2, at_most=365)
# Confirmations of an invoice that stop its clock while they are under review
BILLING_FREEZING_CLAIMS: int = env.number("BILLING_FREEZING_CLAIMS", default=2, at_most=100)
# Days until an unpaid order expires
BILLING_ORDER_EXPIRES_DAYS: int = env.number(
    "BILLING_ORDER_EXPIRES_DAYS", default=14, at_least=1, at_most=3650
)
# Days from the email about a higher price to the first invoice with it
BILLING_PRICE_NOTICE_DAYS: int = env.number("BILLING_PRICE_NOTICE_DAYS", default=30, at_most=365)
# Days from the end of a subscription until what is left of its plan's credits expires
BILLING_CREDITS_AFTER_END_DAYS: int = env.number(
    "BILLING_CREDITS_AFTER_END_DAYS", default=30, at_most=3650
)
BILLING_LATE_PAYMENT: str = env.choice(
    "BILLING_LATE_PAYMENT",
    ("clock_stops", "keeps_due", "restarts"),
    default="clock_stops",
)
BILLING_CATCH_UP: str = env.choice(
    "BILLING_CATCH_UP", ("current", "all_oldest_first"), default="current"
)
