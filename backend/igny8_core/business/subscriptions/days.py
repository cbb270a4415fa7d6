"""The days of periods, as they are told: in the time zone of the business, both included."""

from dataclasses import dataclass
from datetime import date, datetime

from igny8_core.auth.enums import PlanInterval
from igny8_core.auth.models import Subscription
from igny8_core.business.billing.borders import Anchor, border, day_of, last_day, with_months
from igny8_core.business.billing.enums import InvoiceKind, InvoiceStatus
from igny8_core.business.billing.models import Invoice
from igny8_core.business.billing.periods import MONTHS, anchor_of
from igny8_core.common.clock import business_zone


@dataclass(frozen=True)
class Days:
    """The first and the last day of a period."""

    first_day: date
    last_day: date

    @classmethod
    def between(cls, starts_at: datetime, ends_at: datetime) -> "Days":
        """Return the days of a period; it ends at the instant at which the next one begins."""
        zone = business_zone()
        return cls(first_day=day_of(starts_at, zone), last_day=last_day(ends_at, zone))


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


def span_of(subscription: Subscription, invoice: Invoice) -> tuple[datetime, datetime]:
    """Return when a renewal's period begins and ends, as long as its plan says.

    :raises ValueError: if the subscription never began.
    """
    zone, index = business_zone(), invoice.period_index or 0
    months = MONTHS[PlanInterval(invoice.plan.interval)]
    anchor: Anchor = with_months(anchor_of(subscription), index, months, zone)
    return border(anchor, index, zone), border(anchor, index + 1, zone)


def days_of_renewal(invoice: Invoice) -> Days | None:
    """Return the days that a renewal pays for; None for a void one, and for other invoices."""
    if invoice.kind != InvoiceKind.RENEWAL or invoice.status == InvoiceStatus.VOID:
        return None
    return Days.between(*span_of(invoice.subscription, invoice))
