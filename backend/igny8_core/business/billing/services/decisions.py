"""Approving and rejecting payments, with two admins where needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from igny8_core.auth.actors import Actor
from igny8_core.business.billing import emails
from igny8_core.business.billing.enums import EventName, InvoiceKind, PaymentStatus
from igny8_core.business.billing.exceptions import (
    NoSuchPayment,
    PaymentAlreadyDecided,
    RejectionReasonRequired,
)
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.rights import (
    DECIDE,
    require_may_decide,
    require_not_own,
    require_right,
)
from igny8_core.business.billing.selectors.locks import (
    LockedBilling,
    lock_billing_of_payment,
    lock_billing_of_payments,
)
from igny8_core.business.billing.services.changes import Changes, written_together
from igny8_core.business.billing.services.consents import Consents
from igny8_core.business.billing.services.periods import (
    activate_subscription,
    credits_of_unused_days,
    grant_credits,
    renew_subscription,
    require_no_rival_under_review,
)
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.common.exceptions import DomainError, refusal_of
from igny8_core.common.transactions import in_transaction
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


@dataclass(frozen=True)
class Outcome:
    """What became of one payment of a set: either it is decided, or it is as it was."""

    payment_id: int
    decision: Decision | None = None
    refusal: DomainError | None = None


@in_transaction
def approve_payment(
    *, payment_id: int, actor: Actor, now: datetime, admin_notes: str = ""
) -> Decision:
    """Approve a payment: invoice paid, subscription and account active, credits granted once.

    An invoice over more than ``BILLING_DUAL_CONTROL_ABOVE`` needs two admins: the first one's
    approval only marks the payment, which keeps waiting.

    :raises NotFound: if there is no such payment.
    :raises NotBillingAdmin, SecondFactorRequired, OwnAccountPayment: if it isn't the actor's to
        decide on.
    :raises RivalUnderReview: if a payment waits for an invoice that this approval would void.
    :raises SecondApproverRequired: if the actor has given the first of two approvals.
    :raises PersonChangedLately: if two have to approve, and somebody else has recently added or
        changed the actor.
    :raises PaymentAlreadyDecided: if it doesn't wait any more.
    """
    (outcome,) = approve_payments(
        payment_ids=[payment_id], actor=actor, now=now, admin_notes=admin_notes
    )
    if outcome.decision is None:
        raise outcome.refusal or TypeError
    return outcome.decision


@in_transaction
def approve_payments(
    *, payment_ids: Sequence[int], actor: Actor, now: datetime, admin_notes: str = ""
) -> list[Outcome]:
    """Approve payments as if one after the other, in a number of statements that doesn't grow.

    All are locked at once, and what changes is written at once: meant for some hundreds.

    :returns: one for each id, in the order given; its refusal is what ``approve_payment`` raises.
    :raises django.db.IntegrityError: if the database refuses one of them: then none is approved.
    """
    locked = lock_billing_of_payments(payment_ids=payment_ids)
    with written_together() as changes:
        approval = _Approval(
            changes=changes,
            consents=Consents(
                changes=changes, event=EventName.APPROVE, right=DECIDE, actor=actor, now=now
            ),
            lacks=refusal_of(lambda: require_right(actor=actor, right=DECIDE)),
            actor=actor,
            now=now,
            notes=admin_notes,
        )
        return [approval.outcome(pk, locked.get(pk)) for pk in payment_ids]


@dataclass(frozen=True)
class _Approval:
    """One actor's approval of locked payments.

    :param lacks: why the actor may decide on no payment at all.
    """

    changes: Changes
    consents: Consents
    lacks: DomainError | None
    actor: Actor
    now: datetime
    notes: str

    def outcome(self, payment_id: int, locked: LockedBilling | None) -> Outcome:
        """Approve a payment, or say why not; then nothing of it has changed."""
        try:
            if locked is None:
                raise NoSuchPayment(payment=payment_id)
            return Outcome(payment_id, decision=self._approve(locked, payment_id))
        except DomainError as refusal:
            return Outcome(payment_id, refusal=refusal)

    def _approve(self, locked: LockedBilling, payment_id: int) -> Decision:
        if self.lacks:
            raise self.lacks
        require_not_own(
            actor=self.actor, account=locked.account, payments=[locked.payment(payment_id)]
        )
        payment = undecided(locked, payment_id)
        recorder = TransitionRecorder(
            changes=self.changes,
            event=EventName.APPROVE,
            actor=self.actor,
            now=self.now,
            invoice=payment.invoice,
            payment=payment,
            note=self.notes,
        )
        recorder.require_allowed(payment, locked.invoice, locked.subscription, locked.account)
        require_no_rival_under_review(locked)
        if not self.consents.is_agreed(payment):
            first = recorder.of_another(EventName.FIRST_APPROVE, note=self.notes)
            return mark(locked, payment, first)
        _decide(payment, recorder=recorder)
        _settle(locked, payment, recorder)
        self.changes.tell(emails.of_approval(payment=payment, account=locked.account))
        return Decision(payment=payment, billing=locked)


def _settle(locked: LockedBilling, payment: Payment, recorder: TransitionRecorder) -> None:
    """Let invoice, subscription, account and credits follow an approved payment."""
    invoice, account = locked.invoice, locked.account
    invoice.paid_at = recorder.now
    recorder.move(invoice, also_save=("paid_at",))
    if invoice.kind == InvoiceKind.RENEWAL:
        renew_subscription(locked=locked, recorder=recorder)
    else:
        activate_subscription(locked=locked, recorder=recorder)
    account.plan = locked.subscription.plan
    account.suspended_at = None
    recorder.move(account, also_save=("plan", "suspended_at"))
    if locked.subscription.current_index == invoice.period_index:
        grant_credits(
            payment=payment,
            account=account,
            recorder=recorder,
            credited=credits_of_unused_days(locked),
        )


@in_transaction
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
    require_may_decide(
        actor=actor, right=DECIDE, account=locked.account, payments=[locked.payment(payment_id)]
    )
    payment = undecided(locked, payment_id)
    with written_together() as changes:
        recorder = TransitionRecorder(
            changes=changes,
            event=EventName.REJECT,
            actor=actor,
            now=now,
            invoice=locked.invoice,
            payment=payment,
            note=admin_notes,
        )
        _decide(payment, recorder=recorder)
        changes.tell(emails.of_rejection(payment=payment))
    return Decision(payment=payment, billing=locked)


def mark(locked: LockedBilling, payment: Payment, recorder: TransitionRecorder) -> Decision:
    """Record the first of two admins' consent: nothing else changes."""
    recorder.move(payment)
    return Decision(payment=payment, billing=locked, awaits_second_admin=True)


def undecided(locked: LockedBilling, payment_id: int) -> Payment:
    """Return a payment that is under review.

    :raises PaymentAlreadyDecided: if it doesn't wait any more.
    """
    payment = locked.payment(payment_id)
    if payment.status != PaymentStatus.PENDING_APPROVAL:
        raise PaymentAlreadyDecided(payment)
    return payment


def _decide(payment: Payment, *, recorder: TransitionRecorder) -> None:
    payment.decided_by = recorder.actor.user
    payment.decided_at = recorder.now
    payment.admin_notes = recorder.note
    recorder.move(payment, also_save=("decided_by", "decided_at", "admin_notes"))
