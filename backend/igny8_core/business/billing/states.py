"""The table of allowed transitions: the business at a glance.

Read a row as: on this event, an object of this type goes from any of these states to that one.
``NEW`` is the state before an object exists.
"""

from dataclasses import dataclass

from igny8_core.auth.enums import AccountStatus, SubscriptionStatus
from igny8_core.business.billing.enums import EventName, InvoiceStatus, ObjectType, PaymentStatus

NEW = ""


@dataclass(frozen=True)
class Transition:
    """From any of the sources to the target; without a target, each stays as it is."""

    sources: frozenset[str]
    target: str | None

    def target_of(self, source: str) -> str:
        """Return the state that follows one of the sources."""
        return source if self.target is None else self.target


def _row(*sources: str, to: str) -> Transition:
    return Transition(frozenset(sources), to)


def _same(*states: str) -> Transition:
    """Record something that moves no state."""
    return Transition(frozenset(states), None)


LIVE = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)
OPEN_ACCOUNTS = tuple(status for status in AccountStatus if status != AccountStatus.CANCELLED)


TRANSITIONS: dict[EventName, dict[ObjectType, Transition]] = {
    EventName.SIGN_UP_FREE: {
        ObjectType.ACCOUNT: _row(NEW, to=AccountStatus.TRIAL),
    },
    EventName.SIGN_UP_PAID: {
        ObjectType.ACCOUNT: _row(NEW, to=AccountStatus.PENDING_PAYMENT),
        ObjectType.SUBSCRIPTION: _row(NEW, to=SubscriptionStatus.PENDING_PAYMENT),
        ObjectType.INVOICE: _row(NEW, to=InvoiceStatus.PENDING),
    },
    EventName.UPGRADE: {
        ObjectType.SUBSCRIPTION: _row(NEW, to=SubscriptionStatus.PENDING_PAYMENT),
        ObjectType.INVOICE: _row(NEW, to=InvoiceStatus.PENDING),
    },
    EventName.CHANGE_METHOD: {
        ObjectType.INVOICE: _row(InvoiceStatus.PENDING, to=InvoiceStatus.PENDING),
    },
    EventName.CONFIRM: {
        ObjectType.PAYMENT: _row(NEW, to=PaymentStatus.PENDING_APPROVAL),
    },
    EventName.REPLACE_PROOF: {
        ObjectType.PAYMENT: _row(PaymentStatus.PENDING_APPROVAL, to=PaymentStatus.PENDING_APPROVAL),
    },
    EventName.REFUSE_PROOF: {
        ObjectType.PAYMENT: _row(PaymentStatus.PENDING_APPROVAL, to=PaymentStatus.PENDING_APPROVAL),
    },
    EventName.WITHDRAW: {
        ObjectType.PAYMENT: _row(PaymentStatus.PENDING_APPROVAL, to=PaymentStatus.WITHDRAWN),
    },
    EventName.APPROVE: {
        ObjectType.PAYMENT: _row(PaymentStatus.PENDING_APPROVAL, to=PaymentStatus.SUCCEEDED),
        ObjectType.INVOICE: _row(InvoiceStatus.PENDING, to=InvoiceStatus.PAID),
        ObjectType.SUBSCRIPTION: _row(
            SubscriptionStatus.PENDING_PAYMENT,
            SubscriptionStatus.ACTIVE,
            SubscriptionStatus.PAST_DUE,
            to=SubscriptionStatus.ACTIVE,
        ),
        ObjectType.ACCOUNT: _row(
            AccountStatus.TRIAL,
            AccountStatus.PENDING_PAYMENT,
            AccountStatus.ACTIVE,
            AccountStatus.SUSPENDED,
            to=AccountStatus.ACTIVE,
        ),
    },
    EventName.RENEW: {
        ObjectType.INVOICE: _row(NEW, to=InvoiceStatus.PENDING),
    },
    EventName.START_PERIOD: {
        ObjectType.SUBSCRIPTION: _row(SubscriptionStatus.ACTIVE, to=SubscriptionStatus.ACTIVE),
    },
    EventName.FALL_DUE: {
        ObjectType.SUBSCRIPTION: _row(SubscriptionStatus.ACTIVE, to=SubscriptionStatus.PAST_DUE),
    },
    EventName.SUSPEND: {
        ObjectType.ACCOUNT: _row(AccountStatus.ACTIVE, to=AccountStatus.SUSPENDED),
    },
    EventName.LAPSE: {
        ObjectType.INVOICE: _row(InvoiceStatus.PENDING, to=InvoiceStatus.VOID),
        ObjectType.SUBSCRIPTION: _row(SubscriptionStatus.PAST_DUE, to=SubscriptionStatus.CANCELLED),
        ObjectType.ACCOUNT: _row(AccountStatus.SUSPENDED, to=AccountStatus.PENDING_PAYMENT),
    },
    EventName.EXPIRE: {
        ObjectType.INVOICE: _row(InvoiceStatus.PENDING, to=InvoiceStatus.VOID),
        ObjectType.SUBSCRIPTION: _row(
            SubscriptionStatus.PENDING_PAYMENT, to=SubscriptionStatus.CANCELLED
        ),
        ObjectType.ACCOUNT: _row(AccountStatus.PENDING_PAYMENT, to=AccountStatus.TRIAL),
    },
    EventName.END: {
        ObjectType.INVOICE: _row(InvoiceStatus.PENDING, to=InvoiceStatus.VOID),
        ObjectType.SUBSCRIPTION: _row(
            SubscriptionStatus.ACTIVE,
            SubscriptionStatus.PAST_DUE,
            to=SubscriptionStatus.CANCELLED,
        ),
        ObjectType.ACCOUNT: _row(
            AccountStatus.ACTIVE, AccountStatus.SUSPENDED, to=AccountStatus.PENDING_PAYMENT
        ),
    },
    EventName.REQUEST_CANCEL: {
        ObjectType.INVOICE: _row(InvoiceStatus.PENDING, to=InvoiceStatus.VOID),
        ObjectType.SUBSCRIPTION: _same(*LIVE),
    },
    EventName.KEEP: {
        ObjectType.SUBSCRIPTION: _same(*LIVE),
    },
    EventName.SCHEDULE_PLAN: {
        ObjectType.INVOICE: _row(InvoiceStatus.PENDING, to=InvoiceStatus.VOID),
        ObjectType.SUBSCRIPTION: _same(*LIVE),
    },
    EventName.ANNOUNCE_PRICE: {
        ObjectType.SUBSCRIPTION: _same(*LIVE),
    },
    EventName.AGREE_PRICE: {
        ObjectType.INVOICE: _row(InvoiceStatus.PENDING, to=InvoiceStatus.VOID),
        ObjectType.SUBSCRIPTION: _same(*LIVE),
    },
    EventName.EXTEND_DUE: {
        ObjectType.INVOICE: _same(InvoiceStatus.PENDING),
        ObjectType.SUBSCRIPTION: _row(SubscriptionStatus.PAST_DUE, to=SubscriptionStatus.ACTIVE),
        ObjectType.ACCOUNT: _row(AccountStatus.SUSPENDED, to=AccountStatus.ACTIVE),
    },
    EventName.HOLD: {
        ObjectType.SUBSCRIPTION: _same(*LIVE),
        ObjectType.ACCOUNT: _row(AccountStatus.SUSPENDED, to=AccountStatus.ACTIVE),
    },
    EventName.COMP: {
        ObjectType.INVOICE: _row(InvoiceStatus.PENDING, to=InvoiceStatus.VOID),
        ObjectType.SUBSCRIPTION: _row(*LIVE, to=SubscriptionStatus.ACTIVE),
        ObjectType.ACCOUNT: _row(AccountStatus.SUSPENDED, to=AccountStatus.ACTIVE),
    },
    EventName.REMIND: {
        ObjectType.INVOICE: _same(InvoiceStatus.PENDING),
    },
    EventName.ADJUST_CREDITS: {
        ObjectType.ACCOUNT: _same(*OPEN_ACCOUNTS),
    },
    EventName.UNPARK: {
        ObjectType.ACCOUNT: _same(*OPEN_ACCOUNTS),
    },
    EventName.SUPERSEDE: {
        ObjectType.INVOICE: _row(InvoiceStatus.PENDING, to=InvoiceStatus.VOID),
        ObjectType.SUBSCRIPTION: _row(
            SubscriptionStatus.ACTIVE,
            SubscriptionStatus.PAST_DUE,
            to=SubscriptionStatus.CANCELLED,
        ),
    },
    EventName.FIRST_APPROVE: {
        ObjectType.PAYMENT: _row(PaymentStatus.PENDING_APPROVAL, to=PaymentStatus.PENDING_APPROVAL),
    },
    EventName.FIRST_REVERSE: {
        ObjectType.PAYMENT: _row(PaymentStatus.SUCCEEDED, to=PaymentStatus.SUCCEEDED),
    },
    EventName.REJECT: {
        ObjectType.PAYMENT: _row(PaymentStatus.PENDING_APPROVAL, to=PaymentStatus.FAILED),
    },
    EventName.VOID: {
        ObjectType.INVOICE: _row(InvoiceStatus.PENDING, to=InvoiceStatus.VOID),
        ObjectType.SUBSCRIPTION: _row(
            SubscriptionStatus.PENDING_PAYMENT, to=SubscriptionStatus.CANCELLED
        ),
    },
    EventName.REVERSE: {
        ObjectType.PAYMENT: _row(PaymentStatus.SUCCEEDED, to=PaymentStatus.REVERSED),
        ObjectType.INVOICE: _row(InvoiceStatus.PAID, to=InvoiceStatus.PENDING),
        ObjectType.SUBSCRIPTION: _row(
            SubscriptionStatus.ACTIVE,
            SubscriptionStatus.PAST_DUE,
            to=SubscriptionStatus.PENDING_PAYMENT,
        ),
        ObjectType.ACCOUNT: _row(
            AccountStatus.ACTIVE, AccountStatus.SUSPENDED, to=AccountStatus.PENDING_PAYMENT
        ),
    },
    EventName.REVERSE_AND_VOID: {
        ObjectType.PAYMENT: _row(PaymentStatus.SUCCEEDED, to=PaymentStatus.REVERSED),
        ObjectType.INVOICE: _row(InvoiceStatus.PAID, to=InvoiceStatus.VOID),
        ObjectType.SUBSCRIPTION: _row(
            SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE, to=SubscriptionStatus.CANCELLED
        ),
        ObjectType.ACCOUNT: _row(
            AccountStatus.ACTIVE, AccountStatus.SUSPENDED, to=AccountStatus.PENDING_PAYMENT
        ),
    },
    EventName.RESTORE: {
        ObjectType.SUBSCRIPTION: _row(SubscriptionStatus.CANCELLED, to=SubscriptionStatus.ACTIVE),
        ObjectType.ACCOUNT: _row(
            AccountStatus.ACTIVE, AccountStatus.SUSPENDED, to=AccountStatus.ACTIVE
        ),
    },
    EventName.CLOSE_ACCOUNT: {
        ObjectType.INVOICE: _row(InvoiceStatus.PENDING, to=InvoiceStatus.VOID),
        ObjectType.SUBSCRIPTION: _row(
            SubscriptionStatus.PENDING_PAYMENT,
            SubscriptionStatus.ACTIVE,
            SubscriptionStatus.PAST_DUE,
            to=SubscriptionStatus.CANCELLED,
        ),
        ObjectType.ACCOUNT: _row(
            AccountStatus.TRIAL,
            AccountStatus.PENDING_PAYMENT,
            AccountStatus.ACTIVE,
            AccountStatus.SUSPENDED,
            to=AccountStatus.CANCELLED,
        ),
    },
}
