"""The night's pass: accounts at which billing would look too late are found, whatever the column.

Day 24 is the day of the renewal.
"""

import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.models import Account, User
from igny8_core.business.subscriptions import tasks
from igny8_core.business.subscriptions.reading import facts_of_accounts
from igny8_core.business.subscriptions.services import looks
from igny8_core.business.subscriptions.services.looks import correct_looks
from tests.database import assert_all_invariants_hold
from tests.factories import account_of, make_owner
from tests.life import day, make_customer, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def customers(billing_admin: User) -> list[User]:
    """Three owners who paid for a month."""
    return [make_customer(billing_admin) for _ in range(3)]


def test_nothing_is_wrong_after_a_run(
    customers: list[User], caplog: pytest.LogCaptureFixture
) -> None:
    make_owner(plan_slug="free")
    for number in (0, 23, 24, 28, 45):
        run(day(number))
        assert correct_looks(now=day(number, hour=13)) == []
    assert caplog.text == ""


@pytest.mark.parametrize("kept", [None, day(90)])
def test_account_that_would_be_missed_is_logged_and_renewed(
    customers: list[User], caplog: pytest.LogCaptureFixture, kept: None
) -> None:
    missed = account_of(customers[1])
    Account.objects.filter(pk=missed.pk).update(next_billing_step_at=kept)
    assert run(day(24)) == ["renew period 1, due on 2027-02-01"] * 2
    with caplog.at_level(logging.ERROR):
        assert correct_looks(now=day(25)) == [missed.pk]
    assert f"Billing would have looked at account {missed.pk} at {kept}, too late" in caplog.text
    assert run(day(25)) == ["renew period 1, due on 2027-02-01"]
    assert correct_looks(now=day(25)) == []
    assert_all_invariants_hold()


def test_column_that_hides_a_later_step_is_corrected(customers: list[User]) -> None:
    Account.objects.update(next_billing_step_at=day(90))
    assert len(correct_looks(now=day(3))) == 3
    assert run(day(3)) == []
    assert account_of(customers[0]).next_billing_step_at == day(24, hour=0)


def test_parked_and_closed_accounts_are_left_alone(customers: list[User]) -> None:
    Account.objects.update(next_billing_step_at=None, parked_at=day(1))
    assert correct_looks(now=day(25)) == []


def test_account_that_can_not_be_read_is_looked_at(
    customers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    unreadable, read = account_of(customers[0]).pk, facts_of_accounts

    def fail(account_ids: list[int]) -> object:
        if unreadable in account_ids:
            raise LookupError
        return read(account_ids)

    monkeypatch.setattr(looks, "facts_of_accounts", fail)
    assert correct_looks(now=day(3)) == [unreadable]


def test_accounts_are_read_in_sets(customers: list[User], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "SET", 2)
    with CaptureQueriesContext(connection) as captured:
        assert correct_looks(now=day(3)) == []
    assert len(captured) == 2 * (1 + 6) + 1


def test_job_corrects_as_of_now(customers: list[User], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "utc_now", lambda: day(3))
    Account.objects.update(next_billing_step_at=None)
    tasks.correct_looks(timestamp=0)
    assert set(Account.objects.values_list("next_billing_step_at", flat=True)) == {day(3)}
