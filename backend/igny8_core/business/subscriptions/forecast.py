"""What billing steps make of the facts, and what comes if nobody does anything."""

from dataclasses import replace
from datetime import date, datetime

from igny8_core.auth.enums import AccountStatus, SubscriptionStatus
from igny8_core.business.billing.borders import re_anchored
from igny8_core.business.billing.enums import InvoiceKind
from igny8_core.business.subscriptions.facts import (
    BillingFacts,
    MailState,
    OpenInvoice,
    PriceRise,
    Sent,
)
from igny8_core.business.subscriptions.next_step import next_look, next_step
from igny8_core.business.subscriptions.steps import (
    EXPIRE_CREDITS,
    AnnouncePrice,
    Remind,
    Renew,
    StartPeriod,
    Step,
    StepName,
)

SILENT = {StepName.START_PERIOD, StepName.FALL_DUE, StepName.EXPIRE_CREDITS}


def what_happens_when(facts: BillingFacts, now: datetime) -> list[tuple[date, Step]]:
    """Return all coming steps with their business days, if nobody pays, claims or decides.

    It ends with the subscription, or before a step that waits for a decision. A mail that fails is
    taken to go out today.
    """
    coming: list[tuple[date, Step]] = []
    facts = delivered(facts, facts.today(now))
    while (look := next_look(facts, now)) and (step := next_step(facts, look)):
        if step == EXPIRE_CREDITS:
            break  # it is about what has ended
        coming.append((facts.today(look), step))
        facts, now = after(facts, step, look), look
    return coming


def after(facts: BillingFacts, step: Step, now: datetime) -> BillingFacts:
    """Return the facts after a step that was due.

    :raises LookupError: if the step is for a subscription or invoice that the facts don't have.
    """
    changed = _effect(facts, step, now)
    silent = step.name in SILENT or goes_on(facts, step)
    return changed if silent else replace(changed, last_mail_on=facts.today(now))


def goes_on(facts: BillingFacts, step: Step) -> bool:
    """Tell whether a step issues a replaced renewal anew: its mail takes no reminder's place."""
    old = facts.subscription.replaced if facts.subscription else None
    return isinstance(step, Renew) and old is not None and old.period_index == step.index


def resumed(facts: BillingFacts, now: datetime) -> BillingFacts:
    """Return the facts after a suspension, if there is one, has ended: whatever ends it."""
    if not facts.is_suspended or not facts.suspended_at:
        return replace(facts, suspended_at=None)
    subscription = facts.live
    unpaid = subscription.invoice
    anchor = re_anchored(
        subscription.anchor,
        unpaid.period_index if unpaid else subscription.paid_index,
        facts.zone,
        suspended_at=facts.suspended_at,
        back_at=now,
        late_payment=facts.rules.late_payment,
    )
    return replace(
        facts,
        account_status=AccountStatus.ACTIVE,
        suspended_at=None,
        subscription=replace(subscription, anchor=anchor),
    )


def delivered(facts: BillingFacts, today: date) -> BillingFacts:
    """Return the facts as they are once the mails that fail have gone out, today."""
    subscription = facts.subscription
    invoice = subscription.invoice if subscription else None
    if not subscription or not invoice:
        return facts
    sent = tuple(
        Sent(item.kind, today) if item.mail == MailState.FAILING else item for item in invoice.sent
    )
    invoice = replace(invoice, sent=sent)
    return replace(facts, subscription=replace(subscription, invoice=invoice))


def _effect(facts: BillingFacts, step: Step, now: datetime) -> BillingFacts:
    match step:
        case StartPeriod(index=index):
            return replace(facts, subscription=replace(facts.live, current_index=index))
        case Renew():
            return _renewed(facts, step, now)
        case Remind():
            return _reminded(facts, step, now)
        case AnnouncePrice(price=price, first_day=first_day):
            told = PriceRise(price, told_on=facts.today(now), first_day=first_day)
            return replace(facts, subscription=replace(facts.live, rise=told))
    return _moved(facts, step.name, now)


def _moved(facts: BillingFacts, name: StepName, now: datetime) -> BillingFacts:
    """Return the facts after a step that only moves states."""
    match name:
        case StepName.FALL_DUE:
            past_due = replace(facts.live, status=SubscriptionStatus.PAST_DUE)
            return replace(facts, subscription=past_due)
        case StepName.SUSPEND:
            return replace(facts, account_status=AccountStatus.SUSPENDED, suspended_at=now)
        case StepName.EXPIRE_SIGN_UP:
            trial = AccountStatus.TRIAL
            return replace(facts, account_status=trial, order=None, ended_at=now)
        case StepName.EXPIRE_CHANGE:
            return replace(facts, order=None, ended_at=now)
        case StepName.EXPIRE_CREDITS:
            return replace(facts, has_plan_credits=False)
    return replace(_ended(facts), ended_at=now)


def _ended(facts: BillingFacts) -> BillingFacts:
    """Return the facts without the subscription, and its account without a plan."""
    had_plan = facts.account_status in {AccountStatus.ACTIVE, AccountStatus.SUSPENDED}
    status = AccountStatus.PENDING_PAYMENT if had_plan else facts.account_status
    return replace(facts, account_status=status, suspended_at=None, subscription=None)


def _renewed(facts: BillingFacts, step: Renew, now: datetime) -> BillingFacts:
    subscription, today = facts.live, facts.today(now)
    fresh = OpenInvoice(
        kind=InvoiceKind.RENEWAL,
        period_index=step.index,
        issued_on=today,
        due_date=step.due_date,
        plan=facts.rules.dunning,
    )
    old = subscription.replaced
    invoice = replace(old, issued_on=today) if old and goes_on(facts, step) else fresh
    return replace(facts, subscription=replace(subscription, invoice=invoice, replaced=None))


def _reminded(facts: BillingFacts, step: Remind, now: datetime) -> BillingFacts:
    invoice = facts.open_renewal
    sent = tuple(Sent(kind, facts.today(now)) for kind in (*step.skipped, step.kind))
    invoice = replace(invoice, sent=(*invoice.sent, *sent))
    return replace(facts, subscription=replace(facts.live, invoice=invoice))
