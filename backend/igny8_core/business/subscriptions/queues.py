"""The queues in which an operator looks for subscriptions: each is found by an index of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import DurationField, ExpressionWrapper, F, IntegerField, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, AccountStatus, SubscriptionStatus
from igny8_core.auth.models import Subscription
from igny8_core.business.billing.dunning import dunning_of_today
from igny8_core.business.billing.enums import InvoiceKind, InvoiceStatus
from igny8_core.business.billing.models import Invoice
from igny8_core.business.billing.selectors.queue import COUNTED_UP_TO
from igny8_core.common.clock import business_day, business_midnight
from igny8_core.common.daily import A_DAY

SOON = timedelta(days=7)
LIVE = Subscription.objects.filter(status__in=LIVE_SUBSCRIPTION_STATUSES).order_by()
PAUSED = LIVE.filter(account__status=AccountStatus.SUSPENDED, account__suspended_at__isnull=False)
RENEWALS = Invoice.objects.filter(kind=InvoiceKind.RENEWAL, status=InvoiceStatus.PENDING).order_by()
Found = QuerySet[Subscription]


@dataclass(frozen=True)
class Queue:
    """What it is called, and how its subscriptions are found; some are in several."""

    label: str
    find: Callable[[datetime], Found]


def _due(now: datetime) -> Found:
    today = business_day(now)
    return _owing(due_date__gte=today, due_date__lte=today + SOON)


def _in_grace(now: datetime) -> Found:
    late = _owing(due_date__lt=business_day(now))
    return late.filter(status=SubscriptionStatus.ACTIVE)


def _past_due(_now: datetime) -> Found:
    late = LIVE.filter(status=SubscriptionStatus.PAST_DUE)
    return late.exclude(account__status=AccountStatus.SUSPENDED)


def _ending_soon(now: datetime) -> Found:
    """Find those that lapse soon, by their invoices' own deadlines, or end with their period."""
    soon = business_midnight(business_day(now) + SOON)
    ending = _cancelled(now).filter(current_period_end__lte=soon, paid_index=F("current_index") + 1)
    lapsing = _lapsing_by(now + SOON)
    return LIVE.filter(pk__in=lapsing.values("pk").union(ending.values("pk")))


def _lapsing_by(moment: datetime) -> Found:
    """Find those that were paused for so long by then that they end."""
    days = _kept("end_after_days") - _kept("suspend_after_days")
    paused = ExpressionWrapper(days * Value(A_DAY), output_field=DurationField())
    unpaid = RENEWALS.filter(account__suspended_at__lte=moment - paused)
    return PAUSED.filter(pk__in=unpaid.values("subscription"))


def _kept(name: str) -> Coalesce:
    """Return a deadline that an invoice keeps; one of an earlier release follows the settings."""
    kept = Cast(KeyTextTransform(name, "dunning_plan"), IntegerField())
    return Coalesce(kept, Value(getattr(dunning_of_today(), name)))


def _cancelled(_now: datetime) -> Found:
    return LIVE.filter(cancel_at_period_end=True)


def _parked(_now: datetime) -> Found:
    going_on = Subscription.objects.exclude(status=SubscriptionStatus.CANCELLED).order_by()
    return going_on.filter(account__parked_at__isnull=False)


def _owing(**about: object) -> Found:
    """Find those whose open renewal is like that."""
    return LIVE.filter(pk__in=RENEWALS.filter(**about).values("subscription"))


QUEUES = {
    "due": Queue("Due in 7 days", _due),
    "grace": Queue("Grace", _in_grace),
    "past_due": Queue("Past due", _past_due),
    "suspended": Queue("Suspended", lambda _now: PAUSED.all()),
    "ends_soon": Queue("Ends soon", _ending_soon),
    "cancelled": Queue("Cancelled at period end", _cancelled),
    "parked": Queue("Parked", _parked),
}


def count_in_queue(name: str, now: datetime) -> int:
    """Count the subscriptions in a queue; stops just above ``COUNTED_UP_TO``.

    :raises KeyError: if there is no such queue.
    """
    return QUEUES[name].find(now)[: COUNTED_UP_TO + 1].count()
