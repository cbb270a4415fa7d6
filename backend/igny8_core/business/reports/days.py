"""Finished days, summed up once, so that the desk needn't read a month of payments.

A trigger on payments deletes the day of a decision that changes, and holds a shared lock until its
transaction ends. Summing up waits for those, and they for it; they never wait for each other.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, DurationField, ExpressionWrapper, F, Sum
from django.db.models.fields.json import KT

from igny8_core.business.billing.enums import PaymentStatus
from igny8_core.business.billing.models import Payment
from igny8_core.business.reports.models import DecidedDay
from igny8_core.common.clock import business_day, business_midnight
from igny8_core.common.locks import wait_for_lock

LOCK = "decided days"  # its number is in the migration's trigger
Span = tuple[datetime, datetime]  # from, and before
TOOK = ExpressionWrapper(F("decided_at") - F("submitted_at"), output_field=DurationField())


@dataclass(frozen=True)
class Summary:
    """The columns of a ``DecidedDay``."""

    approved: int
    rejected: int
    takings: list[list[str | int]]
    times: list[int]


def span_of(day: date) -> Span:
    """Return when a business day starts and ends, in UTC."""
    return business_midnight(day), business_midnight(day + timedelta(days=1))


def days_until(today: date, *, number: int) -> list[date]:
    """Return this many days, the last of which is today."""
    return [today - timedelta(days=n) for n in reversed(range(number))]


def summary_of(span: Span) -> Summary:
    """Sum up the decisions of a span of time: approvals and rejections that weren't reversed."""
    start, end = span
    decided = Payment.objects.filter(
        status__in=[PaymentStatus.SUCCEEDED, PaymentStatus.FAILED],
        decided_at__gte=start,
        decided_at__lt=end,
    ).order_by()
    counted = dict(decided.values_list("status").annotate(Count("pk")))
    takings = (
        decided.filter(status=PaymentStatus.SUCCEEDED)
        .values_list(KT("method_snapshot__display_name"), "currency")
        .annotate(total=Sum("amount"), number=Count("pk"))
        .order_by("-number", "method_snapshot__display_name", "currency")
    )
    times = decided.annotate(took=TOOK).order_by("took").values_list("took", flat=True)
    return Summary(
        approved=counted.get(PaymentStatus.SUCCEEDED, 0),
        rejected=counted.get(PaymentStatus.FAILED, 0),
        takings=[[method, currency, str(total), n] for method, currency, total, n in takings],
        times=[took // timedelta(microseconds=1) for took in times],
    )


def sum_up_days(*, now: datetime, number: int) -> None:
    """Sum up the finished ones of this many days, and forget those before them."""
    days = days_until(business_day(now), number=number)
    known = set(DecidedDay.objects.values_list("starts_at", "ends_at"))
    for span in map(span_of, days[:-1]):
        if span not in known:
            _sum_up(span)
    DecidedDay.objects.filter(ends_at__lte=span_of(days[0])[0]).delete()


def _sum_up(span: Span) -> None:
    starts_at, ends_at = span
    with transaction.atomic(durable=True):
        wait_for_lock(LOCK)
        found = asdict(summary_of(span))
        DecidedDay.objects.get_or_create(starts_at=starts_at, ends_at=ends_at, defaults=found)
