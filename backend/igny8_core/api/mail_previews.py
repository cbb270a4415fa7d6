"""Previews of every email in every language: for developers, in development only."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from igny8_core.auth.emails import LETTERS
from igny8_core.auth.log_in.adapter import OWN_MAILS
from igny8_core.auth.models import Account, Plan, Subscription
from igny8_core.business.billing.dunning import ReminderKind
from igny8_core.business.billing.emails import Notice
from igny8_core.business.billing.models import Invoice, Payment, SettingChange
from igny8_core.business.billing.selectors.invoices import any_invoice
from igny8_core.business.exports.models import Export
from igny8_core.business.subscriptions import emails
from igny8_core.common.clock import business_day, utc_now
from igny8_core.common.letters import KINDS, Letter, NothingToSend, render_letter
from igny8_core.common.models import OutgoingMail
from igny8_core.common.money import Money

AUTH_MAILS = sorted({name for name, _link in OWN_MAILS.values()} | set(LETTERS))
EXAMPLE = {
    "timestamp": datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
    "ip": "203.0.113.7",
    "to_email": "new@example.com",
    "new_email": "new@example.com",
}


def _newest(model: type, **where: object) -> int:
    """Return the id of the newest row that an email can be about.

    :raises NothingToSend: if there is none.
    """
    found = model._default_manager.filter(**where).order_by("-pk").first()  # type: ignore[attr-defined]
    if found is None:
        message = "There is nothing in the database that it could be about: try the demo's data."
        raise NothingToSend(message)
    return int(found.pk)


def _payment(status: str) -> dict[str, int]:
    return {"payment_id": _newest(Payment, status=status)}


def _told(notice: Notice) -> dict[str, Any]:
    return {**notice.ids, "facts": notice.facts}


def _renewal() -> Invoice:
    """Return an invoice that a renewal would be like, of an account as if it was suspended."""
    pk = _newest(Invoice, subscription__anchor_at__isnull=False)
    invoice = any_invoice(invoice_id=pk)
    invoice.account.suspended_at = utc_now()
    return invoice


def _reminder(kind: ReminderKind) -> dict[str, Any]:
    invoice = _renewal()
    suspends_on = invoice.due_date + timedelta(days=settings.BILLING_SUSPEND_AFTER_DAYS)
    ends_on = invoice.due_date + timedelta(days=settings.BILLING_END_AFTER_DAYS)
    return _told(
        emails.of_reminder(invoice=invoice, kind=kind, suspends_on=suspends_on, ends_on=ends_on)
    )


def _later_due_day() -> dict[str, Any]:
    return _told(emails.of_later_due_day(invoice=_renewal(), reason="As agreed by phone"))


def _suspension() -> dict[str, Any]:
    invoice = _renewal()
    ends_on = invoice.due_date + timedelta(days=settings.BILLING_END_AFTER_DAYS)
    return _told(emails.of_suspension(invoice=invoice, ends_on=ends_on))


def _price_change() -> dict[str, Any]:
    pk = _newest(Subscription, anchor_at__isnull=False)
    subscription = Subscription.objects.select_related("account").get(pk=pk)
    subscription.announced_on = business_day(utc_now())
    subscription.announced_from = subscription.announced_on + timedelta(days=60)
    price = Money(subscription.promised.price + 10, Plan.currency)
    return _told(emails.of_price_change(subscription=subscription, price=price))


def _end() -> dict[str, Any]:
    pk = _newest(Subscription, anchor_at__isnull=False)
    ended = Subscription.objects.select_related("account").get(pk=pk)
    return _told(emails.of_end(subscription=ended, account=ended.account))


def _expiry() -> dict[str, Any]:
    invoice = any_invoice(invoice_id=_newest(Invoice, status="pending"))
    return _told(emails.of_expiry(invoice=invoice))


ARGUMENTS: dict[str, Callable[[], dict[str, Any]]] = {
    "welcome": lambda: {"account_id": _newest(Account, status="trial")},
    "invoice_issued": lambda: {"invoice_id": _newest(Invoice, status="pending")},
    "invoice_voided": lambda: {"invoice_id": _newest(Invoice, status="void")},
    "payment_submitted": lambda: _payment("pending_approval"),
    "proof_refused": lambda: {"payment_id": _newest(Payment, proof_state="refused")},
    "payment_approved": lambda: _payment("succeeded"),
    "payment_rejected": lambda: _payment("failed"),
    "payment_reversed": lambda: _payment("reversed"),
    "payment_waiting": lambda: _payment("pending_approval"),
    "payments_waiting": dict,
    "renewal_issued": lambda: _told(emails.of_renewal(invoice=_renewal())),
    **{kind.value: partial(_reminder, kind) for kind in ReminderKind},
    "due_day_put_off": _later_due_day,
    "suspended": _suspension,
    "price_change": _price_change,
    "subscription_ended": _end,
    "order_expired": _expiry,
    "confirm_billing_email": lambda: {"account_id": _newest(Account)},
    "setting_change_proposed": lambda: {"change_id": _newest(SettingChange, outcome="")},
    "setting_change_decided": lambda: {
        "change_id": _newest(SettingChange, needs_consent=True, outcome="applied")
    },
    "export_ready": lambda: {"export_id": _newest(Export)},
    "export_failed": lambda: {"export_id": _newest(Export)},
    "account_closed": lambda: {"kept_until": "2036-12-31"},
}


def index(request: HttpRequest) -> HttpResponse:
    """List them all, each with its subject."""
    rows = [
        {"kind": kind, "language": language, **_subject(kind, language)}
        for kind in [*ARGUMENTS, *AUTH_MAILS]
        for language, _name in settings.LANGUAGES
    ]
    return render(request, "api/mail_previews.html", {"rows": rows})


def show(_request: HttpRequest, kind: str, language: str, form: str) -> HttpResponse:
    """Show one, as ``html`` or as ``txt``."""
    if language not in dict(settings.LANGUAGES) or kind not in {*ARGUMENTS, *AUTH_MAILS}:
        raise Http404
    try:
        texts = render_letter(_letter(kind), language=language)
    except NothingToSend as reason:
        return HttpResponse(str(reason), content_type="text/plain; charset=utf-8")
    content_type = "text/html" if form == "html" else "text/plain"
    return HttpResponse(texts[f"layout.{form}"], content_type=f"{content_type}; charset=utf-8")


def _subject(kind: str, language: str) -> dict[str, str]:
    try:
        return {"subject": render_letter(_letter(kind), language=language)["subject.txt"]}
    except NothingToSend as reason:
        return {"missing": str(reason)}


def _letter(kind: str) -> Letter:
    if kind in AUTH_MAILS:
        return Letter(
            template=f"auth/email/{{language}}/{kind}.txt",
            context=EXAMPLE,
            button_url=f"{settings.FRONTEND_URL}/an-example-link",
        )
    return KINDS[kind].write(
        OutgoingMail(kind=kind, created_at=utc_now(), arguments=ARGUMENTS[kind]())
    )
