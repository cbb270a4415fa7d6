"""What an operator does with a customer's plan: the customer's own acts, each with a reason.

The reason stands in the event of the act. ``overrides.py`` says what the acts make of the facts.
"""

from datetime import datetime
from decimal import Decimal

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import MAX_PRICE, Account
from igny8_core.business.billing.selectors.locks import LockedAccount
from igny8_core.business.billing.services.periods import StartedSubscription
from igny8_core.business.subscriptions.current import Current
from igny8_core.business.subscriptions.exceptions import NotToBeAgreedOn
from igny8_core.business.subscriptions.reading import live_subscription, order_of
from igny8_core.business.subscriptions.rights import OVERRIDE, require_may_agree_price
from igny8_core.business.subscriptions.services import customer
from igny8_core.business.subscriptions.services.override import lock_to_override, require_meant
from igny8_core.common.transactions import in_transaction


@in_transaction
def cancel_plan(
    *,
    account_id: int,
    actor: Actor,
    now: datetime,
    reason: str,
    subscription_id: int | None = None,
) -> Current:
    """End the plan with the time that is paid for: at once, if that is over.

    :raises NoLiveSubscription: if there is nothing to cancel.
    :raises DomainError: as ``customer.cancel_at_period_end`` does.
    """
    account = _with_plan(account_id, actor, reason, subscription_id)
    return customer.cancel_at_period_end(account=account, reason=reason, actor=actor, now=now)


@in_transaction
def keep_plan(
    *,
    account_id: int,
    actor: Actor,
    now: datetime,
    reason: str,
    subscription_id: int | None = None,
) -> Current:
    """Take a cancellation back.

    :raises NoLiveSubscription: if the plan has ended.
    :raises DomainError: as ``customer.keep`` does.
    """
    account = _with_plan(account_id, actor, reason, subscription_id)
    return customer.keep(account=account, actor=actor, now=now, note=reason)


@in_transaction
def plan_next_period(
    *,
    account_id: int,
    plan_slug: str,
    actor: Actor,
    now: datetime,
    reason: str,
    subscription_id: int | None = None,
) -> Current:
    """Choose the plan of the next period.

    :raises NoLiveSubscription: if no period follows.
    :raises DomainError: as ``customer.choose_next_plan`` does.
    """
    account = _with_plan(account_id, actor, reason, subscription_id)
    return customer.choose_next_plan(
        account=account, plan_slug=plan_slug, actor=actor, now=now, note=reason
    )


@in_transaction
def drop_next_plan(
    *,
    account_id: int,
    actor: Actor,
    now: datetime,
    reason: str,
    subscription_id: int | None = None,
) -> Current:
    """Take the choice of the next plan back.

    :raises NoLiveSubscription: if no period follows.
    :raises DomainError: as ``customer.drop_next_plan`` does.
    """
    account = _with_plan(account_id, actor, reason, subscription_id)
    return customer.drop_next_plan(account=account, actor=actor, now=now, note=reason)


@in_transaction
def agree_price(
    *,
    account_id: int,
    price: Decimal | None,
    actor: Actor,
    now: datetime,
    reason: str,
    subscription_id: int | None = None,
) -> Current:
    """Let the customer pay another price from the next invoice on, as long as the plan stays.

    :param price: above 0, in the currency of prices; None: the plan's own price holds again.
    :raises MayNotAgreePrice: if the actor isn't a superuser.
    :raises NotToBeAgreedOn: if it is no price.
    :raises NoLiveSubscription: if no period follows.
    :raises DomainError: as ``customer.agree_price`` does.
    """
    require_may_agree_price(actor)
    if price is not None and not _is_price(price):
        raise NotToBeAgreedOn(most=MAX_PRICE)
    account = _with_plan(account_id, actor, reason, subscription_id)
    return customer.agree_price(account=account, price=price, actor=actor, now=now, note=reason)


def _is_price(price: Decimal) -> bool:
    return 0 < price <= MAX_PRICE and price == round(price, 2)


@in_transaction
def order_plan(
    *,
    account_id: int,
    plan_slug: str,
    actor: Actor,
    now: datetime,
    reason: str,
    subscription_id: int | None = None,
) -> StartedSubscription:
    """Order a plan for the account; it begins when its invoice is paid, by whatever method.

    :raises NoLiveSubscription: if another subscription runs than the one that is meant.
    :raises DomainError: as ``customer.change_plan_now`` does.
    """
    billing = lock_to_override(account_id=account_id, right=OVERRIDE, actor=actor, reason=reason)
    _require_none_else(billing, subscription_id)
    return customer.change_plan_now(
        account=billing.account,
        plan_slug=plan_slug,
        method_code="",
        actor=actor,
        now=now,
        note=reason,
    )


def _with_plan(account_id: int, actor: Actor, reason: str, subscription_id: int | None) -> Account:
    """Lock an account that has a plan.

    :raises NoLiveSubscription: if it has none, or not the one that is meant.
    :raises DomainError: as ``lock_to_override`` does.
    """
    billing = lock_to_override(account_id=account_id, right=OVERRIDE, actor=actor, reason=reason)
    require_meant(billing, subscription_id)
    return billing.account


def _require_none_else(billing: LockedAccount, subscription_id: int | None) -> None:
    """Check that what was shown runs or is ordered, unless nothing runs.

    :raises NoLiveSubscription: if another subscription runs.
    """
    order = order_of(billing)
    is_order = order is not None and order.subscription_id == subscription_id
    if live_subscription(billing) and not is_order:
        require_meant(billing, subscription_id)
