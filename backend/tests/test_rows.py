"""Rows that an act writes are the ones that it made, and its locks are locks."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.enums import EventName, ObjectType
from igny8_core.business.billing.models import Payment, PaymentEvent
from igny8_core.business.billing.selectors.locks import lock_billing_of_payment
from igny8_core.business.billing.services.decisions import approve_payment
from igny8_core.common.clock import utc_now
from igny8_core.common.mail import NewMail, queue_mails
from igny8_core.common.models import OutgoingMail
from igny8_core.common.normal_form import normal_words
from igny8_core.common.rows import Batch, insert_rows, update_rows, write_rows
from igny8_core.common.transactions import commit_or_retry
from tests.database import assert_all_invariants_hold
from tests.factories import account_of, invoice_of, make_billing_admin, make_owner, make_payment

ANY_TEXT = 'It\'s "so": \\n %s {} 🙂 \u202e\n\t<b>&amp;</b>'


def columns(row: PaymentEvent) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.django_db
@pytest.mark.usefixtures("catalog")
def test_inserted_rows_are_as_they_were_made(owner: User) -> None:
    invoice, actors = invoice_of(owner), (owner, None)
    made = [
        PaymentEvent(
            account=account_of(owner),
            event=EventName.APPROVE,
            object_type=kind,
            object_id=2**62,
            to_state=invoice.status,
            invoice=invoice,
            actor=actor,
            ip_address="2001:db8::1" if actor else None,
            note=ANY_TEXT,
            created_at=utc_now() + timedelta(microseconds=1),
        )
        for kind, actor in zip((ObjectType.INVOICE, ObjectType.ACCOUNT), actors, strict=True)
    ]
    insert_rows(made)
    read = PaymentEvent.objects.in_bulk([event.pk for event in made])
    assert [columns(read[event.pk]) for event in made] == [columns(event) for event in made]
    assert made[0].pk < made[1].pk


@pytest.mark.django_db
@pytest.mark.usefixtures("catalog")
def test_updated_rows_have_what_was_set_and_no_more(owner: User) -> None:
    payment, other = make_payment(owner), make_payment(make_owner())
    payment.admin_notes, payment.proof_pages, payment.manual_notes = ANY_TEXT, None, "not this"
    update_rows([payment], ["admin_notes", "proof_pages"])
    payment.refresh_from_db()
    other.refresh_from_db()
    assert (payment.admin_notes, payment.manual_notes, other.admin_notes) == (ANY_TEXT, "", "")


@pytest.mark.django_db
@pytest.mark.usefixtures("catalog")
def test_row_that_is_gone_is_not_passed_over(owner: User) -> None:
    payment = make_payment(owner)
    payment.pk += 1000
    with pytest.raises(DatabaseError, match="0 of 1 rows of billing_payment"):
        update_rows([payment], ["admin_notes"])


@pytest.mark.django_db
@pytest.mark.usefixtures("catalog")
def test_rows_of_several_models_are_one_statement(owner: User) -> None:
    payment, account = make_payment(owner), account_of(owner)
    payment.admin_notes, account.name = ANY_TEXT, "Shop"
    event = PaymentEvent(
        account=account,
        event=EventName.CONFIRM,
        object_type=ObjectType.PAYMENT,
        object_id=payment.pk,
        to_state=payment.status,
        created_at=utc_now(),
    )
    with CaptureQueriesContext(connection) as sent:
        write_rows(
            Batch([event]),
            Batch([]),
            Batch([payment], frozenset({"admin_notes"})),
            Batch([account], frozenset({"name"})),
        )
    assert len(sent) == 1
    payment.refresh_from_db()
    assert (payment.admin_notes, account_of(owner).name) == (ANY_TEXT, "Shop")
    assert columns(PaymentEvent.objects.get(pk=event.pk)) == columns(event)
    assert {normal_words(ANY_TEXT), "shop"} <= set(payment.search.text.splitlines())


@pytest.mark.django_db
@pytest.mark.usefixtures("catalog")
def test_only_new_emails_get_a_job(owner: User) -> None:
    mails = [
        NewMail("welcome", about, owner.email, "en", {"facts": {"note": ANY_TEXT}})
        for about in (-1, -2, -1)
    ]
    for sent in (mails[:1], mails, mails):
        queue_mails(sent)
    rows = list(OutgoingMail.objects.filter(key__in=["welcome:-1", "welcome:-2"]).order_by("pk"))
    assert [row.key for row in rows] == ["welcome:-1", "welcome:-2"]
    assert [row.arguments for row in rows] == [mails[0].arguments] * 2
    jobs = ProcrastinateJob.objects.filter(args__mail_id__in=[row.pk for row in rows])
    assert [(job.pk, job.args) for job in jobs.order_by("pk")] == [
        (row.job_id, {"mail_id": row.pk}) for row in rows
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("catalog")
def test_lock_outside_a_transaction_is_refused(owner: User) -> None:
    """Django refuses it when it makes the SQL; after that, it is for us to refuse."""
    payment = make_payment(owner)
    with transaction.atomic():
        lock_billing_of_payment(payment_id=payment.pk)
    for _ in range(2):
        with pytest.raises(TransactionManagementError):
            lock_billing_of_payment(payment_id=payment.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("catalog")
def test_act_survives_a_migration_of_what_it_has_planned(
    caplog: pytest.LogCaptureFixture,
) -> None:
    admin = make_billing_admin()
    payments = [make_payment(make_owner()) for _ in range(2)]
    try:
        approved(payments[0], admin)
        let_names_be_as_long_as(101)
        approved(payments[1], admin)
    finally:
        let_names_be_as_long_as(100)
    assert "cached plan must not change result type" in caplog.text
    assert_all_invariants_hold()


def approved(payment: Payment, admin: User) -> None:
    actor = Actor(user=admin)
    commit_or_retry(lambda: approve_payment(payment_id=payment.pk, actor=actor, now=utc_now()))


def let_names_be_as_long_as(most: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE igny8_auth_plan ALTER COLUMN name TYPE varchar({most})")
