"""The page of one subscription: its periods, what comes next, and all that has happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES
from igny8_core.auth.models import Account, Subscription
from igny8_core.business.billing.borders import day_of, last_day
from igny8_core.business.billing.exceptions import OwnAccountPayment
from igny8_core.business.billing.models import Invoice, Payment, PaymentEvent, Period
from igny8_core.business.billing.periods import border, paid_until
from igny8_core.business.billing.rights import is_own
from igny8_core.business.billing.selectors.people import addresses_of
from igny8_core.business.subscriptions.enums import ComingStep
from igny8_core.business.subscriptions.models import DunningStep
from igny8_core.business.subscriptions.reading import facts_of_accounts
from igny8_core.common.clock import business_day, business_zone, utc_now
from igny8_core.common.models import OutgoingMail
from igny8_core.common.search import rows_hold
from igny8_core.common.transactions import one_moment
from igny8_core.desk import override_pages, overrides
from igny8_core.desk.bounded import searched_texts
from igny8_core.desk.invoices import change_of
from igny8_core.desk.step_words import coming, state_of

MAX_SHOWN = 100  # lines of the timeline, and of each list
MAX_PERIODS = 12


@dataclass(frozen=True)
class Bar:
    """A period in the bar of periods.

    :param look: how it is drawn: paid, given, ahead (paid or given, not begun), unpaid.
    """

    first: date
    last: date
    look: str
    says: str
    is_current: bool = False


@dataclass(frozen=True)
class Line:
    """Something that happened."""

    at: datetime
    title: str
    says: str = ""
    note: str = ""


@require_safe
@one_moment()
def show(request: HttpRequest, subscription_id: int, *, model_admin: Any) -> HttpResponse:
    """Show a subscription with everything that belongs to it, as far as the person may see it."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    subscription, now = override_pages.found(subscription_id), utc_now()
    account = subscription.account
    facts = facts_of_accounts([account.pk])[account.pk]
    is_live = subscription.status in LIVE_SUBSCRIPTION_STATUSES
    payments = _payments(account)
    offered = override_pages.offered(request, override_pages.Place(account, subscription), facts)
    own = is_own(request.user, account=account, payments=payments)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": f"Subscription of {account}",
        "subscription": subscription,
        "account": account,
        "state": state_of(subscription, facts, now),
        "last_paid_day": last_day(paid_until(subscription), business_zone()) if is_live else None,
        "is_held": subscription.hold_until and subscription.hold_until > business_day(now),
        "bars": _bars(subscription),
        "coming": coming(facts, now) if overrides.goes_on(subscription) else [],
        "invoices": _invoices(account)[:MAX_SHOWN],
        "payments": payments[:MAX_SHOWN],
        "timeline": _timeline(account, with_mails=may_see_mails(request)),
        "acts": [] if own else offered,
        "refusal": OwnAccountPayment().detail if own and offered else "",
    }
    return TemplateResponse(request, "admin/igny8_auth/subscription/page.html", context)


def may_see_mails(request: HttpRequest) -> bool:
    """Tell whether the person may see what was sent to customers."""
    return bool(request.user.has_perm("common.view_outgoingmail"))


# Periods


def _bars(subscription: Subscription) -> list[Bar]:
    """Return the last periods that began, those that are paid ahead, and the first unpaid one."""
    begun = Period.objects.filter(subscription=subscription, revoked_at=None)
    newest = begun.select_related("invoice").order_by("-index")[:MAX_PERIODS]
    bars = [_bar_of(period, subscription) for period in reversed(newest)]
    if subscription.status in LIVE_SUBSCRIPTION_STATUSES:
        bars += _bars_to_come(subscription)
    return bars


def _bar_of(period: Period, subscription: Subscription) -> Bar:
    is_given = period.invoice is None
    return Bar(
        first=day_of(period.starts_at, business_zone()),
        last=last_day(period.ends_at, business_zone()),
        look="given" if is_given else "paid",
        says="free of charge" if is_given else f"paid, {period.invoice}",
        is_current=period.index == subscription.current_index,
    )


def _bars_to_come(subscription: Subscription) -> Iterator[Bar]:
    first = (subscription.current_index or 0) + 1
    for index in range(first, subscription.paid_index + 1):
        is_paid = index < subscription.paid_index
        yield Bar(
            first=day_of(border(subscription, index), business_zone()),
            last=last_day(border(subscription, index + 1), business_zone()),
            look="ahead" if is_paid else "unpaid",
            says="paid ahead" if is_paid else "not paid yet",
        )


# What belongs to the account


def _invoices(account: Account) -> QuerySet[Invoice]:
    return account.invoices.prefetch_related("payments").order_by("-pk")


def _payments(account: Account) -> list[Payment]:
    payments = Payment.objects.filter(invoice__account=account)
    return list(payments.select_related("invoice").order_by("-pk"))


def _timeline(account: Account, *, with_mails: bool) -> list[Line]:
    """Return the newest events, reminders and emails, newest first."""
    lines = [*_lines_of_events(account), *_lines_of_reminders(account)]
    if with_mails:
        lines += _lines_of_mails(account)
    return sorted(lines, key=lambda line: line.at, reverse=True)[:MAX_SHOWN]


def _lines_of_events(account: Account) -> Iterator[Line]:
    events = PaymentEvent.objects.filter(account=account).select_related("actor", "invoice")
    for event in events.order_by("-pk")[:MAX_SHOWN]:
        about = f", invoice {event.invoice}" if event.invoice else ""
        who = event.actor or "the system"
        yield Line(
            at=event.created_at,
            title=event.get_event_display(),
            says=f"{change_of(event)}{about}, by {who}",
            note=event.note,
        )


def _lines_of_reminders(account: Account) -> Iterator[Line]:
    steps = DunningStep.objects.filter(invoice__account=account).select_related("invoice")
    for step in steps.order_by("-pk")[:MAX_SHOWN]:
        skipped = ", skipped for a newer one" if step.is_skipped else ""
        yield Line(
            at=step.created_at,
            title=ComingStep(step.kind).label,
            says=f"invoice {step.invoice}{skipped}",
        )


def _lines_of_mails(account: Account) -> Iterator[Line]:
    """Yield the emails to those who read the account's emails now: found by their address."""
    texts = searched_texts(OutgoingMail, ["recipient", "key"])
    for address in addresses_of(account=account):
        sent = OutgoingMail.objects.filter(rows_hold(address, model=OutgoingMail, texts=texts))
        own = sent.filter(recipient=address, arguments__account_id=account.pk).order_by("-pk")
        for mail in islice(own, MAX_SHOWN):
            state = "sent" if mail.sent_at else mail.drop_reason or "waiting"
            yield Line(
                at=mail.created_at,
                title=f"Email {mail.kind.replace('_', ' ')}",
                says=f"to {mail.recipient}: {state}",
            )
