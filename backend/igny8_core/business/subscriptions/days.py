"""The days of periods, as they are told: in the time zone of the business, both included."""

from dataclasses import dataclass
from datetime import date, datetime

from igny8_core.auth.enums import PlanInterval
from igny8_core.auth.models import Subscription
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing import borders
from igny8_core.business.billing.borders import day_of, last_day, with_months
from igny8_core.business.billing.enums import InvoiceKind, InvoiceStatus
from igny8_core.business.billing.models import Invoice
from igny8_core.business.billing.periods import MONTHS, anchor_of, border
from igny8_core.common.clock import business_day, business_zone


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
