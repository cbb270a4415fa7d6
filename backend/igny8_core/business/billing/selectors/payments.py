"""One account's own payments."""

from django.db.models import Prefetch, QuerySet

from igny8_core.auth.models import Account
from igny8_core.business.billing.enums import DECIDED_PAYMENT_STATUSES, ObjectType
from igny8_core.business.billing.exceptions import NoSuchPayment
from igny8_core.business.billing.models import Payment, PaymentEvent
from igny8_core.business.billing.selectors.events import TOLD_TO_CUSTOMER


def payments_of(*, account: Account) -> QuerySet[Payment]:
    """An account's payments, newest first."""
    return (
        Payment.objects.filter(invoice__account=account)
        .select_related("method", "invoice")
        .order_by("-submitted_at", "-pk")
    )


def payments_with_events_of(*, account: Account) -> QuerySet[Payment]:
    """The same, each with the events that the customer may see: ``told_events``."""
    events = PaymentEvent.objects.filter(TOLD_TO_CUSTOMER, object_type=ObjectType.PAYMENT)
    told = Prefetch("events", events.select_related("actor").order_by("pk"), to_attr="told_events")
    return payments_of(account=account).prefetch_related(told)


def payment_of(*, account: Account, payment_id: int) -> Payment:
    """Find one of an account's payments.

    :raises NotFound: if the account has none of this id.
    """
    payment = payments_with_events_of(account=account).filter(pk=payment_id).first()
    if payment is None:
        raise NoSuchPayment(payment=payment_id)
    return payment


def last_decision(*, account: Account) -> Payment | None:
    """The account's payment that was decided on most recently, if any."""
    return (
        payments_of(account=account)
        .filter(status__in=DECIDED_PAYMENT_STATUSES)
        .order_by("-decided_at", "-pk")
        .first()
    )
