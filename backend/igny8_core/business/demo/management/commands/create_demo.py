"""``manage.py create_demo``: a user in each state, to look at and to try things with."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.borders import day_of
from igny8_core.business.billing.proof_check import check_proof
from igny8_core.business.billing.roles import BILLING_ADMIN, BILLING_VIEWER, SUPPORT
from igny8_core.business.billing.services.decisions import approve_payment, reject_payment
from igny8_core.business.demo.customers import PASSWORD, confirm, email_of, register
from igny8_core.business.demo.lives import STAGES, live_months, oldest_renewal
from igny8_core.business.demo.queue import add_customer
from igny8_core.business.reports.renewals import count_renewals
from igny8_core.business.subscriptions.start import forget_start
from igny8_core.common.clock import business_zone, utc_now

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
        parser.add_argument(
            "--months",
            type=int,
            default=0,
            help=f"let {email_of(A_LONG_LIFE)} live through this many months",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Create the users and print how to sign in.

        :raises CommandError: in production, or if renewals began after the lives of the users did.
        """
        if not settings.IS_DEVELOPMENT:
            message = "Demo users have a public password: they are for DJANGO_ENV=development."
            raise CommandError(message)
        now = utc_now()
        _let_renewals_be_old(now, months=options["months"])
        admin = _ensure_staff()
        people = {**DEMO_USERS}
        if options["months"] > 0:
            people[A_LONG_LIFE] = partial(live_months, months=options["months"])
        for name, create in people.items():
            if not User.objects.filter(email=email_of(name)).exists():
                with transaction.atomic():
                    create(name, admin, now)
        for number in range(1, options["confirmations"] + 1):
            if not User.objects.filter(email=f"customer{number:03d}@example.com").exists():
                with transaction.atomic():
                    payment = add_customer(number, password=PASSWORD, now=now)
                if payment.proof_upload:  # the worker would check it a little later
                    check_proof(payment_id=payment.pk, upload=payment.proof_upload, now=now)
        count_renewals(now=now)  # which the worker does once an hour
        for email in (*STAFF, *map(email_of, people)):
            self.stdout.write(f"{email:<24} {PASSWORD}")


def _let_renewals_be_old(now: datetime, *, months: int) -> None:
    """Let there have been renewals when the demo users had them.

    :raises CommandError: if a setting says otherwise.
    """
    oldest = day_of(oldest_renewal(now, months=max(months, 0)), business_zone())
    begin = settings.BILLING_RENEWALS_FROM
    if begin and begin > oldest:
        message = f"Demo users renewed from {oldest} on: unset BILLING_RENEWALS_FROM ({begin})."
        raise CommandError(message)
    forget_start()


def _ensure_staff() -> User:
    """Create missing staff, and return the billing admin."""
    for email, (first_name, group) in STAFF.items():
        if not User.objects.filter(email=email).exists():
            user = User.objects.create_user(
                email, PASSWORD, first_name=first_name, last_name="Demo", is_staff=True
            )
            user.groups.add(Group.objects.get(name=group))
    return User.objects.get(email=ADMIN_EMAIL)


def _free(name: str, _admin: User, now: datetime) -> None:
    register(name, plan_slug="free", now=now)


def _pending(name: str, _admin: User, now: datetime) -> None:
    register(name, plan_slug="starter", now=now)


def _review(name: str, _admin: User, now: datetime) -> None:
    registered = register(name, plan_slug="starter", now=now - timedelta(hours=5))
    confirm(registered.user, now=now - timedelta(hours=3))


def _rejected(name: str, admin: User, now: datetime) -> None:
    registered = register(name, plan_slug="growth", now=now - timedelta(days=2))
    payment = confirm(registered.user, now=now - timedelta(days=1))
    reject_payment(
        payment_id=payment.pk,
        actor=Actor(user=admin),
        now=now - timedelta(hours=2),
        admin_notes="No transfer with this TID has arrived. Please check the number in the SMS.",
    )


def _active(name: str, admin: User, now: datetime) -> None:
    registered = register(name, plan_slug="starter", now=now - timedelta(days=4))
    payment = confirm(registered.user, now=now - timedelta(days=4))
    approve_payment(
        payment_id=payment.pk,
        actor=Actor(user=admin),
        now=now - timedelta(days=3),
        admin_notes="Found in the JazzCash statement.",
    )


def _overdue(name: str, _admin: User, now: datetime) -> None:
    register(name, plan_slug="scale", now=now - timedelta(days=10))


DEMO_USERS: dict[str, Callable[[str, User, datetime], None]] = {
    "free": _free,
    "pending": _pending,
    "review": _review,
    "rejected": _rejected,
    "active": _active,
    "overdue": _overdue,
    **STAGES,
}
A_LONG_LIFE = "months"
