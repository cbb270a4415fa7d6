"""All data stored about an account, as a ZIP: ``account.json``, invoices and proofs.

The worker makes it for the owner, who gets a link by email.
"""

import json
from datetime import datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from igny8_core.auth.enums import UserRole
from igny8_core.auth.models import Account, User
from igny8_core.auth.selectors import sites_of, subscriptions_of
from igny8_core.auth.serializers import (
    AccountSerializer,
    SiteSerializer,
    SubscriptionSerializer,
    UserSerializer,
)
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.models import Payment, PaymentEvent
from igny8_core.business.billing.selectors.credits import ledger_of
from igny8_core.business.billing.selectors.events import events_for_customer
from igny8_core.business.billing.selectors.invoices import invoices_of
from igny8_core.business.billing.selectors.mails import mails_of
from igny8_core.business.billing.selectors.payments import payments_of
from igny8_core.business.billing.serializers.credits import CreditTransactionSerializer
from igny8_core.business.billing.serializers.invoices import InvoiceSerializer
from igny8_core.business.billing.serializers.payments import PaymentSerializer
from igny8_core.business.data_rights.exceptions import ExportLimitReached
from igny8_core.business.documents.invoice_pdf import invoice_pdf
from igny8_core.business.exports.kinds import export_kind
from igny8_core.business.exports.models import Export
from igny8_core.business.exports.services import request_export
from igny8_core.common.clock import business_day, utc_now
from igny8_core.common.daily import A_DAY, seconds_until_allowed

CONTENT_TYPE = "application/zip"
SIGN_UPS = (EventName.SIGN_UP_FREE, EventName.SIGN_UP_PAID)
A_DAYS = 3  # exports that a person may request per day


def request_account_export(*, user: User, now: datetime) -> Export:
    """Request a file with all data of the user's account.

    :param user: the owner of an account.
    :raises ExportLimitReached: above ``A_DAYS`` in 24 hours: each one is an email and much work.
    """
    made = user.exports.filter(kind=account_data.__name__, requested_at__gt=now - A_DAY)
    made = made.exclude(made_at=None, given_up_at=None)
    times = made.values_list("requested_at", flat=True)
    wait = seconds_until_allowed(times, limit=A_DAYS, now=now)
    if wait:
        raise ExportLimitReached(retry_after=wait, limit=A_DAYS)
    return request_export(
        kind=account_data.__name__,
        arguments={"account_id": user.account_id},
        user=user,
        file_name=f"account-{user.account_id}-{business_day(now)}.zip",
        content_type=CONTENT_TYPE,
        now=now,
    )


def is_owners(export: Export) -> bool:
    """Tell whether the person is the owner of the account that the file is about."""
    user = export.requested_by
    is_owner = user.is_active and user.role == UserRole.OWNER
    return is_owner and user.account_id == export.arguments["account_id"]


def _page(export: Export) -> str:
    return f"{settings.FRONTEND_URL}/account/export/{export.key}"


@export_kind(is_allowed=is_owners, url=_page)
def account_data(export: Export, file: IO[bytes]) -> None:
    """Write the account's data.

    Invoices are as in the API, and as PDF. Data that isn't the account's own, such as notes and IP
    addresses of admins, is left out: what they tell customers is in the invoices and payments.
    """
    account = Account.objects.get(pk=export.arguments["account_id"])
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        proofs = {
            payment.pk: name
            for payment in payments_of(account=account)
            if (name := _add_proof(archive, payment))
        }
        for invoice in invoices_of(account=account):
            archive.writestr(f"invoices/{invoice.number}.pdf", invoice_pdf(invoice))
        facts = {"exported_at": utc_now(), **_facts(account), "proof_files": proofs}
        archive.writestr("account.json", json.dumps(facts, cls=DjangoJSONEncoder, indent=2))


def _facts(account: Account) -> dict[str, Any]:
    return {
        "account": AccountSerializer(account).data,
        "users": [_person(user) for user in account.users.order_by("pk")],
        "sites": SiteSerializer(sites_of(account=account), many=True).data,
        "subscriptions": SubscriptionSerializer(subscriptions_of(account=account), many=True).data,
        "invoices": InvoiceSerializer(invoices_of(account=account), many=True).data,
        "payments": PaymentSerializer(payments_of(account=account), many=True).data,
        "credits": CreditTransactionSerializer(ledger_of(account=account), many=True).data,
        "events": [_event(event) for event in events_for_customer(account=account)],
        "mails": list(
            mails_of(account=account).values(
                "kind", "recipient", "language", "created_at", "sent_at", "dropped_at"
            )
        ),
    }


def _person(user: User) -> dict[str, Any]:
    return {
        **UserSerializer(user).data,
        "last_login": user.last_login,
        "email_addresses": list(user.emailaddress_set.values("email", "verified", "primary")),
        "second_factors": list(user.authenticator_set.values("type", "created_at", "last_used_at")),
        "sites": list(user.site_access.values_list("site_id", flat=True)),
    }


def _doer_of(event: PaymentEvent) -> str:
    """Return who did it: customer, admin or system. Nobody is signed in at a sign-up."""
    if event.actor is None:
        return "customer" if event.event in SIGN_UPS else "system"
    return "customer" if event.actor.account_id == event.account_id else "admin"


def _event(event: PaymentEvent) -> dict[str, Any]:
    by = _doer_of(event)
    is_admins = by == "admin"
    return {
        "event": event.event,
        "object": f"{event.object_type} {event.object_id}",
        "from_state": event.from_state,
        "to_state": event.to_state,
        "note": "" if is_admins else event.note,
        "by": by,
        "ip_address": None if is_admins else event.ip_address,
        "created_at": event.created_at,
    }


def _add_proof(archive: ZipFile, payment: Payment) -> str:
    """Add a payment's proof and return its name in the archive; empty if there is none."""
    if not payment.proof:
        return ""
    try:
        with payment.proof.open("rb") as proof:
            content = proof.read()
    except FileNotFoundError:
        return ""
    name = f"proofs/payment-{payment.pk}.{payment.proof_content_type.rpartition('/')[2]}"
    archive.writestr(name, content)
    return name
