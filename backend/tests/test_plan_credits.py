"""Credits that a plan brings are used first, and expire as the plan says; others never expire.

Day 0 is the first of January 2027, when the customer paid for a month: at 10:00, UTC.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Subscription, User
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.exceptions import CreditsAlreadySpent
from igny8_core.business.billing.models import CreditTransaction, Invoice, Payment
from igny8_core.business.billing.services.decisions import approve_payment
from igny8_core.business.data_rights.services.closing import close_account
from igny8_core.business.subscriptions.services.dry_run import forecast_billing
from tests.database import assert_all_invariants_hold
from tests.factories import account_of, invoice_of, make_owner
from tests.life import (
    DUE_AGAIN,
    VOID,
    confirm,
    day,
    days,
    make_customer,
    order,
    pay,
    reverse,
    run,
    state,
    subscription_of,
)
from tests.pockets import forget_pockets, give, ledger_of, pockets_of, set_rule

pytestmark = pytest.mark.django_db
Act = Callable[[User, User], object]

RULES = [
    ("add", None, 700),
    ("reset", None, 0),
    ("keep_up_to", 300, 300),
    ("keep_up_to", 5000, 700),
]


@pytest.fixture
def customer(billing_admin: User) -> User:
    """An owner who paid for a month and has used 300 of its credits; 50 were given later."""
    owner = make_customer(billing_admin)
    give(owner, -300, day(1))
    give(owner, 50, day(2))
    assert pockets_of(owner) == (700, 50)
    return owner


# When a period begins


def paid_early(owner: User, admin: User) -> int:
    days(3, 24)
    pay(owner, admin, day(25))
    assert pockets_of(owner) == (700, 50)  # until the border
    days(26, 31)
    return 1000


def paid_late(owner: User, admin: User) -> int:
    days(3, 36)
    pay(owner, admin, day(37))
    return 1000


def paid_after_a_pause(owner: User, admin: User) -> int:
    days(3, 60)
    assert pockets_of(owner) == (700, 50)  # a pause lets nothing expire
    pay(owner, admin, day(61))
    return 1000


def upgraded(owner: User, admin: User) -> int:
    order(owner, "growth", day(3))
    assert pockets_of(owner) == (700, 50)
    pay(owner, admin, day(4))
    return 2000


def ended_and_bought_anew(owner: User, admin: User) -> int:
    days(3, 75)
    assert state(owner)[:2] == ("pending_payment", "cancelled")
    order(owner, "growth", day(76))
    pay(owner, admin, day(77))
    return 2000


@pytest.mark.parametrize(
    "begin", [paid_early, paid_late, paid_after_a_pause, upgraded, ended_and_bought_anew]
)
@pytest.mark.parametrize(("rule", "number", "kept"), RULES)
def test_plan_says_what_is_kept_when_its_period_begins(
    customer: User,
    billing_admin: User,
    begin: Callable[[User, User], int],
    rule: str,
    number: int | None,
    kept: int,
) -> None:
    for slug in ("starter", "growth"):
        set_rule(slug, rule, number)
    brought = begin(customer, billing_admin)
    taken = kept if begin is upgraded else 0  # their days were taken off
    assert pockets_of(customer) == (kept - taken + brought, 50)
    expired = [("expiry", kept - 700, kept - 700)] if kept < 700 else []
    gone = [("adjustment", -taken, -taken)] if taken else []
    assert ledger_of(customer)[3:] == [*expired, ("plan_grant", brought, brought), *gone]
    assert_all_invariants_hold()


def test_expiry_and_grant_are_of_the_same_payment(customer: User, billing_admin: User) -> None:
    set_rule("starter", "reset")
    days(3, 24)
    payment = pay(customer, billing_admin, day(25))
    days(26, 31)
    entries = CreditTransaction.objects.filter(payment=payment).order_by("pk")
    assert list(entries.values_list("kind", "amount", "balance_after", "created_at")) == [
        ("expiry", -700, 50, day(31)),
        ("plan_grant", 1000, 1050, day(31)),
    ]
    assert entries[0].description == f"Unused before the period of invoice {invoice_of(customer)}"


def test_invoice_keeps_the_rule_that_it_promised(customer: User, billing_admin: User) -> None:
    days(3, 24)
    set_rule("starter", "reset")
    pay(customer, billing_admin, day(25))
    days(26, 52)
    assert pockets_of(customer) == (1700, 50)
    set_rule("starter", "add")
    pay(customer, billing_admin, day(53))
    days(54, 59)
    assert pockets_of(customer) == (1000, 50)
    assert_all_invariants_hold()


def test_trial_credits_never_expire(billing_admin: User) -> None:
    owner = make_owner(plan_slug="free", now=day(0))
    assert pockets_of(owner) == (0, 1000)
    set_rule("growth", "reset")
    order(owner, "growth", day(1))
    pay(owner, billing_admin, day(2))
    assert pockets_of(owner) == (2000, 1000)
    assert days(3, 40)
    pay(owner, billing_admin, day(40))
    assert pockets_of(owner) == (2000, 1000)
    assert_all_invariants_hold()


@pytest.fixture
def old_customer(customer: User) -> User:
    """A customer from before there were pockets."""
    forget_pockets()
    assert_all_invariants_hold()
    return customer


def test_balance_of_before_there_were_pockets_never_expires(
    old_customer: User, billing_admin: User
) -> None:
    set_rule("starter", "reset")
    days(3, 36)
    renewal = pay(old_customer, billing_admin, day(37))
    assert pockets_of(old_customer) == (1000, 750)
    reverse(renewal, billing_admin, day(38, hour=14))
    assert pockets_of(old_customer) == (0, 750)
    assert_all_invariants_hold()
    assert days(39, 100) == {}


def test_payment_of_before_there_were_pockets_is_reversed(
    old_customer: User, billing_admin: User
) -> None:
    give(old_customer, 300, day(3))
    reverse(Payment.objects.get(), billing_admin, day(4, hour=14))
    assert pockets_of(old_customer) == (0, 50)
    assert_all_invariants_hold()


# Using


def test_plan_credits_are_used_first(customer: User) -> None:
    give(customer, -600, day(3))
    assert pockets_of(customer) == (100, 50)
    give(customer, -120, day(4))
    assert pockets_of(customer) == (0, 30)
    assert ledger_of(customer)[-1] == ("adjustment", -120, -100)
    assert_all_invariants_hold()


# After the end


def test_plan_credits_expire_so_long_after_the_end(customer: User, settings: LazySettings) -> None:
    settings.BILLING_CREDITS_AFTER_END_DAYS = 20
    days(3, 71)
    assert account_of(customer).next_billing_step_at == day(91, hour=0)
    assert days(72, 120) == {91: ["expire credits"]}
    assert pockets_of(customer) == (0, 50)
    assert ledger_of(customer)[-1] == ("expiry", -700, -700)
    assert CreditTransaction.objects.get(kind="expiry").payment is None
    assert account_of(customer).next_billing_step_at is None
    assert_all_invariants_hold()


def test_plan_credits_expire_after_a_cancelled_plan_has_ended(customer: User) -> None:
    Subscription.objects.update(cancel_at_period_end=True)
    Account.objects.update(next_billing_step_at=day(3))
    assert days(3, 80) == {31: ["end"], 61: ["expire credits"]}
    assert pockets_of(customer) == (0, 50)
    assert_all_invariants_hold()


def test_nothing_expires_while_another_plan_is_ordered(customer: User, billing_admin: User) -> None:
    days(3, 95)
    order(customer, "growth", day(96))
    claim = confirm(customer, day(97))
    assert days(98, 140) == {}
    approve_payment(payment_id=claim.pk, actor=Actor(user=billing_admin), now=day(141))
    assert pockets_of(customer) == (2700, 50)
    assert_all_invariants_hold()


def test_days_count_from_the_end_of_an_unpaid_order(customer: User) -> None:
    days(3, 95)
    order(customer, "growth", day(96))
    assert days(97, 160) == {111: ["expire change"], 141: ["expire credits"]}
    assert_all_invariants_hold()


def test_expiry_is_foreseen(customer: User) -> None:
    days(3, 24)

    def foreseen() -> list[tuple[datetime, str]]:
        coming = forecast_billing(now=day(24), as_of=day(200))
        return [(at, str(step)) for _, at, step in coming[-2:]]

    assert foreseen() == [(day(71, hour=0), "lapse"), (day(101, hour=0), "expire credits")]
    give(customer, -700, day(25))
    assert foreseen()[-1] == (day(71, hour=0), "lapse")


def test_no_step_is_due_if_no_plan_credits_are_left(customer: User) -> None:
    give(customer, -700, day(3))
    days(3, 71)
    assert account_of(customer).next_billing_step_at is None
    assert days(72, 120) == {}
    assert pockets_of(customer) == (0, 50)


def test_credits_of_a_closed_account_stay_in_its_ledger(customer: User) -> None:
    days(3, 71)
    account = account_of(customer)
    close_account(account_id=account.pk, actor=Actor(user=customer), now=day(72))
    Account.objects.update(next_billing_step_at=day(73))
    assert days(73, 120) == {}
    account.refresh_from_db()
    assert (account.status, account.plan_credits) == ("cancelled", 700)


# Reversals


@pytest.mark.parametrize("event", [VOID, DUE_AGAIN])
@pytest.mark.parametrize(("rule", "number", "kept"), RULES)
def test_reversed_upgrade_leaves_what_was_there_before(
    customer: User,
    billing_admin: User,
    event: EventName,
    rule: str,
    number: int | None,
    kept: int,
) -> None:
    set_rule("growth", rule, number)
    order(customer, "growth", day(3))
    payment = pay(customer, billing_admin, day(4))
    gone = [amount for kind, amount, _ in ledger_of(customer)[3:] if amount < 0]
    assert (sum(gone), pockets_of(customer)) == (-700, (2000, 50))
    give(customer, -100, day(5))
    reverse(payment, billing_admin, day(6, hour=14), event)
    assert pockets_of(customer) == (600, 50)
    assert_all_invariants_hold()


def test_renewal_paid_anew_lets_the_rest_expire_again(customer: User, billing_admin: User) -> None:
    set_rule("starter", "reset")
    days(3, 36)
    renewal = pay(customer, billing_admin, day(37))
    reverse(renewal, billing_admin, day(38, hour=14), DUE_AGAIN)
    assert pockets_of(customer) == (700, 50)
    pay(customer, billing_admin, day(39))
    assert pockets_of(customer) == (1000, 50)
    assert [kind for kind, *_ in ledger_of(customer)[3:]] == [
        "expiry",
        "plan_grant",
        "reversal",
        "expiry",
        "plan_grant",
    ]
    assert_all_invariants_hold()


def test_period_whose_credits_expired_owes_what_was_used(
    customer: User, billing_admin: User
) -> None:
    """Two upgrades later, its other credits are gone: no more of the last plan's are taken."""
    for slug in ("growth", "scale"):
        set_rule(slug, "reset")
    first = Payment.objects.get()
    order(customer, "growth", day(3))
    middle = pay(customer, billing_admin, day(4))
    order(customer, "scale", day(5))
    last = pay(customer, billing_admin, day(6))
    root = User.objects.create_superuser("root@desk.example")
    reverse(first, root, day(7, hour=14), is_forced=True)  # its days were credited
    assert pockets_of(customer) == (3700, 50)
    assert_all_invariants_hold()
    reverse(middle, root, day(8, hour=14), is_forced=True)
    assert pockets_of(customer) == (3700, 50)
    assert_all_invariants_hold()
    with pytest.raises(CreditsAlreadySpent):  # 300 of 0, and 50 were given
        reverse(last, billing_admin, day(9, hour=14))
    give(customer, 250, day(9))
    reverse(last, billing_admin, day(10, hour=14))
    assert pockets_of(customer) == (0, 0)
    assert_all_invariants_hold()


def test_credits_that_expired_after_the_end_are_not_taken_again(
    customer: User, billing_admin: User
) -> None:
    days(3, 101)
    assert pockets_of(customer) == (0, 50)
    with pytest.raises(CreditsAlreadySpent):  # 300 were used, and 50 are left
        reverse(Payment.objects.get(), billing_admin, day(102, hour=14))
    give(customer, 1000, day(103))
    reverse(Payment.objects.get(), billing_admin, day(104, hour=14))
    assert pockets_of(customer) == (0, 750)
    assert_all_invariants_hold()


def test_reversal_takes_the_rest_from_the_other_credits(
    customer: User, billing_admin: User
) -> None:
    give(customer, 400, day(3))
    give(customer, -650, day(4))
    assert pockets_of(customer) == (50, 450)
    with pytest.raises(CreditsAlreadySpent, match="500"):
        reverse(Payment.objects.get(), billing_admin, day(5, hour=14))
    give(customer, 600, day(5))
    reverse(Payment.objects.get(), billing_admin, day(6, hour=14))
    assert pockets_of(customer) == (0, 100)
    assert ledger_of(customer)[-1] == ("reversal", -1000, -50)
    assert_all_invariants_hold()


def test_reversal_takes_no_more_than_its_payment_brought(
    customer: User, billing_admin: User
) -> None:
    """The credits that another one should have taken were spent, and let go."""
    order(customer, "growth", day(3))
    upgrade = pay(customer, billing_admin, day(4))
    give(customer, -2050, day(5))
    root = User.objects.create_superuser("root@desk.example")
    reverse(upgrade, root, day(6, hour=14), is_forced=True)
    assert pockets_of(customer) == (0, 0)
    give(customer, 1500, day(7))
    reverse(Payment.objects.earliest("pk"), billing_admin, day(8, hour=14))
    assert pockets_of(customer) == (0, 500)
    assert_all_invariants_hold()


# Terms


def test_terms_without_a_rule_are_as_before_there_were_rules(customer: User) -> None:
    plan = subscription_of(customer).plan
    terms = PlanTerms.of_plan(plan)
    kept = terms.as_json()
    assert "credits_at_renewal" not in kept
    assert PlanTerms.from_json(kept) == terms
    offer = plan.offer
    set_rule("starter", "keep_up_to", 300)
    plan.refresh_from_db()
    assert plan.offer != offer
    assert PlanTerms.from_json(PlanTerms.of_plan(plan).as_json()) == PlanTerms.of_plan(plan)


def test_renewal_run_twice_lets_credits_expire_once(customer: User, billing_admin: User) -> None:
    set_rule("starter", "reset")
    days(3, 24)
    pay(customer, billing_admin, day(25))
    assert run(day(31)) == ["start period 1"]
    Account.objects.update(next_billing_step_at=day(31))
    assert run(day(31) + timedelta(hours=1)) == []
    assert CreditTransaction.objects.filter(kind="expiry").count() == 1
    assert Invoice.objects.count() == 2
