"""Who gets an email about which event: one function each, called in its transaction.

The text is in ``letters.py``; ``mail_facts.py`` adds what was true at the event.
"""

from typing import Any

from django.conf import settings

from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.models import Account, User
from igny8_core.auth.selectors import mail_addresses
from igny8_core.business.billing import mail_facts
from igny8_core.business.billing.enums import EventName, NoticeFrequency, ObjectType
from igny8_core.business.billing.models import Invoice, Payment, SettingChange
from igny8_core.business.billing.selectors.events import events_of
from igny8_core.business.billing.selectors.people import owner_of, readers_of_change
from igny8_core.common.mail import queue_mail

MAX_CHOICES_TOLD = 5  # each sends an email


def tell_of_trial(*, account: Account) -> None:
    """Welcome a free account."""
    _tell_customer("welcome", account, account.pk, mail_facts.facts_of_trial(account))


def tell_of_invoice(*, invoice: Invoice, event: EventName) -> None:
    """Say how to pay an invoice.

    :param event: why it was issued.
    """
    facts = mail_facts.facts_of_invoice(invoice, event=event)
    _tell_of_invoice("invoice_issued", invoice, facts)


def tell_of_other_method(*, invoice: Invoice) -> None:
    """Say how to pay with the newly chosen method; only for the first few changes.

    After that, the customer reads it on the invoice's page.
    """
    event = EventName.CHANGE_METHOD
    choices = events_of(object_type=ObjectType.INVOICE, object_id=invoice.pk)
    number = choices.filter(event=event).count()
    if number <= MAX_CHOICES_TOLD:
        facts = mail_facts.facts_of_invoice(invoice, event=event)
        about = f"{invoice.pk}:{number}"
        _tell_customer("invoice_issued", invoice.account, about, facts, invoice_id=invoice.pk)


def tell_of_void(*, invoice: Invoice, reason: str) -> None:
    """Say that an invoice is no longer owed."""
    facts = mail_facts.facts_of_void(invoice, reason=reason)
    _tell_of_invoice("invoice_voided", invoice, facts)


def tell_of_confirmation(*, payment: Payment) -> None:
    """Say that a confirmation has arrived."""
    _tell_of_payment("payment_submitted", payment, mail_facts.facts_of_payment(payment))


def tell_of_refused_proof(*, payment: Payment, upload: str) -> None:
    """Say that a file can't be used, why, and how to send another.

    :param upload: its name, so that each file is reported once.
    """
    facts = mail_facts.facts_of_refused_proof(payment)
    about = f"{payment.pk}:{upload.rpartition('/')[2]}"
    account = payment.invoice.account
    _tell_customer("proof_refused", account, about, facts, payment_id=payment.pk)


def tell_of_approval(*, payment: Payment, account: Account) -> None:
    """Say that a payment was approved, and what follows from it.

    :param account: already with the credits of this payment.
    """
    facts = mail_facts.facts_of_approval(payment, credits=account.credits)
    _tell_of_payment("payment_approved", payment, facts)


def tell_of_rejection(*, payment: Payment) -> None:
    """Say why a payment was rejected."""
    _tell_of_payment("payment_rejected", payment, mail_facts.facts_of_rejection(payment))


def tell_of_reversal(*, payment: Payment, reason: str, credits_taken: int) -> None:
    """Say that an approval was reversed, why, and how many credits were taken back."""
    facts = mail_facts.facts_of_reversal(payment, reason=reason, credits_taken=credits_taken)
    _tell_of_payment("payment_reversed", payment, facts)


def tell_admin_of_confirmation(*, admin: User, payment: Payment) -> None:
    """Ask a billing admin to check a payment."""
    facts = mail_facts.facts_of_claim(payment)
    _tell_admin(
        "payment_waiting",
        admin,
        payment.pk,
        account_id=payment.invoice.account_id,
        payment_id=payment.pk,
        facts=facts,
    )


def tell_admin_of_queue(*, admin: User, hour: str) -> None:
    """Send a billing admin the digest of everything that waits.

    :param hour: the hour of the digest, such as 2026-11-24T09.
    """
    _tell_admin("payments_waiting", admin, hour)


def tell_of_proposal(*, change: SettingChange) -> None:
    """Ask everybody who may approve a change of a setting to do so."""
    _tell_of_change("setting_change_proposed", change)


def tell_of_decided_change(*, change: SettingChange) -> None:
    """Report the outcome of a proposal."""
    _tell_of_change("setting_change_decided", change)


def wants(admin: User, frequency: NoticeFrequency) -> bool:
    """Tell whether an admin has chosen this frequency; the default is at once."""
    preference = getattr(admin, "notice_preference", None)
    chosen = preference.frequency if preference else NoticeFrequency.IMMEDIATELY
    return bool(chosen == frequency)


def _tell_of_invoice(kind: str, invoice: Invoice, facts: mail_facts.Facts) -> None:
    _tell_customer(kind, invoice.account, invoice.pk, facts, invoice_id=invoice.pk)


def _tell_of_payment(kind: str, payment: Payment, facts: mail_facts.Facts) -> None:
    _tell_customer(kind, payment.invoice.account, payment.pk, facts, payment_id=payment.pk)


def _tell_customer(
    kind: str, account: Account, about: int | str, facts: mail_facts.Facts, **ids: int
) -> None:
    """Queue an email to the account's owner, and to its billing address once confirmed.

    A closed account has neither: nobody gets it.

    :param about: id of what it is about, so that nobody gets it twice for one event.
    """
    if account.status == AccountStatus.CANCELLED:
        return
    owner = owner_of(account=account)
    for recipient in mail_addresses(account=account):
        queue_mail(
            kind=kind,
            about=about,
            recipient=recipient,
            language=owner.language if owner else settings.LANGUAGE_CODE,
            account_id=account.pk,
            facts=facts,
            **ids,
        )


def _tell_of_change(kind: str, change: SettingChange) -> None:
    for recipient, language in readers_of_change(change=change).items():
        queue_mail(
            kind=kind,
            about=change.pk,
            recipient=recipient,
            language=language,
            change_id=change.pk,
        )


def _tell_admin(kind: str, admin: User, about: int | str, **arguments: Any) -> None:
    queue_mail(kind=kind, about=about, recipient=admin.email, language=admin.language, **arguments)
