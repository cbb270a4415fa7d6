"""The content of the emails about what billing does by itself, and when each may still be sent.

Each says what was true at its event, from the facts that were stored with it. The text is in
``templates/subscriptions/email/<language>/<kind>.txt``: reminders extend the first one, and
a renewal extends ``invoice_issued``, which says how to pay.
"""

from django.conf import settings

from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, AccountStatus, SubscriptionStatus
from igny8_core.auth.models import Subscription
from igny8_core.business.billing.enums import InvoiceStatus
from igny8_core.business.billing.methods import PromisedMethod
from igny8_core.business.billing.models import Invoice
from igny8_core.business.billing.selectors.invoices import open_invoice
from igny8_core.business.billing.sellers import seller_snapshot
from igny8_core.business.notifications.letters import (
    in_readers_words,
    while_to_be_paid_as_told,
    while_void,
)
from igny8_core.business.subscriptions.claims import is_frozen, may_be_replaced
from igny8_core.business.subscriptions.facts import ReminderKind
from igny8_core.business.subscriptions.mail_facts import days_in
from igny8_core.common.clock import business_day, utc_now
from igny8_core.common.letters import Letter, NothingToSend, Premise, letter
from igny8_core.common.models import OutgoingMail

DUNNING = (*ReminderKind, "suspended")

# Conditions for sending: each raises NothingToSend, with the reason that the desk shows


def while_to_be_renewed_as_told(mail: OutgoingMail) -> None:
    """Require a renewal that is to be paid as the email says, and by that day."""
    while_to_be_paid_as_told(mail)
    _require_same_due_date(mail, _invoice_of(mail))


def while_owed(account: AccountStatus, *subscription: SubscriptionStatus) -> Premise:
    """Return the condition that a renewal is to be paid, and billing is still where it was.

    :param account: its status.
    :param subscription: one of these statuses.
    """

    def premise(mail: OutgoingMail) -> None:
        invoice = _invoice_of(mail)
        _require_pressed(mail, invoice)
        _require_status("account", invoice.account.status, account)
        _require_status("subscription", invoice.subscription.status, *subscription)

    return premise


def while_due_later(mail: OutgoingMail) -> None:
    """Require a renewal whose due day isn't over."""
    while_owed(AccountStatus.ACTIVE, *LIVE_SUBSCRIPTION_STATUSES)(mail)
    due_date = days_in(mail.arguments["facts"])["due_date"]
    _require(business_day(utc_now()) <= due_date, "The due day is over.")


def while_due_as_told(mail: OutgoingMail) -> None:
    """Require a renewal that is to be paid, by the day that the email says."""
    invoice = _invoice_of(mail)
    _require_status("invoice", invoice.status, InvoiceStatus.PENDING)
    _require_status("account", invoice.account.status, AccountStatus.ACTIVE)
    _require_same_due_date(mail, invoice)


def while_without_plan(mail: OutgoingMail) -> None:
    """Require an account without a plan: that has ordered none, unless an admin says why."""
    subscription = _subscription_of(mail)
    _require_status("subscription", subscription.status, SubscriptionStatus.CANCELLED)
    account = subscription.account
    _require_status("account", account.status, AccountStatus.PENDING_PAYMENT)
    if not mail.arguments["facts"]["reason"]:
        _require(open_invoice(account=account) is None, "The account has ordered a plan.")


# Letters to customers


@letter(premise=while_to_be_renewed_as_told)
def renewal_issued(mail: OutgoingMail) -> Letter:
    """Which period comes next, and how to pay for it."""
    method = mail.arguments["facts"]["method"]
    shown = method and in_readers_words(PromisedMethod.from_json(method).shown())
    return _about_invoice("renewal_issued", mail, method=shown)


@letter(premise=while_due_later)
def renewal_reminder(mail: OutgoingMail) -> Letter:
    """Say until when to pay."""
    return _about_invoice("renewal_reminder", mail)


@letter(premise=while_due_as_told)
def due_day_put_off(mail: OutgoingMail) -> Letter:
    """Say until when there is time to pay now, and why."""
    return _about_invoice("due_day_put_off", mail)


@letter(premise=while_owed(AccountStatus.ACTIVE, *LIVE_SUBSCRIPTION_STATUSES))
def renewal_due(mail: OutgoingMail) -> Letter:
    """Say that the due day is over, and that everything still works."""
    return _about_invoice("renewal_due", mail)


@letter(premise=while_owed(AccountStatus.ACTIVE, SubscriptionStatus.PAST_DUE))
def past_due(mail: OutgoingMail) -> Letter:
    """Say what a suspension would stop, and when."""
    return _about_invoice("past_due", mail)


@letter(premise=while_owed(AccountStatus.ACTIVE, SubscriptionStatus.PAST_DUE))
def final_notice(mail: OutgoingMail) -> Letter:
    """Announce the suspension: what stops, when, and what stays."""
    return _about_invoice("final_notice", mail)


@letter(premise=while_owed(AccountStatus.SUSPENDED, SubscriptionStatus.PAST_DUE))
def suspended(mail: OutgoingMail) -> Letter:
    """Say that the account is suspended, and how to go on."""
    return _about_invoice("suspended", mail)


@letter(premise=while_owed(AccountStatus.SUSPENDED, SubscriptionStatus.PAST_DUE))
def ending(mail: OutgoingMail) -> Letter:
    """Announce the end: what ends, when, and what stays."""
    return _about_invoice("ending", mail)


@letter(premise=while_without_plan)
def subscription_ended(mail: OutgoingMail) -> Letter:
    """Say that the plan has ended, why, and how to go on."""
    return _letter("subscription_ended", mail, page="upgrade")


@letter(premise=while_void)
def order_expired(mail: OutgoingMail) -> Letter:
    """Say that the order has expired, and that nothing is owed on it."""
    return _letter("order_expired", mail, page="upgrade")


def _about_invoice(name: str, mail: OutgoingMail, **more: object) -> Letter:
    return _letter(name, mail, page=f"invoices/{mail.arguments['invoice_id']}", **more)


def _letter(name: str, mail: OutgoingMail, *, page: str, **more: object) -> Letter:
    """Return a letter with the seller's address, if entered, as reply-to."""
    return Letter(
        template=f"subscriptions/email/{{language}}/{name}.txt",
        context={**days_in(mail.arguments["facts"]), **more},
        button_url=f"{settings.FRONTEND_URL}/{page}",
        reply_to=seller_snapshot()["email"],
    )


def _require_pressed(mail: OutgoingMail, invoice: Invoice) -> None:
    """Require an unpaid invoice that nothing holds back, and no newer email about it.

    A confirmation beyond those that stop the clock holds no email back: what the email announces
    comes all the same.
    """
    _require_status("invoice", invoice.status, InvoiceStatus.PENDING)
    _require(not is_frozen(invoice), "A confirmation of its payment is under review.")
    _require(not may_be_replaced(invoice), "A confirmation of an order is under review.")
    _require_same_due_date(mail, invoice)
    hold_until = invoice.subscription.hold_until
    is_held = hold_until is not None and business_day(utc_now()) < hold_until
    _require(not is_held, f"Nothing is due until {hold_until}.")
    newer = OutgoingMail.objects.filter(
        pk__gt=mail.pk,
        recipient=mail.recipient,
        kind__in=DUNNING,
        arguments__invoice_id=invoice.pk,
        dropped_at=None,
    )
    _require(not newer.exists(), "A newer email says what comes next.")


def _require_same_due_date(mail: OutgoingMail, invoice: Invoice) -> None:
    told = mail.arguments["facts"]["due_date"]
    _require(told == invoice.due_date.isoformat(), "Another due day has been set.")


def _require_status(what: str, status: str, *wanted: str) -> None:
    _require(status in wanted, f"The {what} is now {status}.")


def _require(is_so: bool, otherwise: str) -> None:  # noqa: FBT001
    if not is_so:
        raise NothingToSend(otherwise)


def _invoice_of(mail: OutgoingMail) -> Invoice:
    invoices = Invoice.objects.select_related("account", "subscription")
    return invoices.get(pk=mail.arguments["invoice_id"])


def _subscription_of(mail: OutgoingMail) -> Subscription:
    subscriptions = Subscription.objects.select_related("account")
    return subscriptions.get(pk=mail.arguments["subscription_id"])
