"""Invoices: one account's own, and every account's for the admins."""

from functools import lru_cache
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from igny8_core.auth.models import Account, Subscription
from igny8_core.business.billing.enums import (
    EventName,
    InvoiceKind,
    InvoiceStatus,
    ObjectType,
)
from igny8_core.business.billing.exceptions import NoSuchInvoice
from igny8_core.business.billing.models import (
    VOIDING,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentEvent,
    Period,
)
from igny8_core.common.compiled import Ready, compiled, planned_once
from igny8_core.common.daily import A_DAY
from igny8_core.common.keyset import with_number
from igny8_core.common.models import put_in_hand
from igny8_core.common.nested import Rows, with_rows
from igny8_core.common.statements import COUNT, Hole, instances

# Of the periods of a subscription: it is neither taken back nor unpaid.
COUNTS_STILL = Q(periods__revoked_at=None) & (
    Q(periods__invoice=None) | Q(periods__invoice__status=InvoiceStatus.PAID)
)
# Of a subscription: what the days of its periods are counted from.
ANCHOR = ("terms", "anchor_at", "anchor_index", "current_index", "current_period_end")
INVOICE_PARTS = (
    "lines",
    Prefetch("payments", Payment.objects.select_related("method")),
    Prefetch("events", PaymentEvent.objects.filter(VOIDING), to_attr="voidings"),
)


def invoices_of(*, account: Account) -> QuerySet[Invoice]:
    """An account's invoices with their lines and payments, newest first: one statement."""
    return own_invoices().filter(account=account)


def own_invoices() -> QuerySet[Invoice]:
    """The same, of all accounts: to be limited to one."""
    voidings = PaymentEvent.objects.filter(VOIDING, invoice=OuterRef("pk"))
    invoices = with_rows(
        Invoice.objects.order_by("-issued_at", "-pk"),
        lines=InvoiceLine.objects.all(),
        payments=Payment.objects.all(),
    )
    return invoices.annotate(voidings=Rows(voidings))


def with_periods(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Read, in the same statement, what tells the days that invoices pay for.

    That is the period that each began, or else its subscription, by which they are counted.
    """
    counts = Period.objects.filter(revoked_at=None)
    began = Exists(counts.filter(invoice=OuterRef(OuterRef("pk"))))
    return with_rows(
        invoices,
        periods=counts.only("starts_at", "ends_at", "revoked_at"),
        subscription=Subscription.objects.filter(~began).only(*ANCHOR),
    )


def invoice_list_of(*, account: Account) -> QuerySet[Invoice]:
    """An account's invoices, newest first, for a list whose pages ``read_invoices`` reads."""
    return Invoice.objects.filter(account=account).order_by("-issued_at", "-pk")


def read_invoices(
    keys: QuerySet[Any, Any],
    order: tuple[str, ...],
    size: int,
    counted: QuerySet[Any, Any] | None = None,
) -> tuple[list[Invoice], int]:
    """Read a page of ``own_invoices`` by one statement, with what tells their periods.

    One plan of it is good for all accounts.

    :param keys: of the invoices, and possibly of more than the ``size`` first ones.
    :param counted: rows to count as well.
    :returns: the invoices, and how many rows were counted.
    """
    parts = {"keys": keys} if counted is None else {"keys": keys, "counted": counted}
    page = _page(order, size) if counted is None else _page(order, size, rows_counted=COUNT)
    return with_number(planned_once(lambda: instances(page, **parts)))


@lru_cache(maxsize=64)
def _page(order: tuple[str, ...], size: int, **count: Hole) -> Ready[Invoice]:
    rows = with_periods(own_invoices()).filter(pk__in=Hole("keys")).order_by(*order)
    return Ready.of(rows.annotate(**count)[:size])


def invoice_of(*, account: Account, invoice_id: int) -> Invoice:
    """Find one of an account's invoices.

    :raises NotFound: if the account has none of this id.
    """
    invoice = invoices_of(account=account).filter(pk=invoice_id).first()
    if invoice is None:
        raise NoSuchInvoice(invoice=invoice_id)
    return invoice


def open_invoice(*, account: Account) -> Invoice | None:
    """The account's open invoice, if any."""
    return invoices_of(account=account).filter(status=InvoiceStatus.PENDING).first()


def debt_of(*, account: Account) -> int | None:
    """The id of the renewal that an account has to pay, if any."""
    renewals = Invoice.objects.filter(
        account=account, kind=InvoiceKind.RENEWAL, status=InvoiceStatus.PENDING
    )
    return renewals.values_list("pk", flat=True).first()


def read_lines(invoice: Invoice) -> None:
    """Read an invoice's lines, of which an answer about an act is made."""
    lines = _lines(invoice_id=invoice.pk)
    for line in lines:
        line.invoice = invoice
    put_in_hand(invoice, "lines", lines)


@compiled
def _lines(invoice_id: int) -> QuerySet[InvoiceLine]:
    return InvoiceLine.objects.filter(invoice=invoice_id)


def every_invoice() -> QuerySet[Invoice]:
    """Every account's invoices, with what the desk shows about them."""
    invoices = Invoice.objects.select_related("account", "payment_method")
    return with_periods(invoices).prefetch_related(*INVOICE_PARTS)


def order_that_credits(invoice: Invoice) -> Invoice | None:
    """Find the order that unused days of a paid invoice were taken off, unless it is void.

    An order that stands was issued after all payments of the plan that it replaced: a later one
    would have made it void.
    """
    replacing = PaymentEvent.objects.filter(
        event=EventName.SUPERSEDE,
        object_type=ObjectType.SUBSCRIPTION,
        object_id=invoice.subscription_id,
    )
    was_over = Period.objects.filter(
        invoice=invoice, revoked_at=None, ends_at__lt=OuterRef("issued_at") + A_DAY
    )
    orders = Invoice.objects.filter(pk__in=replacing.values("invoice"), lines__amount__lt=0)
    return orders.exclude(status=InvoiceStatus.VOID).exclude(Exists(was_over)).first()


def is_later_one_paid(invoice: Invoice) -> bool:
    """Tell whether a later period of its subscription is paid for."""
    later = Invoice.objects.filter(
        subscription=invoice.subscription_id,
        period_index__gt=invoice.period_index,
        status=InvoiceStatus.PAID,
    )
    return later.exists()


def is_one_given_before(invoice: Invoice) -> bool:
    """Tell whether its subscription has had a period before the one that it pays for."""
    earlier = Period.objects.filter(
        subscription=invoice.subscription_id, index__lt=invoice.period_index, revoked_at=None
    )
    return earlier.exists()


def replaced_and_paid(*, account: Account) -> set[int]:
    """Ids of the account's subscriptions that an upgrade replaced, if what ran then still counts.

    That is paid for, or was given to somebody who has paid.
    """
    paid = Invoice.objects.filter(subscription=OuterRef("pk"), status=InvoiceStatus.PAID)
    last_event = (
        PaymentEvent.objects.filter(object_type=ObjectType.SUBSCRIPTION, object_id=OuterRef("pk"))
        .order_by("-pk")
        .values("event")[:1]
    )
    replaced = (
        Subscription.objects.filter(
            COUNTS_STILL,
            Exists(paid),
            account=account,
            periods__index=F("current_index"),
        )
        .annotate(last_event=Subquery(last_event))
        .filter(last_event=EventName.SUPERSEDE)
    )
    return set(replaced.values_list("pk", flat=True))


def any_invoice(*, invoice_id: int) -> Invoice:
    """Find an invoice of any account, with its account and its payments.

    :raises Invoice.DoesNotExist: if there is none of this id.
    """
    return Invoice.objects.select_related("account").prefetch_related("payments").get(pk=invoice_id)
