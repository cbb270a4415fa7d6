"""What decides on an account's next step in billing: read from the database by whoever asks."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from igny8_core.auth.enums import AccountStatus, SubscriptionStatus
from igny8_core.business.billing.borders import Anchor, LatePayment, border, day_of, start_of
from igny8_core.business.billing.dunning import DunningPlan, ReminderKind
from igny8_core.business.billing.enums import InvoiceKind

MONTHS_OF_A_YEAR = 12
UNDELIVERED_DAYS = timedelta(days=7)  # after which a notice counts though its mail fails


class CatchUp(StrEnum):
    """Which period is billed when several ended while nobody billed: ``BILLING_CATCH_UP``."""

    CURRENT = "current"
    ALL_OLDEST_FIRST = "all_oldest_first"


@dataclass(frozen=True)
class BillingRules:
    """What holds for the next invoice, from the settings.

    :param lead_days: from the issue of a renewal to the end of the paid time.
    :param yearly_lead_days: the same for periods of a year or more.
    :param min_term_days: from the issue of a renewal to its due day, at least.
    :param renewals_from: the day from which anything is renewed; None: always. What ended before it
        was not to be paid for.
    :param first_term_days: from that day until what is older falls due or expires, at least.
    :param price_notice_days: from the email about a higher price to the first invoice with it.
    :param credits_after_end_days: from the end of a subscription until its plan's credits expire.
    """

    lead_days: int = 7
    yearly_lead_days: int = 30
    min_term_days: int = 5
    renewals_from: date | None = None
    first_term_days: int = 14
    price_notice_days: int = 30
    credits_after_end_days: int = 30
    catch_up: CatchUp = CatchUp.CURRENT
    late_payment: LatePayment = LatePayment.CLOCK_STOPS
    dunning: DunningPlan = field(default_factory=DunningPlan)

    def lead(self, months: int) -> timedelta:
        """Return how long before the end of the paid time a renewal is issued."""
        days = self.yearly_lead_days if months >= MONTHS_OF_A_YEAR else self.lead_days
        return timedelta(days=days)

    @property
    def price_notice(self) -> timedelta:
        """From the email about a higher price to the first invoice with it, at least."""
        return timedelta(days=self.price_notice_days)

    def first_term_ends_on(self, day: date) -> date:
        """Return when what is from a day falls due or expires, at the earliest; or that day."""
        if self.renewals_from is None or day >= self.renewals_from:
            return day
        return self.renewals_from + timedelta(days=self.first_term_days)


@dataclass(frozen=True)
class Claim:
    """A customer's confirmation of a payment; it waits while ``decided_at`` is None.

    :param decided_at: when it was rejected or withdrawn, too.
    """

    submitted_at: datetime
    decided_at: datetime | None = None
    was_rejected: bool = False


class MailState(StrEnum):
    """What became of a reminder's mail; one that nobody has tried to send yet will be sent."""

    SENT = "sent"
    FAILING = "failing"
    DROPPED = "dropped"  # it wasn't true any more when it was to be sent


@dataclass(frozen=True)
class Sent:
    """A reminder that was sent, or skipped for a newer one, and the day of that."""

    kind: ReminderKind
    day: date
    mail: MailState = MailState.SENT

    def announces(self, gap: timedelta) -> date | None:
        """Return the first day on which what it announces may come; None if nobody got it."""
        if self.mail == MailState.DROPPED:
            return None
        return self.day + (UNDELIVERED_DAYS if self.mail == MailState.FAILING else gap)


@dataclass(frozen=True)
class OpenInvoice:
    """An invoice that waits for its payment.

    :param claims: oldest first; with those of the invoices that it replaced, else every change of
        plan would stop the clock again.
    :param sent: with what was sent for the invoices that it replaced.
    """

    kind: InvoiceKind
    period_index: int
    issued_on: date
    due_date: date
    plan: DunningPlan
    claims: tuple[Claim, ...] = ()
    sent: tuple[Sent, ...] = ()

    @property
    def freezing_claims(self) -> tuple[Claim, ...]:
        """The first claims, which stop the clock."""
        return self.claims[: self.plan.freezing_claims]

    @property
    def is_frozen(self) -> bool:
        """Whether a claim that stops the clock waits."""
        return any(claim.decided_at is None for claim in self.freezing_claims)

    @property
    def can_be_frozen(self) -> bool:
        """Whether one more claim would stop the clock."""
        return len(self.claims) < self.plan.freezing_claims

    @property
    def has_waiting_claim(self) -> bool:
        """Whether any claim waits."""
        return any(claim.decided_at is None for claim in self.claims)

    def frozen_days(self, zone: ZoneInfo, *, since: date) -> timedelta:
        """Return how long decided claims stopped the clock. While one waits, nothing is due.

        :param since: the day on which the clock began: the due day, or that of an order's issue.
        """
        stopped = (
            max(day_of(claim.decided_at, zone), since)
            - max(day_of(claim.submitted_at, zone), since)
            for claim in self.freezing_claims
            if claim.decided_at
        )
        return sum(stopped, timedelta())

    def offset(self, today: date, zone: ZoneInfo) -> int:
        """Return the days since the due day for which the clock ran."""
        return (today - self.due_date - self.frozen_days(zone, since=self.due_date)).days

    def retry_until(self, zone: ZoneInfo) -> date | None:
        """Return the first day on which the last rejection holds back no harder step."""
        rejected = [
            day_of(claim.decided_at, zone)
            for claim in self.freezing_claims
            if claim.decided_at and claim.was_rejected
        ]
        return max(rejected) + timedelta(days=self.plan.retry_days) if rejected else None

    def gives_time(self, today: date, zone: ZoneInfo) -> bool:
        """Tell whether a claim, or the rejection of one, holds back a harder step."""
        retry_until = self.retry_until(zone)
        return self.is_frozen or (retry_until is not None and today < retry_until)


@dataclass(frozen=True)
class PriceRise:
    """A price of the plan that is higher than what its customer pays up to now.

    :param price: for a period, in the currency of prices.
    :param told_on: the day of the email about it; None: there was none.
    :param first_day: of the first period that costs it, as the email says.
    """

    price: Decimal
    told_on: date | None = None
    first_day: date | None = None

    def holds(self, *, first_day: date, issued_on: date, notice: timedelta) -> bool:
        """Tell whether a period costs it.

        :param first_day: of the period.
        :param issued_on: the day of its invoice.
        :param notice: how much older the email is, at least.
        """
        if self.told_on is None or self.first_day is None:
            return False
        return first_day >= self.first_day and issued_on >= self.told_on + notice


@dataclass(frozen=True)
class LiveSubscription:
    """The subscription that is active or past due.

    :param current_index: of the period that runs.
    :param paid_index: of the first unpaid period.
    :param hold_until: no dunning before that day.
    :param invoice: the open renewal.
    :param replaced: the renewal that was voided because its customer changed or kept the plan, as
        long as no new one is open: the next one goes on where it stopped.
    :param rise: the plan's higher price, if the customer doesn't pay it yet.
    """

    status: SubscriptionStatus
    anchor: Anchor
    current_index: int
    paid_index: int
    cancel_at_period_end: bool = False
    hold_until: date | None = None
    invoice: OpenInvoice | None = None
    replaced: OpenInvoice | None = None
    rise: PriceRise | None = None


@dataclass(frozen=True)
class BillingFacts:
    """All that decides on an account's next step.

    :param zone: whose days count.
    :param order: the invoice of a subscription that waits for its first payment: a sign-up or a
        change of plan.
    :param suspended_at: when the present suspension began.
    :param last_mail_on: the day of the last mail of billing steps to the account.
    :param has_plan_credits: whether any credits that a plan brought are left.
    :param ended_at: when the last subscription or order ended.
    """

    account_status: AccountStatus
    zone: ZoneInfo
    rules: BillingRules = BillingRules()
    subscription: LiveSubscription | None = None
    order: OpenInvoice | None = None
    suspended_at: datetime | None = None
    last_mail_on: date | None = None
    is_parked: bool = False
    has_plan_credits: bool = False
    ended_at: datetime | None = None

    @property
    def live(self) -> LiveSubscription:
        """The subscription that runs.

        :raises LookupError: if there is none.
        """
        if not self.subscription:
            message = "No subscription is live."
            raise LookupError(message)
        return self.subscription

    @property
    def open_renewal(self) -> OpenInvoice:
        """The renewal that waits for its payment.

        :raises LookupError: if there is none.
        """
        if not self.live.invoice:
            message = "No renewal is open."
            raise LookupError(message)
        return self.live.invoice

    @property
    def is_suspended(self) -> bool:
        """Whether the customer has no access for a debt."""
        return self.account_status == AccountStatus.SUSPENDED

    @property
    def as_told(self) -> "BillingFacts":
        """The facts if every reminder had been sent on its day."""
        subscription = self.subscription
        invoice = subscription.invoice if subscription else None
        if not subscription or not invoice or all(_is_sent(item) for item in invoice.sent):
            return self
        sent = tuple(replace(item, mail=MailState.SENT) for item in invoice.sent)
        told = replace(subscription, invoice=replace(invoice, sent=sent))
        return replace(self, subscription=told)

    @property
    def credits_expire_at(self) -> datetime | None:
        """When the plan's credits expire; None if there are none, or a plan is had or ordered."""
        if self.subscription or self.order or not self.has_plan_credits or not self.ended_at:
            return None
        days = timedelta(days=self.rules.credits_after_end_days)
        return start_of(day_of(self.ended_at, self.zone) + days, self.zone)

    def today(self, now: datetime) -> date:
        """Return the business day."""
        return day_of(now, self.zone)

    def begins(self, subscription: LiveSubscription, index: int) -> datetime:
        """Return when a period of the subscription begins."""
        return border(subscription.anchor, index, self.zone)

    def paid_until(self, subscription: LiveSubscription) -> datetime:
        """Return the end of the paid time."""
        return self.begins(subscription, subscription.paid_index)


def _is_sent(reminder: Sent) -> bool:
    return reminder.mail == MailState.SENT
