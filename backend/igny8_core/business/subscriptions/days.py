"""The days of periods in words: in the time zone of the business."""

from datetime import datetime

from igny8_core.auth.models import Subscription
from igny8_core.business.billing.borders import border, day_of
from igny8_core.business.billing.periods import anchor_of
from igny8_core.common.clock import business_zone


def not_charged(subscription: Subscription, *, first: int, index: int) -> str:
    """Note the periods before one that nobody is charged for.

    :param first: the index of the first of them.
    :param index: of the period that follows them.
    """
    anchor, zone = anchor_of(subscription), business_zone()
    start, end = (day_in_words(border(anchor, number, zone)) for number in (first, index))
    return f"Not charged: {start} to {end}"


def day_in_words(moment: datetime) -> str:
    """Return the day of an instant, as notes and lines name it: 1 Feb 2027."""
    day = day_of(moment, business_zone())
    return f"{day.day} {day:%b %Y}"
