"""The stages by which an operator looks for subscriptions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, FilteredRelation, Q, QuerySet

from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, AccountStatus, SubscriptionStatus
from igny8_core.auth.models import Subscription
from igny8_core.business.billing.enums import InvoiceKind, InvoiceStatus
from igny8_core.business.subscriptions.reading import rules_of_today
from igny8_core.common.clock import business_day, business_midnight

SOON = timedelta(days=7)
IS_LIVE = Q(status__in=LIVE_SUBSCRIPTION_STATUSES)


@dataclass(frozen=True)
class Stage:
    """A stage: what it is called, and which subscriptions are in it; some are in several."""

    label: str
    condition: Q


def stages(now: datetime) -> dict[str, Stage]:
    """Return all stages as of a time, by the names of their addresses."""
    today = business_day(now)
    soon = business_midnight(today + SOON)
    paused_long = now - timedelta(days=rules_of_today().dunning.paused_days) + SOON
    ends_with_period = Q(
        cancel_at_period_end=True,
        current_period_end__lte=soon,
        paid_index=F("current_index") + 1,
    )
    return {
        "due": Stage(
            "Due in 7 days",
            IS_LIVE & Q(renewal__due_date__gte=today, renewal__due_date__lte=today + SOON),
        ),
        "grace": Stage("Grace", Q(status=SubscriptionStatus.ACTIVE, renewal__due_date__lt=today)),
        "past_due": Stage(
            "Past due",
            Q(status=SubscriptionStatus.PAST_DUE) & ~Q(account__status=AccountStatus.SUSPENDED),
        ),
        "suspended": Stage("Suspended", IS_LIVE & Q(account__status=AccountStatus.SUSPENDED)),
        "ends_soon": Stage(
            "Ends soon", IS_LIVE & (Q(account__suspended_at__lte=paused_long) | ends_with_period)
        ),
        "cancelled": Stage("Cancelled at period end", IS_LIVE & Q(cancel_at_period_end=True)),
        "parked": Stage("Parked", Q(account__parked_at__isnull=False)),
    }


def in_stage(name: str, now: datetime) -> QuerySet[Subscription]:
    """Return the subscriptions in a stage.

    :raises KeyError: if there is no such stage.
    """
    return _with_renewal().filter(stages(now)[name].condition)


def count_stages(now: datetime) -> dict[str, int]:
    """Count the subscriptions in each stage, with one statement."""
    counts = {name: Count("pk", filter=stage.condition) for name, stage in stages(now).items()}
    return _with_renewal().aggregate(**counts)


def _with_renewal() -> QuerySet[Subscription]:
    """Return those that haven't ended, with their open renewal: there is one at most."""
    is_open = Q(invoices__kind=InvoiceKind.RENEWAL, invoices__status=InvoiceStatus.PENDING)
    return Subscription.objects.exclude(status=SubscriptionStatus.CANCELLED).annotate(
        renewal=FilteredRelation("invoices", condition=is_open)
    )
