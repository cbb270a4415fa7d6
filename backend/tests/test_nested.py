"""Rows that are read inside another statement equal those that are read by themselves."""

from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.models import Model, QuerySet
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Invoice, InvoiceLine, Payment, PaymentEvent
from igny8_core.business.billing.selectors.invoices import own_invoices
from igny8_core.business.billing.selectors.payments import payments_with_events_of
from igny8_core.common.compiled import compiled
from igny8_core.common.nested import with_rows
from tests.factories import (
    account_of,
    approve,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
HUGE = Decimal("123456789012345.678")


def columns(row: Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_nested_rows_are_the_same_in_one_statement(owner: User) -> None:
    approve(make_payment(owner), make_billing_admin())
    invoice = invoice_of(owner)

    with CaptureQueriesContext(connection) as sent:
        read = own_invoices().get(pk=invoice.pk)
        lines, payments = list(read.lines.all()), list(read.payments.all())
        assert (lines[0].invoice, payments[0].invoice, read.void_reason) == (read, read, "")
    assert len(sent) == 1
    assert columns(read) == columns(invoice)
    assert list(map(columns, lines)) == list(map(columns, invoice.lines.all()))
    assert list(map(columns, payments)) == list(map(columns, invoice.payments.all()))


def test_nested_events_and_their_actors_are_the_same(owner: User) -> None:
    approve(make_payment(owner), make_billing_admin())
    account = account_of(owner)
    with CaptureQueriesContext(connection) as sent:
        (payment,) = payments_with_events_of(account=account)
        told: list[PaymentEvent] = payment.told_events  # type: ignore[attr-defined]
        actors = [event.actor and event.actor.account_id for event in told]
    assert len(sent) == 1
    assert [event.event for event in told] == ["confirm", "approve"]
    assert actors == [owner.account_id, None]
    kept = PaymentEvent.objects.filter(pk__in=[event.pk for event in told])
    assert list(map(columns, told)) == list(map(columns, kept))


def test_nested_amounts_keep_every_digit(owner: User) -> None:
    invoice = invoice_of(owner)
    line = InvoiceLine(invoice=invoice, description="x", unit_price=HUGE, amount=HUGE)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        line.save()
    read = own_invoices().get(pk=invoice.pk)
    assert [each.amount for each in read.lines.all()][-1] == HUGE
    assert str(read.lines.all()[0].amount) == str(invoice.lines.all()[0].amount)


def test_nested_rows_stay_their_owners_when_filtered(owner: User) -> None:
    own, _others = make_payment(owner), make_payment(make_owner())
    read = own_invoices().get(pk=invoice_of(owner).pk)
    assert list(read.payments.filter(status="pending_approval")) == [own]
    assert list(read.payments.order_by("pk")) == [own]


def test_rows_without_relatives_have_none(owner: User) -> None:
    read = own_invoices().get(pk=invoice_of(owner).pk)
    assert list(read.payments.all()) == []


def test_only_foreign_keys_lead_to_rows() -> None:
    with pytest.raises(TypeError, match="status is no foreign key of Invoice"):
        with_rows(Invoice.objects.all(), status=Payment.objects.all())


@compiled
def _invoices(account_id: int, status: str) -> QuerySet[Invoice]:
    return own_invoices().filter(account=account_id, status=status)


def test_compiled_reads_take_their_values_each_time(owner: User) -> None:
    other = make_owner()
    for each in (owner, other, owner):
        read = _invoices(account_id=account_of(each).pk, status="pending")
        assert read == [invoice_of(each)]
    assert _invoices(account_id=account_of(owner).pk, status="paid") == []


@pytest.mark.parametrize("is_prepared", [True, False])
def test_compiled_reads_are_prepared_if_allowed(
    owner: User, settings: LazySettings, *, is_prepared: bool
) -> None:
    settings.DATABASE_PREPARED_STATEMENTS = is_prepared
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
        _invoices(account_id=account_of(owner).pk, status="pending")
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        assert cursor.fetchone() == (int(is_prepared),)
