"""Confirming and withdrawing payments."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from django.conf import settings

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, User
from igny8_core.business.billing import emails, tasks
from igny8_core.business.billing.enums import EventName, PaymentStatus
from igny8_core.business.billing.exceptions import (
    AmountMismatch,
    ClaimLimitReached,
    CurrencyNotOfInvoice,
    CurrencyNotOfMethod,
    PaidOnInFuture,
    PaidOnTooEarly,
    ReferencePatternMismatch,
)
from igny8_core.business.billing.methods import PromisedMethod
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.selectors.locks import (
    LockedBilling,
    lock_billing_of_invoice,
    lock_billing_of_payment,
)
from igny8_core.business.billing.selectors.methods import method_for_payment
from igny8_core.business.billing.services.changes import written_together
from igny8_core.business.billing.services.decisions import undecided
from igny8_core.business.billing.services.invoices import require_payable
from igny8_core.business.billing.services.proofs import being_checked
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.business.proofs.inbox import Upload
from igny8_core.common.daily import seconds_until_allowed
from igny8_core.common.money import Money
from igny8_core.common.patterns import fits
from igny8_core.common.transactions import in_transaction

LONG_BEFORE = timedelta(days=90)  # before the invoice is allowed, but flagged

LATEST_TIME_ZONE = timezone(timedelta(hours=14))  # Kiribati, where each day starts first


@dataclass(frozen=True)
class Claim:
    """A payment as the customer confirms it.

    :param amount: in ``currency``, or in the invoice's own currency if that is empty.
    :param paid_on: the day in the customer's own calendar.
    :param proof: the stored upload.
    """

    method_code: str
    amount: Decimal
    reference: str
    currency: str = ""
    notes: str = ""
    paid_on: date | None = None
    proof: Upload | None = None


@in_transaction
def confirm_payment(
    *, invoice_id: int, account: Account, claim: Claim, submitter: User, actor: Actor, now: datetime
) -> Payment:
    """Record that a customer has paid an invoice; an admin will check it.

    :raises NotFound: if the account has no such invoice.
    :raises InvoiceAlreadyPaid, InvoiceVoid, PaymentAlreadyUnderReview: if no payment is expected.
    :raises UnknownPaymentMethod: if it is neither the invoice's method nor offered.
    :raises AmountMismatch, CurrencyNotAccepted: unless it is exactly the amount due.
    :raises ReferencePatternMismatch, PaidOnInFuture, PaidOnTooEarly: if this can't be right.
    :raises ClaimLimitReached: if the invoice was confirmed too often today.
    """
    locked = lock_billing_of_invoice(invoice_id=invoice_id, account=account)
    require_payable(locked)
    _require_claim_allowance(locked, now=now)
    invoice = locked.invoice
    method = method_for_payment(
        code=claim.method_code, invoice=invoice, country=locked.account.country
    )
    money = _claimed_money(claim=claim, invoice=invoice, method=method)
    _require_reference(reference=claim.reference, method=method)
    _require_plausible_day(paid_on=claim.paid_on, invoice=invoice, now=now)
    payment = Payment.objects.create(
        invoice=invoice,
        method_id=method.id,
        method_snapshot=method.as_json(),
        status=PaymentStatus.PENDING_APPROVAL,
        amount=money.amount,
        currency=money.currency,
        manual_reference=claim.reference,
        manual_notes=claim.notes,
        paid_on=claim.paid_on,
        **(being_checked(claim.proof) if claim.proof else {}),
        submitted_by=submitter,
        submitted_at=now,
    )
    with written_together() as changes:
        recorder = TransitionRecorder(
            changes=changes,
            event=EventName.CONFIRM,
            actor=actor,
            now=now,
            invoice=invoice,
            payment=payment,
        )
        recorder.created(payment)
        changes.tell(emails.of_confirmation(payment=payment))
    if claim.proof:
        tasks.queue_proof_check(payment)
    tasks.notify_billing_admins.defer(payment_id=payment.pk)
    return payment


@in_transaction
def withdraw_payment(*, payment_id: int, account: Account, actor: Actor, now: datetime) -> Payment:
    """Withdraw a payment before the decision; the invoice can then be confirmed again.

    :raises NotFound: if the account has no such payment.
    :raises PaymentAlreadyDecided: if it isn't under review any more.
    """
    locked = lock_billing_of_payment(payment_id=payment_id, account=account)
    payment = undecided(locked, payment_id)
    payment.decided_at = now
    with written_together() as changes:
        recorder = TransitionRecorder(
            changes=changes,
            event=EventName.WITHDRAW,
            actor=actor,
            now=now,
            invoice=payment.invoice,
            payment=payment,
        )
        recorder.move(payment, also_save=("decided_at",))
    return payment


def _claimed_money(*, claim: Claim, invoice: Invoice, method: PromisedMethod) -> Money:
    accepted = {money.currency: money for money in (invoice.due, invoice.payable)}
    wanted = " / ".join(str(money) for money in accepted.values())
    due = accepted.get(claim.currency or invoice.currency)
    if due is None:
        raise CurrencyNotOfInvoice(invoice=invoice, currency=claim.currency, due=wanted)
    if due.currency not in {invoice.currency, method.currency} and method != invoice.method:
        raise CurrencyNotOfMethod(method, due=wanted)
    if claim.amount != due.amount:
        raise AmountMismatch(due=wanted)
    return due


def _require_claim_allowance(locked: LockedBilling, *, now: datetime) -> None:
    """Check that an invoice may be confirmed once more: each confirmation sends emails.

    :raises ClaimLimitReached: above ``BILLING_CLAIMS_PER_DAY``, however the others ended.
    """
    limit: int = settings.BILLING_CLAIMS_PER_DAY
    claims = [payment.submitted_at for payment in locked.payments]
    wait = seconds_until_allowed(claims, limit=limit, now=now)
    if wait:
        raise ClaimLimitReached(retry_after=wait, invoice=locked.invoice, limit=limit)


def _require_reference(*, reference: str, method: PromisedMethod) -> None:
    if method.reference_pattern and not fits(method.reference_pattern, reference):
        raise ReferencePatternMismatch(method)


def _require_plausible_day(*, paid_on: date | None, invoice: Invoice, now: datetime) -> None:
    if paid_on is None:
        return
    latest_date_on_earth = (now.astimezone(LATEST_TIME_ZONE)).date()
    if paid_on > latest_date_on_earth:
        raise PaidOnInFuture
    issued_on = invoice.day_of(invoice.issued_at)
    if paid_on < issued_on - LONG_BEFORE:
        raise PaidOnTooEarly(invoice=invoice, issued_on=issued_on)
