"""Changing to another plan: requested here, started when its payment is approved."""

from datetime import datetime

from igny8_core.auth.actors import Actor
from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, AccountStatus, SubscriptionStatus
from igny8_core.auth.models import Account, Plan, Subscription
from igny8_core.auth.selectors import lock_account, lock_subscriptions, public_plan
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.exceptions import AccountClosed
from igny8_core.business.billing.selectors.methods import payment_method_for
from igny8_core.business.billing.services.changes import written_together
from igny8_core.business.billing.services.periods import StartedSubscription, start_subscription
from igny8_core.business.subscriptions.exceptions import (
    AlreadyOnPlan,
    PlanNotPayable,
    UpgradeAlreadyPending,
)
from igny8_core.common.models import put_in_hand
from igny8_core.common.transactions import in_transaction


@in_transaction
def request_upgrade(
    *,
    account: Account,
    plan_slug: str,
    method_code: str,
    actor: Actor,
    now: datetime,
    offer: str = "",
) -> StartedSubscription:
    """Request a paid plan; the account doesn't change until the payment is approved.

    :param offer: the plan's offer as the customer saw it; empty if unknown.
    :param method_code: empty to choose a payment method later.
    :raises AccountClosed: if the account is suspended or cancelled.
    :raises UpgradeAlreadyPending: if another subscription waits for its payment.
    :raises UnknownPlan, PlanChanged, PlanNotPayable, AlreadyOnPlan: if the plan can't be
        ordered.
    :raises UnknownPaymentMethod, ExchangeRateMissing: if the method can't be used.
    """
    locked = lock_account(account_id=account.pk)
    subscriptions = lock_subscriptions(account_id=account.pk)
    _require_open(locked)
    _require_none_pending(subscriptions)
    plan = public_plan(slug=plan_slug, offer=offer)
    _require_purchasable(plan=plan, subscriptions=subscriptions)
    method = payment_method_for(code=method_code, country=locked.country) if method_code else None
    with written_together() as changes:
        started = start_subscription(
            changes=changes,
            account=locked,
            plan=plan,
            method=method,
            event=EventName.UPGRADE,
            actor=actor,
            now=now,
        )
    put_in_hand(locked, "subscriptions", [*subscriptions, started.subscription])
    return started


def _require_open(account: Account) -> None:
    if account.status in {AccountStatus.SUSPENDED, AccountStatus.CANCELLED}:
        raise AccountClosed(account)


def _require_none_pending(subscriptions: list[Subscription]) -> None:
    pending = next(
        (item for item in subscriptions if item.status == SubscriptionStatus.PENDING_PAYMENT), None
    )
    if pending:
        raise UpgradeAlreadyPending(pending)


def _require_purchasable(*, plan: Plan, subscriptions: list[Subscription]) -> None:
    if plan.is_free:
        raise PlanNotPayable(plan=plan)
    live = (item for item in subscriptions if item.status in LIVE_SUBSCRIPTION_STATUSES)
    if any(item.plan_id == plan.pk for item in live):
        raise AlreadyOnPlan(plan=plan)
