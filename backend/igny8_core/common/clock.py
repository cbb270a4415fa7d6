"""The clock, passed into services so that tests can set the time; business days."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings


def utc_now() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)


def business_zone() -> ZoneInfo:
    """Return the time zone of the business's days: ``BUSINESS_TIME_ZONE``."""
    return ZoneInfo(settings.BUSINESS_TIME_ZONE)


def business_day(moment: datetime) -> date:
    """Return the business day of an aware datetime."""
    return moment.astimezone(business_zone()).date()


def business_midnight(day: date) -> datetime:
    """Return the start of a business day, as an aware datetime."""
    return datetime.combine(day, time.min, business_zone())
