"""The pages of an operator's acts: first what will happen, then the act.

A page shows what comes next before and after, by the same rules as the run of billing.
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
from igny8_core.auth.models import Account, Subscription
from igny8_core.business.billing.rights import is_own
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.reading import facts_of_accounts
from igny8_core.common.clock import utc_now
from igny8_core.desk.acts import Done, carry_out
from igny8_core.desk.override_forms import OverrideForm
from igny8_core.desk.overrides import (
    ACTS,
    OF_ACCOUNTS,
    Act,
    Told,
    Words,
    plan_chosen,
    price_agreed,
)
from igny8_core.desk.step_words import coming, facts_shown


def found(subscription_id: int) -> Subscription:
    """Find a subscription with what its pages show of it.

    :raises Http404: if there is none of this id.
    """
    subscriptions = Subscription.objects.select_related("account", "plan", "next_plan")
    return get_object_or_404(subscriptions, pk=subscription_id)


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
    before = _of_next_period(place, plan_chosen, price_agreed, {})
    after = _of_next_period(place, *_ways(act), form.words)
    sides = (("As it is", facts, before), ("After this", foreseen, after))
    return [
        {"title": title, "shown": facts_shown(seen, more=more), "coming": coming(seen, now)}
        for title, seen, more in sides
    ]


def _ways(act: Act) -> tuple[Told, Told]:
    return act.next_plan, act.agreed_price


def _of_next_period(
    place: Place, next_plan: Told, agreed_price: Told, words: Words
) -> list[tuple[str, str]]:
    """Return what the next period will be, where the facts don't tell."""
    if not (subscription := place.subscription):
        return []
    return [
        ("Next plan", next_plan(subscription, words)),
        ("Agreed price", agreed_price(subscription, words)),
    ]
