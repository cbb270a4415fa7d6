"""Objects in the states that tests need, created by the services themselves."""

from datetime import datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from itertools import count
from typing import Any
from unittest import mock

import typst
from django.contrib.auth.models import Group
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, User
from igny8_core.auth.services.accounts import OwnerDetails
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.proof_check import check_proof
from igny8_core.business.billing.roles import BILLING_ADMIN
from igny8_core.business.billing.services.changes import written_together
from igny8_core.business.billing.services.confirmation import Claim, confirm_payment
from igny8_core.business.billing.services.credits import move_credits
from igny8_core.business.billing.services.decisions import approve_payment, reject_payment
from igny8_core.business.onboarding.services import Registration, register_account
from igny8_core.business.proofs import make
from igny8_core.business.proofs.inbox import put_aside
from igny8_core.business.proofs.sandbox import run_in_sandbox
from igny8_core.common.clock import utc_now

PASSWORD = "correct-horse-battery"
numbers = count(1)


def make_billing_admin() -> User:
    """Return a staff user of the billing admins' group."""
    user = User.objects.create_user(f"admin{next(numbers)}@desk.example", PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name=BILLING_ADMIN))
    return user


def make_owner(
    *,
    plan_slug: str = "starter",
    country: str = "PK",
    payment_method: str = "bank_transfer",
    email: str = "",
    account_name: str = "Lahore Textiles",
    now: datetime | None = None,
) -> User:
    """Register an owner; ``payment_method`` is ignored for a free plan."""
    registered = register_account(
        registration=Registration(
            owner=OwnerDetails(
                email=email or f"owner{next(numbers)}@shop.example",
                password=PASSWORD,
                first_name="Ayesha",
                last_name="Khan",
            ),
            plan_slug=plan_slug,
            country=country,
            payment_method="" if plan_slug == "free" else payment_method,
            account_name=account_name,
            billing={"billing_city": "Lahore", "tax_id": "1234567-8"},
        ),
        ip_address="203.0.113.7",
        now=now or utc_now(),
    )
    return registered.user


def account_of(user: User) -> Account:
    """Return the user's account, read from the database."""
    return Account.objects.get(users=user)


def invoice_of(user: User) -> Invoice:
    """Return the newest invoice of the user's account."""
    return Invoice.objects.filter(account__users=user).latest("pk")


def make_claim(**changes: Any) -> Claim:
    """Return the default confirmation, with changes."""
    claim: dict[str, Any] = {
        "method_code": "bank_transfer",
        "amount": Decimal("89.00"),
        "reference": "BT-2025-001",
    }
    return Claim(**{**claim, **changes})


def confirmation_of(user: User) -> dict[str, Any]:
    """Return the default confirmation of a user's newest invoice, as a request body."""
    return {
        "invoice_id": invoice_of(user).pk,
        "payment_method": "bank_transfer",
        "amount": "89.00",
        "manual_reference": "BT-2025-001",
    }


def make_receipt(name: str = "receipt.png") -> SimpleUploadedFile:
    """Return a tiny image, as a browser sends a proof."""
    image = BytesIO()
    Image.new("RGB", (2, 2)).save(image, "PNG")
    return SimpleUploadedFile(name, image.getvalue(), content_type="image/png")


def make_pdf(*pages: str) -> bytes:
    """Return a PDF with these words on its pages."""
    return typst.compile("#pagebreak()".join(pages or ["Paid"]).encode())


def make_payment(user: User, *, proof: SimpleUploadedFile | None = None, **changes: Any) -> Payment:
    """Confirm the newest invoice of a user's account; its proof is checked."""
    payment = make_unchecked_payment(user, proof=proof, **changes)
    if proof:
        is_real = vars(make)["run_in_sandbox"] is run_in_sandbox
        assert is_real, "call make_unchecked_payment and check"
        with mock.patch.object(make, "run_in_sandbox", lambda *asked: list(made_before(*asked))):
            check(payment)
    return payment


@cache
def made_before(command: str, content: bytes) -> tuple[bytes, ...]:
    """Ask the sandbox, which takes 0.2 s to start, once for each file."""
    return tuple(run_in_sandbox(command, content))


def make_unchecked_payment(
    user: User, *, proof: SimpleUploadedFile | None = None, **changes: Any
) -> Payment:
    """Confirm the newest invoice of a user's account; its proof waits for the worker."""
    invoice, account, now = invoice_of(user), account_of(user), utc_now()
    upload = put_aside(proof, account=account, address=None, now=now) if proof else None
    return confirm_payment(
        invoice_id=invoice.pk,
        account=account,
        claim=make_claim(**{"amount": invoice.total, "proof": upload, **changes}),
        submitter=user,
        actor=Actor(user=user),
        now=now,
    )


def check(payment: Payment, *, attempts: int = 0) -> None:
    """Run the worker's check and the deletions that it queues."""
    upload = payment.proof_upload
    check_proof(payment_id=payment.pk, upload=upload, attempts=attempts, now=utc_now())
    default_storage.delete(upload)
    payment.refresh_from_db()


def approve(payment: Payment, admin: User) -> None:
    """Approve a payment."""
    approve_payment(payment_id=payment.pk, actor=Actor(user=admin), now=utc_now())


def reject(payment: Payment, admin: User, reason: str = "Reference not found") -> None:
    """Reject a payment."""
    reject_payment(
        payment_id=payment.pk, actor=Actor(user=admin), now=utc_now(), admin_notes=reason
    )


def client_of(user: User) -> APIClient:
    """Return a client where a user is signed in."""
    client = APIClient()
    client.force_login(user)
    return client


def record_credits(**entry: Any) -> None:
    """Add an entry to the ledger, as ``move_credits`` describes it."""
    with written_together() as changes:
        move_credits(changes=changes, **entry)
