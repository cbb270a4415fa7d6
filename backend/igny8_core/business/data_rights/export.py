"""All that is kept about an account, as a ZIP: ``account.json``, invoices and proofs."""

import json
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder

from igny8_core.auth.models import Account, User
from igny8_core.auth.selectors import sites_of, subscriptions_of
from igny8_core.auth.serializers import (
    AccountSerializer,
    SiteSerializer,
    SubscriptionSerializer,
    UserSerializer,
)
from igny8_core.business.billing import selectors
from igny8_core.business.billing.models import Payment, PaymentEvent
from igny8_core.business.billing.pdf import invoice_pdf
from igny8_core.business.billing.serializers import (
    CreditTransactionSerializer,
    InvoiceSerializer,
    PaymentSerializer,
)

IN_MEMORY = 8 * 1024 * 1024  # bytes; beyond, a temporary file


def export_account(*, account: Account, now: datetime) -> IO[bytes]:
    """Write the account's data; the caller closes the file.

    Invoices are as the API has them, and as PDF; what is not the account's own (notes that admins
    write to each other, from where they work) is not in it.
    """
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (the answer closes it)
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        proofs = {
            payment.pk: name
            for payment in selectors.payments_of(account=account)
            if (name := _add_proof(archive, payment))
        }
        for invoice in selectors.invoices_of(account=account):
            archive.writestr(f"invoices/{invoice.number}.pdf", invoice_pdf(invoice))
        facts = {"exported_at": now, **_facts(account), "proof_files": proofs}
        archive.writestr("account.json", json.dumps(facts, cls=DjangoJSONEncoder, indent=2))
    file.seek(0)
    return file


def _facts(account: Account) -> dict[str, Any]:
    return {
        "account": AccountSerializer(account).data,
        "users": [_person(user) for user in account.users.order_by("pk")],
        "sites": SiteSerializer(sites_of(account=account), many=True).data,
        "subscriptions": SubscriptionSerializer(subscriptions_of(account=account), many=True).data,
        "invoices": InvoiceSerializer(selectors.invoices_of(account=account), many=True).data,
        "payments": PaymentSerializer(selectors.payments_of(account=account), many=True).data,
        "credits": CreditTransactionSerializer(
            selectors.ledger_of(account=account), many=True
        ).data,
        "events": [_event(event) for event in selectors.events_for_customer(account=account)],
        "mails": list(
            selectors.mails_of(account=account).values(
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


def _event(event: PaymentEvent) -> dict[str, Any]:
    is_own = event.actor is None or event.actor.account_id == event.account_id
    return {
        "event": event.event,
        "object": f"{event.object_type} {event.object_id}",
        "from_state": event.from_state,
        "to_state": event.to_state,
        "note": event.note,
        "by": "customer" if is_own else "admin",
        "ip_address": event.ip_address if is_own else None,
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
