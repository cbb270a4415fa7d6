"""The rights to bend the rules of billing for one customer."""

from igny8_core.auth.actors import Actor
from igny8_core.auth.rights import Person, Right
from igny8_core.business.subscriptions.exceptions import (
    CompNotAllowed,
    MayNotAdjustCredits,
    MayNotAgreePrice,
    MayNotOverride,
)

OVERRIDE = Right(permissions=("igny8_auth.change_subscription",), refusal=MayNotOverride)
ADJUST_CREDITS = Right(permissions=("billing.add_credittransaction",), refusal=MayNotAdjustCredits)


def require_may_comp(actor: Actor) -> None:
    """Check that an actor may give away what is for sale.

    :raises CompNotAllowed: if it isn't a superuser.
    """
    if not may_comp(actor.user):
        raise CompNotAllowed


def require_may_agree_price(actor: Actor) -> None:
    """Check that an actor may let somebody pay another price than others.

    :raises MayNotAgreePrice: if it isn't a superuser.
    """
    if not may_comp(actor.user):
        raise MayNotAgreePrice


def may_comp(person: Person | None) -> bool:
    """Tell whether somebody may give away what is for sale, such as a period free of charge."""
    return bool(person and person.is_superuser)
