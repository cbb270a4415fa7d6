"""Emails about what billing does by itself: each a notice, given to the act's ``Changes``.

The text is in ``letters.py``; ``mail_facts.py`` adds what was true at the event.
"""

from datetime import date

from igny8_core.auth.models import Account, Subscription
from igny8_core.business.billing.dunning import ReminderKind
from igny8_core.business.billing.emails import Notice
from igny8_core.business.billing.mail_facts import Facts
from igny8_core.business.billing.models import Invoice
from igny8_core.business.subscriptions import mail_facts
from igny8_core.common.money import Money


def of_renewal(*, invoice: Invoice) -> Notice:
    """Say which period comes next, and how to pay for it.

    :raises ValueError: if its subscription never began.
    """
    facts = mail_facts.facts_of_renewal(invoice)
    return _of_invoice("renewal_issued", invoice, facts, about=f"{invoice.pk}")


def of_reminder(
    *,
    invoice: Invoice,
    kind: ReminderKind,
    suspends_on: date,
    ends_on: date,
    about: str = "",
) -> Notice:
    """Say that a renewal isn't paid, what follows, and when.

    :param about: of its ``DunningStep``: a reminder is sent once for that; if there is none, once
        for these days.
    :param suspends_on: the first day on which the account may be suspended, if nobody pays.
    :param ends_on: the first day on which the subscription may end.
    """
    facts = mail_facts.facts_of_reminder(invoice, suspends_on=suspends_on, ends_on=ends_on)
    about = about or f"{suspends_on}:{ends_on}"
    return _of_invoice(kind.value, invoice, facts, about=f"{invoice.pk}:{about}")


def of_suspension(*, invoice: Invoice, ends_on: date) -> Notice:
    """Say that the account is suspended, since when, and how to go on.

    :param invoice: its account is already suspended.
    :param ends_on: the first day on which the subscription may end.
    :raises ValueError: if the account isn't suspended.
    """
    facts = mail_facts.facts_of_suspension(invoice, ends_on=ends_on)
    about = f"{invoice.pk}:{facts['suspended_on']}"
    return _of_invoice("suspended", invoice, facts, about=about)


def of_later_due_day(*, invoice: Invoice, reason: str) -> Notice:
    """Say that there is more time to pay a renewal, and why."""
    facts = mail_facts.facts_of_later_due_day(invoice, reason=reason)
    return _of_invoice("due_day_put_off", invoice, facts, about=f"{invoice.pk}:{invoice.due_date}")


def of_price_change(*, subscription: Subscription, price: Money) -> Notice:
    """Say that the plan will cost more, from when, and how to leave or to keep it.

    :param subscription: with what its customer is told on that day.
    """
    facts = mail_facts.facts_of_price_change(subscription, price=price)
    about = f"{subscription.pk}:{subscription.announced_on}"
    ids = {"subscription_id": subscription.pk}
    return Notice("price_change", subscription.account, about, facts, ids)


def of_end(
    *,
    subscription: Subscription,
    account: Account,
    renewal: Invoice | None = None,
    order: Invoice | None = None,
    reason: str = "",
) -> Notice:
    """Say that a subscription has ended, why, and that its open renewal is void.

    :param renewal: the one that became void, if one was open.
    :param order: another plan's, if one is open.
    :param reason: an admin's, if one has ended it.
    """
    facts = mail_facts.facts_of_end(subscription, renewal=renewal, order=order, reason=reason)
    ids = {"subscription_id": subscription.pk}
    return Notice("subscription_ended", account, subscription.pk, facts, ids)


def of_expiry(*, invoice: Invoice) -> Notice:
    """Say that an order has expired, because its invoice wasn't paid."""
    facts = mail_facts.facts_of_expiry(invoice)
    return _of_invoice("order_expired", invoice, facts, about=f"{invoice.pk}")


def _of_invoice(kind: str, invoice: Invoice, facts: Facts, *, about: str) -> Notice:
    return Notice(kind, invoice.account, about, facts, {"invoice_id": invoice.pk})
