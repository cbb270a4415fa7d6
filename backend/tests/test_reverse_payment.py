"""Reversing an approval: credits, invoice, subscription and account follow, or nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Subscription, User
from igny8_core.business.billing.enums import CreditKind, EventName
from igny8_core.business.billing.exceptions import (
    CreditsAlreadySpent,
    DaysAreCredited,
    ForceNotAllowed,
    InvoiceNotReopenable,
    OwnAccountPayment,
    PaymentNotReversible,
    ReasonRequired,
)
from igny8_core.business.billing.models import CreditTransaction, Payment, PaymentEvent
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.business.subscriptions.services.customer import change_plan_now
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import DomainError
from igny8_core.common.models import OutgoingMail
from tests.factories import (
    account_of,
    approve,
    invoice_of,
    make_owner,
    make_payment,
    record_credits,
)

pytestmark = pytest.mark.django_db


def reverse(payment: Payment, admin: User, **changes: Any) -> None:
    reverse_payment(
        **{
            "payment_id": payment.pk,
            "actor": Actor(user=admin),
            "now": utc_now(),
            "reason": "The transfer was recalled",
            **changes,
        }
    )


def spend(owner: User, amount: int) -> None:
    """Spend credits, as the SaaS does."""
    record_credits(
        account=account_of(owner),
        amount=-amount,
        kind=CreditKind.ADJUSTMENT,
        description="Used",
        now=utc_now(),
    )


def upgrade(owner: User, plan_slug: str) -> Payment:
    change_plan_now(
        account=account_of(owner),
        plan_slug=plan_slug,
        method_code="bank_transfer",
        actor=Actor(user=owner),
        now=utc_now(),
    )
    return make_payment(owner, reference=f"BT-{plan_slug}")


def state(owner: User, payment: Payment) -> tuple[str, str, str, str, int]:
    payment.refresh_from_db()
    account, invoice = account_of(owner), payment.invoice
    invoice.refresh_from_db()
    subscription = Subscription.objects.get(pk=invoice.subscription_id)
    return payment.status, invoice.status, subscription.status, account.status, account.credits


@pytest.fixture
def payment(owner: User, billing_admin: User) -> Payment:
    """An approved payment."""
    payment = make_payment(owner)
    approve(payment, billing_admin)
    return payment


def test_reversal_makes_invoice_due_again(
    owner: User, billing_admin: User, payment: Payment
) -> None:
    reverse(payment, billing_admin)

    assert state(owner, payment) == (
        "reversed",
        "pending",
        "pending_payment",
        "pending_payment",
        0,
    )
    invoice = invoice_of(owner)
    assert (invoice.paid_at, invoice.payment_state) == (None, "due")
    entry = CreditTransaction.objects.latest("pk")
    assert (entry.kind, entry.amount, entry.payment) == ("reversal", -1000, payment)
    event = PaymentEvent.objects.get(event="reverse", object_type="payment")
    assert (event.actor, event.note) == (billing_admin, "The transfer was recalled")
    assert OutgoingMail.objects.filter(kind="payment_reversed", recipient=owner.email).count() == 1
    call_command("verify_billing")


def test_reversed_invoice_can_be_paid_again(
    owner: User, billing_admin: User, payment: Payment
) -> None:
    reverse(payment, billing_admin)
    again = make_payment(owner, reference="BT-AGAIN")
    approve(again, billing_admin)

    assert state(owner, again) == ("succeeded", "paid", "active", "active", 1000)
    call_command("verify_billing")


def test_reversal_can_void_the_invoice(owner: User, billing_admin: User, payment: Payment) -> None:
    reverse(payment, billing_admin, event=EventName.REVERSE_AND_VOID)

    assert state(owner, payment) == ("reversed", "void", "cancelled", "pending_payment", 0)
    assert invoice_of(owner).voided_at is not None
    call_command("verify_billing")


@pytest.mark.parametrize("event", [EventName.REVERSE, EventName.REVERSE_AND_VOID])
def test_reversed_upgrade_restores_earlier_plan(
    owner: User, billing_admin: User, payment: Payment, event: EventName
) -> None:
    upgraded = upgrade(owner, "growth")
    approve(upgraded, billing_admin)
    reverse(upgraded, billing_admin, event=event)

    assert state(owner, payment) == ("succeeded", "paid", "active", "active", 1000)
    assert account_of(owner).plan.slug == "starter"
    call_command("verify_billing")


def test_expired_plan_is_not_restored(owner: User, billing_admin: User, payment: Payment) -> None:
    upgraded = upgrade(owner, "growth")
    approve(upgraded, billing_admin)
    reverse(upgraded, billing_admin, now=utc_now() + timedelta(days=40))

    assert state(owner, payment)[2:4] == ("cancelled", "pending_payment")
    call_command("verify_billing")


def test_earlier_payment_can_only_be_reversed_and_voided(
    owner: User, billing_admin: User, payment: Payment
) -> None:
    approve(upgrade(owner, "growth"), billing_admin)
    with pytest.raises(InvoiceNotReopenable, match="Reverse and void it instead"):
        reverse(payment, billing_admin)
    with pytest.raises(DaysAreCredited):
        reverse(payment, billing_admin, event=EventName.REVERSE_AND_VOID)
    root = User.objects.create_superuser("root@desk.example")
    reverse(payment, root, event=EventName.REVERSE_AND_VOID, is_forced=True)

    gone = account_of(owner).credit_transactions.get(kind="adjustment").amount
    assert state(owner, payment) == ("reversed", "void", "cancelled", "active", 2000 + gone)
    call_command("verify_billing")


def test_reversed_plan_is_not_restored(owner: User, billing_admin: User, payment: Payment) -> None:
    upgraded = upgrade(owner, "growth")
    approve(upgraded, billing_admin)
    root = User.objects.create_superuser("root@desk.example")
    reverse(payment, root, event=EventName.REVERSE_AND_VOID, is_forced=True)
    reverse(upgraded, billing_admin)

    assert state(owner, payment)[1:4] == ("void", "cancelled", "pending_payment")
    call_command("verify_billing")


def test_pending_upgrade_blocks_reopening_invoice(
    owner: User, billing_admin: User, payment: Payment
) -> None:
    waiting = upgrade(owner, "growth")
    with pytest.raises(InvoiceNotReopenable, match="another invoice to pay"):
        reverse(payment, billing_admin)
    approve(waiting, billing_admin)
    assert account_of(owner).plan.slug == "growth"


def test_spent_credits_block_reversal(owner: User, billing_admin: User, payment: Payment) -> None:
    spend(owner, 400)
    with pytest.raises(CreditsAlreadySpent, match="1,000 credits, and 600 are left") as refused:
        reverse(payment, billing_admin)
    assert refused.value.state == "succeeded"
    assert state(owner, payment) == ("succeeded", "paid", "active", "active", 600)


def test_forced_reversal_takes_remaining_credits(
    owner: User, billing_admin: User, payment: Payment
) -> None:
    spend(owner, 400)
    with pytest.raises(ForceNotAllowed):
        reverse(payment, billing_admin, is_forced=True)
    root = User.objects.create_superuser("root@desk.example", "x")
    reverse(payment, root, is_forced=True)

    assert state(owner, payment)[4] == 0
    entry = CreditTransaction.objects.latest("pk")
    assert (entry.amount, "400 of 1,000 were spent" in entry.description) == (-600, True)
    call_command("verify_billing")


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_reversal_requires_a_reason(
    owner: User, billing_admin: User, payment: Payment, reason: str
) -> None:
    with pytest.raises(ReasonRequired):
        reverse(payment, billing_admin, reason=reason)
    assert state(owner, payment)[0] == "succeeded"


def test_only_approved_payment_is_reversible_once(owner: User, billing_admin: User) -> None:
    payment = make_payment(owner)
    with pytest.raises(PaymentNotReversible):
        reverse(payment, billing_admin)
    approve(payment, billing_admin)
    reverse(payment, billing_admin)
    with pytest.raises(PaymentNotReversible) as refusal:
        reverse(payment, billing_admin)
    assert refusal.value.state == "reversed"


def test_admin_cannot_reverse_own_account_payment(
    owner: User, billing_admin: User, payment: Payment
) -> None:
    billing_admin.account = owner.account
    billing_admin.save()
    with pytest.raises(OwnAccountPayment):
        reverse(payment, billing_admin)


def test_failed_reversal_leaves_no_events_or_mails(
    owner: User, billing_admin: User, payment: Payment
) -> None:
    events, mails = PaymentEvent.objects.count(), OutgoingMail.objects.count()
    spend(owner, 1)
    with pytest.raises(DomainError):
        reverse(payment, billing_admin)
    assert (PaymentEvent.objects.count(), OutgoingMail.objects.count()) == (events, mails)


def test_reversal_does_not_touch_other_accounts(billing_admin: User, payment: Payment) -> None:
    other = make_owner()
    others = make_payment(other, reference="BT-OTHER")
    approve(others, billing_admin)
    reverse(payment, billing_admin)
    assert state(other, others) == ("succeeded", "paid", "active", "active", 1000)
