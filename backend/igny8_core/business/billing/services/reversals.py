"""Reversing an approval: after a bounced transfer, a misread statement, a refund."""

from datetime import datetime

from igny8_core.auth.actors import Actor
from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, SubscriptionStatus
from igny8_core.auth.models import Account, Subscription
from igny8_core.business.billing import emails
from igny8_core.business.billing.enums import CreditKind, EventName, PaymentStatus
from igny8_core.business.billing.exceptions import (
    AnotherInvoiceIsDue,
    CreditsAlreadySpent,
    ForceNotAllowed,
    PaymentNotReversible,
    ReversalReasonRequired,
    SubscriptionHasEnded,
)
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.rights import REVERSE, require_may_decide
from igny8_core.business.billing.selectors.invoices import replaced_and_paid
from igny8_core.business.billing.selectors.locks import LockedBilling, lock_billing_of_payment
from igny8_core.business.billing.services.changes import written_together
from igny8_core.business.billing.services.consents import Consents
from igny8_core.business.billing.services.credits import move_credits
from igny8_core.business.billing.services.decisions import Decision, mark
from igny8_core.business.billing.services.periods import COUNTING, revoke_periods
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.common.transactions import in_transaction
from igny8_core.common.validators import is_visible


@in_transaction
def reverse_payment(
    *,
    payment_id: int,
    actor: Actor,
    now: datetime,
    reason: str,
    event: EventName = EventName.REVERSE,
    is_forced: bool = False,
) -> Decision:
    """Reverse an approval: credits, invoice, subscription and account follow.

    An invoice over more than ``BILLING_DUAL_CONTROL_ABOVE`` needs two admins who ask for the
    same: the first request only marks the payment.

    The newest earlier subscription that is paid for comes back if its period hasn't ended;
    without one, the account waits for a payment again.

    :param event: ``REVERSE``: the invoice is due again; ``REVERSE_AND_VOID``: nothing is owed.
    :param is_forced: reverse even if credits are spent: then take what is left.
    :raises ReasonRequired: if the reason, which the customer will read, is empty.
    :raises NotFound: if there is no such payment.
    :raises MayNotReverse, SecondFactorRequired, OwnAccountPayment: if it isn't the actor's to
        reverse.
    :raises PaymentNotReversible: unless it is approved.
    :raises InvoiceNotReopenable: if the invoice can only be voided.
    :raises CreditsAlreadySpent: if the account has fewer credits left than were granted.
    :raises ForceNotAllowed: if it is forced by anybody but a superuser.
    :raises SecondApproverRequired: if the actor was the first of two.
    """
    if not is_visible(reason):
        raise ReversalReasonRequired
    _require_may_force(actor, is_forced=is_forced)
    locked = lock_billing_of_payment(payment_id=payment_id)
    payment = locked.payment(payment_id)
    require_may_decide(actor=actor, right=REVERSE, account=locked.account, payments=[payment])
    _require_approved(payment)
    if event == EventName.REVERSE:
        _require_reopenable(locked)
    if not is_forced:
        _require_unspent(locked, payment)
    with written_together() as changes:
        consents = Consents(
            changes=changes, event=event, right=REVERSE, actor=actor, now=now, is_forced=is_forced
        )
        recorder = TransitionRecorder(
            changes=changes,
            event=event,
            actor=actor,
            now=now,
            invoice=locked.invoice,
            payment=payment,
            note=reason,
        )
        if not consents.is_agreed(payment):
            return mark(locked, payment, recorder.of_another(EventName.FIRST_REVERSE, note=reason))
        _reverse(locked, payment, recorder)
    return Decision(payment=payment, billing=locked)


def _reverse(locked: LockedBilling, payment: Payment, recorder: TransitionRecorder) -> None:
    invoice, now = locked.invoice, recorder.now
    recorder.move(payment)
    invoice.paid_at = None
    invoice.voided_at = now if recorder.event == EventName.REVERSE_AND_VOID else None
    recorder.move(invoice, also_save=("paid_at", "voided_at"))
    credits_taken = _take_credits_back(locked, payment, recorder)
    if locked.subscription.status in LIVE_SUBSCRIPTION_STATUSES:
        _end_subscription(locked, recorder)
    recorder.changes.tell(
        emails.of_reversal(payment=payment, reason=recorder.note, credits_taken=credits_taken)
    )


def _require_may_force(actor: Actor, *, is_forced: bool) -> None:
    if is_forced and not (actor.user and actor.user.is_superuser):
        raise ForceNotAllowed


def _require_approved(payment: Payment) -> None:
    if payment.status != PaymentStatus.SUCCEEDED:
        raise PaymentNotReversible(payment)


def _require_reopenable(locked: LockedBilling) -> None:
    """Refuse to reopen an invoice whose subscription could not start again."""
    if locked.subscription.status not in LIVE_SUBSCRIPTION_STATUSES:
        raise SubscriptionHasEnded(state=locked.subscription.status, invoice=locked.invoice)
    if any(item.status == SubscriptionStatus.PENDING_PAYMENT for item in locked.subscriptions):
        raise AnotherInvoiceIsDue(state=SubscriptionStatus.PENDING_PAYMENT)


def _require_unspent(locked: LockedBilling, payment: Payment) -> None:
    account, amount = locked.account, locked.invoice.included_credits
    if account.credits < amount:
        raise CreditsAlreadySpent(
            state=payment.status, brought=f"{amount:,}", left=f"{account.credits:,}"
        )


def _take_credits_back(
    locked: LockedBilling, payment: Payment, recorder: TransitionRecorder
) -> int:
    """Take back the granted credits, or what is left of them; return how many."""
    account, amount = locked.account, locked.invoice.included_credits
    taken = min(amount, account.credits)
    move_credits(
        changes=recorder.changes,
        account=account,
        amount=-taken,
        kind=CreditKind.REVERSAL,
        description=f"Reversal of invoice {locked.invoice}"
        + (f": {amount - taken:,} of {amount:,} were spent" if taken < amount else ""),
        now=recorder.now,
        payment=payment,
    )
    return taken


def _end_subscription(locked: LockedBilling, recorder: TransitionRecorder) -> None:
    """End the subscription that the payment started, and restore an earlier one."""
    account, subscription = locked.account, locked.subscription
    revoke_periods(subscription, recorder=recorder)
    if recorder.event == EventName.REVERSE_AND_VOID:
        subscription.cancelled_at = recorder.now
    recorder.move(subscription, also_save=(*COUNTING, "cancelled_at"))
    earlier = _newest_paid_for(locked, now=recorder.now)
    if earlier:
        _restore(account, earlier, recorder)
    else:
        recorder.move(account)


def _newest_paid_for(locked: LockedBilling, *, now: datetime) -> Subscription | None:
    """Find the newest paid plan whose period lasts, however many upgrades ago it was replaced.

    One step back isn't enough: the plan that this payment replaced may itself be reversed.
    """
    paid = replaced_and_paid(account=locked.account)
    lasting = [
        (item.current_period_start, item.pk, item)
        for item in locked.subscriptions
        if item.pk in paid and item.current_period_end and item.current_period_end > now
    ]
    return max(lasting)[2] if lasting else None


def _restore(account: Account, earlier: Subscription, recorder: TransitionRecorder) -> None:
    restoring = recorder.of_another(EventName.RESTORE)
    earlier.cancelled_at = None
    restoring.move(earlier, also_save=("cancelled_at",))
    account.plan = earlier.plan
    restoring.move(account, also_save=("plan",))
