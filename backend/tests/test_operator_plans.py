"""What an operator does with a plan: gives a period, ends it, and all that its customer may do."""

from datetime import timedelta

import pytest
from django.conf import LazySettings

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Subscription, User
from igny8_core.business.billing.exceptions import CancellationLimitReached
from igny8_core.business.billing.models import (
    CreditTransaction,
    Invoice,
    PaymentEvent,
    Period,
)
from igny8_core.business.subscriptions.exceptions import (
    TooManyPlanChanges,
    UpgradeAlreadyPending,
)
from igny8_core.business.subscriptions.services import customer
from igny8_core.common.letters import letter_for, render_letter
from igny8_core.common.models import OutgoingMail
from tests.database import assert_all_invariants_hold
from tests.factories import PASSWORD, account_of, invoice_of
from tests.life import day, days, pay, periods_of, run, state
from tests.operators import (
    REASON,
    STAGES,
    At,
    act,
    facts_at,
)
from tests.renewal_words import one_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(catalog: None) -> User:
    """Somebody who may do everything."""
    return User.objects.create_superuser("root@desk.example", PASSWORD)


# Given periods


def test_given_period_begins_at_its_border_with_its_credits_once(root: User) -> None:
    at = STAGES["active"](root)
    act("comp_period", at, root)
    assert state(at.owner) == ("active", "active", "paid", 1000)
    assert days(11, 30) == {}
    assert days(31, 51) == {31: ["start period 1"]}
    assert run(day(51)) == []
    assert account_of(at.owner).credits == 2000
    ledger = CreditTransaction.objects.filter(account=at.account, kind="adjustment")
    assert [row.description for row in ledger] == ["Starter plan, free of charge from 1 Feb 2027"]
    given = Period.objects.get(subscription=at.subscription, index=1)
    assert given.invoice is None
    assert run(day(52)) == ["renew period 2, due on 2027-03-01"]
    assert_all_invariants_hold()


def test_two_given_periods_follow_each_other(root: User) -> None:
    at = STAGES["active"](root)
    for _time in range(2):
        act("comp_period", at, root)
    assert days(11, 82) == {31: ["start period 1"], 59: ["start period 2"]}
    assert account_of(at.owner).credits == 3000
    assert_all_invariants_hold()


def test_given_period_of_an_open_renewal_voids_it_and_is_told(root: User) -> None:
    at = STAGES["suspended"](root)
    act("comp_period", at, root)
    assert state(at.owner) == ("active", "active", "void", 2000)
    begun = at.now - timedelta(days=10, hours=2)
    assert periods_of(at.owner)[-1][:2] == (1, begun)
    mail = OutgoingMail.objects.get(kind="invoice_voided")
    assert mail.arguments["facts"]["reason"] == REASON
    assert_all_invariants_hold()


def test_given_period_is_paid_after_as_usual(root: User) -> None:
    at = STAGES["grace"](root)
    act("comp_period", at, root)
    days(34, 55)
    pay(at.owner, root, day(56))
    assert days(57, 60) == {59: ["start period 2"]}
    assert state(at.owner) == ("active", "active", "paid", 3000)
    assert_all_invariants_hold()


def test_period_without_payment_that_nobody_gave_is_no_gift(root: User) -> None:
    at = STAGES["active"](root)
    Subscription.objects.filter(pk=at.subscription.pk).update(paid_index=2)
    Account.objects.filter(pk=at.account.pk).update(next_billing_step_at=day(31))
    assert run(day(31)) == []
    assert account_of(at.owner).parked_reason == "LookupError"


def test_given_period_after_a_gap_says_which_time_is_not_charged(root: User) -> None:
    at = At(STAGES["active"](root).owner, day(100))
    act("comp_period", at, root)
    assert [index for index, _start, _end in periods_of(at.owner)] == [0, 3]
    note = PaymentEvent.objects.get(event="comp", object_type="subscription").note
    assert note == f"Free of charge. Not charged: 1 Feb 2027 to 1 Apr 2027: {REASON}"
    assert_all_invariants_hold()


# Ending


@pytest.mark.parametrize("stage", ["active", "grace", "suspended"])
def test_ended_now_leaves_the_account_without_a_plan(root: User, stage: str) -> None:
    at = STAGES[stage](root)
    act("end_now", at, root)
    account, subscription, invoice, _credits = state(at.owner)
    assert (account, subscription) == ("pending_payment", "cancelled")
    assert invoice == ("paid" if stage == "active" else "void")
    credits_expire_at = (at.now + timedelta(days=30)).replace(hour=0, minute=0)
    assert account_of(at.owner).next_billing_step_at == credits_expire_at
    mail = OutgoingMail.objects.get(kind="subscription_ended")
    words = one_line(render_letter(letter_for(mail), language="en")["layout.txt"])
    assert f"We have ended your Starter plan. The reason: {REASON}" in words
    assert "wasn't paid" not in words


def test_who_has_ordered_a_plan_is_told_why_the_present_one_was_ended(root: User) -> None:
    at = STAGES["active"](root)
    act("order_plan", at, root, plan_slug="growth")
    live = Subscription.objects.get(account=at.account, status="active")
    act("end_now", at, root)
    mail = OutgoingMail.objects.get(kind="subscription_ended")
    assert mail.arguments["subscription_id"] == live.pk
    words = one_line(render_letter(letter_for(mail), language="en")["layout.txt"])
    assert REASON in words
    assert "The plan that you have ordered begins when invoice INV-2027-000002 is paid." in words


def test_who_is_ended_with_an_open_renewal_reads_that_it_is_void(root: User) -> None:
    """Else a transfer goes to a void invoice: once, by the one email of the act."""
    at = STAGES["past_due"](root)
    renewal, before = invoice_of(at.owner), OutgoingMail.objects.count()
    act("end_now", at, root)
    mail = OutgoingMail.objects.latest("pk")
    assert (mail.kind, OutgoingMail.objects.count()) == ("subscription_ended", before + 1)
    words = one_line(render_letter(letter_for(mail), language="en")["layout.txt"])
    assert f"Invoice {renewal.number} is void: you owe nothing on it" in words


# The customer's acts, by an operator


def test_cancelled_plan_ends_with_its_period_and_its_renewal_is_void(root: User) -> None:
    at = STAGES["about_to_end"](root)
    assert state(at.owner)[:3] == ("active", "active", "void")
    assert OutgoingMail.objects.filter(kind="invoice_voided").count() == 1
    assert days(26, 31) == {31: ["end"]}
    assert state(at.owner)[:2] == ("pending_payment", "cancelled")
    assert_all_invariants_hold()


def test_kept_plan_is_renewed_as_it_was(root: User) -> None:
    at = STAGES["about_to_end"](root)
    act("keep_plan", at, root)
    void, anew = Invoice.objects.filter(kind="renewal").order_by("pk")
    assert (void.status, anew.status, anew.due_date) == ("void", "pending", void.due_date)
    pay(at.owner, root, at.now)
    assert days(26, 31) == {31: ["start period 1"]}
    assert_all_invariants_hold()


def test_next_plan_is_charged_and_begins_with_its_period(root: User) -> None:
    at = STAGES["planned"](root)
    assert invoice_of(at.owner).plan.name == "Growth"
    pay(at.owner, root, at.now)
    days(26, 31)
    assert account_of(at.owner).plan.slug == "growth"
    assert_all_invariants_hold()


def test_dropped_next_plan_is_not_charged(root: User) -> None:
    at = STAGES["planned"](root)
    act("drop_next_plan", at, root)
    assert invoice_of(at.owner).plan.name == "Starter"
    notes = PaymentEvent.objects.filter(event="schedule_plan", object_type="subscription")
    assert [event.note for event in notes.order_by("pk")] == [
        f"Growth: {REASON}",
        f"Starter: {REASON}",
    ]
    assert_all_invariants_hold()


def test_support_changes_the_next_invoice_once_more_than_customers_may(root: User) -> None:
    at = STAGES["renewal_open"](root)
    actor, account = Actor(user=at.owner), at.account
    customer.choose_next_plan(account=account, plan_slug="growth", actor=actor, now=at.now)
    with pytest.raises(TooManyPlanChanges):
        customer.drop_next_plan(account=account, actor=actor, now=at.now)
    act("drop_next_plan", at, root)
    assert invoice_of(at.owner).plan.name == "Starter"
    with pytest.raises(TooManyPlanChanges):
        customer.choose_next_plan(account=account, plan_slug="growth", actor=actor, now=at.now)
    assert_all_invariants_hold()


def test_nobody_changes_the_next_invoice_again_and_again(root: User) -> None:
    """Nor does an act that is refused leave anything behind."""
    at = STAGES["renewal_open"](root)
    for plan_slug in ("growth", "scale", "growth", "scale"):
        act("plan_next_period", at, root, plan_slug=plan_slug)
    before = facts_at(at)
    with pytest.raises(TooManyPlanChanges):
        act("drop_next_plan", at, root)
    assert facts_at(at) == before
    assert invoice_of(at.owner).status == "pending"


def test_ordered_plan_changes_nothing_until_it_is_paid(root: User) -> None:
    at = STAGES["active"](root)
    act("order_plan", at, root, plan_slug="growth")
    order = invoice_of(at.owner)
    assert (order.kind, order.plan.name, order.payment_method) == ("change", "Growth", None)
    assert account_of(at.owner).plan.slug == "starter"
    assert OutgoingMail.objects.filter(kind="invoice_issued").latest("pk")
    events = PaymentEvent.objects.filter(event="upgrade", actor=root)
    assert {event.note for event in events} == {REASON}
    pay(at.owner, root, day(11))
    assert account_of(at.owner).plan.slug == "growth"
    assert_all_invariants_hold()


def test_another_order_replaces_the_one_before(root: User) -> None:
    at = STAGES["active"](root)
    for plan_slug in ("growth", "scale"):
        act("order_plan", at, root, plan_slug=plan_slug)
    with pytest.raises(UpgradeAlreadyPending):
        act("order_plan", at, root, plan_slug="scale")
    orders = Invoice.objects.filter(kind="change").order_by("pk")
    assert [(item.plan.name, item.status) for item in orders] == [
        ("Growth", "void"),
        ("Scale", "pending"),
    ]
    assert_all_invariants_hold()


def test_orders_of_support_are_not_counted_against_it(root: User, settings: LazySettings) -> None:
    settings.BILLING_CANCELLATIONS_PER_DAY = 1
    at = STAGES["active"](root)
    for plan_slug in ("growth", "scale", "growth"):
        act("order_plan", at, root, plan_slug=plan_slug)
    assert Invoice.objects.filter(kind="change", status="void").count() == 2
    actor = Actor(user=at.owner)
    with pytest.raises(CancellationLimitReached):
        customer.change_plan_now(
            account=at.account, plan_slug="scale", method_code="", actor=actor, now=at.now
        )
