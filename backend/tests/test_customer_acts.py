"""What customers do about their subscription, in each stage of its life.

Day 0 is the first of January 2027, when the customer paid for a month: at 10:00, UTC.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Plan, User
from igny8_core.business.billing.dunning import ReminderKind
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.models import Invoice, Payment, PaymentEvent
from igny8_core.business.billing.services.confirmation import withdraw_payment
from igny8_core.business.billing.services.decisions import approve_payment
from igny8_core.business.billing.services.invoices import cancel_order, void_invoice
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.business.subscriptions.current import Current, current_subscription
from igny8_core.business.subscriptions.enums import ComingStep
from igny8_core.business.subscriptions.next_step import next_look
from igny8_core.business.subscriptions.reading import facts_of_accounts
from igny8_core.business.subscriptions.services import customer
from igny8_core.business.subscriptions.services.plan_changes import plan_changes
from igny8_core.business.subscriptions.steps import StepName
from igny8_core.common.exceptions import DomainError
from igny8_core.common.letters import NothingToSend, letter_for, render_letter
from igny8_core.common.models import OutgoingMail
from igny8_core.common.transactions import commit_or_retry
from tests.database import assert_all_invariants_hold
from tests.factories import account_of, invoice_of, make_owner
from tests.life import (
    START,
    confirm,
    day,
    days,
    make_customer,
    order,
    pay,
    periods_of,
    run,
    state,
    subscription_of,
)
from tests.renewal_words import one_line

pytestmark = pytest.mark.django_db

Stage = Callable[[User], tuple[User, datetime]]


def trial(_admin: User) -> tuple[User, datetime]:
    return make_owner(plan_slug="free", now=START), day(0)


def sign_up(_admin: User) -> tuple[User, datetime]:
    return make_owner(now=START), day(0)


def no_plan(admin: User) -> tuple[User, datetime]:
    owner = make_customer(admin)
    days(24, 75)
    return owner, day(76)


def active(admin: User) -> tuple[User, datetime]:
    return make_customer(admin), day(5)


def ending(admin: User) -> tuple[User, datetime]:
    owner = make_customer(admin)
    cancel(owner, day(4))
    return owner, day(5)


def on_day(number: int) -> Stage:
    """Return the stage of an unpaid renewal on a day."""

    def stage(admin: User) -> tuple[User, datetime]:
        owner = make_customer(admin)
        days(24, number)
        return owner, day(number, hour=13)

    return stage


def under_review(admin: User) -> tuple[User, datetime]:
    owner, now = on_day(25)(admin)
    confirm(owner, now)
    return owner, now


def paid_ahead(admin: User) -> tuple[User, datetime]:
    owner, now = on_day(26)(admin)
    pay(owner, admin, now)
    return owner, now


STAGES: dict[str, Stage] = {
    "trial": trial,
    "order": sign_up,
    "no_plan": no_plan,
    "active": active,
    "renewal_open": on_day(25),
    "under_review": under_review,
    "grace": on_day(33),
    "past_due": on_day(36),
    "suspended": on_day(45),
    "ending": ending,
    "paid_early": paid_ahead,
}


def cancel(owner: User, now: datetime, reason: str = "We close the shop") -> Current:
    return customer.cancel_at_period_end(
        account=account_of(owner), reason=reason, actor=Actor(user=owner), now=now
    )


def keep(owner: User, now: datetime) -> Current:
    return customer.keep(account=account_of(owner), actor=Actor(user=owner), now=now)


def renew(owner: User, now: datetime) -> Current:
    return customer.renew_early(account=account_of(owner), actor=Actor(user=owner), now=now)


def choose(owner: User, now: datetime, plan: str = "growth") -> Current:
    return customer.choose_next_plan(
        account=account_of(owner), plan_slug=plan, actor=Actor(user=owner), now=now
    )


def choose_scale(owner: User, now: datetime) -> Current:
    return choose(owner, now, plan="scale")


def drop(owner: User, now: datetime) -> Current:
    return customer.drop_next_plan(account=account_of(owner), actor=Actor(user=owner), now=now)


def upgrade(owner: User, now: datetime) -> str:
    order(owner, "growth", now)
    return str(invoice_of(owner).due)


ACTS: dict[str, Callable[[User, datetime], Current | str]] = {
    "cancel": cancel,
    "keep": keep,
    "renew": renew,
    "choose": choose,
    "drop": drop,
    "upgrade": upgrade,
}
# The stage after the act, what is due for it, or the code with which it is refused.
NONE = dict.fromkeys(["cancel", "keep", "renew", "choose", "drop"], "no_subscription")
OPEN = {"keep": "not_cancelled", "renew": "renewal_already_open", "drop": "no_next_plan"}
EXPECTED: dict[str, dict[str, str]] = {
    "trial": NONE | {"upgrade": "139.00 USD"},
    "order": NONE | {"upgrade": "139.00 USD"},
    "no_plan": NONE | {"upgrade": "139.00 USD"},
    "active": {
        "cancel": "ending",
        "keep": "not_cancelled",
        "renew": "renewal_open",
        "choose": "active",
        "drop": "no_next_plan",
        "upgrade": "67.23 USD",  # 25 of 31 days of 89.00 USD are left
    },
    "renewal_open": OPEN | {"cancel": "ending", "choose": "renewal_open", "upgrade": "124.65 USD"},
    "under_review": OPEN
    | dict.fromkeys(["cancel", "choose", "drop"], "payment_already_under_review")
    | {"upgrade": "124.65 USD"},
    "grace": OPEN | {"cancel": "no_plan", "choose": "grace", "upgrade": "139.00 USD"},
    "past_due": OPEN | {"cancel": "no_plan", "choose": "past_due", "upgrade": "139.00 USD"},
    "suspended": OPEN | {"cancel": "no_plan", "choose": "suspended", "upgrade": "139.00 USD"},
    "ending": {
        "cancel": "plan_ends",
        "keep": "active",
        "renew": "plan_ends",
        "choose": "plan_ends",
        "drop": "plan_ends",
        "upgrade": "67.23 USD",
    },
    "paid_early": {
        "cancel": "ending",
        "keep": "not_cancelled",
        "renew": "paid_ahead",
        "choose": "active",
        "drop": "no_next_plan",
        "upgrade": "38.52 USD",  # 4 of 31 days, and all of the next period
    },
}


def body_of(mail: OutgoingMail, now: datetime) -> str:
    """Return what a customer reads who gets the email then."""
    with time_machine.travel(now, tick=False):
        return one_line(render_letter(letter_for(mail), language="en")["layout.txt"])


def outcome(act: Callable[[User, datetime], Current | str], owner: User, now: datetime) -> str:
    try:
        done = act(owner, now)
    except DomainError as refusal:
        return refusal.code
    return done if isinstance(done, str) else done.stage.value


def assert_billing_looks_in_time(account: Account, now: datetime) -> None:
    facts = facts_of_accounts([account.pk])[account.pk]
    due, kept = next_look(facts, now), account.next_billing_step_at
    assert due is None or (kept is not None and kept <= due)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("stage", STAGES)
def test_each_act_in_each_stage(billing_admin: User, stage: str, act: str) -> None:
    owner, now = STAGES[stage](billing_admin)
    before = PaymentEvent.objects.count()
    found = outcome(ACTS[act], owner, now)
    assert found == EXPECTED[stage][act]
    is_refused = "_" in found and found not in STAGES
    assert (PaymentEvent.objects.count() == before) == is_refused
    assert_all_invariants_hold()
    assert_billing_looks_in_time(account_of(owner), now)


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "trial"])
def test_stage_and_what_may_be_done_are_told(billing_admin: User, stage: str) -> None:
    owner, now = STAGES[stage](billing_admin)
    current = current_subscription(account=account_of(owner), now=now)
    assert current.stage == ("active" if stage == "paid_early" else stage)
    refused = {act for act, found in EXPECTED[stage].items() if "_" in found}
    allowed = {act for act in ("cancel", "keep", "renew", "choose") if act not in refused}
    allowed |= {act for act, found in EXPECTED[stage].items() if found in STAGES}
    may = current.may
    assert {
        "cancel": may.cancel,
        "keep": may.keep,
        "renew": may.renew_early,
        "choose": may.choose_plan,
    } == {act: act in allowed for act in ("cancel", "keep", "renew", "choose")}


@pytest.mark.parametrize("stage", STAGES)
def test_act_answers_what_is_read_after_it(billing_admin: User, stage: str) -> None:
    owner, now = STAGES[stage](billing_admin)
    for act in (cancel, keep, renew, choose):
        try:
            answer = act(owner, now)
        except DomainError:
            continue
        read = current_subscription(account=account_of(owner), now=now)
        assert answer == read


# Cancelling and keeping


def test_cancelled_plan_ends_with_its_paid_time_and_asks_for_nothing(customer_: User) -> None:
    """Complaints 35 and 45: no renewal, no reminder, and no renewal after all."""
    days(24, 25)
    renewal = invoice_of(customer_)
    current = cancel(customer_, day(26))
    renewal.refresh_from_db()
    assert (renewal.status, renewal.void_reason) == ("void", "The plan was cancelled.")
    assert (current.ends_on, current.open_invoice) == (date(2027, 2, 1), None)
    assert [item.what for item in current.coming] == ["end"]
    assert days(26, 30) == {}
    assert run(day(31, hour=10)) == ["end"]
    assert state(customer_) == ("pending_payment", "cancelled", "void", 1000)
    assert days(32, 60) == {}
    mails = OutgoingMail.objects.order_by("pk").values_list("kind", flat=True)
    assert list(mails)[-2:] == ["invoice_voided", "subscription_ended"]
    assert_all_invariants_hold()


def test_reason_is_kept_with_the_actor(customer_: User) -> None:
    cancel(customer_, day(5), reason="Too dear")
    event = PaymentEvent.objects.get(event="request_cancel")
    assert (event.note, event.actor, event.to_state) == ("Too dear", customer_, "active")


def test_past_due_plan_ends_at_once(customer_: User) -> None:
    """Complaint 35: reminders stop, and nothing is owed."""
    days(24, 36)
    current = cancel(customer_, day(36, hour=13))
    assert (current.stage, current.status, current.open_invoice) == ("no_plan", None, None)
    assert state(customer_) == ("pending_payment", "cancelled", "void", 1000)
    assert days(37, 80) == {66: ["expire credits"]}
    ended = OutgoingMail.objects.get(kind="subscription_ended")
    assert ended.arguments["facts"]["was_cancelled"] is True
    assert not OutgoingMail.objects.filter(kind="invoice_voided").exists()
    words = body_of(ended, day(36, hour=14))
    assert f"Invoice {invoice_of(customer_).number} is void: you owe nothing on it" in words
    assert_all_invariants_hold()


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_who_has_ordered_a_plan_is_told_that_the_renewal_is_void(
    customer_: User,
    is_cancelled: bool,  # noqa: FBT001
) -> None:
    """Whether the plan is cancelled, or ends unpaid: one email says what is void and what is due.

    Once the order isn't open any more, it isn't sent.
    """
    days(24, 36)
    renewal = invoice_of(customer_)
    now = day(36, hour=13) if is_cancelled else day(71, hour=13)
    if not is_cancelled:
        days(37, 70)
    order(customer_, "growth", now - timedelta(hours=1))
    ordered, before = invoice_of(customer_), OutgoingMail.objects.count()
    if is_cancelled:
        cancel(customer_, now)
    else:
        assert run(now) == ["lapse"]
    assert OutgoingMail.objects.count() == before + 1
    mail = OutgoingMail.objects.latest("pk")
    words = body_of(mail, now)
    assert f"Invoice {renewal.number} is void: you owe nothing on it" in words
    assert f"The plan that you have ordered begins when invoice {ordered.number} is paid." in words
    assert "To go on, choose a plan" not in words
    assert f"/invoices/{ordered.pk}" in words
    order(customer_, "scale", now + timedelta(hours=1))
    with pytest.raises(NothingToSend, match="That order isn't open any more"):
        letter_for(mail)
    assert_all_invariants_hold()


def test_withdrawn_claim_lets_the_plan_be_cancelled(billing_admin: User) -> None:
    owner, now = under_review(billing_admin)
    assert outcome(cancel, owner, now) == "payment_already_under_review"
    payment = invoice_of(owner).payments.get()
    withdraw_payment(
        payment_id=payment.pk, account=account_of(owner), actor=Actor(user=owner), now=now
    )
    assert outcome(cancel, owner, now) == "ending"


def test_kept_plan_goes_on_with_the_same_due_day(customer_: User) -> None:
    """Complaint 38: a cancellation can be taken back until the end."""
    days(24, 25)
    old = invoice_of(customer_)
    cancel(customer_, day(26))
    current = keep(customer_, day(26, hour=14))
    new = invoice_of(customer_)
    assert (new.pk != old.pk, new.due_date, new.period_index) == (True, old.due_date, 1)
    assert current.open_invoice is not None
    assert current.open_invoice.id == new.pk
    assert_all_invariants_hold()


def test_kept_too_late_is_refused(customer_: User) -> None:
    """Complaint 38: after the end there is nothing to keep."""
    cancel(customer_, day(5))
    run(day(31))
    assert outcome(keep, customer_, day(31, hour=13)) == "no_subscription"


def test_cancelling_and_keeping_again_and_again_is_limited_to_one_invoice_a_day(
    customer_: User,
) -> None:
    days(24, 25)
    cancel(customer_, day(26))
    keep(customer_, day(26))
    cancel(customer_, day(26))
    assert outcome(keep, customer_, day(26)) == "too_many_plan_changes"
    assert outcome(keep, customer_, day(27)) == "renewal_open"
    assert Invoice.objects.filter(account__users=customer_, kind="renewal").count() == 3
    assert_all_invariants_hold()


def test_paid_upgrade_takes_a_cancellation_back(customer_: User, billing_admin: User) -> None:
    """Complaint 34."""
    cancel(customer_, day(5))
    order(customer_, "growth", day(6))
    pay(customer_, billing_admin, day(7))
    current = current_subscription(account=account_of(customer_), now=day(8))
    assert (current.stage, current.cancel_at_period_end) == ("active", False)
    assert run(day(31)) == ["renew period 1, due on 2027-02-08"]
    assert_all_invariants_hold()


def test_cancelled_plan_is_followed_by_no_other(customer_: User) -> None:
    """A choice of the next plan is dropped, which the history says; keeping doesn't bring it."""
    choose(customer_, day(5))
    days(24, 25)
    assert cancel(customer_, day(26), reason="Too dear").next_plan is None
    event = PaymentEvent.objects.filter(event="request_cancel").latest("pk")
    assert event.note == "Not to be the next plan any more: Growth\nToo dear"
    current = keep(customer_, day(27))
    assert (current.next_plan, str(invoice_of(customer_).due)) == (None, "89.00 USD")
    assert_all_invariants_hold()


def test_next_plan_that_is_paid_for_comes_though_the_plan_is_cancelled(
    customer_: User, billing_admin: User
) -> None:
    choose(customer_, day(5))
    renew(customer_, day(6))
    pay(customer_, billing_admin, day(7))
    cancel(customer_, day(8), reason="")
    assert run(day(31)) == ["start period 1"]
    assert account_of(customer_).plan.slug == "growth"
    assert run(day(59)) == ["end"]
    assert_all_invariants_hold()


def test_renewal_is_told_of_before_an_order_that_may_be_paid(customer_: User) -> None:
    """Else the banner would tell the order's amount and day as the renewal's."""
    days(24, 25)
    renewal = invoice_of(customer_)
    order(customer_, "growth", day(26))
    confirm(customer_, day(26))
    current = current_subscription(account=account_of(customer_), now=day(26, hour=13))
    assert (current.stage, current.claim) == ("renewal_open", None)
    assert current.open_invoice is not None
    assert current.open_invoice.id == renewal.pk


# Paying early


def test_renewal_before_there_are_renewals_is_issued(
    customer_: User, settings: LazySettings
) -> None:
    settings.BILLING_RENEWALS_FROM = day(300).date()
    current = renew(customer_, day(5))
    assert current.open_invoice is not None
    assert current.open_invoice.due_date == date(2027, 2, 1)
    assert_all_invariants_hold()


@pytest.mark.parametrize("act", ["cancel", "keep", "renew", "choose", "drop"])
def test_nothing_is_done_about_a_parked_account(customer_: User, act: str) -> None:
    """Nothing would follow: no invoice, no end."""
    Account.objects.filter(users=customer_).update(parked_at=day(4), parked_reason="An error")
    assert outcome(ACTS[act], customer_, day(5)) == "billing_parked"
    may = current_subscription(account=account_of(customer_), now=day(5)).may
    assert not any(vars(may).values())


def test_nothing_is_ordered_for_a_parked_account_but_by_support(
    customer_: User, billing_admin: User
) -> None:
    Account.objects.filter(users=customer_).update(parked_at=day(4), parked_reason="An error")
    with pytest.raises(DomainError) as refused:
        order(customer_, "growth", day(5))
    assert refused.value.code == "billing_parked"
    offers = plan_changes(account=account_of(customer_), method_code="", now=day(5))
    assert {offer.now.refused for offer in offers} == {"billing_parked"}
    customer.change_plan_now(
        account=account_of(customer_),
        plan_slug="growth",
        method_code="",
        actor=Actor(user=billing_admin),
        now=day(5),
    )
    assert invoice_of(customer_).kind == "change"


def test_renewal_before_its_time_is_for_the_next_period(
    customer_: User, billing_admin: User
) -> None:
    """Complaints 31 and 32: nothing is lost, and the present period isn't charged again."""
    current = renew(customer_, day(5))
    invoice = invoice_of(customer_)
    assert current.open_invoice is not None
    assert (current.open_invoice.id, current.open_invoice.kind) == (invoice.pk, "renewal")
    assert current.open_invoice.due_date == date(2027, 2, 1)
    assert current.open_invoice.period is not None
    assert current.open_invoice.period.first_day == date(2027, 2, 1)
    pay(customer_, billing_admin, day(6))
    assert days(6, 30) == {}
    assert run(day(31)) == ["start period 1"]
    (_, first), (_, second) = ((start, end) for _, start, end in periods_of(customer_))
    assert (first, second) == (day(31, hour=10), day(59, hour=10))
    assert_all_invariants_hold()


def test_no_more_than_one_period_is_paid_ahead(customer_: User, billing_admin: User) -> None:
    renew(customer_, day(5))
    assert outcome(renew, customer_, day(5)) == "renewal_already_open"
    pay(customer_, billing_admin, day(6))
    assert outcome(renew, customer_, day(7)) == "paid_ahead"
    # its time has come, though the run has not: it begins with the act
    assert outcome(renew, customer_, day(32)) == "renewal_open"
    assert subscription_of(customer_).current_index == 1
    assert_all_invariants_hold()


def test_unpaid_change_of_plan_comes_before_an_early_renewal(customer_: User) -> None:
    order(customer_, "growth", day(5))
    assert outcome(renew, customer_, day(5)) == "upgrade_already_pending"


# The next plan


def test_next_plan_takes_effect_with_the_next_period(customer_: User, billing_admin: User) -> None:
    """Complaint 36: the plan is one column; its price is that of the day of the invoice."""
    current = choose(customer_, day(5), plan="scale")
    assert current.next_plan is not None
    assert current.next_plan.slug == "scale"
    Plan.objects.filter(slug="scale").update(price=199)
    days(24, 24)
    assert str(invoice_of(customer_).due) == "199.00 USD"
    pay(customer_, billing_admin, day(25))
    assert account_of(customer_).plan.slug == "starter"
    run(day(31))
    assert account_of(customer_).plan.slug == "scale"
    assert subscription_of(customer_).next_plan is None
    assert_all_invariants_hold()


@pytest.mark.parametrize("number", [25, 33, 36, 45])
def test_open_renewal_is_replaced_with_the_same_due_day(customer_: User, number: int) -> None:
    """Complaint 37: a plan can be changed while an invoice is unpaid."""
    days(24, number)
    old = invoice_of(customer_)
    before = current_subscription(account=account_of(customer_), now=day(number, hour=13))
    after = choose(customer_, day(number, hour=13))
    old.refresh_from_db()
    new = invoice_of(customer_)
    assert (old.status, old.void_reason) == ("void", "Replaced, because the plan changes.")
    assert (str(new.due), new.due_date, new.period_index) == ("139.00 USD", old.due_date, 1)
    assert (after.stage, after.suspends_on, after.ends_on) == (
        before.stage,
        before.suspends_on,
        before.ends_on,
    )
    assert_all_invariants_hold()


def test_choice_is_dropped_with_its_invoice(customer_: User) -> None:
    choose(customer_, day(5))
    days(24, 25)
    assert str(invoice_of(customer_).due) == "139.00 USD"
    current = drop(customer_, day(26))
    assert (current.next_plan, str(invoice_of(customer_).due)) == (None, "89.00 USD")
    assert outcome(drop, customer_, day(26)) == "no_next_plan"
    assert_all_invariants_hold()


def test_one_renewal_a_day_is_replaced(customer_: User) -> None:
    days(24, 25)
    choose(customer_, day(26))
    assert outcome(drop, customer_, day(26, hour=20)) == "too_many_plan_changes"
    assert subscription_of(customer_).next_plan is not None
    assert outcome(drop, customer_, day(27)) == "renewal_open"
    assert_all_invariants_hold()


def test_next_plan_that_is_paid_for_stays(customer_: User, billing_admin: User) -> None:
    choose(customer_, day(5))
    renew(customer_, day(6))
    pay(customer_, billing_admin, day(7))
    assert outcome(drop, customer_, day(8)) == "paid_ahead"
    assert not current_subscription(account=account_of(customer_), now=day(8)).may.choose_plan
    assert (
        outcome(lambda owner, now: choose(owner, now, "scale"), customer_, day(8)) == "paid_ahead"
    )
    run(day(31))
    assert account_of(customer_).plan.slug == "growth"
    assert outcome(choose_scale, customer_, day(32)) == "active"
    assert_all_invariants_hold()


def test_choice_after_the_present_plan_was_paid_ahead_can_be_changed(
    customer_: User, billing_admin: User
) -> None:
    """Only a plan that is paid for stays, whatever period is paid for."""
    renew(customer_, day(5))
    pay(customer_, billing_admin, day(6))
    choose(customer_, day(7))
    assert choose_scale(customer_, day(8)).may.choose_plan
    assert drop(customer_, day(9)).next_plan is None
    choose(customer_, day(10))
    run(day(31))
    account, chosen = account_of(customer_), subscription_of(customer_).next_plan
    assert chosen is not None
    assert (account.plan.slug, chosen.slug) == ("starter", "growth")
    days(32, 52)
    assert str(invoice_of(customer_).due) == "139.00 USD"
    assert_all_invariants_hold()


@pytest.mark.parametrize(
    ("slug", "code"),
    [
        ("free", "plan_not_payable"),
        ("starter", "already_on_plan"),
        ("growth", "already_next_plan"),
        ("internal", "unknown_plan"),
    ],
)
def test_plan_that_cannot_be_chosen_is_refused(customer_: User, slug: str, code: str) -> None:
    choose(customer_, day(5))
    assert outcome(lambda owner, now: choose(owner, now, slug), customer_, day(6)) == code


# Orders


def test_unpaid_order_is_replaced(customer_: User) -> None:
    """Complaint 9: there is one open order."""
    order(customer_, "growth", day(5))
    first = invoice_of(customer_)
    order(customer_, "scale", day(6))
    second = invoice_of(customer_)
    first.refresh_from_db()
    assert (first.status, first.void_reason) == ("void", "Replaced by another order.")
    assert (first.subscription.status, second.kind) == ("cancelled", "change")
    assert_all_invariants_hold()


def test_replaced_sign_up_is_still_one(catalog: None) -> None:
    """It expires into a trial, as the first one would have."""
    owner = make_owner(now=START)
    order(owner, "growth", day(1))
    assert invoice_of(owner).kind == "initial"
    assert days(1, 16) == {16: ["expire sign up"]}
    assert account_of(owner).status == "trial"
    assert_all_invariants_hold()


def test_order_that_may_have_been_paid_is_not_replaced(customer_: User) -> None:
    order(customer_, "growth", day(5))
    confirm(customer_, day(6))
    with pytest.raises(DomainError) as refused:
        order(customer_, "scale", day(6))
    assert refused.value.code == "upgrade_already_pending"


def test_renewal_is_no_order_to_be_cancelled(customer_: User) -> None:
    days(24, 25)
    with pytest.raises(DomainError) as refused:
        cancel_order(
            invoice_id=invoice_of(customer_).pk,
            account=account_of(customer_),
            actor=Actor(user=customer_),
            now=day(26),
        )
    assert refused.value.code == "renewal_is_no_order"


def test_renewal_voided_by_an_admin_is_issued_anew(customer_: User, billing_admin: User) -> None:
    days(24, 25)
    old = invoice_of(customer_)
    void_invoice(
        invoice_id=old.pk, actor=Actor(user=billing_admin), now=day(26), reason="Wrong address"
    )
    assert subscription_of(customer_).status == "active"
    assert run(day(26)) == ["renew period 1, due on 2027-02-01"]
    assert_all_invariants_hold()


def test_upgrade_while_suspended_resumes_the_account(customer_: User, billing_admin: User) -> None:
    """Complaint 19: nothing is charged for the time of the pause."""
    days(24, 45)
    order(customer_, "growth", day(46))
    assert str(invoice_of(customer_).due) == "139.00 USD"
    pay(customer_, billing_admin, day(47))
    assert state(customer_)[:3] == ("active", "active", "paid")
    assert account_of(customer_).suspended_at is None
    assert_all_invariants_hold()


def test_approval_of_an_upgrade_waits_for_the_claim_on_the_renewal(
    billing_admin: User,
) -> None:
    owner, now = under_review(billing_admin)
    order(owner, "growth", now)
    claim = confirm(owner, now)
    with pytest.raises(DomainError) as refused:
        approve_payment(payment_id=claim.pk, actor=Actor(user=billing_admin), now=now)
    assert refused.value.code == "payment_already_under_review"


@pytest.mark.parametrize("is_claimed", [False, True])
def test_credit_for_what_is_not_paid_any_more_is_void(
    customer_: User, billing_admin: User, *, is_claimed: bool
) -> None:
    """Else who lets a transfer bounce would pay for the upgrade with it."""
    paid = Payment.objects.get()
    order(customer_, "growth", day(5))
    upgrade = invoice_of(customer_)
    if is_claimed:
        confirm(customer_, day(5))

    def reverse() -> None:
        reverse_payment(
            payment_id=paid.pk,
            event=EventName.REVERSE_AND_VOID,
            actor=Actor(user=billing_admin),
            now=day(6),
            reason="It bounced",
        )

    if is_claimed:
        with pytest.raises(DomainError) as refused:
            reverse()
        assert refused.value.code == "payment_already_under_review"
    else:
        reverse()
    upgrade.refresh_from_db()
    assert upgrade.status == ("pending" if is_claimed else "void")
    assert upgrade.subscription.status == ("pending_payment" if is_claimed else "cancelled")
    assert_all_invariants_hold()


# Others


def test_every_step_has_its_name_in_the_api() -> None:
    """Those of what has ended aren't foretold."""
    unnamed = {StepName.REMIND, StepName.EXPIRE_CREDITS}
    names = {name.value for name in set(StepName) - unnamed}
    assert names | {kind.value for kind in ReminderKind} <= set(ComingStep.values)


@pytest.mark.parametrize(
    ("stage", "act", "statements"),
    [
        ("active", cancel, 11),
        ("renewal_open", cancel, 13),
        ("ending", keep, 11),
        ("active", renew, 17),
        ("active", choose, 12),
        ("renewal_open", choose, 20),
        ("active", upgrade, 18),
    ],
)
def test_act_takes_exactly_this_many_statements(
    billing_admin: User,
    stage: str,
    act: Callable[[User, datetime], Current | str],
    statements: int,
) -> None:
    """With the one that reads the account; of an upgrade, also the one that reads its invoice."""
    owner, now = STAGES[stage](billing_admin)
    with CaptureQueriesContext(connection) as queries:
        commit_or_retry(lambda: act(owner, now))
    assert len(queries) == statements


@pytest.fixture
def customer_(billing_admin: User) -> User:
    """An owner who paid for a month."""
    return make_customer(billing_admin)
