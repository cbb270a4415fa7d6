"""Two-person rule: above an amount, one admin's approval only marks the payment."""

from decimal import Decimal
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.enums import CreditKind, EventName
from igny8_core.business.billing.exceptions import CreditsAlreadySpent, SecondApproverRequired
from igny8_core.business.billing.models import (
    Consent,
    CreditTransaction,
    Payment,
    PaymentEvent,
)
from igny8_core.business.billing.selectors.events import events_for_customer
from igny8_core.business.billing.selectors.queue import marked_reversals
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.common.clock import utc_now
from igny8_core.common.models import OutgoingMail
from tests.factories import (
    account_of,
    approve,
    client_of,
    make_billing_admin,
    make_payment,
    record_credits,
    reject,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(owner: User, settings: LazySettings) -> Payment:
    """A payment that two admins have to approve."""
    settings.BILLING_DUAL_CONTROL_ABOVE = Decimal("88.99")
    return make_payment(owner)


def test_first_approval_only_marks_payment(
    owner: User, billing_admin: User, payment: Payment
) -> None:
    approve(payment, billing_admin)

    payment.refresh_from_db()
    assert (payment.status, payment.first_approved_by) == ("pending_approval", billing_admin)
    assert Consent.objects.get().event == "approve"
    assert account_of(owner).status == "pending_payment"
    assert not CreditTransaction.objects.exists()
    assert PaymentEvent.objects.filter(event="first_approve", actor=billing_admin).count() == 1
    assert not OutgoingMail.objects.filter(kind="payment_approved").exists()


def test_second_approval_completes_payment(
    owner: User, billing_admin: User, payment: Payment
) -> None:
    second = make_billing_admin()
    approve(payment, billing_admin)
    approve(payment, second)

    payment.refresh_from_db()
    assert (payment.status, payment.decided_by) == ("succeeded", second)
    assert account_of(owner).credits == 1000


def test_same_admin_cannot_approve_twice(
    owner: User, billing_admin: User, payment: Payment
) -> None:
    approve(payment, billing_admin)
    with pytest.raises(SecondApproverRequired):
        approve(payment, billing_admin)
    assert account_of(owner).status == "pending_payment"


def test_half_approved_payment_can_be_rejected(
    owner: User, billing_admin: User, payment: Payment
) -> None:
    approve(payment, billing_admin)
    reject(payment, billing_admin)
    payment.refresh_from_db()
    assert payment.status == "failed"


def test_amount_at_threshold_needs_one_approval(
    owner: User, billing_admin: User, settings: LazySettings
) -> None:
    settings.BILLING_DUAL_CONTROL_ABOVE = Decimal("89.00")
    payment = make_payment(owner)
    approve(payment, billing_admin)
    payment.refresh_from_db()
    assert payment.status == "succeeded"


def test_api_states_missing_second_approval(billing_admin: User, payment: Payment) -> None:
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


def test_new_payment_needs_two_approvals_again(
    owner: User, billing_admin: User, payment: Payment
) -> None:
    approve(payment, billing_admin)
    reject(payment, billing_admin)
    again = make_payment(owner, reference="BT-2")
    approve(again, billing_admin)
    again.refresh_from_db()
    assert again.status == "pending_approval"


def test_first_approval_by_former_admin_does_not_count(
    owner: User, billing_admin: User, payment: Payment
) -> None:
    approve(payment, billing_admin)
    User.objects.filter(pk=billing_admin.pk).update(is_staff=False)
    second, third = make_billing_admin(), make_billing_admin()
    answer = client_of(second).post(f"/api/v1/billing/admin/payments/{payment.pk}/approve/")
    assert answer.json()["payment"]["first_approved_by"] == second.email
    payment.refresh_from_db()
    assert (payment.status, payment.first_approved_by) == ("pending_approval", second)
    approve(payment, third)
    payment.refresh_from_db()
    assert payment.status == "succeeded"


def reverse(payment: Payment, admin: User, **changes: Any) -> None:
    reverse_payment(
        **{
            "payment_id": payment.pk,
            "actor": Actor(user=admin),
            "now": utc_now(),
            "reason": "The transfer was recalled",
            **changes,
        }
    )


@pytest.fixture
def approved(billing_admin: User, payment: Payment) -> Payment:
    """A payment that two admins have approved."""
    for admin in (billing_admin, make_billing_admin()):
        approve(payment, admin)
    payment.refresh_from_db()
    assert payment.status == "succeeded"
    return payment


def test_first_reversal_only_marks_payment(
    owner: User, billing_admin: User, approved: Payment
) -> None:
    reverse(approved, billing_admin)

    approved.refresh_from_db()
    assert (approved.status, approved.reversal_marked_by) == ("succeeded", billing_admin)
    assert (account_of(owner).status, account_of(owner).credits) == ("active", 1000)
    assert CreditTransaction.objects.count() == 1
    event = PaymentEvent.objects.get(event="first_reverse")
    assert (event.actor, event.note, event.to_state) == (
        billing_admin,
        "The transfer was recalled",
        "succeeded",
    )
    assert not OutgoingMail.objects.filter(kind="payment_reversed").exists()
    told = client_of(owner).get(f"/api/v1/billing/payments/{approved.pk}/").json()["events"]
    assert event.event not in [each["event"] for each in told]
    assert event not in events_for_customer(account=account_of(owner))
    assert list(marked_reversals()) == [approved]


def test_second_reversal_completes_it(owner: User, billing_admin: User, approved: Payment) -> None:
    second = make_billing_admin()
    reverse(approved, billing_admin)
    reverse(approved, second)

    approved.refresh_from_db()
    assert (approved.status, account_of(owner).credits) == ("reversed", 0)
    assert PaymentEvent.objects.get(event="reverse", object_type="payment").actor == second
    assert not marked_reversals().exists()


@pytest.mark.parametrize("is_forced", [False, True])
def test_same_admin_cannot_reverse_twice(
    owner: User, approved: Payment, *, is_forced: bool
) -> None:
    """A superuser neither, by force neither."""
    root = User.objects.create_superuser("root@desk.example")
    reverse(approved, root, is_forced=is_forced)
    with pytest.raises(SecondApproverRequired):
        reverse(approved, root, is_forced=is_forced)
    approved.refresh_from_db()
    assert approved.status == "succeeded"
    reverse(approved, User.objects.create_superuser("toor@desk.example"), is_forced=is_forced)
    approved.refresh_from_db()
    assert approved.status == "reversed"


def test_both_reversals_must_agree_on_the_invoice(
    owner: User, billing_admin: User, approved: Payment
) -> None:
    """One wants the money due again, the other nothing owed: neither is agreed."""
    second = make_billing_admin()
    reverse(approved, billing_admin)
    reverse(approved, second, event=EventName.REVERSE_AND_VOID)
    approved.refresh_from_db()
    assert approved.status == "succeeded"
    reverse(approved, billing_admin, event=EventName.REVERSE_AND_VOID)
    approved.refresh_from_db()
    assert (approved.status, approved.invoice.status) == ("reversed", "void")


def test_irreversible_payment_is_not_marked(
    owner: User, billing_admin: User, approved: Payment
) -> None:
    record_credits(
        account=account_of(owner),
        amount=-1,
        kind=CreditKind.ADJUSTMENT,
        description="Used",
        now=utc_now(),
    )
    with pytest.raises(CreditsAlreadySpent):
        reverse(approved, billing_admin)
    assert not Consent.objects.filter(event="reverse").exists()


def test_reversal_at_threshold_needs_one_admin(
    billing_admin: User, approved: Payment, settings: LazySettings
) -> None:
    settings.BILLING_DUAL_CONTROL_ABOVE = Decimal("89.00")
    reverse(approved, billing_admin)
    approved.refresh_from_db()
    assert approved.status == "reversed"


def test_api_names_first_reversing_admin(billing_admin: User, approved: Payment) -> None:
    url = f"/api/v1/billing/admin/payments/{approved.pk}/reverse/"
    body = {"reason": "Recalled", "invoice_becomes": "pending"}
    first = client_of(billing_admin).post(url, body)
    assert (first.status_code, first.json()["payment"]["status"]) == (200, "succeeded")
    assert first.json()["payment"]["reversal_marked_by"] == billing_admin.email
    again = client_of(billing_admin).post(url, body)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (
        403,
        "second_approver_required",
    )
    done = client_of(make_billing_admin()).post(url, body)
    assert done.json()["payment"]["status"] == "reversed"


def test_desk_names_first_reversing_admin(
    desk: Client, billing_admin: User, approved: Payment
) -> None:
    url = f"/admin/billing/payment/{approved.pk}/"
    body = {"reason": "Recalled", "event": "reverse_and_void"}
    marked = desk.post(f"{url}reverse/", body, follow=True).content.decode()
    assert "First request recorded. A second admin must also reverse" in marked
    assert f"{billing_admin} asked to reverse the approval" in marked
    assert "the invoice is void" in marked
    again = desk.post(f"{url}reverse/", body, follow=True).content.decode()
    assert "A second billing admin must agree too." in again
    queue = desk.get("/admin/billing/payment/?status__exact=pending_approval").content.decode()
    assert f"{url}change/" in queue
    desk.force_login(make_billing_admin())
    assert "Reversed." in desk.post(f"{url}reverse/", body, follow=True).content.decode()
