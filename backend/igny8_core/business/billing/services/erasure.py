"""Erasing what is personal in billing: at once what never led to a payment, the rest in time.

The database lets these changes through for closed accounts alone, and to blanks alone
(migration 0006): everything else in invoices, payments and events stays as it was written.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Func, Q, QuerySet

from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.models import Account
from igny8_core.business.billing import selectors, tasks
from igny8_core.business.billing.enums import PaymentStatus
from igny8_core.business.billing.models import Invoice, Payment, PaymentEvent
from igny8_core.business.billing.services.proofs import NO_PROOF
from igny8_core.business.proofs.attempts import forget_attempts_of
from igny8_core.business.proofs.enums import ProofState
from igny8_core.common.models import OutgoingMail

REFUSED = (PaymentStatus.FAILED, PaymentStatus.WITHDRAWN)
ERASED = "erased"
NO_WORDS = {"manual_reference": ERASED, "manual_notes": "", "admin_notes": ""}


def erase_at_closing(*, account: Account, now: datetime) -> None:
    """Erase what no law asks to keep, in the transaction that has closed the account."""
    refused = Payment.objects.filter(invoice__account=account, status__in=REFUSED)
    PaymentEvent.objects.filter(account=account, payment__in=refused).update(note="")
    _erase_payments(refused)
    events = PaymentEvent.objects.filter(account=account)
    events.filter(Q(actor=None) | Q(actor__account=account)).update(ip_address=None)
    _erase_recipients(selectors.mails_of(account=account), now=now)
    without_facts = Func(F("arguments"), template="(%(expressions)s - 'facts')")
    selectors.mails_about(account=account).update(arguments=without_facts)
    forget_attempts_of(account=account)


def kept_until(*, account: Account) -> date | None:
    """The last day on which an invoice of the account is kept as it was issued, if there is one."""
    newest = Invoice.objects.filter(account=account).order_by("-issued_at").first()
    if newest is None:
        return None
    return date(newest.issued_at.year + settings.BILLING_RETENTION_YEARS, 12, 31)


@transaction.atomic
def erase_expired(*, now: datetime) -> int:
    """Erase what has been kept as long as it had to be; returns how many rows were changed.

    Proofs of refused claims go ``BILLING_PROOF_RETENTION_DAYS`` after the decision. Proofs of
    payments, and what an invoice of a closed account says of its customer, go when
    ``BILLING_RETENTION_YEARS`` have passed since the end of the year of its issue.
    """
    refused_until = now - timedelta(days=settings.BILLING_PROOF_RETENTION_DAYS)
    expired = Q(invoice__issued_at__year__lt=now.year - settings.BILLING_RETENTION_YEARS)
    proofs = Payment.objects.exclude(proof_state=ProofState.NONE).filter(
        Q(status__in=REFUSED, decided_at__lt=refused_until)
        | expired & ~Q(status=PaymentStatus.PENDING_APPROVAL)
    )
    count = _erase_proofs(proofs)
    closed = Payment.objects.filter(expired, invoice__account__status=AccountStatus.CANCELLED)
    count += _erase_payments(closed.exclude(manual_reference=ERASED))
    invoices = Invoice.objects.filter(
        account__status=AccountStatus.CANCELLED,
        issued_at__year__lt=now.year - settings.BILLING_RETENTION_YEARS,
    )
    events = PaymentEvent.objects.filter(invoice__in=invoices)
    count += events.filter(~Q(note="") | Q(ip_address__isnull=False)).update(
        note="", ip_address=None
    )
    return count + sum(_blank_customer(invoice) for invoice in invoices.order_by("pk"))


def _blank_customer(invoice: Invoice) -> bool:
    """Blank who an invoice was issued to; its country stays. Tells whether there was anything."""
    snapshot: dict[str, dict[str, Any]] = invoice.billing_snapshot
    customer = {
        field: value if field == "country" else "" for field, value in snapshot["customer"].items()
    }
    if customer == snapshot["customer"]:
        return False
    invoice.billing_snapshot = {**snapshot, "customer": customer}
    invoice.save(update_fields=["billing_snapshot", "updated_at"])
    return True


def _erase_payments(payments: QuerySet[Payment]) -> int:
    ids = list(payments.values_list("pk", flat=True))
    _erase_proofs(Payment.objects.filter(pk__in=ids).exclude(proof_state=ProofState.NONE))
    return Payment.objects.filter(pk__in=ids).update(**NO_WORDS)


def _erase_proofs(payments: QuerySet[Payment]) -> int:
    """Forget the files; a job deletes them, so that none is left if this process dies."""
    found = {payment.pk: payment.proof_files for payment in payments}
    if names := sorted(name for names in found.values() for name in names):
        tasks.delete_files.defer(names=names)
    return Payment.objects.filter(pk__in=found).update(**NO_PROOF)


def _erase_recipients(mails: Iterable[OutgoingMail], *, now: datetime) -> None:
    """Forget who got the mails; what has not gone out will not."""
    for mail in mails:
        mail.recipient = f"mail-{mail.pk}@closed.invalid"
        if mail.is_waiting:
            mail.dropped_at, mail.drop_reason = now, "The account was closed before."
        mail.save(update_fields=["recipient", "dropped_at", "drop_reason", "updated_at"])
