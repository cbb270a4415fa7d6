"""``manage.py verify_billing`` finds errors that bypass all guards, and nothing in healthy data.

Each breakage is one or two statements, such as after a careless restore or a manual change.
"""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.enums import CreditKind, EventName
from igny8_core.business.billing.models import ExchangeRate, Invoice, Payment, PaymentMethodConfig
from igny8_core.business.billing.services.confirmation import withdraw_payment
from igny8_core.business.billing.services.invoices import (
    cancel_order,
    change_payment_method,
    void_invoice,
)
from igny8_core.business.billing.services.reversals import reverse_payment
from igny8_core.business.billing.services.setting_changes import change_setting
from igny8_core.business.data_rights.services.closing import close_account
from igny8_core.business.data_rights.services.records import erase_expired
from igny8_core.business.integrity.verify import CHECKS, verify_billing
from igny8_core.business.subscriptions.services.customer import change_plan_now
from igny8_core.business.subscriptions.services.run import run_billing
from igny8_core.common.clock import utc_now
from igny8_core.common.models import OutgoingMail
from igny8_core.common.tasks import delete_old_records
from tests import life
from tests.bulk import run, started
from tests.database import scene
from tests.factories import (
    account_of,
    approve,
    check,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
    make_receipt,
    make_unchecked_payment,
    record_credits,
    reject,
)
from tests.pockets import set_rule

pytestmark = pytest.mark.django_db


def upgrade(owner: User, plan_slug: str = "growth", method_code: str = "bank_transfer") -> None:
    change_plan_now(
        account=account_of(owner),
        plan_slug=plan_slug,
        method_code=method_code,
        actor=Actor(user=owner),
        now=utc_now(),
    )


def reverse(payment: Payment, admin: User, event: EventName, *, is_forced: bool = False) -> None:
    reverse_payment(
        payment_id=payment.pk,
        actor=Actor(user=admin),
        now=utc_now(),
        reason="Recalled",
        event=event,
        is_forced=is_forced,
    )


def broken() -> list[str]:
    return [str(result) for result in verify_billing() if not result.holds]


@pytest.fixture
def data(catalog: None) -> None:
    """Data for every breakage: paid, upgraded, reversed, under review, in two currencies."""
    scene(everything_there_is)


def everything_there_is() -> User:
    billing_admin = make_billing_admin()
    method = PaymentMethodConfig.objects.get(payment_method="bank_transfer", countries=[])
    change_setting(
        obj=method, after={"order": 99, "is_enabled": False}, actor=Actor(), now=utc_now()
    )
    customer = make_owner()
    approve(make_payment(customer), billing_admin)
    upgrade(customer)
    approve(make_payment(customer, reference="BT-2"), billing_admin)
    taken_back = make_payment(make_owner(), reference="BT-3")
    approve(taken_back, billing_admin)
    reverse(taken_back, billing_admin, EventName.REVERSE_AND_VOID)
    run(started(billing_admin, [taken_back, make_payment(make_owner(), reference="BT-4")]))
    billed(billing_admin)
    waiting = make_owner(payment_method="jazzcash")
    make_payment(
        waiting,
        method_code="jazzcash",
        amount=invoice_of(waiting).payable_amount,
        currency="PKR",
        reference="12345678901",
    )
    return billing_admin


def billed(admin: User) -> None:
    """Somebody who renews, somebody who is paused, somebody whose plan ended, an old order."""
    now = utc_now()
    renewing, paused, ended = (life.make_customer(admin, now) for _ in range(3))
    bill(renewing, now, days=25)
    life.pay(renewing, admin, now + timedelta(days=25))
    bill(renewing, now, days=32)
    bill(paused, now, days=45)
    bill(ended, now, days=80)
    bill(make_owner(now=now), now, days=16)


def bill(owner: User, now: datetime, *, days: int) -> None:
    """Run billing for an account once a day."""
    account = account_of(owner)
    for number in range(days):
        as_of = now + timedelta(days=number)
        run_billing(as_of=as_of, limit_seconds=60, account_id=account.pk)


DECIDED = "ALTER TABLE billing_payment DROP CONSTRAINT payment_has_decided_at_exactly_when_decided"
FACTS = "UPDATE common_outgoingmail SET arguments = jsonb_set(arguments, '{facts,%s}', '\"%s\"')"

# What is broken, the check that finds it, and how.
BREAKAGES: dict[str, tuple[str, ...]] = {
    "two claims wait": (
        "1a. ",
        "DROP INDEX invoice_has_at_most_one_payment_under_review",
        DECIDED,
        (
            "UPDATE billing_payment SET invoice_id = (SELECT max(invoice_id) FROM billing_payment),"
            " status = 'pending_approval'"
        ),
    ),
    "two payments succeeded": (
        "1b. ",
        "DROP INDEX invoice_has_at_most_one_succeeded_payment",
        DECIDED,
        (
            "UPDATE billing_payment SET invoice_id = (SELECT max(invoice_id) FROM billing_payment),"
            " status = 'succeeded'"
        ),
    ),
    "a claim is of another amount": (
        "1c. ",
        "UPDATE billing_payment SET amount = amount - 1 WHERE status = 'pending_approval'",
    ),
    "a claim is in another currency": (
        "1c. ",
        "UPDATE billing_payment SET currency = 'EUR' WHERE status = 'pending_approval'",
    ),
    "a claim waits on a void invoice": (
        "1c. ",
        "UPDATE billing_invoice SET status = 'void' WHERE status = 'pending'",
    ),
    "no credits were granted": ("2. ", "DELETE FROM billing_credittransaction"),
    "credits were taken back for nothing": (
        "2b. ",
        (
            "UPDATE billing_credittransaction SET kind = 'reversal', amount = -amount,"
            " plan_amount = -plan_amount"
            " WHERE kind = 'plan_grant' AND payment_id IN"
            " (SELECT id FROM billing_payment WHERE status = 'succeeded')"
        ),
    ),
    "a reversal took nothing": (
        "2c. ",
        "DELETE FROM billing_credittransaction WHERE kind = 'reversal'",
    ),
    "a reversal took too little": (
        "2c. ",
        (
            "UPDATE billing_credittransaction SET amount = -1, plan_amount = -1,"
            " balance_after = 999"
            " WHERE kind = 'reversal'"
        ),
    ),
    "credits expired though their plan keeps them": (
        "2e. ",
        (
            "INSERT INTO billing_credittransaction (account_id, kind, amount, plan_amount,"
            " balance_after, description, payment_id, created_at) SELECT account_id, 'expiry', -1,"
            " -1, balance_after - 1, '', payment_id, created_at FROM billing_credittransaction"
            " WHERE kind = 'plan_grant'"
        ),
    ),
    "credits expired though no plan had ended": (
        "2f. ",
        (
            "INSERT INTO billing_credittransaction (account_id, kind, amount, plan_amount,"
            " balance_after, description, created_at) SELECT account_id, 'expiry', -1,"
            " -1, balance_after - 1, '', created_at FROM billing_credittransaction"
            " WHERE kind = 'plan_grant'"
        ),
    ),
    "a plan's pocket is not its ledger's": (
        "3a. ",
        "UPDATE igny8_auth_account SET plan_credits = plan_credits - 1 WHERE plan_credits > 0",
    ),
    "other credits are used before a plan's": (
        "3c. ",
        (
            "UPDATE billing_credittransaction SET plan_amount = plan_amount + 1"
            " WHERE kind = 'reversal'"
        ),
    ),
    "a part of a grant never expires": (
        "3c. ",
        "UPDATE billing_credittransaction SET plan_amount = 1 WHERE kind = 'plan_grant'",
    ),
    "credits are on another ledger": (
        "2d. ",
        (
            "UPDATE billing_credittransaction SET account_id ="
            " (SELECT max(id) FROM igny8_auth_account) WHERE kind = 'reversal'"
        ),
    ),
    "a balance is not its ledger's": (
        "3a. ",
        "UPDATE igny8_auth_account SET credits = credits + 1",
    ),
    "an entry does not continue": (
        "3b. ",
        "UPDATE billing_credittransaction SET balance_after = balance_after + 1",
    ),
    "too little was paid": (
        "4a. ",
        "UPDATE billing_payment SET amount = amount - 1 WHERE status = 'succeeded'",
    ),
    "a number is missing": (
        "4b. ",
        "UPDATE billing_invoicenumbercounter SET last_number = last_number + 1",
    ),
    "lines make another sum": (
        "4c. ",
        "UPDATE billing_invoice SET subtotal = subtotal + 1, tax_amount = tax_amount - 1",
    ),
    "a tax is in no total": (
        "4c. ",
        "ALTER TABLE billing_invoice DROP CONSTRAINT invoice_total_is_subtotal_plus_tax",
        "UPDATE billing_invoice SET tax_amount = 1",
    ),
    "an invoice was paid before its payment": (
        "4d. ",
        "UPDATE billing_invoice SET paid_at = paid_at - interval '3 days'",
    ),
    "a number is of another year": (
        "4e. ",
        "UPDATE billing_invoice SET issued_at = issued_at - interval '1 year'",
    ),
    "a number is of no year": ("4e. ", "UPDATE billing_invoice SET number = 'X' || id"),
    "a mail tells another state": (
        "5a. ",
        (
            "UPDATE common_outgoingmail SET sent_at = now(), kind = 'payment_rejected'"
            " WHERE kind = 'payment_approved'"
        ),
    ),
    "a mail tells another total": ("5c. ", FACTS % ("due", "1.00 USD")),
    "a mail tells another payable amount": ("5c. ", FACTS % ("payable", "1.00 PKR")),
    "a mail tells another currency": ("5c. ", FACTS % ("amount", "89.00 EUR")),
    "a mail tells what is no amount": ("5c. ", FACTS % ("amount", "$89.00")),
    "an approval was not told": (
        "5d. ",
        "DELETE FROM common_outgoingmail WHERE kind = 'payment_approved'",
    ),
    "a reversal was not told": (
        "5d. ",
        "DELETE FROM common_outgoingmail WHERE kind = 'payment_reversed'",
    ),
    "an approval was told twice": (
        "5d. ",
        (
            "INSERT INTO common_outgoingmail (key, kind, recipient, language, arguments, attempts,"
            " last_error, drop_reason, created_at, updated_at) SELECT key || '+', kind, recipient,"
            " language, arguments, 0, '', '', now(), now() FROM common_outgoingmail"
            " WHERE kind = 'payment_approved'"
        ),
    ),
    "a renewal was not told": (
        "5d. ",
        "DELETE FROM common_outgoingmail WHERE kind = 'renewal_issued'",
    ),
    "a pause was not told": ("5d. ", "DELETE FROM common_outgoingmail WHERE kind = 'suspended'"),
    "an end was not told": (
        "5d. ",
        "DELETE FROM common_outgoingmail WHERE kind = 'subscription_ended'",
    ),
    "an expiry was not told": (
        "5d. ",
        "DELETE FROM common_outgoingmail WHERE kind = 'order_expired'",
    ),
    "a reminder was not told": (
        "5d. ",
        "DELETE FROM common_outgoingmail WHERE kind = 'final_notice'",
    ),
    "an end was told twice": (
        "5d. ",
        (
            "INSERT INTO common_outgoingmail (key, kind, recipient, language, arguments, attempts,"
            " last_error, drop_reason, created_at, updated_at) SELECT key || '+', kind, recipient,"
            " language, arguments, 0, '', '', now(), now() FROM common_outgoingmail"
            " WHERE kind = 'subscription_ended'"
        ),
    ),
    "a state has no event": (
        "6a. ",
        "UPDATE billing_payment SET status = 'failed' WHERE status = 'succeeded'",
    ),
    "an event skips a state": ("6b. ", "UPDATE billing_paymentevent SET from_state = 'odd'"),
    "an event is of another object": (
        "6c. ",
        "UPDATE billing_paymentevent SET event = 'confirm' WHERE object_type = 'invoice'",
    ),
    "an event leads elsewhere": (
        "6c. ",
        "UPDATE billing_paymentevent SET to_state = 'suspended' WHERE event = 'approve'",
    ),
    "an event is of another account": (
        "6d. ",
        (
            "UPDATE billing_paymentevent SET account_id = (SELECT max(id) FROM igny8_auth_account)"
            " WHERE object_type = 'payment'"
        ),
    ),
    "an event is of nothing": ("6d. ", "UPDATE billing_paymentevent SET object_id = -object_id"),
    "an event is in another's course": (
        "6d. ",
        "UPDATE billing_paymentevent SET invoice_id = (SELECT min(id) FROM billing_invoice)",
    ),
    "a subscription runs for longer than its period": (
        "every period",
        (
            "UPDATE igny8_auth_subscription SET current_period_end ="
            " current_period_start + interval '1 year' WHERE status = 'active'"
        ),
    ),
    "a period is revoked and paid for": (
        "every period",
        "UPDATE billing_period SET revoked_at = now()",
    ),
    "a period began before it was paid for": (
        "every period",
        "UPDATE billing_period SET created_at = created_at - interval '1 day'",
    ),
    "a period lasts too long": (
        "7a. ",
        "UPDATE billing_period SET ends_at = ends_at + interval '4 days'",
    ),
    "billing never looks at an account": (
        "billing looks",
        "UPDATE igny8_auth_account SET next_billing_step_at = NULL",
    ),
    "billing looks at an account too late": (
        "billing looks",
        "UPDATE igny8_auth_account SET next_billing_step_at = now() + interval '1 year'",
    ),
    "a suspended account doesn't say since when": (
        "8a. ",
        "UPDATE igny8_auth_account SET suspended_at = NULL",
    ),
    "an account is suspended without a debt": (
        "8a. ",
        "UPDATE igny8_auth_subscription SET status = 'active' WHERE status = 'past_due'",
    ),
    "an active account says that it is suspended": (
        "8a. ",
        "UPDATE igny8_auth_account SET suspended_at = now() WHERE status = 'active'",
    ),
    "no final notice was sent": (
        "8b. ",
        "DELETE FROM subscriptions_dunningstep WHERE kind = 'final_notice'",
    ),
    "a final notice was skipped": (
        "8b. ",
        "UPDATE subscriptions_dunningstep SET is_skipped = true WHERE kind = 'final_notice'",
    ),
    "a final notice came the day before": (
        "8b. ",
        (
            "UPDATE subscriptions_dunningstep SET created_at = created_at + interval '1 day'"
            " WHERE kind = 'final_notice'"
        ),
    ),
    "two reminders were sent on a day": (
        "8c. ",
        (
            "UPDATE subscriptions_dunningstep d SET created_at = e.created_at"
            " FROM subscriptions_dunningstep e WHERE e.invoice_id = d.invoice_id"
            " AND (d.kind, e.kind) = ('past_due', 'final_notice')"
        ),
    ),
    "a reminder was sent while a claim waited": (
        "8c. ",
        (
            "UPDATE billing_payment SET submitted_at = submitted_at - interval '1 year',"
            " invoice_id = (SELECT max(invoice_id) FROM subscriptions_dunningstep)"
            " WHERE status = 'pending_approval'"
        ),
    ),
    "a reminder was sent while the payment of an order waited": (
        "8c. ",
        (
            "UPDATE billing_invoice SET kind = 'change', issued_at = issued_at - interval '1 year',"
            " account_id = (SELECT min(i.account_id) FROM billing_invoice i"
            " JOIN subscriptions_dunningstep d ON d.invoice_id = i.id)"
            " WHERE id IN (SELECT invoice_id FROM billing_payment"
            " WHERE status = 'pending_approval')"
        ),
        (
            "UPDATE billing_payment SET submitted_at = submitted_at - interval '1 year'"
            " WHERE status = 'pending_approval'"
        ),
    ),
    "a period begins after the one before ended": (
        "8d. ",
        ("UPDATE billing_period SET starts_at = starts_at + interval '1 second' WHERE index = 1"),
    ),
    "a period was left out, and another one was given": (
        "8d. ",
        (
            "UPDATE billing_period SET index = 2 WHERE index = 1; INSERT INTO billing_paymentevent"
            " (event, object_type, object_id, from_state, to_state, note, account_id, created_at)"
            " SELECT 'comp', 'subscription', s.id, s.status, s.status, 'Not charged: 2027',"
            " s.account_id, now() FROM igny8_auth_subscription s"
        ),
    ),
    "a period was left out": ("8d. ", "UPDATE billing_period SET index = 2 WHERE index = 1"),
    "a subscription promises more": (
        "7b. ",
        "UPDATE igny8_auth_subscription SET terms = jsonb_set(terms, '{max_sites}', '9')",
    ),
    "a payment is by another method": (
        "7c. ",
        "UPDATE billing_payment SET method_snapshot = jsonb_set(method_snapshot, '{id}', '0')",
    ),
    "an invoice brings more credits": (
        "7d. ",
        "UPDATE billing_invoice SET included_credits = included_credits + 1",
    ),
    "an invoice costs less": ("7d. ", "UPDATE billing_invoice SET subtotal = 1, total = 1"),
    "an invoice is in another currency": ("7d. ", "UPDATE billing_invoice SET currency = 'EUR'"),
    "a price can't be read": (
        "7d. ",
        (
            "UPDATE billing_invoice SET billing_snapshot ="
            " jsonb_set(billing_snapshot, '{plan,price}', '\"dear\"')"
        ),
    ),
    "unused days were never paid for": (
        "7f. ",
        "UPDATE billing_invoiceline SET unit_price = -900, amount = -900 WHERE amount < 0",
    ),
    "the days that were credited were over": (
        "7f. ",
        (
            "UPDATE billing_period SET starts_at = starts_at - '2 months'::interval,"
            " ends_at = ends_at - '2 months'::interval"
        ),
    ),
    "the credits of unused days are kept": (
        "2g. ",
        (
            "DELETE FROM billing_credittransaction"
            " WHERE kind = 'adjustment' AND payment_id IS NOT NULL"
        ),
    ),
    "more credits go than the order says": (
        "2g. ",
        (
            "UPDATE billing_invoice SET billing_snapshot ="
            " jsonb_set(billing_snapshot, '{credited,0,credits}', '1')"
            " WHERE billing_snapshot ? 'credited'"
        ),
    ),
    "less is payable": ("7e. ", "UPDATE billing_invoice SET payable_amount = 1"),
    "another currency is payable": ("7e. ", "UPDATE billing_invoice SET payable_currency = 'EUR'"),
    "another rate is kept": ("7e. ", "UPDATE billing_invoice SET exchange_rate = 2"),
    "an account has no subscription": (
        "every account fits",
        "UPDATE igny8_auth_subscription SET status = 'cancelled'",
    ),
    "an account has another plan": (
        "every active account has",
        (
            "UPDATE igny8_auth_account SET plan_id ="
            " (SELECT id FROM igny8_auth_plan WHERE slug = 'scale')"
        ),
    ),
    "a pending subscription has no invoice": (
        "every pending",
        "UPDATE billing_invoice SET status = 'void' WHERE status = 'pending'",
    ),
    "a live subscription is unpaid": (
        "every live",
        "UPDATE billing_invoice SET status = 'void', paid_at = NULL",
    ),
    "a paid plan does not run": (
        "every plan that is paid for",
        (
            "UPDATE igny8_auth_subscription SET status = 'cancelled', cancelled_at = now()"
            " WHERE status = 'active'"
        ),
    ),
    "a live subscription has no period": (
        "every period",
        (
            "UPDATE igny8_auth_subscription SET current_period_start = NULL,"
            " current_period_end = NULL WHERE status = 'active'"
        ),
    ),
    "a live subscription has no end": (
        "every period",
        "UPDATE igny8_auth_subscription SET current_period_end = NULL WHERE status = 'active'",
    ),
    "a period was moved": (
        "every period",
        (
            "UPDATE igny8_auth_subscription SET current_period_start = current_period_start"
            " + interval '2 years', current_period_end = current_period_end + interval '2 years'"
        ),
    ),
    "a live subscription says that it ended": (
        "cancelled subscriptions",
        "UPDATE igny8_auth_subscription SET cancelled_at = now() WHERE status = 'active'",
    ),
    "a cancelled subscription says no time": (
        "cancelled subscriptions",
        "UPDATE igny8_auth_subscription SET cancelled_at = NULL",
    ),
    "an invoice is another account's": (
        "every invoice is for",
        "UPDATE billing_invoice SET account_id = (SELECT max(id) FROM igny8_auth_account)",
    ),
    "a person has another address": (
        "everybody",
        "UPDATE igny8_auth_user SET email = 'another@shop.example' WHERE is_staff",
    ),
    "a closed account goes on": (
        "every closed",
        "UPDATE igny8_auth_account SET status = 'cancelled'",
    ),
    "an account has no owner": (
        "every open account has one owner",
        "UPDATE igny8_auth_user SET role = 'member'",
    ),
    "a reference is another": (
        "every payment is found",
        "UPDATE billing_payment SET reference_key = 'x'",
    ),
    "a reference is found by nothing": (
        "every payment is found",
        "UPDATE billing_payment SET reference_key = ''",
    ),
    "a payment is not searched": ("every payment is found", "DELETE FROM billing_paymentsearch"),
    "a payment is searched by other words": (
        "every payment is found",
        "UPDATE igny8_auth_account SET name = 'Renamed'",
    ),
    "a method says more than was agreed to": (
        "every payment method",
        "UPDATE billing_paymentmethodconfig SET is_enabled = true",
    ),
    "a bulk approval reports a refused payment as approved": (
        "every approval that a bulk approval reports",
        "UPDATE bulk_bulkapprovalrow SET state = 'approved'",
    ),
    "a bulk approval reports an approval as another admin's": (
        "every approval that a bulk approval reports",
        (
            "UPDATE bulk_bulkapproval SET confirmed_by_id ="
            " (SELECT min(submitted_by_id) FROM billing_payment)"
        ),
    ),
    "a bulk approval ends before its rows": (
        "a bulk approval is finished once",
        "UPDATE bulk_bulkapprovalrow SET state = 'waiting', decided_at = NULL",
    ),
    "a bulk approval never ends": (
        "a bulk approval is finished once",
        "UPDATE bulk_bulkapproval SET finished_at = NULL",
    ),
    "a period is given by nobody": (
        "every period without an invoice was given by somebody",
        "UPDATE billing_period SET invoice_id = NULL",
    ),
    "a day is summed up without its payments": (
        "the desk's numbers",
        (
            "INSERT INTO reports_decidedday (starts_at, ends_at, approved, rejected, takings, "
            "times) SELECT min(decided_at), max(decided_at) + interval '1 second', 0, 0, "
            "'[]', '{}' FROM billing_payment"
        ),
    ),
}
FILES_ARE_THERE = "5b. "


@pytest.mark.parametrize("breakage", BREAKAGES)
@pytest.mark.usefixtures("data")
def test_every_breakage_is_found(breakage: str) -> None:
    """With the triggers off and the constraints dropped, as a careless restore would leave it."""
    sentence, *statements = BREAKAGES[breakage]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")
    out = io.StringIO()
    with pytest.raises(CommandError, match="invariants are broken"):
        call_command("verify_billing", stdout=out)
    assert f"FAIL  {sentence}" in out.getvalue()


@pytest.mark.usefixtures("data")
def test_unbroken_data_has_no_findings() -> None:
    assert broken() == []


def test_every_invariant_has_a_breakage() -> None:
    sentences = (FILES_ARE_THERE, *(sentence for sentence, *_ in BREAKAGES.values()))
    assert all(name.startswith(sentences) for name in CHECKS)


# Files


@pytest.fixture
def kept(owner: User, billing_admin: User) -> Payment:
    """A payment with its proof, its thumbnail and a picture of its page."""
    return make_payment(owner, proof=make_receipt())


@pytest.fixture
def unchecked(catalog: None) -> Payment:
    """A payment whose file hasn't been checked."""
    return make_unchecked_payment(make_owner(), proof=make_receipt())


def test_missing_proof_file_is_found(kept: Payment, unchecked: Payment) -> None:
    assert broken() == []
    for payment in (kept, unchecked):
        for name in payment.proof_files:
            with default_storage.open(name) as file:
                content = file.read()
            default_storage.delete(name)
            assert broken() == [f"FAIL  5b. every proof's files are there: payment {payment.pk}"]
            default_storage.save(name, ContentFile(content))
    assert broken() == []


def test_file_moved_during_listing_is_not_missing(
    unchecked: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    listdir = default_storage.listdir

    def listed_after_the_check(folder: str) -> Any:
        if unchecked.proof_upload:
            check(unchecked)
        return listdir(folder)

    monkeypatch.setattr(default_storage, "listdir", listed_after_the_check)
    assert broken() == []
    assert unchecked.proof_state == "kept"


def test_upload_folder_is_listed_once(
    owner: User, unchecked: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uploads of a day are in one folder, whoever sent them."""
    make_unchecked_payment(owner, proof=make_receipt(), reference="BT-2")
    folders: list[str] = []
    listdir = default_storage.listdir

    def counted(folder: str) -> Any:
        folders.append(folder)
        return listdir(folder)

    monkeypatch.setattr(default_storage, "listdir", counted)
    assert broken() == []
    assert len(folders) == 1


# Healthy data


def paid_and_upgraded(admin: User) -> User:
    owner = make_owner()
    approve(make_payment(owner, proof=make_receipt()), admin)
    upgrade(owner)
    approve(make_payment(owner, reference="BT-2"), admin)
    return owner


def taken_back_in_a_chain(admin: User) -> None:
    """The last plan is due again, the middle one came back; then the last is paid again."""
    owner = paid_and_upgraded(admin)
    upgrade(owner, "scale")
    last = make_payment(owner, reference="BT-3")
    approve(last, admin)
    reverse(last, admin, EventName.REVERSE)
    approve(make_payment(owner, reference="BT-4"), admin)


def taken_back_when_all_was_spent(admin: User) -> None:
    for spent in (1000, 400):
        owner = make_owner()
        payment = make_payment(owner)
        approve(payment, admin)
        record_credits(
            account=account_of(owner),
            amount=-spent,
            kind=CreditKind.ADJUSTMENT,
            description="Used",
            now=utc_now(),
        )
        superuser = User.objects.create_superuser(f"root{spent}@desk.example")
        reverse(payment, superuser, EventName.REVERSE_AND_VOID, is_forced=True)


def given_up_and_refused(admin: User) -> None:
    owner = make_owner()
    withdraw_payment(
        payment_id=make_payment(owner, proof=make_receipt()).pk,
        account=account_of(owner),
        actor=Actor(user=owner),
        now=utc_now(),
    )
    reject(make_payment(owner, proof=make_receipt()), admin)
    void_invoice(
        invoice_id=invoice_of(owner).pk, actor=Actor(user=admin), now=utc_now(), reason="Twice"
    )
    upgrade(make_owner(plan_slug="free"))
    other = make_owner(plan_slug="free")
    upgrade(other)
    cancel_order(
        invoice_id=invoice_of(other).pk,
        account=account_of(other),
        actor=Actor(user=other),
        now=utc_now(),
    )


def another_way_to_pay(admin: User) -> None:
    """Announced at one rate, due at another; paid in rupees, with a payment in dollars waiting."""
    owner = make_owner(payment_method="jazzcash")
    ExchangeRate.objects.filter(currency="PKR").update(units_per_usd="300.123456")
    for code in ("wise", "jazzcash"):
        invoice = change_payment_method(
            invoice_id=invoice_of(owner).pk,
            account=account_of(owner),
            method_code=code,
            actor=Actor(user=owner),
            now=utc_now(),
        )
    approve(
        make_payment(
            owner,
            method_code="jazzcash",
            amount=invoice.payable_amount,
            currency="PKR",
            reference="۱۲۳۴۵۶۷۸۹۰۱",
        ),
        admin,
    )
    upgrade(owner)
    make_unchecked_payment(owner, proof=make_receipt())


def closed(admin: User) -> None:
    """A closed trial account, and a closed paid account whose payment is then reversed."""
    for owner in (make_owner(plan_slug="free"), paid_and_upgraded(admin)):
        upgrade(owner, "scale")
        close_account(account_id=account_of(owner).pk, actor=Actor(user=owner), now=utc_now())
    payment = Payment.objects.filter(status="succeeded").latest("pk")
    reverse(payment, admin, EventName.REVERSE_AND_VOID)


HISTORIES: list[Callable[[User], object]] = [
    paid_and_upgraded,
    taken_back_in_a_chain,
    taken_back_when_all_was_spent,
    given_up_and_refused,
    another_way_to_pay,
    closed,
]


@pytest.fixture
def histories(billing_admin: User) -> None:
    """All possible histories of an account, one at a time."""
    for history in HISTORIES:
        history(billing_admin)
        OutgoingMail.objects.filter(sent_at=None, dropped_at=None).update(sent_at=utc_now())


@pytest.mark.usefixtures("histories")
def test_sound_data_has_no_findings() -> None:
    assert broken() == []


@pytest.mark.usefixtures("histories")
def test_erased_data_has_no_findings() -> None:
    for days in (60, 91, 400, 12 * 365):
        later = utc_now() + timedelta(days=days)
        delete_old_records(int(later.timestamp()))
        erase_expired(now=later)
        assert broken() == []
    assert not OutgoingMail.objects.exists()


def test_expiry_that_is_missing_is_found(billing_admin: User) -> None:
    set_rule("growth", "reset")
    paid_and_upgraded(billing_admin)
    assert broken() == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM billing_credittransaction WHERE kind = 'expiry'")
        cursor.execute("SET session_replication_role = DEFAULT")
    found = [sentence.split()[1] for sentence in broken()]
    assert found == ["2e.", "2g.", "3a.", "3b.", "3c."]


def test_missing_decision_mail_is_found_after_cleanup(billing_admin: User) -> None:
    """What was decided before the oldest mail that is there may have had its own."""
    with time_machine.travel(utc_now() - timedelta(days=100)):
        paid_and_upgraded(billing_admin)
    delete_old_records(int(utc_now().timestamp()))
    approve(make_payment(make_owner()), billing_admin)
    assert broken() == []
    OutgoingMail.objects.filter(kind="payment_approved").delete()
    payment = Payment.objects.latest("pk")
    assert broken() == [
        (
            "FAIL  5d. every decision was told, and to nobody twice: "
            f"no mail payment_approved:{payment.pk}"
        )
    ]


def test_invoice_year_follows_its_own_time_zone(catalog: None, settings: LazySettings) -> None:
    """Half past one in Karachi on New Year's Day; later the business moves."""
    settings.BUSINESS_TIME_ZONE = "Asia/Karachi"
    make_owner(now=datetime(2026, 12, 31, 20, 30, tzinfo=UTC))
    settings.BUSINESS_TIME_ZONE = "UTC"
    assert Invoice.objects.get().number == "INV-2027-000001"
    assert broken() == []


def test_data_of_earlier_versions_has_no_findings(
    billing_admin: User,
) -> None:
    """No zone of issue, no mails, a method that was kept later and is in another currency."""
    owner = make_owner(payment_method="jazzcash")
    approve(make_payment(owner), billing_admin)
    OutgoingMail.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE billing_invoice SET billing_snapshot = billing_snapshot - 'issue',"
            " method_snapshot = jsonb_set(method_snapshot, '{currency}', '\"EUR\"')"
        )
        cursor.execute("SET session_replication_role = DEFAULT")
    assert broken() == []
