"""The run of billing: every account whose time has come, each in a transaction of its own.

Any number of runs may work at once: the lock on an account's row is the claim to it, and the others
take the next one. A run that dies loses one account's transaction; the next run goes on.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from django.db.models import Q, QuerySet

from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, AccountStatus, SubscriptionStatus
from igny8_core.auth.models import Account, Subscription
from igny8_core.auth.selectors import lock_account
from igny8_core.business.billing.enums import EventName, ObjectType
from igny8_core.business.billing.models import PaymentEvent
from igny8_core.business.subscriptions.bounds import TooManySuspensions
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.models import BillingRun
from igny8_core.business.subscriptions.next_step import next_step
from igny8_core.business.subscriptions.services.advance import advance
from igny8_core.business.subscriptions.services.looks import SET, readable_facts
from igny8_core.business.subscriptions.steps import SUSPEND, Step
from igny8_core.common.clock import utc_now
from igny8_core.common.daily import A_DAY
from igny8_core.common.transactions import commit_or_retry, is_contention, is_database_away

MAY_BE_SUSPENDED = Q(
    status=AccountStatus.ACTIVE,
    pk__in=Subscription.objects.filter(status=SubscriptionStatus.PAST_DUE).values("account"),
)
FEW_SUSPENSIONS = 20  # in 24 hours, however few accounts there are
SUSPENSIONS_PERCENT = 5  # of the accounts with a live subscription
Told = Callable[[int, Step], None]

logger = logging.getLogger(__name__)


@dataclass
class Outcome:
    """What a run has done.

    :ivar busy: the accounts that are left to another run.
    :ivar steps: how often each was taken, by its name.
    :ivar is_stopped: whether an account was left that would have been one suspension too many.
    :ivar is_unfinished: whether it stopped because its time was up.
    """

    as_of: datetime
    started_at: datetime
    accounts: int = 0
    parked: int = 0
    busy: set[int] = field(default_factory=set)
    steps: Counter[str] = field(default_factory=Counter)
    is_unfinished: bool = False
    is_stopped: bool = False


def run_billing(
    *,
    as_of: datetime,
    limit_seconds: int,
    account_id: int | None = None,
    force: bool = False,
    told: Told = lambda _account_id, _step: None,
) -> Outcome:
    """Take the steps of all accounts that are due, until none is or the time is up.

    What fails for an account parks it: the others go on, and somebody has to look at it.

    :param account_id: of the only account to look at, if it is due.
    :param force: suspend however many accounts are due for it.
    :param told: called with each account's id and step, when it is committed.
    :raises TooManySuspensions: at the end, if there would be too many; for all else there was time,
        or the exception says so.
    :raises django.db.OperationalError: if the database can't be reached.
    """
    run = _Run(
        as_of=as_of, limit_seconds=limit_seconds, account_id=account_id, force=force, told=told
    )
    return run.go_on()


class _Run:
    def __init__(
        self,
        *,
        as_of: datetime,
        limit_seconds: int,
        account_id: int | None,
        force: bool,
        told: Told,
    ) -> None:
        self.outcome = Outcome(as_of=as_of, started_at=utc_now())
        self.as_of = as_of
        self.until = monotonic() + limit_seconds
        self.account_id = account_id
        self.force = force
        self.told = told
        self.claimed: int | None = None
        self.others = self._due_for_something_else()

    def go_on(self) -> Outcome:
        try:
            while self._advance_next():
                if self._time_is_up():
                    break
        finally:
            self._record()
        if self.outcome.is_stopped:
            raise TooManySuspensions(is_unfinished=self.outcome.is_unfinished)
        return self.outcome

    def _time_is_up(self) -> bool:
        """Tell so, and note that something may be left."""
        is_up = monotonic() >= self.until
        self.outcome.is_unfinished |= is_up
        return is_up

    def _advance_next(self) -> bool:
        """Take the steps of one account; tell whether there was one."""
        self.claimed = None
        try:
            steps = commit_or_retry(self._claim_and_advance)
        except TooManySuspensions:
            self._leave(self.claimed)
            return True
        except Exception as error:
            if is_database_away(error) or self.claimed is None:
                raise
            logger.exception("Billing of account %s failed", self.claimed)
            self._set_aside(self.claimed, error)
            return True
        if self.claimed is None:
            return False
        self.outcome.accounts += bool(steps)
        self.outcome.steps.update(step.name for step in steps)
        for step in steps:
            self.told(self.claimed, step)
        return True

    def _claim_and_advance(self) -> list[Step]:
        self.claimed = self._claim()
        if self.claimed is None:
            return []
        steps = advance(account_id=self.claimed, now=self.as_of)
        if SUSPEND in steps and not self.force:
            self._require_few_suspensions()
        return steps

    def _claim(self) -> int | None:
        """Lock the account that has waited longest, and that nobody else is at.

        Once no more may be suspended, those that would be aren't even locked.
        """
        if not self.outcome.is_stopped:
            return _lock_first_of(self._due())
        claims = (_lock_first_of(self._due().filter(pk=pk)) for pk in self.others)
        return next(filter(None, claims), None)

    def _due(self) -> QuerySet[Account]:
        due = Account.objects.filter(next_billing_step_at__lte=self.as_of, parked_at=None).exclude(
            pk__in=self.outcome.busy
        )
        due = due if self.account_id is None else due.filter(pk=self.account_id)
        return due.order_by("next_billing_step_at", "pk")

    def _due_for_something_else(self) -> Iterator[int]:
        """Yield the accounts that are due for another step than a suspension.

        First those that can't be suspended; the rest is read in sets, and without locks.
        """
        due = self._due().values_list("pk", flat=True)
        yield from list(due.exclude(MAY_BE_SUSPENDED))
        pressed = list(due.filter(MAY_BE_SUSPENDED))
        for start in range(0, len(pressed), SET):
            if self._time_is_up():
                return
            read = readable_facts(pressed[start : start + SET])
            yield from (pk for pk in read if not _is_to_suspend(read[pk], self.as_of))

    def _require_few_suspensions(self) -> None:
        """Check that the accounts suspended in the last 24 hours, by whichever run, are few.

        :raises TooManySuspensions: if they aren't.
        """
        suspended = PaymentEvent.objects.filter(
            event=EventName.SUSPEND,
            object_type=ObjectType.ACCOUNT,
            created_at__gt=self.as_of - A_DAY,
        ).count()
        if suspended <= FEW_SUSPENSIONS:
            return
        live = Subscription.objects.filter(status__in=LIVE_SUBSCRIPTION_STATUSES).count()
        if suspended * 100 > live * SUSPENSIONS_PERCENT:
            raise TooManySuspensions

    def _leave(self, account_id: int | None) -> None:
        """Leave an account that would be one suspension too many; the others go on."""
        self.outcome.is_stopped = True
        if account_id is not None:
            self.outcome.busy.add(account_id)

    def _set_aside(self, account_id: int, error: Exception) -> None:
        """Park an account that failed, or leave it to the next run if somebody else is at it."""
        if is_contention(error):
            self.outcome.busy.add(account_id)
            return
        commit_or_retry(lambda: self._park(account_id, type(error).__name__))
        self.outcome.parked += 1

    def _park(self, account_id: int, reason: str) -> None:
        account = lock_account(account_id=account_id)
        account.parked_at, account.parked_reason = self.as_of, reason
        account.save(update_fields=["parked_at", "parked_reason", "updated_at"])

    def _record(self) -> None:
        """Keep a row of a run that did something."""
        done = self.outcome
        if done.accounts or done.parked:
            BillingRun.objects.create(
                as_of=done.as_of,
                started_at=done.started_at,
                finished_at=utc_now(),
                accounts=done.accounts,
                parked=done.parked,
                steps=dict(done.steps),
            )


def _lock_first_of(due: QuerySet[Account]) -> int | None:
    """Lock the first account that nobody else is at."""
    unlocked = due.select_for_update(of=("self",), skip_locked=True)
    return unlocked.values_list("pk", flat=True).first()


def _is_to_suspend(facts: BillingFacts | None, now: datetime) -> bool:
    """Tell whether an account is to be suspended; one that can't be read is to be parked."""
    return facts is not None and next_step(facts, now) == SUSPEND
