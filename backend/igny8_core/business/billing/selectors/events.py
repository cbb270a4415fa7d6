"""What happened: the audit trail, as the admins and as the customer may read it."""

from django.db.models import Q, QuerySet

from igny8_core.auth.models import Account
from igny8_core.business.billing.enums import AMONG_ADMINS, ObjectType
from igny8_core.business.billing.models import Invoice, Payment, PaymentEvent

TOLD_TO_CUSTOMER = ~Q(event__in=AMONG_ADMINS)


def events_of(*, object_type: ObjectType, object_id: int) -> QuerySet[PaymentEvent]:
    """What happened to an object itself, oldest first."""
    return (
        PaymentEvent.objects.filter(object_type=object_type, object_id=object_id)
        .select_related("actor")
        .order_by("pk")
    )


def timeline_of(*, payment: Payment) -> QuerySet[PaymentEvent]:
    """What happened to a payment itself, oldest first."""
    return events_of(object_type=ObjectType.PAYMENT, object_id=payment.pk)


def timeline_of_invoice(*, invoice: Invoice) -> QuerySet[PaymentEvent]:
    """What happened in an invoice's course, whatever object it moved, oldest first."""
    return PaymentEvent.objects.filter(invoice=invoice).select_related("actor").order_by("pk")


def events_for_customer(*, account: Account) -> QuerySet[PaymentEvent]:
    """All that happened in an account, oldest first; not what admins settle among themselves."""
    return (
        PaymentEvent.objects.filter(TOLD_TO_CUSTOMER, account=account)
        .select_related("actor")
        .order_by("pk")
    )
