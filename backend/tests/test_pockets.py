"""Sequences of acts on an account's credits: by the services, and by the arithmetic alone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Subscription, User
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing.enums import CreditKind, EventName
from igny8_core.business.billing.models import CreditTransaction, Payment
from igny8_core.business.billing.periods import paid_until
from igny8_core.business.billing.pockets import Entry, Pockets, change_by_undoing, replayed
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.common.exceptions import DomainError
from tests.database import assert_all_invariants_hold
from tests.factories import invoice_of, make_billing_admin
from tests.life import START, make_customer, order, pay, run
from tests.pockets import give, pockets_of, set_rule
from tests.sizes import size

pytestmark = pytest.mark.sized
PLANS = {"starter": 1000, "growth": 2000, "scale": 4000}

rules = st.sampled_from([("add", None), ("reset", None), ("keep_up_to", 500), ("keep_up_to", 2500)])
amounts = st.integers(min_value=1, max_value=1500)
acts = st.one_of(
    st.tuples(st.just("use"), amounts),
    st.tuples(st.just("give"), amounts),
    st.tuples(st.just("renew"), rules),
    st.tuples(st.just("upgrade"), rules),
    st.tuples(st.just("reverse"), st.integers(min_value=0, max_value=4)),
    st.tuples(st.just("lapse"), st.none()),
)


@dataclass
class Life:
    """A customer whose pockets are looked at after each act."""

    owner: User
    admin: User
    now: datetime
    pockets: Pockets

    def use(self, amount: int) -> None:
        amount = min(amount, sum(self.pockets))
        give(self.owner, -amount, self.now)
        self.expect(
            max(0, self.pockets.plan - amount),
            self.pockets.own - max(0, amount - self.pockets.plan),
        )

    def give(self, amount: int) -> None:
        give(self.owner, amount, self.now)
        self.expect(self.pockets.plan, self.pockets.own + amount)

    def renew(self, rule: tuple[str, int | None]) -> None:
        if not (live := self.live()):
            return
        set_rule(live.plan.slug, *rule)
        until = paid_until(live)
        run(until - timedelta(days=3))
        pay(self.owner, self.admin, until - timedelta(days=2))
        self.expect(*self.pockets)  # until the border
        self.now = until + timedelta(hours=1)
        run(self.now)
        self.begun(rule, PLANS[live.plan.slug])

    def upgrade(self, rule: tuple[str, int | None]) -> None:
        live = self.live()
        plan = next(slug for slug in PLANS if not live or slug != live.plan.slug)
        set_rule(plan, *rule)
        try:
            order(self.owner, plan, self.now)
        except DomainError:  # an order waits
            return
        unused = invoice_of(self.owner).billing_snapshot.get("credited", ())
        pay(self.owner, self.admin, self.now)
        self.begun(rule, PLANS[plan], credited=sum(item["credits"] for item in unused))

    def begun(self, rule: tuple[str, int | None], brought: int, credited: int = 0) -> None:
        name, number = rule
        left = self.pockets.plan
        kept = {"add": left, "reset": 0, "keep_up_to": min(left, number or 0)}[name]
        taken = min(max(0, credited - (left - kept)), kept + brought)
        self.expect(kept + brought - taken, self.pockets.own)

    def reverse(self, place: int) -> None:
        """Take any payment back that the rules let one take back."""
        paid = Payment.objects.filter(status="succeeded").order_by("-pk")
        if not paid:
            return
        payment = paid[place % len(paid)]
        moved = dict(
            CreditTransaction.objects.filter(payment=payment).values_list("kind", "amount")
        )
        try:
            reverse_payment(
                payment_id=payment.pk,
                actor=Actor(user=self.admin),
                now=self.now,
                reason="Recalled",
                event=EventName.REVERSE_AND_VOID,
            )
        except DomainError:
            self.expect(*self.pockets)
            return
        before, self.pockets = self.pockets, pockets_of(self.owner)
        change = sum(self.pockets) - sum(before)
        gone = -moved.get("expiry", 0) - moved.get("adjustment", 0)
        assert -moved.get("plan_grant", 0) <= change <= gone
        if change < 0:
            self.expect(max(0, before.plan + change), before.own - max(0, -change - before.plan))

    def lapse(self, _none: None) -> None:
        """Nobody pays for so long that the plan ends, and what is left of its credits expires."""
        for _ in range(6):
            self.now += timedelta(days=30)
            for hour in range(3):
                run(self.now + timedelta(days=hour * 3))
        assert not self.live()
        self.expect(0, self.pockets.own)

    def live(self) -> Subscription | None:
        statuses = ("active", "past_due")
        return Subscription.objects.filter(account__users=self.owner, status__in=statuses).first()

    def expect(self, plan: int, own: int) -> None:
        self.pockets = Pockets(plan, own)
        assert pockets_of(self.owner) == self.pockets
        assert min(self.pockets) >= 0


def live_through(history: list[tuple[str, object]]) -> None:
    """Let a customer live through these acts, and check all invariants at the end."""
    undone = transaction.atomic()
    undone._from_testcase = True  # type: ignore[attr-defined]  # durable ones run inside
    with undone:
        admin = make_billing_admin()
        owner = make_customer(admin)
        life = Life(owner, admin, START + timedelta(hours=3), Pockets(1000, 0))
        for name, argument in history:
            getattr(life, name)(argument)
            life.now += timedelta(hours=1)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        assert_all_invariants_hold()
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.usefixtures("catalog")
@given(history=st.lists(acts, min_size=3, max_size=9))
@settings(max_examples=size("POCKETS", quick=15, whole=100), deadline=None, database=None)
def test_any_history_moves_the_right_credits(history: list[tuple[str, object]]) -> None:
    live_through(history)


@pytest.mark.django_db
@pytest.mark.usefixtures("catalog")
def test_what_expired_by_a_payment_that_was_reversed_expires_by_the_next_one() -> None:
    live_through(
        [
            ("give", 802),
            ("lapse", None),
            ("upgrade", ("reset", None)),
            ("use", 46),
            ("lapse", None),
            ("upgrade", ("keep_up_to", 2500)),
            ("reverse", 1),
            ("renew", ("keep_up_to", 500)),
            ("reverse", 2),
            ("reverse", 0),
        ]
    )


# The arithmetic alone

NOTHING = Pockets(0, 0)


@dataclass
class Ledger:
    """An account's entries, written as the services write them."""

    entries: list[Entry] = field(default_factory=list)
    pockets: Pockets = NOTHING
    payments: int = 0

    def add(self, kind: CreditKind, plan: int, own: int, terms: PlanTerms | None = None) -> None:
        if plan + own:
            payment = self.payments if terms else None
            self.entries.append(Entry(kind, plan + own, plan, payment, terms, is_undone=False))
            self.pockets = Pockets(self.pockets.plan + plan, self.pockets.own + own)

    def use(self, amount: int) -> None:
        of_plan = min(amount, self.pockets.plan)
        own = min(amount - of_plan, self.pockets.own)
        self.add(CreditKind.ADJUSTMENT, -of_plan, -own)

    def give(self, amount: int) -> None:
        self.add(CreditKind.ADJUSTMENT, 0, amount)

    def begin(self, begun: tuple[tuple[str, int | None], int]) -> None:
        (rule, number), brought = begun
        terms = terms_of(rule, number)
        self.payments += 1
        kept = terms.credits_kept(self.pockets.plan)
        self.add(CreditKind.EXPIRY, kept - self.pockets.plan, 0, terms)
        self.add(CreditKind.PLAN_GRANT, brought, 0, terms)

    def end(self, _none: None) -> None:
        self.add(CreditKind.EXPIRY, -self.pockets.plan, 0)


def terms_of(rule: str, number: int | None) -> PlanTerms:
    kept: dict[str, object] = dict.fromkeys(
        ("slug", "name", "description", "currency", "interval"), ""
    )
    numbers = dict.fromkeys(("price", "included_credits", "max_sites", "max_users"), 0)
    said = {"credits_at_renewal": rule, "credits_kept_up_to": number}
    return PlanTerms.from_json({**kept, **numbers, **said})


beginnings = st.tuples(rules, st.integers(min_value=0, max_value=4000))
entries = st.lists(
    st.one_of(
        st.tuples(st.just("use"), amounts),
        st.tuples(st.just("give"), amounts),
        st.tuples(st.just("begin"), beginnings),
        st.tuples(st.just("begin"), beginnings),
        st.tuples(st.just("end"), st.none()),
    ),
    max_size=12,
)
thoroughly = settings(max_examples=size("POCKET_EXAMPLES", quick=200, whole=5000), deadline=None)


def written(history: list[tuple[str, object]], ledger: Ledger) -> Ledger:
    for name, argument in history:
        getattr(ledger, name)(argument)
    return ledger


@thoroughly
@given(entries)
def test_ledger_gives_its_pockets(history: list[tuple[str, object]]) -> None:
    ledger = written(history, Ledger())
    assert min(ledger.pockets) >= 0
    assert replayed(ledger.entries) == ledger.pockets


@thoroughly
@given(entries, beginnings)
def test_undone_at_once_it_is_as_before(
    history: list[tuple[str, object]], begun: tuple[tuple[str, int | None], int]
) -> None:
    ledger = written(history, Ledger())
    before = ledger.pockets
    ledger.begin(begun)
    change = change_by_undoing(ledger.payments, ledger.entries, ledger.pockets)
    assert before == (ledger.pockets.plan + change.plan, ledger.pockets.own + change.own)


@thoroughly
@given(entries, beginnings, entries)
def test_undone_later_it_takes_what_was_brought_and_used_or_is_left(
    history: list[tuple[str, object]],
    begun: tuple[tuple[str, int | None], int],
    then: list[tuple[str, object]],
) -> None:
    ledger = written(history, Ledger())
    left = ledger.pockets.plan
    ledger.begin(begun)
    (rule, number), brought = begun
    expired = left - terms_of(rule, number).credits_kept(left)
    payment = ledger.payments
    written(then, ledger)
    change = change_by_undoing(payment, ledger.entries, ledger.pockets)
    assert -brought <= change.total <= expired
    if change.total < 0:  # from the plan's pocket first
        assert change.plan == max(change.total, -ledger.pockets.plan)
    else:
        assert 0 <= change.plan <= change.total
    if not any(entry.kind == CreditKind.EXPIRY for entry in ledger.entries):
        assert change.total == -brought


@pytest.mark.django_db
@pytest.mark.usefixtures("catalog")
def test_renewal_by_another_rule_is_taken_back_after_the_end() -> None:
    live_through([("renew", ("reset", None)), ("lapse", None), ("reverse", 0)])
