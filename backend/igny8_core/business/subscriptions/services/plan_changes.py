"""What a change of plan costs, now and from the next period."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from igny8_core.auth.enums import ChangeCredit
from igny8_core.auth.models import Account, Plan, Subscription
from igny8_core.auth.selectors import public_plans
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing.borders import day_of, last_day
from igny8_core.business.billing.enums import InvoiceKind, InvoiceStatus
from igny8_core.business.billing.models import Invoice, PaymentMethodConfig
from igny8_core.business.billing.periods import paid_until, span_of
from igny8_core.business.billing.selectors.credits import has_credits_from_before_pockets
from igny8_core.business.billing.selectors.locks import LockedAccount
from igny8_core.business.billing.selectors.methods import payment_method_for
from igny8_core.business.billing.services.invoices import Charge, Deduction
from igny8_core.business.billing.services.pricing import price_at, rate_of
from igny8_core.business.subscriptions.days import day_in_words
from igny8_core.business.subscriptions.exceptions import NothingToPay
from igny8_core.business.subscriptions.reading import live_subscription, order_of
from igny8_core.business.subscriptions.requirements import (
    require_choosable,
    require_looked_after,
    require_orderable,
)
from igny8_core.business.subscriptions.selectors import billing_of
from igny8_core.common.clock import business_zone
from igny8_core.common.daily import A_DAY
from igny8_core.common.exceptions import DomainError, refusal_of
from igny8_core.common.money import Money, round_amount


@dataclass(frozen=True)
class ChangeNow:
    """A change that takes effect when its invoice is paid.

    :param refused: the code with which it would be refused.
    """

    credit: Money
    total: Money
    payable: Money | None
    refused: str | None


@dataclass(frozen=True)
class ChangeNextPeriod:
    """A change that takes effect with the next period."""

    starts_on: date | None
    refused: str | None


@dataclass(frozen=True)
class PlanChange:
    """A plan, and what changing to it costs."""

    plan: Plan
    now: ChangeNow
    next_period: ChangeNextPeriod


def plan_changes(*, account: Account, method_code: str, now: datetime) -> list[PlanChange]:
    """Say for each plan on offer what changing to it costs, and when it is possible.

    :param method_code: of the method to pay with; empty: amounts in the currency of prices alone.
    :raises UnknownPaymentMethod, ExchangeRateMissing: if the method can't be used.
    """
    billing = billing_of(account=account)
    country = billing.account.country
    method = payment_method_for(code=method_code, country=country) if method_code else None
    offer = _Offer(billing, method, rate_of(method), now, _unused(billing, now))
    return [
        PlanChange(plan, offer.at_once(plan), offer.next_period(plan)) for plan in public_plans()
    ]


def charge_for_change(*, plan: Plan, billing: LockedAccount, now: datetime) -> Charge:
    """Charge for a plan that begins when it is paid, less what is left of the present one.

    It is due while the present one runs: then the order expires.

    :raises NothingToPay: if so much is left that nothing is due.
    """
    charge = _charge(plan, billing, now, _unused(billing, now))
    _require_something_due(plan, charge)
    return charge


def _require_something_due(plan: Plan, charge: Charge) -> None:
    if charge.due.amount <= 0:
        price = Money(plan.price, plan.currency)
        credit = Money(price.amount - charge.due.amount, plan.currency)
        raise NothingToPay(plan=plan, price=price, credit=credit)


def unused_periods(
    subscription: Subscription, invoices: Iterable[Invoice], now: datetime, *, plan_credits: int
) -> Iterator[Deduction]:
    """Yield what is left of each paid period, at its plan's price: whole days, of all its days.

    Of a period that has begun, no larger share than of the credits that it brought: what was spent
    isn't paid back.

    What was credited on the invoice of a period counts: it was paid for earlier. A period that was
    given is worth nothing, and so is one that another one has followed, or whose plan says so.

    :param invoices: of the account.
    :param plan_credits: those of its plans that it has left.
    """
    running = subscription.current_index or 0
    for invoice in invoices:
        is_its_own = invoice.subscription_id == subscription.pk
        is_over = (invoice.period_index or 0) < running
        if is_its_own and not is_over and _is_worth_something(invoice):
            starts_at, ends_at = _span(subscription, invoice)
            left = _days_left_of(invoice, starts_at, ends_at, now)
            if invoice.period_index == subscription.current_index:
                left = min(left, _credits_left_of(invoice, ends_at, plan_credits), key=_worth)
            if left.amount.amount:
                yield left


def _is_worth_something(invoice: Invoice) -> bool:
    """Tell whether a period is paid for, and its plan promised to take its unused days off."""
    is_paid = invoice.status == InvoiceStatus.PAID and invoice.period_index is not None
    return is_paid and invoice.plan.change_credit == ChangeCredit.DAYS


def _span(subscription: Subscription, invoice: Invoice) -> tuple[datetime, datetime]:
    starts_at, ends_at = subscription.current_period_start, subscription.current_period_end
    if invoice.period_index == subscription.current_index and starts_at and ends_at:
        return starts_at, ends_at
    return span_of(invoice)


def _days_left_of(
    invoice: Invoice, starts_at: datetime, ends_at: datetime, now: datetime
) -> Deduction:
    zone = business_zone()
    days = (day_of(ends_at, zone) - day_of(starts_at, zone)).days
    unused = days if now <= starts_at else max(0, min(days, (ends_at - now) // A_DAY))
    brought = invoice.included_credits * unused // days
    return _share(invoice, unused, days, "days", ends_at, brought)


def _credits_left_of(invoice: Invoice, ends_at: datetime, plan_credits: int) -> Deduction:
    brought = invoice.included_credits or 1  # a plan without credits has all of them left
    left = min(plan_credits, brought) if invoice.included_credits else brought
    return _share(invoice, left, brought, "credits", ends_at, min(left, invoice.included_credits))


def _share(
    invoice: Invoice, left: int, of: int, what: str, ends_at: datetime, brought: int
) -> Deduction:
    terms, last = invoice.plan, day_in_words(last_day(ends_at, business_zone()))
    amount = round_amount(terms.price * left / of, terms.currency)
    return Deduction(
        f"{terms.name} plan, {left:,} of {of:,} {what} not used, to {last}",
        Money(amount, terms.currency),
        subscription_id=invoice.subscription_id,
        period_index=invoice.period_index or 0,
        credits=brought,
    )


def _worth(left: Deduction) -> Decimal:
    return left.amount.amount


def _unused(billing: LockedAccount, now: datetime) -> tuple[Deduction, ...]:
    """Return what is left of the present plan, which is taken off any other one."""
    live = live_subscription(billing)
    if live is None:
        return ()
    left = unused_periods(live, billing.invoices, now, plan_credits=_plan_credits(billing.account))
    return tuple(left)


def _charge(
    plan: Plan, billing: LockedAccount, now: datetime, unused: tuple[Deduction, ...]
) -> Charge:
    live, order = live_subscription(billing), order_of(billing)
    kind = InvoiceKind(order.kind) if order else InvoiceKind.CHANGE
    charge = Charge.of_first_period(PlanTerms.of_plan(plan), kind=kind, now=now)
    if live is None:
        return charge
    until = paid_until(live)
    ends_on = last_day(until, business_zone()) if now < until else charge.due_date
    return replace(charge, due_date=min(charge.due_date, ends_on), deductions=unused)


def _plan_credits(account: Account) -> int:
    """Return how many credits of its plans an account has left.

    All that it has, if its period brought them before they had a pocket of their own.
    """
    if account.credits > account.plan_credits and has_credits_from_before_pockets(account=account):
        return account.credits
    return account.plan_credits


@dataclass(frozen=True)
class _Offer:
    """What an account can change to.

    :param rate: units of the method's currency for one of the prices'.
    :param unused: what is left of the present plan.
    """

    billing: LockedAccount
    method: PaymentMethodConfig | None
    rate: Decimal
    now: datetime
    unused: tuple[Deduction, ...]

    def at_once(self, plan: Plan) -> ChangeNow:
        charge = _charge(plan, self.billing, self.now, self.unused)
        refusal = refusal_of(lambda: self._require_orderable(plan, charge))
        payable = self._payable(charge.due) if self.method and not refusal else None
        return ChangeNow(
            credit=Money(plan.price - charge.due.amount, plan.currency),
            total=Money(max(charge.due.amount, Decimal(0)), plan.currency),
            payable=payable,
            refused=_code(refusal),
        )

    def next_period(self, plan: Plan) -> ChangeNextPeriod:
        live = live_subscription(self.billing)
        refusal = refusal_of(lambda: self._require_choosable(plan))
        starts_on = day_of(paid_until(live), business_zone()) if live else None
        return ChangeNextPeriod(starts_on=starts_on, refused=_code(refusal))

    def _require_orderable(self, plan: Plan, charge: Charge) -> None:
        require_looked_after(self.billing)
        require_orderable(plan, self.billing)
        _require_something_due(plan, charge)
        self._payable(charge.due)

    def _payable(self, due: Money) -> Money:
        return price_at(due=due, method=self.method, rate=self.rate).payable

    def _require_choosable(self, plan: Plan) -> None:
        require_looked_after(self.billing)
        require_choosable(plan, self.billing)


def _code(refusal: DomainError | None) -> str | None:
    return refusal.code if refusal else None
