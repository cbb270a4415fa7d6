"""Approving and rejecting payments, with two admins where needed."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from igny8_core.auth.actors import Actor
from igny8_core.business.billing import emails
from igny8_core.business.billing.enums import CreditKind, EventName, PaymentStatus
from igny8_core.business.billing.exceptions import PaymentAlreadyDecided, RejectionReasonRequired
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.rights import DECIDE, require_may_decide
from igny8_core.business.billing.selectors.locks import LockedBilling, lock_billing_of_payment
from igny8_core.business.billing.services.consents import is_agreed
from igny8_core.business.billing.services.credits import record_credits
from igny8_core.business.billing.services.periods import activate_subscription
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.common.validators import is_visible


@dataclass(frozen=True)
class Decision:
    """A decided payment with everything that changed.

    :param awaits_second_admin: nothing has changed yet: another admin has to agree.
    """

    payment: Payment
    billing: LockedBilling
    awaits_second_admin: bool = False

    @property
    def account_id(self) -> int:
        return self.billing.account.pk


@transaction.atomic
def approve_payment(
    *, payment_id: int, actor: Actor, now: datetime, admin_notes: str = ""
) -> Decision:
    """Approve a payment: invoice paid, subscription and account active, credits granted once.

    An invoice over more than ``BILLING_DUAL_CONTROL_ABOVE`` needs two admins: the first one's
    approval only marks the payment, which keeps waiting.

    :raises NotFound: if there is no such payment.
    :raises NotBillingAdmin, SecondFactorRequired, OwnAccountPayment: if it isn't the actor's to
        decide on.
    :raises SecondApproverRequired: if the actor has given the first of two approvals.
    :raises PaymentAlreadyDecided: if it doesn't wait any more.
    """
    locked = lock_billing_of_payment(payment_id=payment_id)
    _require_may_decide(locked, actor, payment_id)
    payment = undecided(locked, payment_id)
    event = EventName.APPROVE
    if not is_agreed(payment=payment, event=event, right=DECIDE, actor=actor, now=now):
        return mark(
            locked, payment, event=EventName.FIRST_APPROVE, actor=actor, now=now, note=admin_notes
        )
    recorder = _recorder(EventName.APPROVE, payment, actor=actor, now=now, note=admin_notes)
    _decide(payment, recorder=recorder, admin_notes=admin_notes)
    invoice, account = locked.invoice, locked.account
    invoice.paid_at = now
    recorder.move(invoice, also_save=("paid_at",))
    activate_subscription(locked=locked, recorder=recorder, actor=actor, now=now)
    account.plan = locked.subscription.plan
    recorder.move(account, also_save=("plan",))
    record_credits(
        account=account,
        amount=invoice.included_credits,
        kind=CreditKind.PLAN_GRANT,
        description=f"{invoice.plan} plan, invoice {invoice}",
        now=now,
        payment=payment,
    )
    emails.tell_of_approval(payment=payment, account=account)
    return Decision(payment=payment, billing=locked)


@transaction.atomic
def reject_payment(*, payment_id: int, actor: Actor, now: datetime, admin_notes: str) -> Decision:
    """Reject a payment; the invoice is open again and the customer can retry.

    :param admin_notes: the reason, which the customer will read.
    :raises ReasonRequired: if they are empty.
    :raises NotFound: if there is no such payment.
    :raises NotBillingAdmin, SecondFactorRequired, OwnAccountPayment: if it isn't the actor's to
        decide on.
    :raises PaymentAlreadyDecided: if it doesn't wait any more.
    """
    if not is_visible(admin_notes):
        raise RejectionReasonRequired
    locked = lock_billing_of_payment(payment_id=payment_id)
    _require_may_decide(locked, actor, payment_id)
    payment = undecided(locked, payment_id)
    recorder = _recorder(EventName.REJECT, payment, actor=actor, now=now, note=admin_notes)
    _decide(payment, recorder=recorder, admin_notes=admin_notes)
    emails.tell_of_rejection(payment=payment)
    return Decision(payment=payment, billing=locked)


def _require_may_decide(locked: LockedBilling, actor: Actor, payment_id: int) -> None:
    require_may_decide(
        actor=actor,
        right=DECIDE,
        account=locked.account,
        payments=[locked.payment(payment_id)],
    )


def mark(
    locked: LockedBilling,
    payment: Payment,
    *,
    event: EventName,
    actor: Actor,
    now: datetime,
    note: str,
) -> Decision:
    """Record the first of two admins' consent: nothing else changes."""
    _recorder(event, payment, actor=actor, now=now, note=note).move(payment)
    return Decision(payment=payment, billing=locked, awaits_second_admin=True)


def undecided(locked: LockedBilling, payment_id: int) -> Payment:
    """Return a payment that is under review.

    :raises PaymentAlreadyDecided: if it doesn't wait any more.
    """
    payment = locked.payment(payment_id)
    if payment.status != PaymentStatus.PENDING_APPROVAL:
        raise PaymentAlreadyDecided(payment)
    return payment


def _recorder(
    event: EventName, payment: Payment, *, actor: Actor, now: datetime, note: str = ""
) -> TransitionRecorder:
    return TransitionRecorder(
        event=event, actor=actor, now=now, invoice=payment.invoice, payment=payment, note=note
    )


def _decide(payment: Payment, *, recorder: TransitionRecorder, admin_notes: str) -> None:
    payment.decided_by = recorder.actor.user
    payment.decided_at = recorder.now
    payment.admin_notes = admin_notes
    recorder.move(payment, also_save=("decided_by", "decided_at", "admin_notes"))
