"""Two-person rule: beyond an amount, one admin's approval only marks the payment."""

from decimal import Decimal

import pytest
from django.conf import LazySettings

from igny8_core.auth.models import User
from igny8_core.business.billing.exceptions import SecondApproverRequired
from igny8_core.business.billing.models import CreditTransaction, Payment, PaymentEvent
from igny8_core.common.models import OutgoingMail
from tests.factories import (
    account_of,
    approve,
    client_of,
    make_billing_admin,
    make_payment,
    reject,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(owner: User, settings: LazySettings) -> Payment:
    """One that two have to approve."""
    settings.BILLING_DUAL_CONTROL_ABOVE = Decimal("88.99")
    return make_payment(owner)


def test_the_first_approval_only_marks(owner: User, billing_admin: User, payment: Payment) -> None:
    approve(payment, billing_admin)

    payment.refresh_from_db()
    assert (payment.status, payment.first_approved_by) == ("pending_approval", billing_admin)
    assert account_of(owner).status == "pending_payment"
    assert not CreditTransaction.objects.exists()
    assert PaymentEvent.objects.filter(event="first_approve", actor=billing_admin).count() == 1
    assert not OutgoingMail.objects.filter(kind="payment_approved").exists()


def test_the_second_one_completes_it(owner: User, billing_admin: User, payment: Payment) -> None:
    second = make_billing_admin()
    approve(payment, billing_admin)
    approve(payment, second)

    payment.refresh_from_db()
    assert (payment.status, payment.decided_by) == ("succeeded", second)
    assert account_of(owner).credits == 1000


def test_the_same_admin_is_not_two(owner: User, billing_admin: User, payment: Payment) -> None:
    approve(payment, billing_admin)
    with pytest.raises(SecondApproverRequired):
        approve(payment, billing_admin)
    assert account_of(owner).status == "pending_payment"


def test_anybody_may_reject_between(owner: User, billing_admin: User, payment: Payment) -> None:
    approve(payment, billing_admin)
    reject(payment, billing_admin)
    payment.refresh_from_db()
    assert payment.status == "failed"


def test_up_to_the_amount_one_is_enough(
    owner: User, billing_admin: User, settings: LazySettings
) -> None:
    settings.BILLING_DUAL_CONTROL_ABOVE = Decimal("89.00")
    payment = make_payment(owner)
    approve(payment, billing_admin)
    payment.refresh_from_db()
    assert payment.status == "succeeded"


def test_the_api_says_what_is_missing(billing_admin: User, payment: Payment) -> None:
    url = f"/api/v1/billing/admin/payments/{payment.pk}/approve/"
    api = client_of(billing_admin)
    first = api.post(url)
    assert (first.status_code, first.json()["payment"]["status"]) == (200, "pending_approval")
    assert first.json()["payment"]["first_approved_by"] == billing_admin.email
    again = api.post(url)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (
        403,
        "second_approver_required",
    )
    other = client_of(make_billing_admin()).post(url)
    assert other.json()["payment"]["status"] == "succeeded"


def test_a_new_claim_needs_two_again(owner: User, billing_admin: User, payment: Payment) -> None:
    approve(payment, billing_admin)
    reject(payment, billing_admin)
    again = make_payment(owner, reference="BT-2")
    approve(again, billing_admin)
    again.refresh_from_db()
    assert again.status == "pending_approval"
