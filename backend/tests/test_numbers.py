"""The numbers on the first page of the admin site."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
import time_machine
from django.db import connection, connections
from django.test import Client

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.enums import ObjectType
from igny8_core.business.billing.models import Payment, PaymentEvent
from igny8_core.business.billing.services import transitions
from igny8_core.business.billing.services.decisions import approve_payment, reject_payment
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.business.integrity.verify import verify_billing
from igny8_core.business.reports.days import LOCK, sum_up_days
from igny8_core.business.reports.models import DecidedDay
from igny8_core.business.reports.numbers import DAYS, Numbers, numbers
from igny8_core.common.locks import wait_for_lock
from tests.factories import make_owner, make_payment

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def submitted(hours_ago: float) -> Payment:
    payment = make_payment(make_owner(), reference=f"BT-{hours_ago}")
    Payment.objects.filter(pk=payment.pk).update(submitted_at=NOW - timedelta(hours=hours_ago))
    payment.refresh_from_db()
    return payment


def decide(payment: Payment, admin: User, *, hours_later: float, reason: str = "") -> None:
    now = payment.submitted_at + timedelta(hours=hours_later)
    if reason:
        reject_payment(payment_id=payment.pk, actor=Actor(user=admin), now=now, admin_notes=reason)
    else:
        approve_payment(payment_id=payment.pk, actor=Actor(user=admin), now=now)


def test_empty_database_gives_zero_numbers(catalog: None) -> None:
    found = numbers(now=NOW)
    assert (found.waiting, found.oldest, found.median_time, found.takings) == (0, None, None, [])
    assert len(found.days) == DAYS


def test_waiting_payments_are_counted_by_age(catalog: None) -> None:
    for hours in (0.5, 2, 3, 30, 100):
        submitted(hours)
    found = numbers(now=NOW)
    assert found.waiting == 5
    assert found.oldest == NOW - timedelta(hours=100)
    assert [number for _label, number in found.ages] == [1, 2, 1, 1]


def test_decisions_and_takings_are_counted(billing_admin: User) -> None:
    decide(submitted(50), billing_admin, hours_later=1)
    decide(submitted(49), billing_admin, hours_later=3)
    decide(submitted(10), billing_admin, hours_later=8, reason="Not found")
    decide(submitted(24 * DAYS + 24), billing_admin, hours_later=1)  # too long ago
    found = numbers(now=NOW)

    assert (found.approved, found.rejected) == (2, 1)
    assert [
        (d.day.day, d.approved, d.rejected) for d in found.days if d.approved or d.rejected
    ] == [
        (22, 2, 0),
        (24, 0, 1),
    ]
    assert found.median_time == timedelta(hours=3)
    assert [(t.method, str(t.money), t.number) for t in found.takings] == [
        ("Bank transfer (IBAN)", "178.00 USD", 2)
    ]


@time_machine.travel(NOW, tick=False)
def test_desk_home_shows_the_numbers(client: Client, billing_admin: User) -> None:
    decide(submitted(5), billing_admin, hours_later=2)
    submitted(30)
    client.force_login(billing_admin)
    text = client.get("/admin/").content.decode()
    for shown in (
        "Waiting now",
        "1\xa0day, 6\xa0hours",
        "2\xa0hours",
        "89.00 USD",
        "24 Nov: 1 approved",
    ):
        assert shown in text, shown


def test_staff_without_permission_sees_no_numbers(client: Client, catalog: None) -> None:
    client.force_login(User.objects.create_user("x@desk.example", "x", is_staff=True))
    text = client.get("/admin/").content.decode()
    assert "Waiting now" not in text


def told() -> Numbers:
    return numbers(now=NOW)


def several_days(admin: User) -> list[Payment]:
    """Payments decided on three days, one of them today."""
    made = [submitted(hours) for hours in (10, 40, 41, 43, 70)]
    for number, payment in enumerate(made):
        decide(payment, admin, hours_later=1 + number, reason="No" if number == 2 else "")
    return made


def test_stored_days_change_no_number(billing_admin: User, django_assert_num_queries: Any) -> None:
    several_days(billing_admin)
    submitted(3)
    live = told()
    sum_up_days(now=NOW, number=DAYS)
    assert DecidedDay.objects.count() == DAYS - 1
    assert told() == live
    assert (live.approved, live.rejected, live.median_time) == (4, 1, timedelta(hours=3))
    with django_assert_num_queries(1):
        told()
    sum_up_days(now=NOW + timedelta(days=1), number=DAYS)
    assert numbers(now=NOW + timedelta(hours=12)).approved == 4
    assert DecidedDay.objects.count() == DAYS - 1


def test_days_of_another_time_zone_are_other_days(billing_admin: User, settings: Any) -> None:
    several_days(billing_admin)
    sum_up_days(now=NOW, number=DAYS)
    settings.BUSINESS_TIME_ZONE = "Asia/Kathmandu"
    live = told()
    assert (live.approved, live.rejected) == (4, 1)
    sum_up_days(now=NOW, number=DAYS)
    assert told() == live


def test_reversal_takes_its_day_along(billing_admin: User) -> None:
    made = several_days(billing_admin)
    sum_up_days(now=NOW, number=DAYS)
    reverse_payment(
        payment_id=made[1].pk,
        actor=Actor(user=billing_admin),
        now=NOW,
        reason="Bounced",
    )
    assert DecidedDay.objects.count() == DAYS - 2
    assert told().approved == 3
    sum_up_days(now=NOW, number=DAYS)
    assert DecidedDay.objects.count() == DAYS - 1
    assert told().approved == 3


def test_verify_billing_finds_a_wrong_sum(billing_admin: User) -> None:
    several_days(billing_admin)
    sum_up_days(now=NOW, number=DAYS)
    sentence = "the desk's numbers of finished days are those of their payments"
    assert [result.holds for result in verify_billing() if result.sentence == sentence] == [True]
    DecidedDay.objects.filter(approved__gt=0).update(times=[])
    (found,) = [result for result in verify_billing() if result.sentence == sentence]
    assert len(found.offenders) == 2


def test_trigger_takes_the_lock_of_summing_up(catalog: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'reports_forget_changed_days'")
        (source,) = cursor.fetchone()
        wait_for_lock(LOCK)
        cursor.execute(
            "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks "
            "WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        assert f"({cursor.fetchone()[0]})" in source


@pytest.mark.django_db(transaction=True)
def test_summing_up_waits_for_decisions_and_they_dont_wait_for_each_other(
    billing_admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three decisions of one day in three open transactions; the sum has all of them."""
    made = [submitted(hours) for hours in (40, 41, 42)]
    decided, may_commit = Barrier(len(made) + 1), Event()

    def hold(event: PaymentEvent) -> None:
        if event.object_type == ObjectType.PAYMENT:
            decided.wait(timeout=20)
            may_commit.wait(timeout=20)

    def decide_slowly(payment: Payment) -> None:
        try:
            decide(payment, billing_admin, hours_later=10, reason="No")
        finally:
            connections.close_all()

    def sum_up() -> None:
        try:
            sum_up_days(now=NOW, number=DAYS)
        finally:
            connections.close_all()

    monkeypatch.setattr(transitions, "LISTENERS", [hold])
    with ThreadPoolExecutor(len(made) + 1) as people:
        deciding = [people.submit(decide_slowly, payment) for payment in made]
        decided.wait(timeout=20)  # all of them have: nobody waited for another
        summing = people.submit(sum_up)
        with pytest.raises(TimeoutError):
            summing.result(timeout=0.5)
        may_commit.set()
        [each.result(timeout=20) for each in [*deciding, summing]]
    assert told().rejected == 3
    assert sum(day.rejected for day in DecidedDay.objects.all()) == 3
