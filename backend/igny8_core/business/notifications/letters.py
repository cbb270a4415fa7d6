"""The content of billing emails, and when each may still be sent: one function per kind.

An email says what was true at its event, from the facts that were stored with it. An email from an
earlier version only has ids, and says what is true now. The text is in
``templates/notifications/email/<language>/<kind>.txt``.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject, lazy
from django.utils.translation import get_language

from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.models import Account
from igny8_core.auth.selectors import is_confirmed_address
from igny8_core.business.billing import mail_facts
from igny8_core.business.billing.enums import (
    EventName,
    InvoicePaymentState,
    InvoiceStatus,
    ObjectType,
    PaymentStatus,
)
from igny8_core.business.billing.mail_facts import Facts
from igny8_core.business.billing.methods import PromisedMethod, in_direction
from igny8_core.business.billing.models import Invoice, Payment, SettingChange
from igny8_core.business.billing.selectors.credits import credits_taken_back
from igny8_core.business.billing.selectors.events import events_of, timeline_of
from igny8_core.business.billing.selectors.invoices import any_invoice, open_invoice
from igny8_core.business.billing.selectors.mails import mails_after
from igny8_core.business.billing.selectors.people import billing_admins, readers_of_change
from igny8_core.business.billing.selectors.queue import payment_for_admin, waiting_payments
from igny8_core.business.billing.sellers import seller_snapshot
from igny8_core.business.documents.invoice_pdf import invoice_pdf
from igny8_core.business.notifications.change_words import changed_values
from igny8_core.common.letters import Attachment, Letter, NothingToSend, letter
from igny8_core.common.models import OutgoingMail

MAX_LISTED = 20


# Conditions for sending: each raises NothingToSend, with the reason that the desk shows


def while_on_trial(mail: OutgoingMail) -> None:
    """Require a trial that owes nothing."""
    account = _account_of(mail)
    _require(account.status == AccountStatus.TRIAL, f"The account is now {account.status}.")
    is_owing = open_invoice(account=account) is not None
    _require(not is_owing, "The account now has an invoice to pay.")


def while_to_be_paid_as_told(mail: OutgoingMail) -> None:
    """Require an open invoice with the same method as in the email."""
    invoice = _invoice_of(mail)
    _require_open(invoice.account)
    state = invoice.payment_state
    to_be_paid = (
        InvoicePaymentState.DUE,
        InvoicePaymentState.OVERDUE,
        InvoicePaymentState.REJECTED,
    )
    _require(state in to_be_paid, f"The invoice is now {state.label.lower()}.")
    facts = mail.arguments.get("facts", {})
    told = facts.get("method", invoice.method_snapshot)
    _require(told == invoice.method_snapshot, "Another payment method has been chosen.")
    payable = str(invoice.payable)
    _require(facts.get("payable", payable) == payable, "The amount due has changed.")
    newer = mails_after(mail).filter(arguments__invoice_id=invoice.pk)
    _require(not newer.exists(), "A newer email says how to pay.")


def while_void(mail: OutgoingMail) -> None:
    """Require a void invoice."""
    invoice = _invoice_of(mail)
    _require_open(invoice.account)
    _require(invoice.status == InvoiceStatus.VOID, f"The invoice is now {invoice.status}.")


def while_payment_is(status: PaymentStatus) -> Callable[[OutgoingMail], None]:
    """Return the condition that a payment is still in a status."""

    def premise(mail: OutgoingMail) -> None:
        payment = _payment_of(mail)
        _require_open(payment.invoice.account)
        now = PaymentStatus(payment.status).label.lower()
        _require(payment.status == status, f"The payment status is now {now}.")

    return premise


def while_another_file_is_of_use(mail: OutgoingMail) -> None:
    """Require a payment under review that has no file except the refused one."""
    while_payment_is(PaymentStatus.PENDING_APPROVAL)(mail)
    payment = _payment_of(mail)
    _require(payment.may_get_another_proof, "Another file has been sent.")
    told = mail.arguments.get("facts", {}).get("reason", payment.proof_refusal)
    _require(told == payment.proof_refusal, "Another file has been refused.")


def while_to_be_tried_again(mail: OutgoingMail) -> None:
    """Require a rejection with no later payment."""
    while_payment_is(PaymentStatus.FAILED)(mail)
    payment = _payment_of(mail)
    _require(payment.invoice.latest_payment == payment, "The payment has been confirmed again.")
    status = payment.invoice.status
    _require(status == InvoiceStatus.PENDING, f"The invoice is now {status}.")


def while_to_be_checked(mail: OutgoingMail) -> None:
    """Require a payment under review, and a reader who may decide on it."""
    _require_admin(mail)
    while_payment_is(PaymentStatus.PENDING_APPROVAL)(mail)


def while_something_waits(mail: OutgoingMail) -> None:
    """Require a non-empty queue, and a reader who may decide on payments."""
    _require_admin(mail)
    _require(waiting_payments().exists(), "No payments are waiting.")


def while_change_waits(mail: OutgoingMail) -> None:
    """Require a waiting proposal, and a reader who may still know about it."""
    while_may_know_of_change(mail)
    _require(_change_of(mail).waits, "The change was decided before the email was sent.")


def while_may_know_of_change(mail: OutgoingMail) -> None:
    """Require a reader who may change such settings, or is the seller."""
    readers = readers_of_change(change=_change_of(mail))
    _require(mail.recipient in readers, "The recipient can no longer change such settings.")


# Letters to customers


@letter(premise=while_on_trial)
def welcome(mail: OutgoingMail) -> Letter:
    """Say that the trial has started, and what it includes."""
    account = _account_of(mail)
    told = _told(mail, account, lambda: mail_facts.facts_of_trial(account))
    return _to_customer("welcome", told, button_url=settings.FRONTEND_URL)


@letter(premise=while_to_be_paid_as_told)
def invoice_issued(mail: OutgoingMail) -> Letter:
    """How to pay: amount, details of the method, reference, due date; a welcome at sign-up."""
    invoice = _invoice_of(mail)

    def facts_now() -> Facts:
        issued = events_of(object_type=ObjectType.INVOICE, object_id=invoice.pk)
        return mail_facts.facts_of_invoice(invoice, event=EventName(issued.earliest("pk").event))

    told = _told(mail, invoice.account, facts_now)
    method = told["method"] and in_readers_words(PromisedMethod.from_json(told["method"]).shown())
    due_date = date.fromisoformat(told["due_date"])
    return _about_invoice(
        "invoice_issued", invoice, told | {"method": method, "due_date": due_date}
    )


@letter(premise=while_void)
def invoice_voided(mail: OutgoingMail) -> Letter:
    """Say that the invoice is no longer owed, and why."""
    invoice = _invoice_of(mail)

    def facts_now() -> Facts:
        events = events_of(object_type=ObjectType.INVOICE, object_id=invoice.pk)
        return mail_facts.facts_of_void(invoice, reason=events.latest("pk").note)

    return _about_invoice("invoice_voided", invoice, _told(mail, invoice.account, facts_now))


@letter(premise=while_payment_is(PaymentStatus.PENDING_APPROVAL))
def payment_submitted(mail: OutgoingMail) -> Letter:
    """Say that the confirmation has arrived, and what happens next."""
    return _about_payment("payment_submitted", mail, mail_facts.facts_of_payment)


@letter(premise=while_another_file_is_of_use)
def proof_refused(mail: OutgoingMail) -> Letter:
    """Say that the file can't be used, why, and how to send another."""
    return _about_payment("proof_refused", mail, mail_facts.facts_of_refused_proof)


@letter(premise=while_payment_is(PaymentStatus.SUCCEEDED))
def payment_approved(mail: OutgoingMail) -> Letter:
    """Say that the payment was approved and what follows; attaches the receipt.

    An unconfirmed address gets no receipt, because it contains the customer's own text.
    """
    payment = _payment_of(mail)
    invoice, account = payment.invoice, payment.invoice.account

    def facts_now() -> Facts:
        return mail_facts.facts_of_approval(payment, credits=account.credits)

    told = _told(mail, account, facts_now)
    receipts = []
    if is_confirmed_address(address=mail.recipient, account=account):
        receipts.append(_receipt(invoice))
    more = {"is_active": account.status == AccountStatus.ACTIVE, "has_receipt": bool(receipts)}
    return _about_invoice("payment_approved", invoice, told | more, attachments=receipts)


@letter(premise=while_to_be_tried_again)
def payment_rejected(mail: OutgoingMail) -> Letter:
    """Why the payment was rejected, and how to try again."""
    return _about_payment("payment_rejected", mail, mail_facts.facts_of_rejection)


@letter(premise=while_payment_is(PaymentStatus.REVERSED))
def payment_reversed(mail: OutgoingMail) -> Letter:
    """Say that an approval was reversed, why, and what that means if it still holds."""
    payment = _payment_of(mail)

    def facts_now(payment: Payment) -> Facts:
        return mail_facts.facts_of_reversal(
            payment,
            reason=timeline_of(payment=payment).latest("pk").note,
            credits_taken=credits_taken_back(payment=payment),
        )

    letter = _about_payment("payment_reversed", mail, facts_now)
    invoice = payment.invoice
    is_latest = invoice.latest_payment == payment  # nobody has confirmed it again
    letter.context["is_so"] = is_latest and letter.context["invoice_status"] == invoice.status
    return letter


# Letters to billing admins


@letter(premise=while_to_be_checked)
def payment_waiting(mail: OutgoingMail) -> Letter:
    """Tell a billing admin about a payment that waits for review."""
    payment = _payment_of(mail)
    told = mail.arguments.get("facts") or mail_facts.facts_of_claim(payment)
    address = _admin_url("admin:billing_payment_change", payment.pk)
    return _letter("payment_waiting", told, button_url=address)


@letter(premise=while_something_waits)
def payments_waiting(_mail: OutgoingMail) -> Letter:
    """Send a billing admin a digest of everything that waits now."""
    waiting = list(waiting_payments()[: MAX_LISTED + 1])
    context = {
        "payments": [mail_facts.facts_of_claim(payment) for payment in waiting[:MAX_LISTED]],
        "count": waiting_payments().count(),
        "has_more": len(waiting) > MAX_LISTED,
    }
    return _letter(
        "payments_waiting", context, button_url=_admin_url("admin:billing_payment_changelist")
    )


@letter(premise=while_change_waits)
def setting_change_proposed(mail: OutgoingMail) -> Letter:
    """Tell those who may change settings what is proposed, and when it takes effect."""
    return _about_change("setting_change_proposed", mail)


@letter(premise=while_may_know_of_change)
def setting_change_decided(mail: OutgoingMail) -> Letter:
    """Tell those who may change settings the outcome of a proposal."""
    return _about_change("setting_change_decided", mail)


def _about_change(name: str, mail: OutgoingMail) -> Letter:
    change = _change_of(mail)
    context = {
        "change": change,
        "values": changed_values(change, separator="; "),
    }
    address = _admin_url("admin:billing_settingchange_change", change.pk)
    return _letter(name, context, button_url=address)


def _told(mail: OutgoingMail, account: Account, facts_now: Callable[[], Facts]) -> Facts:
    """Return an email's facts, without customers' text if the address is unconfirmed."""
    facts: Facts = mail.arguments.get("facts") or facts_now()
    if is_confirmed_address(address=mail.recipient, account=account):
        return {**facts}
    return {name: "" if name in mail_facts.STRANGERS_WORDS else facts[name] for name in facts}


def _about_payment(name: str, mail: OutgoingMail, facts_now: Callable[[Payment], Facts]) -> Letter:
    payment = _payment_of(mail)
    told = _told(mail, payment.invoice.account, lambda: facts_now(payment))
    return _about_invoice(name, payment.invoice, told)


def _about_invoice(
    name: str,
    invoice: Invoice,
    context: dict[str, Any],
    attachments: list[Attachment] | None = None,
) -> Letter:
    address = f"{settings.FRONTEND_URL}/invoices/{invoice.pk}"
    return _to_customer(name, context, button_url=address, attachments=attachments or [])


def _to_customer(name: str, context: dict[str, Any], **parts: Any) -> Letter:
    """Return a letter with the seller's address, if entered, as reply-to."""
    return _letter(name, context, **parts, reply_to=seller_snapshot()["email"])


def _letter(name: str, context: dict[str, Any], **parts: Any) -> Letter:
    return Letter(
        template=f"notifications/email/{{language}}/{name}.txt",
        context=context | _method_name(context),
        **parts,
    )


def in_readers_words(method: PromisedMethod) -> PromisedMethod:
    """Return a method that is translated once the reader's language is known."""
    return cast("PromisedMethod", SimpleLazyObject(lambda: method.in_language(get_language())))


def _method_name(told: dict[str, Any]) -> dict[str, str]:
    """Return the name of the method in the facts, translated the same way."""
    names = told.get("method_names")
    if not names:
        return {}

    def name() -> str:
        language = get_language()
        return in_direction(names[language], language) if language in names else told["method"]

    return {"method": lazy(name, str)()}


def _receipt(invoice: Invoice) -> Attachment:
    """Make a paid invoice's receipt.

    :raises NothingToSend: if it is not paid any more.
    """
    _require(invoice.status == InvoiceStatus.PAID, f"The invoice is now {invoice.status}.")
    return Attachment(
        name=f"receipt-{invoice.number}.pdf",
        content=invoice_pdf(invoice),
        content_type="application/pdf",
    )


def _require(is_so: bool, otherwise: str) -> None:  # noqa: FBT001
    if not is_so:
        raise NothingToSend(otherwise)


def _require_open(account: Account) -> None:
    _require(account.status != AccountStatus.CANCELLED, "The account is closed.")


def _require_admin(mail: OutgoingMail) -> None:
    is_admin = billing_admins().filter(email=mail.recipient).exists()
    _require(is_admin, "The recipient can no longer decide on payments.")


def _account_of(mail: OutgoingMail) -> Account:
    return Account.objects.select_related("plan").get(pk=mail.arguments["account_id"])


def _invoice_of(mail: OutgoingMail) -> Invoice:
    return any_invoice(invoice_id=mail.arguments["invoice_id"])


def _payment_of(mail: OutgoingMail) -> Payment:
    return payment_for_admin(payment_id=mail.arguments["payment_id"])


def _change_of(mail: OutgoingMail) -> SettingChange:
    changes = SettingChange.objects.select_related("proposed_by", "decided_by")
    return changes.get(pk=mail.arguments["change_id"])


def _admin_url(name: str, *args: object) -> str:
    return f"{settings.BACKEND_URL}{reverse(name, args=args)}"
