"""One account's own payments."""

from django.db.models import OuterRef, QuerySet

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.enums import ObjectType
from igny8_core.business.billing.exceptions import NoSuchPayment
from igny8_core.business.billing.models import Payment, PaymentEvent
from igny8_core.business.billing.selectors.events import TOLD_TO_CUSTOMER
from igny8_core.common.nested import Rows, with_rows


def payments_of(*, account: Account) -> QuerySet[Payment]:
    """An account's payments, newest first."""
    return (
        Payment.objects.filter(invoice__account=account)
        .select_related("invoice")
        .order_by("-submitted_at", "-pk")
    )


def payments_with_events_of(*, account: Account) -> QuerySet[Payment]:
    """The same, each with the events that the customer may see: ``told_events``."""
    events = PaymentEvent.objects.filter(
        TOLD_TO_CUSTOMER, object_type=ObjectType.PAYMENT, payment=OuterRef("pk")
    )
    told = with_rows(events, actor=User.objects.only("account_id"))
    return with_rows(payments_of(account=account)).annotate(told_events=Rows(told))


def payment_of(*, account: Account, payment_id: int) -> Payment:
    """Find one of an account's payments.

    :raises NotFound: if the account has none of this id.
    """
    payment = payments_with_events_of(account=account).filter(pk=payment_id).first()
    if payment is None:
        raise NoSuchPayment(payment=payment_id)
    return payment
