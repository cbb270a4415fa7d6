"""POST auth/account/close/: what ends, what is erased, and what is kept."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import mail, serializers
from django.core.files.storage import default_storage
from django.db import OperationalError, connection, transaction
from django.test import Client, RequestFactory
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from igny8_core.auth.actors import Actor
from igny8_core.auth.exceptions import AccountNotUsable
from igny8_core.auth.log_in.own_password import require_own_password
from igny8_core.auth.log_in.sessions import SessionStore
from igny8_core.auth.models import Account, EmailChange, Industry, Session, Site, Subscription, User
from igny8_core.auth.services.accounts import change_account, change_profile
from igny8_core.auth.services.sites import add_site
from igny8_core.business.billing import tasks as billing_tasks
from igny8_core.business.billing.models import (
    CreditTransaction,
    Invoice,
    Payment,
    PaymentEvent,
)
from igny8_core.business.data_rights.services.closing import close_account
from igny8_core.business.integrity.verify import verify_billing
from igny8_core.business.proofs.models import ProofAttempt
from igny8_core.business.subscriptions.services.customer import change_plan_now
from igny8_core.common.clock import utc_now
from igny8_core.common.http.rate_limits import rate_limits
from igny8_core.common.mail import deliver_mail
from igny8_core.common.models import IdempotencyRecord, OutgoingMail
from tests.factories import (
    PASSWORD,
    account_of,
    approve,
    client_of,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
    make_receipt,
    reject,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/auth/account/close/"
SECRETS = (
    "Ayesha", "Khan", "Lahore", "1234567-8", "shop.example", "203.0.113.7", "SECRET",
)  # fmt: skip


def body(user: User, **changes: str) -> dict[str, str]:
    return {"password": PASSWORD, "confirmation": user.email, **changes}


def close(user: User, client: APIClient | None = None, **changes: Any) -> Any:
    return (client or client_of(user)).post(URL, body(user, **changes))


def code_of(answer: Any) -> str:
    return str(answer.json()["errors"][0]["code"])


def assert_all_invariants_hold() -> None:
    assert [str(check) for check in verify_billing() if not check.holds] == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def customer(owner: User, billing_admin: User) -> User:
    """An owner with a paid plan, a rejected payment, an upgrade to pay, a member and a site."""
    claim = make_payment(owner, reference="SECRET-1", notes="SECRET note", proof=make_receipt())
    reject(claim, billing_admin, "SECRET reason")
    approve(make_payment(owner, reference="BT-PAID", proof=make_receipt()), billing_admin)
    account = account_of(owner)
    change_plan_now(
        account=account,
        plan_slug="growth",
        method_code="bank_transfer",
        actor=Actor(user=owner, ip_address="203.0.113.7"),
        now=utc_now(),
    )
    industry = Industry.objects.get(slug="fashion")
    add_site(account=account, creator=owner, name="Shop", domain="shop.example", industry=industry)
    User.objects.create_user("member@shop.example", PASSWORD, account=account, role="member")
    EmailChange.objects.create(
        user=owner, new_email="secret-new@shop.example", requested_at=utc_now()
    )
    return owner


def test_closing_ends_everything_with_its_own_event(customer: User) -> None:
    answer = close(customer)

    assert answer.status_code == 200
    account = Account.objects.get()
    assert answer.json() == {
        "account_id": account.pk,
        "status": "cancelled",
        "closed_at": answer.json()["closed_at"],
        "kept_until": f"{utc_now().year + 10}-12-31",
    }
    assert account.status == "cancelled"
    assert set(Subscription.objects.values_list("status", flat=True)) == {"cancelled"}
    assert sorted(Invoice.objects.values_list("status", flat=True)) == ["paid", "void"]
    moved = PaymentEvent.objects.filter(event="close_account")
    assert Counter(moved.values_list("object_type", "from_state", "to_state")) == {
        ("invoice", "pending", "void"): 1,
        ("subscription", "pending_payment", "cancelled"): 1,
        ("subscription", "active", "cancelled"): 1,
        ("account", "active", "cancelled"): 1,
    }
    assert_all_invariants_hold()


def everything() -> str:
    """All rows of all tables with customers' data, as text."""
    rows: list[Any] = []
    for model in (
        Account, User, Site, EmailAddress, EmailChange, Authenticator, Session, LogEntry, Payment,
        PaymentEvent, IdempotencyRecord, OutgoingMail, ProcrastinateJob,
    ):  # fmt: skip
        rows.extend(model._default_manager.all())
    sessions = [SessionStore().decode(row.session_data) for row in Session.objects.all()]
    texts = str(serializers.serialize("json", rows)) + json.dumps(sessions)
    return texts.replace("Main Branch Lahore", "")  # from the payment details: our own bank


def test_closing_erases_personal_data(customer: User, billing_admin: User) -> None:
    """Only the goodbye mail knows the address, until it is deleted in its time."""
    log_in(customer)
    refused = make_payment(customer, amount=invoice_of(customer).total, reference="SECRET-2")
    answer = client_of(billing_admin).post(
        f"/api/v1/billing/admin/payments/{refused.pk}/reject/",
        {"admin_notes": "SECRET again"},
        headers={"Idempotency-Key": "of-an-admin"},
    )
    assert answer.status_code == 200
    Authenticator.objects.create(user=customer, type="totp", data={"secret": "SECRET"})
    record = {
        "scope": f"POST /x {customer.pk}",
        "key": "k",
        "fingerprint": "",
        "response_status": 1,
        "account_id": account_of(customer).pk,
    }
    IdempotencyRecord.objects.create(**record, response_body={"email": customer.email})
    LogEntry.objects.create(
        user=billing_admin,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(customer.pk),
        object_repr=customer.email,
        action_flag=CHANGE,
    )
    before = everything()
    assert [secret for secret in SECRETS if secret not in before] == []

    assert close(customer).status_code == 200
    goodbye = OutgoingMail.objects.get(kind="account_closed")
    assert goodbye.recipient == customer.email
    goodbye.delete()
    after = everything()
    assert [secret for secret in SECRETS if secret in after] == []


def log_in(user: User) -> APIClient:
    """Sign in like a browser: the session stores the address."""
    client = APIClient()
    credentials = {"email": user.email, "password": PASSWORD}
    answer = client.post("/_allauth/browser/v1/auth/login", credentials)
    assert answer.status_code == 200
    return client


def test_closing_keeps_legally_required_records(customer: User) -> None:
    paid = Invoice.objects.get(status="paid")
    payment = Payment.objects.get(status="succeeded")
    snapshot, entries = paid.billing_snapshot, list(CreditTransaction.objects.values())
    close(customer)

    paid.refresh_from_db()
    assert paid.billing_snapshot == snapshot
    assert paid.billing_snapshot["customer"]["billing_city"] == "Lahore"
    payment.refresh_from_db()
    assert payment.manual_reference == "BT-PAID"
    assert default_storage.exists(str(payment.proof))
    assert list(CreditTransaction.objects.values()) == entries
    assert account_of(User.objects.get(pk=customer.pk)).country == "PK"


def test_rejected_payment_proof_is_deleted(customer: User) -> None:
    files = Payment.objects.get(status="failed").proof_files
    assert len(files) == 3  # with its pictures
    close(customer)
    job = ProcrastinateJob.objects.filter(task_name__endswith="delete_files").latest("pk")
    assert job.args == {"names": sorted(files)}
    billing_tasks.delete_files(**job.args)
    billing_tasks.delete_files(**job.args)  # a second time, as after a worker has died

    assert not any(map(default_storage.exists, files))
    refused = Payment.objects.get(status="failed")
    assert (refused.proof.name, refused.proof_sha256, refused.proof_size) == ("", "", 0)
    assert (refused.proof_state, refused.proof_files) == ("none", [])
    assert not ProofAttempt.objects.filter(account=refused.invoice.account).exists()


def test_closed_account_users_cannot_sign_in(customer: User) -> None:
    clients = [log_in(customer), log_in(User.objects.get(email="member@shop.example"))]
    program = APIClient()
    token = program.post(
        "/_allauth/app/v1/auth/login", {"email": customer.email, "password": PASSWORD}
    ).json()["meta"]["session_token"]
    headers = {"X-Session-Token": token}
    assert program.get("/api/v1/auth/me/", headers=headers).status_code == 200
    assert close(customer, clients[0]).status_code == 200

    for client in clients:
        assert client.get("/api/v1/auth/me/").status_code == 401
    assert program.get("/api/v1/auth/me/", headers=headers).status_code == 401
    credentials = {"email": customer.email, "password": PASSWORD}
    assert APIClient().post("/_allauth/browser/v1/auth/login", credentials).status_code == 400
    users = User.objects.filter(account__status="cancelled")
    assert {(user.is_active, user.has_usable_password()) for user in users} == {(False, False)}


def test_closed_account_email_can_sign_up_again(customer: User) -> None:
    close(customer)
    assert make_owner(email=customer.email).email == customer.email


def test_goodbye_mail_goes_to_last_addresses(customer: User) -> None:
    books = "books@shop.example"
    Account.objects.update(billing_email=books, confirmed_billing_email=books)
    User.objects.update(language="ur")
    close(customer)

    goodbyes = OutgoingMail.objects.filter(kind="account_closed")
    assert sorted(goodbyes.values_list("recipient", flat=True)) == sorted(
        ["books@shop.example", customer.email]
    )
    deliver_mail(mail_id=goodbyes[0].pk)
    assert mail.outbox[0].subject == "آپ کا اکاؤنٹ بند کر دیا گیا ہے"
    assert f"{utc_now().year + 10}-12-31" in mail.outbox[0].body


def test_unsent_mails_are_dropped(customer: User) -> None:
    waiting = OutgoingMail.objects.filter(kind="payment_approved").latest("pk")
    assert waiting.sent_at is None
    close(customer)
    deliver_mail(mail_id=waiting.pk)

    assert mail.outbox == []
    waiting.refresh_from_db()
    assert (waiting.sent_at, waiting.drop_reason) == (None, "The account was closed before.")
    assert "facts" not in waiting.arguments


def test_other_recipients_keep_their_mails(customer: User, billing_admin: User) -> None:
    """Also an admin who was told of this account's payment."""
    other = make_owner()
    theirs = OutgoingMail.objects.filter(recipient=other.email)
    kept = set(theirs.values_list("pk", flat=True))
    OutgoingMail.objects.create(
        key="payment_waiting:1",
        kind="payment_waiting",
        recipient=billing_admin.email,
        language="en",
        arguments={"payment_id": Payment.objects.latest("pk").pk},
    )
    close(customer)
    assert kept
    assert set(theirs.values_list("pk", flat=True)) == kept
    assert OutgoingMail.objects.get(kind="payment_waiting").recipient == billing_admin.email


@pytest.mark.parametrize(
    ("changes", "code", "attr"),
    [
        ({"password": "wrong"}, "password_incorrect", "password"),
        ({"password": ""}, "blank", "password"),
        ({"confirmation": "member@shop.example"}, "confirmation_mismatch", "confirmation"),
    ],
)
def test_wrong_password_or_confirmation_is_refused(
    customer: User, changes: dict[str, Any], code: str, attr: str
) -> None:
    answer = close(customer, **changes)

    assert (answer.status_code, code_of(answer)) == (400, code)
    assert answer.json()["errors"][0]["attr"] == attr
    assert Account.objects.get().status == "active"
    assert client_of(customer).get("/api/v1/auth/me/").status_code == 200


def test_password_guessing_is_limited(customer: User, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = rate_limits({}, is_relaxed=False)
    answers = [close(customer, password="wrong") for _ in range(11)]

    assert (answers[-1].status_code, code_of(answers[-1])) == (429, "too_many_attempts")
    assert close(customer).status_code == 429  # even with the right password


def test_slow_password_guessing_is_limited(customer: User, settings: LazySettings) -> None:
    """One guess in two minutes: it counts as one at the log-in does, twenty an hour."""
    settings.ACCOUNT_RATE_LIMITS = rate_limits({}, is_relaxed=False)
    statuses = []
    for number in range(21):
        moment = datetime.now(UTC) + timedelta(minutes=2 * number)
        with time_machine.travel(moment, tick=False):
            statuses.append(close(customer, password="wrong").status_code)
    assert statuses == [400] * 20 + [429]


def test_payment_under_review_blocks_closing(customer: User) -> None:
    make_payment(customer)
    answer = close(customer)

    assert (answer.status_code, code_of(answer)) == (409, "payment_already_under_review")
    assert answer.json()["state"] == "under_review"
    assert Account.objects.get().status == "active"
    assert User.objects.get(pk=customer.pk).first_name == "Ayesha"


def test_staff_user_leaves_and_can_still_sign_in(customer: User) -> None:
    User.objects.filter(pk=customer.pk).update(is_staff=True)
    assert close(customer).status_code == 200

    staff = User.objects.get(pk=customer.pk)
    assert (staff.account, staff.role, staff.is_active) == (None, "member", True)
    assert staff.email == customer.email
    assert User.objects.get(account__isnull=False).email.endswith("@closed.invalid")


def test_closed_account_cannot_be_changed(customer: User) -> None:
    """What was sent at the same moment, and came second."""
    account = account_of(customer)
    close(customer)

    with pytest.raises(AccountNotUsable):
        change_account(account=account, changes={"name": "Again"})
    with pytest.raises(AccountNotUsable):
        change_profile(user=customer, changes={"first_name": "Again"})
    customer.first_name = "Again"
    with pytest.raises(OperationalError, match="stays closed"), transaction.atomic():
        customer.save()  # an old copy of the row
    with pytest.raises(OperationalError, match="stays closed"), transaction.atomic():
        account.save()
    assert_all_invariants_hold()


def test_desk_shows_closed_account_as_closed(customer: User, admin_client: Client) -> None:
    close(customer)
    account = Account.objects.get()
    listed = admin_client.get("/admin/igny8_auth/account/").content.decode()
    assert f"Closed account {account.pk}" in listed
    assert "Cancelled" in listed
    page = admin_client.get(f"/admin/igny8_auth/account/{account.pk}/change/").content.decode()
    assert 'name="_save"' not in page
    paid = Payment.objects.get(status="succeeded")
    assert admin_client.get(f"/admin/billing/payment/{paid.pk}/change/").status_code == 200


def test_reversal_after_closing_sends_no_mail(customer: User) -> None:
    close(customer)
    OutgoingMail.objects.all().delete()
    paid = Payment.objects.get(status="succeeded")
    answer = client_of(make_billing_admin()).post(
        f"/api/v1/billing/admin/payments/{paid.pk}/reverse/",
        {"reason": "Recalled by the bank", "invoice_becomes": "void"},
    )

    assert answer.status_code == 200
    assert Account.objects.get().status == "cancelled"
    assert not OutgoingMail.objects.exists()
    assert_all_invariants_hold()


def test_closed_trial_leaves_no_records(catalog: None) -> None:
    user = make_owner(plan_slug="free")
    answer = close(user)

    assert answer.json()["kept_until"] is None
    goodbye = OutgoingMail.objects.get(kind="account_closed")
    deliver_mail(mail_id=goodbye.pk)
    assert "we keep no personal data about you" in mail.outbox[0].body
    assert_all_invariants_hold()


def test_second_closing_is_refused(customer: User) -> None:
    account = account_of(customer)
    close(customer)
    with pytest.raises(Exception, match="already closed"):
        close_account(account_id=account.pk, actor=Actor(), now=utc_now() + timedelta(days=1))
    assert PaymentEvent.objects.filter(event="close_account", object_type="account").count() == 1


def test_admin_can_read_closed_account_payment(customer: User) -> None:
    close(customer)
    payment = Payment.objects.get(status="succeeded")
    answer = client_of(make_billing_admin()).get(f"/api/v1/billing/admin/payments/{payment.pk}/")
    assert answer.status_code == 200
    assert invoice_of(User.objects.get(pk=customer.pk)).status == "void"


def test_late_request_after_closing_gets_account_not_usable(customer: User) -> None:
    """Its password is nobody's by then, and not the person's mistake."""
    late = RequestFactory().post(URL)
    late.user = User.objects.get(pk=customer.pk)
    assert close(customer).status_code == 200
    with request_context(late), pytest.raises(AccountNotUsable):
        require_own_password(late, password=PASSWORD)
