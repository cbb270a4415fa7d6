"""The desk's numbers of subscriptions: what comes in a month, and how renewals are paid."""

import pytest
import time_machine
from django.test import Client

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Subscription, User
from igny8_core.business.billing.services.decisions import approve_payment
from igny8_core.business.reports.models import RenewalCount
from igny8_core.business.reports.renewals import count_renewals, last_count, recurring
from igny8_core.business.reports.tasks import sum_up
from tests.factories import PASSWORD
from tests.life import confirm, day, days, make_customer, order, pay
from tests.operators import STAGES, At, act
from tests.test_desk_subscriptions import shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(catalog: None) -> User:
    return User.objects.create_superuser("root@desk.example", PASSWORD)


def monthly(counted: RenewalCount) -> list[tuple[str, int]]:
    return [(str(row.money), row.number) for row in recurring(counted)]


def test_empty_database_gives_zeros(catalog: None) -> None:
    assert last_count() is None
    counted = count_renewals(now=day(0))
    assert recurring(counted) == []
    assert (counted.due, counted.unpaid, counted.paused, counted.suspended) == (0, 0, 0, 0)


def test_live_subscriptions_bring_in_their_monthly_price(root: User) -> None:
    make_customer(root)
    make_customer(root)
    yearly = make_customer(root)
    terms = Subscription.objects.get(account__users=yearly).terms
    terms |= {"interval": "year", "price": "100"}
    Subscription.objects.filter(account__users=yearly).update(terms=terms)
    waiting = make_customer(root)
    order(waiting, "growth", day(1))
    assert monthly(count_renewals(now=day(2))) == [("275.33 USD", 4)]


def test_given_period_brings_nothing_in(root: User) -> None:
    at = STAGES["grace"](root)
    assert monthly(count_renewals(now=at.now)) == [("89.00 USD", 1)]
    act("comp_period", at, root)
    assert monthly(count_renewals(now=at.now)) == []


def test_ended_subscription_brings_nothing_in(root: User) -> None:
    at = STAGES["ended"](root)
    counted = count_renewals(now=at.now)
    assert monthly(counted) == []
    assert (counted.paused, counted.lapsed, counted.recovered, counted.suspended) == (0, 1, 0, 0)
    assert count_renewals(now=day(60)).lapsed == 1


def test_renewals_are_paid_in_time_late_or_not(root: User) -> None:
    early, claimed, late, never = (make_customer(root) for _ in range(4))
    days(0, 26)
    pay(early, root, day(26))
    days(27, 31)
    payment = confirm(claimed, day(31, 20))
    days(32, 34)
    approve_payment(payment_id=payment.pk, actor=Actor(user=root), now=day(34))
    pay(late, root, day(34))
    assert never
    counted = count_renewals(now=day(35))
    assert (counted.due, counted.paid_in_time, counted.paid_late, counted.unpaid) == (4, 2, 1, 1)
    assert count_renewals(now=day(30)).due == 0
    assert count_renewals(now=day(62)).due == 0


def test_pauses_and_what_ended_them_are_counted(root: User) -> None:
    back, held, still = (make_customer(root) for _ in range(3))
    days(0, 45)
    pay(back, root, day(46))
    act("hold", At(held, day(46)), root, until=day(60).date())
    assert still
    counted = count_renewals(now=day(47))
    assert (counted.paused, counted.recovered, counted.lapsed, counted.suspended) == (3, 1, 0, 1)


def test_one_count_is_kept(root: User) -> None:
    sum_up(int(day(0).timestamp()))
    sum_up(int(day(1).timestamp()))
    assert RenewalCount.objects.get().counted_at == day(1)


def test_desk_shows_the_numbers(root: User) -> None:
    make_customer(root)
    with time_machine.travel(day(2), tick=False):
        client = Client()
        client.force_login(root)
        assert "They are counted once an hour." in shown(client.get("/admin/"))
        count_renewals(now=day(2))
        text = shown(client.get("/admin/"))
    assert "Subscriptions, as of 3 Jan 2027, 12:00 UTC" in text
    assert "89.00 USD 1" in text
    assert "Renewals due in 30 days 0" in text
