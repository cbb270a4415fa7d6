"""Customers in every stage of billing, and what operators do for them: see ``life.py`` for days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Subscription, User
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.reading import facts_of_accounts
from igny8_core.business.subscriptions.services.operator import (
    adjust_credits,
    comp_period,
    end_now,
    extend_due,
    hold,
    remind_now,
    unpark,
)
from igny8_core.business.subscriptions.services.operator_plans import (
    agree_price,
    cancel_plan,
    drop_next_plan,
    keep_plan,
    order_plan,
    plan_next_period,
)
from tests.factories import account_of, make_owner
from tests.life import START, confirm, day, days, make_customer, subscription_of

REASON = "Agreed by phone"


@dataclass(frozen=True)
class At:
    """A customer, and the time."""

    owner: User
    now: datetime

    @property
    def account(self) -> Account:
        return account_of(self.owner)

    @property
    def subscription(self) -> Subscription:
        return subscription_of(self.owner)


def lived_until(number: int, hour: int = 13) -> Callable[[User], At]:
    """Return how to make a customer who doesn't pay the renewal, an hour after the day's run."""

    def make(admin: User) -> At:
        owner = make_customer(admin)
        days(0, number)
        return At(owner, day(number, hour))

    return make


def under_review(admin: User) -> At:
    at = lived_until(33)(admin)
    confirm(at.owner, at.now)
    return At(at.owner, day(34))


def cancelled_at_period_end(admin: User) -> At:
    at = lived_until(10)(admin)
    act("cancel_plan", at, admin)
    return At(at.owner, day(11))


def about_to_end(admin: User) -> At:
    at = lived_until(25)(admin)
    act("cancel_plan", at, admin)
    return At(at.owner, day(26))


def planned(admin: User) -> At:
    at = lived_until(25)(admin)
    act("plan_next_period", at, admin, plan_slug="growth")
    return At(at.owner, day(26))


def parked(admin: User) -> At:
    at = lived_until(25)(admin)
    Account.objects.filter(pk=at.account.pk).update(parked_at=at.now, parked_reason="KeyError")
    return at


def held(admin: User) -> At:
    at = lived_until(33)(admin)
    act("hold", at, admin, until=date(2027, 3, 1))
    return At(at.owner, day(34))


STAGES: dict[str, Callable[[User], At]] = {
    "trial": lambda _admin: At(make_owner(plan_slug="free", now=START), day(1)),
    "order": lambda _admin: At(make_owner(now=START), day(1)),
    "active": lived_until(10),
    "renewal_open": lived_until(25),
    "grace": lived_until(33),
    "under_review": under_review,
    "past_due": lived_until(37),
    "suspended": lived_until(45),
    "ends_soon": lived_until(66),
    "cancelled": cancelled_at_period_end,
    "about_to_end": about_to_end,
    "planned": planned,
    "held": held,
    "parked": parked,
    "ended": lived_until(75),
}


def facts_at(at: At) -> BillingFacts:
    return facts_of_accounts([at.account.pk])[at.account.pk]


def words_for(name: str, at: At) -> dict[str, Any]:
    """Return what an act is asked for, in a way that fits most stages."""
    match name:
        case "extend_due":
            return {"due_date": date(2027, 4, 1)}
        case "hold":
            return {"until": date(2027, 4, 1)}
        case "adjust_credits":
            return {"amount": 500}
        case "agree_price":
            return {"price": Decimal("49.00")}
        case "plan_next_period" | "order_plan":
            return {"plan_slug": "scale"}
    return {}


def stage_for(name: str) -> str:
    """Return a stage in which an act is possible: with an open renewal, if it can be."""
    stages = {"unpark": "parked", "keep_plan": "about_to_end", "drop_next_plan": "planned"}
    return stages.get(name, "past_due")


SERVICES: dict[str, Callable[..., object]] = {
    "remind_now": remind_now,
    "extend_due": extend_due,
    "hold": hold,
    "comp_period": comp_period,
    "adjust_credits": adjust_credits,
    "unpark": unpark,
    "end_now": end_now,
    "cancel_plan": cancel_plan,
    "keep_plan": keep_plan,
    "plan_next_period": plan_next_period,
    "drop_next_plan": drop_next_plan,
    "order_plan": order_plan,
    "agree_price": agree_price,
}


def act(name: str, at: At, admin: User, *, reason: str = REASON, **words: Any) -> object:
    """Let somebody do it."""
    return SERVICES[name](
        account_id=at.account.pk, actor=Actor(user=admin), now=at.now, reason=reason, **words
    )
