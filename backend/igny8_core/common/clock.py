"""The clock, passed into services so that a test can say what time it is; the business's days."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings


def utc_now() -> datetime:
    """Return the present time, aware, in UTC."""
    return datetime.now(UTC)


def business_zone() -> ZoneInfo:
    """Return the time zone of the business's days: ``BUSINESS_TIME_ZONE``."""
    return ZoneInfo(settings.BUSINESS_TIME_ZONE)


def business_day(moment: datetime) -> date:
    """Return the day on which an aware moment falls for the business."""
    return moment.astimezone(business_zone()).date()


def business_midnight(day: date) -> datetime:
    """Return the moment at which a day of the business begins, aware."""
    return datetime.combine(day, time.min, business_zone())
