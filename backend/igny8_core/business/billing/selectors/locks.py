"""Locks: always accounts, subscriptions, invoices, payments, each by primary key.

So two transitions of one account wait for each other and never deadlock: whoever has an account's
row has the rest to themselves. Accounts and subscriptions are each read by a statement of their
own, and invoices with their payments by another, which sees what was committed while the ones
before it waited. Nothing may lock an invoice without its account.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import (
    BigIntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce

from igny8_core.auth.enums import SubscriptionStatus
from igny8_core.auth.models import Account, Subscription
from igny8_core.auth.selectors import lock_account, lock_subscriptions
from igny8_core.business.billing.enums import InvoiceKind, InvoiceStatus
from igny8_core.business.billing.exceptions import NoSuchInvoice, NoSuchPayment
from igny8_core.business.billing.models import Consent, Invoice, InvoiceLine, Payment
from igny8_core.common.compiled import IsOneOf, compiled
from igny8_core.common.models import put_in_hand

Row = TypeVar("Row", bound=Model)
CREDITS = Q(amount__lt=0)  # of an order's lines: what is taken off


@dataclass(frozen=True)
class LockedBilling:
    """All rows around one invoice, locked until the transaction ends.

    They refer to each other, so that an answer about them needs no further reads.
    """

    account: Account
    subscriptions: list[Subscription]
    invoice: Invoice
    payments: list[Payment]

    @property
    def subscription(self) -> Subscription:
        """The subscription that the invoice is for."""
        return next(item for item in self.subscriptions if item.pk == self.invoice.subscription_id)

    def payment(self, payment_id: int) -> Payment:
        """The payment of this id."""
        return next(item for item in self.payments if item.pk == payment_id)


def lock_billing_of_invoice(*, invoice_id: int, account: Account | None = None) -> LockedBilling:
    """Lock all that a transition of this invoice may touch.

    :param account: whose invoice it has to be, if that matters.
    :raises NotFound: if there is no such invoice.
    """
    parents = _with_subscriptions(
        _accounts_of_invoice(invoice_id=invoice_id, account_id=_id_of(account))
    )
    if not parents.accounts:
        raise NoSuchInvoice(invoice=invoice_id)
    (invoice,) = _invoices(invoice_id=invoice_id)
    return parents.billing_of(invoice, _with_consents(_payments_of_invoice(invoice_id=invoice_id)))


def lock_billing_of_payment(*, payment_id: int, account: Account | None = None) -> LockedBilling:
    """Lock all that a transition of this payment may touch.

    :param account: whose payment it has to be, if that matters.
    :raises NotFound: if there is no such payment.
    """
    locked = _lock_billing_of([payment_id], account)
    if not locked:
        raise NoSuchPayment(payment=payment_id)
    return locked[payment_id]


def lock_billing_of_payments(*, payment_ids: Collection[int]) -> dict[int, LockedBilling]:
    """Lock all that a transition of any of these payments may touch, however many they are.

    Two payments of one account share its rows.

    :returns: by the payment's id; those that don't exist are left out.
    """
    return _lock_billing_of(payment_ids)


def _lock_billing_of(
    payment_ids: Collection[int], account: Account | None = None
) -> dict[int, LockedBilling]:
    ids = list(payment_ids)
    parents = _with_subscriptions(
        _accounts_of_payments(payment_ids=ids, account_id=_id_of(account))
    )
    if not parents.accounts:
        return {}
    by_invoice: defaultdict[int, list[Payment]] = defaultdict(list)
    payments = _payments_beside(payment_ids=ids, account_ids=list(parents.accounts))
    for payment in _with_consents(payments):
        by_invoice[payment.invoice_id].append(payment)
    billings = [parents.billing_of(rows[0].invoice, rows) for rows in by_invoice.values()]
    return {payment.pk: locked for locked in billings for payment in locked.payments}


def lock_open_renewals(locked: LockedBilling) -> list[Invoice]:
    """Lock the renewals that wait for their payment, except the invoice in hand: with payments."""
    having = [item for item in locked.subscriptions if getattr(item, "an_open_renewal", True)]
    if not having:
        return []
    waiting = Invoice.objects.filter(
        subscription__in=having, kind=InvoiceKind.RENEWAL, status=InvoiceStatus.PENDING
    ).exclude(pk=locked.invoice.pk)
    renewals = list(_for_update(waiting.order_by("pk")))
    for renewal in renewals:
        renewal.account = locked.account
    prefetch_related_objects(renewals, "payments")
    return renewals


def lock_credited_orders(locked: LockedBilling) -> list[Invoice]:
    """Lock the unpaid order that unused days were taken off, if there is one: with payments."""
    return _lock_orders(
        locked, Invoice.objects.filter(pk__in=InvoiceLine.objects.filter(CREDITS).values("invoice"))
    )


def lock_open_orders(locked: LockedBilling) -> list[Invoice]:
    """Lock the unpaid order, if there is one: with payments."""
    return _lock_orders(locked, Invoice.objects.all())


def _lock_orders(locked: LockedBilling, invoices: QuerySet[Invoice]) -> list[Invoice]:
    waiting = [
        item for item in locked.subscriptions if item.status == SubscriptionStatus.PENDING_PAYMENT
    ]
    if not waiting:
        return []
    orders = list(
        _for_update(
            invoices.filter(subscription__in=waiting, status=InvoiceStatus.PENDING).order_by("pk")
        )
    )
    for order in orders:
        order.account = locked.account
        order.subscription = next(item for item in waiting if item.pk == order.subscription_id)
    prefetch_related_objects(orders, "payments")
    return orders


@dataclass(frozen=True)
class LockedAccount:
    """All billing rows of an account, locked until the transaction ends.

    They refer to each other, and are in the order of their ids.
    """

    account: Account
    subscriptions: list[Subscription]
    invoices: list[Invoice]
    payments: list[Payment]

    @classmethod
    def of_rows(
        cls,
        account: Account,
        subscriptions: Iterable[Subscription],
        invoices: Iterable[Invoice],
        payments: Iterable[Payment],
    ) -> "LockedAccount":
        """Put together what belongs to an account."""
        locked = cls(account, list(subscriptions), list(invoices), list(payments))
        subscription_of = {subscription.pk: subscription for subscription in locked.subscriptions}
        invoice_of = {invoice.pk: invoice for invoice in locked.invoices}
        for subscription in locked.subscriptions:
            subscription.account = account
        for invoice in locked.invoices:
            invoice.account = account
            invoice.subscription = subscription_of[invoice.subscription_id]
        for payment in locked.payments:
            payment.invoice = invoice_of[payment.invoice_id]
        return locked


def lock_billing_of_account(*, account_id: int) -> LockedAccount:
    """Lock everything of an account.

    :raises Account.DoesNotExist: if there is none.
    """
    account = lock_account(account_id=account_id)
    subscriptions = lock_subscriptions(account_id=account_id)
    invoices = Invoice.objects.select_for_update(of=("self",)).filter(account_id=account_id)
    invoices = invoices.order_by("pk")
    payments = Payment.objects.select_for_update(of=("self",)).filter(
        invoice__account_id=account_id
    )
    return LockedAccount.of_rows(account, subscriptions, invoices, payments.order_by("pk"))


@dataclass(frozen=True)
class _Parents:
    """Locked accounts, and their locked subscriptions, by the account's id."""

    accounts: dict[int, Account]
    subscriptions: dict[int, list[Subscription]]

    def billing_of(self, invoice: Invoice, payments: list[Payment]) -> LockedBilling:
        """Put together what belongs to an invoice."""
        account = self.accounts[invoice.account_id]
        subscriptions = self.subscriptions[account.pk]
        invoice.account = account
        for payment in payments:
            payment.invoice = invoice
        put_in_hand(account, "subscriptions", subscriptions)
        put_in_hand(invoice, "payments", payments)
        return LockedBilling(account, subscriptions, invoice, payments)


def _with_subscriptions(accounts: Iterable[Account]) -> _Parents:
    """Lock the subscriptions of locked accounts."""
    by_id = {account.pk: account for account in accounts}
    by_account: defaultdict[int, list[Subscription]] = defaultdict(list)
    if by_id:
        for item in _subscriptions(account_ids=list(by_id)):
            by_account[item.account_id].append(item)
    return _Parents(by_id, by_account)


def _id_of(account: Account | None) -> int | None:
    return account.pk if account else None


@compiled
def _accounts_of_invoice(invoice_id: int, account_id: int | None) -> QuerySet[Account]:
    invoices = Invoice.objects.filter(pk=invoice_id, account=_or_any(account_id, "account"))
    return _accounts(invoices.values("account"))


@compiled
def _accounts_of_payments(
    payment_ids: Collection[int], account_id: int | None
) -> QuerySet[Account]:
    payments = Payment.objects.filter(
        IsOneOf("pk", payment_ids), invoice__account=_or_any(account_id, "invoice__account")
    )
    return _accounts(payments.values("invoice__account"))


@compiled
def _subscriptions(account_ids: Collection[int]) -> QuerySet[Subscription]:
    renewals = Invoice.objects.filter(
        subscription=OuterRef("pk"), kind=InvoiceKind.RENEWAL, status=InvoiceStatus.PENDING
    )
    subscriptions = Subscription.objects.filter(IsOneOf("account", account_ids)).annotate(
        an_open_renewal=Subquery(renewals.values("pk")[:1])
    )
    return _for_update(subscriptions.select_related("plan").order_by("pk"))


@compiled
def _invoices(invoice_id: int) -> QuerySet[Invoice]:
    return _for_update(Invoice.objects.filter(pk=invoice_id))


@compiled
def _payments_of_invoice(invoice_id: int) -> QuerySet[Payment]:
    return _for_update(_payments().filter(invoice=invoice_id).order_by("pk"))


@compiled
def _payments_beside(
    payment_ids: Collection[int], account_ids: Collection[int]
) -> QuerySet[Payment]:
    """All payments of the invoices of these payments, with the invoices."""
    wanted = Payment.objects.filter(IsOneOf("pk", payment_ids))
    payments = _payments().select_related("invoice").order_by("invoice_id", "pk")
    beside = payments.filter(
        IsOneOf("invoice__account", account_ids), invoice__in=wanted.values("invoice")
    )
    return _for_update(beside, "invoice")


def _or_any(account_id: int | None, own: str) -> Coalesce:
    """Compare with an account, or with the row's own: so with any."""
    return Coalesce(account_id, own, output_field=BigIntegerField())


def _accounts(ids: QuerySet[Any, Any]) -> QuerySet[Account]:
    return _for_update(Account.objects.filter(pk__in=ids).order_by("pk"))


def _payments() -> QuerySet[Payment]:
    """Payments with what an answer about them shows; whether two admins were asked is rare."""
    consents = Consent.objects.filter(payment=OuterRef("pk"))
    return Payment.objects.select_related("submitted_by").annotate(
        a_consent=Subquery(consents.values("pk")[:1])
    )


def _with_consents(payments: Iterable[Payment]) -> list[Payment]:
    """Read the consents, if there are any."""
    read = list(payments)
    having = [payment for payment in read if payment.a_consent]  # type: ignore[attr-defined]
    prefetch_related_objects(having, "consents__admin")
    for payment in read:
        if payment not in having:
            put_in_hand(payment, "consents", [])
    return read


def _for_update(rows: QuerySet[Row], *of: str) -> QuerySet[Row]:
    return rows.select_for_update(of=("self", *of))
