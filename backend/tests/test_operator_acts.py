"""What an operator does for one customer: in every stage, with a reason, once, and told truly."""

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.models import User
from igny8_core.business.billing.exceptions import OwnAccountPayment
from igny8_core.business.billing.models import (
    CreditTransaction,
    Invoice,
    PaymentEvent,
)
from igny8_core.business.subscriptions import overrides
from igny8_core.business.subscriptions.exceptions import (
    BeyondUnpaidPeriod,
    CompNotAllowed,
    MayNotAdjustCredits,
    MayNotAgreePrice,
    MayNotOverride,
    NoCreditsMoved,
    NoLiveSubscription,
    OverrideReasonRequired,
    TooFewCredits,
    TooManyCredits,
)
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.forecast import what_happens_when
from igny8_core.business.subscriptions.next_step import next_look
from igny8_core.business.subscriptions.services.operator import MANY_CREDITS
from igny8_core.business.subscriptions.steps import EXPIRE_CREDITS
from igny8_core.common.exceptions import DomainError
from igny8_core.common.models import OutgoingMail
from tests.database import assert_all_invariants_hold
from tests.factories import PASSWORD, account_of, invoice_of, make_billing_admin
from tests.life import day, days, order, pay, run, state
from tests.operators import (
    REASON,
    SERVICES,
    STAGES,
    At,
    act,
    facts_at,
    stage_for,
    words_for,
)
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
              cancel_plan  keep_plan  plan_next_period  drop_next_plan  order_plan  agree_price
trial         no_plan      no_plan    no_plan           no_plan         done   no_plan
order         no_plan      no_plan    no_plan           no_plan         done   no_plan
active        done         goes_on    done              none_chosen     done   done
renewal_open  done         goes_on    done              none_chosen     done   done
grace         done         goes_on    done              none_chosen     done   done
under_review  claim        goes_on    claim             claim           done   claim
past_due      done         goes_on    done              none_chosen     done   done
suspended     done         goes_on    done              none_chosen     done   done
ends_soon     done         goes_on    done              none_chosen     done   done
cancelled     ends         done       ends              ends            done   ends
about_to_end  ends         done       ends              ends            done   ends
planned       done         goes_on    done              done            done   other_plan
held          done         goes_on    done              none_chosen     done   done
parked        done         goes_on    done              none_chosen     done   done
ended         no_plan      no_plan    no_plan           no_plan         done   no_plan
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
    "other_plan": "another_plan_follows",
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
    "agree_price": lambda facts, at: overrides.after_plan_choice(facts, at.now),
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
    lacks = {
        "comp_period": CompNotAllowed,
        "agree_price": MayNotAgreePrice,
        "adjust_credits": MayNotAdjustCredits,
    }
    if role == "admin" and name not in {"comp_period", "agree_price"}:
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
        "agree_price": 26,
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
