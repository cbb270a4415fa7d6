"""The numbers of the approval desk: payments waiting, decisions, speed, takings."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import TruncDate

from igny8_core.business.billing.enums import PaymentStatus
from igny8_core.business.billing.models import Payment
from igny8_core.business.reports.days import TOOK, Span, days_until, decided_in, span_of
from igny8_core.business.reports.models import DecidedDay
from igny8_core.common.clock import business_day, business_zone
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


class Decided:
    """The decisions of several days, added up from those stored and from payments."""

    def __init__(self) -> None:
        self.by_day: Counter[tuple[date, str]] = Counter()
        self.totals: Counter[tuple[str, str]] = Counter()  # by method and currency
        self.numbers: Counter[tuple[str, str]] = Counter()

    def take(self, method: str, currency: str, *, total: Decimal, number: int) -> None:
        """Add what was approved of a method and currency."""
        self.totals[method, currency] += total  # type: ignore[assignment]  # counts Decimals
        self.numbers[method, currency] += number

    def add_stored(self, stored: Iterable[DecidedDay]) -> None:
        """Add days that are summed up."""
        for each in stored:
            day = business_day(each.starts_at)
            self.by_day[day, PaymentStatus.SUCCEEDED] += each.approved
            self.by_day[day, PaymentStatus.FAILED] += each.rejected
            for method, currency, total, number in each.takings:
                self.take(method, currency, total=Decimal(total), number=number)

    def add_live(self, spans: list[Span]) -> None:
        """Add what the payments of some spans of time say."""
        rows = (
            decided_in(spans)
            .annotate(day=TruncDate("decided_at", tzinfo=business_zone()))
            .values_list("day", "status", KT("method_snapshot__display_name"), "currency")
            .annotate(total=Sum("amount"), number=Count("pk"))
        )
        for day, status, method, currency, total, number in rows:
            self.by_day[day, status] += number
            if status == PaymentStatus.SUCCEEDED:
                self.take(method, currency, total=total, number=number)


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
    days = days_until(business_day(now), number=DAYS)
    spans = [span_of(day) for day in days]
    kept = {(row.starts_at, row.ends_at): row for row in _stored(since=spans[0][0])}
    stored = [kept[span] for span in spans if span in kept]
    live = [(start, min(end, _just_after(now))) for start, end in spans if (start, end) not in kept]
    decided = Decided()
    decided.add_stored(stored)
    decided.add_live(live)
    return Numbers(
        waiting=waiting["number"],
        oldest=waiting["oldest"],
        ages=[(label, waiting[f"from_{start}"]) for label, start, _end in AGES],
        days=[
            Day(
                day=day,
                approved=decided.by_day[day, PaymentStatus.SUCCEEDED],
                rejected=decided.by_day[day, PaymentStatus.FAILED],
            )
            for day in days
        ],
        median_time=_median_time(stored, live),
        takings=_takings(decided),
    )


def _stored(*, since: datetime) -> QuerySet[DecidedDay]:
    return DecidedDay.objects.filter(starts_at__gte=since).defer("times")


def _just_after(moment: datetime) -> datetime:
    return moment + timedelta.resolution


def _between(now: datetime, from_hours: int, to_hours: int | None) -> dict[str, datetime]:
    window = {"submitted_at__lte": now - timedelta(hours=from_hours)}
    if to_hours is not None:
        window["submitted_at__gt"] = now - timedelta(hours=to_hours)
    return window


MEDIAN = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FROM (
    SELECT unnest(times)::double precision AS took FROM reports_decidedday WHERE id = ANY(%s)
    UNION ALL
    SELECT 1000000 * extract(epoch FROM took)::double precision FROM ({live}) payments) times
"""


def _median_time(stored: list[DecidedDay], live: list[Span]) -> timedelta | None:
    """Return the middle of all times, of stored days and of payments."""
    sql, params = decided_in(live).annotate(took=TOOK).values("took").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(MEDIAN.format(live=sql), [[day.pk for day in stored], *params])
        (median,) = cursor.fetchone()
    return None if median is None else timedelta(microseconds=round(median))


def _takings(decided: Decided) -> list[Takings]:
    """Return what was taken, the most frequent first."""
    numbers = sorted(decided.numbers.items(), key=lambda item: (-item[1], item[0]))
    return [
        Takings(method=method, money=Money(Decimal(decided.totals[key]), key[1]), number=number)
        for key, number in numbers
        for method in [key[0]]
    ]
