"""The customers of ``billing_years`` once more, on real rows: by the services, at the same times.

Those in memory are the oracle: after each day the facts that are read from the rows have to be
theirs, and the run must have taken the same steps.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Plan, User
from igny8_core.business.billing.borders import day_of
from igny8_core.business.billing.models import CreditTransaction, Invoice, Payment, Period
from igny8_core.business.billing.services.confirmation import confirm_payment, withdraw_payment
from igny8_core.business.billing.services.decisions import approve_payment, reject_payment
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.models import DunningStep
from igny8_core.business.subscriptions.reading import facts_of_accounts
from igny8_core.business.subscriptions.services.operator import extend_due, hold
from igny8_core.business.subscriptions.services.run import run_billing
from igny8_core.common.models import OutgoingMail
from tests.billing_years import (
    HELD_DAYS,
    MORE_DAYS,
    Customer,
    Deed,
    World,
    at,
    days_of,
    first_day,
    first_instant,
    hour_of,
    live_a_day,
    lived,
    signed_up,
)
from tests.factories import account_of, make_claim, make_owner

PLANS = {1: "starter", 12: "yearly"}  # by the months of a period
HOURS_OF_A_DAY = 24
Told = Callable[[int, str], None]
Bill = Callable[[datetime, Told], None]


def bill_once(as_of: datetime, told: Told, account_id: int | None = None) -> None:
    """Run billing in this process.

    :param told: called with each account's id and step.
    """
    run_billing(
        as_of=as_of,
        limit_seconds=3600,
        account_id=account_id,
        told=lambda account, step: told(account, str(step)),
    )


@dataclass
class Twin:
    """A customer in memory, and the same one in the database.

    :ivar steps: that the run has told of the real one, today.
    """

    model: Customer
    plan: str
    owner: User | None = None
    account_id: int = 0
    steps: list[str] = field(default_factory=list)
    steps_before: int = 0
    deeds_before: int = 0

    def sign_up(self) -> None:
        """Register when the customer in memory did."""
        self.owner = make_owner(plan_slug=self.plan, now=first_instant(self.model))
        self.account_id = account_of(self.owner).pk

    def live_in_memory(self, day: date, hours: tuple[int, ...]) -> None:
        self.steps.clear()
        self.steps_before, self.deeds_before = len(self.model.steps), len(self.model.deeds)
        live_a_day(self.model, day, hours)

    @property
    def awaited(self) -> list[str]:
        """The steps that were taken today in memory."""
        return [str(step) for _, step in self.model.steps[self.steps_before :]]

    @property
    def deeds(self) -> list[tuple[datetime, Deed]]:
        """What people did today."""
        return self.model.deeds[self.deeds_before :]


class Years:
    """Real customers, day by day.

    :param admin: becomes a superuser, who may wait for payment as long as the world says.
    :param bill: how billing comes to all of them.
    """

    def __init__(
        self, world: World, numbers: Collection[int], *, admin: User, bill: Bill = bill_once
    ) -> None:
        self.world = world
        self.admin = admin
        admin.is_superuser = True
        admin.save(update_fields=["is_superuser"])
        self.bill = bill
        Plan.objects.get_or_create(slug="yearly", defaults=yearly())
        self.twins = [
            Twin(signed_up(number, world), PLANS[lived(number, world).months]) for number in numbers
        ]

    def live(self, each_day: Callable[[int], None] = lambda _number: None) -> None:
        """Live through all days.

        :param each_day: called at the end of each, with its number, from 1.
        """
        for number, (day, hours) in enumerate(days_of(self.world), start=1):
            self._live_a_day(day, hours)
            each_day(number)

    def _live_a_day(self, day: date, hours: tuple[int, ...]) -> None:
        twins = [twin for twin in self.twins if day >= first_day(twin.model)]
        for twin in twins:
            twin.live_in_memory(day, hours)
            if not twin.owner:
                twin.sign_up()
        of_account = {twin.account_id: twin for twin in twins}

        def told(account_id: int, step: str) -> None:
            of_account[account_id].steps.append(step)

        for hour in range(HOURS_OF_A_DAY):
            if hour in hours:
                self.bill(at(day, hour, self.world.zone), told)
            for twin in twins:
                if hour_of(twin.model) == hour:
                    self._do(twin, told)
        self._check([twin for twin in twins if twin.deeds or twin.awaited or twin.steps])

    def _do(self, twin: Twin, told: Told) -> None:
        """Do what people did in memory; what follows comes at once."""
        for now, deed in twin.deeds:
            DEEDS[deed](self, twin, now)
        if twin.deeds:
            bill_once(twin.deeds[-1][0], told, twin.account_id)

    def confirm(self, twin: Twin, now: datetime) -> None:
        """Confirm the open invoice."""
        assert twin.owner
        invoice = Invoice.objects.get(account=twin.account_id, status="pending")
        confirm_payment(
            invoice_id=invoice.pk,
            account=invoice.account,
            claim=make_claim(amount=invoice.total, reference=f"BT-{invoice.pk}-{now:%d%b}"),
            submitter=twin.owner,
            actor=Actor(user=twin.owner),
            now=now,
        )

    def approve(self, twin: Twin, now: datetime) -> None:
        """Approve what waits."""
        approve_payment(payment_id=_waiting(twin).pk, actor=Actor(user=self.admin), now=now)

    def reject(self, twin: Twin, now: datetime) -> None:
        """Reject what waits."""
        actor = Actor(user=self.admin)
        reject_payment(payment_id=_waiting(twin).pk, actor=actor, now=now, admin_notes="Not found")

    def withdraw(self, twin: Twin, now: datetime) -> None:
        """Withdraw what waits."""
        payment = _waiting(twin)
        actor = Actor(user=twin.owner)
        withdraw_payment(
            payment_id=payment.pk, account=payment.invoice.account, actor=actor, now=now
        )

    def hold(self, twin: Twin, now: datetime) -> None:
        """Press nobody for two weeks."""
        until = day_of(now, self.world.zone) + timedelta(days=HELD_DAYS)
        actor = Actor(user=self.admin)
        hold(account_id=twin.account_id, until=until, actor=actor, now=now, reason="Asked for it")

    def extend(self, twin: Twin, now: datetime) -> None:
        """Put the due day off."""
        invoice = Invoice.objects.get(account=twin.account_id, status="pending", kind="renewal")
        first = max(invoice.due_date, day_of(now, self.world.zone))
        extend_due(
            account_id=twin.account_id,
            due_date=first + timedelta(days=MORE_DAYS),
            actor=Actor(user=self.admin),
            now=now,
            reason="Asked for it",
        )

    def _check(self, touched: list[Twin]) -> None:
        """Compare those with whom something happened today with those in memory."""
        ids = [twin.account_id for twin in touched]
        facts, looks = facts_of_accounts(ids), _looks_of(ids)
        begun, granted = _begun_by(ids), _granted_to(ids)
        for twin in touched:
            model, pk = twin.model, twin.account_id
            assert twin.steps == twin.awaited, model.number
            assert comparable(facts[pk]) == comparable(model.facts), model.number
            assert looks[pk] == model.look, model.number
            assert begun[pk] == model.begun, model.number
            assert granted[pk] == len(model.begun), model.number


DEEDS: dict[Deed, Callable[[Years, Twin, datetime], None]] = {
    Deed.CONFIRM: Years.confirm,
    Deed.APPROVE: Years.approve,
    Deed.REJECT: Years.reject,
    Deed.WITHDRAW: Years.withdraw,
    Deed.HOLD: Years.hold,
    Deed.EXTEND: Years.extend,
}


def yearly() -> dict[str, object]:
    """Return a plan like the starter plan, by the year."""
    values = Plan.objects.filter(slug="starter").values().get()
    del values["id"], values["slug"]
    return {**values, "name": "Starter, a year", "interval": "year", "price": "890.00"}


def _waiting(twin: Twin) -> Payment:
    waiting = Payment.objects.select_related("invoice__account")
    return waiting.get(invoice__account=twin.account_id, status="pending_approval")


def comparable(facts: BillingFacts) -> BillingFacts:
    """Leave out when the last mail was: of paid invoices, no more than their issue is read."""
    return replace(facts, last_mail_on=None)


def _looks_of(ids: list[int]) -> dict[int, datetime | None]:
    looks = Account.objects.filter(pk__in=ids).values_list("pk", "next_billing_step_at")
    return dict(looks)


def _begun_by(ids: list[int]) -> defaultdict[int, list[int]]:
    """Return the numbers of the periods that began, in their order."""
    begun: defaultdict[int, list[int]] = defaultdict(list)
    periods = Period.objects.filter(subscription__account__in=ids, revoked_at=None)
    for account_id, index in periods.order_by("pk").values_list("subscription__account", "index"):
        begun[account_id].append(index)
    return begun


def _granted_to(ids: list[int]) -> defaultdict[int, int]:
    granted: defaultdict[int, int] = defaultdict(int)
    grants = CreditTransaction.objects.filter(account__in=ids, kind="plan_grant")
    for account_id in grants.values_list("account", flat=True):
        granted[account_id] += 1
    return granted


Rows = dict[str, list[tuple[Any, ...]]]


def rows_of(account_id: int) -> Rows:
    """Return what an account has: without ids, and without the time when each row was written."""
    account = Account.objects.get(pk=account_id)
    found: dict[str, QuerySet[Any, Any]] = {
        "accounts": Account.objects.filter(pk=account_id).values_list(
            "status", "credits", "plan__slug", "suspended_at"
        ),
        "subscriptions": account.subscriptions.values_list(
            "status", "plan__slug", "anchor_at", "anchor_index", "current_index", "paid_index"
        ),
        "periods": Period.objects.filter(subscription__account=account).values_list(
            "index", "starts_at", "ends_at", "revoked_at"
        ),
        "invoices": account.invoices.values_list(
            "kind", "period_index", "status", "total", "due_date", "lines__description"
        ),
        "payments": Payment.objects.filter(invoice__account=account).values_list(
            "status", "submitted_at", "decided_at"
        ),
        "credits": account.credit_transactions.values_list("kind", "amount", "balance_after"),
        "steps": DunningStep.objects.filter(invoice__account=account).values_list(
            "invoice__period_index", "kind", "is_skipped", "created_at__date"
        ),
        "events": account.payment_events.values_list(
            "event", "object_type", "from_state", "to_state", "invoice__period_index"
        ),
        "mails": OutgoingMail.objects.filter(
            recipient__in=account.users.values("email")
        ).values_list("kind", "arguments__facts__due_date", "arguments__facts__ends_on"),
    }
    return {name: sorted(rows.order_by(), key=str) for name, rows in found.items()}
