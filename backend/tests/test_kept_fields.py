"""Answers are those of the framework, to the byte, however they are made."""

from collections.abc import Callable

import pytest
from rest_framework.renderers import JSONRenderer
from rest_framework.test import APIClient

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Site, User
from igny8_core.business.billing.selectors.locks import lock_billing_of_payment
from igny8_core.business.billing.serializers.decisions import DecisionSerializer
from igny8_core.business.billing.services.decisions import Decision
from igny8_core.business.billing.services.invoices import void_invoice
from igny8_core.business.subscriptions.services.customer import change_plan_now
from igny8_core.common.clock import utc_now
from igny8_core.common.http.kept_fields import KeptFields, KeptItems
from tests.factories import (
    account_of,
    approve,
    client_of,
    invoice_of,
    make_owner,
    make_payment,
    reject,
)
from tests.test_lists import Growing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]

OWN = [
    "auth/me/",
    "billing/invoices/",
    "billing/payments/",
    "billing/subscriptions/",
    "billing/credits/ledger/",
    "sites/",
    "plans/",
]


def order(owner: User, method: str = "") -> None:
    change_plan_now(
        account=account_of(owner),
        plan_slug="growth",
        method_code=method,
        actor=Actor(user=owner),
        now=utc_now(),
    )


def test_answers_are_the_frameworks_own(
    billing_admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of invoices of each state, with and without a method, and of whatever belongs to them."""
    due, paid, ordering, trial = make_owner(), make_owner(), make_owner(), Growing()
    reject(make_payment(due), billing_admin)
    payments = [make_payment(owner) for owner in (paid, ordering)]
    for payment in payments:
        approve(payment, billing_admin)
    order(ordering)
    trial.grow()
    clients = [client_of(owner) for owner in (due, paid, ordering, trial.owner)]
    assert Site.objects.exists()

    def answers() -> list[bytes]:
        read = [client.get(f"/api/v1/{path}") for client in clients for path in OWN]
        read += [
            client_of(billing_admin).get(f"/api/v1/billing/admin/payments/{payment.pk}/")
            for payment in payments
        ]
        assert {answer.status_code for answer in read} == {200}
        decisions = [
            Decision(payment=locked.payment(payment.pk), billing=locked)
            for payment in payments
            if (locked := lock_billing_of_payment(payment_id=payment.pk))
        ]
        made = [JSONRenderer().render(DecisionSerializer(each).data) for each in decisions]
        return [*(answer.content for answer in read), *made]

    assert answers() == by_the_framework(answers, monkeypatch)


def test_void_invoice_and_confirmed_one_are_the_frameworks_own(
    owner: User, owner_api: APIClient, billing_admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"/api/v1/billing/invoices/{invoice_of(owner).pk}/"

    def answers() -> list[bytes]:
        return [owner_api.get(url).content]

    payment = make_payment(owner)
    with monkeypatch.context() as patch:
        assert answers() == by_the_framework(answers, patch)
    reject(payment, billing_admin)
    void_invoice(
        invoice_id=payment.invoice_id,
        actor=Actor(user=billing_admin),
        now=utc_now(),
        reason="Ordered twice",
    )
    assert answers() == by_the_framework(answers, monkeypatch)


def by_the_framework(
    answers: Callable[[], list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> list[bytes]:
    """Answer without what is done here."""
    assert "to_representation" not in vars(KeptItems)
    monkeypatch.delattr(KeptFields, "to_representation")
    return answers()
