"""Decisions that need two admins: the first consent is recorded, the second one acts."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from django.conf import settings

from igny8_core.auth.actors import Actor
from igny8_core.auth.rights import Right, holders, require_settled
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.exceptions import SecondApprovalRequired, SecondReversalRequired
from igny8_core.business.billing.models import Consent, Payment
from igny8_core.business.billing.services.changes import Changes
from igny8_core.common.exceptions import DomainError, refusal_of
from igny8_core.common.models import put_in_hand


def needs_two_admins(payment: Payment) -> bool:
    """Tell whether two admins have to agree on a payment, by its invoice's total in USD."""
    limit: Decimal | None = settings.BILLING_DUAL_CONTROL_ABOVE
    return limit is not None and payment.invoice.total > limit


@dataclass(kw_only=True)
class Consents:
    """The consents to one event, as one actor adds to them; of any number of payments.

    :param is_forced: the event is to happen even if credits are spent: that is another one.
    """

    changes: Changes
    event: EventName
    right: Right
    actor: Actor
    now: datetime
    is_forced: bool = False

    def is_agreed(self, payment: Payment) -> bool:
        """Record the actor's consent; tell whether the event can be carried out.

        Consent of somebody who has lost the right since doesn't count.

        :param payment: locked by the caller.
        :raises SecondApproverRequired: if the actor has already consented.
        :raises PersonChangedLately: if somebody else has recently added or changed the actor.
        """
        if not needs_two_admins(payment):
            return True
        given = [consent for consent in payment.consents.all() if self._is_to_this(consent)]
        others = [consent for consent in given if consent.admin_id in self._holders]
        if self.actor.user is not None:
            if self._unsettled:
                raise self._unsettled
            if any(consent.admin_id == self.actor.user.pk for consent in others):
                raise self._needs_another
        lapsed = [consent for consent in given if consent not in others]
        for consent in lapsed:
            self.changes.remove(consent)
        stay = [consent for consent in payment.consents.all() if consent not in lapsed]
        put_in_hand(payment, "consents", [*stay, *self._own(payment)])
        return bool(others)

    def _is_to_this(self, consent: Consent) -> bool:
        return (consent.event, consent.is_forced) == (self.event, self.is_forced)

    def _own(self, payment: Payment) -> list[Consent]:
        """Record the actor's own consent; the system has none to give."""
        if self.actor.user is None:
            return []
        consent = Consent(
            payment=payment,
            event=self.event,
            is_forced=self.is_forced,
            admin=self.actor.user,
            created_at=self.now,
        )
        self.changes.add(consent)
        return [consent]

    @property
    def _needs_another(self) -> DomainError:
        is_approval = self.event == EventName.APPROVE
        return SecondApprovalRequired() if is_approval else SecondReversalRequired()

    @cached_property
    def _holders(self) -> set[int]:
        return set(holders(self.right).values_list("pk", flat=True))

    @cached_property
    def _unsettled(self) -> DomainError | None:
        """Why the actor's consent doesn't count yet: asked once."""
        user = self.actor.user
        if user is None:
            return None
        return refusal_of(lambda: require_settled(user, now=self.now))
