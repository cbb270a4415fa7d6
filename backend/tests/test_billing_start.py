"""The first runs of billing where an earlier release had subscriptions, which lasted for ever."""

from datetime import date, datetime, timedelta
from functools import cache
from importlib import import_module

import pytest
from django.conf import LazySettings
from django.db import connection

from igny8_core.auth.models import Subscription, User
from igny8_core.business.billing.models import Invoice, Period
from igny8_core.business.subscriptions import start
from igny8_core.business.subscriptions.models import BillingStart
from igny8_core.common.clock import business_day, utc_now
from igny8_core.common.models import OutgoingMail
from tests.database import assert_all_invariants_hold
from tests.factories import account_of, make_owner
from tests.life import make_customer, order, pay, run

pytestmark = pytest.mark.django_db

BEFORE = """
SET CONSTRAINTS ALL IMMEDIATE;
SET session_replication_role = replica;
ALTER TABLE igny8_auth_subscription DROP CONSTRAINT live_subscription_has_an_anchor;
UPDATE igny8_auth_subscription SET anchor_at = NULL, current_index = NULL, paid_index = 0;
UPDATE igny8_auth_account SET next_billing_step_at = NULL;
UPDATE billing_invoice SET dunning_plan = NULL, kind = 'initial';
DELETE FROM billing_period;
SET session_replication_role = DEFAULT;
"""


@pytest.fixture(autouse=True)
def _read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this test be a process of its own."""
    monkeypatch.setattr(start, "_kept", cache(start._kept.__wrapped__))


def migrate() -> None:
    """Make the rows those of the release before, and run what the migrations do with them."""
    auth = import_module("igny8_core.auth.migrations.0017_periods_from_an_anchor")
    periods = import_module("igny8_core.business.billing.migrations.0024_periods")
    looks = import_module("igny8_core.business.billing.migrations.0025_billing_looks_at_everyone")
    ours = import_module("igny8_core.business.subscriptions.migrations.0002_reminders_are_unique")
    with connection.cursor() as cursor:
        for sql in (BEFORE, auth.ANCHOR, periods.KINDS, periods.FIRST_PERIODS, looks.DUE):
            cursor.execute(sql)
        cursor.execute(ours.START, ["UTC"])
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def ago(days: int) -> datetime:
    return utc_now() - timedelta(days=days)


def coming(last: int) -> dict[int, list[str]]:
    """Run billing once a day from today on; return the steps by day."""
    now = utc_now()
    found = {number: run(now + timedelta(days=number)) for number in range(last + 1)}
    return {number: steps for number, steps in found.items() if steps}


def today(plus: int = 0) -> date:
    return business_day(utc_now()) + timedelta(days=plus)


def test_new_installation_has_renewals_always(catalog: None) -> None:
    with connection.cursor() as cursor:
        ours = import_module(
            "igny8_core.business.subscriptions.migrations.0002_reminders_are_unique"
        )
        cursor.execute(ours.START, ["UTC"])
    assert start.renewals_from() is None


NEW_COLUMNS = {
    "igny8_auth_account": ["parked_reason"],
    "igny8_auth_subscription": ["anchor_index", "cancel_at_period_end", "paid_index"],
    "billing_invoice": ["kind", "period_index"],
}


def test_release_before_writes_beside_the_migrations() -> None:
    """It doesn't name the new columns: they have values of their own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE column_default IS NOT NULL ORDER BY column_name"
        )
        found = set(cursor.fetchall())
    named = {(table, column) for table, columns in NEW_COLUMNS.items() for column in columns}
    assert named - found == set()


def test_what_ended_long_ago_gets_one_invoice_due_in_two_weeks(billing_admin: User) -> None:
    owner = make_customer(billing_admin, ago(100))
    migrate()
    assert BillingStart.objects.get().day == today()
    assert Period.objects.count() == 1
    found = coming(60)
    assert found == {
        0: [f"renew period 3, due on {today(14)}"],
        11: ["remind: renewal reminder"],
        15: ["remind: renewal due"],
        18: ["fall due", "remind: past due"],
        22: ["remind: final notice"],
        24: ["suspend"],
        47: ["remind: ending"],
        54: ["lapse"],
    }
    assert Invoice.objects.filter(account=account_of(owner), kind="renewal").count() == 1
    assert_all_invariants_hold()


def test_what_has_just_begun_is_renewed_as_usual(billing_admin: User) -> None:
    make_customer(billing_admin, ago(5))
    migrate()
    ends = Subscription.objects.get().current_period_end
    assert ends
    due = business_day(ends - timedelta(microseconds=1))
    lead = (due - today()).days - 7
    assert coming(lead) == {lead: [f"renew period 1, due on {due}"]}


def test_old_orders_expire_two_weeks_later_and_are_told_of_then(billing_admin: User) -> None:
    make_owner(now=ago(60))
    changing = make_customer(billing_admin, ago(100))
    order(changing, "growth", ago(50))
    migrate()
    mails = OutgoingMail.objects.filter(kind="order_expired")
    found = coming(13)
    assert found == {
        0: [f"renew period 3, due on {today(14)}"],
        11: ["remind: renewal reminder"],
    }
    assert not mails.exists()
    now = utc_now() + timedelta(days=14)
    assert sorted(run(now)) == ["expire change", "expire sign up"]
    assert mails.count() == 2
    assert_all_invariants_hold()


def test_setting_names_another_day(billing_admin: User, settings: LazySettings) -> None:
    make_customer(billing_admin, ago(100))
    migrate()
    settings.BILLING_RENEWALS_FROM = today(10)
    settings.BILLING_FIRST_TERM_DAYS = 30
    assert coming(9) == {}
    assert run(utc_now() + timedelta(days=10)) == [f"renew period 3, due on {today(40)}"]


def test_stored_day_is_read_once_by_a_process() -> None:
    BillingStart.objects.create(day=date(2026, 1, 1))
    assert start.renewals_from() == date(2026, 1, 1)
    BillingStart.objects.all().delete()
    assert start.renewals_from() == date(2026, 1, 1)


def test_change_of_plan_on_the_first_day_pays_for_the_present_period(billing_admin: User) -> None:
    owner = make_customer(billing_admin, ago(100))
    migrate()
    now = utc_now()
    order(owner, "growth", now)
    pay(owner, billing_admin, now + timedelta(hours=1))
    _, start, end = Period.objects.filter(subscription__plan__slug="growth").values_list(
        "index", "starts_at", "ends_at"
    )[0]
    assert now - timedelta(days=31) < start <= now < end
    assert run(now + timedelta(hours=2)) == []
    assert_all_invariants_hold()
