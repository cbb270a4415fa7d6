"""A customer's life, day by day, with the run of billing.

Day 0 is the first of January 2027, when the customer paid for a month: at 10:00, UTC.
"""

from datetime import UTC, datetime, timedelta

from django.db import connection

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Subscription, User
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.models import Invoice, Payment, Period
from igny8_core.business.billing.services.confirmation import confirm_payment
from igny8_core.business.billing.services.decisions import approve_payment
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.business.subscriptions.services.customer import change_plan_now
from igny8_core.business.subscriptions.services.run import run_billing
from tests.factories import account_of, invoice_of, make_claim, make_owner

VOID, DUE_AGAIN = EventName.REVERSE_AND_VOID, EventName.REVERSE

START = datetime(2027, 1, 1, 10, tzinfo=UTC)


def day(number: int, hour: int = 12) -> datetime:
    """Return an hour of a day; day 31 is the first of February."""
    return START.replace(hour=hour) + timedelta(days=number)


def run(now: datetime) -> list[str]:
    """Run billing; return its steps in words."""
    steps: list[str] = []
    run_billing(as_of=now, limit_seconds=60, told=lambda _account, step: steps.append(str(step)))
    return steps


def days(first: int, last: int) -> dict[int, list[str]]:
    """Run billing at noon of each of these days; return those with steps."""
    found = {number: run(day(number)) for number in range(first, last + 1)}
    return {number: steps for number, steps in found.items() if steps}


def make_customer(admin: User, now: datetime = START) -> User:
    """Register an owner who pays for a month."""
    owner = make_owner(now=now)
    pay(owner, admin, now)
    return owner


def confirm(owner: User, now: datetime) -> Payment:
    """Confirm the newest invoice."""
    invoice = invoice_of(owner)
    return confirm_payment(
        invoice_id=invoice.pk,
        account=account_of(owner),
        claim=make_claim(amount=invoice.total, reference=f"BT-{now:%d%b%H}"),
        submitter=owner,
        actor=Actor(user=owner),
        now=now,
    )


def pay(owner: User, admin: User, now: datetime) -> Payment:
    """Confirm the newest invoice, and approve that."""
    payment = confirm(owner, now)
    approve_payment(payment_id=payment.pk, actor=Actor(user=admin), now=now)
    payment.refresh_from_db()
    return payment


def reverse(
    payment: Payment,
    admin: User,
    now: datetime,
    event: EventName = VOID,
    *,
    is_forced: bool = False,
) -> None:
    """Take a payment back."""
    reverse_payment(
        payment_id=payment.pk,
        actor=Actor(user=admin),
        now=now,
        reason="Recalled",
        event=event,
        is_forced=is_forced,
    )


def order(owner: User, plan: str, now: datetime) -> None:
    """Ask for another plan."""
    change_plan_now(
        account=account_of(owner),
        plan_slug=plan,
        method_code="bank_transfer",
        actor=Actor(user=owner),
        now=now,
    )


def forget_deadlines(invoice: Invoice) -> None:
    """Make an invoice one of an earlier release, which kept no deadlines."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Invoice.objects.filter(pk=invoice.pk).update(dunning_plan=None)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def subscription_of(owner: User) -> Subscription:
    """Return the newest subscription."""
    return Subscription.objects.filter(account__users=owner).latest("pk")


def state(owner: User) -> tuple[str, str, str, int]:
    """Return the states of the account, its newest subscription and invoice, and the credits."""
    account = account_of(owner)
    return (
        account.status,
        subscription_of(owner).status,
        invoice_of(owner).status,
        account.credits,
    )


def periods_of(owner: User) -> list[tuple[int, datetime, datetime]]:
    """Return the periods that count: number, start and end."""
    found = Period.objects.filter(subscription__account__users=owner, revoked_at=None)
    return list(found.order_by("pk").values_list("index", "starts_at", "ends_at"))
