"""Starting and activating subscriptions: shared by sign-up, upgrade and approval."""

from dataclasses import dataclass
from datetime import datetime

from dateutil.relativedelta import relativedelta

from igny8_core.auth.actors import Actor
from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, PlanInterval, SubscriptionStatus
from igny8_core.auth.models import Account, Plan, Subscription
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.models import Invoice, PaymentMethodConfig
from igny8_core.business.billing.selectors.locks import LockedBilling
from igny8_core.business.billing.services.changes import Changes
from igny8_core.business.billing.services.invoices import issue_invoice
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.common.rows import insert_rows

PERIODS = {
    PlanInterval.MONTH: relativedelta(months=1),
    PlanInterval.YEAR: relativedelta(years=1),
}


@dataclass(frozen=True)
class StartedSubscription:
    """A subscription that waits for its payment, and the invoice to pay."""

    subscription: Subscription
    invoice: Invoice

    @property
    def account(self) -> Account:
        return self.subscription.account

    @property
    def account_id(self) -> int:
        return self.subscription.account_id


def start_subscription(
    *,
    changes: Changes,
    account: Account,
    plan: Plan,
    method: PaymentMethodConfig | None,
    event: EventName,
    actor: Actor,
    now: datetime,
) -> StartedSubscription:
    """Create a pending subscription and its invoice, in the caller's transaction.

    :param changes: gets what is recorded and told about them.
    :param account: locked by the caller, or made in this transaction.
    :param event: the reason: a paid sign-up or an upgrade.
    :raises ExchangeRateMissing: if no rate is kept for the method's currency.
    """
    subscription = Subscription(
        account=account,
        plan=plan,
        terms=PlanTerms.of_plan(plan).as_json(),
        status=SubscriptionStatus.PENDING_PAYMENT,
    )
    insert_rows([subscription])
    invoice = issue_invoice(
        changes=changes,
        subscription=subscription,
        method=method,
        event=event,
        actor=actor,
        now=now,
    )
    recorder = TransitionRecorder(
        changes=changes, event=event, actor=actor, now=now, invoice=invoice
    )
    recorder.created(subscription)
    return StartedSubscription(subscription=subscription, invoice=invoice)


def activate_subscription(*, locked: LockedBilling, recorder: TransitionRecorder) -> None:
    """Start the paid period of an invoice's subscription, as long as the invoice promised.

    The previous subscription ends.
    """
    now = recorder.now
    for earlier in locked.subscriptions:
        if earlier.status in LIVE_SUBSCRIPTION_STATUSES:
            earlier.cancelled_at = now
            superseding = recorder.of_another(EventName.SUPERSEDE)
            superseding.move(earlier, also_save=("cancelled_at",))
    subscription, promised = locked.subscription, locked.invoice.plan
    subscription.terms = promised.as_json()
    subscription.current_period_start = now
    subscription.current_period_end = now + PERIODS[PlanInterval(promised.interval)]
    recorder.move(subscription, also_save=("terms", "current_period_start", "current_period_end"))
