"""The management commands, and the script from the docs."""

import io

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from igny8_core.auth.models import Account, Industry, Plan, User
from igny8_core.business.billing.models import (
    CreditTransaction,
    ExchangeRate,
    Invoice,
    Payment,
    PaymentEvent,
    PaymentMethodConfig,
    RejectionReason,
)
from igny8_core.business.billing.roles import BILLING_ADMIN
from igny8_core.business.integrity.verify import CHECKS
from tests.factories import approve, make_owner, make_payment
from tests.processes import here, manage
from tests.project.paths import BACKEND

pytestmark = pytest.mark.django_db


def run(command: str) -> str:
    out = io.StringIO()
    call_command(command, stdout=out)
    return out.getvalue()


def test_load_catalog_adds_rows_once() -> None:
    for model in (RejectionReason, PaymentMethodConfig, ExchangeRate, Industry, Plan):
        model._default_manager.all().delete()
    assert run("load_catalog").splitlines() == [
        "plans: 5 added",
        "industries: 22 added",
        "exchange rates: 6 added",
        "payment methods: 14 added",
        "rejection reasons: 32 added",
    ]
    assert {line.partition(": ")[2] for line in run("load_catalog").splitlines()} == {"0 added"}


def test_load_catalog_keeps_admin_edits(catalog: None) -> None:
    PaymentMethodConfig.objects.filter(payment_method="jazzcash").update(
        payment_method="jazzcash_business", display_name="JazzCash Business", is_enabled=False
    )
    Plan.objects.filter(slug="starter").update(price="99.00")
    ExchangeRate.objects.filter(currency="PKR").update(units_per_usd="300")
    Group.objects.get(name=BILLING_ADMIN).permissions.clear()
    run("load_catalog")

    method = PaymentMethodConfig.objects.get(display_name="JazzCash Business")
    assert (method.payment_method, method.is_enabled) == ("jazzcash_business", False)
    assert not PaymentMethodConfig.objects.filter(payment_method="jazzcash").exists()
    assert Plan.objects.get(slug="starter").price == 99
    assert ExchangeRate.objects.get(currency="PKR").units_per_usd == 300
    assert not Group.objects.get(name=BILLING_ADMIN).permissions.exists()


def test_load_catalog_restores_deleted_rows(catalog: None) -> None:
    Industry.objects.first().delete()  # type: ignore[union-attr]
    assert "industries: 1 added" in run("load_catalog")


def test_demo_users_match_their_names(catalog: None) -> None:
    out = run("create_demo")
    assert "overdue@example.com" in out

    def state(name: str) -> tuple[str, str]:
        account = Account.objects.get(users__email=f"{name}@example.com")
        invoice = Invoice.objects.filter(account=account).first()
        return account.status, invoice.payment_state if invoice else ""

    assert {name: state(name) for name in ("free", "pending", "review", "rejected")} == {
        "free": ("trial", ""),
        "pending": ("pending_payment", "due"),
        "review": ("pending_payment", "under_review"),
        "rejected": ("pending_payment", "rejected"),
    }
    assert state("active") == ("active", "paid")
    assert state("overdue") == ("pending_payment", "overdue")
    admin = User.objects.get(email="admin@example.com")
    assert admin.is_staff
    assert admin.has_perm("billing.decide_payment")
    assert all(user.check_password("demo-password-1") for user in User.objects.all())
    run("verify_billing")


def test_create_demo_is_idempotent(catalog: None) -> None:
    run("create_demo")
    before = User.objects.count(), Payment.objects.count(), PaymentEvent.objects.count()
    run("create_demo")
    assert (User.objects.count(), Payment.objects.count(), PaymentEvent.objects.count()) == before


def test_demo_users_are_refused_in_production(catalog: None, settings: LazySettings) -> None:
    settings.IS_DEVELOPMENT = False
    with pytest.raises(CommandError, match="public password"):
        run("create_demo")
    assert not User.objects.exists()


def test_verify_billing_passes_after_approval(owner: User, billing_admin: User) -> None:
    approve(make_payment(owner), billing_admin)
    out = run("verify_billing")
    assert out.count("ok    ") == len(CHECKS)
    assert f"{len(CHECKS)} of {len(CHECKS)} invariants hold." in out


@pytest.mark.django_db(transaction=True)
def test_verification_script_runs(catalog: None) -> None:
    make_payment(make_owner())
    with (BACKEND / "verification_script.py").open() as script:
        shell = manage("shell", environment=here(), stdin=script)
    assert shell.returncode == 0, shell.stderr
    assert "invariants hold." in shell.stdout
    assert CreditTransaction.objects.count() == 0
