"""Races on real PostgreSQL, with real threads, each with its own connection."""

from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection
from django.db.models import QuerySet
from rest_framework.test import APIClient

from igny8_core.auth.models import Account, User
from igny8_core.business.billing import selectors
from igny8_core.business.billing.enums import PaymentStatus
from igny8_core.business.billing.models import CreditTransaction, Invoice, Payment
from igny8_core.business.billing.verification import verify_billing
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
MANY = 20
T = TypeVar("T")


def at_once(*acts: Callable[[], T]) -> list[T]:
    """Run all, each in a thread, from the same moment on."""
    start = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        start.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        return list(pool.map(run, acts))


def posting(client: APIClient, url: str, body: Mapping[str, object]) -> Callable[[], int]:
    client.raise_request_exception = False
    return lambda: int(client.post(url, body).status_code)


def deciding(verb: str, payment: Payment, admin: User) -> Callable[[], int]:
    notes = {"admin_notes": "Looked it up"}
    return posting(client_of(admin), f"{PAYMENTS}{payment.pk}/{verb}/", notes)


def confirming(user: User) -> Callable[[], int]:
    return posting(client_of(user), f"{PAYMENTS}confirm/", confirmation_of(user))


def assert_all_invariants_hold() -> None:
    assert [str(result) for result in verify_billing() if not result.holds] == []


def test_one_of_many_approvals_wins_and_grants_once(owner: User, billing_admin: User) -> None:
    payment = make_payment(owner)
    statuses = at_once(*(deciding("approve", payment, billing_admin) for _ in range(MANY)))

    assert Counter(statuses) == {200: 1, 409: MANY - 1}
    assert CreditTransaction.objects.count() == 1
    assert account_of(owner).credits == 1000
    assert_all_invariants_hold()


def test_without_the_locks_the_race_is_seen(
    owner: User, billing_admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the test above can fail. What is then left to hold is the database."""
    payment = make_payment(owner)
    everybody_has_read = Barrier(MANY)
    lock = selectors.lock_billing_of_invoice

    def read_together(*, invoice_id: int) -> selectors.LockedBilling:
        found = lock(invoice_id=invoice_id)
        everybody_has_read.wait()
        return found

    monkeypatch.setattr(QuerySet, "select_for_update", lambda queryset, **_: queryset)
    monkeypatch.setattr(selectors, "lock_billing_of_invoice", read_together)
    statuses = at_once(*(deciding("approve", payment, billing_admin) for _ in range(MANY)))

    assert Counter(statuses) == {200: 1, 500: MANY - 1}
    assert_all_invariants_hold()


def test_approval_against_rejection(owner: User, billing_admin: User) -> None:
    payment = make_payment(owner)
    verbs = ["approve", "reject"] * (MANY // 2)
    statuses = at_once(*(deciding(verb, payment, billing_admin) for verb in verbs))

    assert Counter(statuses) == {200: 1, 409: MANY - 1}
    payment.refresh_from_db()
    winner = verbs[statuses.index(200)]
    assert payment.status == {"approve": "succeeded", "reject": "failed"}[winner]
    assert account_of(owner).credits == {"approve": 1000, "reject": 0}[winner]
    assert_all_invariants_hold()


def test_one_of_many_confirmations_wins(owner: User) -> None:
    statuses = at_once(*(confirming(owner) for _ in range(MANY)))

    assert Counter(statuses) == {201: 1, 409: MANY - 1}
    assert Payment.objects.filter(status=PaymentStatus.PENDING_APPROVAL).count() == 1
    assert_all_invariants_hold()


def test_approval_against_withdrawal(owner: User, billing_admin: User) -> None:
    payment = make_payment(owner)
    withdraw = f"/api/v1/billing/payments/{payment.pk}/withdraw/"
    statuses = at_once(
        deciding("approve", payment, billing_admin), posting(client_of(owner), withdraw, {})
    )

    assert sorted(statuses) == [200, 409]
    payment.refresh_from_db()
    assert payment.status == ("succeeded" if statuses[0] == 200 else "withdrawn")
    assert_all_invariants_hold()


def test_one_of_many_registrations_with_one_email_wins(catalog: None) -> None:
    body = {
        "email": "race@shop.example",
        "password": PASSWORD,
        "plan_slug": "starter",
        "country": "PK",
        "payment_method": "bank_transfer",
    }
    statuses = at_once(*(posting(APIClient(), "/api/v1/auth/register/", body) for _ in range(MANY)))

    assert Counter(statuses) == {201: 1, 400: MANY - 1}
    assert (User.objects.count(), Account.objects.count(), Invoice.objects.count()) == (1, 1, 1)
    assert_all_invariants_hold()


def test_numbers_have_no_gaps_under_many_sign_ups(catalog: None) -> None:
    """Every other sign-up fails after it has taken a number."""
    bodies: list[dict[str, object]] = [
        {
            "email": f"gapless{number % 15}@shop.example",
            "password": PASSWORD,
            "plan_slug": "starter",
            "country": "PK",
            "payment_method": "jazzcash",
        }
        for number in range(MANY)
    ]
    statuses = at_once(*(posting(APIClient(), "/api/v1/auth/register/", body) for body in bodies))

    assert Counter(statuses) == {201: 15, 400: 5}
    serials = sorted(
        int(number[-6:]) for number in Invoice.objects.values_list("number", flat=True)
    )
    assert serials == list(range(1, 16))
    assert_all_invariants_hold()


def test_decisions_on_many_accounts_do_not_wait_for_each_other(catalog: None) -> None:
    admin = make_billing_admin()
    payments = [make_payment(make_owner()) for _ in range(10)]
    statuses = at_once(*(deciding("approve", payment, admin) for payment in payments))

    assert statuses == [200] * len(payments)
    assert_all_invariants_hold()
