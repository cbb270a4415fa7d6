"""Who gets an email about which event: one function each, called in its transaction.

Those to customers are notices, which the act queues when it writes its changes. The text is in
``letters.py``; ``mail_facts.py`` adds what was true at the event.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.models import Account, User
from igny8_core.business.billing import mail_facts
from igny8_core.business.billing.enums import EventName, NoticeFrequency
from igny8_core.business.billing.models import Invoice, Payment, SettingChange
from igny8_core.business.billing.selectors.people import (
    addresses_of,
    owner_of,
    read_people,
    readers_of_change,
)
from igny8_core.common.mail import NewMail, queue_mail, queue_mails


@dataclass(frozen=True)
class Notice:
    """An email to an account: to its owner, and to its billing address once that is confirmed.

    :param about: id of what it is about, so that nobody gets it twice for one event.
    :param ids: of what it is about.
    """

    kind: str
    account: Account
    about: int | str
    facts: mail_facts.Facts
    ids: Mapping[str, int] = field(default_factory=dict)


def tell(notices: Sequence[Notice]) -> None:
    """Queue emails to accounts; a closed one has nobody to read them."""
    told = [notice for notice in notices if notice.account.status != AccountStatus.CANCELLED]
    read_people([notice.account for notice in told])
    queue_mails([mail for notice in told for mail in _mails_of(notice)])


def of_trial(*, account: Account) -> Notice:
    """Welcome a free account."""
    return Notice("welcome", account, account.pk, mail_facts.facts_of_trial(account))


def of_invoice(*, invoice: Invoice, event: EventName) -> Notice:
    """Say how to pay an invoice.

    :param event: why it was issued.
    """
    facts = mail_facts.facts_of_invoice(invoice, event=event)
    return _of_invoice("invoice_issued", invoice, facts)


def of_other_method(*, invoice: Invoice, number: int) -> Notice:
    """Say how to pay with the newly chosen method.

    :param number: how many times one has been chosen.
    """
    facts = mail_facts.facts_of_invoice(invoice, event=EventName.CHANGE_METHOD)
    about = f"{invoice.pk}:{number}"
    return Notice("invoice_issued", invoice.account, about, facts, {"invoice_id": invoice.pk})


def of_void(*, invoice: Invoice, reason: str) -> Notice:
    """Say that an invoice is no longer owed."""
    facts = mail_facts.facts_of_void(invoice, reason=reason)
    return _of_invoice("invoice_voided", invoice, facts)


def of_confirmation(*, payment: Payment) -> Notice:
    """Say that a confirmation has arrived."""
    return _of_payment("payment_submitted", payment, mail_facts.facts_of_payment(payment))


def of_refused_proof(*, payment: Payment, upload: str) -> Notice:
    """Say that a file can't be used, why, and how to send another.

    :param upload: its name, so that each file is reported once.
    """
    facts = mail_facts.facts_of_refused_proof(payment)
    about = f"{payment.pk}:{upload.rpartition('/')[2]}"
    account = payment.invoice.account
    return Notice("proof_refused", account, about, facts, {"payment_id": payment.pk})


def of_approval(*, payment: Payment, account: Account) -> Notice:
    """Say that a payment was approved, and what follows from it.

    :param account: already with the credits of this payment.
    """
    facts = mail_facts.facts_of_approval(payment, credits=account.credits)
    return _of_payment("payment_approved", payment, facts)


def of_rejection(*, payment: Payment) -> Notice:
    """Say why a payment was rejected."""
    return _of_payment("payment_rejected", payment, mail_facts.facts_of_rejection(payment))


def of_reversal(*, payment: Payment, reason: str, credits_taken: int) -> Notice:
    """Say that an approval was reversed, why, and how many credits were taken back."""
    facts = mail_facts.facts_of_reversal(payment, reason=reason, credits_taken=credits_taken)
    return _of_payment("payment_reversed", payment, facts)


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


def _of_invoice(kind: str, invoice: Invoice, facts: mail_facts.Facts) -> Notice:
    return Notice(kind, invoice.account, invoice.pk, facts, {"invoice_id": invoice.pk})


def _of_payment(kind: str, payment: Payment, facts: mail_facts.Facts) -> Notice:
    return Notice(kind, payment.invoice.account, payment.pk, facts, {"payment_id": payment.pk})


def _mails_of(notice: Notice) -> Iterator[NewMail]:
    account = notice.account
    owner = owner_of(account=account)
    for recipient in addresses_of(account=account):
        yield NewMail(
            kind=notice.kind,
            about=notice.about,
            recipient=recipient,
            language=owner.language if owner else settings.LANGUAGE_CODE,
            arguments={"account_id": account.pk, "facts": notice.facts, **notice.ids},
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
