"""Where a customer stands."""

from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Case, Exists, OuterRef, QuerySet, When
from django.db.models.functions import Lower

from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES, SubscriptionStatus
from igny8_core.auth.models import Account, EmailChange, Subscription, User
from igny8_core.auth.rights import keep_rights
from igny8_core.auth.selectors import live_subscription, pending_subscription
from igny8_core.business.billing.enums import DECIDED_PAYMENT_STATUSES, InvoiceKind, InvoiceStatus
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.selectors.invoices import own_invoices
from igny8_core.common.compiled import compiled
from igny8_core.common.nested import Rows, with_rows


@dataclass(frozen=True)
class State:
    """What a page needs to show where a customer stands.

    :param account: None for admins without one.
    :param subscription: what is paid for.
    :param last_decision: the payment that was decided on most recently.
    """

    user: User
    account: Account | None
    subscription: Subscription | None
    pending_subscription: Subscription | None
    open_invoice: Invoice | None
    last_decision: Payment | None


def state_of(*, user: User) -> State:
    """Return where a person stands, all of it at one moment: it is one statement.

    :raises User.DoesNotExist: if the person was removed meanwhile.
    """
    read: list[Any] = _people(user_id=user.pk)
    if not read:
        raise User.DoesNotExist
    (person,) = read
    keep_rights(person, as_read_with=user)
    account: Account | None = person.account
    if account is not None:
        account.current_subscriptions = person.current_subscriptions
        account.has_a_persons_billing_email = person.has_a_persons_billing_email
    return State(
        user=person,
        account=account,
        subscription=live_subscription(account=account) if account else None,
        pending_subscription=pending_subscription(account=account) if account else None,
        open_invoice=next(iter(person.open_invoices), None),
        last_decision=next(iter(person.last_decisions), None),
    )


@compiled
def _people(user_id: int) -> QuerySet[User]:
    account = OuterRef("account")
    current = Subscription.objects.filter(
        account=account,
        status__in=[*LIVE_SUBSCRIPTION_STATUSES, SubscriptionStatus.PENDING_PAYMENT],
    )
    invoices = own_invoices().filter(account=account, status=InvoiceStatus.PENDING)
    renewal_first = invoices.order_by(
        Case(When(kind=InvoiceKind.RENEWAL, then=0), default=1), "-issued_at", "-pk"
    )
    decided = Payment.objects.filter(
        invoice__account=account, status__in=DECIDED_PAYMENT_STATUSES
    ).order_by("-decided_at", "-pk")
    colleagues = EmailAddress.objects.filter(
        user__account=account, verified=True, email=Lower(OuterRef("account__billing_email"))
    )
    people = with_rows(
        User.objects.filter(pk=user_id).select_related("account__plan"),
        emailaddress=EmailAddress.objects.all(),
        email_change=EmailChange.objects.all(),
    )
    return people.annotate(
        current_subscriptions=Rows(current),
        open_invoices=Rows(renewal_first[:1]),
        last_decisions=Rows(with_rows(decided, invoice=Invoice.objects.only("number"))[:1]),
        has_a_persons_billing_email=Exists(colleagues),
    )
