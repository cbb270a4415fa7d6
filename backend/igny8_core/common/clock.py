"""The clock, passed into services so that a test can say what time it is."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present time, aware, in UTC."""
    return datetime.now(UTC)
