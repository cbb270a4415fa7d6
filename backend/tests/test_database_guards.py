"""What PostgreSQL itself refuses, even from a script, a shell or a bug of ours."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F

from igny8_core.auth.models import Account, Subscription, User
from igny8_core.business.billing.models import (
    CreditTransaction,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentEvent,
)
from igny8_core.common.clock import utc_now
from tests.factories import account_of, approve, invoice_of, make_payment, reject

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(owner: User, billing_admin: User) -> Payment:
    """A succeeded payment, with an invoice, credits and events."""
    payment = make_payment(owner)
    approve(payment, billing_admin)
    payment.refresh_from_db()
    return payment


def execute(sql: str, *params: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def check(which: str = "ALL") -> None:
    """Run the checks that PostgreSQL defers to the end of a transaction."""
    execute(f"SET CONSTRAINTS {which} IMMEDIATE")
    execute("SET CONSTRAINTS ALL DEFERRED")


def assert_refused(act: Callable[[], object], message: str, *, by: str = "ALL") -> None:
    """Assert that a change fails at once, or at the end through the named trigger."""
    check()

    @transaction.atomic
    def act_and_check() -> None:
        act()
        check(by)

    with pytest.raises(IntegrityError, match=message):
        act_and_check()


@pytest.mark.parametrize("model", [CreditTransaction, PaymentEvent])
def test_ledger_and_audit_trail_are_append_only(
    payment: Payment, model: type[models.Model]
) -> None:
    rows = model._default_manager.all()
    assert rows.exists()
    table = connection.ops.quote_name(model._meta.db_table)
    for sql in (f"UPDATE {table} SET created_at = now()", f"DELETE FROM {table}"):  # noqa: S608
        assert_refused(partial(execute, sql), "is append-only")


@pytest.mark.parametrize(
    "change",
    [
        {"number": "INV-2025-999999"},
        {"total": Decimal("1.00"), "subtotal": Decimal("1.00")},
        {"currency": "EUR"},
        {"included_credits": 1},
        {"billing_snapshot": {}},
        {"issued_at": utc_now()},
    ],
)
def test_issued_invoice_cannot_be_rewritten(owner: User, change: dict[str, object]) -> None:
    invoice = invoice_of(owner)
    assert_refused(lambda: Invoice.objects.filter(pk=invoice.pk).update(**change), "append-only")


@pytest.mark.parametrize(
    "change",
    [
        {"method_snapshot": {"display_name": "Another"}},
        {"payment_method": None, "method_snapshot": None},
        {"payable_amount": Decimal("1.00")},
        {"payable_currency": "EUR"},
        {"exchange_rate": Decimal("2.00")},
    ],
)
def test_paid_invoice_keeps_its_payment_method(payment: Payment, change: dict[str, object]) -> None:
    invoice = Invoice.objects.filter(pk=payment.invoice_id)
    assert_refused(lambda: invoice.update(**change), "append-only")


@pytest.mark.parametrize("change", [{"payment_method": None}, {"method_snapshot": None}])
def test_invoice_method_and_snapshot_belong_together(
    owner: User, change: dict[str, object]
) -> None:
    invoice = Invoice.objects.filter(pk=invoice_of(owner).pk)
    assert_refused(lambda: invoice.update(**change), "invoice_keeps_its_payment_method")


def test_invoice_cannot_be_deleted(owner: User) -> None:
    delete = "DELETE FROM billing_invoice WHERE id = %s"
    assert_refused(partial(execute, delete, invoice_of(owner).pk), "append-only")


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Decimal("1.00")},
        {"currency": "EUR"},
        {"manual_reference": "Another"},
        {"method_snapshot": {"display_name": "Another"}},
    ],
)
def test_payment_claim_cannot_be_rewritten(payment: Payment, change: dict[str, object]) -> None:
    assert_refused(lambda: Payment.objects.filter(pk=payment.pk).update(**change), "append-only")


def test_balance_must_equal_ledger_sum(owner: User, payment: Payment) -> None:
    account = Account.objects.filter(users=owner)
    assert_refused(lambda: account.update(credits=F("credits") + 1), "are not the ledger's sum")


def test_ledger_entry_must_move_the_balance(owner: User) -> None:
    entry = CreditTransaction(
        account=account_of(owner),
        kind="adjustment",
        amount=5,
        balance_after=5,
        description="By hand",
        created_at=utc_now(),
    )
    assert_refused(entry.save, "are not the ledger's sum")


def test_payment_grants_credits_only_once(owner: User, payment: Payment) -> None:
    first = CreditTransaction.objects.get(payment=payment)
    again = CreditTransaction(
        account=first.account,
        kind=first.kind,
        amount=first.amount,
        balance_after=first.balance_after + first.amount,
        description="Again",
        payment=payment,
        created_at=utc_now(),
    )
    assert_refused(again.save, "payment_grants_credits_once")


def test_plan_credits_must_equal_ledger_sum(owner: User, payment: Payment) -> None:
    account = Account.objects.filter(users=owner)
    assert_refused(
        lambda: account.update(plan_credits=F("plan_credits") - 1), "are not the ledger's sum"
    )


@pytest.mark.parametrize("plan_credits", [-1, 1001])
def test_plan_credits_are_part_of_all(owner: User, payment: Payment, plan_credits: int) -> None:
    account = Account.objects.filter(users=owner)
    assert_refused(lambda: account.update(plan_credits=plan_credits), "are_part_of_its_credits")


@pytest.mark.parametrize(
    ("kind", "amount", "plan_amount", "message"),
    [
        ("adjustment", 5, 5, "plan_credits_are_granted_by_plans_alone"),
        ("adjustment", -5, -6, "credit_entry_contains_its_plan_part"),
        ("adjustment", -5, 5, "credit_entry_contains_its_plan_part"),
        ("plan_grant", 5, 6, "credit_entry_contains_its_plan_part"),
        ("expiry", -5, -4, "plan_credits_alone_expire"),
        ("expiry", 5, 5, "plan_credits_alone_expire|plan_credits_are_granted_by_plans_alone"),
    ],
)
def test_entry_is_of_the_right_pocket(
    owner: User, payment: Payment, kind: str, amount: int, plan_amount: int, message: str
) -> None:
    entry = CreditTransaction(
        account=account_of(owner),
        kind=kind,
        amount=amount,
        plan_amount=plan_amount,
        balance_after=1000 + amount,
        description="By hand",
        created_at=utc_now(),
        payment=payment if kind != "plan_grant" else None,
    )
    assert_refused(entry.save, message)


def test_credits_expire_once_for_a_payment(owner: User, payment: Payment) -> None:
    def expire() -> None:
        CreditTransaction.objects.create(
            account=account_of(owner),
            kind="expiry",
            amount=-5,
            plan_amount=-5,
            balance_after=995,
            description="By hand",
            payment=payment,
            created_at=utc_now(),
        )

    def expire_twice() -> None:
        expire()
        expire()

    assert_refused(expire_twice, "payment_lets_credits_expire_once")


def test_plan_credits_require_a_payment(owner: User) -> None:
    entry = CreditTransaction(
        account=account_of(owner),
        kind="plan_grant",
        amount=5,
        balance_after=5,
        description="For nothing",
        created_at=utc_now(),
    )
    assert_refused(entry.save, "plan_credits_come_from_a_payment")


def test_balance_cannot_be_negative(owner: User) -> None:
    account = Account.objects.filter(users=owner)
    assert_refused(lambda: account.update(credits=-1), "account_credits_are_not_negative")


def test_paid_invoice_requires_succeeded_payment(owner: User) -> None:
    invoice = Invoice.objects.filter(pk=invoice_of(owner).pk)
    assert_refused(
        lambda: invoice.update(status="paid", paid_at=utc_now()),
        "paid is t, but 0 succeeded payment",
        by="paid_invoice_has_one_succeeded_payment_of_its_amount",
    )


def test_succeeded_payment_requires_paid_invoice(owner: User) -> None:
    payment = Payment.objects.filter(pk=make_payment(owner).pk)
    assert_refused(
        lambda: payment.update(status="succeeded", decided_at=utc_now()),
        "paid is f, but 1 succeeded payment",
        by="succeeded_payment_has_a_paid_invoice",
    )


def test_paid_invoice_cannot_lose_its_payment(payment: Payment) -> None:
    settled = Payment.objects.filter(pk=payment.pk)
    assert_refused(
        lambda: settled.update(status="failed"),
        "paid is t, but 0 succeeded payment",
        by="succeeded_payment_has_a_paid_invoice",
    )


@pytest.mark.parametrize(
    ("model", "change", "message"),
    [
        (Account, {"status": "active"}, "account .* is active, but its last event says pending"),
        (Subscription, {"status": "cancelled"}, "subscription .* is cancelled, but"),
        (Invoice, {"status": "void"}, "invoice .* is void, but its last event says pending"),
        (
            Payment,
            {"status": "failed", "decided_at": utc_now()},
            "payment .* is failed, but its last event says pending_approval",
        ),
    ],
)
def test_status_change_requires_an_event(
    owner: User, model: type[models.Model], change: dict[str, object], message: str
) -> None:
    make_payment(owner)
    assert_refused(lambda: model._default_manager.update(**change), message)


def test_new_row_requires_an_event(owner: User) -> None:
    account = account_of(owner)
    new = Account(name="By hand", status="active", plan=account.plan)
    assert_refused(new.save, "is active, but its last event says nothing")


@pytest.mark.parametrize("model", [Account, Subscription, Invoice])
def test_unknown_status_is_refused(owner: User, model: type[models.Model]) -> None:
    rows = model._default_manager
    assert_refused(lambda: rows.update(status="odd"), "status_is_known")


def test_unknown_payment_status_is_refused(payment: Payment) -> None:
    rows = Payment.objects.filter(pk=payment.pk)
    assert_refused(lambda: rows.update(status="odd"), "payment_status_is_known")


def test_invoice_has_one_payment_under_review(owner: User) -> None:
    payment = make_payment(owner)
    payment.pk = None
    assert_refused(lambda: payment.save(force_insert=True), "at_most_one_payment_under_review")


def test_subscription_has_one_pending_invoice(owner: User) -> None:
    invoice = invoice_of(owner)
    invoice.pk = None
    invoice.number = "INV-2025-999999"
    assert_refused(lambda: invoice.save(force_insert=True), "at_most_one_pending_invoice")


def test_account_has_one_live_subscription(owner: User, payment: Payment) -> None:
    subscription = Subscription.objects.get(account__users=owner)
    subscription.pk = None
    assert_refused(lambda: subscription.save(force_insert=True), "at_most_one_live_subscription")


def test_invoice_number_is_unique(owner: User) -> None:
    invoice = invoice_of(owner)
    invoice.pk = None
    assert_refused(lambda: invoice.save(force_insert=True), "unique constraint")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"decided_at": utc_now()}, "decided_at_exactly_when_decided"),
        ({"amount": 0}, "append-only|payment_amount_is_positive"),
    ],
)
def test_incomplete_payment_is_refused(
    owner: User, change: dict[str, object], constraint: str
) -> None:
    payment = Payment.objects.filter(pk=make_payment(owner).pk)
    assert_refused(lambda: payment.update(**change), constraint)


def test_invoice_line_amount_is_quantity_times_price(owner: User) -> None:
    line = InvoiceLine.objects.filter(invoice=invoice_of(owner))
    assert_refused(lambda: line.update(quantity=2), "amount_is_quantity_times_price")


def test_rejected_payment_allows_the_next_one(owner: User, billing_admin: User) -> None:
    """The guards refuse slips, not the workflow."""
    reject(make_payment(owner), billing_admin)
    approve(make_payment(owner), billing_admin)
    check()
    assert Payment.objects.filter(status="succeeded").count() == 1


# How a person signs in


def add_address(owner: User) -> None:
    EmailAddress.objects.create(user=owner, email="second@shop.example")


def take_address(owner: User) -> None:
    EmailAddress.objects.filter(user=User.objects.create_user("x@shop.example")).update(
        email=owner.email
    )


def change_one_side(owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(email="other@shop.example")


def change_other_side(owner: User) -> None:
    EmailAddress.objects.filter(user=owner).update(email="other@shop.example")


def have_none(owner: User) -> None:
    EmailAddress.objects.filter(user=owner).delete()


def have_no_primary(owner: User) -> None:
    EmailAddress.objects.filter(user=owner).update(primary=False)


def be_made_without(owner: User) -> None:
    User.objects.bulk_create([User(email="bulk@shop.example")])


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (add_address, "person_has_one_address"),
        (take_address, "address_is_one_persons"),
        (change_one_side, "one address"),
        (change_other_side, "one address"),
        (have_none, "one address"),
        (have_no_primary, "one address"),
        (be_made_without, "one address"),
    ],
)
def test_user_has_exactly_one_sign_in_address(
    owner: User, act: Callable[[User], None], message: str
) -> None:
    assert_refused(partial(act, owner), message)


def lose_the_owner(owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(role="member")


def let_the_owner_leave(owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(account=None)


def be_made_without_owner(owner: User) -> None:
    Account.objects.create(name="Nobody's", plan=account_of(owner).plan, status="active")


@pytest.mark.parametrize(
    ("act", "by"),
    [
        (lose_the_owner, "owner_stays_with_an_open_account"),
        (let_the_owner_leave, "owner_stays_with_an_open_account"),
        (be_made_without_owner, "open_account_has_an_owner"),
    ],
)
def test_open_account_must_have_an_owner(owner: User, act: Callable[[User], None], by: str) -> None:
    assert_refused(partial(act, owner), "is open and has no owner", by=by)
