"""Reversing the payment of a renewal: its period alone is taken back."""

from datetime import UTC, date, datetime

import pytest

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Plan, Subscription, User
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.exceptions import (
    DaysAreCredited,
    InvoiceNotReopenable,
    PaymentAlreadyUnderReview,
)
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.services.confirmation import confirm_payment
from igny8_core.business.billing.services.decisions import approve_payment
from igny8_core.business.integrity.verify import verify_billing
from igny8_core.business.subscriptions.services.customer import choose_next_plan
from tests.database import assert_all_invariants_hold
from tests.factories import account_of, invoice_of, make_claim, make_owner
from tests.life import (
    DUE_AGAIN,
    START,
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

pytestmark = pytest.mark.django_db


def pay_again(invoice: Invoice, owner: User, admin: User, now: datetime) -> Payment:
    """Pay an invoice that isn't the newest one."""
    payment = confirm_payment(
        invoice_id=invoice.pk,
        account=account_of(owner),
        claim=make_claim(amount=invoice.total, reference=f"BT-AGAIN-{now:%d%b}"),
        submitter=owner,
        actor=Actor(user=owner),
        now=now,
    )
    approve_payment(payment_id=payment.pk, actor=Actor(user=admin), now=now)
    return payment


def choose(owner: User, plan: str, now: datetime) -> None:
    """Choose the plan of the next period."""
    choose_next_plan(account=account_of(owner), plan_slug=plan, actor=Actor(user=owner), now=now)


@pytest.fixture
def customer(billing_admin: User) -> User:
    """An owner who paid for a month."""
    return make_customer(billing_admin)


@pytest.fixture
def renewed(customer: User, billing_admin: User) -> Payment:
    """The payment of the second month, which begins on day 31."""
    days(0, 24)
    return pay(customer, billing_admin, day(25))


def test_period_that_has_not_begun_is_due_again(
    customer: User, billing_admin: User, renewed: Payment
) -> None:
    reverse(renewed, billing_admin, day(26), DUE_AGAIN)
    assert state(customer) == ("active", "active", "pending", 1000)
    assert subscription_of(customer).paid_index == 1
    assert [index for index, *_ in periods_of(customer)] == [0]
    assert invoice_of(customer).due_date == date(2027, 2, 1)
    assert_all_invariants_hold()
    assert list(days(26, 50)) == [28, 32, 35, 39, 41]


def test_period_that_runs_is_due_again_and_past_due(
    customer: User, billing_admin: User, renewed: Payment
) -> None:
    days(26, 40)
    assert account_of(customer).credits == 2000
    reverse(renewed, billing_admin, day(40, hour=13), DUE_AGAIN)
    assert state(customer) == ("active", "past_due", "pending", 1000)
    subscription = subscription_of(customer)
    assert (subscription.current_index, subscription.paid_index) == (0, 1)
    assert subscription.current_period_start == START
    assert invoice_of(customer).due_date == date(2027, 2, 13)
    assert_all_invariants_hold()

    pay(customer, billing_admin, day(41))
    assert state(customer) == ("active", "active", "paid", 2000)
    assert periods_of(customer)[1][1] == datetime(2027, 2, 1, 10, tzinfo=UTC)
    assert_all_invariants_hold()


def test_it_is_dunned_from_its_new_due_day(
    customer: User, billing_admin: User, renewed: Payment
) -> None:
    days(26, 40)
    reverse(renewed, billing_admin, day(40, hour=13), DUE_AGAIN)
    assert days(41, 60) == {
        41: ["remind: renewal reminder"],
        44: ["remind: renewal due"],
        47: ["remind: past due"],
        51: ["remind: final notice"],
        53: ["suspend"],
    }


def test_periods_that_were_never_charged_do_not_begin_when_a_later_one_is_taken_back(
    customer: User, billing_admin: User
) -> None:
    days(100, 100)  # nobody billed until then
    payment = pay(customer, billing_admin, day(101))
    assert subscription_of(customer).current_index == 3
    reverse(payment, billing_admin, day(102), DUE_AGAIN)
    subscription = subscription_of(customer)
    assert (subscription.current_index, subscription.paid_index) == (0, 1)
    assert state(customer) == ("active", "past_due", "pending", 1000)
    assert_all_invariants_hold()
    days(102, 103)
    assert account_of(customer).parked_at is None
    pay(customer, billing_admin, day(104))
    assert [index for index, *_ in periods_of(customer)] == [0, 3]
    assert_all_invariants_hold()


def test_void_period_that_runs_ends_the_subscription(
    customer: User, billing_admin: User, renewed: Payment
) -> None:
    days(26, 40)
    reverse(renewed, billing_admin, day(40, hour=13), VOID)
    assert state(customer) == ("pending_payment", "cancelled", "void", 1000)
    assert_all_invariants_hold()
    assert days(41, 80) == {70: ["expire credits"]}


def test_void_period_that_has_not_begun_is_followed_by_none(
    customer: User, billing_admin: User, renewed: Payment
) -> None:
    reverse(renewed, billing_admin, day(26), VOID)
    assert state(customer) == ("active", "active", "void", 1000)
    assert_all_invariants_hold()
    assert days(26, 60) == {31: ["end"]}
    assert state(customer) == ("pending_payment", "cancelled", "void", 1000)
    assert_all_invariants_hold()
    assert days(61, 80) == {61: ["expire credits"]}


@pytest.mark.parametrize("event", [VOID, DUE_AGAIN])
def test_earlier_period_is_not_taken_back_before_a_later_one(
    customer: User, billing_admin: User, renewed: Payment, event: EventName
) -> None:
    first = Payment.objects.exclude(pk=renewed.pk).get()
    with pytest.raises(InvoiceNotReopenable, match="A later period"):
        reverse(first, billing_admin, day(26), event)
    reverse(renewed, billing_admin, day(26), VOID)
    reverse(first, billing_admin, day(26), event)
    assert account_of(customer).status == "pending_payment"
    assert account_of(customer).credits == 0
    assert_all_invariants_hold()


@pytest.mark.parametrize("event", [VOID, DUE_AGAIN])
def test_open_renewal_is_void_when_the_period_before_it_is_taken_back(
    customer: User, billing_admin: User, event: EventName
) -> None:
    days(0, 24)
    first = Payment.objects.get()
    reverse(first, billing_admin, day(25), event)
    renewal = Invoice.objects.get(kind="renewal")
    assert (renewal.status, renewal.void_reason) == ("void", "Recalled")
    assert account_of(customer).status == "pending_payment"
    assert_all_invariants_hold()


def test_paid_again_it_is_renewed_when_its_new_time_comes(
    customer: User, billing_admin: User
) -> None:
    days(0, 24)
    reverse(Payment.objects.get(), billing_admin, day(25), DUE_AGAIN)
    first = Invoice.objects.get(kind="initial")
    payment = confirm_payment(
        invoice_id=first.pk,
        account=account_of(customer),
        claim=make_claim(reference="BT-AGAIN"),
        submitter=customer,
        actor=Actor(user=customer),
        now=day(26),
    )
    approve_payment(payment_id=payment.pk, actor=Actor(user=billing_admin), now=day(27))
    assert state(customer) == ("active", "active", "void", 1000)
    assert days(27, 52) == {51: ["renew period 1, due on 2027-02-28"]}
    assert_all_invariants_hold()


def test_renewal_that_a_reversal_voided_has_a_new_due_day_and_sends_its_mail(
    customer: User, billing_admin: User, renewed: Payment
) -> None:
    """March was due on its first day; February is paid again a week later."""
    days(26, 53)
    march = invoice_of(customer)
    reverse(renewed, billing_admin, day(54), DUE_AGAIN)
    february = renewed.invoice
    days(54, 65)
    pay_again(february, customer, billing_admin, day(66))
    assert state(customer) == ("active", "active", "void", 2000)
    assert days(66, 82) == {
        66: ["renew period 2, due on 2027-03-13"],
        68: ["remind: renewal reminder"],
        72: ["remind: renewal due"],
        75: ["fall due", "remind: past due"],
        79: ["remind: final notice"],
        81: ["suspend"],
    }
    assert (march.due_date, invoice_of(customer).period_index) == (date(2027, 3, 1), 2)
    assert_all_invariants_hold()


def test_renewals_that_were_replaced_before_a_reversal_go_on_no_more_than_the_last(
    customer: User, billing_admin: User, renewed: Payment
) -> None:
    """The customer had chosen another plan; and February's payment is taken back twice."""
    days(26, 52)
    choose(customer, "growth", day(53))
    reverse(renewed, billing_admin, day(54), DUE_AGAIN)
    again = pay_again(renewed.invoice, customer, billing_admin, day(55))
    days(55, 55)
    assert invoice_of(customer).due_date == date(2027, 3, 2)
    reverse(again, billing_admin, day(56), DUE_AGAIN)
    pay_again(renewed.invoice, customer, billing_admin, day(57))
    assert days(57, 57) == {57: ["renew period 2, due on 2027-03-04"]}
    assert_all_invariants_hold()


def test_change_of_plan_after_a_period_was_paid_again_puts_no_due_day_off(
    customer: User, billing_admin: User, renewed: Payment
) -> None:
    reverse(renewed, billing_admin, day(26), DUE_AGAIN)
    pay_again(renewed.invoice, customer, billing_admin, day(27))
    days(27, 58)
    due = invoice_of(customer).due_date
    choose(customer, "growth", day(58, hour=13))
    assert (invoice_of(customer).plan.slug, invoice_of(customer).due_date) == ("growth", due)


def test_open_renewal_under_review_is_decided_first(customer: User, billing_admin: User) -> None:
    days(0, 24)
    first = Payment.objects.get()
    confirm(customer, day(24, hour=13))
    with pytest.raises(PaymentAlreadyUnderReview):
        reverse(first, billing_admin, day(25), DUE_AGAIN)


@pytest.mark.parametrize("event", [VOID, DUE_AGAIN])
def test_first_period_of_a_paused_account_is_taken_back(
    customer: User, billing_admin: User, event: EventName
) -> None:
    days(0, 45)
    first = Payment.objects.get()
    reverse(first, billing_admin, day(46), event)
    account = account_of(customer)
    assert (account.status, account.suspended_at) == ("pending_payment", None)
    assert_all_invariants_hold()


def test_reversed_first_payment_has_the_days_of_an_order(billing_admin: User) -> None:
    owner = make_owner(now=START)
    payment = pay(owner, billing_admin, day(1))
    days(1, 19)
    reverse(payment, billing_admin, day(20), DUE_AGAIN)
    assert days(20, 50) == {35: ["expire sign up"]}
    assert_all_invariants_hold()


def test_plan_that_took_effect_is_the_next_one_again(customer: User, billing_admin: User) -> None:
    growth = Plan.objects.get(slug="growth")
    Subscription.objects.filter(account__users=customer).update(next_plan=growth)
    days(0, 24)
    renewed = pay(customer, billing_admin, day(25))
    days(26, 40)
    reverse(renewed, billing_admin, day(40, hour=13), DUE_AGAIN)
    subscription, account = subscription_of(customer), account_of(customer)
    assert (subscription.plan.slug, subscription.next_plan) == ("starter", growth)
    assert (account.plan.slug, subscription.promised.slug) == ("starter", "starter")
    assert_all_invariants_hold()
    pay(customer, billing_admin, day(41))
    assert (account_of(customer).plan, account_of(customer).credits) == (growth, 3000)
    assert_all_invariants_hold()


def test_void_upgrade_does_not_restore_a_plan_whose_renewal_was_taken_back(
    customer: User, billing_admin: User, renewed: Payment
) -> None:
    days(26, 40)
    order(customer, "growth", day(40, hour=13))
    upgraded = pay(customer, billing_admin, day(40, hour=14))
    with pytest.raises(DaysAreCredited):
        reverse(renewed, billing_admin, day(40, hour=15), VOID)
    root = User.objects.create_superuser("root@desk.example")
    reverse(renewed, root, day(40, hour=15), VOID, is_forced=True)
    reverse(upgraded, billing_admin, day(40, hour=16), VOID)
    assert state(customer) == ("pending_payment", "cancelled", "void", 1000)
    assert [result.sentence for result in verify_billing() if not result.holds] == []


def test_void_upgrade_restores_the_renewed_plan(
    customer: User, billing_admin: User, renewed: Payment
) -> None:
    days(26, 40)
    order(customer, "growth", day(40, hour=13))
    upgraded = pay(customer, billing_admin, day(40, hour=14))
    reverse(upgraded, billing_admin, day(41), VOID)
    assert account_of(customer).status == "active"
    assert account_of(customer).plan.slug == "starter"
    assert_all_invariants_hold()
    assert list(days(42, 55)) == [52]  # its next renewal


def test_credits_that_never_came_need_not_be_left(
    customer: User, billing_admin: User, renewed: Payment
) -> None:
    reverse(renewed, billing_admin, day(26), DUE_AGAIN)
    again = pay(customer, billing_admin, day(27))
    days(28, 31)
    assert account_of(customer).credits == 2000
    with pytest.raises(InvoiceNotReopenable):
        reverse(Payment.objects.earliest("pk"), billing_admin, day(32), DUE_AGAIN)
    reverse(again, billing_admin, day(32), DUE_AGAIN)
    assert account_of(customer).credits == 1000
    assert_all_invariants_hold()


def test_terms_of_a_void_renewal_bind_nobody_once_the_first_payment_is_taken_back(
    customer: User, billing_admin: User
) -> None:
    """The plan had changed since: the renewal promised more than the first month."""
    days(0, 23)
    Plan.objects.filter(slug="starter").update(included_credits=1500)
    days(24, 24)
    renewal = pay(customer, billing_admin, day(25))
    reverse(renewal, billing_admin, day(26), VOID)
    reverse(Payment.objects.earliest("pk"), billing_admin, day(27), DUE_AGAIN)
    assert_all_invariants_hold()
