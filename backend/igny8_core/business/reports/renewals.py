"""The numbers of subscriptions: what they bring in a month, and how renewals are paid.

Every live subscription is looked at, so they are counted once an hour, and the desk reads a row.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from igny8_core.business.reports.models import RenewalCount
from igny8_core.common.clock import business_day
from igny8_core.common.money import Money

DAYS = 30
# A renewal is paid in time if its customer confirmed the payment by the due day, however long the
# review took. Periods that were given bring nothing in.
COUNT = """
WITH monthly AS (
    SELECT terms ->> 'currency' AS currency, count(*) AS number,
        sum(coalesce(price_override, (terms ->> 'price')::numeric)
            / CASE terms ->> 'interval' WHEN 'year' THEN 12 ELSE 1 END) AS total
    FROM igny8_auth_subscription s
    WHERE status IN ('active', 'past_due') AND NOT EXISTS (
        SELECT FROM billing_period p WHERE p.subscription_id = s.id AND p.index = s.current_index
            AND p.revoked_at IS NULL AND p.invoice_id IS NULL)
    GROUP BY 1
), renewals AS (
    SELECT count(*) AS due,
        count(*) FILTER (WHERE (p.submitted_at AT TIME ZONE %(zone)s)::date <= i.due_date)
            AS in_time,
        count(p.id) AS paid
    FROM billing_invoice i
    LEFT JOIN billing_payment p ON p.invoice_id = i.id AND p.status = 'succeeded'
    WHERE i.kind = 'renewal' AND i.status IN ('pending', 'paid')
        AND i.due_date > %(first)s AND i.due_date <= %(today)s
), pauses AS (
    SELECT count(*) FILTER (WHERE event = 'suspend') AS paused,
        count(*) FILTER (WHERE event = 'lapse' AND object_type = 'subscription') AS lapsed,
        count(*) FILTER (WHERE event = 'approve' AND from_state = 'suspended') AS recovered
    FROM billing_paymentevent
    WHERE created_at > %(since)s AND (event IN ('suspend', 'lapse') OR from_state = 'suspended')
)
SELECT (SELECT jsonb_agg(jsonb_build_array(currency, total::text, number)) FROM monthly),
    due, in_time, paid - in_time, paused, lapsed, recovered,
    (SELECT count(*) FROM igny8_auth_account WHERE status = 'suspended')
FROM renewals, pauses
"""


@dataclass(frozen=True)
class Recurring:
    """What subscriptions of a currency bring in a month; a year's price counts a twelfth."""

    money: Money
    number: int


def count_renewals(*, now: datetime) -> RenewalCount:
    """Count everything as of now, with one statement, and keep it instead of what was kept."""
    today = business_day(now)
    given: dict[str, Any] = {
        "zone": settings.BUSINESS_TIME_ZONE,
        "today": today,
        "first": today - timedelta(days=DAYS),
        "since": now - timedelta(days=DAYS),
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(COUNT, given)
            monthly, due, in_time, late, paused, lapsed, recovered, suspended = cursor.fetchone()
        RenewalCount.objects.all().delete()
        return RenewalCount.objects.create(
            counted_at=now,
            monthly=json.loads(monthly or "[]"),
            due=due,
            paid_in_time=in_time,
            paid_late=late,
            paused=paused,
            lapsed=lapsed,
            recovered=recovered,
            suspended=suspended,
        )


def last_count() -> RenewalCount | None:
    """Return what was counted last; None before the first time."""
    return RenewalCount.objects.order_by("-pk").first()


def recurring(counted: RenewalCount) -> list[Recurring]:
    """Return what comes in a month by currency, the most subscriptions first."""
    return [
        Recurring(money=Money(Decimal(total), currency), number=number)
        for currency, total, number in sorted(counted.monthly, key=lambda each: (-each[2], each[0]))
    ]
