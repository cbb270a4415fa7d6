"""Checks of accounts, their people and their plans."""

from django.db.models import Count, F, Q

from igny8_core.auth.enums import (
    LIVE_SUBSCRIPTION_STATUSES,
    AccountStatus,
    SubscriptionStatus,
    UserRole,
)
from igny8_core.auth.models import NOBODYS_DOMAIN, Account, Subscription, User
from igny8_core.business.billing.enums import InvoiceStatus, PaymentStatus
from igny8_core.business.integrity.found import rows


def off_their_subscription() -> list[str]:
    """Find accounts whose state doesn't match having (or not having) a live subscription."""
    live = Count("subscriptions", filter=Q(subscriptions__status__in=LIVE_SUBSCRIPTION_STATUSES))
    counted = Account.objects.annotate(live=live)
    return rows(
        counted.filter(
            Q(live__gt=1)
            | Q(status=AccountStatus.ACTIVE) & ~Q(live=1)
            | Q(status__in=[AccountStatus.TRIAL, AccountStatus.PENDING_PAYMENT]) & Q(live__gt=0)
        )
    )


def on_another_plan() -> list[str]:
    """Find active accounts whose plan isn't that of their live subscription."""
    live = Subscription.objects.filter(
        status__in=LIVE_SUBSCRIPTION_STATUSES, account__status=AccountStatus.ACTIVE
    )
    return rows(live.exclude(plan=F("account__plan")))


def closed_with_something_open() -> list[str]:
    """Find closed accounts with something still open, or where somebody can sign in."""
    closed = Account.objects.filter(status=AccountStatus.CANCELLED)
    return rows(
        closed.filter(
            Q(subscriptions__in=Subscription.objects.exclude(status=SubscriptionStatus.CANCELLED))
            | Q(invoices__status=InvoiceStatus.PENDING)
            | Q(invoices__payments__status=PaymentStatus.PENDING_APPROVAL)
            | Q(users__is_active=True)
        ).distinct()
    )


def without_one_owner() -> list[str]:
    """Find open accounts without an owner, or with several."""
    owners = Count("users", filter=Q(users__role=UserRole.OWNER))
    in_use = Account.objects.exclude(status=AccountStatus.CANCELLED)
    return rows(in_use.annotate(owners=owners).exclude(owners=1))


def people_off_their_address() -> list[str]:
    """Find people whose sign-in address isn't ``User.email``, or who have several or none."""
    own = Count(
        "emailaddress", filter=Q(emailaddress__email=F("email"), emailaddress__primary=True)
    )
    counted = User.objects.annotate(own=own, addresses=Count("emailaddress"))
    is_erased = Q(email__endswith=f"@{NOBODYS_DOMAIN}")
    right = Q(is_erased, addresses=0) | Q(~is_erased, own=1, addresses=1)
    return rows(counted.exclude(right))


CHECKS = {
    "every account fits its subscription": off_their_subscription,
    "every active account has the plan that it is subscribed to": on_another_plan,
    "everybody signs in with one address, that of the person": people_off_their_address,
    "every closed account has nothing open and nobody who can sign in": closed_with_something_open,
    "every open account has one owner": without_one_owner,
}
