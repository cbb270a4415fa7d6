"""Chains of upgrades, reversed in any order: the newest paid plan that still lasts is live.

Hypothesis generates the chains; the model below records what was paid for, and for which period.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Plan, Subscription, User
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.exceptions import (
    CreditsAlreadySpent,
    DaysAreCredited,
    InvoiceNotReopenable,
)
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.services.changes import written_together
from igny8_core.business.billing.services.decisions import approve_payment
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.business.integrity.verify import verify_billing
from igny8_core.business.subscriptions.exceptions import NothingToPay
from igny8_core.business.subscriptions.services.customer import change_plan_now
from igny8_core.common.clock import utc_now
from tests.database import assert_all_invariants_hold
from tests.factories import PASSWORD, account_of, make_billing_admin, make_owner, make_payment
from tests.sizes import size

pytestmark = pytest.mark.django_db
PLANS = ["starter", "growth", "scale", "yearly"]
VOID, DUE_AGAIN = EventName.REVERSE_AND_VOID, EventName.REVERSE


@dataclass
class Bought:
    """A plan that was paid for."""

    plan: str
    payment: Payment
    is_paid: bool = True

    @property
    def subscription(self) -> Subscription:
        return Subscription.objects.get(invoices__payments=self.payment)

    @property
    def brought(self) -> int:
        """How many credits came with it, less those that went with unused days."""
        gone = self.payment.credittransaction_set.filter(kind="adjustment")
        return self.payment.invoice.included_credits + sum(entry.amount for entry in gone)


def make_yearly_plan() -> None:
    Plan.objects.create(
        slug="yearly",
        name="Yearly",
        price="890.00",
        interval="year",
        included_credits=500,
        max_sites=3,
        max_users=3,
    )


def make_root() -> User:
    """Make somebody who may force a reversal."""
    return User.objects.create_superuser(f"root{User.objects.count()}@desk.example", PASSWORD)


def pay(owner: User, admin: User, plan: str, *, now: datetime) -> Bought:
    payment = make_payment(owner, reference=f"BT-{plan}")
    approve_payment(payment_id=payment.pk, actor=Actor(user=admin), now=now)
    return Bought(plan, payment)


def upgrade(owner: User, admin: User, plan: str, *, now: datetime) -> Bought:
    change_plan_now(
        account=account_of(owner),
        plan_slug=plan,
        method_code="bank_transfer",
        actor=Actor(user=owner),
        now=now,
    )
    return pay(owner, admin, plan, now=now)


def reverse(
    bought: Bought, admin: User, event: EventName, *, now: datetime, is_forced: bool = False
) -> None:
    reverse_payment(
        payment_id=bought.payment.pk,
        actor=Actor(user=admin),
        now=now,
        reason="Recalled",
        event=event,
        is_forced=is_forced,
    )
    bought.is_paid = False


def live_plan(owner: User) -> str:
    """Return the live plan, empty for none; checks that the account agrees."""
    live = Subscription.objects.filter(account__users=owner, status="active").first()
    account = account_of(owner)
    assert (account.status == "active") == (live is not None)
    if live:
        assert account.plan == live.plan
    return live.plan.slug if live else ""


@pytest.mark.parametrize("last", [VOID, DUE_AGAIN])
def test_reversing_middle_then_end_restores_first_plan(catalog: None, last: EventName) -> None:
    admin, owner, now = make_billing_admin(), make_owner(), utc_now()
    pay(owner, admin, "starter", now=now)
    middle = upgrade(owner, admin, "growth", now=now)
    end = upgrade(owner, admin, "scale", now=now)

    with pytest.raises(DaysAreCredited, match=str(end.payment.invoice.number)):
        reverse(middle, admin, VOID, now=now)
    reverse(middle, make_root(), VOID, now=now, is_forced=True)
    assert live_plan(owner) == "scale"
    reverse(end, admin, last, now=now)
    assert live_plan(owner) == "starter"
    assert account_of(owner).credits == 1000
    assert_all_invariants_hold()


def test_reversing_last_plan_restores_previous_plan(catalog: None) -> None:
    admin, owner, now = make_billing_admin(), make_owner(), utc_now()
    pay(owner, admin, "starter", now=now)
    upgrade(owner, admin, "growth", now=now)
    reverse(upgrade(owner, admin, "scale", now=now), admin, VOID, now=now)
    assert live_plan(owner) == "growth"
    assert_all_invariants_hold()


def test_reversing_all_plans_leaves_none(catalog: None) -> None:
    admin, owner, now = make_billing_admin(), make_owner(), utc_now()
    chain = [pay(owner, admin, "starter", now=now)]
    chain += [upgrade(owner, admin, plan, now=now) for plan in ("growth", "scale")]
    for bought in reversed(chain):
        reverse(bought, admin, VOID, now=now)
    assert live_plan(owner) == ""
    assert account_of(owner).credits == 0
    assert_all_invariants_hold()


def test_restored_plan_can_be_restored_again(catalog: None) -> None:
    admin, owner, now = make_billing_admin(), make_owner(), utc_now()
    pay(owner, admin, "starter", now=now)
    for plan in ("growth", "scale"):
        reverse(upgrade(owner, admin, plan, now=now), admin, VOID, now=now)
        assert live_plan(owner) == "starter"
    assert_all_invariants_hold()


@pytest.fixture
def yearly(catalog: None) -> None:
    make_yearly_plan()


@pytest.mark.sized
@pytest.mark.usefixtures("yearly")
@given(
    chosen=st.lists(st.sampled_from(PLANS), min_size=3, max_size=5),
    pauses=st.lists(st.integers(min_value=0, max_value=20), min_size=5, max_size=5),
    reversals=st.lists(
        st.tuples(
            st.integers(min_value=0, max_value=5),
            st.sampled_from([VOID, DUE_AGAIN]),
            st.integers(min_value=0, max_value=25),
        ),
        min_size=2,
        max_size=6,
    ),
)
@settings(max_examples=size("CHAINS", quick=15, whole=40), deadline=None, database=None)
def test_newest_paid_unexpired_plan_stays_live(
    chosen: list[str], pauses: list[int], reversals: list[tuple[int, EventName, int]]
) -> None:
    with transaction.atomic():
        now = utc_now()
        admin = make_billing_admin()
        owner = make_owner(plan_slug=chosen[0])
        chain = [pay(owner, admin, chosen[0], now=now)]
        for plan, pause in zip(chosen[1:], pauses, strict=False):
            now += timedelta(days=pause)
            if plan != live_plan(owner):
                with suppress(NothingToPay):  # more is left than the plan costs
                    chain.append(upgrade(owner, admin, plan, now=now))
        for place, event, pause in reversals:
            now += timedelta(days=pause)
            bought = chain[place % len(chain)]
            if bought.is_paid:
                take_back(owner, admin, bought, event, now=now, chain=chain)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert_all_invariants_hold()
        transaction.set_rollback(True)


def take_back(
    owner: User,
    admin: User,
    bought: Bought,
    event: EventName,
    *,
    now: datetime,
    chain: list[Bought],
) -> None:
    """Reverse one approval, and compare what is live with what was paid for."""
    was_live = bought.subscription.status == "active"
    before = live_plan(owner)
    try:
        reverse(bought, admin, event, now=now)
    except DaysAreCredited:
        assert (event, was_live) == (VOID, False)
        assert live_plan(owner) == before
        reverse(bought, make_root(), event, now=now, is_forced=True)
    except CreditsAlreadySpent:  # they went with the days of what was taken back before
        reverse(bought, make_root(), event, now=now, is_forced=True)
    except InvoiceNotReopenable:
        assert event == DUE_AGAIN
        assert not was_live or Subscription.objects.filter(status="pending_payment").exists()
        assert live_plan(owner) == before
        return
    if not was_live:
        assert live_plan(owner) == before
        return
    lasting = [
        item
        for item in chain
        if item.is_paid and (end := item.subscription.current_period_end) and end > now
    ]
    assert live_plan(owner) == (lasting[-1].plan if lasting else "")
    brought = sum(item.brought for item in chain if item.is_paid)
    assert Account.objects.get(users=owner).credits == max(0, brought)


def test_older_running_plan_breaks_an_invariant(owner: User, billing_admin: User) -> None:
    """An older one that runs in its place does not make up for it."""
    pay(owner, billing_admin, "starter", now=utc_now())
    upgrade(owner, billing_admin, "growth", now=utc_now())
    assert [str(result) for result in verify_billing() if not result.holds] == []
    old, new = Subscription.objects.order_by("pk")
    for event, subscription in ((EventName.SUPERSEDE, new), (EventName.RESTORE, old)):
        with written_together() as changes:
            TransitionRecorder(changes=changes, event=event, actor=Actor(), now=utc_now()).move(
                subscription
            )
    broken = [result.sentence for result in verify_billing() if not result.holds]
    assert broken
