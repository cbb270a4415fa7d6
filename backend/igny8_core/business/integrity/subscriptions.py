"""Checks of subscriptions: paid ones run, for the time and terms that were sold."""

from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    Subquery,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Greatest, Now

from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, AccountStatus, SubscriptionStatus
from igny8_core.auth.models import Subscription
from igny8_core.business.billing.enums import InvoiceStatus
from igny8_core.business.billing.models import Invoice, PaymentEvent
from igny8_core.business.integrity.found import rows, selected


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
    """Find paid subscriptions whose period lasts, if neither they nor newer ones are live.

    The period must end after now, and after the account's last event.
    """
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
    return rows(
        Subscription.objects.filter(invoices__status=InvoiceStatus.PAID)
        .exclude(account__status=AccountStatus.CANCELLED)
        .filter(current_period_end__gt=Greatest(Now(), Subquery(last_event)))
        .exclude(Exists(live))
        .distinct()
    )


# A restored subscription keeps its period; it loses it when its invoice is due again.
BEGUN_AT_ANOTHER_TIME = """
SELECT s.id FROM igny8_auth_subscription s
LEFT JOIN (
    SELECT subscription_id, max(paid_at) AS at FROM billing_invoice
    WHERE status = 'paid' GROUP BY subscription_id
) paid ON paid.subscription_id = s.id
WHERE paid.at IS DISTINCT FROM s.current_period_start AND paid.subscription_id IS NOT NULL
    OR s.status IN ('active', 'past_due')
        AND (s.current_period_start IS NULL OR s.current_period_end IS NULL)
ORDER BY s.id
"""


def begun_at_another_time() -> list[str]:
    """Find periods that don't start when their invoice was paid, and live ones without."""
    return selected("subscription", BEGUN_AT_ANOTHER_TIME)


def off_the_interval_sold() -> list[str]:
    """Find paid periods that are longer or shorter than the interval sold."""
    sold = (
        Invoice.objects.filter(subscription=OuterRef("pk"), status=InvoiceStatus.PAID)
        .order_by("-pk")
        .values(interval=KT("billing_snapshot__plan__interval"))[:1]
    )
    once = Func(
        Subquery(sold), template="('1 ' || %(expressions)s)::interval", output_field=DurationField()
    )
    end = ExpressionWrapper(F("current_period_start") + once, output_field=DateTimeField())
    paid = Subscription.objects.filter(
        current_period_start__isnull=False, invoices__status=InvoiceStatus.PAID
    )
    return rows(
        paid.annotate(sold_until=end).exclude(current_period_end=F("sold_until")).distinct()
    )


def off_their_invoice() -> list[str]:
    """Find subscriptions whose credits and limits differ from their newest invoice."""
    newest = (
        Invoice.objects.filter(subscription=OuterRef("pk"))
        .order_by("-pk")
        .values("billing_snapshot__plan")[:1]
    )
    return rows(Subscription.objects.annotate(sold=Subquery(newest)).exclude(terms=F("sold")))


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
    "cancelled subscriptions alone say when they were": ended_without_saying_when,
    "7a. every period is as long as its invoice says": off_the_interval_sold,
    "7b. every subscription promises what its invoice says": off_their_invoice,
}
