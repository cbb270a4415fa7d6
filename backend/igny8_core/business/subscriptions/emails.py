"""Emails about the steps that billing takes by itself."""

from datetime import date

from igny8_core.auth.models import Account, Subscription
from igny8_core.business.billing import mail_facts
from igny8_core.business.billing.emails import Notice
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.models import Invoice
from igny8_core.business.subscriptions.facts import ReminderKind

__all__ = ["Notice"]


def of_renewal(*, invoice: Invoice) -> Notice:
    """Say how to pay the next period."""
    return _to_be_paid(invoice, str(invoice.pk))


def of_reminder(
    *, invoice: Invoice, kind: ReminderKind, suspends_on: date, ends_on: date
) -> Notice:
    """Remind of an unpaid renewal."""
    about = f"{invoice.pk}:{kind}:{suspends_on}:{ends_on}"
    return _to_be_paid(invoice, about)


def of_suspension(*, invoice: Invoice, ends_on: date) -> Notice:
    """Say that the account is paused, and until when it can go on."""
    return _to_be_paid(invoice, f"{invoice.pk}:suspended:{ends_on}")


def of_end(*, subscription: Subscription, account: Account) -> Notice:
    """Say that the plan has ended."""
    invoice = subscription.invoices.latest("pk")
    return _void(invoice, account, f"{invoice.pk}:end")


def of_expiry(*, invoice: Invoice) -> Notice:
    """Say that an order has expired."""
    return _void(invoice, invoice.account, str(invoice.pk))


def _to_be_paid(invoice: Invoice, about: str) -> Notice:
    facts = mail_facts.facts_of_invoice(invoice, event=EventName.RENEW)
    return Notice("invoice_issued", invoice.account, about, facts, {"invoice_id": invoice.pk})


def _void(invoice: Invoice, account: Account, about: str) -> Notice:
    facts = mail_facts.facts_of_void(invoice, reason="It was not paid in time.")
    return Notice("invoice_voided", account, about, facts, {"invoice_id": invoice.pk})
