"""The whole business by properties: any order of any acts, with a model beside the real thing.

Hypothesis chooses who does what next through the public API, on PostgreSQL. The model below knows
nothing of the code: it is the design's table of transitions written a second time. After each step
the answers, the states and the credits have to be the model's, and every trigger is fired. All
invariants of ``verify_billing`` have to hold after every fifth step and at the end of each history;
in ``make check``, which takes four times as many, after each. ``make soak`` takes many more.
"""

import random
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.core.cache import cache
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from rest_framework.test import APIClient

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.enums import CreditKind
from igny8_core.business.integrity.verify import verify_billing
from igny8_core.common.clock import business_day, utc_now
from tests.factories import PASSWORD, account_of, client_of, make_billing_admin, record_credits
from tests.sizes import THOROUGH, size

PARTS = 2  # each a test of its own, so that they run side by side
STEPS_OF_AN_EXAMPLE = 50
STEPS = size("STATE_MACHINE_STEPS", quick=300, whole=2000)
EXAMPLES = STEPS // STEPS_OF_AN_EXAMPLE // PARTS
STEPS_BETWEEN_CHECKS = 1 if THOROUGH else 5
V1 = "/api/v1"
CREDITS = {"free": 1000, "starter": 1000, "growth": 2000, "scale": 4000}
PRICES = {"starter": Decimal(89), "growth": Decimal(139), "scale": Decimal(229)}

plans = st.sampled_from(["starter", "growth", "scale"])
places = st.integers(min_value=0, max_value=10**6)


@dataclass
class Claim:
    """One payment, as the model sees it."""

    id: int
    debt: "Debt"
    status: str = "pending_approval"
    brought: int = 0
    taken: int = 0  # credits that went with unused days


@dataclass
class Debt:
    """One invoice with its subscription."""

    id: int
    plan: str
    customer: "Customer"
    amount: Decimal
    is_credited: bool = False
    credited: int = 0  # credits that go with the days that were taken off
    status: str = "pending"
    subscription: str = "pending_payment"
    started: int = 0
    claims: list[Claim] = field(default_factory=list)
    credited_on: list["Debt"] = field(default_factory=list)

    @property
    def is_under_review(self) -> bool:
        return any(claim.status == "pending_approval" for claim in self.claims)

    @property
    def is_payable(self) -> bool:
        return self.status == "pending" and not self.is_under_review


@dataclass
class Customer:
    """One account."""

    user: User
    client: APIClient
    plan: str
    status: str
    credits: int
    plan_credits: int = 0
    moved: list[tuple[int, Claim | None]] = field(default_factory=list)
    debts: list[Debt] = field(default_factory=list)
    is_closed: bool = False

    @property
    def is_under_review(self) -> bool:
        return any(debt.is_under_review for debt in self.debts)

    @property
    def live(self) -> Debt | None:
        return next((debt for debt in self.debts if debt.subscription == "active"), None)

    @property
    def order(self) -> Debt | None:
        return next((debt for debt in self.debts if debt.subscription == "pending_payment"), None)

    @property
    def owes(self) -> bool:
        return self.order is not None

    @property
    def credit(self) -> tuple[Decimal, int]:
        """What the unused days of the live plan are worth, and the credits that go with them.

        Of today, which has begun, nothing.
        """
        if not self.live:
            return Decimal(0), 0
        today, brought = business_day(utc_now()), CREDITS[self.live.plan]
        days = (today + relativedelta(months=1) - today).days
        unspent = min(self.plan_credits, brought)
        share = min(Fraction(days - 1, days), Fraction(unspent, brought))
        worth = PRICES[self.live.plan] * share.numerator / share.denominator
        return worth.quantize(Decimal("0.01"), ROUND_HALF_UP), int(brought * share)

    @property
    def paid_for(self) -> Debt | None:
        """The newest plan that is paid for; no period ends within a history."""
        paid = (debt for debt in self.debts if debt.status == "paid")
        return max(paid, key=lambda debt: debt.started, default=None)

    def take(self, amount: int, by: Claim | None = None) -> None:
        """Take credits: those of plans first."""
        self.credits -= amount
        self.plan_credits = max(0, self.plan_credits - amount)
        self.moved.append((-amount, by))

    def grant(self, amount: int, by: Claim) -> None:
        """Grant credits of a plan."""
        self.credits += amount
        self.plan_credits += amount
        self.moved.append((amount, by))

    def undo(self, claim: Claim) -> None:
        """Move credits as if a claim had not been approved."""
        plan = 0
        for amount, by in self.moved:
            if by is None or by.status != "reversed":
                plan = max(0, plan + amount)
        if claim.brought >= claim.taken:
            self.take(claim.brought - claim.taken, claim)
        else:
            back = claim.taken - claim.brought
            self.credits += back
            self.plan_credits += min(back, max(0, plan - self.plan_credits))


class Business(RuleBasedStateMachine):
    """Customers, admins, and everything that they can do to each other."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction._from_testcase = True  # type: ignore[attr-defined]  # durable ones run inside
        self.transaction.__enter__()
        self.steps = 0
        self.is_sound = True  # no step has failed
        self.customers: list[Customer] = []
        self.touched: Customer | None = None
        self.admins = [client_of(make_billing_admin()) for _ in range(2)]
        self.insider = make_billing_admin()  # belongs to the first customer's account

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

    # Choosing

    def customer(self, place: int) -> Customer:
        customers = self.open_customers() or self.customers
        return customers[place % len(customers)]

    def open_customers(self) -> list[Customer]:
        return [customer for customer in self.customers if not customer.is_closed]

    def debts(self) -> list[Debt]:
        return [debt for customer in self.customers for debt in customer.debts]

    def claims(self) -> list[Claim]:
        return [claim for debt in self.debts() for claim in debt.claims]

    def debt(self, place: int) -> Debt:
        """Choose an invoice: one to pay twice as often as any."""
        payable = [debt for debt in self.debts() if debt.is_payable]
        debts = payable if payable and place % 3 else self.debts()
        return debts[place % len(debts)]

    def claim(self, place: int, status: str) -> Claim:
        """Choose a payment: one in this status three times as often as any."""
        liked = [claim for claim in self.claims() if claim.status == status]
        claims = liked if liked and place % 4 else self.claims()
        return claims[place % len(claims)]

    def admin(self, place: int) -> APIClient:
        return self.admins[place % len(self.admins)]

    def post(self, client: APIClient, path: str, body: dict[str, Any], *, expected: int) -> Any:
        self.is_sound = False
        answer = client.post(f"{V1}/{path}", body)
        assert answer.status_code == expected, (path, body, answer.content)
        if expected == 409:
            assert answer.json()["state"], "a 409 says the present state"
        return answer.json()

    # Acts

    @initialize(plan=plans)
    def the_first_customer(self, plan: str) -> None:
        self.sign_up(plan)
        User.objects.filter(pk=self.insider.pk).update(account=self.customers[0].user.account)
        self.insider.refresh_from_db()

    @precondition(lambda self: len(self.open_customers()) < 3)
    @rule(plan=st.sampled_from(["free", "starter", "growth", "scale"]))
    def sign_up(self, plan: str) -> None:
        email = f"c{len(self.customers)}@shop.example"
        data = self.post(
            APIClient(),
            "auth/register/",
            {
                "email": email,
                "password": PASSWORD,
                "plan_slug": plan,
                "country": "PK",
                "payment_method": "" if plan == "free" else "bank_transfer",
            },
            expected=201,
        )
        user = User.objects.get(email=email)
        is_free = plan == "free"
        customer = Customer(
            user=user,
            client=client_of(user),
            plan=plan,
            status="trial" if is_free else "pending_payment",
            credits=CREDITS["free"] if is_free else 0,
        )
        if not is_free:
            customer.debts.append(Debt(data["invoice"]["id"], plan, customer, PRICES[plan]))
        self.customers.append(customer)
        self.touched = customer

    @rule(place=places, plan=st.sampled_from(["free", "starter", "growth", "scale"]))
    def upgrade(self, place: int, plan: str) -> None:
        customer = self.customer(place)
        live, order, (credit, credited) = customer.live, customer.order, customer.credit
        expected = 201
        if customer.is_closed:
            expected = 401
        elif order and (order.is_under_review or order.plan == plan):
            expected = 409
        elif plan == "free" or (live and live.plan == plan) or PRICES[plan] <= credit:
            expected = 400
        data = self.post(
            customer.client,
            "billing/subscriptions/upgrade/",
            {"plan_slug": plan},
            expected=expected,
        )
        if expected == 201:
            if order:
                order.status, order.subscription = "void", "cancelled"
            amount = PRICES[plan] - credit
            debt = Debt(data["invoice"]["id"], plan, customer, amount, is_credited=credit > 0)
            debt.credited = credited if credit else 0
            customer.debts.append(debt)
        self.touched = customer

    @precondition(lambda self: self.debts())
    @rule(place=places)
    def confirm(self, place: int) -> None:
        debt = self.debt(place)
        expected = 201 if debt.is_payable else 409
        if debt.customer.is_closed:
            expected = 401
        data = self.post(
            debt.customer.client,
            "billing/admin/payments/confirm/",
            {
                "invoice_id": debt.id,
                "payment_method": "bank_transfer",
                "amount": f"{debt.amount:.2f}",
                "manual_reference": f"BT-{place}",
            },
            expected=expected,
        )
        if expected == 201:
            debt.claims.append(Claim(data["id"], debt))
        self.touched = debt.customer

    @precondition(lambda self: self.debts())
    @rule(place=places, method=st.sampled_from(["raast", "jazzcash", "bank_transfer"]))
    def change_method(self, place: int, method: str) -> None:
        debt = self.debt(place)
        expected = 200 if debt.is_payable else 409
        self.post(
            debt.customer.client,
            f"billing/invoices/{debt.id}/payment-method/",
            {"payment_method": method},
            expected=401 if debt.customer.is_closed else expected,
        )
        self.touched = debt.customer

    @precondition(lambda self: self.claims())
    @rule(place=places)
    def withdraw(self, place: int) -> None:
        claim = self.claim(place, "pending_approval")
        waits = claim.status == "pending_approval"
        path = f"billing/payments/{claim.id}/withdraw/"
        expected = 200 if waits else 409
        if claim.debt.customer.is_closed:
            expected = 401
        self.post(claim.debt.customer.client, path, {}, expected=expected)
        if waits:
            claim.status = "withdrawn"
        self.touched = claim.debt.customer

    @precondition(lambda self: self.claims())
    @rule(place=places, who=places)
    def approve(self, place: int, who: int) -> None:
        claim = self.claim(place, "pending_approval")
        waits = claim.status == "pending_approval"
        path = f"billing/admin/payments/{claim.id}/approve/"
        self.post(self.admin(who), path, {}, expected=200 if waits else 409)
        if waits:
            self.follow_approval(claim)
        self.touched = claim.debt.customer

    @rule(place=places, plan=plans)
    def buy(self, place: int, plan: str) -> None:
        """Upgrade, confirm and approve at once, so that long histories are not rare."""
        customer = self.customer(place)
        if customer.is_closed or customer.owes:
            return
        if (customer.live and customer.live.plan == plan) or PRICES[plan] <= customer.credit[0]:
            return
        self.upgrade(place, plan)
        debt = customer.debts[-1]
        body = {
            "invoice_id": debt.id,
            "payment_method": "bank_transfer",
            "amount": f"{debt.amount:.2f}",
            "manual_reference": "BT-BOUGHT",
        }
        data = self.post(customer.client, "billing/admin/payments/confirm/", body, expected=201)
        debt.claims.append(Claim(data["id"], debt))
        path = f"billing/admin/payments/{data['id']}/approve/"
        self.post(self.admins[0], path, {}, expected=200)
        self.follow_approval(debt.claims[-1])

    @rule(place=places, chosen=st.lists(plans, min_size=2, max_size=4))
    def buy_one_after_another(self, place: int, chosen: list[str]) -> None:
        """Upgrade what was upgraded to, so that there are chains to reverse any part of."""
        for plan in chosen:
            self.buy(place, plan)

    @rule(place=places, becomes=st.sampled_from(["pending", "void"]))
    def reverse_in_a_chain(self, place: int, becomes: str) -> None:
        """Take back any approval of a customer who has several, not only the last."""
        chains = [
            [
                claim
                for debt in customer.debts
                for claim in debt.claims
                if claim.status == "succeeded"
            ]
            for customer in self.open_customers()
        ]
        longest = max(chains, key=len, default=[])
        if len(longest) > 1:
            self.reverse_claim(longest[place % len(longest)], place, becomes)

    def follow_approval(self, claim: Claim) -> None:
        customer, debt = claim.debt.customer, claim.debt
        if customer.live:
            if debt.is_credited:
                customer.live.credited_on.append(debt)
            customer.live.subscription = "cancelled"
        debt.started = 1 + max(item.started for item in customer.debts)
        claim.status, debt.status, debt.subscription = "succeeded", "paid", "active"
        customer.status, customer.plan = "active", debt.plan
        claim.brought = CREDITS[debt.plan]
        customer.grant(claim.brought, claim)
        claim.taken = min(debt.credited, customer.plan_credits)
        customer.take(claim.taken, claim)

    @precondition(lambda self: self.claims())
    @rule(place=places, who=places)
    def reject(self, place: int, who: int) -> None:
        claim = self.claim(place, "pending_approval")
        waits = claim.status == "pending_approval"
        path = f"billing/admin/payments/{claim.id}/reject/"
        body = {"admin_notes": "Not found"}
        self.post(self.admin(who), path, body, expected=200 if waits else 409)
        if waits:
            claim.status = "failed"
        self.touched = claim.debt.customer

    @precondition(lambda self: self.debts())
    @rule(place=places, who=places)
    def void(self, place: int, who: int) -> None:
        debt = self.debt(place)
        path = f"billing/admin/invoices/{debt.id}/void/"
        body = {"reason": "Ordered twice"}
        self.post(self.admin(who), path, body, expected=200 if debt.is_payable else 409)
        if debt.is_payable:
            debt.status, debt.subscription = "void", "cancelled"
        self.touched = debt.customer

    @precondition(lambda self: self.claims())
    @rule(place=places, who=places, becomes=st.sampled_from(["pending", "void"]))
    def reverse(self, place: int, who: int, becomes: str) -> None:
        self.reverse_claim(self.claim(place, "succeeded"), who, becomes)

    def reverse_claim(self, claim: Claim, who: int, becomes: str) -> None:
        debt, customer = claim.debt, claim.debt.customer
        is_live, order = debt.subscription == "active", customer.order
        is_spent_by_claim = is_live and order and order.is_credited and order.is_under_review
        is_credited = not is_live and any(order.status != "void" for order in debt.credited_on)
        is_possible = (
            claim.status == "succeeded"
            and not is_credited
            and customer.credits >= claim.brought - claim.taken
            and (becomes == "void" or (is_live and not customer.owes))
            and not is_spent_by_claim
        )
        self.post(
            self.admin(who),
            f"billing/admin/payments/{claim.id}/reverse/",
            {"reason": "Recalled", "invoice_becomes": becomes},
            expected=200 if is_possible else 409,
        )
        if is_possible:
            self.follow_reversal(claim, becomes, is_live=is_live)
        self.touched = customer

    def follow_reversal(self, claim: Claim, becomes: str, *, is_live: bool) -> None:
        debt, customer = claim.debt, claim.debt.customer
        claim.status, debt.status = "reversed", becomes
        customer.undo(claim)
        if not is_live:
            return
        if customer.order and customer.order.is_credited:
            customer.order.status, customer.order.subscription = "void", "cancelled"
        debt.subscription = "pending_payment" if becomes == "pending" else "cancelled"
        earlier = customer.paid_for
        if earlier:
            earlier.subscription, customer.plan = "active", earlier.plan
        else:
            customer.status = "pending_payment"

    @rule(place=places, amount=st.integers(min_value=1, max_value=300))
    def spend(self, place: int, amount: int) -> None:
        """The SaaS uses credits up; that is not a part of the API."""
        customer = self.customer(place)
        spent = min(amount, customer.credits)
        with transaction.atomic():
            record_credits(
                account=account_of(customer.user),
                amount=-spent,
                kind=CreditKind.ADJUSTMENT,
                description="Used",
                now=utc_now(),
            )
        customer.take(spent)
        self.touched = customer

    @rule(place=places)
    def close(self, place: int) -> None:
        """Close an account; one time in four, so that most histories are long."""
        if place % 4:
            return
        customer = self.customer(place)
        expected = 401 if customer.is_closed else 409 if customer.is_under_review else 200
        cache.clear()  # passwords may be tried ten times a minute, and no more
        body = {"password": PASSWORD, "confirmation": customer.user.email}
        self.post(customer.client, "auth/account/close/", body, expected=expected)
        if expected == 200:
            customer.status, customer.is_closed = "cancelled", True
            for debt in customer.debts:
                debt.status = "void" if debt.status == "pending" else debt.status
                debt.subscription = "cancelled"
        self.touched = customer

    @precondition(lambda self: self.claims())
    @rule(place=places, act=st.sampled_from(["approve", "reject", "reverse"]))
    def an_insider_tries(self, place: int, act: str) -> None:
        """An admin decides on the own account's payment: refused whatever its state."""
        claims = [claim for debt in self.customers[0].debts for claim in debt.claims]
        if not claims or self.customers[0].is_closed:  # then the admin has left it
            return
        path = f"billing/admin/payments/{claims[place % len(claims)].id}/{act}/"
        body = {"admin_notes": "x", "reason": "x", "invoice_becomes": "void"}
        self.post(client_of(self.insider), path, body, expected=403)

    @precondition(lambda self: len(self.customers) > 1 and self.debts())
    @rule(place=places, other=places)
    def a_stranger_tries(self, place: int, other: int) -> None:
        """Another account's objects are not there."""
        debt, stranger = self.debt(place), self.customer(other)
        if stranger is debt.customer or stranger.is_closed:
            return
        body = {
            "invoice_id": debt.id,
            "payment_method": "bank_transfer",
            "amount": f"{debt.amount:.2f}",
            "manual_reference": "BT-STRANGER",
        }
        self.post(stranger.client, "billing/admin/payments/confirm/", body, expected=404)
        for claim in debt.claims[-1:]:
            path = f"billing/payments/{claim.id}/withdraw/"
            self.post(stranger.client, path, {}, expected=404)

    # What has to hold

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
    def the_customer_sees_what_the_model_says(self) -> None:
        customer = self.touched
        if customer is None:
            return
        if customer.is_closed:
            self.nobody_sees_it_and_it_stays(customer)
            return
        account = customer.client.get(f"{V1}/auth/me/").json()["account"]
        assert (account["status"], account["credits"], account["plan"]["slug"]) == (
            customer.status,
            customer.credits,
            customer.plan,
        )
        balance = customer.client.get(f"{V1}/billing/credits/").json()
        assert balance == {"balance": customer.credits, "plan_credits": customer.plan_credits}
        shown = customer.client.get(f"{V1}/billing/invoices/?page_size=100").json()["results"]
        assert {item["id"]: item["status"] for item in shown} == {
            debt.id: debt.status for debt in customer.debts
        }
        paid = customer.client.get(f"{V1}/billing/payments/?page_size=100").json()["results"]
        assert {item["id"]: item["status"] for item in paid} == {
            claim.id: claim.status for debt in customer.debts for claim in debt.claims
        }

    def nobody_sees_it_and_it_stays(self, customer: Customer) -> None:
        assert customer.client.get(f"{V1}/auth/me/").status_code == 401
        account = Account.objects.get(users=customer.user)
        assert (account.status, account.credits) == ("cancelled", customer.credits)
        assert account.plan_credits == customer.plan_credits
        kept = dict(account.invoices.values_list("pk", "status"))
        assert kept == {debt.id: debt.status for debt in customer.debts}


@pytest.mark.sized
@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
@override_settings(BILLING_CLAIMS_PER_DAY=10_000, BILLING_CANCELLATIONS_PER_DAY=10_000)
def test_any_order_of_actions_matches_the_model(catalog: None, part: int) -> None:
    run_state_machine_as_test(
        seed(random.getrandbits(64) + part)(Business),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS_OF_AN_EXAMPLE,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
