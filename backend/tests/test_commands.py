"""The management commands, and the script from the docs."""

import io
from collections import Counter

import pytest
import time_machine
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from igny8_core.auth.models import Account, Industry, Plan, Subscription, User
from igny8_core.business.billing.models import (
    CreditTransaction,
    ExchangeRate,
    Invoice,
    Payment,
    PaymentEvent,
    PaymentMethodConfig,
    Period,
    RejectionReason,
)
from igny8_core.business.billing.roles import BILLING_ADMIN
from igny8_core.business.integrity.verify import CHECKS
from igny8_core.business.reports.renewals import last_count
from igny8_core.business.subscriptions import start
from igny8_core.business.subscriptions.models import BillingStart
from igny8_core.common.clock import business_day, utc_now
from tests.database import assert_all_invariants_hold
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


def test_demo_has_an_account_in_every_stage(catalog: None) -> None:
    out = run("create_demo")

    def stage(name: str) -> tuple[str, str, str, list[str]]:
        assert f"{name}@example.com" in out
        account = Account.objects.get(users__email=f"{name}@example.com")
        subscription = account.subscriptions.get()
        invoice = account.invoices.latest("pk")
        sent = invoice.dunning_steps.filter(is_skipped=False)
        kinds = [kind.replace("_", " ") for kind in sent.values_list("kind", flat=True)]
        return account.status, subscription.status, invoice.payment_state, kinds

    until_final = ["renewal reminder", "renewal due", "past due", "final notice"]
    assert stage("renewal") == ("active", "active", "due", [])
    assert stage("grace") == ("active", "active", "overdue", until_final[:2])
    assert stage("pastdue") == ("active", "past_due", "overdue", until_final)
    assert stage("suspended") == ("suspended", "past_due", "overdue", until_final)
    assert stage("ended") == ("pending_payment", "cancelled", "void", [*until_final, "ending"])
    assert stage("reviewed") == ("active", "past_due", "under_review", until_final[:3])
    assert stage("ahead") == ("active", "active", "paid", [])
    assert stage("ending") == ("active", "active", "paid", [])
    ending = Subscription.objects.get(account__users__email="ending@example.com")
    assert ending.cancel_at_period_end
    ahead = Subscription.objects.get(account__users__email="ahead@example.com")
    assert (ahead.current_index or 0) + 2 == ahead.paid_index
    counted = last_count()
    assert counted
    assert (counted.suspended, counted.lapsed) == (1, 1)
    assert_all_invariants_hold()


def test_demo_stays_as_it_is_when_billing_comes(catalog: None) -> None:
    """Every step has been taken at its time."""
    run("create_demo")
    assert run("run_billing").splitlines() == [
        "0 steps were taken for 0 accounts; 0 accounts were parked."
    ]


@pytest.mark.parametrize("today", ["2027-03-31", "2028-02-29", "2028-03-30", "2027-08-31"])
def test_demo_has_its_stages_on_any_day(catalog: None, today: str) -> None:
    with time_machine.travel(f"{today}T09:30:00Z", tick=True):
        run("create_demo")
    states = Account.objects.filter(subscriptions__anchor_at__isnull=False)
    assert dict(states.values_list("users__first_name", "subscriptions__status")) == {
        "Active": "active",
        "Renewal": "active",
        "Grace": "active",
        "Pastdue": "past_due",
        "Suspended": "past_due",
        "Ended": "cancelled",
        "Reviewed": "past_due",
        "Ahead": "active",
        "Ending": "active",
    }


def test_demo_is_made_where_an_earlier_release_had_subscriptions(catalog: None) -> None:
    """Renewals began today there, but demo users had them before."""
    BillingStart.objects.create(day=business_day(utc_now()))
    start._kept.cache_clear()
    run("create_demo")
    assert Account.objects.get(users__email="reviewed@example.com").status == "active"
    assert (BillingStart.objects.count(), start.renewals_from()) == (0, None)


def test_demo_is_refused_where_renewals_begin_later(catalog: None, settings: LazySettings) -> None:
    settings.BILLING_RENEWALS_FROM = business_day(utc_now())
    with pytest.raises(CommandError, match="unset BILLING_RENEWALS_FROM"):
        run("create_demo")
    assert not User.objects.exists()


def test_demo_of_six_months_has_a_late_payment_and_a_pause(catalog: None) -> None:
    out = io.StringIO()
    call_command("create_demo", months=6, stdout=out)
    assert "months@example.com" in out.getvalue()
    account = Account.objects.get(users__email="months@example.com")
    assert account.status == "active"
    events = PaymentEvent.objects.filter(account=account)
    counts = Counter(events.exclude(object_type="payment").values_list("event", flat=True))
    assert (counts["fall_due"], counts["suspend"], counts["lapse"]) == (2, 1, 0)
    assert account.invoices.filter(status="paid").count() >= 5
    periods = Period.objects.filter(subscription__account=account).order_by("index")
    assert [period.index for period in periods] == list(range(len(periods)))
    assert_all_invariants_hold()


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
