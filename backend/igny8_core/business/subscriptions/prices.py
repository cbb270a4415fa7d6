"""What the next period of a subscription costs."""

from dataclasses import replace
from decimal import Decimal

from igny8_core.auth.models import Subscription
from igny8_core.auth.terms import PlanTerms


def terms_to_renew(subscription: Subscription) -> PlanTerms:
    """Return what a renewal promises: today's terms, at the price that was agreed on, if any."""
    terms = PlanTerms.of_plan(subscription.next_plan or subscription.plan)
    return replace(terms, price=agreed_price(subscription) or terms.price)


def agreed_price(subscription: Subscription) -> Decimal | None:
    """Return what was agreed on for the present plan; None if another plan follows."""
    return None if subscription.next_plan_id else subscription.price_override
