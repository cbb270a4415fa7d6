"""Listeners of transitions: called with each audit row, in its transaction."""

from collections.abc import Iterator

import pytest
from django.db import connection

from igny8_core.auth.models import User
from igny8_core.business.billing.models import PaymentEvent
from igny8_core.business.billing.services import transitions
from tests.factories import approve, make_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def listeners() -> Iterator[list[transitions.Listener]]:
    """The list of listeners, restored afterwards."""
    before = list(transitions.LISTENERS)
    yield transitions.LISTENERS
    transitions.LISTENERS[:] = before


def test_listener_gets_every_audit_row_in_order(
    owner: User, billing_admin: User, listeners: list[transitions.Listener]
) -> None:
    heard: list[PaymentEvent] = []
    payment = make_payment(owner)
    before = PaymentEvent.objects.latest("pk").pk

    def listen(event: PaymentEvent) -> None:
        assert connection.in_atomic_block
        heard.append(event)

    listeners.append(listen)
    approve(payment, billing_admin)
    written = PaymentEvent.objects.filter(pk__gt=before).order_by("pk")
    assert heard
    assert heard == list(written)


def test_failing_listener_rolls_back_the_transition(
    owner: User, billing_admin: User, listeners: list[transitions.Listener]
) -> None:
    payment = make_payment(owner)
    events = PaymentEvent.objects.count()

    def fail(_event: PaymentEvent) -> None:
        raise LookupError

    listeners.append(fail)
    with pytest.raises(LookupError):
        approve(payment, billing_admin)
    payment.refresh_from_db()
    assert payment.status == "pending_approval"
    assert PaymentEvent.objects.count() == events
