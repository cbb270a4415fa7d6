"""What was true at an email's event, stored with the email: see ``billing/mail_facts.py``."""

from datetime import date

from django.conf import settings

from igny8_core.auth.models import Subscription
from igny8_core.business.billing import mail_facts
from igny8_core.business.billing.enums import EventName, InvoiceKind
from igny8_core.business.billing.mail_facts import Facts
from igny8_core.business.billing.models import Invoice
from igny8_core.business.billing.periods import Days, span_of
from igny8_core.business.billing.sellers import seller_snapshot
from igny8_core.business.subscriptions.claims import can_be_frozen
from igny8_core.common.clock import business_day
from igny8_core.common.money import Money

DAYS = ("due_date", "period_start", "period_end", "suspends_on", "suspended_on", "ends_on")


def facts_of_renewal(invoice: Invoice) -> Facts:
    """Return what is needed to pay a renewal, and the first and the last day that it pays for.

    :raises ValueError: if its subscription never began.
    """
    period = Days.between(*span_of(invoice))
    return {
        **mail_facts.facts_of_invoice(invoice, event=EventName.RENEW),
        "plan": invoice.plan.name,
        "period_start": period.first_day.isoformat(),
        "period_end": period.last_day.isoformat(),
    }


def facts_of_reminder(invoice: Invoice, *, suspends_on: date, ends_on: date) -> Facts:
    """Return what is owed for a renewal, and what happens when if it stays unpaid."""
    return {
        **_facts_of_debt(invoice, ends_on=ends_on),
        "suspends_on": suspends_on.isoformat(),
    }


def facts_of_suspension(invoice: Invoice, *, ends_on: date) -> Facts:
    """Return what is owed for a renewal, and how long its account was and can be suspended.

    :raises ValueError: if it isn't.
    """
    if invoice.account.suspended_at is None:
        message = f"The account of {invoice} isn't suspended."
        raise ValueError(message)
    return _facts_of_debt(invoice, ends_on=ends_on)


def facts_of_later_due_day(invoice: Invoice, *, reason: str) -> Facts:
    """Return what is owed for a renewal, until when now, and why."""
    return {
        **_seller_of(invoice),
        "number": invoice.number,
        "due": str(invoice.due),
        "payable": str(invoice.payable),
        "due_date": invoice.due_date.isoformat(),
        "plan": invoice.plan.name,
        "reason": reason,
    }


def facts_of_price_change(subscription: Subscription, *, price: Money) -> Facts:
    """Return what a plan costs up to now and then, and from when.

    :raises ValueError: if its customer isn't told of a price.
    """
    if subscription.announced_from is None:
        message = f"Nobody is told of another price of {subscription}."
        raise ValueError(message)
    now = subscription.promised
    return {
        "seller_name": seller_snapshot()["name"],
        "plan": now.name,
        "interval": now.interval,
        "old_price": str(Money(now.price, now.currency)),
        "new_price": str(price),
        "period_start": subscription.announced_from.isoformat(),
    }


def facts_of_end(
    subscription: Subscription,
    *,
    renewal: Invoice | None = None,
    order: Invoice | None = None,
    reason: str = "",
) -> Facts:
    """Return which plan ended, why (asked for, unpaid, or an admin's reason), and its credits.

    :param renewal: void with it.
    :param order: open, of another plan.
    """
    return {
        "seller_name": seller_snapshot()["name"],
        "plan": subscription.promised.name,
        "was_cancelled": subscription.cancel_at_period_end,
        "reason": reason,
        "plan_credits": subscription.account.plan_credits,
        "credit_days": settings.BILLING_CREDITS_AFTER_END_DAYS,
        "void": renewal.number if renewal else "",
        "order": order.number if order else "",
        "page": f"invoices/{order.pk}" if order else "upgrade",
    }


def facts_of_expiry(invoice: Invoice) -> Facts:
    """Return which order expired, and whether it was a sign-up's."""
    return {
        **_seller_of(invoice),
        "number": invoice.number,
        "due": str(invoice.due),
        "plan": invoice.plan.name,
        "is_sign_up": invoice.kind == InvoiceKind.INITIAL,
    }


def days_in(told: Facts) -> Facts:
    """Return facts with their days as dates."""
    return {
        name: date.fromisoformat(fact) if name in DAYS and fact else fact
        for name, fact in told.items()
    }


def _facts_of_debt(invoice: Invoice, *, ends_on: date) -> Facts:
    suspended_at = invoice.account.suspended_at
    return {
        **_seller_of(invoice),
        "number": invoice.number,
        "due": str(invoice.due),
        "payable": str(invoice.payable),
        "due_date": invoice.due_date.isoformat(),
        "plan": invoice.plan.name,
        "suspended_on": business_day(suspended_at).isoformat() if suspended_at else "",
        "ends_on": ends_on.isoformat(),
        "clock_can_stop": can_be_frozen(invoice),
        "late_payment": settings.BILLING_LATE_PAYMENT,
    }


def _seller_of(invoice: Invoice) -> Facts:
    return {"seller_name": invoice.billing_snapshot["seller"]["name"]}
