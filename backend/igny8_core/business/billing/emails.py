"""One function for each e-mail; the wording is in ``templates/billing/email``."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.selectors import billing_admins, lines_of, owner_of


def invoice_issued(invoice: Invoice) -> EmailMultiAlternatives:
    """How to pay: amount, details of the method, reference, due date."""
    context = {"invoice": invoice, "lines": lines_of(invoice=invoice)}
    return _to_customer("invoice_issued", invoice, context)


def invoice_voided(invoice: Invoice) -> EmailMultiAlternatives:
    """That nothing is owed on the invoice any more, and why."""
    void = invoice.events.filter(object_type="invoice", event="void").get()
    return _to_customer("invoice_voided", invoice, {"invoice": invoice, "reason": void.note})


def payment_submitted(payment: Payment) -> EmailMultiAlternatives:
    """That the confirmation has arrived, and what happens next."""
    return _to_customer("payment_submitted", payment.invoice, {"payment": payment})


def payment_approved(payment: Payment) -> EmailMultiAlternatives:
    """That the payment was found and the account is active."""
    return _to_customer("payment_approved", payment.invoice, {"payment": payment})


def payment_rejected(payment: Payment) -> EmailMultiAlternatives:
    """Why the payment was rejected, and how to try again."""
    return _to_customer("payment_rejected", payment.invoice, {"payment": payment})


def payment_waiting(payment: Payment) -> EmailMultiAlternatives:
    """To each billing admin, hidden from the others: what waits for a decision."""
    admins = list(billing_admins().values_list("email", flat=True))
    admin_url = (
        f"{settings.BACKEND_URL}{reverse('admin:billing_payment_change', args=[payment.pk])}"
    )
    context = {"payment": payment, "admin_url": admin_url}
    return _message("payment_waiting", context, bcc=admins)


def _to_customer(name: str, invoice: Invoice, context: dict[str, Any]) -> EmailMultiAlternatives:
    return _message(
        name,
        {"invoice_url": f"{settings.FRONTEND_URL}/invoices/{invoice.pk}", **context},
        to=_addresses(invoice.account),
    )


def _addresses(account: Account) -> list[str]:
    owner = owner_of(account=account)
    return list(dict.fromkeys([owner.email, account.billing_email or owner.email]))


def _message(
    name: str, context: dict[str, Any], *, to: list[str] | None = None, bcc: list[str] | None = None
) -> EmailMultiAlternatives:
    context = {"frontend_url": settings.FRONTEND_URL, **context}
    subject = render_to_string(f"billing/email/{name}.subject.txt", context)
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string(f"billing/email/{name}.txt", context),
        to=to,
        bcc=bcc,
    )
    message.attach_alternative(render_to_string(f"billing/email/{name}.html", context), "text/html")
    return message
