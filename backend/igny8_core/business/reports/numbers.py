"""The numbers of the approval desk: payments waiting, decisions, speed, takings."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from igny8_core.business.reports.days import days_until, span_of
from igny8_core.common.clock import business_day
from igny8_core.common.money import Money

DAYS = 30
AGES: list[tuple[str, int, int | None]] = [  # label, from and to in hours
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


WAITING_SINCE = "submitted_at <= %(now)s - make_interval(hours => {})"
NUMBERS = """
WITH spans AS (
    SELECT * FROM unnest(%(days)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
        AS span (day, starts_at, ends_at)
), stored AS (
    SELECT * FROM spans JOIN reports_decidedday USING (starts_at, ends_at)
), unstored AS (
    SELECT * FROM spans WHERE day NOT IN (SELECT day FROM stored)
), live AS (
    SELECT day, decided.* FROM unstored, LATERAL (
        SELECT status, amount, currency, method_snapshot ->> 'display_name' AS method,
            decided_at - submitted_at AS took
        FROM billing_payment
        WHERE status IN ('succeeded', 'failed')
            AND decided_at >= starts_at AND decided_at < least(ends_at, %(until)s)
        OFFSET 0  -- planned for one span at a time: as a join, it would read the whole table
    ) decided
), counted AS (
    SELECT day, approved, rejected FROM stored
    UNION ALL
    SELECT day, count(*) FILTER (WHERE status = 'succeeded'),
        count(*) FILTER (WHERE status = 'failed')
    FROM live GROUP BY day
), taken AS (
    SELECT each ->> 0 AS method, each ->> 1 AS currency, (each ->> 2)::numeric AS total,
        (each ->> 3)::bigint AS number
    FROM stored, jsonb_array_elements(takings) each
    UNION ALL
    SELECT method, currency, amount, 1 FROM live WHERE status = 'succeeded'
), summed AS (
    SELECT method, currency, sum(total)::text AS total, sum(number)::bigint AS number
    FROM taken GROUP BY method, currency
), times AS (
    SELECT unnest(times)::double precision AS took FROM stored
    UNION ALL
    SELECT 1000000 * extract(epoch FROM took)::double precision FROM live
)
SELECT count(*), min(submitted_at), ARRAY[{ages}],
    (SELECT jsonb_object_agg(day, jsonb_build_array(approved, rejected)) FROM counted),
    (SELECT jsonb_agg(jsonb_build_array(method, currency, total, number)) FROM summed),
    (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FROM times)
FROM billing_payment WHERE status = 'pending_approval'
"""


def numbers(*, now: datetime) -> Numbers:
    """Compute all numbers as of now, with one statement: finished days from their sums."""
    days = days_until(business_day(now), number=DAYS)
    starts, ends = zip(*map(span_of, days), strict=True)
    given: dict[str, Any] = {"days": days, "starts": list(starts), "ends": list(ends), "now": now}
    given["until"] = now + timedelta.resolution
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS.format(ages=", ".join(map(_in_age, AGES))), given)
        waiting, oldest, ages, counted, summed, median = cursor.fetchone()
    decided = json.loads(counted or "{}")
    return Numbers(
        waiting=waiting,
        oldest=oldest,
        ages=[(label, number) for (label, *_), number in zip(AGES, ages, strict=True)],
        days=[Day(day, *decided.get(day.isoformat(), (0, 0))) for day in days],
        median_time=None if median is None else timedelta(microseconds=round(median)),
        takings=_takings(json.loads(summed or "[]")),
    )


def _in_age(age: tuple[str, int, int | None]) -> str:
    """Return the SQL that counts what has waited that long."""
    _label, start, end = age
    condition = WAITING_SINCE.format(start)
    if end is not None:
        condition += f" AND NOT {WAITING_SINCE.format(end)}"
    return f"count(*) FILTER (WHERE {condition})"


def _takings(summed: list[tuple[str, str, str, int]]) -> list[Takings]:
    """Return what was taken, the most frequent first."""
    return [
        Takings(method=method, money=Money(Decimal(total), currency), number=number)
        for method, currency, total, number in sorted(summed, key=lambda each: (-each[3], each[:2]))
    ]
