"""What decides on the next steps of accounts, read from their rows."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from django.conf import settings
from django.db.models import F, Max, Model

from igny8_core.auth.enums import (
    LIVE_SUBSCRIPTION_STATUSES,
    AccountStatus,
    SubscriptionStatus,
)
from igny8_core.auth.models import Account, Plan, Subscription
from igny8_core.business.billing.borders import LatePayment, day_of
from igny8_core.business.billing.dunning import dunning_of, dunning_of_today
from igny8_core.business.billing.enums import EventName, InvoiceKind, InvoiceStatus, PaymentStatus
from igny8_core.business.billing.models import Invoice, Payment, PaymentEvent
from igny8_core.business.billing.periods import anchor_of
from igny8_core.business.billing.selectors.locks import LockedAccount
from igny8_core.business.subscriptions.claims import claim_of
from igny8_core.business.subscriptions.facts import (
    BillingFacts,
    BillingRules,
    CatchUp,
    LiveSubscription,
    OpenInvoice,
)
from igny8_core.business.subscriptions.prices import rise_of
from igny8_core.business.subscriptions.reminders import Deadline, Taken, reminders_of
from igny8_core.business.subscriptions.start import renewals_from
from igny8_core.common.clock import business_zone

WITH_A_MAIL = (
    EventName.SUSPEND,
    EventName.LAPSE,
    EventName.EXPIRE,
    EventName.END,
    EventName.EXTEND_DUE,
    EventName.REMIND,
    EventName.ANNOUNCE_PRICE,
)
REVERSED = PaymentStatus.REVERSED
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class History:
    """What has happened to an account's unpaid invoices.

    :param reminders: oldest first.
    :param last_mail_at: when billing last wrote to the account by itself, renewals aside.
    :param reopened_at: when payments were reversed, the last time, by the invoice's id.
    """

    reminders: tuple[Taken, ...] = ()
    last_mail_at: datetime | None = None
    reopened_at: Mapping[int, datetime] = field(default_factory=dict)


def rules_of_today() -> BillingRules:
    """Return what holds for the next invoice."""
    return BillingRules(
        lead_days=settings.BILLING_RENEWAL_LEAD_DAYS,
        yearly_lead_days=settings.BILLING_YEARLY_RENEWAL_LEAD_DAYS,
        min_term_days=settings.BILLING_MIN_TERM_DAYS,
        renewals_from=renewals_from(),
        price_notice_days=settings.BILLING_PRICE_NOTICE_DAYS,
        first_term_days=settings.BILLING_FIRST_TERM_DAYS,
        credits_after_end_days=settings.BILLING_CREDITS_AFTER_END_DAYS,
        catch_up=CatchUp(settings.BILLING_CATCH_UP),
        late_payment=LatePayment(settings.BILLING_LATE_PAYMENT),
        dunning=dunning_of_today(),
    )


def facts_of_accounts(account_ids: Collection[int]) -> dict[int, BillingFacts]:
    """Read the facts of accounts without locks, in a number of statements that doesn't grow.

    :returns: by the account's id; those that don't exist are left out.
    """
    histories = histories_of(account_ids)
    return {
        billing.account.pk: facts_of(billing, histories[billing.account.pk])
        for billing in _billing_of(account_ids)
    }


def histories_of(account_ids: Collection[int]) -> dict[int, History]:
    """Read the histories of accounts; every id has one."""
    reminders = reminders_of(account_ids)
    mailed, reopened = _events_of(account_ids)
    return {
        pk: History(
            reminders=tuple(reminders.get(pk, ())),
            last_mail_at=max([*mailed[pk], *_reminded(reminders.get(pk, ()))], default=None),
            reopened_at=reopened[pk],
        )
        for pk in account_ids
    }


def _reminded(reminders: Iterable[Taken]) -> Iterator[datetime]:
    return (item.step.created_at for item in reminders if not item.step.is_skipped)


def facts_of(billing: LockedAccount, history: History) -> BillingFacts:
    """Return the facts of an account's rows, as they are in memory."""
    return _Reader(billing, history).facts()


@dataclass(frozen=True)
class _Reader:
    billing: LockedAccount
    history: History
    rules: BillingRules = field(default_factory=rules_of_today)

    def facts(self) -> BillingFacts:
        account = self.billing.account
        live = live_subscription(self.billing)
        order = order_of(self.billing)
        return BillingFacts(
            account_status=AccountStatus(account.status),
            zone=business_zone(),
            rules=self.rules,
            subscription=self._subscription(live) if live else None,
            order=self._open(order) if order else None,
            suspended_at=account.suspended_at,
            last_mail_on=self._last_mail_on(),
            is_parked=account.parked_at is not None,
            has_plan_credits=account.plan_credits > 0,
            ended_at=max(
                (item.cancelled_at for item in self.billing.subscriptions if item.cancelled_at),
                default=None,
            ),
        )

    def _last_mail_on(self) -> date | None:
        """Return the day of the last mail; that of a renewal issued anew takes no other's place."""
        renewed = (
            invoice.issued_at
            for invoice in reversed(self.billing.invoices)
            if invoice.kind == InvoiceKind.RENEWAL and not _was_issued_anew(self.billing, invoice)
        )
        mailed = (self.history.last_mail_at, next(renewed, None))
        last_mail_at = max(filter(None, mailed), default=None)
        return day_of(last_mail_at, business_zone()) if last_mail_at else None

    def _subscription(self, live: Subscription) -> LiveSubscription:
        renewal = open_renewal(self.billing, live)
        replaced = None if renewal else replaced_renewal(self.billing, live)
        return LiveSubscription(
            status=SubscriptionStatus(live.status),
            anchor=anchor_of(live),
            current_index=live.current_index or 0,
            paid_index=live.paid_index,
            cancel_at_period_end=live.cancel_at_period_end,
            hold_until=live.hold_until,
            invoice=self._open(renewal) if renewal else None,
            replaced=self._open(replaced) if replaced else None,
            rise=rise_of(live),
        )

    def _open(self, invoice: Invoice) -> OpenInvoice:
        """Return an invoice with what happened to those that it replaced.

        Where a payment was reversed, it is open since then.
        """
        zone, same = business_zone(), set(self._for_the_same_period(invoice))
        issued_at = max(
            invoice.issued_at, self.history.reopened_at.get(invoice.pk, invoice.issued_at)
        )
        claims = sorted(
            (payment for payment in self.billing.payments if payment.invoice_id in same),
            key=lambda payment: (payment.submitted_at, payment.pk),
        )
        plan, hold_until = dunning_of(invoice.dunning_plan), invoice.subscription.hold_until
        deadline = Deadline(invoice.due_date, hold_until)
        return OpenInvoice(
            kind=InvoiceKind(invoice.kind),
            period_index=invoice.period_index or 0,
            issued_on=day_of(issued_at, zone),
            due_date=invoice.due_date,
            plan=plan,
            claims=tuple(map(claim_of, claims)),
            sent=tuple(
                item.sent(zone, deadline=deadline, plan=plan)
                for item in self.history.reminders
                if item.step.invoice_id in same
            ),
        )

    def _for_the_same_period(self, invoice: Invoice) -> Iterator[int]:
        """Yield the ids of the invoice and of those that it replaced."""
        subscription, index = invoice.subscription, invoice.period_index
        for other in self.billing.invoices:
            is_same = other.subscription == subscription and other.period_index == index
            if other == invoice or (is_same and _goes_on(other, self.billing)):
                yield other.pk


def live_subscription(billing: LockedAccount) -> Subscription | None:
    """Return the account's subscription that is active or past due."""
    live = (item for item in billing.subscriptions if item.status in LIVE_SUBSCRIPTION_STATUSES)
    return next(live, None)


def order_of(billing: LockedAccount) -> Invoice | None:
    """Return the open invoice of the subscription that waits for its first payment."""
    return next(
        (
            invoice
            for invoice in billing.invoices
            if invoice.status == InvoiceStatus.PENDING
            and invoice.kind in {InvoiceKind.INITIAL, InvoiceKind.CHANGE}
        ),
        None,
    )


def open_renewal(billing: LockedAccount, subscription: Subscription) -> Invoice | None:
    """Return the renewal of a subscription that waits for its payment."""
    renewals = _renewals(billing, subscription, InvoiceStatus.PENDING)
    return next(renewals, None)


def waiting_claim(billing: LockedAccount, invoice: Invoice) -> Payment | None:
    """Return the confirmation of an invoice that is under review."""
    waiting = (
        payment
        for payment in billing.payments
        if payment.invoice_id == invoice.pk and payment.status == PaymentStatus.PENDING_APPROVAL
    )
    return next(waiting, None)


def is_paid_for(plan: Plan, billing: LockedAccount, subscription: Subscription) -> bool:
    """Tell whether a period of a subscription that hasn't begun is paid for on a plan."""
    return any(
        (invoice.period_index or 0) > (subscription.current_index or 0)
        and invoice.plan.slug == plan.slug
        for invoice in _renewals(billing, subscription, InvoiceStatus.PAID)
    )


def replaced_renewal(billing: LockedAccount, subscription: Subscription) -> Invoice | None:
    """Return the renewal of an unpaid period that was voided for another one to follow.

    One whose payment was taken back isn't owed any more: it is replaced by none. One that was void
    because an earlier period's payment was taken back is issued as if for the first time.
    """
    refunded = {item.invoice_id for item in billing.payments if item.status == REVERSED}
    void = [
        invoice
        for invoice in _renewals(billing, subscription, InvoiceStatus.VOID)
        if (invoice.period_index or 0) >= subscription.paid_index
        and invoice.pk not in refunded
        and _goes_on(invoice, billing)
    ]
    return void[-1] if void else None


def reissued_today(billing: LockedAccount, subscription: Subscription, now: datetime) -> int:
    """Count the renewals of a subscription that were issued anew on this business day."""
    zone = business_zone()
    return sum(
        day_of(invoice.issued_at, zone) == day_of(now, zone)
        for invoice in billing.invoices
        if invoice.subscription_id == subscription.pk and _was_issued_anew(billing, invoice)
    )


def _was_issued_anew(billing: LockedAccount, renewal: Invoice) -> bool:
    """Tell whether a renewal went on where a void one of its period had stopped."""
    refunded = {item.invoice_id for item in billing.payments if item.status == REVERSED}
    return any(
        other.pk < renewal.pk
        and other.subscription_id == renewal.subscription_id
        and other.period_index == renewal.period_index
        and (renewal.kind, other.kind) == (InvoiceKind.RENEWAL, InvoiceKind.RENEWAL)
        and other.pk not in refunded
        and _goes_on(other, billing)
        for other in billing.invoices
    )


def _goes_on(invoice: Invoice, billing: LockedAccount) -> bool:
    """Tell whether an invoice goes on in the one that replaces it: its due day, claims and notices.

    One from before the present period was for a time that is counted otherwise now. So was one
    from before an earlier period was settled: the payment of that was taken back meanwhile.
    """
    start = invoice.subscription.current_period_start
    if start is None or invoice.issued_at < start:
        return False
    earlier = (
        other
        for other in billing.invoices
        if other.subscription_id == invoice.subscription_id
        and (other.period_index or 0) < (invoice.period_index or 0)
    )
    settled = (other.paid_at or other.voided_at for other in earlier)
    return all(at is not None and at <= invoice.issued_at for at in settled)


def _renewals(
    billing: LockedAccount, subscription: Subscription, status: InvoiceStatus
) -> Iterator[Invoice]:
    return (
        invoice
        for invoice in billing.invoices
        if invoice.subscription_id == subscription.pk
        and invoice.kind == InvoiceKind.RENEWAL
        and invoice.status == status
    )


def _events_of(
    account_ids: Collection[int],
) -> tuple[defaultdict[int, list[datetime]], defaultdict[int, dict[int, datetime]]]:
    """Read when accounts were last written to, and when which invoices were reopened."""
    mailed: defaultdict[int, list[datetime]] = defaultdict(list)
    reopened: defaultdict[int, dict[int, datetime]] = defaultdict(dict)
    events = PaymentEvent.objects.filter(
        account__in=account_ids, event__in=[*WITH_A_MAIL, EventName.REVERSE]
    )
    grouped = events.order_by().values_list("account", "event", "invoice")
    for account_id, event, invoice_id, at in grouped.annotate(at=Max("created_at")):
        if event != EventName.REVERSE:
            mailed[account_id].append(at)
        elif invoice_id:
            reopened[account_id][invoice_id] = at
    return mailed, reopened


def _billing_of(account_ids: Collection[int]) -> Iterator[LockedAccount]:
    """Read all billing rows of accounts, without locks."""
    accounts = Account.objects.filter(pk__in=account_ids).order_by("pk")
    of_accounts = {"account__in": account_ids}
    subscriptions = _grouped(
        Subscription.objects.filter(**of_accounts).select_related("plan").order_by("pk")
    )
    invoices = _grouped(Invoice.objects.filter(**of_accounts).order_by("pk"))
    payments = _grouped(
        Payment.objects.filter(invoice__account__in=account_ids)
        .annotate(owner=F("invoice__account"))
        .order_by("pk"),
        by="owner",
    )
    for account in accounts:
        pk = account.pk
        yield LockedAccount.of_rows(account, subscriptions[pk], invoices[pk], payments[pk])


def _grouped(rows: Iterable[Row], by: str = "account_id") -> defaultdict[int, list[Row]]:
    grouped: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[getattr(row, by)].append(row)
    return grouped
