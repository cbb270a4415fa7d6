"""What customers do about their subscription: each act in one transaction, on all their rows.

What follows from an act at once (the end, the next renewal) is taken in the same transaction, by
the same steps as ``run_billing`` takes. Operators do the same for them: see ``operator_plans``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Plan, Subscription
from igny8_core.auth.selectors import public_plan
from igny8_core.business.billing import emails
from igny8_core.business.billing.borders import start_of
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.models import Invoice
from igny8_core.business.billing.rights import is_own
from igny8_core.business.billing.selectors.locks import LockedAccount, lock_billing_of_account
from igny8_core.business.billing.selectors.methods import payment_method_for
from igny8_core.business.billing.services.changes import Changes, written_together
from igny8_core.business.billing.services.invoices import require_cancellation_allowance
from igny8_core.business.billing.services.periods import (
    StartedSubscription,
    start_subscription,
    void_orders,
)
from igny8_core.business.billing.services.pricing import TOLD_PRICE, forget_told_price
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.business.subscriptions.bounds import TooManyInvoices
from igny8_core.business.subscriptions.current import Current, current_of
from igny8_core.business.subscriptions.exceptions import TooManyPlanChanges
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.next_step import next_look, next_step
from igny8_core.business.subscriptions.reading import (
    histories_of,
    is_paid_for,
    open_renewal,
    order_of,
    reissued_today,
    replaced_renewal,
)
from igny8_core.business.subscriptions.requirements import (
    require_cancellable,
    require_choosable,
    require_droppable,
    require_kept,
    require_looked_after,
    require_orderable,
    require_priceable,
    require_renewable,
)
from igny8_core.business.subscriptions.services.plan_changes import charge_for_change
from igny8_core.business.subscriptions.services.steps import Steps
from igny8_core.business.subscriptions.steps import CONSEQUENCES
from igny8_core.common.clock import business_day, business_zone
from igny8_core.common.daily import A_DAY
from igny8_core.common.models import put_in_hand
from igny8_core.common.money import Money
from igny8_core.common.transactions import in_transaction

CANCELLED = "The plan was cancelled."
REPLACED = "Replaced, because the plan changes."
REPRICED = "Replaced, because the price changes."
ORDERED_ANEW = "Replaced by another order."
EVER = 100_000  # days: an early renewal waits for no lead


@in_transaction
def cancel_at_period_end(*, account: Account, reason: str, actor: Actor, now: datetime) -> Current:
    """End the plan with the time that is paid for: at once, if that is over.

    An open renewal isn't owed any more, and a plan chosen for an unpaid period doesn't come.

    :param reason: in the words of whoever does it; may be empty.
    :raises BillingParked, NoSubscription, PlanEnds: if no plan runs that goes on.
    :raises PaymentAlreadyUnderReview: if the open renewal may have been paid.
    """
    with _in_hand(account, actor, now) as hand:
        subscription = require_cancellable(hand.billing)
        renewal = open_renewal(hand.billing, subscription)
        if renewal:
            hand.void(renewal, EventName.REQUEST_CANCEL, CANCELLED)
        subscription.cancel_at_period_end = True
        note = hand.drop_choice(subscription, reason)
        changed = ("cancel_at_period_end", "next_plan")
        hand.record(subscription, EventName.REQUEST_CANCEL, *changed, note=note)
        hand.follow()
        if renewal and subscription.cancelled_at is None:
            hand.changes.tell(emails.of_void(invoice=renewal, reason=CANCELLED))
        return hand.current


@in_transaction
def keep(*, account: Account, actor: Actor, now: datetime, note: str = "") -> Current:
    """Take a cancellation back; a renewal that it voided is issued anew.

    :param note: why, if the customer doesn't do it; it is kept in the event.
    :raises BillingParked, NoSubscription, NotCancelled: if no plan runs that was cancelled.
    :raises TooManyPlanChanges: if the renewal was issued anew today already.
    """
    with _in_hand(account, actor, now) as hand:
        subscription = require_kept(hand.billing)
        if replaced_renewal(hand.billing, subscription):
            hand.require_first_reissue(subscription)
        subscription.cancel_at_period_end = False
        hand.record(subscription, EventName.KEEP, "cancel_at_period_end", note=note)
        hand.follow()
        return hand.current


@in_transaction
def choose_next_plan(
    *,
    account: Account,
    plan_slug: str,
    actor: Actor,
    now: datetime,
    offer: str = "",
    note: str = "",
) -> Current:
    """Choose the plan of the next period; an open renewal is replaced, with the same due day.

    :param offer: the plan's offer as the customer saw it; empty if unknown.
    :param note: why, if the customer doesn't do it; it is kept in the event.
    :raises UnknownPlan, PlanChanged, PlanNotPayable, AlreadyOnPlan, AlreadyNextPlan: if the plan
        can't be chosen.
    :raises BillingParked, NoSubscription, PlanEnds: if no plan runs that goes on.
    :raises PaidAhead: if the plan that was chosen before is paid for.
    :raises PaymentAlreadyUnderReview: if the open renewal may have been paid.
    :raises TooManyPlanChanges: if the renewal was issued anew today already.
    """
    with _in_hand(account, actor, now) as hand:
        plan = public_plan(slug=plan_slug, offer=offer)
        subscription = require_choosable(plan, hand.billing)
        subscription.next_plan = plan
        hand.replace_renewal(subscription, "next_plan", note=_noted(plan, note))
        return hand.current


@in_transaction
def drop_next_plan(*, account: Account, actor: Actor, now: datetime, note: str = "") -> Current:
    """Take the choice of the next plan back; an open renewal is replaced, with the same due day.

    :param note: why, if the customer doesn't do it; it is kept in the event.
    :raises NoNextPlan: if none was chosen.
    :raises BillingParked, NoSubscription, PlanEnds: if no plan runs that goes on.
    :raises PaidAhead: if that plan is paid for.
    :raises PaymentAlreadyUnderReview: if the open renewal may have been paid.
    :raises TooManyPlanChanges: if the renewal was issued anew today already.
    """
    with _in_hand(account, actor, now) as hand:
        subscription = require_droppable(hand.billing)
        subscription.next_plan = None
        hand.replace_renewal(subscription, "next_plan", note=_noted(subscription.plan, note))
        return hand.current


@in_transaction
def agree_price(
    *, account: Account, price: Decimal | None, actor: Actor, now: datetime, note: str
) -> Current:
    """Let the plan cost what was agreed on; an open renewal is replaced, with the same due day.

    Operators alone do it: see ``operator_plans``.

    :param price: in the currency of prices, from the next invoice on as long as the plan stays;
        None: its own price holds again; a higher one with notice, as for everybody.
    :param note: why; it is kept in the event.
    :raises NoSubscription, PlanEnds: if no plan runs that goes on.
    :raises AnotherPlanFollows, PriceHoldsAlready: if nothing would follow from it.
    :raises PaymentAlreadyUnderReview: if the open renewal may have been paid.
    """
    with _in_hand(account, actor, now) as hand:
        subscription = require_priceable(price, hand.billing)
        subscription.price_override = price
        forget_told_price(subscription)
        said = Money(price, Plan.currency) if price else "The plan's own price"
        hand.replace_renewal(
            subscription,
            "price_override",
            *TOLD_PRICE,
            event=EventName.AGREE_PRICE,
            because=REPRICED,
            note=f"{said}: {note}",
        )
        return hand.current


@in_transaction
def renew_early(*, account: Account, actor: Actor, now: datetime) -> Current:
    """Issue the next period's invoice before its time.

    :raises BillingParked, NoSubscription, PlanEnds: if no plan runs that goes on.
    :raises RenewalAlreadyOpen, PaidAhead: if the next period has its invoice.
    :raises UpgradeAlreadyPending: if a change of plan waits for its payment.
    """
    with _in_hand(account, actor, now) as hand:
        require_renewable(hand.billing, now)
        hand.follow(partial(_before_its_time, today=business_day(now)))
        return hand.current


@in_transaction
def change_plan_now(
    *,
    account: Account,
    plan_slug: str,
    method_code: str,
    actor: Actor,
    now: datetime,
    offer: str = "",
    note: str = "",
) -> StartedSubscription:
    """Order a paid plan; the account doesn't change until the payment is approved.

    The unused days of what is paid for are taken off. An earlier order is void.

    :param offer: the plan's offer as the customer saw it; empty if unknown.
    :param method_code: empty to choose a payment method later.
    :param note: why, if the customer doesn't do it; it is kept in the event.
    :raises BillingParked, AccountClosed: if nothing can be ordered for the account.
    :raises UpgradeAlreadyPending: if an earlier order may have been paid, or is for the same plan.
    :raises UnknownPlan, PlanChanged, PlanNotPayable, AlreadyOnPlan, NothingToPay: if the plan can't
        be ordered.
    :raises UnknownPaymentMethod, ExchangeRateMissing: if the method can't be used.
    :raises CancellationLimitReached: if the account gave up too many orders today.
    """
    billing = _lock_to_act(account, actor)
    plan = public_plan(slug=plan_slug, offer=offer)
    require_orderable(plan, billing)
    locked, order = billing.account, order_of(billing)
    charge = charge_for_change(plan=plan, billing=billing, now=now)
    method = payment_method_for(code=method_code, country=locked.country) if method_code else None
    if order:
        _give_up(order, actor=actor, now=now)
    with written_together() as changes:
        started = start_subscription(
            changes=changes,
            account=locked,
            plan=plan,
            charge=charge,
            method=method,
            event=EventName.UPGRADE,
            actor=actor,
            now=now,
            note=note,
        )
    put_in_hand(locked, "subscriptions", [*billing.subscriptions, started.subscription])
    return started


def _give_up(order: Invoice, *, actor: Actor, now: datetime) -> None:
    """Void an order for which another one follows.

    :raises CancellationLimitReached: if the account gave up too many orders today, itself.
    """
    if _is_by_customer(actor, order.account):
        require_cancellation_allowance(order.account, now=now)
    with written_together() as changes:
        recorder = TransitionRecorder(
            changes=changes, event=EventName.VOID, actor=actor, now=now, invoice=order
        )
        void_orders([order], note=ORDERED_ANEW, recorder=recorder)


@dataclass(frozen=True)
class _Hand:
    """An account in hand: its rows, what changes about them, and who changes it."""

    billing: LockedAccount
    steps: Steps
    changes: Changes
    actor: Actor
    now: datetime

    @property
    def current(self) -> Current:
        return current_of(self.billing, self.steps.facts, self.now)

    def record(
        self, subscription: Subscription, event: EventName, *changed: str, note: str = ""
    ) -> None:
        renewal = open_renewal(self.billing, subscription)
        self._recorder(event, renewal, note).move(subscription, also_save=changed)

    def void(self, renewal: Invoice, event: EventName, note: str) -> None:
        self._recorder(event, renewal, note).void(renewal)

    def drop_choice(self, subscription: Subscription, reason: str) -> str:
        """Drop the choice of the next plan, unless that is paid for; return what is noted of it."""
        chosen = subscription.next_plan
        if chosen is None or is_paid_for(chosen, self.billing, subscription):
            return reason
        subscription.next_plan = None
        return "\n".join(filter(None, (f"Not to be the next plan any more: {chosen}", reason)))

    def replace_renewal(
        self,
        subscription: Subscription,
        *changed: str,
        event: EventName = EventName.SCHEDULE_PLAN,
        because: str = REPLACED,
        note: str,
    ) -> None:
        """Record what the next period will be, and let such a renewal follow an open one."""
        if renewal := open_renewal(self.billing, subscription):
            self.require_first_reissue(subscription)
            with written_together() as first:  # two can't be open
                self._recorder(event, renewal, because, first).void(renewal)
        self.record(subscription, event, *changed, note=note)
        self.follow()

    def require_first_reissue(self, subscription: Subscription) -> None:
        """Check that no renewal replaced another one today: each sends an email.

        Support may replace one more: the refusal sends customers there.

        :raises TooManyPlanChanges: if one did, and the customer asks for another.
        """
        if not _is_by_customer(self.actor, self.billing.account):
            return
        if reissued_today(self.billing, subscription, self.now):
            raise self._too_many_changes()

    def follow(self, seen: Callable[[BillingFacts], BillingFacts] = lambda facts: facts) -> None:
        """Take the steps that follow at once.

        :param seen: how the facts are looked at.
        :raises TooManyPlanChanges: if another renewal would be one too many.
        """
        steps = self.steps
        try:
            while (step := next_step(seen(steps.facts), self.now)) and step.name in CONSEQUENCES:
                steps.take(step)
        except TooManyInvoices as error:
            raise self._too_many_changes() from error

    def _too_many_changes(self) -> TooManyPlanChanges:
        tomorrow = start_of(business_day(self.now) + A_DAY, business_zone())
        return TooManyPlanChanges(retry_after=int((tomorrow - self.now).total_seconds()) + 1)

    def _recorder(
        self,
        event: EventName,
        invoice: Invoice | None,
        note: str,
        changes: Changes | None = None,
    ) -> TransitionRecorder:
        return TransitionRecorder(
            changes=changes or self.changes,
            event=event,
            actor=self.actor,
            now=self.now,
            invoice=invoice,
            note=note,
        )


@contextmanager
def _in_hand(account: Account, actor: Actor, now: datetime) -> Iterator[_Hand]:
    """Lock an account's billing; in the end write what has changed, and when to look again.

    :raises BillingParked: if nothing would follow from what the customer does.
    """
    billing = _lock_to_act(account, actor)
    with written_together() as changes:
        history = histories_of([account.pk])[account.pk]
        steps = Steps(billing=billing, history=history, changes=changes, now=now)
        yield _Hand(billing, steps, changes, actor, now)
        changes.look_again(account.pk, next_look(steps.facts, now))


def _lock_to_act(account: Account, actor: Actor) -> LockedAccount:
    """Lock an account's billing, for its customer only if something follows from what they do."""
    billing = lock_billing_of_account(account_id=account.pk)
    if _is_by_customer(actor, billing.account):
        require_looked_after(billing)
    return billing


def _noted(plan: Plan, note: str) -> str:
    return f"{plan}: {note}" if note else f"{plan}"


def _is_by_customer(actor: Actor, account: Account) -> bool:
    return actor.user is not None and is_own(actor.user, account=account, payments=())


def _before_its_time(facts: BillingFacts, *, today: date) -> BillingFacts:
    """Return the facts as if renewals began today, at the latest, and waited for no lead."""
    begin = facts.rules.renewals_from
    rules = replace(
        facts.rules,
        lead_days=EVER,
        yearly_lead_days=EVER,
        renewals_from=min(begin, today) if begin else None,
    )
    return replace(facts, rules=rules)
