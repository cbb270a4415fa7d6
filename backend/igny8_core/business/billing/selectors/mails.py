"""Mails about an account, and to the admins."""

from datetime import datetime

from django.db.models import Max, Q, QuerySet

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.selectors.payments import payments_of
from igny8_core.common.models import OutgoingMail

ADMIN_MAILS = ("payment_waiting", "payments_waiting")


def last_notice(*, payment: Payment) -> datetime | None:
    """When billing admins last got a notice of a payment of this account, if ever."""
    others = Payment.objects.filter(invoice__account=payment.invoice.account_id)
    ids = others.exclude(pk=payment.pk).values_list("pk", flat=True)
    told = OutgoingMail.objects.filter(key__in=[f"payment_waiting:{pk}" for pk in ids])
    newest: datetime | None = told.aggregate(at=Max("created_at"))["at"]
    return newest


def mails_about(*, account: Account) -> QuerySet[OutgoingMail]:
    """All emails about an account, to anyone, including those of earlier versions."""
    invoices = list(account.invoices.values_list("pk", flat=True))
    payments = list(payments_of(account=account).values_list("pk", flat=True))
    return OutgoingMail.objects.filter(
        Q(arguments__account_id=account.pk)
        | Q(arguments__invoice_id__in=invoices)
        | Q(arguments__payment_id__in=payments)
    ).order_by("pk")


def mails_after(mail: OutgoingMail) -> QuerySet[OutgoingMail]:
    """Return later emails of the same kind to the same reader."""
    return OutgoingMail.objects.filter(pk__gt=mail.pk, kind=mail.kind, recipient=mail.recipient)


def mails_of(*, account: Account) -> QuerySet[OutgoingMail]:
    """The emails to an account's people and to its billing addresses, even old ones."""
    told = mails_about(account=account).exclude(kind__in=ADMIN_MAILS)
    people = account.users.filter(is_staff=False, is_superuser=False).values("email")
    return OutgoingMail.objects.filter(
        Q(pk__in=told.order_by().values("pk")) | Q(recipient__in=people)
    ).order_by("pk")
