"""Nobody loses paid time by a change of plan or a reversal, and nobody gets it twice.

Day 0 is the first of January 2027, when the customer paid for a month: at 10:00, UTC.
"""

from datetime import datetime, timedelta
from itertools import permutations

import pytest
from django.conf import LazySettings

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Plan, Subscription, User
from igny8_core.business.billing.enums import CreditKind, EventName
from igny8_core.business.billing.exceptions import (
    DaysAreCredited,
    LaterPeriodIsPaid,
    NothingPaidBefore,
    RivalUnderReview,
)
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.services.changes import written_together
from igny8_core.business.billing.services.decisions import (
    approve_payment,
    approve_payments,
    reject_payment,
)
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.business.integrity.verify import verify_billing
from igny8_core.business.subscriptions.services.customer import choose_next_plan, renew_early
from igny8_core.business.subscriptions.services.operator import comp_period
from tests.database import assert_all_invariants_hold
from tests.factories import PASSWORD, account_of, invoice_of, record_credits
from tests.life import (
    DUE_AGAIN,
    VOID,
    confirm,
    day,
    days,
    make_customer,
    order,
    pay,
    periods_of,
    reverse,
    state,
    subscription_of,
)
from tests.pockets import forget_pockets

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(billing_admin: User) -> User:
    """An owner who paid for a month."""
    return make_customer(billing_admin)


@pytest.fixture
def root(catalog: None) -> User:
    """Somebody who may do everything."""
    return User.objects.create_superuser("root@desk.example", PASSWORD)


def first_payment() -> Payment:
    return Payment.objects.earliest("pk")


def approve(payment: Payment, admin: User, now: datetime) -> None:
    approve_payment(payment_id=payment.pk, actor=Actor(user=admin), now=now)


def give(owner: User, root: User, now: datetime) -> None:
    comp_period(account_id=account_of(owner).pk, actor=Actor(user=root), now=now, reason="Sorry")


def spend(owner: User, amount: int, now: datetime) -> None:
    record_credits(
        account=account_of(owner),
        amount=-amount,
        kind=CreditKind.ADJUSTMENT,
        description="Used",
        now=now,
    )


def claim_renewal_and_order(owner: User) -> tuple[Payment, Invoice]:
    """Confirm the renewal, and order another plan that takes what is left off; return both."""
    days(24, 25)
    claimed = confirm(owner, day(25))
    order(owner, "growth", day(26))
    return claimed, invoice_of(owner)


# An order beside a renewal


def test_order_is_void_once_the_renewal_is_paid(customer: User, billing_admin: User) -> None:
    claimed, ordered = claim_renewal_and_order(customer)
    approve(claimed, billing_admin, day(27))
    ordered.refresh_from_db()
    assert ordered.status == "void"
    assert ordered.void_reason == f"Invoice {claimed.invoice} was paid: the present plan goes on."
    assert ordered.subscription.status == "cancelled"
    assert account_of(customer).status == "active"
    order(customer, "growth", day(27, hour=13))
    assert str(invoice_of(customer).due) == "41.39 USD"  # 3 of 31 days, and the next period
    assert_all_invariants_hold()


@pytest.fixture
def both(customer: User) -> dict[str, Payment]:
    """A renewal and an order that may both have been paid."""
    of_renewal, _ordered = claim_renewal_and_order(customer)
    return {"renewal": of_renewal, "change": confirm(customer, day(26, hour=14))}


@pytest.mark.parametrize(("approved", "other"), [("renewal", "change"), ("change", "renewal")])
def test_either_of_two_that_may_be_paid_is_approved_once_the_other_is_rejected(
    customer: User,
    billing_admin: User,
    both: dict[str, Payment],
    approved: str,
    other: str,
) -> None:
    for payment, rival in permutations(both.values()):
        with pytest.raises(RivalUnderReview) as refused:
            approve(payment, billing_admin, day(27))
        assert str(rival.invoice.number) in str(refused.value)
        assert "reject the other confirmation first, or this one" in str(refused.value)
    assert set(Payment.objects.values_list("status", flat=True)) == {
        "succeeded",
        "pending_approval",
    }
    reject_payment(
        payment_id=both[other].pk,
        actor=Actor(user=billing_admin),
        now=day(27),
        admin_notes="The other one counts",
    )
    approve(both[approved], billing_admin, day(27, hour=13))
    statuses = dict(Invoice.objects.exclude(kind="initial").values_list("kind", "status"))
    assert statuses == {approved: "paid", other: "void"}
    assert state(customer)[0] == "active"
    assert_all_invariants_hold()


def test_set_of_two_that_may_both_be_paid_approves_none(
    billing_admin: User, both: dict[str, Payment]
) -> None:
    ids = [payment.pk for payment in both.values()]
    outcomes = approve_payments(payment_ids=ids, actor=Actor(user=billing_admin), now=day(27))
    assert [type(outcome.refusal) for outcome in outcomes] == [RivalUnderReview] * 2
    assert Invoice.objects.filter(status="pending").count() == 2


# Days that were credited


def test_payment_whose_days_were_credited_is_not_taken_back_before_the_credit(
    customer: User, billing_admin: User, root: User
) -> None:
    order(customer, "growth", day(5))
    upgrade = pay(customer, billing_admin, day(6))
    with pytest.raises(DaysAreCredited) as refused:
        reverse(first_payment(), billing_admin, day(7))
    assert str(upgrade.invoice.number) in str(refused.value)
    reverse(upgrade, billing_admin, day(7))
    reverse(first_payment(), billing_admin, day(7))
    assert account_of(customer).status == "pending_payment"
    assert_all_invariants_hold()


def test_order_that_waited_for_a_payment_credits_it(customer: User, billing_admin: User) -> None:
    """It was asked for a second before the payment was approved, and had to wait for that."""
    order(customer, "growth", day(5))
    growth = confirm(customer, day(5, hour=13))
    approve(growth, billing_admin, day(6))
    order(customer, "scale", day(6) - timedelta(seconds=1))
    assert_all_invariants_hold()
    pay(customer, billing_admin, day(7))
    with pytest.raises(DaysAreCredited):
        reverse(growth, billing_admin, day(8))
    assert_all_invariants_hold()


def test_order_for_which_a_reversal_waited_credits_no_more_than_was_paid(
    customer: User, billing_admin: User
) -> None:
    """The reversal was asked for a second before the order, which it makes void."""
    order(customer, "growth", day(5))
    reverse(first_payment(), billing_admin, day(5) - timedelta(seconds=1))
    assert invoice_of(customer).status == "void"
    assert_all_invariants_hold()


def test_superuser_takes_it_back_all_the_same(
    customer: User, billing_admin: User, root: User
) -> None:
    order(customer, "growth", day(5))
    pay(customer, billing_admin, day(6))
    reverse(first_payment(), root, day(7), is_forced=True)
    assert account_of(customer).plan.slug == "growth"
    assert_all_invariants_hold()


def test_period_that_was_over_when_the_plan_changed_was_not_credited(
    customer: User, billing_admin: User
) -> None:
    days(24, 24)
    pay(customer, billing_admin, day(25))
    days(26, 40)
    order(customer, "growth", day(40, hour=13))
    pay(customer, billing_admin, day(40, hour=14))
    reverse(first_payment(), billing_admin, day(41))
    assert account_of(customer).plan.slug == "growth"
    assert_all_invariants_hold()


def test_payment_between_others_is_taken_back_once_the_plan_is_replaced(
    customer: User, billing_admin: User
) -> None:
    days(24, 24)
    middle = pay(customer, billing_admin, day(25))
    days(26, 52)
    pay(customer, billing_admin, day(53))
    days(54, 60)
    order(customer, "growth", day(60, hour=13))
    pay(customer, billing_admin, day(60, hour=14))
    reverse(middle, billing_admin, day(61))
    assert account_of(customer).plan.slug == "growth"
    assert_all_invariants_hold()


def test_payment_that_was_reversed_before_is_no_reason_for_a_credit(
    customer: User, billing_admin: User
) -> None:
    reverse(first_payment(), billing_admin, day(2))
    order(customer, "growth", day(3))
    invoice_of(customer).lines.create(description="Starter plan", unit_price=-10, amount=-10)
    broken = [result.sentence for result in verify_billing() if not result.holds]
    assert "7f. no change of plan credits more than was paid" in broken


def test_year_that_is_used_up_is_not_credited_in_the_month_after_it(
    customer: User, billing_admin: User
) -> None:
    Plan.objects.filter(slug="growth").update(interval="year", price=1390)
    order(customer, "growth", day(3))
    pay(customer, billing_admin, day(3))
    choose_next_plan(
        account=account_of(customer),
        plan_slug="starter",
        actor=Actor(user=customer),
        now=day(10),
    )
    days(345, 345)
    pay(customer, billing_admin, day(355))
    days(369, 370)
    order(customer, "scale", day(370))
    (line,) = invoice_of(customer).lines.filter(amount__lt=0)
    assert line.description == "Starter plan, 29 of 31 days not used, to 4 Feb 2028"
    assert_all_invariants_hold()


# Plans that come back


def test_void_renewal_restores_no_plan_whose_days_were_credited(
    customer: User, billing_admin: User
) -> None:
    renew_early(account=account_of(customer), actor=Actor(user=customer), now=day(5))
    pay(customer, billing_admin, day(5))
    order(customer, "scale", day(6))
    pay(customer, billing_admin, day(6))
    days(29, 30)
    renewed = pay(customer, billing_admin, day(31))
    days(32, 40)
    assert subscription_of(customer).current_index == 1
    reverse(renewed, billing_admin, day(41))
    assert account_of(customer).status == "pending_payment"
    assert not Subscription.objects.filter(status="active").exists()
    assert_all_invariants_hold()


def test_plan_that_is_paid_ahead_comes_back(customer: User, billing_admin: User) -> None:
    days(24, 24)
    pay(customer, billing_admin, day(25))
    order(customer, "growth", day(26))
    upgrade = pay(customer, billing_admin, day(27))
    reverse(upgrade, billing_admin, day(35))
    assert state(customer)[0] == "active"
    assert account_of(customer).plan.slug == "starter"
    days(35, 36)
    assert subscription_of_plan(customer, "starter").current_index == 1
    assert_all_invariants_hold()


def test_plan_that_was_given_comes_back(customer: User, billing_admin: User, root: User) -> None:
    days(24, 24)
    give(customer, root, day(25))
    days(26, 33)
    order(customer, "growth", day(34))
    upgrade = pay(customer, billing_admin, day(35))
    reverse(upgrade, billing_admin, day(36))
    assert account_of(customer).status == "active"
    assert account_of(customer).plan.slug == "starter"
    assert_all_invariants_hold()


def subscription_of_plan(owner: User, slug: str) -> Subscription:
    return Subscription.objects.get(account__users=owner, plan__slug=slug)


def test_plan_that_is_paid_ahead_and_ended_breaks_an_invariant(
    customer: User, billing_admin: User
) -> None:
    days(24, 24)
    pay(customer, billing_admin, day(25))
    order(customer, "growth", day(26))
    upgrade = pay(customer, billing_admin, day(27))
    reverse(upgrade, billing_admin, day(35))
    ended = subscription_of_plan(customer, "starter")
    with written_together() as changes:
        ended.cancelled_at = day(36)
        recorder = TransitionRecorder(
            changes=changes, event=EventName.END, actor=Actor(), now=day(36)
        )
        recorder.move(ended, also_save=("cancelled_at",))
        recorder.move(account_of(customer))
    broken = [result.sentence for result in verify_billing() if not result.holds]
    assert "every plan that is paid for and lasts runs, or a newer one does" in broken


def test_plan_whose_next_period_was_taken_back_does_not_come_back(
    customer: User, billing_admin: User, root: User
) -> None:
    days(24, 24)
    renewed = pay(customer, billing_admin, day(25))
    order(customer, "growth", day(26))
    upgrade = pay(customer, billing_admin, day(27))
    reverse(renewed, root, day(28), is_forced=True)
    reverse(upgrade, billing_admin, day(35))
    assert account_of(customer).status == "pending_payment"
    assert_all_invariants_hold()


# Gifts


@pytest.mark.parametrize("event", [VOID, DUE_AGAIN])
def test_gift_that_has_not_begun_goes_with_what_was_paid_before_it(
    customer: User, billing_admin: User, root: User, event: EventName
) -> None:
    days(24, 24)
    renewed = pay(customer, billing_admin, day(25))
    give(customer, root, day(26))
    assert subscription_of(customer).paid_index == 3
    with pytest.raises(LaterPeriodIsPaid):
        reverse(first_payment(), billing_admin, day(27), event)
    reverse(renewed, billing_admin, day(27), event)
    assert subscription_of(customer).paid_index == 1
    assert_all_invariants_hold()
    if event == DUE_AGAIN:
        pay(customer, billing_admin, day(28))
        assert subscription_of(customer).paid_index == 2
        days(28, 62)
        assert [index for index, *_ in periods_of(customer)] == [0, 1]
        assert account_of(customer).parked_at is None
        assert_all_invariants_hold()


def test_first_payment_before_a_gift_is_taken_back(
    customer: User, billing_admin: User, root: User
) -> None:
    days(24, 24)
    give(customer, root, day(25))
    reverse(first_payment(), billing_admin, day(26))
    assert account_of(customer).status == "pending_payment"
    assert_all_invariants_hold()


def test_payment_before_a_gift_that_runs_is_taken_back(
    customer: User, billing_admin: User, root: User
) -> None:
    days(24, 24)
    renewed = pay(customer, billing_admin, day(25))
    give(customer, root, day(26))
    days(27, 60)
    assert subscription_of(customer).current_index == 2
    reverse(renewed, billing_admin, day(61), DUE_AGAIN)
    subscription = subscription_of(customer)
    assert (subscription.current_index, subscription.paid_index) == (0, 1)
    assert subscription.status == "past_due"
    assert_all_invariants_hold()


def test_terms_before_a_gift_hold_again(customer: User, billing_admin: User, root: User) -> None:
    days(24, 24)
    give(customer, root, day(25))
    days(26, 35)
    subscription = subscription_of(customer)
    subscription.next_plan = Plan.objects.get(slug="growth")
    subscription.save(update_fields=["next_plan"])
    days(36, 55)
    renewed = pay(customer, billing_admin, day(56))
    days(57, 63)
    assert account_of(customer).plan.slug == "growth"
    reverse(renewed, billing_admin, day(64), DUE_AGAIN)
    subscription = subscription_of(customer)
    assert (subscription.plan.slug, subscription.promised.slug) == ("starter", "starter")
    assert (subscription.current_index, account_of(customer).plan.slug) == (1, "starter")
    assert_all_invariants_hold()


# Days that weren't paid


def test_new_plan_counts_the_days_that_were_used_unpaid(
    customer: User, billing_admin: User
) -> None:
    days(24, 38)
    order(customer, "growth", day(38, hour=13))
    pay(customer, billing_admin, day(39))
    (_, start, end) = periods_of(customer)[-1]
    assert (start, end) == (day(31, hour=10), day(59, hour=10))
    assert_all_invariants_hold()


def test_days_that_were_used_unpaid_stay_counted_when_the_old_plan_is_taken_back(
    customer: User, billing_admin: User
) -> None:
    days(24, 38)
    order(customer, "growth", day(38, hour=13))
    pay(customer, billing_admin, day(39))
    reverse(first_payment(), billing_admin, day(40))
    assert periods_of(customer) == [(0, day(31, hour=10), day(59, hour=10))]
    assert_all_invariants_hold()


def test_payment_from_before_the_days_that_were_used_unpaid_is_taken_back(
    customer: User, billing_admin: User
) -> None:
    days(1, 36)
    order(customer, "growth", day(37))
    pay(customer, billing_admin, day(37, hour=13))
    reverse(first_payment(), billing_admin, day(38))
    assert periods_of(customer)[-1][1] == day(31, hour=10)
    assert_all_invariants_hold()


def test_new_plan_after_a_pause_counts_the_days_before_it_alone(
    customer: User, billing_admin: User
) -> None:
    days(24, 50)
    paused_at = account_of(customer).suspended_at
    assert paused_at is not None
    order(customer, "growth", day(50, hour=13))
    pay(customer, billing_admin, day(51))
    (_, start, _) = periods_of(customer)[-1]
    assert day(51) - start == paused_at - day(31, hour=10)
    assert_all_invariants_hold()


def test_new_plan_after_time_that_nobody_billed_counts_the_present_period_alone(
    customer: User, billing_admin: User
) -> None:
    order(customer, "growth", day(100))
    pay(customer, billing_admin, day(101))
    assert periods_of(customer)[-1][1:] == (day(90, hour=10), day(120, hour=10))
    assert days(101, 110) == {}
    assert_all_invariants_hold()


def test_all_periods_are_owed_if_the_oldest_is_billed_first(
    customer: User, billing_admin: User, settings: LazySettings
) -> None:
    settings.BILLING_CATCH_UP = "all_oldest_first"
    order(customer, "growth", day(100))
    pay(customer, billing_admin, day(101))
    assert periods_of(customer)[-1][1:] == (day(31, hour=10), day(59, hour=10))
    assert_all_invariants_hold()


def test_new_plan_after_a_pause_that_followed_an_outage_counts_what_was_billed(
    customer: User, billing_admin: User
) -> None:
    days(100, 140)
    paused_at = account_of(customer).suspended_at
    assert paused_at is not None
    order(customer, "growth", day(141))
    pay(customer, billing_admin, day(141, hour=14))
    assert day(141, hour=14) - periods_of(customer)[-1][1] == paused_at - day(90, hour=10)
    assert_all_invariants_hold()


def test_new_plan_in_paid_time_begins_when_it_is_paid(customer: User, billing_admin: User) -> None:
    order(customer, "growth", day(5))
    pay(customer, billing_admin, day(6))
    assert periods_of(customer)[-1][1] == day(6)


# Credits that are spent


def test_spent_credits_are_not_given_back_as_money(customer: User) -> None:
    spend(customer, 900, day(0, hour=11))
    order(customer, "growth", day(0, hour=12))
    assert str(invoice_of(customer).due) == "130.10 USD"  # 100 of 1,000 credits: 8.90 of 89.00
    line = invoice_of(customer).lines.get(amount__lt=0)
    assert line.description == "Starter plan, 100 of 1,000 credits not used, to 1 Feb 2027"
    assert_all_invariants_hold()


def test_fewer_unused_days_than_credits_count(customer: User) -> None:
    spend(customer, 100, day(5))
    order(customer, "growth", day(20))
    assert str(invoice_of(customer).due) == "110.29 USD"  # 10 of 31 days


def test_plan_that_came_back_after_its_first_payment_was_taken_back_ends_with_its_last(
    customer: User, billing_admin: User
) -> None:
    spend(customer, -5000, day(2))
    days(24, 24)
    renewed = pay(customer, billing_admin, day(25))
    days(31, 32)
    spend(customer, account_of(customer).plan_credits, day(33))
    order(customer, "growth", day(33))
    upgrade = pay(customer, billing_admin, day(34))
    reverse(first_payment(), billing_admin, day(35))
    reverse(upgrade, billing_admin, day(36))
    assert account_of(customer).plan.slug == "starter"
    assert_all_invariants_hold()
    with pytest.raises(NothingPaidBefore):
        reverse(renewed, billing_admin, day(37), DUE_AGAIN)
    reverse(renewed, billing_admin, day(37))
    assert state(customer)[0] == "pending_payment"
    assert_all_invariants_hold()


def test_credits_of_credited_days_go_when_the_order_is_paid(
    customer: User, billing_admin: User
) -> None:
    order(customer, "growth", day(0))
    pay(customer, billing_admin, day(0, hour=13))
    assert account_of(customer).credits == 1000 - 967 + 2000  # 30 of 31 days were taken off
    entry = account_of(customer).credit_transactions.get(kind="adjustment")
    invoice = invoice_of(customer)
    assert entry.description == f"Of the unused days that were taken off invoice {invoice}"
    assert_all_invariants_hold()


def test_credits_that_are_spent_after_the_order_are_taken_from_the_new_ones(
    customer: User, billing_admin: User, root: User
) -> None:
    order(customer, "growth", day(0))
    spend(customer, 1000, day(0, hour=13))
    upgrade = pay(customer, billing_admin, day(0, hour=14))
    assert account_of(customer).credits == 2000 - 967
    assert_all_invariants_hold()
    reverse(upgrade, billing_admin, day(1))
    assert account_of(customer).credits == 0
    assert_all_invariants_hold()


def test_credits_of_a_credited_period_go_once_they_have_come(
    customer: User, billing_admin: User
) -> None:
    renew_early(account=account_of(customer), actor=Actor(user=customer), now=day(28))
    pay(customer, billing_admin, day(28))
    order(customer, "growth", day(30))
    assert days(31, 31) == {31: ["start period 1"]}
    spend(customer, 2000, day(32))
    pay(customer, billing_admin, day(43))
    assert account_of(customer).credits == 2000 - 1000
    assert_all_invariants_hold()


def test_credits_of_a_period_that_has_not_begun_do_not_go(
    customer: User, billing_admin: User
) -> None:
    renew_early(account=account_of(customer), actor=Actor(user=customer), now=day(28))
    pay(customer, billing_admin, day(28))
    order(customer, "growth", day(30))
    pay(customer, billing_admin, day(30, hour=13))
    assert account_of(customer).credits == 1000 + 2000
    assert_all_invariants_hold()


def test_no_more_credits_go_than_the_new_plan_brings(customer: User, billing_admin: User) -> None:
    Plan.objects.filter(slug="growth").update(included_credits=500)
    order(customer, "growth", day(0))
    spend(customer, 1000, day(0, hour=13))
    pay(customer, billing_admin, day(0, hour=14))
    assert account_of(customer).credits == 0
    assert_all_invariants_hold()


def test_credits_from_before_pockets_count_as_left(customer: User, billing_admin: User) -> None:
    forget_pockets()
    order(customer, "growth", day(5))
    assert str(invoice_of(customer).due) == "67.23 USD"  # 25 of 31 days
    pay(customer, billing_admin, day(5, hour=13))
    account = account_of(customer)
    assert (account.plan_credits, account.credits) == (2000 - 806, 3000 - 806)
    assert_all_invariants_hold()
