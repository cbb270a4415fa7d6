"""Closing an account while something else happens in it: threads on real PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from igny8_core.auth.models import User
from igny8_core.business.billing import selectors
from igny8_core.business.billing.models import Payment, PaymentEvent
from igny8_core.business.billing.services import invoices, payments
from igny8_core.business.billing.verification import verify_billing
from igny8_core.business.data_rights.services import closing
from tests.factories import (
    PASSWORD,
    account_of,
    client_of,
    confirmation_of,
    make_billing_admin,
    make_owner,
    make_payment,
)

pytestmark = pytest.mark.django_db(transaction=True)
PAYMENTS = "/api/v1/billing/admin/payments/"
MANY = 8
ROUNDS = 5
OPEN = "every closed account has nothing open and nobody who can log in"


def at_once(*acts: Callable[[], int]) -> list[int]:
    """Run all, each in a thread, from the same moment on."""
    start = Barrier(len(acts))

    def run(act: Callable[[], int]) -> int:
        start.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        return list(pool.map(run, acts))


def posting(user: User, url: str, body: Any) -> Callable[[], int]:
    client = client_of(user)
    client.raise_request_exception = False
    return lambda: int(client.post(url, body).status_code)


def closing_of(user: User) -> Callable[[], int]:
    body = {"password": PASSWORD, "confirmation": user.email}
    return posting(user, "/api/v1/auth/account/close/", body)


def confirming(user: User) -> Callable[[], int]:
    return posting(user, f"{PAYMENTS}confirm/", confirmation_of(user))


def broken_rules() -> list[str]:
    return [check.sentence for check in verify_billing() if not check.holds]


def test_one_of_many_closes(owner: User) -> None:
    """Who comes second finds it closed (409), or is logged out already (401)."""
    statuses = at_once(*(closing_of(owner) for _ in range(MANY)))

    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 401, 409}
    assert PaymentEvent.objects.filter(event="close_account", object_type="account").count() == 1
    assert broken_rules() == []


def test_closing_against_a_confirmation(catalog: None) -> None:
    for _ in range(ROUNDS):
        owner = make_owner()
        closed, confirmed = at_once(closing_of(owner), confirming(owner))
        if closed == 200:
            assert confirmed in {401, 409}
        else:
            assert (closed, confirmed) == (409, 201)
        assert broken_rules() == []


def test_closing_against_an_approval(catalog: None) -> None:
    admin = make_billing_admin()
    for _ in range(ROUNDS):
        owner = make_owner()
        payment = make_payment(owner)
        closed, approved = at_once(
            closing_of(owner),
            posting(admin, f"{PAYMENTS}{payment.pk}/approve/", {}),
        )
        assert approved == 200
        assert closed in {200, 409}
        account = account_of(User.objects.get(pk=owner.pk))
        assert account.status == ("cancelled" if closed == 200 else "active")
        assert account.credits == 1000
        assert broken_rules() == []


def test_closing_against_an_upgrade(catalog: None) -> None:
    for _ in range(ROUNDS):
        owner = make_owner(plan_slug="free")
        upgrade = posting(owner, "/api/v1/billing/subscriptions/upgrade/", {"plan_slug": "growth"})
        closed, upgraded = at_once(closing_of(owner), upgrade)
        assert closed == 200
        assert upgraded in {201, 401, 409}
        assert broken_rules() == []


def test_without_the_locks_the_race_is_seen(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: then an account is closed, and its payment waits for ever."""
    both_have_read = Barrier(2)
    lock_account, lock_invoice = selectors.lock_billing_of_account, invoices.lock_own_invoice

    def read_account(**arguments: Any) -> Any:
        found = lock_account(**arguments)
        both_have_read.wait()
        return found

    def read_invoice(**arguments: Any) -> Any:
        found = lock_invoice(**arguments)
        both_have_read.wait()
        return found

    monkeypatch.setattr(QuerySet, "select_for_update", lambda queryset, **_: queryset)
    monkeypatch.setattr(closing, "lock_billing_of_account", read_account)
    monkeypatch.setattr(payments, "lock_own_invoice", read_invoice)
    statuses = at_once(closing_of(owner), confirming(owner))

    assert statuses == [200, 201]
    assert Payment.objects.get().status == "pending_approval"
    assert OPEN in broken_rules()
