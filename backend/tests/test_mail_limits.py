"""How many mails one account can make us send, and to whom."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import Invoice, Payment
from igny8_core.business.billing.services.confirmation import withdraw_payment
from igny8_core.business.billing.services.invoices import MAX_CHOICES_TOLD, change_payment_method
from igny8_core.business.billing.tasks import notify_billing_admins
from igny8_core.common.clock import utc_now
from igny8_core.common.letters import NothingToSend, letter_for, render_letter
from igny8_core.common.models import OutgoingMail
from tests.factories import (
    account_of,
    client_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
    reject,
)

pytestmark = pytest.mark.django_db


def withdraw(payment: Payment, owner: User) -> None:
    withdraw_payment(
        payment_id=payment.pk, account=account_of(owner), actor=Actor(user=owner), now=utc_now()
    )


def confirm(owner: User) -> Any:
    invoice = invoice_of(owner)
    body = {
        "invoice_id": invoice.pk,
        "payment_method": "bank_transfer",
        "amount": str(invoice.total),
        "manual_reference": "BT-2025-001",
    }
    client: APIClient = client_of(owner)
    return client.post("/api/v1/billing/admin/payments/confirm/", body)


def notify(payment: Payment) -> None:
    notify_billing_admins(payment_id=payment.pk)


def told_of(payment: Payment) -> int:
    return OutgoingMail.objects.filter(key=f"payment_waiting:{payment.pk}").count()


def test_confirmations_are_limited_to_five_a_day(owner: User) -> None:
    admin = make_billing_admin()
    for place in range(5):
        payment = make_payment(owner, reference=f"BT-{place}")
        if place % 2:
            reject(payment, admin)
        else:
            withdraw(payment, owner)
    answer = confirm(owner)
    assert answer.status_code == 429
    (error,) = answer.json()["errors"]
    assert error["code"] == "claim_limit_reached"
    assert invoice_of(owner).number in error["detail"]
    assert 86_000 < int(answer.headers["Retry-After"]) <= 86_400
    assert Payment.objects.count() == 5

    oldest = Payment.objects.earliest("pk")
    Payment.objects.filter(pk=oldest.pk).update(submitted_at=utc_now() - timedelta(days=1))
    assert confirm(owner).status_code == 201


def choose(owner: User, code: str) -> None:
    url = f"/api/v1/billing/invoices/{invoice_of(owner).pk}/payment-method/"
    assert client_of(owner).post(url, {"payment_method": code}).status_code == 200


def told_how_to_pay(owner: User) -> list[OutgoingMail]:
    mails = OutgoingMail.objects.filter(kind="invoice_issued", recipient=owner.email)
    return list(mails.order_by("pk"))


def test_new_payment_method_sends_new_instructions(owner: User) -> None:
    choose(owner, "jazzcash")
    first, second = told_how_to_pay(owner)
    with pytest.raises(NothingToSend, match="Another payment method"):
        letter_for(first)
    texts = render_letter(letter_for(second), language="en")
    assert "25,053.50 PKR" in texts["subject.txt"]
    assert "You have chosen how to pay." in texts["layout.txt"]
    assert "0300 1234567" in texts["layout.txt"]

    choose(owner, "jazzcash")  # as it is already
    assert told_how_to_pay(owner) == [first, second]


def test_only_newest_mail_has_payment_instructions(owner: User) -> None:
    choose(owner, "jazzcash")
    choose(owner, "bank_transfer")
    first, _second, third = told_how_to_pay(owner)
    with pytest.raises(NothingToSend, match="newer email"):
        letter_for(first)
    letter_for(third)


def test_payment_instruction_mails_are_limited(owner: User) -> None:
    for _ in range(4):
        choose(owner, "jazzcash")
        choose(owner, "bank_transfer")
    assert len(told_how_to_pay(owner)) == 1 + 5


def test_under_review_error_precedes_limit_error(owner: User, settings: LazySettings) -> None:
    settings.BILLING_CLAIMS_PER_DAY = 1
    make_payment(owner)
    assert confirm(owner).json()["errors"][0]["code"] == "payment_already_under_review"


def test_admin_notices_are_hourly_per_account(owner: User) -> None:
    make_billing_admin()
    first = make_payment(owner)
    notify(first)
    assert told_of(first) == 1
    withdraw(first, owner)
    second = make_payment(owner, reference="BT-2025-002")
    waiting = ProcrastinateJob.objects.filter(args={"payment_id": second.pk})
    waiting.delete()
    notify(second)
    assert told_of(second) == 0
    (job,) = waiting
    told_at = OutgoingMail.objects.get(key=f"payment_waiting:{first.pk}").created_at
    assert job.scheduled_at == told_at + timedelta(hours=1)

    OutgoingMail.objects.update(created_at=utc_now() - timedelta(hours=1))
    notify(second)
    assert told_of(second) == 1


def test_other_account_is_announced_at_once(owner: User) -> None:
    make_billing_admin()
    notify(make_payment(owner))
    other = make_payment(make_owner(), reference="BT-2025-002")
    notify(other)
    assert told_of(other) == 1


def test_withdrawn_payment_is_not_announced(owner: User) -> None:
    make_billing_admin()
    payment = make_payment(owner)
    withdraw(payment, owner)
    notify(payment)
    assert told_of(payment) == 0


@pytest.mark.parametrize("language", ["en", "ur"])
def test_unconfirmed_email_gets_no_customer_text(owner: User, language: str) -> None:
    Account.objects.update(name="NAME evil.example")
    make_payment(owner, reference="REFERENCE evil.example")

    def texts() -> str:
        mail = OutgoingMail.objects.get(kind="payment_submitted", recipient=owner.email)
        return "".join(render_letter(letter_for(mail), language=language).values())

    assert "evil.example" not in texts()
    owner.emailaddress_set.update(verified=True)
    assert "REFERENCE evil.example" in texts()


def test_cancellations_are_limited_per_day(owner: User, settings: LazySettings) -> None:
    """Each that follows is two mails, to an address that nobody may have confirmed."""
    settings.BILLING_CANCELLATIONS_PER_DAY = 2
    client = client_of(owner)
    upgrade = {"plan_slug": "growth", "payment_method": "bank_transfer"}
    for _ in range(2):
        url = f"/api/v1/billing/invoices/{invoice_of(owner).pk}/cancel/"
        assert client.post(url).status_code == 200
        assert client.post("/api/v1/billing/subscriptions/upgrade/", upgrade).status_code == 201
    newest = Invoice.objects.latest("pk")
    url = f"/api/v1/billing/invoices/{newest.pk}/cancel/"
    refused = client.post(url)
    assert refused.status_code == 429
    assert refused.json()["errors"][0]["code"] == "cancellation_limit_reached"
    assert 86_000 < int(refused.headers["Retry-After"]) <= 86_400
    assert Invoice.objects.get(pk=newest.pk).status == "pending"
    with time_machine.travel(utc_now() + timedelta(days=1, seconds=5)):
        assert client.post(url).status_code == 200


def test_choice_that_is_not_told_outdates_the_mail_before(owner: User) -> None:
    """The last mail that was queued names another way to pay by then."""
    for number in range(MAX_CHOICES_TOLD + 1):
        change_payment_method(
            invoice_id=invoice_of(owner).pk,
            account=account_of(owner),
            method_code=("jazzcash", "bank_transfer")[number % 2],
            actor=Actor(user=owner),
            now=utc_now(),
        )
    last = OutgoingMail.objects.filter(kind="invoice_issued").latest("pk")
    with pytest.raises(NothingToSend, match="Another payment method"):
        letter_for(last)
