"""What an operator does for one customer: each act with its words, and when it can be done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, AccountStatus, SubscriptionStatus
from igny8_core.auth.models import Account, Plan, Subscription
from igny8_core.auth.rights import may
from igny8_core.auth.selectors import public_plan
from igny8_core.business.billing.borders import LatePayment
from igny8_core.business.subscriptions import overrides
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.next_step import is_order_under_review
from igny8_core.business.subscriptions.prices import agreed_price
from igny8_core.business.subscriptions.reading import is_paid_for
from igny8_core.business.subscriptions.rights import ADJUST_CREDITS, OVERRIDE, may_comp
from igny8_core.business.subscriptions.selectors import billing_of
from igny8_core.business.subscriptions.services import operator, operator_plans
from igny8_core.common.money import Money
from igny8_core.desk.override_forms import (
    CreditsForm,
    DueDayForm,
    HoldForm,
    OverrideForm,
    PlanForm,
    PriceForm,
    QuietForm,
)

Words = dict[str, Any]  # what was entered
Told = Callable[[Subscription, Words], str]
PAUSE_ENDS = {
    LatePayment.CLOCK_STOPS: "A pause ends: its days aren't charged.",
    LatePayment.RESTARTS: "A pause ends: the unpaid period begins at that moment.",
    LatePayment.KEEPS_DUE: "A pause ends: its days are part of the unpaid period.",
}


def plan_chosen(subscription: Subscription, _words: Words) -> str:
    return str(subscription.next_plan or "")


def price_agreed(subscription: Subscription, _words: Words) -> str:
    return _in_words(agreed_price(subscription))


def _in_words(price: Decimal | None) -> str:
    return str(Money(price, Plan.currency)) if price else ""


@dataclass(frozen=True)
class Act:
    """One act.

    :param explains: what it does, in a sentence or two.
    :param ends_pause: whether it ends a pause too, which its explanation says.
    :param is_allowed: whether the person may do it.
    :param fits: whether it can be done to a subscription now.
    :param perform: the service.
    :param foresee: what it makes of the facts.
    :param next_plan: which plan follows with the next period then, if another one.
    :param agreed_price: what the next period costs then, if that was agreed on.
    :param said: the message when it is done.
    """

    title: str
    explains: str
    said: str
    form: type[OverrideForm]
    perform: Callable[..., object]
    foresee: Callable[[BillingFacts, Words, datetime], BillingFacts]
    fits: Callable[[Subscription, BillingFacts, datetime], bool]
    is_allowed: Callable[[HttpRequest], bool]
    next_plan: Told = plan_chosen
    agreed_price: Told = price_agreed
    is_danger: bool = False
    ends_pause: bool = False

    @property
    def explanation(self) -> str:
        """What it does, and what becomes of the days of a pause that it ends."""
        if not self.ends_pause:
            return self.explains
        return f"{self.explains} {PAUSE_ENDS[LatePayment(settings.BILLING_LATE_PAYMENT)]}"


def _may_override(request: HttpRequest) -> bool:
    return may(request.user, OVERRIDE)


def _may_adjust_credits(request: HttpRequest) -> bool:
    return may(request.user, ADJUST_CREDITS)


def _may_comp(request: HttpRequest) -> bool:
    return _may_override(request) and may_comp(request.user)


def _is_live(subscription: Subscription, _facts: BillingFacts, _now: datetime) -> bool:
    return subscription.status in LIVE_SUBSCRIPTION_STATUSES


def _owes(subscription: Subscription, facts: BillingFacts, now: datetime) -> bool:
    live = facts.subscription
    return _is_live(subscription, facts, now) and bool(live and live.invoice)


def _may_be_void(subscription: Subscription, facts: BillingFacts, now: datetime) -> bool:
    invoice = facts.subscription.invoice if facts.subscription else None
    waits = invoice is not None and invoice.has_waiting_claim
    return _is_live(subscription, facts, now) and not waits


def _may_be_cancelled(subscription: Subscription, facts: BillingFacts, now: datetime) -> bool:
    live = facts.subscription
    goes_on = live is not None and not live.cancel_at_period_end
    return goes_on and _may_be_void(subscription, facts, now)


def _may_be_kept(subscription: Subscription, facts: BillingFacts, now: datetime) -> bool:
    live = facts.subscription
    return bool(live and live.cancel_at_period_end) and _is_live(subscription, facts, now)


def _may_choose(subscription: Subscription, facts: BillingFacts, now: datetime) -> bool:
    return _may_be_cancelled(subscription, facts, now) and not _is_choice_paid(subscription, facts)


def _is_choice_paid(subscription: Subscription, facts: BillingFacts) -> bool:
    """Tell whether the next plan is paid for; reads rows only if some later period is."""
    chosen, live = subscription.next_plan, facts.live
    if not chosen or live.paid_index <= live.current_index + 1:
        return False
    return is_paid_for(chosen, billing_of(account=subscription.account), subscription)


def _may_be_priced(subscription: Subscription, facts: BillingFacts, now: datetime) -> bool:
    return not subscription.next_plan and _may_be_cancelled(subscription, facts, now)


def _may_drop(subscription: Subscription, facts: BillingFacts, now: datetime) -> bool:
    return bool(subscription.next_plan) and _may_choose(subscription, facts, now)


def _may_order(subscription: Subscription, facts: BillingFacts, _now: datetime) -> bool:
    is_open = facts.account_status != AccountStatus.CANCELLED
    is_latest = goes_on(subscription) or facts.subscription is None
    return is_open and is_latest and not (facts.order and facts.order.has_waiting_claim)


def _may_be_reminded(subscription: Subscription, facts: BillingFacts, now: datetime) -> bool:
    if not _owes(subscription, facts, now):
        return False
    today, held = facts.today(now), facts.live.hold_until
    is_quiet = facts.last_mail_on is None or facts.last_mail_on < today
    is_held = held is not None and today < held
    is_claimed = facts.open_renewal.is_frozen or is_order_under_review(facts, now)
    return is_quiet and not is_held and not is_claimed


def _is_parked(subscription: Subscription, facts: BillingFacts, _now: datetime) -> bool:
    return facts.is_parked and goes_on(subscription)


def _has_credits(_subscription: Subscription, facts: BillingFacts, _now: datetime) -> bool:
    return facts.account_status != AccountStatus.CANCELLED


ACTS: dict[str, Act] = {
    "remind_now": Act(
        title="Remind now",
        explains="Sends the email that says what is so today. The usual ones follow on their days.",
        said="The reminder is on its way.",
        form=QuietForm,
        perform=operator.remind_now,
        foresee=lambda facts, _words, now: overrides.after_reminder(facts, now),
        fits=_may_be_reminded,
        is_allowed=_may_override,
    ),
    "extend_due": Act(
        title="Extend the due day",
        explains="The renewal isn't late any more. The customer gets an email.",
        ends_pause=True,
        said="The due day was put off.",
        form=DueDayForm,
        perform=operator.extend_due,
        foresee=lambda facts, words, now: overrides.after_later_due_day(
            facts, words["due_date"], now
        ),
        fits=_owes,
        is_allowed=_may_override,
    ),
    "hold": Act(
        title="Hold",
        explains="Before that day, nobody is pressed for payment: no reminder, no pause, no end.",
        ends_pause=True,
        said="Nothing is pressed for before that day.",
        form=HoldForm,
        perform=operator.hold,
        foresee=lambda facts, words, now: overrides.after_hold(facts, words["until"], now),
        fits=_is_live,
        is_allowed=_may_override,
    ),
    "plan_next_period": Act(
        title="Choose the next plan",
        explains="The next period is on that plan, at its price then. An open renewal is void, and "
        "one of that plan follows, due on the same day.",
        said="The next period is on that plan.",
        form=PlanForm,
        perform=operator_plans.plan_next_period,
        foresee=lambda facts, _words, now: overrides.after_plan_choice(facts, now),
        fits=_may_choose,
        is_allowed=_may_override,
        next_plan=lambda _subscription, words: str(public_plan(slug=words["plan_slug"])),
        agreed_price=lambda _subscription, _words: "",
    ),
    "drop_next_plan": Act(
        title="Drop the next plan",
        explains="The next period is on the present plan. An open renewal is void, and one of that "
        "plan follows, due on the same day.",
        said="The next period is on the present plan.",
        form=QuietForm,
        perform=operator_plans.drop_next_plan,
        foresee=lambda facts, _words, now: overrides.after_plan_choice(facts, now),
        fits=_may_drop,
        is_allowed=_may_override,
        next_plan=lambda _subscription, _words: "",
        agreed_price=lambda subscription, _words: _in_words(subscription.price_override),
    ),
    "agree_price": Act(
        title="Agree a price",
        explains="The plan costs that from the next invoice on, as long as the customer keeps it. "
        "An open renewal is void, and one at that price follows, due on the same day.",
        said="The price was agreed.",
        form=PriceForm,
        perform=operator_plans.agree_price,
        foresee=lambda facts, _words, now: overrides.after_plan_choice(facts, now),
        fits=_may_be_priced,
        is_allowed=_may_comp,
        agreed_price=lambda _subscription, words: _in_words(words["price"]),
    ),
    "order_plan": Act(
        title="Order a plan",
        explains="The customer is sent an invoice, less the days of the present plan that aren't "
        "used, and pays by any method. Nothing changes until it is paid. An earlier order is void.",
        said="The plan was ordered. The invoice is on its way.",
        form=PlanForm,
        perform=operator_plans.order_plan,
        foresee=lambda facts, _words, now: overrides.after_order(
            facts, settings.BILLING_INVOICE_DUE_DAYS, now
        ),
        fits=_may_order,
        is_allowed=_may_override,
    ),
    "comp_period": Act(
        title="Give a period",
        explains="The next unpaid period is free of charge, with its credits. "
        "Its renewal, if it is open, is void.",
        said="The period was given.",
        form=OverrideForm,
        perform=operator.comp_period,
        foresee=lambda facts, _words, now: overrides.after_comp(facts, now),
        fits=_may_be_void,
        is_allowed=_may_comp,
    ),
    "adjust_credits": Act(
        title="Adjust credits",
        explains="Adds credits, or takes some. The ledger keeps the reason.",
        said="The credits were adjusted.",
        form=CreditsForm,
        perform=operator.adjust_credits,
        foresee=lambda facts, _words, _now: facts,
        fits=_has_credits,
        is_allowed=_may_adjust_credits,
    ),
    "unpark": Act(
        title="Unpark",
        explains="Billing looks after the account again, at the next run.",
        said="Billing looks after the account again.",
        form=QuietForm,
        perform=operator.unpark,
        foresee=lambda facts, _words, _now: overrides.after_unparking(facts),
        fits=_is_parked,
        is_allowed=_may_override,
    ),
    "cancel_plan": Act(
        title="Cancel the plan",
        explains="It ends with the time that is paid for: at once, if that is over. An open "
        "renewal is void; the customer gets an email about that. Until the end, it can be kept.",
        said="The plan was cancelled.",
        form=QuietForm,
        perform=operator_plans.cancel_plan,
        foresee=lambda facts, _words, now: overrides.after_cancellation(facts, now),
        fits=_may_be_cancelled,
        is_allowed=_may_override,
        is_danger=True,
    ),
    "keep_plan": Act(
        title="Keep the plan",
        explains="Takes the cancellation back: the plan goes on. A renewal that was void for it is "
        "issued anew.",
        said="The plan goes on.",
        form=QuietForm,
        perform=operator_plans.keep_plan,
        foresee=lambda facts, _words, now: overrides.after_keeping(facts, now),
        fits=_may_be_kept,
        is_allowed=_may_override,
    ),
    "end_now": Act(
        title="End now",
        explains="The subscription ends at once, whatever is paid for, and its open renewal is "
        "void. The account stays, without a plan. The customer gets an email. "
        "This can't be undone.",
        said="The subscription has ended.",
        form=OverrideForm,
        perform=operator.end_now,
        foresee=lambda facts, _words, now: overrides.after_end(facts, now),
        fits=_may_be_void,
        is_allowed=_may_override,
        is_danger=True,
    ),
}


# Those that need no subscription, and when they can be done
OF_ACCOUNTS: dict[str, Callable[[Account], bool]] = {
    "adjust_credits": lambda account: account.status != AccountStatus.CANCELLED,
    "unpark": lambda account: account.parked_at is not None,
}


def goes_on(subscription: Subscription) -> bool:
    """Tell whether anything comes of it: it hasn't ended."""
    return subscription.status != SubscriptionStatus.CANCELLED
