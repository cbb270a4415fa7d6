"""The numbers of the approval desk: payments waiting, decisions, speed, takings."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Min,
    Q,
    QuerySet,
    Sum,
)
from django.db.models.fields.json import KT
from django.db.models.functions import TruncDate

from igny8_core.business.billing.enums import PaymentStatus
from igny8_core.business.billing.models import Payment
from igny8_core.common.clock import business_day, business_midnight, business_zone
from igny8_core.common.money import Money

DAYS = 30
AGES = [  # label, from and to in hours
    ("under 1 hour", 0, 1),
    ("1 to 24 hours", 1, 24),
    ("1 to 3 days", 24, 72),
    ("over 3 days", 72, None),
]


@dataclass(frozen=True)
class Day:
    """How many payments were approved and rejected on a business day."""

    day: date
    approved: int
    rejected: int


@dataclass(frozen=True)
class Takings:
    """Takings by method and currency."""

    method: str
    money: Money
    number: int


@dataclass(frozen=True)
class Numbers:
    """All numbers; those over time cover the last ``DAYS`` days."""

    waiting: int
    oldest: datetime | None
    ages: list[tuple[str, int]]
    days: list[Day]
    median_time: timedelta | None
    takings: list[Takings]

    @property
    def approved(self) -> int:
        """Payments approved in the period."""
        return sum(day.approved for day in self.days)

    @property
    def rejected(self) -> int:
        """Payments rejected in the period."""
        return sum(day.rejected for day in self.days)


class Median(Aggregate):
    """The middle value, by PostgreSQL."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


def numbers(*, now: datetime) -> Numbers:
    """Compute all numbers as of now."""
    waiting = Payment.objects.filter(status=PaymentStatus.PENDING_APPROVAL).aggregate(
        number=Count("pk"),
        oldest=Min("submitted_at"),
        **{
            f"from_{start}": Count("pk", filter=Q(**_between(now, start, end)))
            for _label, start, end in AGES
        },
    )
    today = business_day(now)
    since = today - timedelta(days=DAYS - 1)
    decided = Payment.objects.filter(
        decided_at__gte=business_midnight(since),
        decided_at__lte=now,
        status__in=[PaymentStatus.SUCCEEDED, PaymentStatus.FAILED],
    )
    took = ExpressionWrapper(F("decided_at") - F("submitted_at"), output_field=DurationField())
    return Numbers(
        waiting=waiting["number"],
        oldest=waiting["oldest"],
        ages=[(label, waiting[f"from_{start}"]) for label, start, _end in AGES],
        days=_days(decided, since=since, until=today),
        median_time=decided.aggregate(median=Median(took, output_field=DurationField()))["median"],
        takings=_takings(decided),
    )


def _between(now: datetime, from_hours: int, to_hours: int | None) -> dict[str, datetime]:
    window = {"submitted_at__lte": now - timedelta(hours=from_hours)}
    if to_hours is not None:
        window["submitted_at__gt"] = now - timedelta(hours=to_hours)
    return window


def _days(decided: QuerySet[Payment], *, since: date, until: date) -> list[Day]:
    counted = (
        decided.order_by()
        .annotate(day=TruncDate("decided_at", tzinfo=business_zone()))
        .values("day", "status")
        .annotate(number=Count("pk"))
    )
    by_day = {(row["day"], row["status"]): row["number"] for row in counted}
    return [
        Day(
            day=day,
            approved=by_day.get((day, PaymentStatus.SUCCEEDED), 0),
            rejected=by_day.get((day, PaymentStatus.FAILED), 0),
        )
        for day in (since + timedelta(days=n) for n in range((until - since).days + 1))
    ]


def _takings(decided: QuerySet[Payment]) -> list[Takings]:
    rows = (
        decided.filter(status=PaymentStatus.SUCCEEDED)
        .order_by()
        .annotate(method_name=KT("method_snapshot__display_name"))
        .values("method_name", "currency")
        .annotate(total=Sum("amount"), number=Count("pk"))
        .order_by("-number", "method_name", "currency")
    )
    return [
        Takings(
            method=row["method_name"],
            money=Money(Decimal(row["total"]), row["currency"]),
            number=row["number"],
        )
        for row in rows
    ]
