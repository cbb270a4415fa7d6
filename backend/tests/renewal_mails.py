"""Renewals and what billing does about them, with the emails of each step."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.db import transaction

from igny8_core.auth.actors import Actor
from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, AccountStatus
from igny8_core.auth.models import Subscription, User
from igny8_core.business.billing.borders import last_day
from igny8_core.business.billing.dunning import ReminderKind
from igny8_core.business.billing.emails import tell
from igny8_core.business.billing.enums import EventName, InvoiceKind
from igny8_core.business.billing.models import Invoice, PaymentMethodConfig
from igny8_core.business.billing.periods import paid_until
from igny8_core.business.billing.selectors.locks import LockedBilling, lock_billing_of_invoice
from igny8_core.business.billing.selectors.methods import payment_method_for
from igny8_core.business.billing.services.changes import Changes, written_together
from igny8_core.business.billing.services.invoices import Charge, issue_invoice
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.business.subscriptions import emails
from igny8_core.common.clock import business_zone, utc_now
from tests.factories import invoice_of


def issue_renewal(owner: User) -> Invoice:
    """Issue the next renewal of an owner's subscription, due on the last paid day."""
    subscription = Subscription.objects.select_related("account").get(
        account__users=owner, status__in=LIVE_SUBSCRIPTION_STATUSES
    )
    charge = Charge(
        kind=InvoiceKind.RENEWAL,
        plan=subscription.promised,
        period_index=subscription.paid_index,
        due_date=last_day(paid_until(subscription), business_zone()),
        description="Starter plan, the next period",
    )
    with transaction.atomic(), written_together() as changes:
        invoice = issue_invoice(
            changes=changes,
            subscription=subscription,
            charge=charge,
            method=_with_rate(invoice_of(owner)),
            event=EventName.RENEW,
            actor=Actor(),
            now=utc_now(),
        )
        changes.tell(emails.of_renewal(invoice=invoice))
    return invoice


def _with_rate(invoice: Invoice) -> PaymentMethodConfig | None:
    """Read an invoice's method as it is offered now."""
    method = invoice.payment_method
    if method is None:
        return None
    return payment_method_for(code=method.payment_method, country=invoice.account.country)


def suspends_on(invoice: Invoice) -> date:
    """Return ten days after the due day."""
    return invoice.due_date + timedelta(days=10)


def ends_on(invoice: Invoice) -> date:
    """Return forty days after the due day."""
    return invoice.due_date + timedelta(days=40)


def remind(invoice: Invoice, kind: ReminderKind) -> None:
    """Send a reminder."""
    invoice = Invoice.objects.select_related("account").get(pk=invoice.pk)
    notice = emails.of_reminder(
        invoice=invoice, kind=kind, suspends_on=suspends_on(invoice), ends_on=ends_on(invoice)
    )
    with transaction.atomic():
        tell([notice])


def fall_due(invoice: Invoice) -> None:
    """Call the subscription past due."""
    with _step(EventName.FALL_DUE, invoice) as (locked, _changes, recorder):
        recorder.move(locked.subscription)


def suspend(invoice: Invoice) -> None:
    """Suspend the account."""
    with _step(EventName.SUSPEND, invoice) as (locked, changes, recorder):
        locked.account.suspended_at = utc_now()
        recorder.move(locked.account, also_save=("suspended_at",))
        changes.tell(emails.of_suspension(invoice=locked.invoice, ends_on=ends_on(invoice)))


def lapse(invoice: Invoice) -> None:
    """End the subscription of a suspended account."""
    with _step(EventName.LAPSE, invoice) as (locked, changes, recorder):
        _void(locked, recorder)
        recorder.move(locked.account)
        notice = emails.of_end(
            subscription=locked.subscription, account=locked.account, renewal=locked.invoice
        )
        changes.tell(notice)


def resume(invoice: Invoice) -> None:
    """End a suspension while the debt stays, as a later due day would."""
    with _step(EventName.APPROVE, invoice) as (locked, _changes, recorder):
        locked.account.suspended_at = None
        recorder.move(locked.account, also_save=("suspended_at",))


def forgive(invoice: Invoice) -> None:
    """Call the subscription active again while the debt stays, as a later due day would."""
    with _step(EventName.APPROVE, invoice) as (locked, _changes, recorder):
        recorder.move(locked.subscription)


def void(invoice: Invoice) -> None:
    """Void a renewal whose subscription goes on, as a change of its plan would."""
    with _step(EventName.END, invoice) as (locked, _changes, recorder):
        locked.invoice.voided_at = recorder.now
        recorder.move(locked.invoice, also_save=("voided_at",))


def expire(invoice: Invoice) -> None:
    """Void an order that wasn't paid in time."""
    with _step(EventName.EXPIRE, invoice) as (locked, changes, recorder):
        _void(locked, recorder)
        if locked.account.status == AccountStatus.PENDING_PAYMENT:
            locked.account.trial_terms = locked.invoice.plan.as_json()
            recorder.move(locked.account, also_save=("trial_terms",))
        changes.tell(emails.of_expiry(invoice=locked.invoice))


def _void(locked: LockedBilling, recorder: TransitionRecorder) -> None:
    locked.invoice.voided_at = locked.subscription.cancelled_at = recorder.now
    recorder.move(locked.invoice, also_save=("voided_at",))
    recorder.move(locked.subscription, also_save=("cancelled_at",))


@contextmanager
def _step(
    event: EventName, invoice: Invoice
) -> Iterator[tuple[LockedBilling, Changes, TransitionRecorder]]:
    with transaction.atomic(), written_together() as changes:
        locked = lock_billing_of_invoice(invoice_id=invoice.pk)
        yield (
            locked,
            changes,
            TransitionRecorder(
                changes=changes,
                event=event,
                actor=Actor(),
                now=utc_now(),
                invoice=locked.invoice,
            ),
        )
