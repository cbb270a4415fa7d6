"""Where the periods of a subscription begin and end; see ``borders.py`` for how that is counted."""

from datetime import datetime

from igny8_core.auth.enums import PlanInterval
from igny8_core.auth.models import Subscription
from igny8_core.business.billing import borders
from igny8_core.business.billing.borders import Anchor
from igny8_core.common.clock import business_zone

MONTHS = {PlanInterval.MONTH: 1, PlanInterval.YEAR: 12}


def anchor_of(subscription: Subscription) -> Anchor:
    """Return the anchor of a subscription that has begun.

    The period that runs keeps its end, also when the business's zone has changed since it began:
    then those after it are counted from there.

    :raises ValueError: if it never began.
    """
    if subscription.anchor_at is None:
        message = f"{subscription} has no anchor."
        raise ValueError(message)
    months = MONTHS[PlanInterval(subscription.promised.interval)]
    anchor = Anchor(at=subscription.anchor_at, index=subscription.anchor_index, months=months)
    running, ends_at = subscription.current_index, subscription.current_period_end
    if running is None or ends_at is None or running < anchor.index:
        return anchor
    if borders.border(anchor, running + 1, business_zone()) == ends_at:
        return anchor
    return Anchor(at=ends_at, index=running + 1, months=months)


def border(subscription: Subscription, index: int) -> datetime:
    """Return when a period starts, which is when the one before it ends (UTC).

    :raises ValueError: if the subscription never began.
    """
    return borders.border(anchor_of(subscription), index, business_zone())


def paid_until(subscription: Subscription) -> datetime:
    """Return when the time that is paid for ends (UTC).

    :raises ValueError: if the subscription never began.
    """
    return border(subscription, subscription.paid_index)
