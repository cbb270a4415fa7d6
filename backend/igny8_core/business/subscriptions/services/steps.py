"""Taking the steps of billing: each changes the rows of one account, which are locked."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from igny8_core.auth.actors import Actor
from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.models import Plan, Subscription
from igny8_core.auth.selectors import public_plans
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing.emails import Notice
from igny8_core.business.billing.enums import EventName, InvoiceKind, InvoiceStatus, PaymentStatus
from igny8_core.business.billing.models import Invoice, Payment, PaymentMethodConfig
from igny8_core.business.billing.periods import border, span
from igny8_core.business.billing.selectors.locks import LockedAccount
from igny8_core.business.billing.selectors.methods import payment_methods_for
from igny8_core.business.billing.services.changes import Changes
from igny8_core.business.billing.services.credits import expire_credits
from igny8_core.business.billing.services.invoices import Charge, issue_invoice
from igny8_core.business.billing.services.periods import BEGUN, begin_period, grant_credits
from igny8_core.business.billing.services.pricing import TOLD_PRICE
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.business.subscriptions import emails
from igny8_core.business.subscriptions.bounds import TooManyInvoices
from igny8_core.business.subscriptions.days import day_in_words, not_charged
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.models import DunningStep
from igny8_core.business.subscriptions.overrides import announced_days
from igny8_core.business.subscriptions.prices import terms_to_renew
from igny8_core.business.subscriptions.reading import (
    History,
    facts_of,
    live_subscription,
    open_renewal,
    order_of,
    replaced_renewal,
    rules_of_today,
)
from igny8_core.business.subscriptions.reminders import Taken, about
from igny8_core.business.subscriptions.services.gifts import begin_given_period, has_given_period
from igny8_core.business.subscriptions.steps import (
    AnnouncePrice,
    Remind,
    Renew,
    StartPeriod,
    Step,
    StepName,
)
from igny8_core.common.clock import business_day
from igny8_core.common.daily import A_DAY
from igny8_core.common.money import Money

THE_SYSTEM = Actor()
# Of one subscription in 24 hours, which are of two business days: one, its replacements after a
# change of plan on either day, and one in place of what an admin has voided
INVOICES_A_DAY = 4
UNPAID = "It was not paid in time."
ENDED = "The subscription has ended."
T = TypeVar("T")


class Steps:
    """The steps of one account at one time.

    :ivar facts: as they are after the steps that were taken.
    """

    def __init__(
        self, *, billing: LockedAccount, history: History, changes: Changes, now: datetime
    ) -> None:
        self.billing = billing
        self.account = billing.account
        self.changes = changes
        self.now = now
        self._history = history

    @property
    def facts(self) -> BillingFacts:
        return facts_of(self.billing, self._history)

    def take(self, step: Step) -> None:
        """Change the rows as a due step does, and tell the customer.

        :raises TooManyInvoices: if the subscription got ``INVOICES_A_DAY`` lately.
        :raises LookupError: if a row is missing that the step is about.
        """
        match step:
            case StartPeriod(index=index):
                self._start_period(index)
            case Renew():
                self._renew(step)
            case Remind():
                self._remind(step)
            case AnnouncePrice():
                self._announce_price(step)
            case _:
                OTHERS[step.name](self)

    def _recorder(self, event: EventName, invoice: Invoice | None, note: str) -> TransitionRecorder:
        return TransitionRecorder(
            changes=self.changes,
            event=event,
            actor=THE_SYSTEM,
            now=self.now,
            invoice=invoice,
            note=note,
        )

    @property
    def _subscription(self) -> Subscription:
        return _found(live_subscription(self.billing), "live subscription")

    @property
    def _debt(self) -> Invoice:
        return _found(open_renewal(self.billing, self._subscription), "open renewal")

    def _start_period(self, index: int) -> None:
        subscription = self._subscription
        payment = self._payment_of(subscription, index)
        if payment is None and has_given_period(subscription):
            self._start_given_period(subscription, index)
            return
        payment = _found(payment, f"payment of period {index}")
        recorder = self._recorder(EventName.START_PERIOD, payment.invoice, "")
        begin_period(subscription, invoice=payment.invoice, recorder=recorder)
        recorder.move(subscription, also_save=BEGUN)
        self.account.plan = subscription.plan
        self.changes.save(self.account, "plan")
        grant_credits(payment=payment, account=self.account, recorder=recorder)

    def _start_given_period(self, subscription: Subscription, index: int) -> None:
        recorder = self._recorder(EventName.START_PERIOD, None, "")
        begin_given_period(subscription, index=index, recorder=recorder)
        recorder.move(subscription, also_save=BEGUN)

    def _payment_of(self, subscription: Subscription, index: int) -> Payment | None:
        of_period = (
            payment
            for payment in self.billing.payments
            if payment.status == PaymentStatus.SUCCEEDED
            and payment.invoice.subscription_id == subscription.pk
            and payment.invoice.period_index == index
        )
        return next(of_period, None)

    def _renew(self, step: Renew) -> None:
        subscription = self._subscription
        self._require_few_invoices(subscription)
        invoice = issue_invoice(
            changes=self.changes,
            subscription=subscription,
            charge=self._charge(subscription, step),
            method=self._method(subscription),
            event=EventName.RENEW,
            actor=THE_SYSTEM,
            now=self.now,
            note=_skipped(subscription, step),
        )
        self.billing.invoices.append(invoice)
        self.changes.tell(emails.of_renewal(invoice=invoice))

    def _require_few_invoices(self, subscription: Subscription) -> None:
        lately = [
            invoice
            for invoice in self.billing.invoices
            if invoice.subscription_id == subscription.pk and invoice.issued_at > self.now - A_DAY
        ]
        if len(lately) >= INVOICES_A_DAY:
            raise TooManyInvoices

    def _charge(self, subscription: Subscription, step: Renew) -> Charge:
        """Charge for a period by today's terms; a replaced invoice's deadlines stay."""
        plan = terms_to_renew(
            subscription,
            first_day=business_day(border(subscription, step.index)),
            issued_on=business_day(self.now),
            notice=rules_of_today().price_notice,
        )
        old = replaced_renewal(self.billing, subscription)
        goes_on = old and old.period_index == step.index
        return Charge(
            kind=InvoiceKind.RENEWAL,
            plan=plan,
            period_index=step.index,
            due_date=step.due_date,
            description=_described(subscription, plan, step.index),
            dunning_plan=old.dunning_plan if goes_on and old else None,
        )

    def _method(self, subscription: Subscription) -> PaymentMethodConfig | None:
        """Return the method of the subscription's last paid invoice, if it is still offered."""
        paid = [
            invoice
            for invoice in self.billing.invoices
            if invoice.subscription_id == subscription.pk and invoice.status == InvoiceStatus.PAID
        ]
        own = paid[-1].method if paid else None
        if own is None:
            return None
        offered = payment_methods_for(country=self.account.country)
        return next((item for item in offered if item.payment_method == own.payment_method), None)

    def _remind(self, step: Remind) -> None:
        invoice = self._debt
        for kind in (*step.skipped, step.kind):
            reminder = DunningStep(
                invoice=invoice,
                kind=kind,
                about=about(
                    kind=kind,
                    invoice=invoice,
                    hold_until=self._subscription.hold_until,
                    reminders=self._history.reminders,
                ),
                is_skipped=kind != step.kind,
                created_at=self.now,
            )
            self.changes.add(reminder)
            reminders = (*self._history.reminders, Taken(reminder, self.now))
            self._history = replace(self._history, reminders=reminders)
        days = self._coming()
        notice = emails.of_reminder(
            invoice=invoice,
            kind=step.kind,
            suspends_on=days[StepName.SUSPEND],
            ends_on=days[StepName.LAPSE],
            about=reminder.about,
        )
        self._tell(notice)

    def _announce_price(self, step: AnnouncePrice) -> None:
        subscription = self._subscription
        subscription.announced_price = step.price
        subscription.announced_on = self.facts.today(self.now)
        subscription.announced_from = step.first_day
        new = Money(step.price, Plan.currency)
        recorder = self._recorder(EventName.ANNOUNCE_PRICE, None, f"{new} from {step.first_day}")
        recorder.move(subscription, also_save=TOLD_PRICE)
        self._tell(emails.of_price_change(subscription=subscription, price=new))

    def _fall_due(self) -> None:
        self._recorder(EventName.FALL_DUE, self._debt, "").move(self._subscription)

    def _suspend(self) -> None:
        recorder = self._recorder(EventName.SUSPEND, self._debt, "")
        self.account.suspended_at = self.now
        recorder.move(self.account, also_save=("suspended_at",))
        ends_on = self._coming()[StepName.LAPSE]
        self._tell(emails.of_suspension(invoice=self._debt, ends_on=ends_on))

    def _lapse(self) -> None:
        self._end_by(EventName.LAPSE, UNPAID)

    def _end(self) -> None:
        self._end_by(EventName.END, ENDED)

    def _end_by(self, event: EventName, note: str) -> None:
        subscription = self._subscription
        debt = open_renewal(self.billing, subscription)
        recorder = self._recorder(event, debt, note)
        if debt:
            recorder.void(debt)
        recorder.cancel(subscription)
        self.account.suspended_at = None
        recorder.move(self.account, also_save=("suspended_at",))
        notice = emails.of_end(
            subscription=subscription,
            account=self.account,
            renewal=self._voided_now(subscription),
            order=order_of(self.billing),
        )
        self._tell(notice)

    def _voided_now(self, subscription: Subscription) -> Invoice | None:
        """Return the renewal that became void in this act: perhaps before the end, which tells."""
        voided = (
            invoice
            for invoice in self.billing.invoices
            if invoice.subscription_id == subscription.pk
            and invoice.kind == InvoiceKind.RENEWAL
            and invoice.voided_at == self.now
        )
        return next(voided, None)

    def _expire_credits(self) -> None:
        expire_credits(
            changes=self.changes,
            account=self.account,
            kept=0,
            description="Unused after the end of the plan",
            now=self.now,
        )

    def _expire_sign_up(self) -> None:
        recorder = self._expire()
        free = public_plans().filter(price=0).first()
        if free is None or self.account.status != AccountStatus.PENDING_PAYMENT:
            return  # it waits for another order
        self.account.plan = free
        self.account.trial_terms = PlanTerms.of_plan(free).as_json()
        recorder.move(self.account, also_save=("plan", "trial_terms"))

    def _expire(self) -> TransitionRecorder:
        order = _found(order_of(self.billing), "open order")
        recorder = self._recorder(EventName.EXPIRE, order, UNPAID)
        recorder.void(order)
        recorder.cancel(order.subscription)
        self._tell(emails.of_expiry(invoice=order))
        return recorder

    def _tell(self, notice: Notice) -> None:
        self.changes.tell(notice)
        self._history = replace(self._history, last_mail_at=self.now)

    def _coming(self) -> Mapping[StepName, date]:
        """Return when the account will be suspended, and when its subscription ends.

        That is what comes if nobody does anything; what has come is said as it was.
        """
        return announced_days(self.facts, self.now)


OTHERS: Mapping[StepName, Callable[[Steps], object]] = {
    StepName.FALL_DUE: Steps._fall_due,
    StepName.SUSPEND: Steps._suspend,
    StepName.LAPSE: Steps._lapse,
    StepName.END: Steps._end,
    StepName.EXPIRE_SIGN_UP: Steps._expire_sign_up,
    StepName.EXPIRE_CHANGE: Steps._expire,
    StepName.EXPIRE_CREDITS: Steps._expire_credits,
}


def _found(row: T | None, name: str) -> T:
    """Return what a step is about.

    :raises LookupError: if it isn't there.
    """
    if row is None:
        message = f"There is no {name}."
        raise LookupError(message)
    return row


def _described(subscription: Subscription, plan: PlanTerms, index: int) -> str:
    """Say what a renewal is for: its first day, and the first day after it."""
    first, end = map(business_day, span(subscription, index=index, plan=plan))
    days = f"{day_in_words(first)} to {day_in_words(end)}"
    return f"{plan.name} plan, {days}, {plan.included_credits:,} credits"


def _skipped(subscription: Subscription, step: Renew) -> str:
    """Note the periods that nobody is charged for."""
    if not step.skipped:
        return ""
    return not_charged(subscription, first=step.skipped[0], index=step.index)
