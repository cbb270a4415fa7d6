"""The days of periods in words: in the time zone of the business."""

from datetime import date

from igny8_core.auth.models import Subscription
from igny8_core.business.billing.periods import border
from igny8_core.common.clock import business_day


def day_in_words(day: date) -> str:
    """Write a day as notes, lines and the desk do: 1 Feb 2027."""
    return f"{day.day} {day:%b %Y}"


def not_charged(subscription: Subscription, *, first: int, index: int) -> str:
    """Note the periods before one that nobody is charged for.

    :param first: the index of the first of them.
    :param index: of the period that follows them.
    """
    start, end = (business_day(border(subscription, number)) for number in (first, index))
    return f"Not charged: {day_in_words(start)} to {day_in_words(end)}"
