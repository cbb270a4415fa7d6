"""``manage.py create_demo``: a user in each state, to look at and to try things with."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.auth.services.accounts import OwnerDetails
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.proof_check import check_proof
from igny8_core.business.billing.roles import BILLING_ADMIN, BILLING_VIEWER, SUPPORT
from igny8_core.business.billing.services.confirmation import Claim, confirm_payment
from igny8_core.business.billing.services.decisions import approve_payment, reject_payment
from igny8_core.business.demo.queue import add_customer
from igny8_core.business.onboarding.services import Registered, Registration, register_account
from igny8_core.common.clock import utc_now

PASSWORD = "demo-password-1"  # noqa: S105  (printed by `make run`)
ADMIN_EMAIL = "admin@example.com"
STAFF = {
    ADMIN_EMAIL: ("Bilal", BILLING_ADMIN),
    "admin2@example.com": ("Sana", BILLING_ADMIN),
    "viewer@example.com": ("Viqar", BILLING_VIEWER),
    "support@example.com": ("Saba", SUPPORT),
}


class Command(BaseCommand):
    """Adds the demo users that are missing; refuses to run in production."""

    help = "Create the demo users (development only)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--confirmations",
            type=int,
            default=0,
            help="this many additional customers, each with a waiting confirmation",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Create the users and print how to sign in.

        :raises CommandError: in production.
        """
        if not settings.IS_DEVELOPMENT:
            message = "Demo users have a public password: they are for DJANGO_ENV=development."
            raise CommandError(message)
        now = utc_now()
        admin = _ensure_staff()
        for name, create in DEMO_USERS.items():
            if not User.objects.filter(email=_email(name)).exists():
                with transaction.atomic():
                    create(name, admin, now)
        for number in range(1, options["confirmations"] + 1):
            if not User.objects.filter(email=f"customer{number:03d}@example.com").exists():
                with transaction.atomic():
                    payment = add_customer(number, password=PASSWORD, now=now)
                if payment.proof_upload:  # the worker would check it a little later
                    check_proof(payment_id=payment.pk, upload=payment.proof_upload, now=now)
        for email in (*STAFF, *map(_email, DEMO_USERS)):
            self.stdout.write(f"{email:<24} {PASSWORD}")


def _email(name: str) -> str:
    return f"{name}@example.com"


def _ensure_staff() -> User:
    """Create missing staff, and return the billing admin."""
    for email, (first_name, group) in STAFF.items():
        if not User.objects.filter(email=email).exists():
            user = User.objects.create_user(
                email, PASSWORD, first_name=first_name, last_name="Demo", is_staff=True
            )
            user.groups.add(Group.objects.get(name=group))
    return User.objects.get(email=ADMIN_EMAIL)


def _register(name: str, *, plan_slug: str, now: datetime) -> Registered:
    registered = register_account(
        registration=Registration(
            owner=OwnerDetails(
                email=_email(name),
                password=PASSWORD,
                first_name=name.capitalize(),
                last_name="Demo",
            ),
            plan_slug=plan_slug,
            country="PK",
            payment_method="" if plan_slug == "free" else "jazzcash",
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


def _confirm(registered: Registered, *, now: datetime) -> Payment:
    invoice = registered.invoice
    assert invoice is not None  # noqa: S101  (a paid plan has one)
    return confirm_payment(
        invoice_id=invoice.pk,
        account=registered.account,
        claim=Claim(
            method_code="jazzcash",
            amount=invoice.payable_amount,
            currency=invoice.payable_currency,
            reference=f"{20260000000 + invoice.pk}",
            notes="Sent from my wallet this morning.",
            paid_on=now.date(),
        ),
        submitter=registered.user,
        actor=Actor(user=registered.user),
        now=now,
    )


def _free(name: str, _admin: User, now: datetime) -> None:
    _register(name, plan_slug="free", now=now)


def _pending(name: str, _admin: User, now: datetime) -> None:
    _register(name, plan_slug="starter", now=now)


def _review(name: str, _admin: User, now: datetime) -> None:
    registered = _register(name, plan_slug="starter", now=now - timedelta(hours=5))
    _confirm(registered, now=now - timedelta(hours=3))


def _rejected(name: str, admin: User, now: datetime) -> None:
    registered = _register(name, plan_slug="growth", now=now - timedelta(days=2))
    payment = _confirm(registered, now=now - timedelta(days=1))
    reject_payment(
        payment_id=payment.pk,
        actor=Actor(user=admin),
        now=now - timedelta(hours=2),
        admin_notes="No transfer with this TID has arrived. Please check the number in the SMS.",
    )


def _active(name: str, admin: User, now: datetime) -> None:
    registered = _register(name, plan_slug="starter", now=now - timedelta(days=4))
    payment = _confirm(registered, now=now - timedelta(days=4))
    approve_payment(
        payment_id=payment.pk,
        actor=Actor(user=admin),
        now=now - timedelta(days=3),
        admin_notes="Found in the JazzCash statement.",
    )


def _overdue(name: str, _admin: User, now: datetime) -> None:
    _register(name, plan_slug="scale", now=now - timedelta(days=21))


DEMO_USERS: dict[str, Callable[[str, User, datetime], None]] = {
    "free": _free,
    "pending": _pending,
    "review": _review,
    "rejected": _rejected,
    "active": _active,
    "overdue": _overdue,
}
