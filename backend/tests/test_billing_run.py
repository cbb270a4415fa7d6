"""The run of billing: the life of a subscription, day by day, and how the run itself behaves."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Subscription, User
from igny8_core.business.billing.models import CreditTransaction, Invoice, Payment, PaymentEvent, Period
from igny8_core.business.billing.services.confirmation import confirm_payment
from igny8_core.business.billing.services.decisions import approve_payment, reject_payment
from igny8_core.business.subscriptions.models import BillingRun, DunningStep
from igny8_core.business.subscriptions.services.run import Outcome, run_billing
from igny8_core.business.subscriptions.steps import Step
from tests.database import assert_all_invariants_hold
from tests.factories import account_of, invoice_of, make_claim, make_owner

pytestmark = pytest.mark.django_db

START = datetime(2027, 1, 1, 10, tzinfo=UTC)
A_DAY = timedelta(days=1)


def day(number: int, hour: int = 12) -> datetime:
    """Return an hour of a day, counted from the first of January 2027."""
    return START.replace(hour=hour) + number * A_DAY


def run(now: datetime) -> list[str]:
    """Run billing; return its steps in words."""
    steps: list[str] = []
    run_billing(as_of=now, limit_seconds=60, told=lambda _account, step: steps.append(str(step)))
    return steps


def days(first: int, last: int) -> dict[int, list[str]]:
    """Run billing on each of these days; return the days with steps."""
    found = {number: run(day(number)) for number in range(first, last + 1)}
    return {number: steps for number, steps in found.items() if steps}


def confirm(owner: User, now: datetime) -> Payment:
    invoice = invoice_of(owner)
    return confirm_payment(
        invoice_id=invoice.pk,
        account=account_of(owner),
        claim=make_claim(amount=invoice.total, reference=f"BT-{now:%d%b%H}"),
        submitter=owner,
        actor=Actor(user=owner),
        now=now,
    )


def pay(owner: User, admin: User, now: datetime) -> None:
    approve_payment(payment_id=confirm(owner, now).pk, actor=Actor(user=admin), now=now)


@pytest.fixture
def customer(billing_admin: User) -> User:
    """An owner who paid for January."""
    owner = make_owner(now=START)
    pay(owner, billing_admin, START)
    return owner


def state(owner: User) -> tuple[str, str, str, int]:
    account, invoice = account_of(owner), invoice_of(owner)
    subscription = Subscription.objects.filter(account=account).latest("pk")
    return account.status, subscription.status, invoice.status, account.credits


def test_nothing_is_due_before_the_lead(customer: User) -> None:
    assert days(0, 23) == {}
    assert account_of(customer).next_billing_step_at == day(24, 0)


def test_unpaid_renewal_is_reminded_paused_and_ended(customer: User) -> None:
    assert days(0, 90) == {
        24: ["renew period 1, due on 2027-02-01"],
    }
    assert_all_invariants_hold()
