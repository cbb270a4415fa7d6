"""Years of customers in memory: people act by their nature, the rules do the rest.

Each customer has dice of their own, so that nothing depends on how often the run comes.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from igny8_core.auth.enums import AccountStatus, SubscriptionStatus
from igny8_core.business.billing.borders import Anchor, start_of
from igny8_core.business.billing.enums import InvoiceKind
from igny8_core.business.subscriptions.facts import (
    BillingFacts,
    Claim,
    LiveSubscription,
    MailState,
    OpenInvoice,
    Sent,
)
from igny8_core.business.subscriptions.forecast import after, resumed
from igny8_core.business.subscriptions.next_step import next_look, next_step
from igny8_core.business.subscriptions.steps import Remind, Renew, StartPeriod, Step, StepName
from tests.billing_facts import PLAN, UTC_ZONE, after_payment

FIRST_DAY = date(2026, 11, 25)
A_DAY = timedelta(days=1)
NO_TIME = timedelta(0)
MOST_STEPS = 12
HELD_DAYS = 14
MORE_DAYS = 5  # to pay
NOTICE_DAYS = 3  # from an order's expiry, with its mail, to the suspension


class Nature(StrEnum):
    EARLY = "early"
    ON_TIME = "on time"
    LATE = "late"
    VERY_LATE = "very late"
    NEVER = "never"
    LIAR = "liar"
    CHANGER = "changer"  # chooses the next plan anew each day, orders others, and never pays


class Deed(StrEnum):
    """What people do, so that it can be done to real rows too."""

    CONFIRM = "confirm"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    HOLD = "hold"
    EXTEND = "extend"


WEIGHTS = dict(zip(Nature, (15, 40, 22, 10, 6, 4, 3), strict=True))


@dataclass(frozen=True)
class World:
    """How a customer's years are lived.

    :param hours: of the day, at which the run comes.
    :param uses_looks: whether the run only comes to those whose next look has come.
    :param has_outages: whether the run stays away for days.
    :param has_holds: whether admins hold dunning, and extend due days.
    :param has_lost_mails: whether some mails fail for days, and some are dropped.
    :param has_changes: whether customers cancel, and choose their next plan.
    :param has_orders: whether changers order another plan, again and again.
    """

    seed: int
    days: int
    zone: ZoneInfo = UTC_ZONE
    hours: tuple[int, ...] = (0,)
    uses_looks: bool = False
    has_outages: bool = False
    has_holds: bool = False
    has_lost_mails: bool = False
    has_changes: bool = True
    has_orders: bool = False


@dataclass
class Customer:
    """An account in memory, with what happened to it.

    :ivar months: the length of a period.
    :ivar ordered: how often another plan was ordered.
    :ivar held_until: the last day on which an order held the renewal back.
    """

    number: int
    world: World
    facts: BillingFacts
    dice: random.Random
    nature: Nature
    look: datetime | None
    steps: list[tuple[date, Step]] = field(default_factory=list)
    deeds: list[tuple[datetime, Deed]] = field(default_factory=list)
    months: int = 1
    begun: list[int] = field(default_factory=list)
    paid: list[int] = field(default_factory=list)
    paid_time: timedelta = NO_TIME
    used_time: timedelta = NO_TIME
    access_since: datetime | None = None
    was_helped: bool = False
    is_skipped: bool = False
    ordered: int = 0
    held_until: date = date.min

    @property
    def invoice(self) -> OpenInvoice | None:
        """The open invoice of the sign-up or of the next period; not an order of another plan."""
        subscription, order = self.facts.subscription, self.facts.order
        if subscription:
            return subscription.invoice
        return order if order and order.kind == InvoiceKind.INITIAL else None

    def has(self, invoice: OpenInvoice) -> None:
        """Change the open invoice."""
        if self.facts.subscription:
            self.subscribed(replace(self.facts.subscription, invoice=invoice))
        else:
            self.facts = replace(self.facts, order=invoice)

    def subscribed(self, subscription: LiveSubscription) -> None:
        self.facts = replace(self.facts, subscription=subscription)


def lived(number: int, world: World) -> Customer:
    """Return a customer after their years."""
    customer = signed_up(number, world)
    live_on(customer)
    return customer


def live_on(customer: Customer) -> None:
    """Let a customer live all days from the sign-up on."""
    for day, hours in days_of(customer.world):
        if day >= first_day(customer):
            live_a_day(customer, day, hours)


def days_of(world: World) -> Iterator[tuple[date, tuple[int, ...]]]:
    """Yield each day with the hours at which the run comes."""
    down = 0
    outages = random.Random(world.seed)  # noqa: S311  (of the world, not of one customer)
    for count in range(world.days):
        if world.has_outages and not down and outages.random() < 1 / 120:
            down = outages.choice([2, 7, 9, 45])
        yield FIRST_DAY + timedelta(days=count), () if down else world.hours
        down = max(0, down - 1)


def first_day(customer: Customer) -> date:
    return customer.facts.today(first_instant(customer))


def first_instant(customer: Customer) -> datetime:
    """Return the moment of the sign-up: in the first year."""
    day = FIRST_DAY + timedelta(days=customer.number * 7 % 300)
    return start_of(day, customer.world.zone) + timedelta(minutes=1)


def signed_up(number: int, world: World) -> Customer:
    dice = random.Random(f"{world.seed} {number}")  # noqa: S311
    placeholder = BillingFacts(account_status=AccountStatus.PENDING_PAYMENT, zone=world.zone)
    nature = a_nature(dice)
    customer = Customer(number, world, placeholder, dice, nature, look=None)
    today = placeholder.today(first_instant(customer))
    order = OpenInvoice(InvoiceKind.INITIAL, 0, today, today + timedelta(days=7), PLAN)
    customer.facts = replace(placeholder, order=order)
    customer.look = next_look(customer.facts, first_instant(customer))
    return customer


def a_nature(dice: random.Random) -> Nature:
    return dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]


def live_a_day(customer: Customer, day: date, hours: tuple[int, ...]) -> None:
    """Run billing at the hours given; the customer acts once, at an hour of their own."""
    zone = customer.world.zone
    own_hour = hour_of(customer)
    for hour in (hour for hour in hours if hour <= own_hour):
        run(customer, at(day, hour, zone))
    deliver(customer, day)
    act(customer, at(day, own_hour, zone, minute=30))
    for hour in (hour for hour in hours if hour > own_hour):
        run(customer, at(day, hour, zone))


def hour_of(customer: Customer) -> int:
    """Return the hour at which the customer acts, half past it."""
    return 8 + customer.number % 12


def at(day: date, hour: int, zone: ZoneInfo, *, minute: int = 7) -> datetime:
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


def deliver(customer: Customer, today: date) -> None:
    """Let a mail go out, fail or be dropped, some hours after the run; nobody tells billing."""
    invoice = customer.invoice
    if not customer.world.has_lost_mails or not invoice or not invoice.sent:
        return
    *earlier, last = invoice.sent
    post = random.Random(f"{customer.world.seed} {customer.number} {today}")  # noqa: S311
    (state,) = post.choices(list(MailState), (6, 2, 2))
    if last.mail == MailState.SENT and last.day == today:
        last = replace(last, mail=state)
    elif last.mail == MailState.FAILING and state == MailState.SENT:
        last = Sent(last.kind, today)
    customer.has(replace(invoice, sent=(*earlier, last)))


def run(customer: Customer, now: datetime) -> None:
    """Let billing come to a customer."""
    looks = customer.world.uses_looks
    if looks and (customer.look is None or customer.look > now):
        return
    advance(customer, now)


def advance(customer: Customer, now: datetime) -> None:
    """Take all steps that are due, and check each."""
    for _ in range(MOST_STEPS):
        step = next_step(customer.facts, now)
        if step is None:
            break
        check_step(customer, step, now)
        take(customer, step, now)
    assert next_step(customer.facts, now) is None, "it doesn't come to rest"
    customer.look = next_look(customer.facts, now)
    assert customer.look is None or customer.look > now
    check_state(customer)


def take(customer: Customer, step: Step, now: datetime) -> None:
    customer.steps.append((customer.facts.today(now), step))
    customer.facts = after(customer.facts, step, now)
    if isinstance(step, StartPeriod):
        begin(customer, step.index)
    if isinstance(step, Renew):
        customer.is_skipped |= bool(step.skipped)
    if step.name in {StepName.SUSPEND, StepName.END, StepName.LAPSE}:
        leave(customer, now)


def begin(customer: Customer, index: int) -> None:
    """Let a period begin, with credits that nobody spends."""
    customer.begun.append(index)
    customer.facts = replace(customer.facts, has_plan_credits=True)


def leave(customer: Customer, now: datetime) -> None:
    if customer.access_since:
        customer.used_time += now - customer.access_since
    customer.access_since = None


def come_back(customer: Customer, now: datetime) -> None:
    customer.access_since = customer.access_since or now


def check_step(customer: Customer, step: Step, now: datetime) -> None:
    """Assert what has to be so before a step."""
    facts, today = customer.facts, customer.facts.today(now)
    mailed = [day for day, earlier in customer.steps if isinstance(earlier, Remind)]
    if isinstance(step, Remind):
        assert customer.invoice
        assert not customer.invoice.is_frozen
        assert today not in mailed, "a second mail on a day"
    if isinstance(step, Renew):
        assert step.index not in customer.paid, "a second invoice for a period"
    if step.name in {StepName.FALL_DUE, StepName.REMIND, StepName.SUSPEND, StepName.LAPSE}:
        assert not is_held(customer), "pressed while an order may have been paid"
    if step.name == StepName.SUSPEND:
        check_suspension(customer, today)
    if step.name in {StepName.LAPSE, StepName.EXPIRE_SIGN_UP}:
        assert customer.invoice
        assert not customer.invoice.has_waiting_claim
    if step.name == StepName.LAPSE:
        assert facts.suspended_at
        assert (today - facts.today(facts.suspended_at)).days >= PLAN.paused_days


def is_held(customer: Customer) -> bool:
    """Tell whether a claim of an order from the paid time waits, and is one of the first."""
    facts, order = customer.facts, customer.facts.order
    if not facts.subscription or not order or not order.is_frozen:
        return False
    return order.issued_on < facts.today(facts.paid_until(facts.subscription))


def check_suspension(customer: Customer, today: date) -> None:
    """Assert that it was announced, and that nobody won more time than the rules give."""
    invoice = customer.invoice
    assert invoice
    assert not invoice.is_frozen
    assert any(
        item.kind == "final_notice"
        and item.mail != MailState.DROPPED
        and (today - item.day).days >= (7 if item.mail == MailState.FAILING else 2)
        for item in invoice.sent
    )
    offset = invoice.offset(today, customer.facts.zone)
    assert offset >= PLAN.suspend_after_days
    world = customer.world
    if not world.has_outages and not world.has_lost_mails and not customer.was_helped:
        most = PLAN.suspend_after_days + PLAN.retry_days
        assert offset <= most or (today - customer.held_until).days <= PLAN.retry_days + NOTICE_DAYS


def check_state(customer: Customer) -> None:
    """Assert what is so after every run."""
    facts, subscription = customer.facts, customer.facts.subscription
    assert len(set(customer.begun)) == len(customer.begun), "credits twice for a period"
    assert customer.begun == sorted(customer.begun)
    if not subscription:
        return
    assert subscription.paid_index > subscription.current_index
    assert customer.begun == [index for index in customer.paid if index <= customer.begun[-1]]
    if facts.is_suspended:
        assert subscription.status == SubscriptionStatus.PAST_DUE
        assert subscription.invoice
    assert bool(customer.access_since) == (facts.account_status == AccountStatus.ACTIVE)


def check_balance(customer: Customer, now: datetime) -> bool:
    """Assert that paid time is the time used and the time left; False if there is no telling."""
    facts, subscription = customer.facts, customer.facts.subscription
    is_paid_up = subscription and facts.paid_until(subscription) > now and customer.access_since
    if not subscription or not is_paid_up or customer.is_skipped or not customer.access_since:
        return False
    used = customer.used_time + (now - customer.access_since)
    left = facts.paid_until(subscription) - now
    assert customer.paid_time == used + left
    return True


def act(customer: Customer, now: datetime) -> None:
    """Let people do something; what follows from it comes at once, however rare the run is."""
    acts: tuple[Callable[[Customer, datetime], bool], ...] = (
        decide,
        confirm,
        cancel,
        change,
        order_another,
        help,
    )
    done = [each(customer, now) for each in acts]
    if any(done):
        advance(customer, now)


def decide(customer: Customer, now: datetime) -> bool:
    """An admin decides, or the customer withdraws what waits."""
    invoice, dice = customer.invoice, customer.dice
    if not invoice or not invoice.has_waiting_claim or dice.random() > 0.45:
        return False
    *earlier, claim = invoice.claims
    is_withdrawn = dice.random() < 0.05
    is_true = customer.nature not in {Nature.LIAR, Nature.CHANGER} and dice.random() > 0.08
    decided = replace(claim, decided_at=now, was_rejected=not is_withdrawn)
    if is_true and not is_withdrawn:
        customer.deeds.append((now, Deed.APPROVE))
        pay(customer, invoice, now)
    else:
        customer.deeds.append((now, Deed.WITHDRAW if is_withdrawn else Deed.REJECT))
        customer.has(replace(invoice, claims=(*earlier, decided)))
    return True


def pay(customer: Customer, invoice: OpenInvoice, now: datetime) -> None:
    index = invoice.period_index
    if invoice.kind == InvoiceKind.INITIAL:
        customer.months = customer.dice.choice([1] * 9 + [12])
        subscription = LiveSubscription(
            SubscriptionStatus.ACTIVE,
            Anchor(now, 0, customer.months),
            current_index=0,
            paid_index=1,
        )
        customer.facts = replace(
            customer.facts,
            account_status=AccountStatus.ACTIVE,
            order=None,
            subscription=subscription,
        )
    else:
        customer.facts = after_payment(customer.facts, now)
    come_back(customer, now)
    customer.paid.append(index)
    paid = customer.facts.subscription
    assert paid
    length = customer.facts.begins(paid, index + 1) - customer.facts.begins(paid, index)
    customer.paid_time += length
    if paid.current_index == index:
        begin(customer, index)


def confirm(customer: Customer, now: datetime) -> bool:
    """The customer says that they have paid."""
    invoice, dice = customer.invoice, customer.dice
    if not invoice or invoice.has_waiting_claim:
        return False
    today = customer.facts.today(now)
    if invoice.issued_on == today - A_DAY and dice.random() < 0.06:
        customer.nature = a_nature(dice)
    if dice.random() >= chance(customer.nature, (today - invoice.due_date).days):
        return False
    customer.deeds.append((now, Deed.CONFIRM))
    customer.has(replace(invoice, claims=(*invoice.claims, Claim(now))))
    return True


def chance(nature: Nature, offset: int) -> float:
    """Return how likely somebody pays on a day."""
    match nature:
        case Nature.EARLY:
            return 0.5
        case Nature.ON_TIME:
            return 0.3 if offset > -3 else 0.05
        case Nature.LATE:
            return 0.3 if offset > 2 else 0
        case Nature.VERY_LATE:
            return 0.12 if offset > 9 else 0
        case Nature.NEVER:
            return 0.004
        case Nature.LIAR | Nature.CHANGER:
            return 0.3 if offset < 20 else 0.02


def cancel(customer: Customer, _now: datetime) -> bool:
    """The customer cancels at the end of the period, or keeps the plan after all."""
    subscription, dice = customer.facts.subscription, customer.dice
    if not subscription or customer.facts.is_suspended or not customer.world.has_changes:
        return False
    invoice = subscription.invoice
    if subscription.cancel_at_period_end:
        if dice.random() > 0.03:
            return False
        customer.subscribed(replace(subscription, cancel_at_period_end=False))
        return True
    if dice.random() > 0.0006 or (invoice and invoice.has_waiting_claim):
        return False
    replaced = invoice or subscription.replaced
    cancelled = replace(subscription, cancel_at_period_end=True, invoice=None, replaced=replaced)
    customer.subscribed(cancelled)
    return True


def change(customer: Customer, _now: datetime) -> bool:
    """The customer schedules another plan: the open renewal is replaced."""
    subscription = customer.facts.subscription
    invoice = subscription.invoice if subscription else None
    if not subscription or not invoice or invoice.has_waiting_claim:
        return False
    if not customer.world.has_changes:
        return False
    if customer.dice.random() > (1 if customer.nature == Nature.CHANGER else 0.01):
        return False
    customer.subscribed(replace(subscription, invoice=None, replaced=invoice))
    return True


def order_another(customer: Customer, now: datetime) -> bool:
    """A changer orders another plan and says that it is paid; the same after each rejection.

    Or says of the same order that it is paid after all. Half of them wait for a renewal.
    """
    facts, order = customer.facts, customer.facts.order
    if not facts.subscription or not customer.world.has_orders:
        return False
    if order and order.has_waiting_claim:
        return reject_order(customer, order, now)
    is_asked = facts.subscription.invoice or facts.subscription.replaced or customer.number % 2 == 0
    if customer.nature != Nature.CHANGER or not (order or is_asked):
        return False
    if order and customer.dice.random() < 0.3:
        claimed = replace(order, claims=(*order.claims, Claim(now)))
    else:
        today = facts.today(now)
        due_date, claims = today + timedelta(days=7), (Claim(now),)
        claimed = OpenInvoice(InvoiceKind.CHANGE, 0, today, due_date, PLAN, claims)
        customer.ordered += 1
    customer.facts = replace(facts, order=claimed)
    return True


def reject_order(customer: Customer, order: OpenInvoice, now: datetime) -> bool:
    """An admin rejects the claim of an order, sooner or later."""
    if customer.dice.random() > 0.45:
        return False
    if is_held(customer):
        customer.held_until = customer.facts.today(now)
    rejected = replace(order.claims[-1], decided_at=now, was_rejected=True)
    order = replace(order, claims=(*order.claims[:-1], rejected))
    customer.facts = replace(customer.facts, order=order)
    return True


def help(customer: Customer, now: datetime) -> bool:  # noqa: A001
    """An admin extends the due day, or holds dunning for two weeks."""
    subscription, dice = customer.facts.subscription, customer.dice
    invoice = subscription.invoice if subscription else None
    if not customer.world.has_holds or not subscription or not invoice or dice.random() > 0.01:
        return False
    today = customer.facts.today(now)
    customer.was_helped = True
    if dice.random() < 0.5:
        customer.deeds.append((now, Deed.HOLD))
        customer.subscribed(replace(subscription, hold_until=today + timedelta(days=HELD_DAYS)))
    else:
        customer.deeds.append((now, Deed.EXTEND))
        due_date = max(invoice.due_date, today) + timedelta(days=MORE_DAYS)
        extended = replace(invoice, due_date=due_date)
        status = SubscriptionStatus.ACTIVE
        customer.subscribed(replace(subscription, invoice=extended, status=status))
    customer.facts = resumed(customer.facts, now)
    come_back(customer, now)
    return True


def counted(customers: list[Customer]) -> Counter[str]:
    """Count the steps by name."""
    return Counter(str(step.name) for customer in customers for _, step in customer.steps)


def last_night(world: World) -> datetime:
    return at(FIRST_DAY + timedelta(days=world.days), 0, world.zone)


def each_step(customer: Customer) -> Iterator[str]:
    """Yield what can be told apart of the steps; a border is noticed a day later at most.

    So is what is counted from the end: the credits' expiry.
    """
    prompt = {StepName.START_PERIOD, StepName.END, StepName.EXPIRE_CREDITS}
    return (f"{day} {step}" for day, step in customer.steps if step.name not in prompt)
