"""What an operator does for one customer: in every stage, with a reason, once, and told truly."""

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import LazySettings
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Subscription, User
from igny8_core.business.billing.exceptions import CancellationLimitReached, OwnAccountPayment
from igny8_core.business.billing.models import (
    CreditTransaction,
    Invoice,
    PaymentEvent,
    Period,
)
from igny8_core.business.billing.services.decisions import reject_payment
from igny8_core.business.subscriptions import overrides
from igny8_core.business.subscriptions.exceptions import (
    BeyondUnpaidPeriod,
    ClaimStopsTheClock,
    CompNotAllowed,
    DueDayNotPutOff,
    HeldBack,
    MayNotAdjustCredits,
    MayNotOverride,
    NoCreditsMoved,
    NoLiveSubscription,
    NotToBeHeldUntil,
    OverrideReasonRequired,
    RemindedToday,
    TooFewCredits,
    TooManyCredits,
    TooManyPlanChanges,
    UpgradeAlreadyPending,
)
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.forecast import what_happens_when
from igny8_core.business.subscriptions.next_step import next_look
from igny8_core.business.subscriptions.reading import facts_of_accounts
from igny8_core.business.subscriptions.services import customer
from igny8_core.business.subscriptions.services.operator import MANY_CREDITS, MOST_DAYS
from igny8_core.business.subscriptions.steps import EXPIRE_CREDITS
from igny8_core.common.exceptions import DomainError
from igny8_core.common.letters import NothingToSend, letter_for, render_letter
from igny8_core.common.models import OutgoingMail
from tests.database import assert_all_invariants_hold
from tests.factories import PASSWORD, account_of, invoice_of, make_billing_admin
from tests.life import confirm, day, days, order, pay, periods_of, run, state
from tests.operators import (
    REASON,
    SERVICES,
    STAGES,
    At,
    act,
    lived_until,
    stage_for,
    words_for,
)
from tests.renewal_words import one_line
from tests.roles import undone, user_as

pytestmark = pytest.mark.django_db

# What comes of each act in each stage: done, or the code of the refusal.
TABLE = """
              remind_now  extend_due  hold        comp_period  adjust_credits  unpark      end_now
trial         no_plan     no_plan     no_plan     no_plan      done            not_parked  no_plan
order         no_plan     no_plan     no_plan     no_plan      done            not_parked  no_plan
active        no_renewal  no_renewal  done        done         done            not_parked  done
renewal_open  done        done        done        done         done            not_parked  done
grace         done        done        done        done         done            not_parked  done
under_review  not_now     done        done        claim        done            not_parked  claim
past_due      done        done        done        done         done            not_parked  done
suspended     done        done        done        done         done            not_parked  done
ends_soon     done        done        done        done         done            not_parked  done
cancelled     no_renewal  no_renewal  done        done         done            not_parked  done
about_to_end  no_renewal  no_renewal  done        done         done            not_parked  done
planned       done        done        done        done         done            not_parked  done
held          not_now     done        done        done         done            not_parked  done
parked        done        done        done        done         done            done        done
ended         no_plan     no_plan     no_plan     no_plan      done            not_parked  no_plan
"""
TABLE_OF_PLANS = """
              cancel_plan  keep_plan  plan_next_period  drop_next_plan  order_plan
trial         no_plan      no_plan    no_plan           no_plan         done
order         no_plan      no_plan    no_plan           no_plan         done
active        done         goes_on    done              none_chosen     done
renewal_open  done         goes_on    done              none_chosen     done
grace         done         goes_on    done              none_chosen     done
under_review  claim        goes_on    claim             claim           done
past_due      done         goes_on    done              none_chosen     done
suspended     done         goes_on    done              none_chosen     done
ends_soon     done         goes_on    done              none_chosen     done
cancelled     ends         done       ends              ends            done
about_to_end  ends         done       ends              ends            done
planned       done         goes_on    done              done            done
held          done         goes_on    done              none_chosen     done
parked        done         goes_on    done              none_chosen     done
ended         no_plan      no_plan    no_plan           no_plan         done
"""
CODES = {
    "done": "done",
    "no_plan": "no_live_subscription",
    "no_renewal": "no_open_renewal",
    "not_now": "not_to_be_reminded",
    "claim": "payment_already_under_review",
    "not_parked": "not_parked",
    "goes_on": "not_cancelled",
    "ends": "plan_ends",
    "none_chosen": "no_next_plan",
}
DUE_DAYS = 7  # of an order
FORESEEN: dict[str, Callable[[BillingFacts, At], BillingFacts]] = {
    "remind_now": lambda facts, at: overrides.after_reminder(facts, at.now),
    "extend_due": lambda facts, at: overrides.after_later_due_day(facts, date(2027, 4, 1), at.now),
    "hold": lambda facts, at: overrides.after_hold(facts, date(2027, 4, 1), at.now),
    "comp_period": lambda facts, at: overrides.after_comp(facts, at.now),
    "adjust_credits": lambda facts, _at: facts,
    "unpark": lambda facts, _at: overrides.after_unparking(facts),
    "end_now": lambda facts, at: overrides.after_end(facts, at.now),
    "cancel_plan": lambda facts, at: overrides.after_cancellation(facts, at.now),
    "keep_plan": lambda facts, at: overrides.after_keeping(facts, at.now),
    "plan_next_period": lambda facts, at: overrides.after_plan_choice(facts, at.now),
    "drop_next_plan": lambda facts, at: overrides.after_plan_choice(facts, at.now),
    "order_plan": lambda facts, at: overrides.after_order(facts, DUE_DAYS, at.now),
}


def read(table: str) -> dict[str, dict[str, str]]:
    acts, *lines = (line.split() for line in table.strip().splitlines())
    codes = {line[0]: [CODES[word] for word in line[1:]] for line in lines}
    return {stage: dict(zip(acts, found, strict=True)) for stage, found in codes.items()}


OF_PLANS = read(TABLE_OF_PLANS)
EXPECTED = {stage: {**found, **OF_PLANS[stage]} for stage, found in read(TABLE).items()}


@pytest.fixture
def root(catalog: None) -> User:
    """Somebody who may do everything."""
    return User.objects.create_superuser("root@desk.example", PASSWORD)


def facts_at(at: At) -> BillingFacts:
    return facts_of_accounts([at.account.pk])[at.account.pk]


def outcome(name: str, at: At, admin: User) -> str:
    """Let somebody do it, if it is possible; every invariant holds afterwards."""
    try:
        act(name, at, admin, **words_for(name, at))
    except DomainError as refusal:
        return refusal.code
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    assert_all_invariants_hold()
    return "done"


@pytest.mark.parametrize("stage", STAGES)
def test_act_is_done_or_refused_by_stage(root: User, stage: str) -> None:
    """What is done is what the facts foresee, in the same table."""
    at = STAGES[stage](root)
    before, found = facts_at(at), {}
    for name in SERVICES:
        with undone():
            found[name] = outcome(name, at, root)
            if found[name] == "done":
                assert facts_at(at) == FORESEEN[name](before, at), name
                assert what_it_says(name).endswith(REASON)
            else:
                assert facts_at(at) == before
    assert found == EXPECTED[stage]


def what_it_says(name: str) -> str:
    """Return the note of an act's event."""
    names = {
        "comp_period": "comp",
        "cancel_plan": "request_cancel",
        "keep_plan": "keep",
        "plan_next_period": "schedule_plan",
        "drop_next_plan": "schedule_plan",
        "order_plan": "upgrade",
    }
    event = names.get(name, name.removesuffix("_now"))
    return PaymentEvent.objects.filter(event=event).latest("pk").note


def followed(at: At, last: int) -> list[tuple[date, str]]:
    """Run billing at once, and at noon of each day up to the last.

    :returns: the steps, but for what becomes of credits after the end: no forecast tells of it.
    """
    found = [(at.now.date(), step) for step in run(at.now)]
    first = (at.now - day(0)).days + 1
    for number, steps in days(first, last).items():
        found += [(day(number).date(), step) for step in steps]
    return [(on, step) for on, step in found if step != str(EXPIRE_CREDITS)]


PREVIEWED = [
    (stage, name)
    for stage in ("active", "renewal_open", "grace", "past_due", "suspended", "held")
    for name in ("remind_now", "extend_due", "hold", "comp_period", "end_now", *OF_PLANS[stage])
    if EXPECTED[stage][name] == "done"
] + [
    ("cancelled", "keep_plan"),
    ("about_to_end", "keep_plan"),
    ("planned", "drop_next_plan"),
    ("order", "order_plan"),
]


@pytest.mark.parametrize(("stage", "name"), PREVIEWED)
def test_run_of_billing_does_what_was_foreseen(root: User, stage: str, name: str) -> None:
    at = STAGES[stage](root)
    foreseen = what_happens_when(FORESEEN[name](facts_at(at), at), at.now)
    act(name, at, root, **words_for(name, at))
    assert followed(at, 180) == [(day, str(step)) for day, step in foreseen]
    assert_all_invariants_hold()


@pytest.mark.parametrize("name", SERVICES)
def test_account_is_looked_at_again_when_a_step_is_due(root: User, name: str) -> None:
    at = STAGES[stage_for(name)](root)
    act(name, at, root, **words_for(name, at))
    due = next_look(facts_at(at), at.now)
    kept = at.account.next_billing_step_at
    assert due is None or (kept is not None and kept <= due)


# Which subscription


OF_SUBSCRIPTIONS = [name for name in SERVICES if name not in {"adjust_credits", "unpark"}]


@pytest.mark.parametrize("name", OF_SUBSCRIPTIONS)
def test_act_on_a_subscription_that_another_one_has_followed_is_refused(
    root: User, name: str
) -> None:
    """As when its page was opened before the customer's upgrade was approved."""
    at = STAGES["active"](root)
    shown = at.subscription
    order(at.owner, "growth", at.now)
    pay(at.owner, root, at.now)
    with pytest.raises(NoLiveSubscription):
        act(name, at, root, subscription_id=shown.pk, **words_for(name, at))
    assert state(at.owner)[:2] == ("active", "active")
    assert at.subscription.hold_until is None


@pytest.mark.parametrize("name", OF_SUBSCRIPTIONS)
def test_act_on_the_subscription_that_runs_is_done(root: User, name: str) -> None:
    at = STAGES[stage_for(name)](root)
    act(name, at, root, subscription_id=at.subscription.pk, **words_for(name, at))


@pytest.mark.parametrize("stage", ["order", "active", "ended"])
def test_plan_is_ordered_from_the_page_of_an_order_or_where_none_runs(
    root: User, stage: str
) -> None:
    at = STAGES[stage](root)
    act("order_plan", at, root, plan_slug="growth", subscription_id=at.subscription.pk)
    act("order_plan", at, root, plan_slug="scale", subscription_id=at.subscription.pk)
    assert invoice_of(at.owner).plan.name == "Scale"


# Who may


WITHIN_THE_PERIOD: dict[str, dict[str, date]] = {
    "extend_due": {"due_date": date(2027, 2, 20)},
    "hold": {"until": date(2027, 2, 20)},
}


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("role", ["staff", "support", "viewer", "admin"])
def test_permission_is_needed(root: User, name: str, role: str) -> None:
    at = STAGES[stage_for(name)](root)
    person = user_as(role, at.owner)
    lacks = {"comp_period": CompNotAllowed, "adjust_credits": MayNotAdjustCredits}
    if role == "admin" and name != "comp_period":
        act(name, at, person, **{**words_for(name, at), **WITHIN_THE_PERIOD.get(name, {})})
        return
    with pytest.raises(lacks.get(name, MayNotOverride)):
        act(name, at, person, **words_for(name, at))


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_acts_on_the_own_account(root: User, name: str) -> None:
    at = STAGES["parked"](root)
    at.owner.is_staff = at.owner.is_superuser = True
    at.owner.save()
    with pytest.raises(OwnAccountPayment):
        act(name, at, at.owner, **words_for(name, at))


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("reason", ["", " \n", "\u200b"])
def test_reason_is_required(root: User, name: str, reason: str) -> None:
    at = At(STAGES["order"](root).owner, day(1))
    with pytest.raises(OverrideReasonRequired):
        act(name, at, root, reason=reason, **words_for(name, at))


def test_existing_groups_that_decide_get_the_rights(catalog: None) -> None:
    names = ["change_subscription", "add_credittransaction"]
    rights = Permission.objects.filter(codename__in=names)
    for group in Group.objects.all():
        group.permissions.remove(*rights)
    migration = import_module("igny8_core.business.billing.migrations.0027_overrides")
    migration.let_deciders_override(apps, None)
    for name in names:
        held = Group.objects.filter(permissions__codename=name)
        assert [group.name for group in held] == ["Billing admin"]


# A later due day


def test_later_due_day_ends_a_pause_and_its_days_are_not_charged(root: User) -> None:
    """Suspended on day 41 at noon, 10 days and 2 hours into the period of day 31."""
    at = STAGES["suspended"](root)
    act("extend_due", at, root, due_date=day(50).date())
    assert state(at.owner) == ("active", "active", "pending", 1000)
    assert account_of(at.owner).suspended_at is None
    pay(at.owner, root, day(47))
    started = at.now - timedelta(days=10, hours=2)
    assert periods_of(at.owner)[-1][:2] == (1, started)
    assert_all_invariants_hold()


def test_later_due_day_is_told_with_its_reason(root: User) -> None:
    at = STAGES["past_due"](root)
    act("extend_due", at, root, due_date=day(50).date())
    event = PaymentEvent.objects.get(event="extend_due", object_type="invoice")
    assert event.note == f"Due on 2027-02-20, not 2027-02-01: {REASON}"
    assert (event.actor, event.invoice) == (root, invoice_of(at.owner))
    mail = OutgoingMail.objects.get(kind="due_day_put_off")
    words = render_letter(letter_for(mail), language="en")
    assert words["subject.txt"] == "Invoice INV-2027-000002 is now due on 20 February 2027"
    assert f"Reason: {REASON}" in words["layout.txt"]
    assert "Due by" not in words["layout.txt"]
    urdu = render_letter(letter_for(mail), language="ur")
    assert REASON in urdu["layout.txt"]


def test_a_still_later_day_outdates_the_email_before(root: User) -> None:
    at = STAGES["past_due"](root)
    act("extend_due", at, root, due_date=day(50).date())
    act("extend_due", at, root, due_date=day(60).date())
    first, second = OutgoingMail.objects.filter(kind="due_day_put_off").order_by("pk")
    assert letter_for(second)
    with pytest.raises(NothingToSend, match="Another due day"):
        letter_for(first)


@pytest.mark.parametrize(
    ("stage", "due_day"),
    [("renewal_open", 31), ("past_due", 36), ("past_due", 37 + MOST_DAYS + 1)],
)
def test_due_day_is_later_not_over_and_not_years_away(root: User, stage: str, due_day: int) -> None:
    at = STAGES[stage](root)
    with pytest.raises(DueDayNotPutOff):
        act("extend_due", at, root, due_date=day(due_day).date())


def test_renewal_may_be_due_today(root: User) -> None:
    at = STAGES["past_due"](root)
    act("extend_due", at, root, due_date=day(37).date())
    assert state(at.owner)[:2] == ("active", "active")


# Holds


def test_nothing_is_pressed_for_during_a_hold(root: User) -> None:
    at = STAGES["past_due"](root)
    act("hold", at, root, until=day(60).date())
    assert days(38, 59) == {}
    assert days(60, 63) == {60: ["remind: final notice"], 62: ["suspend"]}


def test_hold_ends_a_pause(root: User) -> None:
    at = STAGES["suspended"](root)
    act("hold", at, root, until=day(60).date())
    assert state(at.owner)[:2] == ("active", "past_due")
    assert at.subscription.anchor_at == at.now - timedelta(days=10, hours=2)


def test_hold_is_lifted_by_today(root: User) -> None:
    at = STAGES["past_due"](root)
    with pytest.raises(NotToBeHeldUntil):
        act("hold", at, root, until=day(37).date())
    act("hold", at, root, until=day(60).date())
    act("hold", at, root, until=day(37).date())
    assert days(38, 41) == {
        38: ["remind: past due"],  # what was sent before a hold is sent again
        39: ["remind: final notice"],
        41: ["suspend"],
    }


def test_hold_is_not_for_years(root: User) -> None:
    at = STAGES["active"](root)
    with pytest.raises(NotToBeHeldUntil):
        act("hold", at, root, until=at.now.date() + timedelta(days=MOST_DAYS + 1))


# How long operators may wait for payment, and superusers


@pytest.mark.parametrize(
    ("stage", "until"),
    [("active", 59), ("past_due", 59), ("suspended", 59 + 4)],
)
@pytest.mark.parametrize(("name", "word"), [("hold", "until"), ("extend_due", "due_date")])
def test_nobody_waits_beyond_the_unpaid_period_but_for_superusers(
    root: User, stage: str, until: int, name: str, word: str
) -> None:
    """It ends in the morning of day 59; suspended on day 41, the account is back on day 45."""
    at = STAGES[stage](root)
    if EXPECTED[stage][name] != "done":
        return
    admin, last = user_as("admin", at.owner), day(until).date()
    fits: dict[str, Any] = {word: last}
    is_late: dict[str, Any] = {word: last + timedelta(days=1)}
    before = facts_at(at)
    with pytest.raises(BeyondUnpaidPeriod) as refused:
        act(name, at, admin, **is_late)
    assert f"later than {last}" in refused.value.detail
    assert facts_at(at) == before
    with undone():
        act(name, at, admin, **fits)
    act(name, at, root, **is_late)


def test_hold_is_lifted_whatever_has_passed(root: User) -> None:
    at = STAGES["past_due"](root)
    act("hold", at, root, until=day(100).date())
    later, admin = At(at.owner, day(90)), user_as("admin", at.owner)
    with pytest.raises(BeyondUnpaidPeriod):
        act("hold", later, admin, until=day(101).date())
    act("hold", later, admin, until=day(90).date())
    assert at.subscription.hold_until == day(90).date()


def test_many_credits_are_given_by_superusers_alone(root: User) -> None:
    at = STAGES["active"](root)
    admin = user_as("admin", at.owner)
    with pytest.raises(TooManyCredits):
        act("adjust_credits", at, admin, amount=MANY_CREDITS + 1)
    act("adjust_credits", at, admin, amount=MANY_CREDITS)
    act("adjust_credits", at, root, amount=MANY_CREDITS + 1)
    act("adjust_credits", at, admin, amount=-MANY_CREDITS - 1)
    assert account_of(at.owner).credits == 1000 + MANY_CREDITS


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
    assert REASON in one_line(render_letter(letter_for(mail), language="en")["layout.txt"])


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


# Reminders


@pytest.mark.parametrize(
    ("stage", "kind"),
    [
        ("renewal_open", "renewal_reminder"),
        ("grace", "renewal_due"),
        ("past_due", "past_due"),
        ("suspended", "ending"),
    ],
)
def test_reminder_says_what_is_so_now(root: User, stage: str, kind: str) -> None:
    at = STAGES[stage](root)
    assert act("remind_now", at, root) == kind
    mail = OutgoingMail.objects.filter(kind=kind).latest("pk")
    assert mail.key.endswith(f":{at.now.date()}")
    with time_machine.travel(at.now, tick=False):
        assert letter_for(mail)
    event = PaymentEvent.objects.get(event="remind")
    assert (event.from_state, event.to_state, event.actor) == ("pending", "pending", root)


def test_final_notice_is_repeated_from_its_day_on(root: User) -> None:
    at = lived_until(40)(root)
    assert act("remind_now", at, root) == "final_notice"


def test_reminder_goes_out_once_a_day(root: User) -> None:
    at = STAGES["past_due"](root)
    act("remind_now", at, root)
    with pytest.raises(RemindedToday):
        act("remind_now", at, root)
    act("remind_now", At(at.owner, day(38)), root)
    assert OutgoingMail.objects.filter(kind="past_due").count() == 3


def test_no_reminder_on_the_day_of_one_by_billing(root: User) -> None:
    at = lived_until(39)(root)
    with pytest.raises(RemindedToday):
        act("remind_now", at, root)


def test_reminder_names_the_day_of_the_pause_that_it_delays(root: User) -> None:
    """Sent before the final notice of that day, which then comes a day later."""
    at = At(lived_until(38)(root).owner, day(39, 9))
    act("remind_now", at, root)
    told = OutgoingMail.objects.latest("pk").arguments["facts"]["suspends_on"]
    assert days(39, 45) == {40: ["remind: final notice"], 42: ["suspend"]}
    assert told == day(42).date().isoformat()


def test_reminder_delays_no_pause(root: User) -> None:
    at = STAGES["past_due"](root)
    act("remind_now", at, root)
    assert days(38, 41) == {39: ["remind: final notice"], 41: ["suspend"]}


def test_nobody_is_reminded_of_what_is_held_or_may_be_paid(root: User) -> None:
    with pytest.raises(HeldBack):
        act("remind_now", STAGES["held"](root), root)


def test_nobody_is_reminded_while_a_confirmation_stops_the_clock(root: User) -> None:
    at = lived_until(33)(root)
    payment = confirm(at.owner, at.now)
    with pytest.raises(ClaimStopsTheClock):
        act("remind_now", at, root)
    actor = Actor(user=root)
    reject_payment(payment_id=payment.pk, actor=actor, now=at.now, admin_notes="Not found")
    assert act("remind_now", at, root) == "renewal_due"


# Credits


def test_credits_are_adjusted_with_a_reason(root: User) -> None:
    at = STAGES["active"](root)
    act("adjust_credits", at, root, amount=250)
    act("adjust_credits", at, root, amount=-1250)
    assert account_of(at.owner).credits == 0
    ledger = CreditTransaction.objects.filter(kind="adjustment").order_by("pk")
    assert [(row.amount, row.description) for row in ledger] == [(250, REASON), (-1250, REASON)]
    notes = PaymentEvent.objects.filter(event="adjust_credits").order_by("pk")
    assert [event.note for event in notes] == [
        f"+250 credits: {REASON}",
        f"-1,250 credits: {REASON}",
    ]


def test_no_more_credits_are_taken_than_there_are(root: User) -> None:
    at = STAGES["active"](root)
    with pytest.raises(TooFewCredits) as refused:
        act("adjust_credits", at, root, amount=-1001)
    assert "has 1,000 credits: 1,001 can't be taken" in refused.value.detail
    with pytest.raises(NoCreditsMoved):
        act("adjust_credits", at, root, amount=0)


# Parking


def test_unparked_account_is_billed_again(root: User) -> None:
    at = STAGES["parked"](root)
    assert days(26, 40) == {}
    act("unpark", At(at.owner, day(40, 13)), root)
    account = account_of(at.owner)
    assert (account.parked_at, account.parked_reason) == (None, "")
    event = PaymentEvent.objects.get(event="unpark")
    assert event.note == f"It was parked for KeyError: {REASON}"
    assert run(day(40, 14)) == ["fall due", "remind: final notice"]


# Statements


def statements(name: str, at: At, admin: User) -> int:
    """Count an act's statements, with the savepoint that is its transaction here."""
    words = words_for(name, at)
    with undone(), CaptureQueriesContext(connection) as queries:
        act(name, at, admin, **words)
    return len(queries)


def test_acts_take_few_statements(root: User) -> None:
    at = STAGES["suspended"](root)
    unfit = {"unpark", "keep_plan", "drop_next_plan"}
    found = {name: statements(name, at, root) for name in SERVICES if name not in unfit}
    assert found == {
        "remind_now": 18,
        "extend_due": 13,
        "hold": 11,
        "comp_period": 16,
        "adjust_credits": 11,
        "end_now": 14,
        "cancel_plan": 20,
        "plan_next_period": 27,
        "order_plan": 22,
    }


def test_void_invoices_stay_void(root: User) -> None:
    """What an act voids is owed no more: a later run replaces it by none."""
    at = STAGES["grace"](root)
    act("comp_period", at, root)
    void = Invoice.objects.get(status="void")
    assert void.period_index == 1
    days(34, 60)
    assert Invoice.objects.filter(subscription=at.subscription, period_index=1).count() == 1


def test_two_admins_do_it_once(root: User) -> None:
    at, other = STAGES["past_due"](root), make_billing_admin()
    act("end_now", at, root)
    with pytest.raises(DomainError) as refused:
        act("end_now", at, other)
    assert refused.value.code == "no_live_subscription"
    assert OutgoingMail.objects.filter(kind="subscription_ended").count() == 1
