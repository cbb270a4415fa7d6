"""Where the periods of a subscription begin and end; see ``borders.py`` for how that is counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from igny8_core.auth.enums import PlanInterval
from igny8_core.business.billing import borders
from igny8_core.business.billing.borders import Anchor, day_of, last_day, with_months
from igny8_core.business.billing.enums import InvoiceKind, InvoiceStatus
from igny8_core.common.clock import business_zone

if TYPE_CHECKING:
    from igny8_core.auth.models import Subscription
    from igny8_core.auth.terms import PlanTerms
    from igny8_core.business.billing.models import Invoice

MONTHS = {PlanInterval.MONTH: 1, PlanInterval.YEAR: 12}


@dataclass(frozen=True)
class Days:
    """The first and the last day of a period, in the time zone of the business."""

    first_day: date
    last_day: date

    @classmethod
    def between(cls, starts_at: datetime, ends_at: datetime) -> Days:
        """Return the days of a period; it ends at the instant at which the next one begins."""
        zone = business_zone()
        return cls(first_day=day_of(starts_at, zone), last_day=last_day(ends_at, zone))


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


def span(subscription: Subscription, *, index: int, plan: PlanTerms) -> tuple[datetime, datetime]:
    """Return when a period begins and ends, if periods are as long as a plan says from it on.

    :raises ValueError: if the subscription never began.
    """
    zone, months = business_zone(), MONTHS[PlanInterval(plan.interval)]
    anchor = with_months(anchor_of(subscription), index, months, zone)
    return borders.border(anchor, index, zone), borders.border(anchor, index + 1, zone)


def span_of(invoice: Invoice) -> tuple[datetime, datetime]:
    """Return when an invoice's period begins and ends.

    :raises ValueError: if its subscription never began.
    """
    return span(invoice.subscription, index=invoice.period_index or 0, plan=invoice.plan)


def days_of_renewal(invoice: Invoice) -> Days | None:
    """Return the days that a renewal pays for; None for a void one, and for other invoices."""
    if invoice.kind != InvoiceKind.RENEWAL or invoice.status == InvoiceStatus.VOID:
        return None
    return Days.between(*span_of(invoice))


def days_of(invoice: Invoice) -> Days | None:
    """Return the days of the period that an invoice began, else those that a renewal pays for."""
    begun = (period for period in invoice.periods.all() if period.revoked_at is None)
    period = next(begun, None)
    return Days.between(period.starts_at, period.ends_at) if period else days_of_renewal(invoice)
