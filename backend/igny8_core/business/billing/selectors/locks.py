"""Locks: always account, subscriptions, invoice, payments, each by primary key.

So two transitions of one account wait for each other and never deadlock.
"""

from dataclasses import dataclass

from igny8_core.auth.models import Account, Subscription
from igny8_core.auth.selectors import lock_account, lock_subscriptions
from igny8_core.business.billing.exceptions import NoSuchInvoice, NoSuchPayment
from igny8_core.business.billing.models import Invoice, Payment


@dataclass(frozen=True)
class LockedBilling:
    """All rows around one invoice, locked until the transaction ends."""

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


def lock_billing_of_invoice(*, invoice_id: int) -> LockedBilling:
    """Lock all that a transition of this invoice may touch.

    :raises NotFound: if there is no such invoice.
    """
    account_id = Invoice.objects.filter(pk=invoice_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise NoSuchInvoice(invoice=invoice_id)
    account = lock_account(account_id=account_id)
    subscriptions = lock_subscriptions(account_id=account_id)
    invoice = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice_id)
    invoice.account = account
    payments = list(
        Payment.objects.select_for_update(of=("self",))
        .filter(invoice_id=invoice_id)
        .select_related("method")
        .order_by("pk")
    )
    for payment in payments:
        payment.invoice = invoice
    return LockedBilling(account, subscriptions, invoice, payments)


@dataclass(frozen=True)
class LockedAccount:
    """All billing rows of an account, locked until the transaction ends."""

    account: Account
    subscriptions: list[Subscription]
    invoices: list[Invoice]
    payments: list[Payment]


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
    return LockedAccount(account, subscriptions, list(invoices), list(payments.order_by("pk")))


def lock_billing_of_payment(*, payment_id: int) -> LockedBilling:
    """Lock all that a transition of this payment may touch.

    :raises NotFound: if there is no such payment.
    """
    invoice_id = Payment.objects.filter(pk=payment_id).values_list("invoice_id", flat=True).first()
    if invoice_id is None:
        raise NoSuchPayment(payment=payment_id)
    return lock_billing_of_invoice(invoice_id=invoice_id)
