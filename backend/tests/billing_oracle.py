"""The rules of billing a second time: what ``next_step`` answers in the last second of a day.

It counts in days alone, by tables and in another order of thought, and shares no function with the
code: by the end of a day all of its instants have passed.
"""

import calendar
from dataclasses import replace
from datetime import date, datetime, timedelta

from igny8_core.business.subscriptions.facts import (
    BillingFacts,
    LiveSubscription,
    MailState,
    OpenInvoice,
    Sent,
)


class Day:
    """An account on one day, as the rules see it."""

    def __init__(self, facts: BillingFacts, today: date) -> None:
        self.facts, self.today, self.sub, self.order = (
            facts,
            today,
            facts.subscription,
            facts.order,
        )
        self.paused = facts.account_status == "suspended"

    def of(self, moment: datetime) -> date:
        return moment.astimezone(self.facts.zone).date()

    def since(self, day: date | None) -> int:
        """Days since; long ago if there was none."""
        return 10**6 if day is None else (self.today - day).days

    def begins(self, sub: LiveSubscription, index: int) -> date:
        day = self.of(sub.anchor.at)
        months = day.month - 1 + (index - sub.anchor.index) * sub.anchor.months
        year, month = day.year + months // 12, months % 12 + 1
        return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))

    def until(self, sub: LiveSubscription) -> date:
        return self.begins(sub, sub.paid_index)

    def expected(self) -> str | None:
        if self.facts.is_parked or self.facts.account_status == "cancelled":
            return None
        steps = [self.start(), self.end(), self.expire(), self.renew(), self.dunning()]
        return next((step for step in steps if step), None)

    def start(self) -> str | None:
        sub = self.sub
        comes = sub and sub.paid_index > sub.current_index + 1
        if sub and comes and self.today >= self.begins(sub, sub.current_index + 1):
            return f"start_period {sub.current_index + 1}"
        return None

    def end(self) -> str | None:
        sub = self.sub
        if not sub or not sub.cancel_at_period_end or self.today < self.until(sub):
            return None
        if sub.invoice and (self.waits(sub.invoice) or self.is_soft(sub.invoice)):
            return None
        return None if self.is_order_in_time(sub) else "end"

    def expire(self) -> str | None:
        order = self.order
        if not order or self.waits(order) or self.is_soft(order):
            return None
        if self.is_too_soon(order.issued_on):
            return None
        running = self.since(order.issued_on) - self.stopped(order, order.issued_on)
        old = running > order.plan.order_expires_days
        sub = self.sub
        over = sub and order.issued_on <= self.until(sub) <= self.today
        if order.kind == "initial":
            return "expire_sign_up" if old else None
        return "expire_change" if old or over else None

    def renew(self) -> str | None:
        sub = self.sub
        if not sub or sub.invoice or sub.cancel_at_period_end:
            return None
        if sub.replaced:
            return f"renew {sub.replaced.period_index} {sub.replaced.due_date} ()"
        if self.order and (self.today < self.until(sub) or self.is_order_in_time(sub)):
            return None
        rules = self.facts.rules
        lead = rules.yearly_lead_days if sub.anchor.months == 12 else rules.lead_days
        if self.today < self.until(sub) - timedelta(lead):
            return None
        if rules.renewals_from and self.today < rules.renewals_from:
            return None
        present, index = self.today, sub.paid_index
        while rules.renewals_from and self.has_ended(sub, index, rules.renewals_from):
            index += 1
        if self.paused and rules.late_payment == "clock_stops" and self.facts.suspended_at:
            present = self.of(self.facts.suspended_at)
        while rules.catch_up == "current" and self.has_ended(sub, index, present):
            index += 1
        due = max(self.begins(sub, index), self.today + timedelta(rules.min_term_days))
        if rules.renewals_from and self.until(sub) < rules.renewals_from:
            due = max(due, rules.renewals_from + timedelta(rules.first_term_days))
        return f"renew {index} {due} {tuple(range(sub.paid_index, index))}"

    def is_order_in_time(self, sub: LiveSubscription) -> bool:
        """Whether claims of an order from the paid time hold something back."""
        order = self.order
        return bool(order and order.issued_on <= self.until(sub) and self.is_soft(order))

    def is_too_soon(self, day: date) -> bool:
        """Whether something from before there were renewals has more time."""
        begin = self.facts.rules.renewals_from
        return bool(begin and day < begin and self.since(begin) < self.facts.rules.first_term_days)

    def has_ended(self, sub: LiveSubscription, index: int, present: date) -> bool:
        return self.begins(sub, index + 1) <= present

    def dunning(self) -> str | None:
        sub = self.sub
        invoice = sub.invoice if sub else None
        held = sub and sub.hold_until and self.today < sub.hold_until
        if not sub or not invoice or held or self.freezes(invoice) or self.is_order_in_time(sub):
            return None
        offset = self.offset(invoice)
        pressed = None if self.is_soft(invoice) else self.hard_step(sub, invoice, offset)
        return pressed or self.mail(sub, invoice, offset)

    def hard_step(self, sub: LiveSubscription, invoice: OpenInvoice, offset: int) -> str | None:
        plan = invoice.plan
        if sub.status == "active":
            is_over = offset > plan.grace_days and self.today >= self.until(sub)
            return "fall_due" if is_over else None
        if not self.paused:
            warned = self.is_announced(invoice, "final_notice")
            return "suspend" if offset >= plan.suspend_after_days and warned else None
        warned = self.is_announced(invoice, "ending")
        rested = self.paused_for() >= plan.end_after_days - plan.suspend_after_days
        is_over = offset >= plan.end_after_days and not self.waits(invoice)
        return "lapse" if is_over and warned and rested else None

    def mail(self, sub: LiveSubscription, invoice: OpenInvoice, offset: int) -> str | None:
        last = self.facts.last_mail_on
        if last is not None and last >= self.today:
            return None
        late = [item for item in invoice.plan.reminders if offset >= item.offset]
        true = [item for item in late if self.is_true(item.kind, sub, offset, item.offset)]
        if not true or (self.counts(invoice, true[-1].kind) and not self.is_missed(invoice)):
            return None
        older = [item.kind for item in late if item.offset < true[-1].offset]
        skipped = ",".join(kind for kind in older if not self.counts(invoice, kind))
        return f"remind {true[-1].kind} [{skipped}]"

    def is_missed(self, invoice: OpenInvoice) -> bool:
        """Whether only a notice that was dropped keeps the account from its next hard step."""
        kind = "ending" if self.paused else "final_notice"
        notice = self.notice(invoice, kind)
        if not self.sub or not notice or notice.mail != "dropped":
            return False
        told = replace(notice, mail=MailState.SENT)
        sent = tuple(told if item == notice else item for item in invoice.sent)
        step = self.hard_step(self.sub, replace(invoice, sent=sent), self.offset(invoice))
        return not self.is_soft(invoice) and step in {"suspend", "lapse"}

    def is_true(self, kind: str, sub: LiveSubscription, offset: int, at: int) -> bool:
        past_due = sub.status == "past_due"
        if self.paused:
            return kind == "ending" and past_due and self.paused_for() >= at - 10 + self.sooner(sub)
        return {
            "renewal_reminder": offset < 0,
            "renewal_due": True,
            "past_due": past_due,
            "final_notice": past_due,
            "ending": False,
        }[kind]

    def sooner(self, sub: LiveSubscription) -> int:
        """Days by which this invoice's suspension is earlier than the usual ten."""
        return 10 - sub.invoice.plan.suspend_after_days if sub.invoice else 0

    def paused_for(self) -> int:
        at = self.facts.suspended_at
        return self.since(self.of(at)) if at else -1

    def counts(self, invoice: OpenInvoice, kind: str) -> bool:
        return self.notice(invoice, kind) is not None

    def is_announced(self, invoice: OpenInvoice, kind: str) -> bool:
        """Two days after its mail, or a week after one that can't be delivered."""
        notice = self.notice(invoice, kind)
        if notice is None or notice.mail == "dropped":
            return False
        return self.since(notice.day) >= (7 if notice.mail == "failing" else 2)

    def notice(self, invoice: OpenInvoice, kind: str) -> Sent | None:
        """The last notice that still says what is so."""
        offset = next(item.offset for item in invoice.plan.reminders if item.kind == kind)
        hold = self.sub.hold_until if self.sub else None
        valid = [
            item
            for item in invoice.sent
            if item.kind == kind
            and (item.day - invoice.due_date).days >= offset
            and (hold is None or item.day >= hold)
        ]
        return max(valid, key=lambda item: item.day) if valid else None

    def first(self, invoice: OpenInvoice) -> list[tuple[date, date | None, bool]]:
        claims = invoice.claims[: invoice.plan.freezing_claims]
        return [
            (
                self.of(item.submitted_at),
                self.of(item.decided_at) if item.decided_at else None,
                item.was_rejected,
            )
            for item in claims
        ]

    def freezes(self, invoice: OpenInvoice) -> bool:
        return any(decided is None for _, decided, _ in self.first(invoice))

    def waits(self, invoice: OpenInvoice) -> bool:
        return any(item.decided_at is None for item in invoice.claims)

    def is_soft(self, invoice: OpenInvoice) -> bool:
        rejected = [decided for _, decided, was_rejected in self.first(invoice) if was_rejected]
        retries = any(self.since(day) < invoice.plan.retry_days for day in rejected)
        return self.freezes(invoice) or retries

    def stopped(self, invoice: OpenInvoice, begun: date) -> int:
        """Days after a day on which the first claims were under review, by walking through them."""
        return sum(
            submitted + timedelta(number) >= begun
            for submitted, decided, _ in self.first(invoice)
            for number in range(((decided or self.today) - submitted).days)
        )

    def offset(self, invoice: OpenInvoice) -> int:
        return self.since(invoice.due_date) - self.stopped(invoice, invoice.due_date)
