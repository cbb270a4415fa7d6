"""Reversing an approval: after a bounced transfer, a misread statement, a refund."""

from datetime import datetime, timedelta

from django.conf import settings

from igny8_core.auth.actors import Actor
from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, SubscriptionStatus
from igny8_core.auth.models import Account, Subscription
from igny8_core.business.billing import emails
from igny8_core.business.billing.enums import (
    CreditKind,
    EventName,
    InvoiceKind,
    PaymentStatus,
)
from igny8_core.business.billing.exceptions import (
    AnotherInvoiceIsDue,
    CreditsAlreadySpent,
    DaysAreCredited,
    ForceNotAllowed,
    LaterPeriodIsPaid,
    NothingPaidBefore,
    PaymentNotReversible,
    ReversalReasonRequired,
    SubscriptionHasEnded,
    UndecidedConfirmation,
)
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.periods import paid_until
from igny8_core.business.billing.pockets import Pockets, change_by_undoing
from igny8_core.business.billing.rights import REVERSE, require_may_decide
from igny8_core.business.billing.selectors.credits import entries_of
from igny8_core.business.billing.selectors.invoices import (
    is_later_one_paid,
    is_one_given_before,
    order_that_credits,
    replaced_and_paid,
)
from igny8_core.business.billing.selectors.locks import (
    LockedBilling,
    lock_billing_of_payment,
    lock_credited_orders,
    lock_open_renewals,
)
from igny8_core.business.billing.services.changes import written_together
from igny8_core.business.billing.services.consents import Consents
from igny8_core.business.billing.services.credits import move_credits
from igny8_core.business.billing.services.decisions import Decision, mark
from igny8_core.business.billing.services.periods import (
    COUNTING,
    revoke_period_of,
    revoke_periods,
    revoke_renewal,
    under_review,
    void_orders,
)
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.common.clock import business_day
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

    After the first period's payment, the newest earlier subscription that is paid for comes back
    if its paid time hasn't ended; without one, the account waits for a payment again. After a
    renewal's, the subscription is past due if its paid time is over. An open renewal is void, and
    so is an order that takes off what isn't paid any more.

    :param event: ``REVERSE``: the invoice is due again; ``REVERSE_AND_VOID``: nothing is owed.
    :param is_forced: reverse even if credits are spent: then take what is left.
    :raises ReasonRequired: if the reason, which the customer will read, is empty.
    :raises NotFound: if there is no such payment.
    :raises MayNotReverse, SecondFactorRequired, OwnAccountPayment: if it isn't the actor's to
        reverse.
    :raises PaymentNotReversible: unless it is approved.
    :raises InvoiceNotReopenable: if the invoice can only be voided, or a later one is paid.
    :raises UndecidedConfirmation: if a payment of a later one waits.
    :raises DaysAreCredited: if an order that stands credits days that it paid for.
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
    _require_last(locked)
    change = _change_of_credits(locked, payment)
    if not is_forced:
        _require_not_credited(locked)
        _require_unspent(locked, payment, change)
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
        _reverse(locked, payment, change, recorder)
    return Decision(payment=payment, billing=locked)


def _reverse(
    locked: LockedBilling, payment: Payment, change: Pockets, recorder: TransitionRecorder
) -> None:
    invoice, now = locked.invoice, recorder.now
    recorder.move(payment)
    invoice.paid_at = None
    invoice.voided_at = now if recorder.event == EventName.REVERSE_AND_VOID else None
    is_due_again = invoice.voided_at is None
    if invoice.kind == InvoiceKind.RENEWAL and is_due_again:
        retry_until = business_day(now) + timedelta(days=settings.BILLING_RETRY_DAYS)
        invoice.due_date = max(invoice.due_date, retry_until)
    recorder.move(invoice, also_save=("paid_at", "voided_at", "due_date"))
    credits_taken = _move_credits_back(locked, payment, change, recorder)
    if locked.subscription.status not in LIVE_SUBSCRIPTION_STATUSES:
        revoke_period_of(invoice, recorder=recorder)
        _take_unbegun_back(locked, recorder)
    else:
        _void_open_renewals(locked, recorder)
        void_orders(lock_credited_orders(locked), note=recorder.note, recorder=recorder)
        if invoice.kind == InvoiceKind.RENEWAL:
            _take_renewal_back(locked, recorder)
        else:
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


def _require_last(locked: LockedBilling) -> None:
    """Refuse to leave a gap of unpaid periods before a paid one, or before one that may be paid.

    A period that was given goes with what was paid before it.
    """
    subscription, index = locked.subscription, locked.invoice.period_index
    if subscription.status not in LIVE_SUBSCRIPTION_STATUSES:
        return
    is_last = index is None or index + 1 >= subscription.paid_index
    if not is_last and is_later_one_paid(locked.invoice):
        raise LaterPeriodIsPaid(state=subscription.status)
    for waiting in under_review([*lock_open_renewals(locked), *lock_credited_orders(locked)]):
        raise UndecidedConfirmation(waiting)


def _require_not_credited(locked: LockedBilling) -> None:
    """Refuse to take a payment back whose unused days were taken off an order that stands."""
    subscription = locked.subscription
    if subscription.status in LIVE_SUBSCRIPTION_STATUSES:
        return
    if credited_on := order_that_credits(locked.invoice):
        raise DaysAreCredited(state=subscription.status, invoice=credited_on)


def _require_reopenable(locked: LockedBilling) -> None:
    """Refuse to reopen an invoice whose subscription could not start again."""
    if locked.subscription.status not in LIVE_SUBSCRIPTION_STATUSES:
        raise SubscriptionHasEnded(state=locked.subscription.status, invoice=locked.invoice)
    is_first = locked.invoice.kind != InvoiceKind.RENEWAL
    waiting = SubscriptionStatus.PENDING_PAYMENT
    if is_first and any(item.status == waiting for item in locked.subscriptions):
        raise AnotherInvoiceIsDue(state=SubscriptionStatus.PENDING_PAYMENT)
    if not is_first and not is_one_given_before(locked.invoice):
        raise NothingPaidBefore(state=locked.subscription.status)


def _change_of_credits(locked: LockedBilling, payment: Payment) -> Pockets:
    """Return how many credits are to be moved: none if the period never began."""
    account = locked.account
    present = Pockets(account.plan_credits, account.credits - account.plan_credits)
    return change_by_undoing(payment.pk, entries_of(account=account), present)


def _require_unspent(locked: LockedBilling, payment: Payment, change: Pockets) -> None:
    left, owed = locked.account.credits, -change.total
    if left < owed:
        raise CreditsAlreadySpent(state=payment.status, brought=f"{owed:,}", left=f"{left:,}")


def _move_credits_back(
    locked: LockedBilling, payment: Payment, change: Pockets, recorder: TransitionRecorder
) -> int:
    """Move credits as if the period had not begun, as far as they are left; return how many go."""
    account, owed = locked.account, -change.total
    taken = min(owed, account.credits)
    move_credits(
        changes=recorder.changes,
        account=account,
        amount=-taken,
        kind=CreditKind.REVERSAL,
        description=f"Reversal of invoice {locked.invoice}"
        + (f": {owed - taken:,} of {owed:,} were spent" if taken < owed else ""),
        now=recorder.now,
        payment=payment,
        of_plan=change.plan,
    )
    return max(0, taken)


def _void_open_renewals(locked: LockedBilling, recorder: TransitionRecorder) -> None:
    """Void what was to be paid next: what comes before it isn't paid any more."""
    for renewal in lock_open_renewals(locked):
        voiding = recorder.of_another(EventName.VOID, note=recorder.note, invoice=renewal)
        voiding.void(renewal)
        recorder.changes.tell(emails.of_void(invoice=renewal, reason=recorder.note))


def _take_unbegun_back(locked: LockedBilling, recorder: TransitionRecorder) -> None:
    """Let an ended subscription be paid for no longer than it still is."""
    subscription, index = locked.subscription, locked.invoice.period_index or 0
    if subscription.current_index is not None and subscription.current_index < index:
        subscription.paid_index = min(subscription.paid_index, index)
        recorder.changes.save(subscription, "paid_index")


def _take_renewal_back(locked: LockedBilling, recorder: TransitionRecorder) -> None:
    """Take the paid period back: it is owed again, or the subscription ends before it."""
    account, subscription, index = locked.account, locked.subscription, locked.invoice.period_index
    was_running = (subscription.current_index or 0) >= (index or 0)
    revoke_renewal(subscription, invoice=locked.invoice, recorder=recorder)
    recorder.changes.save(subscription, *COUNTING)
    account.plan = subscription.plan
    recorder.changes.save(account, "plan")
    if recorder.event == EventName.REVERSE_AND_VOID:
        if was_running:
            _leave(locked, recorder)
        else:
            subscription.cancel_at_period_end = True
            recorder.changes.save(subscription, "cancel_at_period_end")
    elif (
        paid_until(subscription) <= recorder.now
        and subscription.status == SubscriptionStatus.ACTIVE
    ):
        recorder.of_another(EventName.FALL_DUE).move(subscription)


def _end_subscription(locked: LockedBilling, recorder: TransitionRecorder) -> None:
    """End the subscription that the payment started, and restore an earlier one."""
    revoke_periods(locked.subscription, recorder=recorder)
    _leave(locked, recorder)


def _leave(locked: LockedBilling, recorder: TransitionRecorder) -> None:
    """Go on with an earlier subscription instead, if there is one that is paid for.

    What was left of it was credited on the order that replaced it: while that is paid, as it is
    when a renewal is taken back, the earlier one is worth nothing any more.
    """
    account, subscription = locked.account, locked.subscription
    if recorder.event == EventName.REVERSE_AND_VOID:
        subscription.cancelled_at = recorder.now
    recorder.move(subscription, also_save=(*COUNTING, "cancelled_at"))
    account.suspended_at = None
    earlier = _newest_paid_for(locked, now=recorder.now)
    if earlier and locked.invoice.kind != InvoiceKind.RENEWAL:
        _restore(account, earlier, recorder)
    else:
        recorder.move(account, also_save=("suspended_at",))


def _newest_paid_for(locked: LockedBilling, *, now: datetime) -> Subscription | None:
    """Find the newest plan whose paid time lasts, however many upgrades ago it was replaced.

    One step back isn't enough: the plan that this payment replaced may itself be reversed.
    """
    paid = replaced_and_paid(account=locked.account)
    lasting = [
        (item.current_period_start, item.pk, item)
        for item in locked.subscriptions
        if item.pk in paid and item.current_period_start and paid_until(item) > now
    ]
    return max(lasting)[2] if lasting else None


def _restore(account: Account, earlier: Subscription, recorder: TransitionRecorder) -> None:
    restoring = recorder.of_another(EventName.RESTORE)
    earlier.cancelled_at = None
    restoring.move(earlier, also_save=("cancelled_at",))
    account.plan = earlier.plan
    restoring.move(account, also_save=("plan", "suspended_at"))
