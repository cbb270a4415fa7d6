"""The content of the emails about what billing does by itself, and when each may still be sent.

Each says what was true at its event, from the facts that were stored with it. The text is in
``templates/subscriptions/email/<language>/<kind>.txt``: reminders extend the first one, and
a renewal extends ``invoice_issued``, which says how to pay.
"""

from datetime import date, timedelta

from django.conf import settings

from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, AccountStatus, SubscriptionStatus
from igny8_core.auth.models import Plan, Subscription
from igny8_core.business.billing.dunning import ReminderKind, dunning_of
from igny8_core.business.billing.enums import InvoiceKind, InvoiceStatus
from igny8_core.business.billing.methods import PromisedMethod
from igny8_core.business.billing.models import Invoice
from igny8_core.business.billing.selectors.invoices import open_invoice
from igny8_core.business.billing.sellers import seller_snapshot
from igny8_core.business.notifications.letters import (
    in_readers_words,
    while_to_be_paid_as_told,
    while_void,
)
from igny8_core.business.subscriptions.claims import is_frozen
from igny8_core.business.subscriptions.mail_facts import days_in
from igny8_core.business.subscriptions.next_step import is_order_under_review
from igny8_core.business.subscriptions.prices import rise_of
from igny8_core.business.subscriptions.reading import facts_of_accounts
from igny8_core.business.subscriptions.reminders import fails
from igny8_core.common.clock import business_day, utc_now
from igny8_core.common.letters import Letter, NothingToSend, Premise, letter
from igny8_core.common.models import OutgoingMail
from igny8_core.common.money import Money

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


def while_the_pause_is_to_come(*subscription: SubscriptionStatus) -> Premise:
    """Return the condition that a renewal is to be paid, and the day of the pause hasn't come.

    Then the final notice says what is so.
    """

    def premise(mail: OutgoingMail) -> None:
        while_owed(AccountStatus.ACTIVE, *subscription)(mail)
        suspends_on = days_in(mail.arguments["facts"])["suspends_on"]
        _require(business_day(utc_now()) < suspends_on, "The day that it announces has come.")

    return premise


def while_due_later(mail: OutgoingMail) -> None:
    """Require a renewal whose due day isn't over."""
    while_the_pause_is_to_come(*LIVE_SUBSCRIPTION_STATUSES)(mail)
    due_date = days_in(mail.arguments["facts"])["due_date"]
    _require(business_day(utc_now()) <= due_date, "The due day is over.")


def while_due_as_told(mail: OutgoingMail) -> None:
    """Require a renewal that is to be paid, by the day that the email says."""
    invoice = _invoice_of(mail)
    _require_status("invoice", invoice.status, InvoiceStatus.PENDING)
    _require_status("account", invoice.account.status, AccountStatus.ACTIVE)
    _require_same_due_date(mail, invoice)


def while_without_plan(mail: OutgoingMail) -> None:
    """Require an account without a plan, whose order is the one that the email knows of.

    What an admin writes is told in any case.
    """
    subscription = _subscription_of(mail)
    _require_status("subscription", subscription.status, SubscriptionStatus.CANCELLED)
    account = subscription.account
    _require_status("account", account.status, AccountStatus.PENDING_PAYMENT)
    told = mail.arguments["facts"]
    if told["reason"]:
        return
    order = open_invoice(account=account)
    if told["order"]:
        is_open = order is not None and order.number == told["order"]
        _require(is_open, "That order isn't open any more.")
    else:
        _require(order is None, "The account has ordered a plan.")


def while_price_rises_as_told(mail: OutgoingMail) -> None:
    """Require a plan that goes on and will cost what the email says."""
    subscription = _subscription_of(mail)
    _require_status("subscription", subscription.status, *LIVE_SUBSCRIPTION_STATUSES)
    rise = rise_of(subscription)
    price = rise and rise.told_on and str(Money(rise.price, Plan.currency))
    _require(price == mail.arguments["facts"]["new_price"], "Another price holds.")


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


@letter(premise=while_the_pause_is_to_come(*LIVE_SUBSCRIPTION_STATUSES))
def renewal_due(mail: OutgoingMail) -> Letter:
    """Say that the due day is over, and that everything still works."""
    return _about_invoice("renewal_due", mail)


@letter(premise=while_the_pause_is_to_come(SubscriptionStatus.PAST_DUE))
def past_due(mail: OutgoingMail) -> Letter:
    """Say what a suspension would stop, and when."""
    return _about_invoice("past_due", mail)


@letter(premise=while_owed(AccountStatus.ACTIVE, SubscriptionStatus.PAST_DUE))
def final_notice(mail: OutgoingMail) -> Letter:
    """Announce the suspension: what stops, when, and what stays."""
    return _about_invoice("final_notice", mail, suspends_on=_announced(mail, "suspends_on"))


@letter(premise=while_owed(AccountStatus.SUSPENDED, SubscriptionStatus.PAST_DUE))
def suspended(mail: OutgoingMail) -> Letter:
    """Say that the account is suspended, and how to go on."""
    return _about_invoice("suspended", mail)


@letter(premise=while_owed(AccountStatus.SUSPENDED, SubscriptionStatus.PAST_DUE))
def ending(mail: OutgoingMail) -> Letter:
    """Announce the end: what ends, when, and what stays."""
    return _about_invoice("ending", mail, ends_on=_announced(mail, "ends_on"))


@letter(premise=while_price_rises_as_told)
def price_change(mail: OutgoingMail) -> Letter:
    """Say what the plan will cost, from when, and how to leave or to keep it."""
    return _letter("price_change", mail, page="plan")


@letter(premise=while_without_plan)
def subscription_ended(mail: OutgoingMail) -> Letter:
    """Say that the plan has ended, why, that its renewal is void, and how to go on."""
    return _letter("subscription_ended", mail, page=mail.arguments["facts"]["page"])


@letter(premise=while_void)
def order_expired(mail: OutgoingMail) -> Letter:
    """Say that the order has expired, and that nothing is owed on it."""
    return _letter("order_expired", mail, page="upgrade")


def _announced(mail: OutgoingMail, fact: str) -> date:
    """Return the day that a notice announces.

    If that has come before the notice could be sent, it is put off: billing counts from today.
    Nothing is dropped here: a mailbox that takes no email would put the day off for ever.
    """
    told: date = days_in(mail.arguments["facts"])[fact]
    today = business_day(utc_now())
    if told > today or not fails(mail):
        return told
    plan = dunning_of(_invoice_of(mail).dunning_plan)
    return today + timedelta(days=plan.notice_gap_days)


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
    _require(not _may_be_replaced(invoice), "A confirmation of an order is under review.")
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
    subscriptions = Subscription.objects.select_related("account", "plan")
    return subscriptions.get(pk=mail.arguments["subscription_id"])


def _may_be_replaced(renewal: Invoice) -> bool:
    """Tell whether a change of plan from the paid time is under review: it holds a renewal back."""
    account_id = renewal.account_id
    orders = Invoice.objects.filter(
        account=account_id, kind=InvoiceKind.CHANGE, status=InvoiceStatus.PENDING
    )
    if not orders.exists():
        return False
    return is_order_under_review(facts_of_accounts([account_id])[account_id], utc_now())
