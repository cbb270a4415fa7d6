"""What an operator does for one customer, each on a page: first what will happen, then the act.

The page shows what comes next before and after, by the same rules as the run of billing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, AccountStatus, SubscriptionStatus
from igny8_core.auth.models import Subscription
from igny8_core.auth.rights import may
from igny8_core.business.subscriptions import overrides
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.reading import facts_of_accounts
from igny8_core.business.subscriptions.rights import ADJUST_CREDITS, OVERRIDE, may_comp
from igny8_core.business.subscriptions.services import operator
from igny8_core.common.clock import utc_now
from igny8_core.desk.acts import Done, carry_out
from igny8_core.desk.override_forms import (
    CreditsForm,
    DueDayForm,
    HoldForm,
    OverrideForm,
    QuietForm,
)
from igny8_core.desk.step_words import coming, facts_shown

PAGE = "admin:igny8_auth_subscription_change"
Words = dict[str, Any]  # what was entered


@dataclass(frozen=True)
class Act:
    """One act.

    :param explains: what it does, in a sentence or two.
    :param is_allowed: whether the person may do it.
    :param fits: whether it can be done to a subscription now.
    :param perform: the service.
    :param foresee: what it makes of the facts.
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
    is_danger: bool = False


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


def _may_be_reminded(subscription: Subscription, facts: BillingFacts, now: datetime) -> bool:
    if not _owes(subscription, facts, now):
        return False
    today, held = facts.today(now), overrides.live(facts).hold_until
    is_quiet = facts.last_mail_on is None or facts.last_mail_on < today
    is_held = held is not None and today < held
    return is_quiet and not is_held and not overrides.open_renewal(facts).is_frozen


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
        explains="The renewal isn't late any more, and a pause ends: its days aren't charged. "
        "The customer gets an email.",
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
        explains="Before that day, nobody is pressed for payment: no reminder, no pause, no end. "
        "A pause ends: its days aren't charged.",
        said="Nothing is pressed for before that day.",
        form=HoldForm,
        perform=operator.hold,
        foresee=lambda facts, words, now: overrides.after_hold(facts, words["until"], now),
        fits=_is_live,
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


def found(subscription_id: int) -> Subscription:
    """Find a subscription with what its pages show of it.

    :raises Http404: if there is none of this id.
    """
    subscriptions = Subscription.objects.select_related("account", "plan", "next_plan")
    return get_object_or_404(subscriptions, pk=subscription_id)


def goes_on(subscription: Subscription) -> bool:
    """Tell whether anything comes of it: it hasn't ended."""
    return subscription.status != SubscriptionStatus.CANCELLED


def offered(
    request: HttpRequest, subscription: Subscription, facts: BillingFacts
) -> list[dict[str, Any]]:
    """Return the acts that a person may do to a subscription now, for its page."""
    now = utc_now()
    return [
        {"title": act.title, "url": _url(name, subscription), "is_danger": act.is_danger}
        for name, act in ACTS.items()
        if act.is_allowed(request) and act.fits(subscription, facts, now)
    ]


def view_of(name: str) -> Callable[..., HttpResponse]:
    """Return the view of an act: its form, what it would change, and the act itself."""
    act = ACTS[name]

    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, subscription_id: int, *, model_admin: Any) -> HttpResponse:
        if not act.is_allowed(request):
            raise PermissionDenied
        subscription, now = found(subscription_id), utc_now()
        facts = facts_of_accounts([subscription.account_id])[subscription.account_id]
        suggested = act.form.suggested(facts, now)
        form = act.form(request.POST if request.method == "POST" else None, initial=suggested)
        is_shown = form.is_bound and form.is_valid()
        if is_shown and request.POST.get("do") == form.outcome:
            return _carry_out(request, name, form, subscription)
        context = {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": f"{act.title}: {subscription.account}",
            "act": act,
            "url": _url(name, subscription),
            "subscription": subscription,
            "form": form,
            "fits": act.fits(subscription, facts, now),
            "preview": _preview(act, form, facts, now) if is_shown else None,
        }
        return TemplateResponse(request, "admin/igny8_auth/subscription/act.html", context)

    return view


def _carry_out(
    request: HttpRequest, name: str, form: OverrideForm, subscription: Subscription
) -> HttpResponse:
    act = ACTS[name]

    def perform() -> Done:
        act.perform(
            account_id=subscription.account_id,
            actor=actor_from_request(request),
            now=utc_now(),
            **form.words,
        )
        page = reverse(PAGE, args=[subscription.pk])
        return Done(said=act.said, account_id=subscription.account_id, leads_to=page)

    return carry_out(request, form, perform, refused_leads_to=_url(name, subscription))


def _preview(act: Act, form: OverrideForm, facts: BillingFacts, now: datetime) -> Any:
    """Return what is so now and what would be; None if it can't be."""
    try:
        foreseen = act.foresee(facts, form.words, now)
    except LookupError:
        return None
    return [
        {"title": title, "shown": facts_shown(seen), "coming": coming(seen, now)}
        for title, seen in (("As it is", facts), ("After this", foreseen))
    ]


def _url(name: str, subscription: Subscription) -> str:
    return reverse(f"admin:igny8_auth_subscription_{name}", args=[subscription.pk])
