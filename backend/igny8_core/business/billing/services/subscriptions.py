"""Starting, upgrading and activating subscriptions."""

from dataclasses import dataclass
from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.db import transaction

from igny8_core.auth.actors import Actor
from igny8_core.auth.enums import (
    LIVE_SUBSCRIPTION_STATUSES,
    AccountStatus,
    PlanInterval,
    SubscriptionStatus,
)
from igny8_core.auth.models import Account, Plan, Subscription
from igny8_core.auth.selectors import lock_account, lock_subscriptions, public_plan
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.exceptions import (
    AccountClosed,
    AlreadyOnPlan,
    PlanNotPayable,
    UpgradeAlreadyPending,
)
from igny8_core.business.billing.models import Invoice, PaymentMethodConfig
from igny8_core.business.billing.selectors import LockedBilling, payment_method_for
from igny8_core.business.billing.services.invoices import issue_invoice
from igny8_core.business.billing.services.transitions import TransitionRecorder

PERIODS = {
    PlanInterval.MONTH: relativedelta(months=1),
    PlanInterval.YEAR: relativedelta(years=1),
}


@dataclass(frozen=True)
class StartedSubscription:
    """A subscription that waits for its payment, and the invoice to pay."""

    subscription: Subscription
    invoice: Invoice


def start_subscription(
    *,
    account: Account,
    plan: Plan,
    method: PaymentMethodConfig | None,
    event: EventName,
    actor: Actor,
    now: datetime,
) -> StartedSubscription:
    """Make a pending subscription and its invoice, in the caller's transaction.

    :param account: locked by the caller, or made in this transaction.
    :param event: why: a paid sign-up or an upgrade.
    :raises ExchangeRateMissing: if no rate is kept for the method's currency.
    """
    subscription = Subscription.objects.create(
        account=account,
        plan=plan,
        terms=PlanTerms.of_plan(plan).as_json(),
        status=SubscriptionStatus.PENDING_PAYMENT,
    )
    invoice = issue_invoice(
        subscription=subscription, method=method, event=event, actor=actor, now=now
    )
    TransitionRecorder(event=event, actor=actor, now=now, invoice=invoice).created(subscription)
    return StartedSubscription(subscription=subscription, invoice=invoice)


@transaction.atomic
def request_upgrade(
    *,
    account: Account,
    plan_slug: str,
    method_code: str,
    actor: Actor,
    now: datetime,
    offer: str = "",
) -> StartedSubscription:
    """Ask for a paid plan; the account goes on as it is until the payment is approved.

    :param offer: of the plan as the customer was shown it; empty if that is not known.
    :param method_code: empty to choose the way to pay later.
    :raises AccountClosed: if the account is suspended or cancelled.
    :raises UpgradeAlreadyPending: if another subscription waits for its payment.
    :raises UnknownPlan, PlanChanged, PlanNotPayable, AlreadyOnPlan: if the plan is not to be
        bought.
    :raises UnknownPaymentMethod, ExchangeRateMissing: if the method can't be used.
    """
    locked = lock_account(account_id=account.pk)
    subscriptions = lock_subscriptions(account_id=account.pk)
    _require_open(locked)
    _require_none_pending(subscriptions)
    plan = public_plan(slug=plan_slug, offer=offer)
    _require_purchasable(plan=plan, subscriptions=subscriptions)
    method = payment_method_for(code=method_code, country=locked.country) if method_code else None
    return start_subscription(
        account=locked, plan=plan, method=method, event=EventName.UPGRADE, actor=actor, now=now
    )


def activate_subscription(
    *, locked: LockedBilling, recorder: TransitionRecorder, actor: Actor, now: datetime
) -> None:
    """Start the paid period of an invoice's subscription, as long as the invoice promised.

    The one before it ends.
    """
    for earlier in locked.subscriptions:
        if earlier.status in LIVE_SUBSCRIPTION_STATUSES:
            earlier.cancelled_at = now
            TransitionRecorder(
                event=EventName.SUPERSEDE,
                actor=actor,
                now=now,
                invoice=recorder.invoice,
                payment=recorder.payment,
            ).move(earlier, also_save=("cancelled_at",))
    subscription, promised = locked.subscription, locked.invoice.plan
    subscription.terms = promised.as_json()
    subscription.current_period_start = now
    subscription.current_period_end = now + PERIODS[PlanInterval(promised.interval)]
    recorder.move(subscription, also_save=("terms", "current_period_start", "current_period_end"))


def _require_open(account: Account) -> None:
    if account.status in {AccountStatus.SUSPENDED, AccountStatus.CANCELLED}:
        detail = f"The account is {account.status}. Write to support to have it opened again."
        raise AccountClosed(detail, state=account.status)


def _require_none_pending(subscriptions: list[Subscription]) -> None:
    pending = next(
        (item for item in subscriptions if item.status == SubscriptionStatus.PENDING_PAYMENT), None
    )
    if pending:
        detail = (
            f"The plan {pending.promised} waits for its payment already. Pay its invoice, or ask "
            "support to void it, before you choose another."
        )
        raise UpgradeAlreadyPending(detail, state=pending.status)


def _require_purchasable(*, plan: Plan, subscriptions: list[Subscription]) -> None:
    if plan.is_free:
        detail = f"The plan {plan} is free: there is nothing to pay. Choose a paid plan."
        raise PlanNotPayable(detail, attr="plan_slug")
    live = (item for item in subscriptions if item.status in LIVE_SUBSCRIPTION_STATUSES)
    if any(item.plan_id == plan.pk for item in live):
        detail = f"The account has the plan {plan} already. Choose another."
        raise AlreadyOnPlan(detail, attr="plan_slug")
