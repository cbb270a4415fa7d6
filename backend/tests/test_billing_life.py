"""The life of a subscription, day by day, with the run of billing once a day at noon.

Day 0 is the first of January 2027, when the customer paid for a month: at 10:00, UTC.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import LazySettings

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Plan, Subscription, User
from igny8_core.business.billing.exceptions import PaymentAlreadyUnderReview
from igny8_core.business.billing.models import (
    CreditTransaction,
    Invoice,
    Payment,
    PaymentEvent,
    PaymentMethodConfig,
)
from igny8_core.business.billing.services.confirmation import withdraw_payment
from igny8_core.business.billing.services.decisions import approve_payment, reject_payment
from igny8_core.business.data_rights.services.closing import close_account
from igny8_core.business.subscriptions.models import DunningStep
from igny8_core.common.models import OutgoingMail
from tests.database import assert_all_invariants_hold
from tests.factories import account_of, invoice_of, make_owner
from tests.life import (
    START,
    confirm,
    day,
    days,
    forget_deadlines,
    make_customer,
    order,
    pay,
    periods_of,
    run,
    state,
    subscription_of,
)

pytestmark = pytest.mark.django_db

UNPAID = {
    24: ["renew period 1, due on 2027-02-01"],
    28: ["remind: renewal reminder"],
    32: ["remind: renewal due"],
    35: ["fall due", "remind: past due"],
    39: ["remind: final notice"],
    41: ["suspend"],
    64: ["remind: ending"],
    71: ["lapse"],
}


def reject(payment: Payment, admin: User, now: datetime) -> None:
    reject_payment(payment_id=payment.pk, actor=Actor(user=admin), now=now, admin_notes="Not found")


@pytest.fixture
def customer(billing_admin: User) -> User:
    """An owner who paid for a month."""
    return make_customer(billing_admin)


# Unpaid


def test_nothing_is_due_before_the_renewal_is_issued(customer: User) -> None:
    assert days(0, 23) == {}
    assert account_of(customer).next_billing_step_at == day(24, hour=0)


def test_unpaid_renewal_is_reminded_of_then_access_pauses_then_it_ends(customer: User) -> None:
    found = {}
    for number in range(100):
        if steps := run(day(number)):
            found[number] = steps
            assert_all_invariants_hold()
    assert found == UNPAID
    assert state(customer) == ("pending_payment", "cancelled", "void", 1000)
    assert account_of(customer).suspended_at is None
    assert account_of(customer).next_billing_step_at == day(101, hour=0)  # then its credits expire


def test_renewal_says_what_it_is_for_and_keeps_its_deadlines(
    customer: User, settings: LazySettings
) -> None:
    days(0, 24)
    renewal = invoice_of(customer)
    assert (renewal.kind, renewal.period_index, str(renewal.due)) == ("renewal", 1, "89.00 USD")
    assert renewal.due_date == date(2027, 2, 1)
    line = renewal.lines.get()
    assert line.description == "Starter plan, 1 Feb 2027 to 1 Mar 2027, 1,000 credits"
    assert renewal.method is not None
    assert renewal.method.payment_method == "bank_transfer"
    event = PaymentEvent.objects.get(event="renew")
    assert (event.actor, event.ip_address, event.invoice) == (None, None, renewal)

    settings.BILLING_SUSPEND_AFTER_DAYS = 2  # for the invoices to come
    assert days(25, 80) == {number: UNPAID[number] for number in UNPAID if number > 24}


def test_settings_move_the_notices_with_the_deadlines(
    customer: User, settings: LazySettings
) -> None:
    settings.BILLING_END_AFTER_DAYS = 20
    found = {number: steps for number, steps in days(0, 60).items() if number > 40}
    assert found == {41: ["suspend"], 44: ["remind: ending"], 51: ["lapse"]}


def test_reminders_that_were_sent_or_skipped_are_kept(customer: User) -> None:
    days(0, 24)
    assert days(36, 36) == {36: ["fall due", "remind: past due"]}
    reminders = DunningStep.objects.filter(invoice=invoice_of(customer))
    assert list(reminders.values_list("kind", "is_skipped", "created_at")) == [
        ("renewal_reminder", True, day(36)),
        ("renewal_due", True, day(36)),
        ("past_due", False, day(36)),
    ]


def test_every_step_but_falling_due_is_told_once(customer: User) -> None:
    before = OutgoingMail.objects.count()
    days(0, 80)
    assert OutgoingMail.objects.count() - before == len(UNPAID)


def test_system_is_the_actor_of_every_step(customer: User) -> None:
    before = PaymentEvent.objects.latest("pk").pk
    days(0, 80)
    events = PaymentEvent.objects.filter(pk__gt=before)
    assert {event.event for event in events} == {"renew", "fall_due", "suspend", "lapse"}
    assert {event.actor for event in events} == {None}


# Paid


def test_paid_early_begins_at_its_border_with_its_credits(
    customer: User, billing_admin: User
) -> None:
    days(0, 25)
    pay(customer, billing_admin, day(26))
    assert state(customer) == ("active", "active", "paid", 1000)
    assert days(26, 30) == {}
    assert run(day(31, hour=9)) == []
    assert run(day(31, hour=10)) == ["start period 1"]
    assert state(customer) == ("active", "active", "paid", 2000)
    assert periods_of(customer) == [
        (0, START, datetime(2027, 2, 1, 10, tzinfo=UTC)),
        (1, datetime(2027, 2, 1, 10, tzinfo=UTC), datetime(2027, 3, 1, 10, tzinfo=UTC)),
    ]
    assert_all_invariants_hold()


def test_who_pays_each_month_has_three_months_without_a_gap(
    customer: User, billing_admin: User
) -> None:
    found = {}
    for number in range(95):
        found[number] = run(day(number))
        if found[number] and found[number][0].startswith("renew"):
            pay(customer, billing_admin, day(number, hour=13))
    assert {number: steps for number, steps in found.items() if steps} == {
        24: ["renew period 1, due on 2027-02-01"],
        31: ["start period 1"],
        52: ["renew period 2, due on 2027-03-01"],
        59: ["start period 2"],
        83: ["renew period 3, due on 2027-04-01"],
        90: ["start period 3"],
    }
    assert account_of(customer).credits == 4000
    starts = [starts_at for _, starts_at, _ in periods_of(customer)]
    assert [(start.month, start.day) for start in starts] == [(1, 1), (2, 1), (3, 1), (4, 1)]
    assert_all_invariants_hold()


@pytest.mark.parametrize("paid_on", [33, 38])
def test_paid_late_keeps_its_border(customer: User, billing_admin: User, paid_on: int) -> None:
    days(0, paid_on)
    pay(customer, billing_admin, day(paid_on, hour=13))
    assert state(customer) == ("active", "active", "paid", 2000)
    assert periods_of(customer)[1] == (
        1,
        datetime(2027, 2, 1, 10, tzinfo=UTC),
        datetime(2027, 3, 1, 10, tzinfo=UTC),
    )
    assert_all_invariants_hold()
    assert days(paid_on, 52) == {52: ["renew period 2, due on 2027-03-01"]}


def test_paid_after_a_pause_loses_no_day(customer: User, billing_admin: User) -> None:
    days(0, 60)
    assert state(customer) == ("suspended", "past_due", "pending", 1000)
    pay(customer, billing_admin, day(61))
    assert state(customer) == ("active", "active", "paid", 2000)
    assert account_of(customer).suspended_at is None
    used = day(41) - day(31, hour=10)  # from the border to the pause
    (_, starts_at, ends_at) = periods_of(customer)[1]
    assert starts_at == day(61) - used
    assert ends_at - starts_at == timedelta(days=28)
    assert_all_invariants_hold()
    assert list(days(62, 75)) == [72]  # the renewal


# Claims


def test_claim_under_review_stops_the_clock(customer: User, billing_admin: User) -> None:
    days(0, 33)
    claim = confirm(customer, day(33, hour=13))
    assert days(34, 70) == {}
    reject(claim, billing_admin, day(70, hour=13))
    found = days(71, 90)
    assert found == {
        73: ["fall due", "remind: past due"],
        76: ["remind: final notice"],
        78: ["suspend"],
    }


def test_withdrawn_claim_lets_the_clock_go_on(customer: User) -> None:
    days(0, 33)
    claim = confirm(customer, day(33, hour=13))
    assert days(34, 36) == {}
    withdraw_payment(
        payment_id=claim.pk,
        account=account_of(customer),
        actor=Actor(user=customer),
        now=day(36, hour=13),
    )
    assert list(days(37, 50)) == [38, 42, 44]


# Outages


def test_periods_that_passed_while_nobody_billed_are_not_charged(customer: User) -> None:
    assert run(day(100)) == ["renew period 3, due on 2027-04-16"]
    assert PaymentEvent.objects.get(event="renew").note == "Not charged: 1 Feb 2027 to 1 Apr 2027"
    assert_all_invariants_hold()


def test_oldest_period_is_charged_first_if_so_set(customer: User, settings: LazySettings) -> None:
    settings.BILLING_CATCH_UP = "all_oldest_first"
    assert run(day(100)) == ["renew period 1, due on 2027-04-16"]


def test_run_each_hour_does_the_same(customer: User) -> None:
    found: dict[int, list[str]] = {}
    for number in range(80):
        for hour in range(24):
            if steps := run(day(number, hour)):
                found.setdefault(number, []).extend(steps)
    assert found == UNPAID


# Orders


def test_unpaid_sign_up_becomes_a_trial_without_credits(catalog: None) -> None:
    owner = make_owner(now=START)
    assert days(0, 30) == {15: ["expire sign up"]}
    assert state(owner) == ("trial", "cancelled", "void", 0)
    account = account_of(owner)
    assert account.plan.slug == "free"
    assert account.trial_terms is not None
    assert account.trial_terms["slug"] == "free"
    assert invoice_of(owner).void_reason == "It was not paid in time."
    assert_all_invariants_hold()


def test_unpaid_sign_up_waits_for_another_order_if_no_plan_is_free(catalog: None) -> None:
    owner = make_owner(now=START)
    Plan.objects.filter(slug="free").update(is_public=False)
    assert days(0, 30) == {15: ["expire sign up"]}
    assert state(owner) == ("pending_payment", "cancelled", "void", 0)
    order(owner, "starter", day(31))
    assert days(31, 60) == {46: ["expire change"]}
    assert_all_invariants_hold()


def test_orders_keep_the_days_of_their_issue(customer: User, settings: LazySettings) -> None:
    """A sign-up and a change of plan; those from before have none of their own."""
    owners = [make_owner(now=START) for _ in range(2)]
    order(customer, "growth", day(1))
    forget_deadlines(invoice_of(owners[1]))
    settings.BILLING_ORDER_EXPIRES_DAYS = 5
    assert days(1, 20) == {6: ["expire sign up"], 15: ["expire sign up"], 16: ["expire change"]}
    assert [invoice_of(owner).voided_at for owner in owners] == [day(15), day(6)]


def test_order_with_a_claim_waits_for_the_decision(billing_admin: User) -> None:
    owner = make_owner(now=START)
    claim = confirm(owner, day(2))
    assert days(0, 40) == {}
    approve_payment(payment_id=claim.pk, actor=Actor(user=billing_admin), now=day(41))
    assert state(owner) == ("active", "active", "paid", 1000)


def test_unpaid_change_of_plan_expires_and_the_plan_goes_on(customer: User) -> None:
    order(customer, "growth", day(2))
    assert days(2, 23) == {17: ["expire change"]}
    assert state(customer) == ("active", "cancelled", "void", 1000)
    assert days(24, 30) == {number: UNPAID[number] for number in (24, 28)}
    assert_all_invariants_hold()


def test_paid_change_of_plan_voids_the_open_renewal(customer: User, billing_admin: User) -> None:
    days(0, 24)
    renewal = invoice_of(customer)
    order(customer, "growth", day(25))
    pay(customer, billing_admin, day(26))
    renewal.refresh_from_db()
    assert (renewal.status, renewal.voided_at) == ("void", day(26))
    assert state(customer) == ("active", "active", "paid", 3000 - 161)  # of 5 unused days of 31
    assert_all_invariants_hold()
    assert days(26, 50) == {50: ["renew period 1, due on 2027-02-27"]}


def test_who_has_paid_for_a_change_of_plan_is_not_pressed_for_the_old_plan(
    customer: User, billing_admin: User
) -> None:
    """The renewal is issued before the order; the admin takes three weeks."""
    assert days(0, 24) == {24: UNPAID[24]}
    order(customer, "growth", day(26))
    claim = confirm(customer, day(26, hour=13))
    assert days(26, 45) == {}
    assert state(customer) == ("active", "pending_payment", "pending", 1000)
    assert_all_invariants_hold()
    approve_payment(payment_id=claim.pk, actor=Actor(user=billing_admin), now=day(46))
    assert state(customer) == ("active", "active", "paid", 3000 - 129)  # of 4 unused days of 31
    assert_all_invariants_hold()


def test_who_has_not_paid_for_a_change_of_plan_is_pressed_after_three_days(
    customer: User, billing_admin: User
) -> None:
    days(0, 24)
    order(customer, "growth", day(26))
    reject(confirm(customer, day(26, hour=13)), billing_admin, day(45, hour=9))
    assert days(26, 55) == {
        48: ["expire change", "fall due"],
        49: ["remind: final notice"],
        51: ["suspend"],
    }
    assert_all_invariants_hold()


def test_change_of_plan_waits_while_the_renewal_is_under_review(
    customer: User, billing_admin: User
) -> None:
    days(0, 24)
    confirm(customer, day(24, hour=13))
    order(customer, "growth", day(25))
    claim = confirm(customer, day(26))
    with pytest.raises(PaymentAlreadyUnderReview):
        approve_payment(payment_id=claim.pk, actor=Actor(user=billing_admin), now=day(26))
    assert account_of(customer).plan.slug == "starter"
    assert_all_invariants_hold()


# Changes from the next period on


def test_cancelled_subscription_ends_with_its_period(customer: User) -> None:
    live = Subscription.objects.filter(account__users=customer)
    live.update(cancel_at_period_end=True)
    Account.objects.update(next_billing_step_at=day(3))
    assert days(3, 60) == {31: ["end"]}
    assert state(customer) == ("pending_payment", "cancelled", "paid", 1000)
    assert_all_invariants_hold()


def test_next_plan_is_charged_and_takes_effect_with_its_period(
    customer: User, billing_admin: User
) -> None:
    growth = Plan.objects.get(slug="growth")
    Subscription.objects.filter(account__users=customer).update(next_plan=growth)
    days(0, 24)
    assert str(invoice_of(customer).due) == "139.00 USD"
    pay(customer, billing_admin, day(25))
    assert account_of(customer).plan.slug == "starter"
    assert_all_invariants_hold()
    assert days(26, 31) == {31: ["start period 1"]}
    assert (account_of(customer).plan, account_of(customer).credits) == (growth, 3000)
    assert (subscription_of(customer).plan, subscription_of(customer).next_plan) == (growth, None)
    assert_all_invariants_hold()


def test_renewal_has_todays_price_and_a_method_that_is_offered(customer: User) -> None:
    Plan.objects.filter(slug="starter").update(price="79.00")
    PaymentMethodConfig.objects.filter(payment_method="bank_transfer").update(is_enabled=False)
    days(0, 24)
    renewal = invoice_of(customer)
    assert (str(renewal.due), renewal.method) == ("79.00 USD", None)
    assert_all_invariants_hold()


def test_approval_asked_for_just_before_the_pause_loses_no_day(
    customer: User, billing_admin: User
) -> None:
    days(0, 40)
    run(day(41))
    pay(customer, billing_admin, day(41) - timedelta(seconds=1))  # it waited for the run
    assert periods_of(customer)[1][1] == datetime(2027, 2, 1, 10, tzinfo=UTC)
    assert_all_invariants_hold()


def test_closed_account_is_left_alone(customer: User) -> None:
    days(0, 41)
    account = account_of(customer)
    close_account(account_id=account.pk, actor=Actor(user=customer), now=day(42))
    assert days(42, 60) == {}
    account.refresh_from_db()
    assert (account.status, account.next_billing_step_at) == ("cancelled", None)
    assert account.parked_at is None


# What services change


@pytest.mark.parametrize("act", [confirm, lambda owner, now: order(owner, "growth", now)])
def test_every_act_lets_billing_look_again(
    customer: User, act: Callable[[User, datetime], object]
) -> None:
    days(0, 24)
    act(customer, day(25))
    assert account_of(customer).next_billing_step_at == day(25)
    run(day(25))
    assert account_of(customer).next_billing_step_at != day(25)


def test_credits_come_once_for_each_period(customer: User, billing_admin: User) -> None:
    days(0, 24)
    payment = pay(customer, billing_admin, day(25))
    days(26, 40)
    entries = CreditTransaction.objects.filter(payment=payment)
    assert list(entries.values_list("kind", "amount", "created_at")) == [
        ("plan_grant", 1000, day(31))
    ]
    assert Invoice.objects.filter(account__users=customer, status="pending").count() == 0
