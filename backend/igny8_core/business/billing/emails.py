"""What billing writes to people: one writer for each mail, and who gets it.

The wording is in ``templates/billing/email/<language>/<name of the writer>.txt``.
"""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.models import Account, User
from igny8_core.business.billing import selectors
from igny8_core.business.billing.enums import EventName, NoticeFrequency, ObjectType
from igny8_core.business.billing.models import Invoice, Payment, PaymentEvent
from igny8_core.business.billing.pdf import invoice_pdf
from igny8_core.common.mail import (
    Attachment,
    Letter,
    NothingToSend,
    Writer,
    letter,
    queue_mail,
)

MAX_LISTED = 20


def tell_customer(write: Writer, *, account: Account, about: int, **arguments: Any) -> None:
    """Queue a mail to the account's owner, and to its billing address where that is another.

    A closed account has neither: nobody is told.

    :param about: id of what it is about, so that nobody is told of an event twice.
    """
    if account.status == AccountStatus.CANCELLED:
        return
    owner = selectors.owner_of(account=account)
    addresses = [owner.email if owner else "", account.billing_email]
    for recipient in dict.fromkeys(filter(None, addresses)):
        queue_mail(
            kind=write.__name__,
            about=about,
            recipient=recipient,
            language=owner.language if owner else settings.LANGUAGE_CODE,
            **arguments,
        )


def tell_admin(write: Writer, *, admin: User, about: int | str, **arguments: Any) -> None:
    """Queue a mail to one billing admin."""
    queue_mail(
        kind=write.__name__,
        about=about,
        recipient=admin.email,
        language=admin.language,
        **arguments,
    )


@letter
def welcome(*, account_id: int) -> Letter:
    """That the trial has begun, and with what."""
    account = Account.objects.select_related("plan").get(pk=account_id)
    return _letter("welcome", {"account": account}, button_url=settings.FRONTEND_URL)


@letter
def invoice_issued(*, invoice_id: int) -> Letter:
    """How to pay: amount, details of the method, reference, due date; a welcome at sign-up."""
    invoice = _invoice(invoice_id)
    issued = _events(invoice).earliest("pk")
    context = {"invoice": invoice, "is_welcome": issued.event == EventName.SIGN_UP_PAID}
    return _letter("invoice_issued", context, invoice=invoice)


@letter
def invoice_voided(*, invoice_id: int) -> Letter:
    """That nothing is owed on the invoice any more, and why."""
    invoice = _invoice(invoice_id)
    context = {"invoice": invoice, "reason": _events(invoice).latest("pk").note}
    return _letter("invoice_voided", context, invoice=invoice)


@letter
def payment_submitted(*, payment_id: int) -> Letter:
    """That the confirmation has arrived, and what happens next."""
    return _about_payment("payment_submitted", payment_id)


@letter
def payment_approved(*, payment_id: int) -> Letter:
    """That the payment was found and the account is active; with the receipt."""
    payment = _payment(payment_id)
    invoice = payment.invoice
    receipt = Attachment(
        name=f"receipt-{invoice.number}.pdf",
        content=invoice_pdf(invoice),
        content_type="application/pdf",
    )
    return _letter("payment_approved", {"payment": payment}, invoice=invoice, attachments=[receipt])


@letter
def payment_rejected(*, payment_id: int) -> Letter:
    """Why the payment was rejected, and how to try again."""
    return _about_payment("payment_rejected", payment_id)


@letter
def payment_reversed(*, payment_id: int) -> Letter:
    """That an approval was taken back, why, and what it means."""
    payment = _payment(payment_id)
    reason = selectors.timeline_of(payment=payment).latest("pk").note
    context = {"payment": payment, "reason": reason}
    return _letter("payment_reversed", context, invoice=payment.invoice)


@letter
def payment_waiting(*, payment_id: int) -> Letter:
    """To a billing admin: what waits for a decision."""
    payment = _payment(payment_id)
    if payment.decided_at:
        message = "Decided before the mail went out."
        raise NothingToSend(message)
    return _letter(
        "payment_waiting",
        {"payment": payment},
        button_url=_admin_url("admin:billing_payment_change", payment.pk),
    )


@letter
def payments_waiting() -> Letter:
    """To a billing admin, as a digest: all that waits now."""
    waiting = list(selectors.waiting_payments()[: MAX_LISTED + 1])
    if not waiting:
        message = "Nothing waits any more."
        raise NothingToSend(message)
    context = {
        "payments": waiting[:MAX_LISTED],
        "count": selectors.waiting_payments().count(),
        "has_more": len(waiting) > MAX_LISTED,
    }
    return _letter(
        "payments_waiting", context, button_url=_admin_url("admin:billing_payment_changelist")
    )


def wants(admin: User, frequency: NoticeFrequency) -> bool:
    """Tell whether an admin has chosen this; who has chosen nothing hears at once."""
    preference = getattr(admin, "notice_preference", None)
    chosen = preference.frequency if preference else NoticeFrequency.IMMEDIATELY
    return bool(chosen == frequency)


def _about_payment(name: str, payment_id: int) -> Letter:
    payment = _payment(payment_id)
    return _letter(name, {"payment": payment}, invoice=payment.invoice)


def _letter(
    name: str,
    context: dict[str, Any],
    *,
    invoice: Invoice | None = None,
    button_url: str = "",
    attachments: list[Attachment] | None = None,
) -> Letter:
    return Letter(
        template=f"billing/email/{{language}}/{name}.txt",
        context=context,
        button_url=f"{settings.FRONTEND_URL}/invoices/{invoice.pk}" if invoice else button_url,
        attachments=attachments or [],
    )


def _invoice(invoice_id: int) -> Invoice:
    return Invoice.objects.select_related("account", "payment_method").get(pk=invoice_id)


def _events(invoice: Invoice) -> QuerySet[PaymentEvent]:
    return selectors.events_of(object_type=ObjectType.INVOICE, object_id=invoice.pk)


def _payment(payment_id: int) -> Payment:
    return selectors.payment_for_admin(payment_id=payment_id)


def _admin_url(name: str, *args: object) -> str:
    return f"{settings.BACKEND_URL}{reverse(name, args=args)}"
