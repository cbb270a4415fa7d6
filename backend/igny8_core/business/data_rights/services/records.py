"""Erasing personal data in billing: at once if it never led to a payment, the rest in time.

The database only allows these changes for closed accounts, and only to blank values
(migration 0006). Everything else in invoices, payments and events stays as it was written.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, DateField, F, Func, Q, QuerySet, Value
from django.db.models.fields.json import KT, KeyTransform
from django.db.models.functions import Cast, Coalesce

from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.models import Account
from igny8_core.business.billing import tasks
from igny8_core.business.billing.borders import start_of
from igny8_core.business.billing.enums import PaymentStatus
from igny8_core.business.billing.models import Invoice, Payment, PaymentEvent
from igny8_core.business.billing.selectors.locks import lock_billing_of_account
from igny8_core.business.billing.selectors.mails import mails_about, mails_of
from igny8_core.business.billing.services.proofs import NO_PROOF
from igny8_core.business.proofs.attempts import forget_attempts_of
from igny8_core.business.proofs.enums import ProofState
from igny8_core.common.clock import business_day, business_zone
from igny8_core.common.models import OutgoingMail

REFUSED = (PaymentStatus.FAILED, PaymentStatus.WITHDRAWN)
ERASED = "erased"
NO_WORDS = {"manual_reference": ERASED, "manual_notes": "", "admin_notes": ""}


def erase_at_closing(*, account: Account, now: datetime) -> None:
    """Erase what no law requires, in the transaction that closes the account."""
    refused = Payment.objects.filter(invoice__account=account, status__in=REFUSED)
    PaymentEvent.objects.filter(account=account, payment__in=refused).update(note="")
    _erase_payments(refused)
    events = PaymentEvent.objects.filter(account=account)
    events.filter(invoice=None).update(note="")
    events.filter(Q(actor=None) | Q(actor__account=account)).update(ip_address=None)
    _erase_recipients(mails_of(account=account), now=now)
    without_facts = Func(F("arguments"), template="(%(expressions)s - 'facts')")
    mails_about(account=account).update(arguments=without_facts)
    forget_attempts_of(account=account)


def kept_until(*, account: Account) -> date | None:
    """The last day on which the account's invoices are kept as issued; None without any."""
    newest = Invoice.objects.filter(account=account).order_by("-issued_at").first()
    if newest is None:
        return None
    return date(newest.day_of(newest.issued_at).year + settings.BILLING_RETENTION_YEARS, 12, 31)


def erase_expired(*, now: datetime) -> int:
    """Erase everything whose retention period is over; returns how many rows were changed.

    Proofs of rejected and withdrawn payments go ``BILLING_PROOF_RETENTION_DAYS`` after the
    decision. Proofs of approved payments, and the customer's details on invoices of closed
    accounts, go ``BILLING_RETENTION_YEARS`` after the end of the year of issue. So do, after the
    end of their own year, addresses and notes of what was done in the course of no invoice.

    Each account has its own transaction, with the usual locks. If one fails, the error is raised
    after all others are done, and the account is tried again next time.
    """
    count, failures = 0, []
    for account_id in _accounts_with_expired(now):
        try:
            count += _erase_expired_of(account_id, now)
        except Exception as failure:  # noqa: BLE001  (raised below, with those of other accounts)
            failure.add_note(f"Nothing of account {account_id} was erased.")
            failures.append(failure)
    if failures:
        message = "What has expired could not be erased"
        raise ExceptionGroup(message, failures)
    return count


def _accounts_with_expired(now: datetime) -> list[int]:
    """Return the accounts that still have something to erase, in order."""
    found = (
        _expired_proofs(now).values_list("invoice__account", flat=True),
        _expired_payments(now).values_list("invoice__account", flat=True),
        _expired_invoices(now).values_list("account", flat=True),
        _expired_events(now).values_list("account", flat=True),
        _expired_acts(now).values_list("account", flat=True),
    )
    return sorted({account_id for account_ids in found for account_id in account_ids.distinct()})


@transaction.atomic
def _erase_expired_of(account_id: int, now: datetime) -> int:
    lock_billing_of_account(account_id=account_id)
    count = _erase_proofs(_expired_proofs(now).filter(invoice__account=account_id))
    count += _erase_payments(_expired_payments(now).filter(invoice__account=account_id))
    for events in (_expired_events(now), _expired_acts(now)):
        count += events.filter(account=account_id).update(note="", ip_address=None)
    invoices = list(_expired_invoices(now).filter(account=account_id))
    for invoice in invoices:
        _blank_customer(invoice)
    return count + len(invoices)


def _expired_proofs(now: datetime) -> QuerySet[Payment]:
    refused_until = now - timedelta(days=settings.BILLING_PROOF_RETENTION_DAYS)
    return Payment.objects.exclude(proof_state=ProofState.NONE).filter(
        Q(status__in=REFUSED, decided_at__lt=refused_until)
        | Q(invoice__in=_old_invoices(now)) & ~Q(status=PaymentStatus.PENDING_APPROVAL)
    )


def _expired_payments(now: datetime) -> QuerySet[Payment]:
    return Payment.objects.filter(
        invoice__in=_old_invoices(now), invoice__account__status=AccountStatus.CANCELLED
    ).exclude(manual_reference=ERASED)


def _expired_events(now: datetime) -> QuerySet[PaymentEvent]:
    """Return what was done in the course of old invoices."""
    return _personal_events().filter(invoice__in=_old_invoices(now))


def _expired_acts(now: datetime) -> QuerySet[PaymentEvent]:
    """Return what was done in the course of no invoice, as long ago as old ones were issued."""
    kept_from = start_of(_kept_since(now), business_zone())
    return _personal_events().filter(invoice=None, created_at__lt=kept_from)


def _personal_events() -> QuerySet[PaymentEvent]:
    """Return the events of closed accounts that may name somebody."""
    return PaymentEvent.objects.filter(
        ~Q(note="") | Q(ip_address__isnull=False), account__status=AccountStatus.CANCELLED
    )


def _expired_invoices(now: datetime) -> QuerySet[Invoice]:
    customer = KeyTransform("customer", "billing_snapshot")
    return (
        _old_invoices(now)
        .annotate(
            names_somebody=Func(
                customer,
                template="jsonb_path_exists(%(expressions)s, %(path)s)",
                path="""'$.keyvalue() ? (@.key != "country" && @.value != "")'""",
                output_field=BooleanField(),
            )
        )
        .filter(
            account__status=AccountStatus.CANCELLED,
            names_somebody=True,
        )
    )


def _kept_since(now: datetime) -> date:
    """Return the first day of which everything is kept."""
    return date(business_day(now).year - settings.BILLING_RETENTION_YEARS, 1, 1)


def _old_invoices(now: datetime) -> QuerySet[Invoice]:
    """Return invoices older than the retention period, by date in their own time zone."""
    kept_since = _kept_since(now)
    zone = Coalesce(KT("billing_snapshot__issue__time_zone"), Value("UTC"))
    issued_on = Cast(Func(zone, F("issued_at"), function="timezone"), DateField())
    first_anywhere = datetime.combine(kept_since, time.max, UTC)  # for the index on the time
    return Invoice.objects.alias(issued_on=issued_on).filter(
        issued_at__lt=first_anywhere, issued_on__lt=kept_since
    )


def _blank_customer(invoice: Invoice) -> None:
    """Blank the customer of an invoice; the country stays."""
    snapshot: dict[str, dict[str, Any]] = invoice.billing_snapshot
    customer = {
        field: value if field == "country" else "" for field, value in snapshot["customer"].items()
    }
    invoice.billing_snapshot = {**snapshot, "customer": customer}
    invoice.save(update_fields=["billing_snapshot", "updated_at"])


def _erase_payments(payments: QuerySet[Payment]) -> int:
    ids = list(payments.values_list("pk", flat=True))
    _erase_proofs(Payment.objects.filter(pk__in=ids).exclude(proof_state=ProofState.NONE))
    return Payment.objects.filter(pk__in=ids).update(**NO_WORDS)


def _erase_proofs(payments: QuerySet[Payment]) -> int:
    """Remove the references to files; a job deletes them, so none is left if this process dies."""
    found = {payment.pk: payment.proof_files for payment in payments}
    if names := sorted(name for names in found.values() for name in names):
        tasks.delete_files.defer(names=names)
    return Payment.objects.filter(pk__in=found).update(**NO_PROOF)


def _erase_recipients(mails: Iterable[OutgoingMail], *, now: datetime) -> None:
    """Erase the recipients of emails; unsent emails are dropped."""
    for mail in mails:
        mail.recipient = f"mail-{mail.pk}@closed.invalid"
        if mail.is_waiting:
            mail.dropped_at, mail.drop_reason = now, "The account was closed before."
        mail.save(update_fields=["recipient", "dropped_at", "drop_reason", "updated_at"])
