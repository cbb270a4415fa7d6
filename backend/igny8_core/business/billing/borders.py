"""Borders of a subscription's periods: whole months from its anchor, never from the last border.

A period is half-open: it ends at the instant at which the next one begins. Instants are aware, in
UTC; days are those of the business's time zone, which the caller passes in.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

NO_TIME = timedelta(0)
AN_INSTANT = timedelta(microseconds=1)


class LatePayment(StrEnum):
    """What a pause does to the period that was unpaid when it began: ``BILLING_LATE_PAYMENT``."""

    CLOCK_STOPS = "clock_stops"  # the time used is owed, the paused time isn't
    KEEPS_DUE = "keeps_due"  # the paused time is paid for too
    RESTARTS = "restarts"  # a whole period begins


@dataclass(frozen=True)
class Anchor:
    """The instant at which one period begins; the borders of all others are counted from it.

    :param at: aware, in UTC.
    :param index: of the period that begins then.
    :param months: the length of a period.
    """

    at: datetime
    index: int
    months: int


def border(anchor: Anchor, index: int, zone: ZoneInfo) -> datetime:
    """Return the instant at which a period begins, which is when the one before it ends.

    It has the anchor's wall-clock time, and its day, or the last day of a shorter month. A time
    that the clocks skip is read as before the change (02:30 means 03:30); of a time that comes
    twice, the first counts.
    """
    if index == anchor.index:
        return anchor.at
    local = anchor.at.astimezone(zone).replace(tzinfo=None, fold=0)
    moved = local + relativedelta(months=(index - anchor.index) * anchor.months)
    return moved.replace(tzinfo=zone).astimezone(UTC)


def index_at(anchor: Anchor, now: datetime, zone: ZoneInfo) -> int:
    """Return the index of the period that an instant is in."""
    local, start = now.astimezone(zone), anchor.at.astimezone(zone)
    months = (local.year - start.year) * 12 + local.month - start.month
    index = anchor.index + months // anchor.months
    return index if border(anchor, index, zone) <= now else index - 1


def re_anchored(
    anchor: Anchor,
    index: int,
    zone: ZoneInfo,
    *,
    suspended_at: datetime,
    back_at: datetime,
    late_payment: LatePayment = LatePayment.CLOCK_STOPS,
) -> Anchor:
    """Return the anchor after a pause that began in an unpaid period.

    Whatever ends the pause (a payment, a later due date, a hold) re-anchors, so a second pause in
    the same period is counted like the first.

    :param index: of the unpaid period.
    :param suspended_at: the end of access.
    :param back_at: the instant at which access comes back.
    """
    if late_payment == LatePayment.KEEPS_DUE:
        return anchor
    used = max(suspended_at - border(anchor, index, zone), NO_TIME)
    owed = used if late_payment == LatePayment.CLOCK_STOPS else NO_TIME
    return replace(anchor, at=back_at - owed, index=index)


def with_months(anchor: Anchor, index: int, months: int, zone: ZoneInfo) -> Anchor:
    """Return the anchor of periods that are ``months`` long from the given one on."""
    if months == anchor.months:
        return anchor
    return Anchor(at=border(anchor, index, zone), index=index, months=months)


def renewal_due_day(
    ends_at: datetime, zone: ZoneInfo, *, issued_on: date, min_term_days: int
) -> date:
    """Return the due day of a renewal: the last paid day, or later if it is issued late.

    :param ends_at: the end of the paid time.
    :param min_term_days: at least so many days after its issue: ``BILLING_MIN_TERM_DAYS``.
    """
    return max(last_day(ends_at, zone), issued_on + timedelta(days=min_term_days))


def last_day(ends_at: datetime, zone: ZoneInfo) -> date:
    """Return the day of the last instant before the end; at midnight that is the day before."""
    return day_of(ends_at - AN_INSTANT, zone)


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """Return the day of an aware instant."""
    return moment.astimezone(zone).date()


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a day."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
