"""The run itself: in several processes, with accounts that fail, within bounds, and killed."""

import io
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from psycopg.errors import DeadlockDetected

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Subscription, User
from igny8_core.business.billing.enums import EventName
from igny8_core.business.billing.models import Invoice, PaymentEvent
from igny8_core.business.billing.services.changes import written_together
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.business.subscriptions import tasks
from igny8_core.business.subscriptions.bounds import TooManySuspensions
from igny8_core.business.subscriptions.models import BillingRun, DunningStep
from igny8_core.business.subscriptions.services import advance as advancing
from igny8_core.business.subscriptions.services import run as running
from igny8_core.business.subscriptions.services.dry_run import forecast_billing
from igny8_core.business.subscriptions.services.run import Outcome, run_billing
from igny8_core.business.subscriptions.services.steps import Steps
from igny8_core.business.subscriptions.steps import END, Renew, Step
from igny8_core.common.clock import utc_now
from igny8_core.common.models import OutgoingMail
from tests.database import assert_all_invariants_hold, counted, somebody_else
from tests.factories import account_of, invoice_of
from tests.life import START, day, days, make_customer, run
from tests.processes import here, start
from tests.test_emails import jobs

pytestmark = pytest.mark.django_db

LATELY = timedelta(days=26)  # a month was paid so long ago: its renewal is due, and no reminder
RENEWAL = 17  # statements
NOTHING_DUE = 3
STOPPED = 28
FAULTY = ("-m", "tests.faulty")
PLACES = [
    "1",
    'INSERT INTO "billing_invoice"',
    "COMMIT",
    "COMMITTED",
    *(pytest.param(str(number), marks=pytest.mark.long) for number in range(2, 40)),
]


@pytest.fixture
def customers(billing_admin: User) -> list[User]:
    """Three owners who paid for a month, one after the other."""
    return [make_customer(billing_admin, START + timedelta(minutes=n)) for n in range(3)]


@pytest.fixture
def due_now(billing_admin: User) -> list[User]:
    """Six owners whose renewals are due today."""
    return [make_customer(billing_admin, utc_now() - LATELY) for _ in range(6)]


def run_at(now: datetime, *, force: bool = False) -> Outcome:
    return run_billing(as_of=now, limit_seconds=60, force=force)


def statements(act: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        act()
    return [query["sql"] for query in captured.captured_queries]


def break_steps(monkeypatch: pytest.MonkeyPatch, account: Account, error: Exception) -> None:
    """Let every step of an account fail."""
    take = Steps.take

    def fail(self: Steps, step: Renew) -> None:
        if self.account == account:
            raise error
        take(self, step)

    monkeypatch.setattr(Steps, "take", fail)


def void(renewal: Invoice, now: datetime) -> None:
    """Void a renewal, as a change of plan does."""
    with written_together() as changes:
        renewal.voided_at = now
        voiding = TransitionRecorder(
            changes=changes, event=EventName.VOID, actor=Actor(), now=now, invoice=renewal
        )
        voiding.move(renewal, also_save=("voided_at",))


# What it does


def test_run_is_kept_with_what_it_did(customers: list[User]) -> None:
    done = run_at(day(24))
    assert (done.accounts, done.parked, done.is_unfinished) == (3, 0, False)
    kept = BillingRun.objects.get()
    assert (kept.as_of, kept.accounts, kept.parked) == (day(24), 3, 0)
    assert kept.steps == {"renew": 3}
    assert kept.finished_at is not None
    assert kept.finished_at >= kept.started_at


def test_second_run_of_the_same_hour_writes_nothing(customers: list[User]) -> None:
    for number in range(80):
        run(day(number))
        before = counted(), DunningStep.objects.count(), BillingRun.objects.count()
        written = [
            sql
            for sql in statements(partial(run_at, day(number)))
            if not sql.startswith(("BEGIN", "SELECT", "COMMIT", "SAVEPOINT", "RELEASE"))
        ]
        assert written == []
        assert (counted(), DunningStep.objects.count(), BillingRun.objects.count()) == before


def test_run_takes_exactly_this_many_statements(customers: list[User]) -> None:
    claim, its_row = 3, 1
    run_at(day(22))
    assert len(statements(lambda: run_at(day(23)))) == claim
    assert len(statements(lambda: run_at(day(24)))) == 3 * RENEWAL + claim + its_row


def test_each_step_takes_exactly_this_many_statements(billing_admin: User) -> None:
    """Of an account and of the run: an act's look, a renewal, reminders, a pause and an end.

    From the second reminder on, there are mails to look after.
    """
    make_customer(billing_admin)
    found = {}
    for number in range(72):
        sent = len(statements(partial(run_at, day(number))))
        if sent > NOTHING_DUE:
            found[number] = sent
    assert found == {0: 13, 24: 21, 28: 18, 32: 19, 35: 19, 39: 19, 41: 19, 64: 19, 71: 18}


def test_run_stops_when_its_time_is_up(customers: list[User]) -> None:
    done = run_billing(as_of=day(24), limit_seconds=0)
    assert (done.accounts, done.is_unfinished) == (1, True)
    assert run_at(day(24)).accounts == 2


def test_run_of_one_account_leaves_the_others(customers: list[User]) -> None:
    account = account_of(customers[1])
    done = run_billing(as_of=day(24), limit_seconds=60, account_id=account.pk)
    assert done.accounts == 1
    assert Invoice.objects.get(kind="renewal").account == account


def test_dry_run_foretells_each_day_and_writes_nothing(customers: list[User]) -> None:
    before = counted()
    looks = list(Account.objects.order_by("pk").values_list("next_billing_step_at", flat=True))
    foretold: dict[int, list[str]] = {}
    for _, at, step in forecast_billing(
        now=day(0), as_of=day(100), account_id=account_of(customers[0]).pk
    ):
        foretold.setdefault((at.date() - START.date()).days, []).append(str(step))
    assert counted() == before
    assert looks == list(
        Account.objects.order_by("pk").values_list("next_billing_step_at", flat=True)
    )
    Account.objects.exclude(users=customers[0]).update(parked_at=day(0))
    assert days(0, 100) == foretold
    assert len(foretold) == 8


# Several at once


@pytest.mark.django_db(transaction=True)
def test_account_that_somebody_is_at_is_left_to_the_next_run(customers: list[User]) -> None:
    busy = account_of(customers[0])
    with somebody_else() as other:
        other.execute("SELECT FROM igny8_auth_account WHERE id = %s FOR UPDATE", [busy.pk])
        assert run_at(day(24)).accounts == 2
    assert run_at(day(24)).accounts == 1


@pytest.mark.django_db(transaction=True)
def test_two_processes_do_everything_once(due_now: list[User]) -> None:
    both = [start("run_billing", environment=here()) for _ in range(2)]
    printed = "".join(process.communicate(timeout=120)[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    renewed = [line for line in printed.splitlines() if ": renew period 1" in line]
    assert sorted(renewed) == sorted(set(renewed))
    assert len(renewed) == Invoice.objects.filter(kind="renewal").count() == 6
    assert sum(BillingRun.objects.values_list("accounts", flat=True)) == 6
    assert_all_invariants_hold()


# Killed


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", PLACES)
def test_killed_run_is_finished_by_the_next_exactly_once(billing_admin: User, place: str) -> None:
    owner = make_customer(billing_admin, utc_now() - LATELY)
    before = counted()
    process = start("run_billing", environment={**here(), "FAULT": place}, program=FAULTY)
    process.communicate(timeout=120)
    was_late = process.returncode == 0  # it takes fewer statements
    assert process.returncode == (0 if was_late else -9)
    is_done = was_late or place == "COMMITTED"
    if not is_done and not place.isdecimal():
        assert counted() == before
    assert_all_invariants_hold()
    run_at(utc_now())
    assert Invoice.objects.filter(kind="renewal", account__users=owner).count() == 1
    assert PaymentEvent.objects.filter(event="renew").count() == 1
    assert OutgoingMail.objects.filter(arguments__invoice_id=invoice_of(owner).pk).count() == 1
    assert_all_invariants_hold()


# Failures


def test_account_that_fails_is_parked_and_the_others_go_on(
    customers: list[User],
    billing_admin: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    failing = account_of(customers[0])
    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        break_steps(patch, failing, LookupError("no such thing"))
        done = run_at(day(24))
        assert (done.accounts, done.parked) == (2, 1)
        assert f"Billing of account {failing.pk} failed" in caplog.text
        assert run_at(day(24)).accounts == 0  # and nobody tries it again
    failing.refresh_from_db()
    assert (failing.parked_at, failing.parked_reason) == (day(24), "LookupError")
    assert BillingRun.objects.get().parked == 1
    assert run(day(30)) == ["remind: renewal reminder"] * 2
    assert_all_invariants_hold()


def test_contention_parks_nobody(customers: list[User], monkeypatch: pytest.MonkeyPatch) -> None:
    busy = account_of(customers[0])
    error = OperationalError()
    error.__cause__ = DeadlockDetected()
    with monkeypatch.context() as patch:
        break_steps(patch, busy, error)
        done = run_at(day(24))
    assert (done.accounts, done.parked) == (2, 0)
    assert run_at(day(24)).accounts == 1


def test_lost_database_ends_the_run(customers: list[User], monkeypatch: pytest.MonkeyPatch) -> None:
    break_steps(monkeypatch, account_of(customers[1]), OperationalError("server closed"))
    with pytest.raises(OperationalError):
        run_at(day(24))
    kept = BillingRun.objects.get()
    assert (kept.accounts, kept.parked) == (1, 0)
    assert not Account.objects.exclude(parked_at=None).exists()


# Bounds


def test_account_that_does_not_come_to_rest_is_parked(
    customers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advancing, "next_step", lambda _facts, _now: END)
    monkeypatch.setattr(Steps, "take", lambda _self, _step: None)
    assert run_at(day(24)).parked == 3
    assert set(Account.objects.exclude(parked_at=None).values_list("parked_reason", flat=True)) == {
        "TooManySteps"
    }


def test_fifth_invoice_of_a_day_is_not_issued(customers: list[User]) -> None:
    """The renewal, one in its place on each of the two days, and one that an admin has voided."""
    owner = customers[0]
    Account.objects.exclude(users=owner).update(parked_at=day(0))
    run(day(24))
    for hour in (13, 14, 15, 16):
        void(invoice_of(owner), day(24, hour))
        run_at(day(24, hour))
    assert Invoice.objects.filter(kind="renewal").count() == 4
    assert account_of(owner).parked_reason == "TooManyInvoices"


def test_too_many_suspensions_stop_the_run(
    customers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    days(0, 40)
    monkeypatch.setattr(running, "FEW_SUSPENSIONS", 2)
    with pytest.raises(TooManySuspensions):
        run_at(day(41))
    suspended = Account.objects.filter(status="suspended")
    assert suspended.count() == 2
    with pytest.raises(TooManySuspensions):  # the next run isn't allowed more
        run_at(day(41, hour=13))
    assert suspended.count() == 2
    assert BillingRun.objects.latest("pk").as_of == day(41)
    assert run_at(day(41, hour=14), force=True).steps == {"suspend": 1}
    assert_all_invariants_hold()


def test_accounts_behind_one_that_may_not_be_suspended_go_on(
    customers: list[User], billing_admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_customer(billing_admin, START + timedelta(days=17))  # to be renewed on day 41
    days(0, 40)
    monkeypatch.setattr(running, "FEW_SUSPENSIONS", 0)
    with pytest.raises(TooManySuspensions):
        run_at(day(41))
    assert not Account.objects.filter(status="suspended").exists()
    done = BillingRun.objects.latest("pk")
    assert (done.as_of, done.accounts, done.steps) == (day(41), 1, {"renew": 1})
    assert_all_invariants_hold()


@pytest.fixture
def five_to_suspend(billing_admin: User, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of five accounts that would be suspended on day 41, when only one may be.

    Two wait behind them: for the final notice, and for a renewal.
    """
    for at in (*(START + timedelta(minutes=n) for n in range(5)), day(2), day(17)):
        make_customer(billing_admin, at)
    days(0, 40)
    monkeypatch.setattr(running, "FEW_SUSPENSIONS", 1)
    return list(Account.objects.order_by("pk").values_list("pk", flat=True)[:5])


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the accounts that were locked to take their steps."""
    ids: list[int] = []

    def advance(*, account_id: int, now: datetime) -> list[Step]:
        ids.append(account_id)
        return advancing.advance(account_id=account_id, now=now)

    monkeypatch.setattr(running, "advance", advance)
    return ids


def test_those_that_may_not_be_suspended_are_not_even_locked(
    five_to_suspend: list[int], locked: list[int]
) -> None:
    first, second, *rest = five_to_suspend
    with pytest.raises(TooManySuspensions) as stopped:
        run_at(day(41))
    renewed, reminded = locked[2:]
    assert locked[:2] == [first, second]
    assert not {renewed, reminded} & set(five_to_suspend)
    assert BillingRun.objects.latest("pk").steps == {"suspend": 1, "renew": 1, "remind": 1}
    assert not stopped.value.is_unfinished

    for hour in (13, 14):  # each run finds out once that there would be too many
        locked.clear()
        with pytest.raises(TooManySuspensions):
            run_at(day(41, hour=hour))
        assert locked == [second]
    locked.clear()
    with pytest.raises(TooManySuspensions):  # a day later, one more may be
        run_at(day(42, hour=13))
    assert locked == [second, rest[0]]
    assert_all_invariants_hold()


def test_leaving_more_accounts_takes_no_more_statements(five_to_suspend: list[int]) -> None:
    """Those of the account that is tried, and of the look at all others."""

    def stop() -> None:
        with pytest.raises(TooManySuspensions):
            run_at(day(41, hour=13))

    with pytest.raises(TooManySuspensions):
        run_at(day(41))
    assert len(statements(stop)) == STOPPED
    Account.objects.filter(pk__in=five_to_suspend[3:]).update(parked_at=day(41))
    assert len(statements(stop)) == STOPPED


def test_account_that_can_not_be_read_is_not_taken_for_one_to_suspend(
    five_to_suspend: list[int],
) -> None:
    broken = five_to_suspend[4]
    Subscription.objects.filter(account=broken).update(terms={})
    with pytest.raises(TooManySuspensions):
        run_at(day(41))
    assert list(Account.objects.exclude(parked_at=None).values_list("pk", flat=True)) == [broken]


def test_twentieth_part_of_the_accounts_may_be_suspended(
    customers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    days(0, 40)
    monkeypatch.setattr(running, "FEW_SUSPENSIONS", 0)
    monkeypatch.setattr(running, "SUSPENSIONS_PERCENT", 67)
    with pytest.raises(TooManySuspensions):
        run_at(day(41))
    assert Account.objects.filter(status="suspended").count() == 2


# The command and the job


def command(*arguments: str) -> list[str]:
    out = io.StringIO()
    call_command("run_billing", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_command_prints_each_step_and_a_summary(due_now: list[User]) -> None:
    *steps, summary = command()
    due = invoice_of(due_now[0]).due_date
    assert steps == [
        f"account {account_of(owner).pk}: renew period 1, due on {due}" for owner in due_now
    ]
    assert summary == "6 steps were taken for 6 accounts; 0 accounts were parked."
    assert command() == ["0 steps were taken for 0 accounts; 0 accounts were parked."]


def test_command_foretells_what_it_would_do(due_now: list[User]) -> None:
    pk = str(account_of(due_now[0]).pk)
    before = counted()
    *steps, summary = command("--dry-run", "--account", pk)
    assert summary == "1 steps would be taken."
    assert f"UTC  account {pk}: renew period 1" in steps[0]
    later = (utc_now() + timedelta(days=200)).isoformat()
    assert len(command("--dry-run", "--account", pk, "--as-of", later)) == 10 + 1
    assert counted() == before


def test_command_does_nothing_of_the_future(due_now: list[User]) -> None:
    later = (utc_now() + timedelta(hours=1)).isoformat()
    with pytest.raises(CommandError, match="only be foretold"):
        command("--as-of", later)
    assert not BillingRun.objects.exists()


@pytest.mark.parametrize("moment", ["tomorrow", "2027-01-01T10:00"])
def test_command_takes_no_moment_without_its_zone(moment: str) -> None:
    with pytest.raises(CommandError, match="invalid"):
        command("--as-of", moment)


def test_command_exits_with_3_when_it_stops(
    billing_admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_customer(billing_admin, utc_now() - timedelta(days=90))
    at = utc_now() - timedelta(days=70)
    while run(at) != ["remind: final notice"]:
        at += timedelta(days=1)
    monkeypatch.setattr(running, "FEW_SUSPENSIONS", 0)
    with pytest.raises(CommandError, match="too many accounts") as stopped:
        command()
    assert stopped.value.returncode == 3
    assert command("--force")[-1].startswith("1 steps")


def test_job_goes_on_until_nothing_is_left(
    due_now: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "SECONDS", 0)
    tasks.run_billing(timestamp=0)
    assert jobs("todo").count("run_billing") == 1
    assert BillingRun.objects.get().accounts == 1
    monkeypatch.setattr(tasks, "SECONDS", 60)
    tasks.run_billing(timestamp=0)
    assert jobs("todo").count("run_billing") == 1
    assert BillingRun.objects.count() == 2
    assert Subscription.objects.filter(invoices__kind="renewal").count() == 6


def test_job_leaves_to_people_what_is_out_of_bounds(
    due_now: list[User], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stop(**_: object) -> Outcome:
        raise TooManySuspensions

    monkeypatch.setattr(running, "run_billing", stop)
    tasks.run_billing(timestamp=0)
    assert "Billing has stopped" in caplog.text
    assert jobs("todo").count("run_billing") == 0


def test_job_goes_on_with_the_others_if_its_time_was_up(
    five_to_suspend: list[int],
    locked: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "utc_now", lambda: day(41))
    monkeypatch.setattr(running, "FEW_SUSPENSIONS", 0)
    monkeypatch.setattr(tasks, "SECONDS", 0)
    tasks.run_billing(timestamp=0)
    assert locked == five_to_suspend[:1]
    assert jobs("todo").count("run_billing") == 1
    monkeypatch.setattr(tasks, "SECONDS", 60)
    tasks.run_billing(timestamp=0)
    assert jobs("todo").count("run_billing") == 1
    assert BillingRun.objects.latest("pk").steps == {"renew": 1, "remind": 1}
