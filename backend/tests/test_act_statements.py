"""How many statements each act takes, its transaction's own included: exactly."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import CreditTransaction, Payment
from igny8_core.business.billing.serializers.decisions import DecisionSerializer
from igny8_core.business.billing.services.confirmation import confirm_payment, withdraw_payment
from igny8_core.business.billing.services.decisions import approve_payment, approve_payments
from igny8_core.business.billing.services.invoices import cancel_order, void_invoice
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.business.subscriptions.services.customer import change_plan_now
from igny8_core.common.clock import utc_now
from igny8_core.common.transactions import commit_or_retry
from tests.factories import (
    account_of,
    approve,
    invoice_of,
    make_billing_admin,
    make_claim,
    make_owner,
    make_payment,
    reject,
)
from tests.pockets import set_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]

Act = Callable[[], Any]


def approval(owner: User, admin: User) -> Act:
    payment = make_payment(owner)
    return lambda: approve(payment, admin)


def approval_that_lets_credits_expire(owner: User, admin: User) -> Act:
    set_rule("growth", "reset")
    return approval_of_an_upgrade(owner, admin)


def approval_of_an_upgrade(owner: User, admin: User) -> Act:
    approve(make_payment(owner), admin)
    upgrade_of(owner, account_of(owner))
    return approval(owner, admin)


def rejection(owner: User, admin: User) -> Act:
    payment = make_payment(owner)
    return lambda: reject(payment, admin)


def reversal(owner: User, admin: User) -> Act:
    payment = make_payment(owner)
    approve(payment, admin)
    return lambda: reverse_payment(
        payment_id=payment.pk, actor=Actor(user=admin), now=utc_now(), reason="Recalled"
    )


def confirmation(owner: User, _admin: User) -> Act:
    invoice, account = invoice_of(owner), account_of(owner)
    return lambda: confirm_payment(
        invoice_id=invoice.pk,
        account=account,
        claim=make_claim(),
        submitter=owner,
        actor=Actor(user=owner),
        now=utc_now(),
    )


def withdrawal(owner: User, _admin: User) -> Act:
    payment, account = make_payment(owner), account_of(owner)
    return lambda: withdraw_payment(
        payment_id=payment.pk, account=account, actor=Actor(user=owner), now=utc_now()
    )


def voiding(owner: User, admin: User) -> Act:
    invoice = invoice_of(owner)
    return lambda: void_invoice(
        invoice_id=invoice.pk, actor=Actor(user=admin), now=utc_now(), reason="Ordered twice"
    )


def cancellation(owner: User, _admin: User) -> Act:
    invoice, account = invoice_of(owner), account_of(owner)
    return lambda: cancel_order(
        invoice_id=invoice.pk, account=account, actor=Actor(user=owner), now=utc_now()
    )


def upgrade(owner: User, admin: User) -> Act:
    approve(make_payment(owner), admin)
    account = account_of(owner)
    return lambda: upgrade_of(owner, account)


def upgrade_of(owner: User, account: Account) -> None:
    change_plan_now(
        account=account,
        plan_slug="growth",
        method_code="bank_transfer",
        actor=Actor(user=owner),
        now=utc_now(),
    )


def registration(_owner: User, _admin: User) -> Act:
    return make_owner


def free_registration(_owner: User, _admin: User) -> Act:
    return lambda: make_owner(plan_slug="free")


@pytest.mark.parametrize(
    ("prepare", "statements"),
    [
        (approval, 8),
        (approval_of_an_upgrade, 9),
        (rejection, 9),
        (reversal, 11),
        (confirmation, 12),
        (withdrawal, 7),
        (voiding, 10),
        (cancellation, 11),
        (upgrade, 16),
        (registration, 15),
        (free_registration, 10),
    ],
)
def test_act_takes_exactly_this_many_statements(
    prepare: Callable[[User, User], Act], statements: int
) -> None:
    admin = make_billing_admin()
    approve(make_payment(make_owner()), admin)  # the admin's rights are known from now on
    act = prepare(make_owner(), admin)
    assert counted(act) == statements


def test_answer_to_an_approval_reads_the_lines_alone(owner: User, billing_admin: User) -> None:
    payment, actor = make_payment(owner), Actor(user=billing_admin)
    decision = approve_payment(payment_id=payment.pk, actor=actor, now=utc_now())
    assert counted(lambda: DecisionSerializer(decision).data) == 1 + 2


@pytest.mark.parametrize("size", [1, 10, 50])
def test_set_takes_as_many_statements_as_one(size: int, billing_admin: User) -> None:
    payments = [make_payment(make_owner()).pk for _ in range(size)]
    actor = Actor(user=billing_admin)
    approve(make_payment(make_owner()), billing_admin)
    act = lambda: approve_payments(payment_ids=payments, actor=actor, now=utc_now())  # noqa: E731
    assert counted(act) == 8
    assert set(Payment.objects.values_list("status", flat=True)) == {"succeeded"}


@pytest.mark.parametrize("size", [1, 10])
def test_set_that_lets_credits_expire_takes_as_many_as_one(size: int, billing_admin: User) -> None:
    set_rule("growth", "reset")
    upgraded = [make_owner() for _ in range(size)]
    for owner in upgraded:
        approve(make_payment(owner), billing_admin)
        upgrade_of(owner, account_of(owner))
    ids = [make_payment(owner).pk for owner in upgraded]
    actor = Actor(user=billing_admin)
    act = lambda: approve_payments(payment_ids=ids, actor=actor, now=utc_now())  # noqa: E731
    assert counted(act) == 9
    expired = CreditTransaction.objects.filter(kind="expiry", amount=-1000, plan_amount=-1000)
    assert expired.count() == size


def counted(act: Act) -> int:
    """Count the statements of an act; in production, BEGIN and COMMIT for the savepoint here."""
    with CaptureQueriesContext(connection) as queries:
        commit_or_retry(act)
    return len(queries)
