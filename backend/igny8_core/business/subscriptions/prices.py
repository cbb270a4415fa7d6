"""What the next period of a subscription costs."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from igny8_core.auth.models import Subscription
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.subscriptions.facts import PriceRise


def terms_to_renew(
    subscription: Subscription, *, first_day: date, issued_on: date, notice: timedelta
) -> PlanTerms:
    """Return what a renewal promises: today's terms, at the price that holds for its customer.

    :param first_day: of the period.
    :param issued_on: the day of the invoice.
    :param notice: from the email about a higher price to the first invoice with it, at least.
    """
    terms = PlanTerms.of_plan(subscription.next_plan or subscription.plan)
    rise = rise_of(subscription)
    if rise and not rise.holds(first_day=first_day, issued_on=issued_on, notice=notice):
        return replace(terms, price=subscription.promised.price)
    return replace(terms, price=agreed_price(subscription) or terms.price)


def rise_of(subscription: Subscription) -> PriceRise | None:
    """Return the higher price of the present plan; None if that isn't to be paid.

    What was said about another price doesn't count.
    """
    price = subscription.plan.price
    if subscription.next_plan_id or subscription.price_override:
        return None
    if price <= subscription.promised.price:
        return None
    if subscription.announced_price != price:
        return PriceRise(price)
    return PriceRise(price, subscription.announced_on, subscription.announced_from)


def agreed_price(subscription: Subscription) -> Decimal | None:
    """Return what was agreed on for the present plan; None if another plan follows."""
    return None if subscription.next_plan_id else subscription.price_override
