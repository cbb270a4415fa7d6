"""The rights at the approval desk, and who may use them on which account."""

from collections.abc import Iterable

from django.db.models import Model

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account
from igny8_core.auth.rights import Person, Right, require
from igny8_core.business.billing.exceptions import (
    MayNotReverse,
    NotBillingAdmin,
    NotDeskStaff,
    OwnAccountPayment,
    ProofsNotShown,
)
from igny8_core.business.billing.models import Payment

VIEW_PAYMENTS = Right(
    permissions=("billing.view_payment",),
    refusal=NotDeskStaff,
)
VIEW_PROOFS = Right(
    permissions=("billing.view_payment", "billing.view_proof"),
    refusal=ProofsNotShown,
)
DECIDE = Right(
    permissions=("billing.decide_payment",),
    refusal=NotBillingAdmin,
)
REVERSE = Right(
    permissions=("billing.reverse_payment",),
    refusal=MayNotReverse,
)


def require_may_decide(
    *, actor: Actor, right: Right, account: Account, payments: Iterable[Payment]
) -> None:
    """Check that an actor may use a right on an account's money.

    Nobody may decide on payments that they confirmed themselves, or on their own account. The
    system, an actor without a user, may.

    :param payments: the payments to decide on.
    :raises NotAllowed: the right's own refusal.
    :raises SecondFactorRequired: if only the second factor is missing.
    :raises OwnAccountPayment: if the account or a payment is the actor's own.
    """
    require_right(actor=actor, right=right)
    require_not_own(actor=actor, account=account, payments=payments)


def require_right(*, actor: Actor, right: Right) -> None:
    """Check that an actor has a right, whatever it is used on.

    :raises NotAllowed: the right's own refusal.
    :raises SecondFactorRequired: if only the second factor is missing.
    """
    if actor.user is not None:
        require(actor.user, right)


def require_not_own(*, actor: Actor, account: Account, payments: Iterable[Payment]) -> None:
    """Check that an actor decides on somebody else's money.

    :raises OwnAccountPayment: if the account or a payment is the actor's own.
    """
    if actor.user is not None and is_own(actor.user, account=account, payments=payments):
        raise OwnAccountPayment


def is_own(user: Person, *, account: Account, payments: Iterable[Payment]) -> bool:
    """Tell whether an account, or one of the payments, is the person's own."""
    claimants = {payment.submitted_by_id for payment in payments}
    return user.pk in claimants or getattr(user, "account_id", None) == account.pk


def right_to_change(model: type[Model]) -> Right:
    """Return the right to propose changes of a model and to agree to them."""
    return Right(
        permissions=(f"{model._meta.app_label}.change_{model._meta.model_name}",),
        refusal=NotBillingAdmin,
    )
