"""Checks of the desk's numbers: what is summed up is what the payments say."""

from igny8_core.business.reports.days import Summary, summary_of
from igny8_core.business.reports.models import DecidedDay


def days_summed_up_wrongly() -> list[str]:
    """Find finished days whose sums aren't those of their payments."""
    return [f"day from {day}" for day in DecidedDay.objects.order_by("pk") if not _is_true(day)]


def _is_true(day: DecidedDay) -> bool:
    kept = Summary(
        approved=day.approved, rejected=day.rejected, takings=day.takings, times=day.times
    )
    return kept == summary_of((day.starts_at, day.ends_at))


CHECKS = {"the desk's numbers of finished days are those of their payments": days_summed_up_wrongly}
