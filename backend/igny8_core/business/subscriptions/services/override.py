"""An operator's act on an account: who may, the reason, what is locked, and what is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from igny8_core.auth.actors import Actor
from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.models import Account, Subscription
from igny8_core.auth.rights import Right
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.models import Invoice
from igny8_core.business.billing.rights import require_may_decide
from igny8_core.business.billing.selectors.locks import LockedAccount, lock_billing_of_account
from igny8_core.business.billing.services.changes import Changes, written_together
from igny8_core.business.billing.services.periods import count_without_pause
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.business.subscriptions.exceptions import (
    AnotherSubscriptionRuns,
    NoLiveSubscription,
    NoOpenRenewal,
    OverrideReasonRequired,
)
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.next_step import next_look
from igny8_core.business.subscriptions.reading import (
    facts_of,
    histories_of,
    live_subscription,
    open_renewal,
)
from igny8_core.common.validators import is_visible


def lock_to_override(*, account_id: int, right: Right, actor: Actor, reason: str) -> LockedAccount:
    """Lock an account's billing for somebody who may bend its rules, and says why.

    :raises OverrideReasonRequired: if the reason is empty.
    :raises NotAllowed: if the actor lacks the right, or it is the actor's own account.
    :raises Account.DoesNotExist: if there is no such account.
    """
    if not is_visible(reason):
        raise OverrideReasonRequired
    billing = lock_billing_of_account(account_id=account_id)
    require_may_decide(actor=actor, right=right, account=billing.account, payments=billing.payments)
    return billing


def require_meant(billing: LockedAccount, subscription_id: int | None) -> Subscription:
    """Return the subscription that runs.

    :raises NoLiveSubscription: if none does, or another one than the one that is meant.
    """
    found = live_subscription(billing)
    if not found:
        raise NoLiveSubscription(billing.account)
    if subscription_id not in {None, found.pk}:
        raise AnotherSubscriptionRuns(billing.account)
    return found


@dataclass(frozen=True)
class Override:
    """An operator's act on an account whose billing is locked."""

    billing: LockedAccount
    changes: Changes
    actor: Actor
    now: datetime
    reason: str
    subscription_id: int | None

    @property
    def account(self) -> Account:
        return self.billing.account

    @property
    def subscription(self) -> Subscription:
        """The subscription that runs.

        :raises NoLiveSubscription: if none does, or another one than the one that is meant.
        """
        return require_meant(self.billing, self.subscription_id)

    @property
    def open_renewal(self) -> Invoice | None:
        """Its renewal that waits for its payment."""
        return open_renewal(self.billing, self.subscription)

    @property
    def debt(self) -> Invoice:
        """The open renewal.

        :raises NoOpenRenewal: if there is none.
        """
        if found := self.open_renewal:
            return found
        raise NoOpenRenewal(self.account)

    def facts(self) -> BillingFacts:
        """Return the facts as the rows in memory are now."""
        pk = self.account.pk
        return facts_of(self.billing, histories_of([pk])[pk])

    def recorder(self, event: EventName, invoice: Invoice | None, said: str) -> TransitionRecorder:
        """Return a recorder whose note says what was done, and why."""
        return TransitionRecorder(
            changes=self.changes,
            event=event,
            actor=self.actor,
            now=self.now,
            invoice=invoice,
            note=f"{said}: {self.reason}" if said else self.reason,
        )

    def end_pause(self, recorder: TransitionRecorder) -> None:
        """Give access back, if it was paused: the paused days aren't charged."""
        account, subscription, renewal = self.account, self.subscription, self.open_renewal
        if account.status != AccountStatus.SUSPENDED:
            return
        if account.suspended_at:
            index = renewal.period_index if renewal else None
            count_without_pause(
                subscription,
                index=subscription.paid_index if index is None else index,
                paused_at=account.suspended_at,
                now=self.now,
            )
            self.changes.save(subscription, "anchor_at", "anchor_index")
        account.suspended_at = None
        recorder.move(account, also_save=("suspended_at",))


@contextmanager
def overriding(
    account_id: int,
    right: Right,
    actor: Actor,
    now: datetime,
    reason: str,
    subscription_id: int | None = None,
) -> Iterator[Override]:
    """Lock an account for an act, write what it changes, and say when billing has to look again.

    :raises DomainError: as ``lock_to_override`` does.
    """
    billing = lock_to_override(account_id=account_id, right=right, actor=actor, reason=reason)
    with written_together() as changes:
        act = Override(billing, changes, actor, now, reason, subscription_id)
        yield act
        changes.look_again(account_id, next_look(act.facts(), now))
