"""Every account's payments, as admins see them."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Case, Count, F, Func, Q, QuerySet, Value, When

from igny8_core.business.billing.enums import EventName, PaymentStatus
from igny8_core.business.billing.exceptions import NoSuchPayment
from igny8_core.business.billing.models import Consent, Payment, PaymentSearch, RejectionReason
from igny8_core.business.billing.selectors.payments import payments_of
from igny8_core.common.keyset import Place, Side, page_keys
from igny8_core.common.search import text_holds, text_shows

COUNTED_UP_TO = 10_000  # above this, "10,000+" is enough


def payment_queue() -> QuerySet[Payment]:
    """Every account's payments, longest waiting first."""
    return (
        Payment.objects.select_related("method", "invoice__account", "submitted_by", "decided_by")
        .prefetch_related("consents__admin")
        .order_by("submitted_at", "pk")
    )


def marked_reversals() -> QuerySet[Payment]:
    """Payments for which one of two admins has asked for a reversal."""
    marked = Consent.objects.filter(event__in=[EventName.REVERSE, EventName.REVERSE_AND_VOID])
    return payment_queue().filter(
        status=PaymentStatus.SUCCEEDED, pk__in=marked.values("payment_id")
    )


def payment_for_admin(*, payment_id: int) -> Payment:
    """Find any payment.

    :raises NotFound: if there is none of this id.
    """
    payment = payment_queue().filter(pk=payment_id).first()
    if payment is None:
        raise NoSuchPayment(payment=payment_id)
    return payment


def matching_payments(term: str) -> Q:
    """Match payments by what an admin types, in any spelling: see ``PaymentSearch``.

    Looks up to ``COUNTED_UP_TO`` of them up in the index, with a statement. If there are more, the
    list is read in its own order until a page is full: sorting all of them would take longer.
    """
    keys = list(keys_by_index(term)[: COUNTED_UP_TO + 1])
    if len(keys) > COUNTED_UP_TO:
        return text_shows(term, text=F("search__text"))
    return Q(pk__in=Unnest(keys)) if keys else Q(pk__in=[])


def keys_by_index(term: str) -> QuerySet[PaymentSearch, int]:
    """Keys of the payments that match a search, in no order."""
    found = PaymentSearch.objects.filter(text_holds(term, text=F("text"), has_amounts=True))
    return found.values_list("payment_id", flat=True)


class Unnest(Func):
    """Many keys as one parameter: each as its own takes longer than the search."""

    template = "(SELECT unnest(%(expressions)s))"

    def __init__(self, keys: list[int] | Value, **extra: Any) -> None:
        """Take the keys."""
        field = ArrayField(BigIntegerField())
        given = keys if isinstance(keys, Value) else Value(keys, output_field=field)
        super().__init__(given, output_field=BigIntegerField(), **extra)


def count_in(status: PaymentStatus) -> int:
    """How many payments are in a status; stops just above ``COUNTED_UP_TO``."""
    return Payment.objects.filter(status=status)[: COUNTED_UP_TO + 1].count()


def counts_by_status(payments: QuerySet[Payment]) -> dict[str, int]:
    """How many of these payments are in each status."""
    counted = payments.order_by().values("status").annotate(number=Count("pk"))
    return {row["status"]: row["number"] for row in counted}


def neighbours_in_queue(*, payment: Payment) -> tuple[int | None, int | None]:
    """Ids of the waiting payments before and after this one."""
    waiting = Payment.objects.filter(status=PaymentStatus.PENDING_APPROVAL)
    queue, here = waiting.order_by("submitted_at", "pk"), (payment.submitted_at, payment.pk)
    before = page_keys(queue, place=Place(Side.BEFORE, here), size=1)
    after = page_keys(queue, place=Place(Side.AFTER, here), size=1)
    return (
        queue.reverse().filter(pk__in=before).values_list("pk", flat=True).first(),
        queue.filter(pk__in=after).values_list("pk", flat=True).first(),
    )


def earlier_payments(*, payment: Payment) -> QuerySet[Payment]:
    """The same account's other payments, newest first."""
    return payments_of(account=payment.invoice.account).exclude(pk=payment.pk)


def rejection_reasons(*, payment: Payment, language: str) -> QuerySet[RejectionReason]:
    """Ready-made reasons for a payment's method, those in the customer's language first."""
    return (
        RejectionReason.objects.filter(Q(method=payment.method_id) | Q(method=None))
        .annotate(is_own_language=Case(When(language=language, then=0), default=1))
        .order_by("is_own_language", "order", "pk")
    )


def waiting_payments() -> QuerySet[Payment]:
    """Payments waiting for a decision, longest waiting first."""
    return payment_queue().filter(status=PaymentStatus.PENDING_APPROVAL)
