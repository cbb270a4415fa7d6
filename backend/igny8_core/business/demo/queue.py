"""A full queue to try the approval desk: customers of all countries, proofs, oddities."""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta

import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account
from igny8_core.auth.services.accounts import OwnerDetails
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.services.confirmation import Claim, confirm_payment
from igny8_core.business.onboarding.services import Registration, register_account
from igny8_core.business.proofs.inbox import store_upload


@dataclass(frozen=True)
class Origin:
    """Where a customer comes from and how they pay; ``reference`` takes the customer's number."""

    country: str
    city: str
    method: str
    reference: str


ORIGINS = [
    Origin("PK", "Lahore", "jazzcash", "2026{:08d}"),
    Origin("IN", "Pune", "upi", "4433{:08d}"),
    Origin("PK", "Karachi", "bank_transfer", "FT26{:08d}"),
    Origin("DE", "Leipzig", "sepa", "NOTPROVIDED-{:06d}"),
    Origin("PK", "Multan", "easypaisa", "31{:09d}"),
    Origin("GB", "Leeds", "faster_payments", "FP{:08d}"),
    Origin("AU", "Perth", "payid", "NPP{:07d}"),
    Origin("BR", "Recife", "wise", "{:09d}"),
]
NAMES = [
    "Ravi Textiles", "Chenab Foods", "Indus Media", "Margalla Travel", "Gulberg Studio",
    "Sutlej Motors", "Bolan Crafts", "Swat Honey", "Thar Solar", "Makran Fisheries",
]  # fmt: skip
PEOPLE = ["Amna", "Bilal", "Chandni", "Danish", "Erum", "Farhan", "Gita", "Hamza", "Isha", "Jai"]
PLANS = ["starter", "growth", "starter", "scale", "starter"]
REFERENCE_REUSED_EVERY = 13  # customers


def add_customer(number: int, *, password: str, now: datetime) -> Payment:
    """Register the customer with this number, who confirms a payment at once.

    :param number: from 1; the same number is always the same customer.
    """
    origin = ORIGINS[number % len(ORIGINS)]
    confirmed_at = now - timedelta(minutes=37 * number)
    registered = register_account(
        registration=Registration(
            owner=OwnerDetails(
                email=f"customer{number:03d}@example.com",
                password=password,
                first_name=PEOPLE[number % len(PEOPLE)],
                last_name="Demo",
                language="ur" if origin.country == "PK" else "en",
            ),
            plan_slug=PLANS[number % len(PLANS)],
            country=origin.country,
            payment_method=origin.method,
            account_name=f"{NAMES[number % len(NAMES)]} {number}",
            billing={
                "billing_city": origin.city,
                "billing_address_line1": f"{number} Station Road",
            },
        ),
        ip_address=None,
        now=confirmed_at - timedelta(hours=2),
    )
    if number % 3:  # most signed up a while ago
        opened = confirmed_at - timedelta(days=number)
        Account.objects.filter(pk=registered.account.pk).update(created_at=opened)
    user = registered.user
    user.emailaddress_set.update(verified=number % 4 != 0)
    invoice = registered.invoice
    assert invoice is not None  # noqa: S101  (a paid plan has one)
    reference = origin.reference.format(_distinct(number))
    receipt = _proof(number, invoice, reference)
    return confirm_payment(
        invoice_id=invoice.pk,
        account=registered.account,
        claim=Claim(
            method_code=origin.method,
            amount=invoice.payable_amount,
            currency=invoice.payable_currency,
            reference=reference,
            notes="Paid from my brother's account." if number % 5 == 0 else "",
            paid_on=confirmed_at.date(),
            proof=store_upload(receipt, now=confirmed_at) if receipt else None,
        ),
        submitter=user,
        actor=Actor(user=user),
        now=confirmed_at,
    )


def _distinct(number: int) -> int:
    """Number the references; sometimes reuse that of the previous customer of the method."""
    if number % REFERENCE_REUSED_EVERY == 0 and number > len(ORIGINS):
        return number - len(ORIGINS)
    return number


def _proof(number: int, invoice: Invoice, reference: str) -> SimpleUploadedFile | None:
    """Return a receipt: mostly a photo, sometimes a PDF, sometimes none."""
    lines = ["PAYMENT RECEIPT", "", f"Amount     {invoice.payable}", f"Reference  {reference}"]
    match number % 4:
        case 0:
            return None
        case 1:
            words = " \\ ".join(line.replace("@", "") for line in lines)
            document = typst.compile(
                f"#set page(width: 12cm, height: 16cm)\n#set text(size: 14pt)\n{words}".encode()
            )
            return SimpleUploadedFile("receipt.pdf", document)
    picture = Image.new("RGB", (720, 1080), "#fbfaf5")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 720, 150), fill="#1f4d8f")
    for row, line in enumerate(lines):
        draw.text(
            (48, 48 + 90 * row), line, fill="#ffffff" if row == 0 else "#222222", font_size=40
        )
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=80)
    return SimpleUploadedFile("receipt.jpg", output.getvalue())
