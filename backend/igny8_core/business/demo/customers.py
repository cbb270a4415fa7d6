"""What demo customers do: sign up, and confirm that they have paid."""

from datetime import datetime

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.auth.services.accounts import OwnerDetails
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.services.confirmation import Claim, confirm_payment
from igny8_core.business.onboarding.services import Registered, Registration, register_account

PASSWORD = "demo-password-1"  # noqa: S105  (printed by `make run`)
METHOD = "jazzcash"


def email_of(name: str) -> str:
    """Return the address of a demo user."""
    return f"{name}@example.com"


def register(name: str, *, plan_slug: str, now: datetime) -> Registered:
    """Sign a customer up, who has confirmed their address."""
    registered = register_account(
        registration=Registration(
            owner=OwnerDetails(
                email=email_of(name),
                password=PASSWORD,
                first_name=name.capitalize(),
                last_name="Demo",
            ),
            plan_slug=plan_slug,
            country="PK",
            payment_method="" if plan_slug == "free" else METHOD,
            account_name=f"{name.capitalize()} Traders",
            billing={
                "billing_address_line1": "14 Mall Road",
                "billing_city": "Lahore",
                "billing_state": "Punjab",
                "billing_postal_code": "54000",
            },
        ),
        ip_address=None,
        now=now,
    )
    registered.user.emailaddress_set.update(verified=True)
    return registered


def confirm(user: User, *, now: datetime) -> Payment:
    """Confirm the invoice that waits for its payment."""
    invoice = Invoice.objects.select_related("account").get(account__users=user, status="pending")
    return confirm_payment(
        invoice_id=invoice.pk,
        account=invoice.account,
        claim=Claim(
            method_code=METHOD,
            amount=invoice.payable_amount,
            currency=invoice.payable_currency,
            reference=f"{20260000000 + invoice.pk}",
            notes="Sent from my wallet this morning.",
            paid_on=now.date(),
        ),
        submitter=user,
        actor=Actor(user=user),
        now=now,
    )
