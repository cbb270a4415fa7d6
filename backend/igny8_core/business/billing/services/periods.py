"""Starting and activating subscriptions: shared by sign-up, upgrade and approval."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from igny8_core.auth.actors import Actor
from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, PlanInterval, SubscriptionStatus
from igny8_core.auth.models import Account, Plan, Subscription
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing import borders, emails
from igny8_core.business.billing.borders import Anchor, LatePayment, re_anchored, with_months
from igny8_core.business.billing.enums import (
    CreditKind,
    EventName,
    InvoiceKind,
    InvoicePaymentState,
)
from igny8_core.business.billing.exceptions import RivalUnderReview
from igny8_core.business.billing.models import Invoice, Payment, PaymentMethodConfig, Period
from igny8_core.business.billing.periods import MONTHS, anchor_of, border
from igny8_core.business.billing.selectors.locks import (
    LockedBilling,
    lock_open_orders,
    lock_open_renewals,
)
from igny8_core.business.billing.services.changes import Changes
from igny8_core.business.billing.services.credits import expire_credits, move_credits
from igny8_core.business.billing.services.invoices import Charge, issue_invoice
from igny8_core.business.billing.services.pricing import (
    TOLD_PRICE,
    forget_prices,
    forget_told_price,
)
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.common.clock import business_zone
from igny8_core.common.rows import insert_rows

BEGUN = (
    "plan",
    "next_plan",
    "price_override",
    *TOLD_PRICE,
    "terms",
    "anchor_at",
    "anchor_index",
    "current_index",
    "current_period_start",
    "current_period_end",
)
COUNTING = ("paid_index", *BEGUN)


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
    charge: Charge,
    method: PaymentMethodConfig | None,
    event: EventName,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> StartedSubscription:
    """Create a pending subscription and its invoice, in the caller's transaction.

    :param changes: gets what is recorded and told about them.
    :param account: locked by the caller, or made in this transaction.
    :param charge: for the plan's first period.
    :param event: the reason: a paid sign-up or an upgrade.
    :raises ExchangeRateMissing: if no rate is kept for the method's currency.
    """
    subscription = Subscription(
        account=account,
        plan=plan,
        terms=charge.plan.as_json(),
        status=SubscriptionStatus.PENDING_PAYMENT,
    )
    insert_rows([subscription])
    invoice = issue_invoice(
        changes=changes,
        subscription=subscription,
        charge=charge,
        method=method,
        event=event,
        actor=actor,
        now=now,
        note=note,
    )
    changes.tell(emails.of_invoice(invoice=invoice, event=event))
    recorder = TransitionRecorder(
        changes=changes, event=event, actor=actor, now=now, invoice=invoice, note=note
    )
    recorder.created(subscription)
    return StartedSubscription(subscription=subscription, invoice=invoice)


def activate_subscription(*, locked: LockedBilling, recorder: TransitionRecorder) -> None:
    """Start the paid period of an invoice's subscription, as long as the invoice promised.

    The previous subscription ends, and its open renewal isn't owed any more: the days that were
    used since its paid time was over are the new period's first ones.
    """
    starts_at = now = recorder.now
    renewals, paused_at = lock_open_renewals(locked), locked.account.suspended_at
    for renewal in renewals:
        note = f"Replaced by invoice {locked.invoice}."
        recorder.of_another(EventName.SUPERSEDE, note=note, invoice=renewal).void(renewal)
    for earlier in locked.subscriptions:
        if earlier.status in LIVE_SUBSCRIPTION_STATUSES:
            index = _first_owed(earlier, renewals, paused_at=paused_at, now=now)
            starts_at = start_instead_of(earlier, index=index, paused_at=paused_at, now=now)
            recorder.of_another(EventName.SUPERSEDE).cancel(earlier)
    subscription, invoice = locked.subscription, locked.invoice
    subscription.anchor_at, subscription.anchor_index = starts_at, 0
    subscription.paid_index = 1
    begin_period(subscription, invoice=invoice, recorder=recorder)
    recorder.move(subscription, also_save=COUNTING)


def _first_owed(
    earlier: Subscription, renewals: list[Invoice], *, paused_at: datetime | None, now: datetime
) -> int:
    """Return the index of the period that a renewal would pay for: what ended unbilled is free.

    :param renewals: the account's open ones.
    """
    for renewal in renewals:
        if renewal.subscription_id == earlier.pk and renewal.period_index is not None:
            return renewal.period_index
    if settings.BILLING_CATCH_UP == "all_oldest_first":
        return earlier.paid_index
    stops = settings.BILLING_LATE_PAYMENT == LatePayment.CLOCK_STOPS
    clock = paused_at if paused_at and stops else now
    return max(earlier.paid_index, borders.index_at(anchor_of(earlier), clock, business_zone()))


def start_instead_of(
    earlier: Subscription, *, index: int, paused_at: datetime | None, now: datetime
) -> datetime:
    """Return when the first period of a plan begins that replaces another now (UTC).

    Who used days that nobody paid for owes them, whatever the plan: as if the old one were renewed.

    :param index: of the old plan's first period that is owed.
    """
    owed_from = border(earlier, index)
    if now <= owed_from:
        return now
    if paused_at is None:
        return owed_from
    anchor = _without_pause(earlier, index=index, paused_at=paused_at, now=now)
    return borders.border(anchor, index, business_zone())


def renew_subscription(*, locked: LockedBilling, recorder: TransitionRecorder) -> None:
    """Take a paid renewal in: its period runs now if its time has come, and later if not.

    An order that waits would replace the plan without crediting this period: it is void.

    Who pays late owes the days that they used. While the account was paused, no days passed: then
    the period is counted so that the days without access aren't part of it.
    """
    subscription, invoice, now = locked.subscription, locked.invoice, recorder.now
    void_orders(
        lock_open_orders(locked),
        note=f"Invoice {invoice} was paid: the present plan goes on.",
        recorder=recorder,
    )
    index = invoice.period_index or 0
    paused_at = locked.account.suspended_at
    if paused_at is not None:
        count_without_pause(subscription, index=index, paused_at=paused_at, now=now)
    subscription.paid_index = index + 1
    if border(subscription, index) <= now:
        begin_period(subscription, invoice=invoice, recorder=recorder)
    recorder.move(subscription, also_save=COUNTING)


def count_without_pause(
    subscription: Subscription, *, index: int, paused_at: datetime, now: datetime
) -> None:
    """Count the periods so that a pause that ends now takes nothing from them; the caller saves it.

    :param index: of the period that was unpaid when the pause began.
    """
    anchor = _without_pause(subscription, index=index, paused_at=paused_at, now=now)
    subscription.anchor_at, subscription.anchor_index = anchor.at, anchor.index


def _without_pause(
    subscription: Subscription, *, index: int, paused_at: datetime, now: datetime
) -> Anchor:
    return re_anchored(
        anchor_of(subscription),
        index,
        business_zone(),
        suspended_at=paused_at,
        back_at=max(now, paused_at),  # the request may be older than the pause
        late_payment=LatePayment(settings.BILLING_LATE_PAYMENT),
    )


def begin_period(
    subscription: Subscription, *, invoice: Invoice, recorder: TransitionRecorder
) -> None:
    """Let the period run that an invoice has paid for, by its terms; the caller saves ``BEGUN``.

    Where a month follows a year, or a year a month, that border is the new anchor.
    """
    index, zone = invoice.period_index or 0, business_zone()
    months = MONTHS[PlanInterval(invoice.plan.interval)]
    anchor = with_months(anchor_of(subscription), index, months, zone)
    start = borders.border(anchor, index, zone)
    subscription.anchor_at, subscription.anchor_index = anchor.at, anchor.index
    if subscription.next_plan and subscription.next_plan.slug == invoice.plan.slug:
        subscription.plan, subscription.next_plan = subscription.next_plan, None
        forget_prices(subscription)  # they were those of the plan of before
    subscription.terms = invoice.plan.as_json()
    if subscription.announced_price and not _is_to_rise(subscription):
        forget_told_price(subscription)
    subscription.current_index = index
    subscription.current_period_start = start
    subscription.current_period_end = borders.border(anchor, index + 1, zone)
    recorder.changes.add(
        Period(
            subscription=subscription,
            index=index,
            starts_at=start,
            ends_at=subscription.current_period_end,
            invoice=invoice,
            created_at=recorder.now,
        )
    )


def _is_to_rise(subscription: Subscription) -> bool:
    """Tell whether the price of which the customer was told is still to come."""
    paid, told = subscription.promised.price, subscription.announced_price
    return told is not None and paid < told <= subscription.plan.price


def credits_of_unused_days(locked: LockedBilling) -> int:
    """Return how many credits go with the days that were taken off an order, if they have come."""
    begun = {item.pk: item.current_index for item in locked.subscriptions}
    return sum(
        item["credits"]
        for item in locked.invoice.billing_snapshot.get("credited", ())
        if item["period_index"] <= (begun[item["subscription"]] or 0)
    )


def grant_credits(
    *, payment: Payment, account: Account, recorder: TransitionRecorder, credited: int = 0
) -> None:
    """Grant the credits of a period that begins; its plan says how many older ones are kept.

    :param payment: what paid for it: it grants them once.
    :param account: locked by the caller.
    :param credited: how many go, because their days were taken off the invoice: what expires is a
        part of them, and what was spent since is taken from the new ones.
    """
    invoice, before = payment.invoice, account.plan_credits
    expire_credits(
        changes=recorder.changes,
        account=account,
        kept=invoice.plan.credits_kept(account.plan_credits),
        description=f"Unused before the period of invoice {invoice}",
        now=recorder.now,
        payment=payment,
    )
    move_credits(
        changes=recorder.changes,
        account=account,
        amount=invoice.included_credits,
        kind=CreditKind.PLAN_GRANT,
        description=f"{invoice.plan} plan, invoice {invoice}",
        now=recorder.now,
        payment=payment,
        of_plan=invoice.included_credits,
    )
    expired = before - invoice.plan.credits_kept(before)
    move_credits(
        changes=recorder.changes,
        account=account,
        amount=-min(max(0, credited - expired), account.plan_credits),
        kind=CreditKind.ADJUSTMENT,
        description=f"Of the unused days that were taken off invoice {invoice}",
        now=recorder.now,
        payment=payment,
    )


def void_orders(orders: list[Invoice], *, note: str, recorder: TransitionRecorder) -> None:
    """Declare that unpaid orders aren't wanted any more, and tell their customer.

    :param orders: locked, with their subscriptions.
    """
    for order in orders:
        voiding = recorder.of_another(EventName.VOID, note=note, invoice=order)
        voiding.void(order)
        voiding.cancel(order.subscription)
        recorder.changes.tell(emails.of_void(invoice=order, reason=note))


def require_no_rival_under_review(locked: LockedBilling) -> None:
    """Check that what the payment of this invoice makes void hasn't perhaps been paid as well.

    :raises RivalUnderReview: if a payment of it waits: one of the two has to be rejected first.
    """
    is_renewal = locked.invoice.kind == InvoiceKind.RENEWAL
    rivals = lock_open_orders(locked) if is_renewal else lock_open_renewals(locked)
    for rival in under_review(rivals):
        raise RivalUnderReview(rival)


def under_review(invoices: Iterable[Invoice]) -> Iterator[Invoice]:
    """Yield those that may have been paid."""
    for invoice in invoices:
        if invoice.payment_state == InvoicePaymentState.UNDER_REVIEW:
            yield invoice


def revoke_periods(subscription: Subscription, *, recorder: TransitionRecorder) -> None:
    """Take the periods back that an unpaid invoice had paid for; the caller saves ``COUNTING``."""
    revoked = Period.objects.filter(subscription=subscription, revoked_at=None)
    revoked.update(revoked_at=recorder.now)
    subscription.anchor_at, subscription.anchor_index = None, 0
    subscription.paid_index = 0
    subscription.current_index = None
    subscription.current_period_start = subscription.current_period_end = None


def revoke_renewal(
    subscription: Subscription, *, invoice: Invoice, recorder: TransitionRecorder
) -> None:
    """Take the last paid period back, with those given after it; the caller saves ``COUNTING``.

    If one of them runs, the one before them is the current one again, by the terms that were paid
    for last; without one, nothing is left that was paid for.
    """
    index = invoice.period_index or 0
    subscription.paid_index = index
    if subscription.current_index is None or subscription.current_index < index:
        return
    begun = Period.objects.filter(subscription=subscription, revoked_at=None)
    begun.filter(index__gte=index).update(revoked_at=recorder.now)
    before = begun.order_by("index").last()
    if before is None:  # it was taken back while another plan ran
        revoke_periods(subscription, recorder=recorder)
        return
    subscription.current_index = before.index
    subscription.paid_index = before.index + 1  # periods between them were never charged
    subscription.current_period_start = before.starts_at
    subscription.current_period_end = before.ends_at
    paid_for = begun.exclude(invoice=None).select_related("invoice").latest("index")
    if paid_for.invoice:
        _go_back_to(paid_for.invoice.plan, subscription)


def revoke_period_of(invoice: Invoice, *, recorder: TransitionRecorder) -> None:
    """Take the period back that an invoice had paid for, if it has begun."""
    paid_for = Period.objects.filter(invoice=invoice, revoked_at=None)
    paid_for.update(revoked_at=recorder.now)


def _go_back_to(terms: PlanTerms, subscription: Subscription) -> None:
    """Let earlier terms hold again; a plan that had taken effect is the next one again."""
    subscription.terms = terms.as_json()
    if subscription.plan.slug != terms.slug:
        forget_prices(subscription)  # they were those of the plan that had taken effect
        subscription.next_plan = subscription.plan
        subscription.plan = Plan.objects.get(slug=terms.slug)
