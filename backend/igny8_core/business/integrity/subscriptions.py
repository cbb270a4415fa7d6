"""Checks of subscriptions: paid ones run, for the time and terms that were sold."""

from django.db.models import (
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    Subquery,
)
from django.db.models.functions import Coalesce, Greatest, Now

from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, AccountStatus, SubscriptionStatus
from igny8_core.auth.models import Account, Subscription
from igny8_core.business.billing.enums import EventName, InvoiceKind, InvoiceStatus, ObjectType
from igny8_core.business.billing.models import Invoice, PaymentEvent
from igny8_core.business.billing.periods import paid_until
from igny8_core.business.billing.selectors.invoices import COUNTS_STILL
from igny8_core.business.integrity.found import rows, selected
from igny8_core.business.subscriptions.services.looks import SET, is_late, readable_facts


def pending_without_invoice() -> list[str]:
    """Find pending subscriptions without an open invoice, or that never had one."""
    pending = Count("invoices", filter=Q(invoices__status=InvoiceStatus.PENDING))
    counted = Subscription.objects.annotate(pending=pending, newest=Max("invoices__pk"))
    return rows(
        counted.filter(
            Q(status=SubscriptionStatus.PENDING_PAYMENT) & ~Q(pending=1) | Q(newest__isnull=True)
        )
    )


def live_and_unpaid() -> list[str]:
    """Find live subscriptions without a paid invoice."""
    paid = Count("invoices", filter=Q(invoices__status=InvoiceStatus.PAID))
    live = Subscription.objects.filter(status__in=LIVE_SUBSCRIPTION_STATUSES)
    return rows(live.annotate(paid=paid).filter(paid=0))


def paid_for_and_not_running() -> list[str]:
    """Find subscriptions whose paid time lasts, if neither they nor newer ones are live.

    It must end after now, and after the account's last event. Only a person ends one before its
    time, or an order that is paid: that credits what is left.
    """
    paid = Invoice.objects.filter(subscription=OuterRef("pk"), status=InvoiceStatus.PAID)
    replaced = PaymentEvent.objects.filter(
        event=EventName.SUPERSEDE,
        object_type=ObjectType.SUBSCRIPTION,
        object_id=OuterRef("pk"),
        invoice__status=InvoiceStatus.PAID,
    )
    ended = PaymentEvent.objects.filter(
        event=EventName.END,
        object_type=ObjectType.SUBSCRIPTION,
        object_id=OuterRef("pk"),
        actor__isnull=False,
    )
    last_event = (
        PaymentEvent.objects.filter(account=OuterRef("account"))
        .order_by("-created_at")
        .values("created_at")[:1]
    )
    live = Subscription.objects.filter(
        Q(current_period_start__gt=OuterRef("current_period_start"))
        | Q(current_period_start=OuterRef("current_period_start"), pk__gte=OuterRef("pk")),
        account=OuterRef("account"),
        status__in=LIVE_SUBSCRIPTION_STATUSES,
    )
    ended_early = (
        Subscription.objects.filter(COUNTS_STILL, Exists(paid), periods__index=F("current_index"))
        .exclude(account__status=AccountStatus.CANCELLED)
        .annotate(as_of=Greatest(Now(), Subquery(last_event)))
        .filter(Q(current_period_end__gt=F("as_of")) | Q(paid_index__gt=F("current_index") + 1))
        .exclude(Exists(live))
        .exclude(Exists(ended))
        .exclude(Exists(replaced))
        .distinct()
    )
    lasting = (item.pk for item in ended_early if paid_until(item) > item.as_of)
    return [f"subscription {pk}" for pk in sorted(lasting)]


# What runs is kept as a period. A first period begins when it is paid for, or after the end of the
# plan that it replaces, if that was used unpaid, whatever is taken back later. No other begins
# before it is paid for, or before its time: who pays late pays for time that has passed.
BEGUN_AT_ANOTHER_TIME = """
SELECT s.id FROM igny8_auth_subscription s
LEFT JOIN billing_period p
    ON p.subscription_id = s.id AND p.index = s.current_index AND p.revoked_at IS NULL
WHERE s.status IN ('active', 'past_due') AND p.id IS NULL
    OR p.id IS NOT NULL AND (p.starts_at, p.ends_at)
        IS DISTINCT FROM (s.current_period_start, s.current_period_end)
UNION
SELECT p.subscription_id FROM billing_period p
JOIN billing_invoice i ON i.id = p.invoice_id
WHERE p.revoked_at IS NULL AND (
    i.status <> 'paid' OR p.created_at < greatest(i.paid_at, p.starts_at)
    OR i.kind IN ('initial', 'change') AND (p.starts_at > i.paid_at
        OR p.starts_at < i.paid_at AND p.starts_at < coalesce((
            SELECT max(replaced.ends_at) FROM billing_paymentevent e
            JOIN billing_period replaced ON replaced.subscription_id = e.object_id
            WHERE e.invoice_id = i.id AND e.event = 'supersede' AND e.created_at = i.paid_at
                AND e.object_type = 'subscription'
                AND coalesce(replaced.revoked_at, i.paid_at) >= i.paid_at), i.paid_at)))
ORDER BY 1
"""


def begun_at_another_time() -> list[str]:
    """Find periods that don't start when they were paid for, and live subscriptions without."""
    return selected("subscription", BEGUN_AT_ANOTHER_TIME)


# A period that begins on the last day of a short month may end up to three days later in the next
# one, because it is counted from its anchor; a clock change moves an end by an hour.
OFF_THE_INTERVAL_SOLD = """
SELECT p.id FROM billing_period p
JOIN billing_invoice i ON i.id = p.invoice_id
CROSS JOIN LATERAL (SELECT
    coalesce(i.billing_snapshot #>> '{issue,time_zone}', 'UTC') AS name,
    ('1 ' || (i.billing_snapshot #>> '{plan,interval}'))::interval AS sold
) zone
CROSS JOIN LATERAL (SELECT
    timezone(zone.name, timezone(zone.name, p.starts_at) + zone.sold) AS at
) until
WHERE p.revoked_at IS NULL AND p.ends_at NOT BETWEEN until.at - interval '1 hour'
    AND until.at + interval '1 hour' + CASE i.kind WHEN 'renewal' THEN interval '3 days'
        ELSE interval '0' END
ORDER BY p.id
"""


GIVEN_BY_NOBODY = """
SELECT subscription_id FROM billing_period
WHERE invoice_id IS NULL
GROUP BY subscription_id
HAVING count(*) > (SELECT count(*) FROM billing_paymentevent e
    WHERE e.object_type = 'subscription' AND e.object_id = subscription_id AND e.event = 'comp')
ORDER BY subscription_id
"""


def given_by_nobody() -> list[str]:
    """Find subscriptions with more periods that nobody paid for than were given."""
    return selected("subscription", GIVEN_BY_NOBODY)


def off_the_interval_sold() -> list[str]:
    """Find paid periods that are longer or shorter than the interval sold."""
    return selected("period", OFF_THE_INTERVAL_SOLD)


def off_their_invoice() -> list[str]:
    """Find subscriptions whose credits and limits differ from what they sell.

    That is in the invoice of the period that runs, or of the one before it that was paid for last
    if it was given, or in that of its order if none runs. What is taken back after the end ran
    until then; of what has ended, and has no period left, nothing is promised.
    """
    ran = Q(periods__revoked_at=None) | Q(periods__revoked_at__gte=OuterRef("cancelled_at"))
    running = (
        Invoice.objects.filter(
            ran,
            periods__subscription=OuterRef("pk"),
            periods__index__lte=OuterRef("current_index"),
        )
        .order_by("-periods__index")
        .values("billing_snapshot__plan")[:1]
    )
    ordered = (
        Invoice.objects.filter(subscription=OuterRef("pk"))
        .exclude(kind=InvoiceKind.RENEWAL)
        .order_by("-pk")
        .values("billing_snapshot__plan")[:1]
    )
    sold = Coalesce(Subquery(running), Subquery(ordered))
    promising = Subscription.objects.exclude(
        status=SubscriptionStatus.CANCELLED, current_index=None, periods__isnull=False
    )
    return rows(promising.annotate(sold=sold).exclude(terms=F("sold")))


def not_to_be_looked_at() -> list[str]:
    """Find accounts that billing would look at too late, or never."""
    last_event = (
        PaymentEvent.objects.filter(account=OuterRef("pk"))
        .order_by("-created_at")
        .values("created_at")[:1]
    )
    going_on = Subscription.objects.exclude(status=SubscriptionStatus.CANCELLED)
    accounts = Account.objects.filter(
        Q(subscriptions__in=going_on) | Q(plan_credits__gt=0),
        parked_at=None,
    ).annotate(as_of=Greatest(Now(), Subquery(last_event)))
    looks = {
        pk: (at, as_of)
        for pk, at, as_of in accounts.values_list("pk", "next_billing_step_at", "as_of")
    }
    ids = sorted(looks)
    return [
        f"account {pk}"
        for first in range(0, len(ids), SET)
        for pk, facts in readable_facts(ids[first : first + SET]).items()
        if is_late(facts, *looks[pk])
    ]


def ended_without_saying_when() -> list[str]:
    """Find cancelled subscriptions without an end time, and others with one."""
    is_cancelled = Q(status=SubscriptionStatus.CANCELLED)
    return rows(
        Subscription.objects.filter(
            is_cancelled & Q(cancelled_at=None) | ~is_cancelled & ~Q(cancelled_at=None)
        )
    )


CHECKS = {
    "every pending subscription has its invoice": pending_without_invoice,
    "every live subscription is paid for": live_and_unpaid,
    "every plan that is paid for and lasts runs, or a newer one does": paid_for_and_not_running,
    "every period begins when it was paid for": begun_at_another_time,
    "every period without an invoice was given by somebody": given_by_nobody,
    "cancelled subscriptions alone say when they were": ended_without_saying_when,
    "billing looks at every account in time": not_to_be_looked_at,
    "7a. every period is as long as its invoice says": off_the_interval_sold,
    "7b. every subscription promises what its invoice says": off_their_invoice,
}
