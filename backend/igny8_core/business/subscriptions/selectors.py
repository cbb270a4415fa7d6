"""Reads about one account's subscription: its rows without locks, and an invoice in detail."""

from django.db.models import QuerySet

from igny8_core.auth.models import Account, Plan, Subscription
from igny8_core.business.billing.exceptions import NoSuchInvoice
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.selectors.invoices import invoices_of, with_periods
from igny8_core.business.billing.selectors.locks import LockedAccount
from igny8_core.common.compiled import compiled
from igny8_core.common.nested import with_rows


def billing_of(*, account: Account) -> LockedAccount:
    """Read all billing rows of an account in one statement, and lock nothing."""
    (read,) = _accounts(account_id=account.pk)
    invoices = read.invoices.all()
    payments = sorted(
        (payment for invoice in invoices for payment in invoice.payments.all()),
        key=lambda payment: payment.pk,
    )
    return LockedAccount.of_rows(read, read.subscriptions.all(), invoices, payments)


def invoice_with_period(*, account: Account, invoice_id: int) -> Invoice:
    """Find one of an account's invoices, with its subscription and the period that it began.

    :raises NotFound: if the account has none of this id.
    """
    invoice = with_periods(invoices_of(account=account)).filter(pk=invoice_id).first()
    if invoice is None:
        raise NoSuchInvoice(invoice=invoice_id)
    return invoice


@compiled
def _accounts(account_id: int) -> QuerySet[Account]:
    return with_rows(
        Account.objects.filter(pk=account_id),
        subscriptions=with_rows(
            Subscription.objects.all(), plan=Plan.objects.all(), next_plan=Plan.objects.all()
        ),
        invoices=with_rows(Invoice.objects.all(), payments=Payment.objects.all()),
    )
