"""Issuing, re-pricing and voiding invoices."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Subscription
from igny8_core.auth.services.accounts import BILLING_FIELDS
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing import emails
from igny8_core.business.billing.dunning import dunning_of_today
from igny8_core.business.billing.enums import (
    EventName,
    InvoiceKind,
    InvoiceStatus,
    ObjectType,
    PaymentStatus,
)
from igny8_core.business.billing.exceptions import (
    CancellationLimitReached,
    InvoiceAlreadyPaid,
    InvoiceUnderReview,
    InvoiceVoid,
    PaidInvoiceVoid,
    RenewalIsNoOrder,
    UnknownPaymentMethod,
    VoidReasonRequired,
)
from igny8_core.business.billing.methods import PromisedMethod
from igny8_core.business.billing.models import (
    Invoice,
    InvoiceLine,
    PaymentMethodConfig,
)
from igny8_core.business.billing.rights import DECIDE, require_may_decide
from igny8_core.business.billing.selectors.events import events_of
from igny8_core.business.billing.selectors.locks import LockedBilling, lock_billing_of_invoice
from igny8_core.business.billing.selectors.methods import payment_method_for
from igny8_core.business.billing.sellers import seller_snapshot
from igny8_core.business.billing.services.changes import Changes, written_together
from igny8_core.business.billing.services.pricing import price_by
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.common.clock import business_day
from igny8_core.common.daily import A_DAY, seconds_until_allowed
from igny8_core.common.models import put_in_hand
from igny8_core.common.money import Money
from igny8_core.common.rows import insert_rows
from igny8_core.common.transactions import in_transaction
from igny8_core.common.validators import is_visible

TAKE_NUMBER = """
INSERT INTO billing_invoicenumbercounter AS counter (year, last_number) VALUES (%s, 1)
ON CONFLICT (year) DO UPDATE SET last_number = counter.last_number + 1
RETURNING last_number
"""
CANCELLED_BY_CUSTOMER = "Cancelled by the customer."
CHOICE = (
    "payment_method",
    "method_snapshot",
    "payable_amount",
    "payable_currency",
    "exchange_rate",
)
MAX_CHOICES_TOLD = 5  # each sends an email


@dataclass(frozen=True)
class Deduction:
    """What is taken off an invoice: a share of a period that was paid for.

    :param description: of its line, in English.
    :param amount: above 0, in the currency of prices.
    :param credits: as large a share of those that the period brings: they go when it is paid.
    """

    description: str
    amount: Money
    subscription_id: int
    period_index: int
    credits: int

    def as_json(self) -> dict[str, int]:
        """Return what the approval has to know."""
        return {
            "subscription": self.subscription_id,
            "period_index": self.period_index,
            "credits": self.credits,
        }


@dataclass(frozen=True)
class Charge:
    """What an invoice asks money for.

    :param plan: what it promises, at its price.
    :param period_index: the number of the subscription's period that it pays for.
    :param due_date: the last business day on which it can be paid in time.
    :param description: of its line, in English.
    :param dunning_plan: its deadlines; without them, it keeps those of today.
    :param deductions: each becomes a line; together less than the price.
    """

    kind: InvoiceKind
    plan: PlanTerms
    period_index: int
    due_date: date
    description: str
    dunning_plan: dict[str, Any] | None = None
    deductions: tuple[Deduction, ...] = ()

    @property
    def due(self) -> Money:
        """The price less what is taken off."""
        off = sum((item.amount.amount for item in self.deductions), Decimal(0))
        return Money(self.plan.price - off, self.plan.currency)

    @classmethod
    def of_first_period(cls, plan: PlanTerms, *, kind: InvoiceKind, now: datetime) -> "Charge":
        """Charge for what begins when it is paid, due in ``BILLING_INVOICE_DUE_DAYS``."""
        return cls(
            kind=kind,
            plan=plan,
            period_index=0,
            due_date=business_day(now) + timedelta(days=settings.BILLING_INVOICE_DUE_DAYS),
            description=f"{plan.name} plan, 1 {plan.interval}, {plan.included_credits:,} credits",
        )


def issue_invoice(
    *,
    changes: Changes,
    subscription: Subscription,
    charge: Charge,
    method: PaymentMethodConfig | None,
    event: EventName,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> Invoice:
    """Issue an invoice for a period of a subscription; the caller tells its customer.

    Runs in the caller's transaction, which holds the account.

    :param method: how the customer wants to pay; without it, the invoice's own currency is due.
    :raises ExchangeRateMissing: if no rate is kept for the method's currency.
    """
    account, plan, due = subscription.account, charge.plan, charge.due
    price = price_by(due=due, method=method)
    snapshot = _snapshot(account=account, plan=plan)
    if charge.deductions:
        snapshot["credited"] = [item.as_json() for item in charge.deductions]
    invoice = Invoice(
        number=_next_number(now=now),  # the last lock, because it is held until commit
        account=account,
        subscription=subscription,
        kind=charge.kind,
        period_index=charge.period_index,
        status=InvoiceStatus.PENDING,
        currency=due.currency,
        subtotal=due.amount,
        tax_amount=Decimal(0),
        total=due.amount,
        payment_method=method,
        method_snapshot=PromisedMethod.of_row(method).as_json() if method else None,
        payable_amount=price.payable.amount,
        payable_currency=price.payable.currency,
        exchange_rate=price.rate,
        included_credits=plan.included_credits,
        billing_snapshot=snapshot,
        issued_at=now,
        due_date=charge.due_date,
        dunning_plan=charge.dunning_plan or dunning_of_today().as_json(),
    )
    insert_rows([invoice])
    lines = _lines(invoice, charge)
    for line in lines:
        changes.add(line)
    put_in_hand(invoice, "lines", lines)
    put_in_hand(invoice, "payments", [])
    recorder = TransitionRecorder(
        changes=changes, event=event, actor=actor, now=now, invoice=invoice, note=note
    )
    recorder.created(invoice)
    return invoice


def _lines(invoice: Invoice, charge: Charge) -> list[InvoiceLine]:
    deductions = [(item.description, -item.amount.amount) for item in charge.deductions]
    return [
        InvoiceLine(invoice=invoice, description=description, unit_price=amount, amount=amount)
        for description, amount in [(charge.description, charge.plan.price), *deductions]
    ]


@in_transaction
def change_payment_method(
    *, invoice_id: int, account: Account, method_code: str, actor: Actor, now: datetime
) -> Invoice:
    """Choose another payment method; the rate and the local amount are locked again.

    Choosing its own method again updates it to the current version, if it is still offered.

    :raises NotFound: if the account has no such invoice.
    :raises InvoiceAlreadyPaid, InvoiceVoid, PaymentAlreadyUnderReview: if no payment is expected.
    :raises UnknownPaymentMethod: if the account's country has no such method.
    :raises ExchangeRateMissing: if no rate is kept for its currency.
    """
    locked = lock_billing_of_invoice(invoice_id=invoice_id, account=account)
    require_payable(locked)
    invoice = locked.invoice
    if (method := _method_to_change_to(locked, method_code)) is None:
        return invoice
    price = price_by(due=invoice.due, method=method)
    told = (invoice.method_snapshot, invoice.payable)
    invoice.payment_method = method
    invoice.method_snapshot = PromisedMethod.of_row(method).as_json()
    invoice.payable_amount = price.payable.amount
    invoice.payable_currency = price.payable.currency
    invoice.exchange_rate = price.rate
    with written_together() as changes:
        recorder = TransitionRecorder(
            changes=changes,
            event=EventName.CHANGE_METHOD,
            actor=actor,
            now=now,
            invoice=invoice,
            note=f"{method}: {price.payable}",
        )
        recorder.move(invoice, also_save=CHOICE)
        if (invoice.method_snapshot, invoice.payable) != told:
            _tell_of_other_method(changes, invoice)
    return invoice


def _tell_of_other_method(changes: Changes, invoice: Invoice) -> None:
    """Tell of the first few choices; after that, the customer reads it on the invoice's page."""
    choices = events_of(object_type=ObjectType.INVOICE, object_id=invoice.pk)
    number = choices.filter(event=EventName.CHANGE_METHOD).count() + 1
    if number <= MAX_CHOICES_TOLD:
        changes.tell(emails.of_other_method(invoice=invoice, number=number))


def _method_to_change_to(locked: LockedBilling, code: str) -> PaymentMethodConfig | None:
    """Find the offered method; None if it is the invoice's own and no longer offered."""
    try:
        return payment_method_for(code=code, country=locked.account.country)
    except UnknownPaymentMethod:
        own = locked.invoice.method
        if own and own.payment_method == code:
            return None
        raise


@in_transaction
def void_invoice(*, invoice_id: int, actor: Actor, now: datetime, reason: str) -> Invoice:
    """Declare that an invoice is not owed.

    The subscription that it was to begin is cancelled; one that runs gets a new invoice.

    :param reason: the customer will read it.
    :raises ReasonRequired: if it is empty.
    :raises NotFound: if there is no such invoice.
    :raises NotBillingAdmin, SecondFactorRequired, OwnAccountPayment: if it isn't the actor's to
        decide on.
    :raises InvoiceAlreadyPaid, InvoiceVoid, PaymentAlreadyUnderReview: if its state forbids it.
    """
    if not is_visible(reason):
        raise VoidReasonRequired
    locked = lock_billing_of_invoice(invoice_id=invoice_id)
    require_may_decide(actor=actor, right=DECIDE, account=locked.account, payments=locked.payments)
    require_open(locked)
    return _void(locked, actor=actor, now=now, reason=reason)


@in_transaction
def cancel_order(*, invoice_id: int, account: Account, actor: Actor, now: datetime) -> Invoice:
    """Void the invoice of the account's own unpaid order, so that another plan can be ordered.

    :raises NotFound: if the account has no such invoice.
    :raises InvoiceAlreadyPaid, InvoiceVoid, PaymentAlreadyUnderReview: if its state forbids it.
    :raises RenewalIsNoOrder: if it is for a plan that runs.
    :raises CancellationLimitReached: if the account cancelled too many orders today.
    """
    locked = lock_billing_of_invoice(invoice_id=invoice_id, account=account)
    require_open(locked)
    if locked.invoice.kind == InvoiceKind.RENEWAL:
        raise RenewalIsNoOrder(locked.invoice)
    require_cancellation_allowance(locked.account, now=now)
    return _void(locked, actor=actor, now=now, reason=CANCELLED_BY_CUSTOMER)


def require_cancellation_allowance(account: Account, *, now: datetime) -> None:
    """Check that one more order may be cancelled: each order and cancellation sends emails.

    :raises CancellationLimitReached: above ``BILLING_CANCELLATIONS_PER_DAY``.
    """
    limit: int = settings.BILLING_CANCELLATIONS_PER_DAY
    voided = account.invoices.filter(voided_at__gt=now - A_DAY)
    times = voided.values_list("voided_at", flat=True)
    wait = seconds_until_allowed((time for time in times if time), limit=limit, now=now)
    if wait:
        raise CancellationLimitReached(retry_after=wait, limit=limit)


def _void(locked: LockedBilling, *, actor: Actor, now: datetime, reason: str) -> Invoice:
    invoice, subscription = locked.invoice, locked.subscription
    with written_together() as changes:
        recorder = TransitionRecorder(
            changes=changes,
            event=EventName.VOID,
            actor=actor,
            now=now,
            invoice=invoice,
            note=reason,
        )
        recorder.void(invoice)
        if invoice.kind != InvoiceKind.RENEWAL:
            recorder.cancel(subscription)
        changes.tell(emails.of_void(invoice=invoice, reason=reason))
    return invoice


def require_payable(locked: LockedBilling) -> None:
    """Check that a customer can pay an invoice: that it is open and no payment is under review.

    :raises InvoiceAlreadyPaid, InvoiceVoid, PaymentAlreadyUnderReview: if not.
    """
    if locked.invoice.status == InvoiceStatus.VOID:
        raise PaidInvoiceVoid(locked.invoice)
    require_open(locked)


def require_open(locked: LockedBilling) -> None:
    """Check that an invoice is open and no payment is under review.

    :raises InvoiceAlreadyPaid, InvoiceVoid, PaymentAlreadyUnderReview: if not.
    """
    invoice = locked.invoice
    if invoice.status == InvoiceStatus.PAID:
        raise InvoiceAlreadyPaid(invoice)
    if invoice.status == InvoiceStatus.VOID:
        raise InvoiceVoid(invoice)
    if any(payment.status == PaymentStatus.PENDING_APPROVAL for payment in locked.payments):
        raise InvoiceUnderReview(invoice)


def _next_number(*, now: datetime) -> str:
    """Take the year's next number; its row stays locked, so that none is lost by a rollback."""
    year = business_day(now).year
    with connection.cursor() as cursor:
        cursor.execute(TAKE_NUMBER, [year])
        (number,) = cursor.fetchone()
    return f"INV-{year}-{number:06d}"


def _snapshot(*, account: Account, plan: PlanTerms) -> dict[str, Any]:
    customer = {field: getattr(account, field) for field in BILLING_FIELDS}
    return {
        "customer": {"account_name": account.name, "country": account.country, **customer},
        "plan": plan.as_json(),
        "seller": {**seller_snapshot()},
        "issue": {"time_zone": settings.BUSINESS_TIME_ZONE},
    }
