"""Payments approved in sets: the same as one after the other, whatever else happens."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from procrastinate.contrib.django.models import ProcrastinateJob

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Subscription, User
from igny8_core.auth.selectors import mail_addresses
from igny8_core.business.billing.enums import CreditKind
from igny8_core.business.billing.models import (
    Consent,
    CreditTransaction,
    Invoice,
    Payment,
    PaymentEvent,
)
from igny8_core.business.billing.selectors.people import addresses_of
from igny8_core.business.billing.services.confirmation import withdraw_payment
from igny8_core.business.billing.services.decisions import approve_payment, approve_payments
from igny8_core.business.integrity.verify import verify_billing
from igny8_core.business.subscriptions.services.customer import change_plan_now
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import DomainError
from igny8_core.common.models import OutgoingMail
from igny8_core.common.transactions import commit_or_retry
from tests.factories import (
    account_of,
    approve,
    make_billing_admin,
    make_owner,
    make_payment,
    record_credits,
    reject,
)

NOW = utc_now() + timedelta(hours=3)  # after all that the tests do before
TABLES: tuple[type[Model], ...] = (
    Account,
    Subscription,
    Invoice,
    Payment,
    PaymentEvent,
    CreditTransaction,
    Consent,
    OutgoingMail,
    ProcrastinateJob,
)
ADDED = {PaymentEvent, CreditTransaction, Consent, OutgoingMail, ProcrastinateJob}
OF_THE_MOMENT = {"updated_at", "job_id"}


def in_one_set(payment_ids: Sequence[int], admin: User) -> list[str]:
    outcomes = approve_payments(
        payment_ids=payment_ids, actor=Actor(user=admin), now=NOW, admin_notes="Seen"
    )
    assert [outcome.payment_id for outcome in outcomes] == list(payment_ids)
    assert all((item.decision is None) != (item.refusal is None) for item in outcomes)
    return [
        f"{outcome.refusal!r}"
        if outcome.decision is None
        else f"decided, waits: {outcome.decision.awaits_second_admin}"
        for outcome in outcomes
    ]


def one_by_one(payment_ids: Sequence[int], admin: User) -> list[str]:
    return [one(payment_id, admin) for payment_id in payment_ids]


def one(payment_id: int, admin: User) -> str:
    try:
        decision = approve_payment(
            payment_id=payment_id, actor=Actor(user=admin), now=NOW, admin_notes="Seen"
        )
    except DomainError as refusal:
        return f"{refusal!r}"
    return f"decided, waits: {decision.awaits_second_admin}"


def rows_of(model: type[Model]) -> list[dict[str, Any]]:
    """All rows in their order, without what differs from one run to another."""
    left_out = OF_THE_MOMENT | ({"id"} if model in ADDED else set())
    if model is OutgoingMail:
        left_out |= {"created_at"}
    keys = dict(OutgoingMail.objects.values_list("pk", "key"))
    rows = []
    for row in model._default_manager.order_by("pk").values():
        kept = {name: value for name, value in row.items() if name not in left_out}
        if model is ProcrastinateJob:
            kept["args"] = keys.get(kept["args"].get("mail_id"), kept["args"])
        rows.append(kept)
    return rows


def tried(
    approve_all: Callable[[Sequence[int], User], list[str]], ids: Sequence[int], admin: User
) -> tuple[list[str], dict[str, Any]]:
    """Approve, look at the whole database, and undo it."""
    with transaction.atomic():
        outcomes = approve_all(ids, admin)
        tables = {model.__name__: rows_of(model) for model in TABLES}
        assert [str(result) for result in verify_billing() if not result.holds] == []
        transaction.set_rollback(True)
    return outcomes, tables


def upgraded(admin: User) -> Payment:
    owner = make_owner()
    approve(make_payment(owner), admin)
    change_plan_now(
        account=account_of(owner),
        plan_slug="growth",
        method_code="bank_transfer",
        actor=Actor(user=owner),
        now=utc_now(),
    )
    return make_payment(owner)


def of_own_account(admin: User) -> Payment:
    owner = make_owner()
    payment = make_payment(owner)
    User.objects.filter(pk=admin.pk).update(account=account_of(owner), role="member")
    admin.refresh_from_db()
    return payment


def withdrawn() -> Payment:
    owner = make_owner()
    payment = make_payment(owner)
    withdraw_payment(
        payment_id=payment.pk, account=account_of(owner), actor=Actor(user=owner), now=utc_now()
    )
    return payment


def decided(decide: Callable[[Payment, User], None], admin: User) -> Payment:
    payment = make_payment(make_owner())
    decide(payment, admin)
    return payment


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_set_leaves_the_same_rows_as_one_by_one(
    seed: int, billing_admin: User, settings: LazySettings
) -> None:
    other, former = make_billing_admin(), make_billing_admin()
    upgrades = [upgraded(other) for _ in range(2)]
    settings.BILLING_DUAL_CONTROL_ABOVE = Decimal(150)
    large = [make_payment(make_owner(plan_slug="scale")) for _ in range(4)]
    approve(large[0], other)
    approve(large[1], billing_admin)
    approve(large[2], former)
    former.groups.clear()
    missing = Payment.objects.latest("pk").pk + 1000
    ids = [
        *(payment.pk for payment in (*upgrades, *large)),
        *(make_payment(make_owner()).pk for _ in range(4)),
        of_own_account(billing_admin).pk,
        decided(approve, other).pk,
        decided(reject, other).pk,
        withdrawn().pk,
        missing,
    ]
    ids += Random(seed).choices(ids, k=5)  # noqa: S311  (some are asked for twice)
    Random(seed).shuffle(ids)  # noqa: S311

    assert tried(in_one_set, ids, billing_admin) == tried(one_by_one, ids, billing_admin)
    outcomes = Counter(outcome.partition("(")[0] for outcome in in_one_set(ids, billing_admin))
    assert set(outcomes) == {
        "decided, waits: False",
        "decided, waits: True",
        "NoSuchPayment",
        "OwnAccountPayment",
        "PaymentAlreadyDecided",
        "SecondApprovalRequired",
    }
    assert outcomes["decided, waits: False"] == 7


@pytest.mark.django_db
def test_whoever_may_not_decide_approves_nothing(owner: User, billing_admin: User) -> None:
    payments = [make_payment(make_owner()).pk for _ in range(2)]
    billing_admin.groups.clear()
    admin = User.objects.get(pk=billing_admin.pk)
    assert tried(in_one_set, payments, admin) == tried(one_by_one, payments, admin)
    assert set(Payment.objects.values_list("status", flat=True)) == {"pending_approval"}


@pytest.mark.django_db
def test_second_approver_who_was_changed_lately_is_refused(
    billing_admin: User, settings: LazySettings
) -> None:
    settings.BILLING_DUAL_CONTROL_ABOVE = Decimal(1)
    payments = [make_payment(make_owner()) for _ in range(2)]
    other = make_billing_admin()
    approve(payments[0], billing_admin)
    ids = [payment.pk for payment in payments]
    assert tried(in_one_set, ids, other) == tried(one_by_one, ids, other)
    assert in_one_set(ids, other) == ["decided, waits: False", "decided, waits: True"]


@pytest.mark.django_db
def test_refusal_of_the_database_leaves_the_set_as_it_was(billing_admin: User) -> None:
    """Somebody has granted the credits of one by hand."""
    payments = [make_payment(make_owner()) for _ in range(3)]
    record_credits(
        account=payments[1].invoice.account,
        amount=1000,
        kind=CreditKind.PLAN_GRANT,
        description="By hand",
        now=utc_now(),
        payment=payments[1],
    )
    with pytest.raises(IntegrityError):
        in_one_set([payment.pk for payment in payments], billing_admin)
    assert set(Payment.objects.values_list("status", flat=True)) == {"pending_approval"}
    assert not PaymentEvent.objects.filter(event="approve").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("verified", [False, True])
@pytest.mark.parametrize("address", ["", "Own", "bills@shop.example", "confirmed@shop.example"])
def test_people_of_an_account_are_those_who_get_its_mails(
    owner: User, address: str, *, verified: bool
) -> None:
    account = account_of(owner)
    account.billing_email = owner.email.upper() if address == "Own" else address
    account.confirmed_billing_email = "confirmed@shop.example"
    owner.emailaddress_set.update(verified=verified)
    account.save()
    assert addresses_of(account=account_of(owner)) == mail_addresses(account=account_of(owner))


@pytest.mark.django_db(transaction=True)
def test_overlapping_sets_approve_each_payment_once(billing_admin: User) -> None:
    """Sets in any order, and acts on single payments, all at once: nobody waits for ever."""
    ids = [make_payment(make_owner()).pk for _ in range(12)]
    sets = [Random(seed).sample(ids, 9) for seed in range(4)]  # noqa: S311
    acts = [*sets, *([payment_id] for payment_id in ids[:4])]

    def run(wanted: Sequence[int]) -> list[str]:
        try:
            admin = User.objects.get(pk=billing_admin.pk)
            return commit_or_retry(lambda: in_one_set(wanted, admin))
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        outcomes = list(pool.map(run, acts))

    told = Counter(
        (payment_id, outcome)
        for wanted, said in zip(acts, outcomes, strict=True)
        for payment_id, outcome in zip(wanted, said, strict=True)
        if outcome == "decided, waits: False"
    )
    approved = Payment.objects.filter(status="succeeded")
    assert {payment_id for payment_id, _ in told} == set(approved.values_list("pk", flat=True))
    assert set(told.values()) == {1}
    assert approved.count() == len({payment_id for wanted in acts for payment_id in wanted})
    assert CreditTransaction.objects.count() == approved.count()
    assert [str(result) for result in verify_billing() if not result.holds] == []
