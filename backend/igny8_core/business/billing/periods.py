"""Periods of subscriptions: counted from an anchor, half-open, in UTC.

Each border is the anchor plus whole months, never the border before plus one: 31 January is
followed by 28 February and 31 March.
"""

from datetime import datetime

from dateutil.relativedelta import relativedelta

from igny8_core.auth.enums import PlanInterval
from igny8_core.auth.models import Subscription

MONTHS = {PlanInterval.MONTH: 1, PlanInterval.YEAR: 12}


def border(subscription: Subscription, index: int) -> datetime:
    """Return when a period starts, which is when the one before it ends.

    :param subscription: has an anchor.
    :raises ValueError: if it has none, because it never began.
    """
    if subscription.anchor_at is None:
        message = f"{subscription} has no anchor."
        raise ValueError(message)
    months = MONTHS[PlanInterval(subscription.promised.interval)]
    return subscription.anchor_at + relativedelta(
        months=months * (index - subscription.anchor_index)
    )


def paid_until(subscription: Subscription) -> datetime:
    """Return when the time that is paid for ends."""
    return border(subscription, subscription.paid_index)
