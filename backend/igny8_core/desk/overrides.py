"""What an operator does for one customer, each on a page: first what will happen, then the act.

The page shows what comes next before and after, by the same rules as the run of billing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, AccountStatus, SubscriptionStatus
from igny8_core.auth.models import Account, Subscription
from igny8_core.auth.rights import may
from igny8_core.auth.selectors import public_plan
from igny8_core.business.billing.borders import LatePayment
from igny8_core.business.billing.rights import is_own
from igny8_core.business.subscriptions import overrides
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.reading import facts_of_accounts
from igny8_core.business.subscriptions.rights import ADJUST_CREDITS, OVERRIDE, may_comp
from igny8_core.business.subscriptions.services import operator, operator_plans
from igny8_core.common.clock import utc_now
from igny8_core.desk.acts import Done, carry_out
from igny8_core.desk.override_forms import (
    CreditsForm,
    DueDayForm,
    HoldForm,
    OverrideForm,
    PlanForm,
    QuietForm,
)
from igny8_core.desk.step_words import coming, facts_shown

Words = dict[str, Any]  # what was entered
PAUSE_ENDS = {
    LatePayment.CLOCK_STOPS: "A pause ends: its days aren't charged.",
    LatePayment.RESTARTS: "A pause ends: the unpaid period begins at that moment.",
    LatePayment.KEEPS_DUE: "A pause ends: its days are part of the unpaid period.",
}


def _next_plan(subscription: Subscription, _words: Words) -> str:
    return str(subscription.next_plan or "")


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
    next_plan: Callable[[Subscription, Words], str] = _next_plan
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
    live = facts.subscription
    if not live or not _may_be_cancelled(subscription, facts, now):
        return False
    is_paid_ahead = now < facts.begins(live, live.paid_index - 1)
    return not (subscription.next_plan and is_paid_ahead)


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
    return is_quiet and not is_held and not facts.open_renewal.is_frozen


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


def found(subscription_id: int) -> Subscription:
    """Find a subscription with what its pages show of it.

    :raises Http404: if there is none of this id.
    """
    subscriptions = Subscription.objects.select_related("account", "plan", "next_plan")
    return get_object_or_404(subscriptions, pk=subscription_id)


def goes_on(subscription: Subscription) -> bool:
    """Tell whether anything comes of it: it hasn't ended."""
    return subscription.status != SubscriptionStatus.CANCELLED


@dataclass(frozen=True)
class Place:
    """The page that leads to an act: a subscription's, or an account's.

    :param subscription: None on the account's page, which offers ``OF_ACCOUNTS`` alone.
    """

    account: Account
    subscription: Subscription | None = None

    @property
    def name(self) -> str:
        return "subscription" if self.subscription else "account"

    @property
    def page(self) -> str:
        return self.url("change")

    def url(self, name: str) -> str:
        """Return the address of one of its acts."""
        shown = self.subscription or self.account
        return reverse(f"admin:igny8_auth_{self.name}_{name}", args=[shown.pk])

    def fits(self, name: str, facts: BillingFacts, now: datetime) -> bool:
        """Tell whether an act can be done now."""
        if self.subscription:
            return ACTS[name].fits(self.subscription, facts, now)
        return OF_ACCOUNTS[name](self.account)

    def meant(self, name: str) -> dict[str, int]:
        """Return what an act is done to."""
        account = {"account_id": self.account.pk}
        if name in OF_ACCOUNTS or not self.subscription:
            return account
        return {**account, "subscription_id": self.subscription.pk}


def on_subscription(subscription_id: int) -> Place:
    """Find the page of a subscription.

    :raises Http404: if there is none of this id.
    """
    subscription = found(subscription_id)
    return Place(subscription.account, subscription)


def on_account(account_id: int) -> Place:
    """Find the page of an account.

    :raises Http404: if there is none of this id.
    """
    return Place(get_object_or_404(Account, pk=account_id))


def offered(request: HttpRequest, place: Place, facts: BillingFacts) -> list[dict[str, Any]]:
    """Return the acts that a person may do to a subscription now, for its page."""
    now = utc_now()
    return _shown(request, place, [name for name in ACTS if place.fits(name, facts, now)])


def offered_on_account(request: HttpRequest, account: Account) -> list[dict[str, Any]]:
    """Return the acts that a person may do to an account, whether or not it has a subscription.

    They are told by the account alone: if its other rows can't be read, its page is shown still.
    """
    if is_own(request.user, account=account, payments=()):
        return []
    names = [name for name, fits in OF_ACCOUNTS.items() if fits(account)]
    return _shown(request, Place(account), names)


def _shown(request: HttpRequest, place: Place, names: list[str]) -> list[dict[str, Any]]:
    acts = {name: ACTS[name] for name in names}
    return [
        {"title": act.title, "url": place.url(name), "is_danger": act.is_danger}
        for name, act in acts.items()
        if act.is_allowed(request)
    ]


def view_of(name: str, find: Callable[..., Place] = on_subscription) -> Callable[..., HttpResponse]:
    """Return the view of an act: its form, what it would change, and the act itself.

    :param find: finds the page that leads to it, by what stands in the address.
    """
    act = ACTS[name]

    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, *, model_admin: Any, **place_id: int) -> HttpResponse:
        if not act.is_allowed(request):
            raise PermissionDenied
        place, now = find(**place_id), utc_now()
        facts = facts_of_accounts([place.account.pk])[place.account.pk]
        suggested = act.form.suggested(facts, now)
        form = act.form(request.POST if request.method == "POST" else None, initial=suggested)
        is_shown = form.is_bound and form.is_valid()
        if is_shown and request.POST.get("do") == form.outcome:
            return _carry_out(request, name, form, place)
        context = {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": f"{act.title}: {place.account}",
            "act": act,
            "url": place.url(name),
            "place": place,
            "form": form,
            "fits": place.fits(name, facts, now),
            "preview": _preview(act, form, place, facts, now) if is_shown else None,
        }
        return TemplateResponse(request, "admin/igny8_auth/subscription/act.html", context)

    return view


def _carry_out(request: HttpRequest, name: str, form: OverrideForm, place: Place) -> HttpResponse:
    act = ACTS[name]

    def perform() -> Done:
        act.perform(
            actor=actor_from_request(request), now=utc_now(), **place.meant(name), **form.words
        )
        return Done(said=act.said, account_id=place.account.pk, leads_to=place.page)

    return carry_out(request, form, perform, refused_leads_to=place.url(name))


def _preview(act: Act, form: OverrideForm, place: Place, facts: BillingFacts, now: datetime) -> Any:
    """Return what is so now and what would be; None if it can't be."""
    try:
        foreseen = act.foresee(facts, form.words, now)
    except LookupError:
        return None
    subscription = place.subscription
    before = _next_plan(subscription, {}) if subscription else ""
    after = act.next_plan(subscription, form.words) if subscription else ""
    sides = (("As it is", facts, before), ("After this", foreseen, after))
    return [
        {"title": title, "shown": facts_shown(seen, next_plan=plan), "coming": coming(seen, now)}
        for title, seen, plan in sides
    ]
