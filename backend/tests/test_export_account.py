"""Export of an account: requested, made by the worker, emailed and downloaded."""

import json
from datetime import datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.signing import Signer
from django.db import OperationalError
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Industry, Subscription, User
from igny8_core.auth.services.sites import add_site
from igny8_core.business.billing.models import Payment
from igny8_core.business.data_rights.export import request_account_export
from igny8_core.business.data_rights.services.closing import close_account
from igny8_core.business.exports import files, services
from igny8_core.business.exports.models import Export
from igny8_core.business.exports.tasks import (
    WAITS,
    Retries,
    forget_old_exports,
    make_export,
    remove_unknown_files,
)
from igny8_core.business.subscriptions.services.customer import keep
from igny8_core.business.subscriptions.services.operator_plans import cancel_plan
from igny8_core.common.clock import utc_now
from igny8_core.common.letters import letter_for
from igny8_core.common.models import OutgoingMail
from tests.exports import made_export
from tests.factories import (
    PASSWORD,
    account_of,
    approve,
    client_of,
    invoice_of,
    make_owner,
    make_payment,
    make_pdf,
    make_receipt,
    reject,
)
from tests.life import run
from tests.smtp import run_worker, smtp_server

pytestmark = pytest.mark.django_db
URL = "/api/v1/auth/account/export/"


def archive_of(client: APIClient) -> ZipFile:
    """Request the file, let the worker make it, and follow the link in the email."""
    answer = client.post(URL, {"password": PASSWORD})
    assert answer.status_code == 202
    made_export()
    download: Any = client.get(link_in_the_mail())
    assert download.status_code == 200
    assert download.headers["Content-Type"] == "application/zip"
    assert download.headers["Content-Disposition"].startswith('attachment; filename="account-')
    return ZipFile(BytesIO(b"".join(download.streaming_content)))


def link_in_the_mail() -> str:
    """Return the URL that the web app calls for the link in the newest email."""
    mail = OutgoingMail.objects.filter(kind="export_ready").order_by("-pk")[0]
    _app, key = letter_for(mail).button_url.split("/account/export/")
    return f"{URL}{key}/"


def facts_of(archive: ZipFile) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(archive.read("account.json"))
    return facts


@pytest.fixture
def customer(owner: User, billing_admin: User) -> User:
    """An owner with a rejected and an approved payment, a member and a site."""
    slip = make_receipt()
    reject(make_payment(owner, reference="FIRST", proof=slip), billing_admin, "Not found")
    second = make_receipt("slip.pdf")
    second.file = BytesIO(make_pdf("Paid"))
    second.size = len(make_pdf("Paid"))
    approve(make_payment(owner, reference="SECOND", proof=second), billing_admin)
    industry = Industry.objects.get(slug="fashion")
    account = account_of(owner)
    add_site(account=account, creator=owner, name="Shop", domain="shop.example", industry=industry)
    User.objects.create_user("member@shop.example", PASSWORD, account=account, role="member")
    return owner


def test_export_contains_all_account_data(customer: User) -> None:
    archive = archive_of(client_of(customer))
    facts = facts_of(archive)

    first, second = Payment.objects.order_by("pk")
    assert sorted(archive.namelist()) == [
        "account.json",
        f"invoices/{invoice_of(customer).number}.pdf",
        f"proofs/payment-{first.pk}.png",
        f"proofs/payment-{second.pk}.pdf",
    ]
    assert archive.read(f"proofs/payment-{second.pk}.pdf").startswith(b"%PDF-")
    assert archive.read(f"invoices/{invoice_of(customer).number}.pdf").startswith(b"%PDF-")
    assert facts["account"]["billing_city"] == "Lahore"
    assert [user["email"] for user in facts["users"]] == [customer.email, "member@shop.example"]
    assert facts["users"][0]["email_addresses"][0]["email"] == customer.email
    assert [site["domain"] for site in facts["sites"]] == ["shop.example"]
    assert [item["status"] for item in facts["subscriptions"]] == ["active"]
    (invoice,) = facts["invoices"]
    assert invoice["billing_snapshot"]["customer"]["tax_id"] == "1234567-8"
    assert invoice["lines"][0]["amount"] == "89.00"
    assert {item["manual_reference"] for item in facts["payments"]} == {"FIRST", "SECOND"}
    assert [entry["amount"] for entry in facts["credits"]] == [1000]
    assert {"payment_rejected", "payment_approved"} <= {item["kind"] for item in facts["mails"]}
    assert "203.0.113.7" in {event["ip_address"] for event in facts["events"]}
    assert facts["proof_files"] == {
        str(first.pk): f"proofs/payment-{first.pk}.png",
        str(second.pk): f"proofs/payment-{second.pk}.pdf",
    }


def test_export_contains_no_other_account_data(customer: User, billing_admin: User) -> None:
    other = make_owner()
    make_payment(other, reference="OTHERS")
    text = archive_of(client_of(customer)).read("account.json").decode()

    for secret in (other.email, "OTHERS", billing_admin.email, "argon2", "md5$"):
        assert secret not in text


def test_export_says_who_did_what(customer: User) -> None:
    """What billing does by itself is done by nobody; a sign-up is the customer's."""
    began = Subscription.objects.get(account__users=customer).current_period_end
    assert began is not None
    for later in range(-7, 12):
        run(began + timedelta(days=later))
    events = facts_of(archive_of(client_of(customer)))["events"]
    doers = {event["event"]: event["by"] for event in events}
    assert doers == {
        "sign_up_paid": "customer",
        "confirm": "customer",
        "reject": "admin",
        "approve": "admin",
        "renew": "system",
        "fall_due": "system",
        "suspend": "system",
    }


def test_export_contains_no_note_of_an_admin(customer: User) -> None:
    """What customers are to read is in what it is about: a rejection's reason in its payment."""
    root = User.objects.create_superuser("root@desk.example", PASSWORD)
    account, now = account_of(customer), utc_now()
    by_root = Actor(user=root)
    cancel_plan(account_id=account.pk, actor=by_root, now=now, reason="Looks like fraud")
    keep(account=account, actor=Actor(user=customer), now=now, note="We stay")
    facts = facts_of(archive_of(client_of(customer)))
    notes = {event["event"]: event["note"] for event in facts["events"]}
    assert (notes["request_cancel"], notes["keep"]) == ("", "We stay")
    assert "Looks like fraud" not in json.dumps(facts)
    assert facts["payments"][-1]["admin_notes"] == "Not found"


def test_missing_proof_file_does_not_stop_export(customer: User) -> None:
    first, second = Payment.objects.order_by("pk")
    first.proof.delete(save=False)
    archive = archive_of(client_of(customer))

    assert list(facts_of(archive)["proof_files"]) == [str(second.pk)]
    assert f"proofs/payment-{second.pk}.pdf" in archive.namelist()


def test_export_requires_the_password(customer: User) -> None:
    answer = client_of(customer).post(URL, {"password": "wrong"})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "password_incorrect"


def test_export_response_states_recipient_and_expiry(customer: User) -> None:
    answer = client_of(customer).post(URL, {"password": PASSWORD}).json()
    export = Export.objects.get()
    assert answer["mailed_to"] == customer.email
    assert datetime.fromisoformat(answer["kept_until"]) == export.requested_at + timedelta(days=7)


def test_repeated_request_queues_one_export(customer: User) -> None:
    client = client_of(customer)
    for _ in range(3):
        assert client.post(URL, {"password": PASSWORD}).status_code == 202
    assert Export.objects.count() == 1
    assert ProcrastinateJob.objects.filter(task_name=services.MAKE).count() == 1


def test_export_runs_in_a_serial_job(customer: User) -> None:
    """PDFs of all invoices and all proofs take as long as they take."""
    client_of(customer).post(URL, {"password": PASSWORD})
    job = ProcrastinateJob.objects.get(task_name=services.MAKE)
    assert (job.queue_name, job.lock) == ("exports", services.MAKE)
    assert Export.objects.get().made_at is None
    assert files.stored() == []


def test_export_link_works_only_for_owner(customer: User) -> None:
    """It says nothing by itself, and what is made up says nothing either."""
    archive_of(client_of(customer))
    link = link_in_the_mail()
    member = User.objects.get(email="member@shop.example")
    assert client_of(customer).head(link).content == b""
    assert APIClient().head(link).status_code == 401
    assert APIClient().get(link).status_code == 401
    assert client_of(member).get(link).status_code == 403
    assert client_of(make_owner()).get(link).status_code == 404
    for key in ("1", "1.", "1.x", ".", "x.y", "\u0661", "%00", Signer(salt="exports").sign("1")):
        assert client_of(customer).get(f"{URL}{quote(key)}/").status_code == 404, key


def test_former_owner_cannot_download_export(customer: User) -> None:
    archive_of(client_of(customer))
    link = link_in_the_mail()
    member = User.objects.get(email="member@shop.example")
    User.objects.filter(pk=customer.pk).update(role="member")
    User.objects.filter(pk=member.pk).update(role="owner")
    assert client_of(User.objects.get(pk=customer.pk)).get(link).status_code == 403
    assert client_of(User.objects.get(pk=member.pk)).get(link).status_code == 404


def test_export_is_deleted_after_a_week(customer: User) -> None:
    archive_of(client_of(customer))
    link, export = link_in_the_mail(), Export.objects.get()
    forget_old_exports(int((export.kept_until - timedelta(hours=1)).timestamp()))
    assert default_storage.exists(export.file)
    forget_old_exports(int((export.kept_until + timedelta(hours=1)).timestamp()))
    assert not default_storage.exists(export.file)
    assert client_of(customer).get(link).status_code == 404


def test_exports_are_limited_to_three_a_day(customer: User) -> None:
    """Each is a mail, to an address that the person may not have confirmed."""
    client = client_of(customer)
    for _ in range(3):
        assert client.post(URL, {"password": PASSWORD}).status_code == 202
        made_export()
    refused = client.post(URL, {"password": PASSWORD})
    assert refused.status_code == 429
    assert refused.json()["errors"][0]["code"] == "export_limit_reached"
    assert 86_000 < int(refused.headers["Retry-After"]) <= 86_400
    later = utc_now() + timedelta(days=1, seconds=5)
    assert request_account_export(user=customer, now=later).made_at is None


def test_last_five_exports_are_kept(customer: User) -> None:
    for day in range(7):
        request_account_export(user=customer, now=utc_now() + timedelta(days=day))
        made_export()
    services.remove_unknown_files()
    assert sorted(files.stored()) == sorted(Export.objects.values_list("file", flat=True))
    assert len(files.stored()) == 5


def test_closing_account_deletes_its_exports(customer: User, billing_admin: User) -> None:
    archive_of(client_of(customer))
    close_account(account_id=account_of(customer).pk, actor=Actor(user=customer), now=utc_now())
    assert not Export.objects.exists()
    assert ProcrastinateJob.objects.filter(task_name=services.REMOVE_FILES).exists()
    remove_unknown_files()
    assert files.stored() == []
    mail = OutgoingMail.objects.get(kind="export_ready")
    assert mail.recipient.endswith("@closed.invalid")


def test_failed_export_is_retried_then_reported(
    customer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_of(customer).post(URL, {"password": PASSWORD})
    export = Export.objects.get()

    def fail(*_args: object) -> None:
        message = "the disk is full"
        raise OSError(message)

    monkeypatch.setattr(files, "store", fail)
    job = SimpleNamespace(attempts=0, task_kwargs={"export_id": export.pk})
    for attempt in range(len(WAITS) + 1):
        job.attempts = attempt
        assert not OutgoingMail.objects.filter(kind="export_failed").exists()
        with pytest.raises(OSError, match="disk"):
            make_export(SimpleNamespace(job=job), export_id=export.pk)  # type: ignore[arg-type]
        waits = Retries().get_retry_decision(exception=OSError(), job=job)  # type: ignore[arg-type]
        assert (waits is None) == (attempt == len(WAITS))
    mail = OutgoingMail.objects.get(kind="export_failed")
    assert mail.recipient == customer.email
    assert export.file_name in letter_for(mail).context["file_name"]
    monkeypatch.undo()
    assert client_of(customer).post(URL, {"password": PASSWORD}).status_code == 202
    made_export()


def test_export_that_ends_its_worker_each_time_is_given_up(
    customer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when it needs too much memory: such a job is queued again, whatever its retries."""
    client_of(customer).post(URL, {"password": PASSWORD})
    export = Export.objects.get()
    monkeypatch.setattr(services, "make", lambda **_arguments: pytest.fail("made once more"))
    job = SimpleNamespace(attempts=len(WAITS) + 1)
    make_export(SimpleNamespace(job=job), export_id=export.pk)  # type: ignore[arg-type]
    assert OutgoingMail.objects.get(kind="export_failed").recipient == customer.email


def test_person_is_told_of_a_failed_export_once_the_database_is_back(
    customer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_of(customer).post(URL, {"password": PASSWORD})
    export = Export.objects.get()

    def lose_it(**_arguments: object) -> None:
        raise OperationalError

    job = SimpleNamespace(attempts=len(WAITS), task_kwargs={"export_id": export.pk})
    context: Any = SimpleNamespace(job=job)
    with monkeypatch.context() as patch:
        patch.setattr(services, "make", lose_it)
        patch.setattr(services, "give_up", lose_it)
        with pytest.raises(OperationalError) as lost:
            make_export(context, export_id=export.pk)
    assert Retries().get_retry_decision(exception=lost.value, job=context.job) is not None
    job.attempts += 1
    make_export(context, export_id=export.pk)
    assert OutgoingMail.objects.get(kind="export_failed").recipient == customer.email


@pytest.mark.django_db(transaction=True)
def test_failed_export_holds_up_no_other() -> None:
    first, second = (request_account_export(user=make_owner(), now=utc_now()) for _ in range(2))
    default_storage.save(f"{first.file}/in-the-way", ContentFile(b"a folder can't be a file"))
    with smtp_server() as mailbox:
        run_worker(mailbox.port)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.made_at is None
    assert second.made_at is not None


def test_killed_worker_leaves_no_export_file(customer: User) -> None:
    """The next try stores it in the same place; what is forgotten meanwhile is not kept."""
    client_of(customer).post(URL, {"password": PASSWORD})
    export = Export.objects.get()
    default_storage.save(export.file, ContentFile(b"half of i"))
    made_export()
    assert files.stored() == [export.file]
    assert default_storage.size(export.file) == Export.objects.get().size
