"""Days that pass between any acts, by properties: with the rules in memory beside the real rows.

Hypothesis chooses what people do, how many days pass, and whether billing runs on each of them, or
is away until the last. Before each act the facts are read from the rows; the pure functions say
what becomes of them, and the rows have to say the same afterwards. All invariants of
``verify_billing`` have to hold after every fifth step.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from igny8_core.auth.actors import Actor
from igny8_core.auth.enums import AccountStatus, SubscriptionStatus
from igny8_core.auth.models import Account, Subscription, User
from igny8_core.business.billing.borders import Anchor, index_at
from igny8_core.business.billing.dunning import ReminderKind
from igny8_core.business.billing.enums import CreditKind, EventName, InvoiceKind
from igny8_core.business.billing.exceptions import PaymentAlreadyUnderReview
from igny8_core.business.billing.models import Invoice, InvoiceLine, Payment, Period
from igny8_core.business.billing.services.decisions import approve_payment, reject_payment
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.business.integrity.verify import verify_billing
from igny8_core.business.subscriptions.exceptions import NothingToPay
from igny8_core.business.subscriptions.facts import (
    BillingFacts,
    Claim,
    LiveSubscription,
    OpenInvoice,
    Sent,
)
from igny8_core.business.subscriptions.forecast import after
from igny8_core.business.subscriptions.next_step import next_look, next_step
from igny8_core.business.subscriptions.reading import facts_of_accounts
from igny8_core.business.subscriptions.services.run import run_billing
from igny8_core.business.subscriptions.steps import EXPIRE_CREDITS, StartPeriod
from igny8_core.common.exceptions import DomainError
from tests.billing_facts import after_payment
from tests.factories import (
    account_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    record_credits,
)
from tests.life import START, confirm, order
from tests.real_years import comparable
from tests.sizes import size

STEPS_OF_AN_EXAMPLE = 40
STEPS = size("DAYS_MACHINE_STEPS", quick=120, whole=1200)
STEPS_BETWEEN_CHECKS = 5
A_DAY = timedelta(days=1)
LIVE = {"active", "past_due"}

plans = st.sampled_from(["starter", "growth", "scale"])
places = st.integers(min_value=0, max_value=10**6)


@dataclass
class Customer:
    """An account: its rows are read before each act.

    :ivar pocket: how many of the credits were brought by a plan; these are used first.
    :ivar taken: how many went with unused days, by the payment's id.
    """

    owner: User
    account_id: int
    credits: int = 0
    pocket: int = 0
    taken: dict[int, int] = field(default_factory=dict)

    def grant(self, number: int) -> None:
        self.credits += number
        self.pocket += number

    def take(self, number: int) -> None:
        self.credits -= number
        self.pocket -= min(self.pocket, number)

    @property
    def facts_with_mails(self) -> BillingFacts:
        """With the day of the last mail, on which no other one is sent: a look depends on it."""
        return facts_of_accounts([self.account_id])[self.account_id]

    @property
    def facts(self) -> BillingFacts:
        return comparable(self.facts_with_mails)

    @property
    def subscription(self) -> Subscription:
        """The one that runs."""
        return Subscription.objects.get(account=self.account_id, status__in=LIVE)


def came_for(order: Invoice) -> int:
    """Return how many credits had come for the days that were taken off an order."""
    return sum(
        item["credits"]
        for item in order.billing_snapshot.get("credited", ())
        if Period.objects.filter(
            subscription=item["subscription"], index=item["period_index"], revoked_at=None
        )
    )


class Days(RuleBasedStateMachine):
    """Two customers and an admin, and days that pass."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction._from_testcase = True  # type: ignore[attr-defined]  # durable ones run inside
        self.transaction.__enter__()
        self.now = START
        self.steps = 0
        self.is_sound = True  # no step has failed
        self.admin = make_billing_admin()
        self.customers: list[Customer] = []

    def teardown(self) -> None:
        try:
            if self.is_sound:  # else what the step has found is the news
                self.verify()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def verify(self) -> None:
        broken = [str(check) for check in verify_billing() if not check.holds]
        assert not broken, broken

    # People

    @initialize(chosen=st.tuples(plans, plans))
    def two_customers(self, chosen: tuple[str, str]) -> None:
        for plan in chosen:
            owner = make_owner(plan_slug=plan, now=self.now)
            self.customers.append(Customer(owner, account_of(owner).pk))
        self.pay(0)

    @rule(place=places)
    def confirm(self, place: int) -> None:
        """Say that the newest invoice was paid."""
        customer, facts = self.chosen(place)
        newest = invoice_of(customer.owner)
        if newest.status != "pending" or in_memory(facts, newest).has_waiting_claim:
            return
        confirm(customer.owner, self.now)
        invoice = in_memory(facts, newest)
        claimed = replace(invoice, claims=(*invoice.claims, Claim(self.now)))
        self.expect(customer, having(facts, claimed))

    @rule(place=places)
    def reject(self, place: int) -> None:
        customer, facts = self.chosen(place)
        payment = waiting(customer)
        if not payment:
            return
        reject_payment(
            payment_id=payment.pk, actor=self.actor, now=self.now, admin_notes="Not found"
        )
        invoice = in_memory(facts, payment.invoice)
        *earlier, last = invoice.claims
        decided = replace(last, decided_at=self.now, was_rejected=True)
        self.expect(customer, having(facts, replace(invoice, claims=(*earlier, decided))))

    @rule(place=places)
    def approve(self, place: int) -> None:
        customer, facts = self.chosen(place)
        payment = waiting(customer)
        if not payment:
            return
        renewal = facts.subscription.invoice if facts.subscription else None
        is_renewal = payment.invoice.kind == InvoiceKind.RENEWAL
        other = facts.order if is_renewal else renewal
        if other and other.has_waiting_claim:
            with pytest.raises(PaymentAlreadyUnderReview):
                approve_payment(payment_id=payment.pk, actor=self.actor, now=self.now)
            return
        approve_payment(payment_id=payment.pk, actor=self.actor, now=self.now)
        self.follow_approval(customer, facts, payment)

    @rule(place=places)
    def pay(self, place: int) -> None:
        """Confirm and approve at once, so that long lives are not rare."""
        self.confirm(place)
        self.approve(place)

    def follow_approval(self, customer: Customer, facts: BillingFacts, payment: Payment) -> None:
        granted = payment.invoice.included_credits
        if payment.invoice.kind == InvoiceKind.RENEWAL:
            paid = after_payment(facts, self.now)
            subscription = paid.subscription
            assert subscription
            begun = subscription.current_index == payment.invoice.period_index
            if begun:
                customer.grant(granted)
            if facts.order:  # it would replace the period that was just paid
                paid = replace(paid, order=None, ended_at=self.now)
            self.expect(customer, paid)
            return
        customer.grant(granted)
        customer.taken[payment.pk] = min(came_for(payment.invoice), customer.pocket)
        customer.take(customer.taken[payment.pk])
        started = LiveSubscription(
            SubscriptionStatus.ACTIVE,
            Anchor(self.now - owed(facts, self.now), 0, 1),
            current_index=0,
            paid_index=1,
        )
        active = replace(facts, account_status=AccountStatus.ACTIVE, suspended_at=None)
        if facts.subscription:
            active = replace(active, ended_at=self.now)
        self.expect(customer, replace(active, order=None, subscription=started))

    @rule(place=places, plan=plans)
    def order(self, place: int, plan: str) -> None:
        """Order another plan, where nothing stands against it."""
        customer, facts = self.chosen(place)
        is_same = facts.subscription and customer.subscription.plan.slug == plan
        renewal = facts.subscription.invoice if facts.subscription else None
        is_claimed = renewal and renewal.has_waiting_claim
        if facts.order or is_same or is_claimed:
            return
        try:
            order(customer.owner, plan, self.now)
        except NothingToPay:
            self.expect(customer, facts)
            return
        ordered = customer.facts
        assert ordered.order
        assert ordered.order.kind == InvoiceKind.CHANGE
        assert replace(ordered, order=None) == facts

    @rule(place=places, event=st.sampled_from([EventName.REVERSE, EventName.REVERSE_AND_VOID]))
    def reverse_the_last(self, place: int, event: EventName) -> None:
        """Take the payment of the last paid period back, unless something later waits."""
        customer, facts = self.chosen(place)
        live = facts.subscription
        if not live:
            return
        last = Payment.objects.select_related("invoice").get(
            invoice__subscription=customer.subscription,
            invoice__period_index=live.paid_index - 1,
            status="succeeded",
        )
        is_renewal = last.invoice.kind == InvoiceKind.RENEWAL
        begun = live.paid_index - 1 <= live.current_index
        granted = last.invoice.included_credits if begun else 0
        granted -= customer.taken.get(last.pk, 0)
        waits = bool(live.invoice and live.invoice.has_waiting_claim)
        waits |= bool(facts.order and facts.order.has_waiting_claim) and credits_days(customer)
        is_in_the_way = event == EventName.REVERSE and not is_renewal and facts.order
        act = self.reversing(last, event)
        if waits or is_in_the_way or customer.credits < granted:
            with pytest.raises(DomainError):
                act()
            self.expect(customer, facts)
            return
        act()
        if granted >= 0:
            customer.take(granted)
        else:  # more went with the unused days than the plan brought
            customer.credits -= granted
            account = account_of(customer.owner)
            assert 0 <= account.plan_credits - customer.pocket <= -granted
            customer.pocket = account.plan_credits
        last.invoice.refresh_from_db()
        assert last.invoice.status == ("pending" if event == EventName.REVERSE else "void")
        if event == EventName.REVERSE and is_renewal:
            self.check_due_again(customer, live, begun=begun)

    def reversing(self, payment: Payment, event: EventName) -> Callable[[], object]:
        return lambda: reverse_payment(
            payment_id=payment.pk, actor=self.actor, now=self.now, reason="Recalled", event=event
        )

    def check_due_again(self, customer: Customer, before: LiveSubscription, *, begun: bool) -> None:
        """The period that was paid is owed; nothing else of it is lost."""
        facts = customer.facts
        live = facts.subscription
        assert live
        assert live.invoice
        assert live.invoice.period_index == before.paid_index - 1
        assert live.paid_index == live.current_index + 1
        assert (live.current_index < before.current_index) == begun
        assert live.anchor == before.anchor
        is_over = facts.paid_until(live) <= self.now
        is_late = is_over or before.status == SubscriptionStatus.PAST_DUE
        assert (live.status == SubscriptionStatus.PAST_DUE) == is_late
        assert live.invoice.due_date >= facts.today(self.now) + timedelta(days=3)

    @rule(place=places, amount=st.integers(min_value=1, max_value=300))
    def spend(self, place: int, amount: int) -> None:
        customer, _facts = self.chosen(place)
        spent = min(amount, customer.credits)
        with transaction.atomic():
            record_credits(
                account=account_of(customer.owner),
                amount=-spent,
                kind=CreditKind.ADJUSTMENT,
                description="Used",
                now=self.now,
            )
        customer.take(spent)

    # Time

    @rule(days=st.integers(min_value=1, max_value=40))
    def days_pass(self, days: int) -> None:
        """Billing runs on each of them."""
        self.run_at([self.now + number * A_DAY for number in range(1, days + 1)])

    @rule(days=st.integers(min_value=2, max_value=70))
    def outage(self, days: int) -> None:
        """Billing is away until the last of them."""
        self.run_at([self.now + days * A_DAY])

    @rule()
    def run_twice(self) -> None:
        """A second run at the same moment has nothing to do."""
        self.run_at([self.now, self.now])

    def run_at(self, moments: list[datetime]) -> None:
        self.is_sound = False
        foretold = {item.account_id: self.foretell(item, moments) for item in self.customers}
        taken: dict[int, list[str]] = {item.account_id: [] for item in self.customers}
        for moment in moments:
            run_billing(
                as_of=moment,
                limit_seconds=60,
                told=lambda account_id, step: taken[account_id].append(str(step)),
            )
        self.now = moments[-1]
        for customer in self.customers:
            facts, steps = foretold[customer.account_id]
            assert taken[customer.account_id] == steps
            self.expect(customer, facts)
            look = Account.objects.get(pk=customer.account_id).next_billing_step_at
            assert look == next_look(customer.facts_with_mails, self.now)

    def foretell(
        self, customer: Customer, moments: list[datetime]
    ) -> tuple[BillingFacts, list[str]]:
        """Let the rules do in memory what the run will do."""
        facts = customer.facts_with_mails
        steps: list[str] = []
        for moment in moments:
            while step := next_step(facts, moment):
                facts = after(facts, step, moment)
                steps.append(str(step))
                if isinstance(step, StartPeriod):
                    invoice = Invoice.objects.get(
                        subscription=customer.subscription,
                        period_index=step.index,
                        status="paid",
                    )
                    customer.grant(invoice.included_credits)
                    facts = replace(facts, has_plan_credits=True)
                if step == EXPIRE_CREDITS:
                    customer.take(customer.pocket)
        return comparable(facts), steps

    # What has to hold

    def chosen(self, place: int) -> tuple[Customer, BillingFacts]:
        """Choose a customer, some hours later: two renewals a day are the most there may be."""
        self.is_sound = False
        self.now += timedelta(hours=9)
        customer = self.customers[place % len(self.customers)]
        return customer, customer.facts

    @property
    def actor(self) -> Actor:
        return Actor(user=self.admin)

    def expect(self, customer: Customer, facts: BillingFacts) -> None:
        has_plan_credits = customer.pocket > 0
        assert customer.facts == replace(comparable(facts), has_plan_credits=has_plan_credits)

    @invariant()
    def the_database_holds_its_rules(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        self.steps += 1
        if self.steps % STEPS_BETWEEN_CHECKS == 0:
            self.verify()
        self.is_sound = True

    @invariant()
    def credits_are_those_of_the_periods_that_began(self) -> None:
        kept = {account.pk: account for account in Account.objects.all()}
        for customer in self.customers:
            account = kept[customer.account_id]
            assert (account.credits, account.plan_credits) == (customer.credits, customer.pocket)

    @invariant()
    def nobody_is_parked(self) -> None:
        assert not Account.objects.exclude(parked_at=None).exists()


def waiting(customer: Customer) -> Payment | None:
    """Return the newest confirmation that is under review."""
    payments = Payment.objects.select_related("invoice").order_by("-pk")
    return payments.filter(invoice__account=customer.account_id, status="pending_approval").first()


def in_memory(facts: BillingFacts, invoice: Invoice) -> OpenInvoice:
    """Return an open invoice as the facts have it."""
    is_renewal = invoice.kind == InvoiceKind.RENEWAL
    found = facts.subscription.invoice if is_renewal and facts.subscription else facts.order
    assert found
    return found


def having(facts: BillingFacts, invoice: OpenInvoice) -> BillingFacts:
    """Return the facts with an open invoice as it is now."""
    if invoice.kind != InvoiceKind.RENEWAL:
        return replace(facts, order=invoice)
    assert facts.subscription
    return replace(facts, subscription=replace(facts.subscription, invoice=invoice))


def owed(facts: BillingFacts, now: datetime) -> timedelta:
    """Return how long the period was used that a renewal would pay for, without a pause."""
    if not (live := facts.subscription):
        return timedelta()
    clock = facts.suspended_at or now
    running = max(live.paid_index, index_at(live.anchor, clock, facts.zone))
    index = live.invoice.period_index if live.invoice else running
    return max(clock - facts.begins(live, index), timedelta())


def credits_days(customer: Customer) -> bool:
    """Tell whether unused days were taken off the open order: it is void if they aren't paid."""
    lines = InvoiceLine.objects.filter(invoice__account__users=customer.owner, amount__lt=0)
    return lines.filter(invoice__status="pending").exists()


@pytest.mark.sized
@pytest.mark.django_db
def test_days_between_any_acts_are_as_the_rules_say(catalog: None) -> None:
    run_state_machine_as_test(
        seed(random.getrandbits(64))(Days),
        settings=settings(
            max_examples=STEPS // STEPS_OF_AN_EXAMPLE,
            stateful_step_count=STEPS_OF_AN_EXAMPLE,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # making a failure shorter takes minutes, and says no more
        ),
    )


@pytest.mark.django_db
def test_plan_that_is_paid_after_the_paid_time_counts_the_days_since(catalog: None) -> None:
    """The first confirmation of an order keeps the renewal back; its days are owed."""
    days = Days()
    try:
        days.two_customers(("starter", "starter"))
        days.days_pass(20)
        days.order(0, "growth")
        days.confirm(0)
        days.days_pass(20)
        days.approve(0)
        days.days_pass(40)
    finally:
        days.teardown()


@pytest.mark.django_db
def test_notice_waits_for_the_day_after_the_expiry_of_an_order(catalog: None) -> None:
    """An outage makes both due in one run: the look is the next midnight, not now."""
    days = Days()
    try:
        days.two_customers(("starter", "starter"))
        days.days_pass(26)
        days.order(0, "growth")
        days.outage(20)
        expired = days.customers[0].facts
        assert expired.order is None
        assert expired.open_renewal.sent == ()
        days.days_pass(1)
        told = days.customers[0].facts
        assert told.open_renewal.sent[-1] == Sent(ReminderKind.FINAL_NOTICE, told.today(days.now))
    finally:
        days.teardown()
