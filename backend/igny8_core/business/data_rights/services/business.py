"""Ending an account's business: what billing does when an account is closed."""

from datetime import datetime
from functools import partial

from igny8_core.auth.actors import Actor
from igny8_core.auth.enums import AccountStatus, SubscriptionStatus
from igny8_core.business.billing.enums import (
    EventName,
    InvoicePaymentState,
    InvoiceStatus,
    PaymentStatus,
)
from igny8_core.business.billing.selectors.locks import LockedAccount
from igny8_core.business.billing.services.changes import written_together
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.business.data_rights.exceptions import AlreadyClosed, MoneyMayBeComing
from igny8_core.business.data_rights.services.people import blank_account


def require_closable(locked: LockedAccount) -> None:
    """Check that an account is open and has no payment under review.

    :raises AccountClosed: if it is already closed.
    :raises PaymentAlreadyUnderReview: if money may be on its way.
    """
    if locked.account.status == AccountStatus.CANCELLED:
        raise AlreadyClosed(locked.account)
    if any(payment.status == PaymentStatus.PENDING_APPROVAL for payment in locked.payments):
        raise MoneyMayBeComing(state=InvoicePaymentState.UNDER_REVIEW)


def end_business(*, locked: LockedAccount, actor: Actor, now: datetime) -> None:
    """Void unpaid invoices, cancel subscriptions, and close and blank the account in one step.

    Remaining credits stay in the ledger but can't be used any more.

    :raises TransitionNotAllowed: unless ``require_closable`` has passed.
    """
    with written_together() as changes:
        closing = partial(
            TransitionRecorder,
            changes=changes,
            event=EventName.CLOSE_ACCOUNT,
            actor=actor,
            now=now,
        )
        for invoice in locked.invoices:
            if invoice.status == InvoiceStatus.PENDING:
                closing(invoice=invoice).void(invoice)
        for subscription in locked.subscriptions:
            if subscription.status != SubscriptionStatus.CANCELLED:
                closing().cancel(subscription)
        closing().move(locked.account, also_save=blank_account(locked.account))
