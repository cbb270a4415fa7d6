"""Example objects of the OpenAPI document: a customer whose next period is to be paid."""

from igny8_core.auth.openapi_examples import PLAN
from igny8_core.business.billing.openapi_examples import INVOICE

_USD = {"amount": "89.00", "currency": "USD"}
_PKR = {"amount": "24786.50", "currency": "PKR"}
COMING = [
    {"day": "2026-12-20", "what": "renewal_reminder"},
    {"day": "2026-12-24", "what": "renewal_due"},
    {"day": "2026-12-27", "what": "fall_due"},
    {"day": "2026-12-27", "what": "past_due"},
    {"day": "2026-12-31", "what": "final_notice"},
    {"day": "2027-01-02", "what": "suspend"},
    {"day": "2027-01-25", "what": "ending"},
    {"day": "2027-02-01", "what": "lapse"},
]
CURRENT = {
    "plan": PLAN,
    "status": "active",
    "stage": "renewal_open",
    "current_period": {
        "first_day": "2026-11-23",
        "last_day": "2026-12-23",
        "starts_at": "2026-11-23T10:30:00Z",
        "ends_at": "2026-12-23T10:30:00Z",
    },
    "paid_until_day": "2026-12-23",
    "cancel_at_period_end": False,
    "next_plan": None,
    "price_change": {
        "price": {"amount": "99.00", "currency": "USD"},
        "first_day": "2027-02-23",
    },
    "open_invoice": {
        "id": 2,
        "number": "INV-2026-000002",
        "kind": "renewal",
        "due": _USD,
        "payable": _PKR,
        "due_date": "2026-12-23",
        "period": {"first_day": "2026-12-23", "last_day": "2027-01-23"},
    },
    "claim": None,
    "late_payment": "clock_stops",
    "suspended_on": None,
    "suspends_on": "2027-01-02",
    "ends_on": "2027-02-01",
    "coming": COMING,
    "may": {"renew_early": False, "cancel": True, "keep": False, "choose_plan": True},
}
ENDING = {
    **CURRENT,
    "stage": "ending",
    "cancel_at_period_end": True,
    "open_invoice": None,
    "suspends_on": None,
    "ends_on": "2026-12-23",
    "coming": [{"day": "2026-12-23", "what": "end"}],
    "may": {"renew_early": False, "cancel": False, "keep": True, "choose_plan": False},
}
GROWTH = {
    **PLAN,
    "slug": "growth",
    "name": "Growth",
    "price": "139.00",
    "included_credits": 2000,
    "max_sites": 3,
    "offer": "9a1b0c2d3e4f5061",
}
CHANGES_NEXT_PLAN = {**CURRENT, "next_plan": GROWTH}
PLAN_CHANGE = {
    "plan": GROWTH,
    "now": {
        "credit": {"amount": "59.33", "currency": "USD"},
        "total": {"amount": "79.67", "currency": "USD"},
        "payable": {"amount": "22188.10", "currency": "PKR"},
        "refused": None,
    },
    "next_period": {"starts_on": "2026-12-23", "refused": None},
}
INVOICE_DETAIL = {
    **INVOICE,
    "kind": "renewal",
    "period": {"first_day": "2026-12-23", "last_day": "2027-01-23"},
    "coming": COMING,
}
