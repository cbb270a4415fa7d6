"""What the acts of a customer require; the page that offers them asks the same."""

from datetime import datetime
from decimal import Decimal

from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.models import Plan, Subscription
from igny8_core.business.billing.borders import last_day
from igny8_core.business.billing.exceptions import AccountClosed, InvoiceUnderReview
from igny8_core.business.billing.models import Invoice
from igny8_core.business.billing.periods import border, paid_until
from igny8_core.business.billing.selectors.locks import LockedAccount
from igny8_core.business.subscriptions.exceptions import (
    AlreadyNextPlan,
    AlreadyOnPlan,
    AnotherPlanFollows,
    BillingParked,
    NoNextPlan,
    NoSubscription,
    NotCancelled,
    PaidAhead,
    PlanEnds,
    PlanNotPayable,
    PriceHoldsAlready,
    RenewalAlreadyOpen,
    UpgradeAlreadyPending,
)
from igny8_core.business.subscriptions.reading import (
    is_paid_for,
    live_subscription,
    open_renewal,
    order_of,
    waiting_claim,
)
from igny8_core.common.clock import business_zone


def require_looked_after(billing: LockedAccount) -> None:
    """Check that something follows from what a customer does; support may act nevertheless.

    :raises BillingParked: if billing leaves the account alone.
    """
    if billing.account.parked_at:
        raise BillingParked(billing.account)


def require_live(billing: LockedAccount) -> Subscription:
    """Return the subscription that runs.

    :raises NoSubscription: if none does, or the account is closed.
    """
    subscription, account = live_subscription(billing), billing.account
    if subscription is None or account.status == AccountStatus.CANCELLED:
        raise NoSubscription(account)
    return subscription


def require_going_on(billing: LockedAccount) -> Subscription:
    """Return the subscription that runs and isn't cancelled.

    :raises NoSubscription, PlanEnds: if there is none.
    """
    subscription = require_live(billing)
    if subscription.cancel_at_period_end:
        raise PlanEnds(subscription, day=last_day(paid_until(subscription), business_zone()))
    return subscription


def require_cancellable(billing: LockedAccount) -> Subscription:
    """Return the subscription that can be cancelled.

    :raises NoSubscription, PlanEnds: if there is none that goes on.
    :raises PaymentAlreadyUnderReview: if its renewal may have been paid.
    """
    subscription = require_going_on(billing)
    require_no_claim(billing, open_renewal(billing, subscription))
    return subscription


def require_kept(billing: LockedAccount) -> Subscription:
    """Return the subscription whose cancellation can be taken back.

    :raises NoSubscription, NotCancelled: if there is none.
    """
    subscription = require_live(billing)
    if not subscription.cancel_at_period_end:
        raise NotCancelled(subscription)
    return subscription


def require_renewable(billing: LockedAccount, now: datetime) -> Subscription:
    """Return the subscription whose next period can be invoiced early.

    :raises NoSubscription, PlanEnds: if there is none that goes on.
    :raises RenewalAlreadyOpen: if it is invoiced already.
    :raises PaidAhead: if it is paid for already.
    :raises UpgradeAlreadyPending: if a change of plan waits for its payment.
    """
    subscription = require_going_on(billing)
    if renewal := open_renewal(billing, subscription):
        raise RenewalAlreadyOpen(renewal)
    _require_not_paid_ahead(subscription, now)
    if order := order_of(billing):
        raise UpgradeAlreadyPending(order.subscription)
    return subscription


def require_choosing(billing: LockedAccount) -> Subscription:
    """Return the subscription whose next plan can be chosen.

    :raises NoSubscription, PlanEnds: if there is none that goes on.
    :raises PaymentAlreadyUnderReview: if its renewal may have been paid.
    :raises PaidAhead: if the plan that was chosen before is paid for.
    """
    subscription = require_going_on(billing)
    require_no_claim(billing, open_renewal(billing, subscription))
    chosen = subscription.next_plan
    if chosen and is_paid_for(chosen, billing, subscription):
        raise _paid_ahead(subscription)
    return subscription


def require_choosable(plan: Plan, billing: LockedAccount) -> Subscription:
    """Return the subscription that can go on with another plan.

    :raises PlanNotPayable, AlreadyOnPlan, AlreadyNextPlan: if the plan can't be chosen.
    :raises DomainError: as ``require_choosing`` does.
    """
    subscription = require_choosing(billing)
    if plan.is_free:
        raise PlanNotPayable(plan=plan)
    if plan.pk == subscription.next_plan_id:
        raise AlreadyNextPlan(plan=plan)
    if plan.pk == subscription.plan_id:
        raise AlreadyOnPlan(plan=plan)
    return subscription


def require_droppable(billing: LockedAccount) -> Subscription:
    """Return the subscription whose choice of a next plan can be taken back.

    :raises NoNextPlan: if none was chosen.
    :raises DomainError: as ``require_choosing`` does.
    """
    subscription = require_choosing(billing)
    if not subscription.next_plan_id:
        raise NoNextPlan(subscription)
    return subscription


def require_priceable(price: Decimal | None, billing: LockedAccount) -> Subscription:
    """Return the subscription whose present plan can go on at another price.

    :param price: None for that of the plan.
    :raises AnotherPlanFollows: if the plan doesn't go on.
    :raises PriceHoldsAlready: if it was agreed on before, or nothing was.
    :raises DomainError: as ``require_choosing`` does.
    """
    subscription = require_choosing(billing)
    if subscription.next_plan:
        raise AnotherPlanFollows(subscription, plan=subscription.next_plan)
    if subscription.price_override == price:
        raise PriceHoldsAlready(subscription)
    return subscription


def require_orderable(plan: Plan, billing: LockedAccount) -> None:
    """Check that a plan can be ordered now, apart from its price.

    :raises AccountClosed: if the account is closed.
    :raises UpgradeAlreadyPending: if an order of it is open, or one that may have been paid.
    :raises PlanNotPayable, AlreadyOnPlan: if the plan can't be ordered.
    """
    if billing.account.status == AccountStatus.CANCELLED:
        raise AccountClosed(billing.account)
    order = order_of(billing)
    if order and (order.subscription.plan_id == plan.pk or waiting_claim(billing, order)):
        raise UpgradeAlreadyPending(order.subscription)
    if plan.is_free:
        raise PlanNotPayable(plan=plan)
    live = live_subscription(billing)
    if live and live.plan_id == plan.pk:
        raise AlreadyOnPlan(plan=plan)


def require_no_claim(billing: LockedAccount, invoice: Invoice | None) -> None:
    """Check that what is to be void isn't paid, perhaps.

    :raises InvoiceUnderReview: if a confirmation of it waits.
    """
    if invoice and waiting_claim(billing, invoice):
        raise InvoiceUnderReview(invoice)


def _require_not_paid_ahead(subscription: Subscription, now: datetime) -> None:
    if now < border(subscription, subscription.paid_index - 1):
        raise _paid_ahead(subscription)


def _paid_ahead(subscription: Subscription) -> PaidAhead:
    return PaidAhead(subscription, day=last_day(paid_until(subscription), business_zone()))
