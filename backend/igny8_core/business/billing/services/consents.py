"""Decisions that need two admins: the first consent is recorded, the second one acts."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet

from igny8_core.auth.actors import Actor
from igny8_core.auth.rights import Right, holders, require_settled
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.exceptions import SecondApprovalRequired, SecondReversalRequired
from igny8_core.business.billing.models import Consent, Payment


def needs_two_admins(payment: Payment) -> bool:
    """Tell whether two admins have to agree on a payment, by its invoice's total in USD."""
    limit: Decimal | None = settings.BILLING_DUAL_CONTROL_ABOVE
    return limit is not None and payment.invoice.total > limit


def is_agreed(
    *,
    payment: Payment,
    event: EventName,
    right: Right,
    actor: Actor,
    now: datetime,
    is_forced: bool = False,
) -> bool:
    """Record an actor's consent to an event; tell whether it can be carried out.

    Consent of somebody who has lost the right since doesn't count.

    :param payment: locked by the caller.
    :raises SecondApproverRequired: if the actor has already consented.
    :raises PersonChangedLately: if somebody else has recently added or changed the actor.
    """
    if not needs_two_admins(payment):
        return True
    others = _consents(payment, event, is_forced=is_forced)
    others.exclude(admin__in=holders(right)).delete()
    if actor.user is None:
        return others.exists()
    require_settled(actor.user, now=now)
    if others.filter(admin=actor.user).exists():
        raise SecondApprovalRequired if event == EventName.APPROVE else SecondReversalRequired
    is_second = others.exists()
    Consent.objects.create(
        payment=payment, event=event, is_forced=is_forced, admin=actor.user, created_at=now
    )
    return is_second


def _consents(payment: Payment, event: EventName, *, is_forced: bool) -> QuerySet[Consent]:
    return Consent.objects.filter(payment=payment, event=event, is_forced=is_forced)
