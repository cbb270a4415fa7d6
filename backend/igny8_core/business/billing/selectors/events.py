"""The audit trail, for admins and for customers."""

from django.db.models import Q, QuerySet

from igny8_core.auth.models import Account
from igny8_core.business.billing.enums import AMONG_ADMINS, ObjectType
from igny8_core.business.billing.models import Invoice, Payment, PaymentEvent

TOLD_TO_CUSTOMER = ~Q(event__in=AMONG_ADMINS)


def events_of(*, object_type: ObjectType, object_id: int) -> QuerySet[PaymentEvent]:
    """The events of an object itself, oldest first."""
    return (
        PaymentEvent.objects.filter(object_type=object_type, object_id=object_id)
        .select_related("actor")
        .order_by("pk")
    )


def timeline_of(*, payment: Payment) -> QuerySet[PaymentEvent]:
    """The events of a payment itself, oldest first."""
    return events_of(object_type=ObjectType.PAYMENT, object_id=payment.pk)


def timeline_of_invoice(*, invoice: Invoice) -> QuerySet[PaymentEvent]:
    """The events that belong to an invoice, whichever object changed, oldest first."""
    return PaymentEvent.objects.filter(invoice=invoice).select_related("actor").order_by("pk")


def events_for_customer(*, account: Account) -> QuerySet[PaymentEvent]:
    """All events of an account, oldest first, except those internal to admins."""
    return (
        PaymentEvent.objects.filter(TOLD_TO_CUSTOMER, account=account)
        .select_related("actor")
        .order_by("pk")
    )
