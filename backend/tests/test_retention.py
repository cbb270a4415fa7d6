"""What is deleted after its retention period, and what PostgreSQL allows for that."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Session, User
from igny8_core.auth.tasks import remove_expired
from igny8_core.business.billing.models import Invoice, Payment, PaymentEvent
from igny8_core.business.billing.tasks import delete_files
from igny8_core.business.data_rights.services import records
from igny8_core.business.data_rights.services.closing import close_account
from igny8_core.business.data_rights.services.records import erase_expired
from igny8_core.business.data_rights.tasks import erase_expired_records
from igny8_core.business.documents.invoice_pdf import invoice_pdf
from igny8_core.business.integrity.verify import verify_billing
from igny8_core.business.subscriptions.services.customer import cancel_at_period_end, keep
from igny8_core.business.subscriptions.services.operator import adjust_credits
from igny8_core.common.clock import utc_now
from igny8_core.common.models import IdempotencyRecord, OutgoingMail
from igny8_core.common.tasks import delete_old_records
from tests.factories import (
    PASSWORD,
    account_of,
    approve,
    client_of,
    make_owner,
    make_payment,
    make_receipt,
    reject,
)

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 11, 24, tzinfo=UTC)
LAST_DAY = datetime(2036, 12, 31, 23, 59, tzinfo=UTC)
NEXT_DAY = datetime(2037, 1, 1, tzinfo=UTC)


@pytest.fixture
def payments(billing_admin: User, owner: User) -> tuple[Payment, Payment]:
    """A rejected and an approved payment of 2026, each with a proof."""
    first = make_payment(owner, reference="FIRST", proof=make_receipt())
    reject(first, billing_admin, "SECRET reason")
    second = make_payment(owner, reference="SECOND", notes="SECRET", proof=make_receipt())
    approve(second, billing_admin)
    return first, second


@pytest.fixture(autouse=True)
def _today() -> object:
    with time_machine.travel(TODAY, tick=False) as now:
        yield now


def close(owner: User) -> None:
    close_account(account_id=account_of(owner).pk, actor=Actor(user=owner), now=utc_now())


def delete_forgotten_files() -> None:
    for job in ProcrastinateJob.objects.filter(task_name__endswith="delete_files"):
        delete_files(**job.args)


def test_rejected_payment_proof_is_deleted_after_a_year(payments: tuple[Payment, Payment]) -> None:
    first, second = payments
    files, kept = first.proof_files, second.proof_files
    assert erase_expired(now=TODAY + timedelta(days=365)) == 0
    assert erase_expired(now=TODAY + timedelta(days=366)) == 1
    delete_forgotten_files()

    first.refresh_from_db()
    assert (first.proof.name, first.manual_reference) == ("", "FIRST")
    assert not any(map(default_storage.exists, files))
    assert all(map(default_storage.exists, kept))


def test_open_account_invoice_is_never_erased(payments: tuple[Payment, Payment]) -> None:
    erase_expired(now=NEXT_DAY + timedelta(days=3650))

    assert Invoice.objects.get().billing_snapshot["customer"]["billing_city"] == "Lahore"
    assert set(Payment.objects.values_list("manual_reference", "proof")) == {
        ("FIRST", ""),
        ("SECOND", ""),
    }


def test_closed_account_invoice_is_erased_after_ten_years(
    owner: User, payments: tuple[Payment, Payment]
) -> None:
    """Counted from the end of the year of their issue; money, numbers and states stay."""
    close(owner)
    files = payments[1].proof_files
    assert len(files) == 3
    before = Invoice.objects.values("number", "total", "status", "issued_at").get()
    assert erase_expired(now=LAST_DAY) == 0
    assert Invoice.objects.get().billing_snapshot["customer"]["tax_id"] == "1234567-8"
    assert erase_expired(now=NEXT_DAY) > 0
    delete_forgotten_files()

    invoice = Invoice.objects.get()
    customer = invoice.billing_snapshot["customer"]
    assert {field: value for field, value in customer.items() if value} == {"country": "PK"}
    assert invoice.billing_snapshot["plan"]["slug"] == "starter"
    assert Invoice.objects.values("number", "total", "status", "issued_at").get() == before
    kept = Payment.objects.get(status="succeeded")
    assert (kept.manual_reference, kept.manual_notes, kept.proof.name) == ("erased", "", "")
    assert not any(map(default_storage.exists, files))
    assert set(PaymentEvent.objects.filter(invoice=invoice).values_list("note", "ip_address")) == {
        ("", None)
    }
    assert invoice_pdf(invoice).startswith(b"%PDF-")
    assert erase_expired(now=NEXT_DAY) == 0  # all done
    assert [str(check) for check in verify_billing() if not check.holds] == []


def test_reasons_and_addresses_of_acts_without_an_invoice_are_erased(
    owner: User, payments: tuple[Payment, Payment], django_user_model: type[User]
) -> None:
    """A customer cancels and keeps the plan, and an admin adjusts credits: no invoice is about it.

    The reasons go when the account is closed; who of the staff did it from where is kept as long
    as an invoice of that year would be.
    """
    admin = django_user_model.objects.create_superuser("root@desk.example", PASSWORD)
    account, by_owner = account_of(owner), Actor(user=owner, ip_address="203.0.113.7")
    by_admin = Actor(user=admin, ip_address="203.0.113.9")
    acts = PaymentEvent.objects.filter(event__in=["request_cancel", "keep", "adjust_credits"])
    reason = "SECRET: Ali Khan, 0300-1234567, is ill"
    cancel_at_period_end(account=account, reason=reason, actor=by_owner, now=utc_now())
    keep(account=account, actor=by_owner, now=utc_now(), note="SECRET: he is well")
    adjust_credits(account_id=account.pk, amount=5, actor=by_admin, now=utc_now(), reason="SECRET")
    assert not acts.exclude(invoice=None).exists()
    assert set(acts.values_list("ip_address", flat=True)) == {"203.0.113.7", "203.0.113.9"}
    erase_expired(now=NEXT_DAY)
    assert not acts.filter(note="").exists()  # the account is open

    close(owner)
    assert set(acts.values_list("event", "note", "ip_address")) == {
        ("request_cancel", "", None),
        ("keep", "", None),
        ("adjust_credits", "", "203.0.113.9"),
    }
    erase_expired(now=LAST_DAY)
    assert acts.filter(ip_address="203.0.113.9").exists()
    erase_expired(now=NEXT_DAY)
    assert set(acts.values_list("note", "ip_address")) == {("", None)}
    assert erase_expired(now=NEXT_DAY) == 0
    assert [str(check) for check in verify_billing() if not check.holds] == []


def test_failed_erasure_does_not_stop_other_accounts(
    owner: User,
    billing_admin: User,
    payments: tuple[Payment, Payment],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing of an account is erased in part, and its turn comes again."""
    other = make_owner(email="other@shop.example")
    approve(make_payment(other, notes="SECRET"), billing_admin)
    close(owner)
    close(other)
    blank = records._blank_customer

    def fail_for_one(invoice: Invoice) -> None:
        if invoice.account_id == account_of(owner).pk:
            message = "the row can't be written"
            raise OSError(message)
        blank(invoice)

    monkeypatch.setattr(records, "_blank_customer", fail_for_one)
    with pytest.raises(ExceptionGroup) as failed:
        erase_expired(now=NEXT_DAY)
    (failure,) = failed.value.exceptions
    assert failure.__notes__ == [f"Nothing of account {account_of(owner).pk} was erased."]
    left = Payment.objects.exclude(manual_reference="erased")
    assert {payment.invoice.account_id for payment in left} == {account_of(owner).pk}
    monkeypatch.undo()
    erase_expired(now=NEXT_DAY)
    assert not left.all().exists()


def test_erased_rows_are_not_processed_again(
    owner: User,
    payments: tuple[Payment, Payment],
    django_assert_num_queries: Any,
) -> None:
    """Five questions whether anything is left, however much was erased before."""
    close(owner)
    erase_expired(now=NEXT_DAY)
    with django_assert_num_queries(5) as queries:
        assert erase_expired(now=NEXT_DAY) == 0
    assert not any("UPDATE" in query["sql"] for query in queries.captured_queries)


def test_worker_job_erases_expired_records(owner: User, payments: tuple[Payment, Payment]) -> None:
    close(owner)
    erase_expired_records(int(NEXT_DAY.timestamp()))
    assert Invoice.objects.get().billing_snapshot["customer"]["tax_id"] == ""


def test_old_idempotency_records_and_mails_are_deleted(owner: User) -> None:
    record = {"fingerprint": "", "response_status": 201, "response_body": {}}
    old = IdempotencyRecord.objects.create(scope="POST /", key="old", **record)
    IdempotencyRecord.objects.create(scope="POST /", key="new", **record)
    IdempotencyRecord.objects.filter(pk=old.pk).update(created_at=TODAY - timedelta(days=8))
    (mail,) = OutgoingMail.objects.all()
    OutgoingMail.objects.update(created_at=TODAY - timedelta(days=89))
    delete_old_records(int(TODAY.timestamp()))
    assert list(IdempotencyRecord.objects.values_list("key", flat=True)) == ["new"]
    assert list(OutgoingMail.objects.all()) == [mail]

    delete_old_records(int((TODAY + timedelta(days=2)).timestamp()))
    assert not OutgoingMail.objects.exists()


def test_expired_sessions_are_deleted(owner: User) -> None:
    client_of(owner)
    remove_expired(0)
    assert Session.objects.count() == 1
    Session.objects.update(expire_date=utc_now() - timedelta(minutes=1))
    remove_expired(0)
    assert not Session.objects.exists()


# What PostgreSQL allows


def assert_refused(act: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        act()


def blank_customer() -> None:
    invoice = Invoice.objects.get()
    snapshot = invoice.billing_snapshot
    customer = {key: "" if key != "country" else "PK" for key in snapshot["customer"]}
    invoice.billing_snapshot = {**snapshot, "customer": customer}
    invoice.save()


def forge_customer() -> None:
    invoice = Invoice.objects.get()
    invoice.billing_snapshot["customer"]["billing_name"] = "Somebody else"
    invoice.save()


def forge_price() -> None:
    invoice = Invoice.objects.get()
    snapshot = invoice.billing_snapshot
    customer = {key: "" if key != "country" else "PK" for key in snapshot["customer"]}
    plan = {**snapshot["plan"], "price": "1.00"}
    invoice.billing_snapshot = {**snapshot, "customer": customer, "plan": plan}
    invoice.save()


def test_database_refuses_erasure_of_open_account(payments: tuple[Payment, Payment]) -> None:
    assert_refused(blank_customer)
    assert_refused(lambda: Payment.objects.update(manual_reference="erased"))
    assert_refused(lambda: PaymentEvent.objects.update(note=""))
    assert_refused(lambda: PaymentEvent.objects.update(ip_address=None))


FORGERIES: dict[str, Callable[[], object]] = {
    "customer": forge_customer,
    "price": forge_price,
    "reference": lambda: Payment.objects.update(manual_reference="BT-2"),
    "amount": lambda: Payment.objects.update(manual_reference="erased", amount=1),
    "note": lambda: PaymentEvent.objects.update(note="Another"),
    "address": lambda: PaymentEvent.objects.update(ip_address="198.51.100.1"),
    "state": lambda: PaymentEvent.objects.update(note="", to_state="active"),
    "time": lambda: PaymentEvent.objects.update(created_at=NEXT_DAY),
    "an event": lambda: PaymentEvent.objects.all()._raw_delete("default"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_database_refuses_other_edits_of_closed_account(
    owner: User, payments: tuple[Payment, Payment], name: str
) -> None:
    close(owner)
    assert_refused(FORGERIES[name])


def test_database_allows_erasure_of_closed_account(
    owner: User, payments: tuple[Payment, Payment]
) -> None:
    """The control of the two tests above."""
    close(owner)
    blank_customer()
    Payment.objects.update(manual_reference="erased")
    PaymentEvent.objects.update(note="", ip_address=None)
    assert not EmailAddress.objects.filter(user=owner).exists()
    assert Account.objects.get().status == "cancelled"
