"""Nobody loses paid time by a change of plan or a reversal, and nobody gets it twice.

Day 0 is the first of January 2027, when the customer paid for a month: at 10:00, UTC.
"""

from datetime import datetime

import pytest

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.enums import CreditKind, EventName
from igny8_core.business.billing.exceptions import (
    InvoiceUnderReview,
)
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.services.decisions import approve_payment
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.business.subscriptions.services.operator import comp_period
from tests.database import assert_all_invariants_hold
from tests.factories import PASSWORD, account_of, invoice_of, record_credits
from tests.life import (
    confirm,
    day,
    days,
    make_customer,
    order,
    subscription_of,
)

pytestmark = pytest.mark.django_db

VOID, DUE_AGAIN = EventName.REVERSE_AND_VOID, EventName.REVERSE


@pytest.fixture
def customer(billing_admin: User) -> User:
    """An owner who paid for a month."""
    return make_customer(billing_admin)


@pytest.fixture
def root(catalog: None) -> User:
    """Somebody who may do everything."""
    return User.objects.create_superuser("root@desk.example", PASSWORD)


def first_payment() -> Payment:
    return Payment.objects.earliest("pk")


def approve(payment: Payment, admin: User, now: datetime) -> None:
    approve_payment(payment_id=payment.pk, actor=Actor(user=admin), now=now)


def reverse(
    payment: Payment,
    admin: User,
    now: datetime,
    event: EventName = VOID,
    *,
    is_forced: bool = False,
) -> None:
    reverse_payment(
        payment_id=payment.pk,
        actor=Actor(user=admin),
        now=now,
        reason="Recalled",
        event=event,
        is_forced=is_forced,
    )


def give(owner: User, root: User, now: datetime) -> None:
    comp_period(account_id=account_of(owner).pk, actor=Actor(user=root), now=now, reason="Sorry")


def spend(owner: User, amount: int, now: datetime) -> None:
    record_credits(
        account=account_of(owner),
        amount=-amount,
        kind=CreditKind.ADJUSTMENT,
        description="Used",
        now=now,
    )


def claim_renewal_and_order(owner: User) -> tuple[Payment, Invoice]:
    """Confirm the renewal, and order another plan that takes what is left off; return both."""
    days(24, 25)
    claimed = confirm(owner, day(25))
    order(owner, "growth", day(26))
    return claimed, invoice_of(owner)


# An order beside a renewal


def test_order_is_void_once_the_renewal_is_paid(customer: User, billing_admin: User) -> None:
    claimed, ordered = claim_renewal_and_order(customer)
    approve(claimed, billing_admin, day(27))
    ordered.refresh_from_db()
    assert ordered.status == "void"
    assert ordered.void_reason == f"Invoice {claimed.invoice} was paid: the present plan goes on."
    assert ordered.subscription.status == "cancelled"
    assert account_of(customer).status == "active"
    order(customer, "growth", day(27, hour=13))
    assert str(invoice_of(customer).due) == "41.39 USD"  # 3 of 31 days, and the next period
    assert_all_invariants_hold()


def test_renewal_waits_for_the_decision_on_an_order(customer: User, billing_admin: User) -> None:
    claimed, ordered = claim_renewal_and_order(customer)
    of_order = confirm(customer, day(26, hour=14))
    with pytest.raises(InvoiceUnderReview) as refused:
        approve(claimed, billing_admin, day(27))
    assert str(ordered.number) in str(refused.value)
    of_order.refresh_from_db()
    assert (of_order.status, subscription_of(customer).status) == (
        "pending_approval",
        "pending_payment",
    )
