"""From upload to proof: stored by the request, rewritten by the worker."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from unittest import mock

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment, PaymentEvent
from igny8_core.business.billing.proof_check import (
    LONGEST_WAIT,
    Patience,
    check_proof,
    draw_proof,
    queue_forgotten_proofs,
)
from igny8_core.business.billing.services.confirmation import confirm_payment
from igny8_core.business.billing.tasks import delete_files, remove_orphaned_proofs
from igny8_core.business.proofs import files, inbox, sandbox
from igny8_core.business.proofs.enums import ProofRefusal
from igny8_core.business.proofs.models import ProofAttempt
from igny8_core.common.clock import utc_now
from igny8_core.common.letters import letter_for, render_letter
from igny8_core.common.models import OutgoingMail
from tests.factories import (
    approve,
    check,
    client_of,
    confirmation_of,
    make_owner,
    make_payment,
    make_pdf,
    make_receipt,
    make_unchecked_payment,
    reject,
)

pytestmark = pytest.mark.django_db
CONFIRM = "/api/v1/billing/admin/payments/confirm/"
BROKEN = b"%PDF-1.7 and then nothing of the kind"


def upload(content: bytes = BROKEN) -> SimpleUploadedFile:
    return SimpleUploadedFile("slip", content)


def confirm(owner: User, client: APIClient, file: Any, **headers: str) -> Any:
    body = {**confirmation_of(owner), "proof": file}
    return client.post(CONFIRM, body, format="multipart", headers=headers)


def send(payment: Payment, client: APIClient, file: Any, **headers: str) -> Any:
    url = f"/api/v1/billing/payments/{payment.pk}/send-proof/"
    return client.post(url, {"proof": file}, format="multipart", headers=headers)


def shown(payment: Payment, client: APIClient) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/api/v1/billing/payments/{payment.pk}/").json()
    return answer


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["errors"][0]["code"])


def stored() -> set[str]:
    """The names of all existing files."""

    def below(folder: str) -> Iterator[str]:
        folders, names = default_storage.listdir(folder)
        for name in names:
            yield f"{folder}/{name}".lstrip("/")
        for name in folders:
            yield from below(f"{folder}/{name}".lstrip("/"))

    return set(below("")) if default_storage.exists("") else set()


def jobs(task: str) -> list[dict[str, Any]]:
    return [job.args for job in ProcrastinateJob.objects.filter(task_name=task).order_by("pk")]


def work() -> None:
    """Run the jobs in the queue: check files, then delete files."""
    for arguments in jobs("check_proof"):
        check_proof(**arguments, now=utc_now())
    for arguments in jobs("igny8_core.business.billing.tasks.delete_files"):
        delete_files(**arguments)


# The life of a file


def test_worker_regenerates_the_uploaded_file(owner: User, owner_api: APIClient) -> None:
    photo = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright
    exif[0x010E] = "Taken at home"
    Image.new("RGB", (40, 20), "red").save(photo, "JPEG", exif=exif)
    answer = confirm(owner, owner_api, upload(photo.getvalue()))

    assert answer.status_code == 201
    said = answer.json()
    assert (said["status"], said["proof_state"]) == ("pending_approval", "checking")
    assert (said["has_proof"], said["proof_url"], said["proof_refusal"]) == (False, None, None)
    payment = Payment.objects.get()
    assert stored() == {payment.proof_upload}
    assert payment.proof_sha256 == hashlib.sha256(photo.getvalue()).hexdigest()

    work()
    payment.refresh_from_db()
    assert shown(payment, owner_api)["proof_state"] == "kept"
    assert stored() == set(payment.proof_files)
    assert len(payment.proof_files) == 3  # with its thumbnail and one page
    assert payment.proof_sha256 == hashlib.sha256(photo.getvalue()).hexdigest()
    kept = owner_api.get(f"/api/v1/billing/payments/{payment.pk}/proof/")
    content = b"".join(kept.streaming_content)  # type: ignore[attr-defined]
    assert len(content) == payment.proof_size
    assert b"Taken at home" not in content
    with Image.open(BytesIO(content)) as image:
        assert (image.format, image.size) == ("JPEG", (20, 40))
    work()  # once more, as after a worker has died
    assert stored() == set(payment.proof_files)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(make_receipt().read(), "image/png"), (make_pdf("Paid"), "application/pdf")],
    ids=["a picture", "a PDF"],
)
def test_file_type_comes_from_content(
    owner: User, owner_api: APIClient, content: bytes, content_type: str
) -> None:
    file = SimpleUploadedFile("../receipt.html", content, content_type="text/html")
    assert confirm(owner, owner_api, file).status_code == 201
    work()
    payment = Payment.objects.get()
    assert payment.proof_content_type == content_type
    assert "receipt" not in "".join(payment.proof_files)
    answer = owner_api.get(f"/api/v1/billing/payments/{payment.pk}/proof/")
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Content-Disposition"].startswith("attachment")
    answer.close()


def test_request_does_not_decode_or_scan_file(
    owner: User, owner_api: APIClient, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CLAMAV_ADDRESS = "unix:/nobody"
    monkeypatch.setattr("subprocess.Popen", None)
    monkeypatch.setattr("socket.socket", None)
    assert confirm(owner, owner_api, make_receipt()).status_code == 201


def test_file_is_stored_outside_transactions(
    owner: User, owner_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for the store keeps nobody waiting for a lock."""
    depths = []
    save = default_storage.save

    def watched(name: str, content: Any) -> str:
        depths.append(len(connection.savepoint_ids))
        return save(name, content)

    monkeypatch.setattr(default_storage._wrapped, "save", watched, raising=False)  # type: ignore[attr-defined]
    outside = len(connection.savepoint_ids)
    assert confirm(owner, owner_api, make_receipt()).status_code == 201
    work()
    assert depths == [outside] * 4  # the upload; proof, thumbnail and page


# Refused files


def test_refused_file_keeps_payment_and_sends_mail(owner: User, owner_api: APIClient) -> None:
    payment = Payment.objects.get(pk=confirm(owner, owner_api, upload()).json()["id"])
    work()

    said = shown(payment, owner_api)
    assert (said["status"], said["proof_state"]) == ("pending_approval", "refused")
    assert said["proof_refusal"] == {
        "code": "unreadable",
        "detail": ProofRefusal.UNREADABLE.label,
    }
    assert stored() == set()
    event = PaymentEvent.objects.filter(payment=payment).latest("pk")
    assert (event.event, event.actor, event.note) == (
        "refuse_proof",
        None,
        ProofRefusal.UNREADABLE.label,
    )
    mail = OutgoingMail.objects.get(kind="proof_refused")
    assert mail.recipient == owner.email
    assert mail.arguments["facts"]["reason"] == "unreadable"
    work()  # once more
    assert OutgoingMail.objects.filter(kind="proof_refused").count() == 1


def test_refused_file_of_decided_payment_sends_no_mail(owner: User, billing_admin: User) -> None:
    payment = make_unchecked_payment(owner, proof=upload())
    approve(payment, billing_admin)
    check(payment)
    assert (payment.status, payment.proof_state) == ("succeeded", "refused")
    assert not OutgoingMail.objects.filter(kind="proof_refused").exists()


def test_proof_of_approved_payment_is_kept(owner: User, billing_admin: User) -> None:
    """The worker comes after the admin."""
    payment = make_unchecked_payment(owner, proof=make_receipt())
    approve(payment, billing_admin)
    check(payment)
    assert (payment.status, payment.proof_state) == ("succeeded", "kept")


@pytest.mark.parametrize("reason", ProofRefusal)
def test_every_refusal_reason_has_its_own_text(
    owner: User, settings: LazySettings, reason: ProofRefusal
) -> None:
    make_payment(owner, proof=upload())
    mail = OutgoingMail.objects.get(kind="proof_refused")
    codes = [code for code, _name in settings.LANGUAGES]

    def words_for(refusal: str) -> list[str]:
        Payment.objects.update(proof_refusal=refusal)
        mail.arguments["facts"]["reason"] = refusal
        return [render_letter(letter_for(mail), language=code)["layout.txt"] for code in codes]

    told, of_others = words_for(reason.value), words_for("unreadable")
    differ = [mine != others for mine, others in zip(told, of_others, strict=True)]
    assert differ == [reason != ProofRefusal.UNREADABLE] * len(settings.LANGUAGES)


# Another file


def test_refused_file_can_be_replaced(owner: User, owner_api: APIClient) -> None:
    payment = make_payment(owner, proof=upload())
    answer = send(payment, owner_api, make_receipt())
    assert (answer.status_code, answer.json()["proof_state"]) == (200, "checking")
    assert answer.json()["proof_refusal"] is None
    payment.refresh_from_db()
    event = PaymentEvent.objects.filter(payment=payment).latest("pk")
    assert (event.event, event.actor) == ("replace_proof", owner)

    check(payment)
    assert shown(payment, owner_api)["proof_state"] == "kept"


def test_missing_file_can_be_sent_later(owner: User, owner_api: APIClient) -> None:
    payment = make_payment(owner)
    assert send(payment, owner_api, make_receipt()).json()["proof_state"] == "checking"


@pytest.mark.parametrize("make", [make_payment, make_unchecked_payment])
def test_existing_file_cannot_be_replaced(
    owner: User, owner_api: APIClient, make: Callable[..., Payment]
) -> None:
    payment = make(owner, proof=make_receipt())
    answer = send(payment, owner_api, make_receipt())
    assert code_of(answer) == (409, "proof_not_replaceable")
    assert answer.json()["state"] == "pending_approval"
    work()
    payment.refresh_from_db()
    assert stored() == set(payment.proof_files)


def test_file_for_decided_payment_is_refused(
    owner: User, owner_api: APIClient, billing_admin: User
) -> None:
    payment = make_payment(owner)
    reject(payment, billing_admin)
    assert code_of(send(payment, owner_api, make_receipt())) == (409, "payment_already_decided")
    work()
    assert stored() == set()


def test_file_for_foreign_payment_returns_404(owner: User) -> None:
    payment = make_payment(owner)
    answer = send(payment, client_of(make_owner()), make_receipt())
    assert code_of(answer) == (404, "not_found")
    work()
    assert stored() == set()


def test_form_without_file_is_refused(owner: User, owner_api: APIClient) -> None:
    payment = make_payment(owner)
    url = f"/api/v1/billing/payments/{payment.pk}/send-proof/"
    answer = owner_api.post(url, {}, format="multipart")
    assert code_of(answer) == (400, "required")


def test_superseded_upload_is_discarded(owner: User, owner_api: APIClient) -> None:
    """The worker was slow: the claim was withdrawn from under it, or has another file by now."""
    payment = make_unchecked_payment(owner, proof=make_receipt())
    name = payment.proof_upload
    Payment.objects.update(proof_upload="uploads/another")
    check_proof(payment_id=payment.pk, upload=name, now=utc_now())
    assert stored() == set()
    payment.refresh_from_db()
    assert payment.proof_upload == "uploads/another"


# Once


def test_repeated_request_stores_one_file(owner: User, owner_api: APIClient) -> None:
    first = confirm(owner, owner_api, make_receipt(), Idempotency_Key="k-1")
    again = confirm(owner, owner_api, make_receipt(), Idempotency_Key="k-1")

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert stored() == {Payment.objects.get().proof_upload}
    assert ProofAttempt.objects.count() == 1

    other = confirm(owner, owner_api, upload(make_pdf()), Idempotency_Key="k-1")
    assert code_of(other) == (422, "idempotency_key_reused")
    assert len(stored()) == 1


def test_repeated_replacement_stores_one_file(owner: User, owner_api: APIClient) -> None:
    payment = make_payment(owner, proof=upload())
    answers = [send(payment, owner_api, make_receipt(), Idempotency_Key="k-1") for _ in "12"]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert len(stored()) == 1


def test_retried_transaction_stores_one_file(owner: User, owner_api: APIClient) -> None:
    from psycopg.errors import DeadlockDetected

    lost = mock.Mock(side_effect=[DeadlockDetected(), DeadlockDetected(), mock.DEFAULT])
    lost.return_value = None

    def fight(**arguments: Any) -> Payment:
        lost()
        return confirm_payment(**arguments)

    with mock.patch("igny8_core.business.billing.services.confirmation.confirm_payment", fight):
        assert confirm(owner, owner_api, make_receipt()).status_code == 201
    assert lost.call_count == 3
    assert stored() == {Payment.objects.get().proof_upload}


def test_file_of_refused_confirmation_is_deleted(owner: User, owner_api: APIClient) -> None:
    body = {**confirmation_of(owner), "amount": "1.00", "proof": make_receipt()}
    assert code_of(owner_api.post(CONFIRM, body, format="multipart")) == (400, "amount_mismatch")
    assert len(stored()) == 1
    work()
    assert stored() == set()


# Limits


def send_and_withdraw(owner: User, client: APIClient, **extra: Any) -> Any:
    body = {**confirmation_of(owner), "proof": make_receipt()}
    answer = client.post(CONFIRM, body, format="multipart", **extra)
    if answer.status_code == 201:
        client.post(f"/api/v1/billing/payments/{answer.json()['id']}/withdraw/")
    return answer


def test_files_per_account_are_limited_per_day(
    owner: User, owner_api: APIClient, settings: LazySettings
) -> None:
    settings.BILLING_PROOFS_PER_DAY = 2
    answers = [send_and_withdraw(owner, owner_api) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    error = answers[-1].json()["errors"][0]
    assert (error["code"], error["attr"]) == ("proof_limit_reached", "proof")
    assert int(answers[-1].headers["Retry-After"]) == pytest.approx(86400, abs=60)
    other = make_owner()
    assert send_and_withdraw(other, client_of(other)).status_code == 201  # others can continue

    ProofAttempt.objects.update(at=utc_now() - timedelta(days=1, minutes=1))
    assert send_and_withdraw(owner, owner_api).status_code == 201


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"GIF89a is not taken", 400, "proof_type_not_accepted"),
        (b"%PDF-" + b"x" * 5 * 1024 * 1024, 400, "proof_too_large"),
        (make_receipt().read(), 400, "amount_mismatch"),
    ],
)
def test_file_refused_by_request_counts_toward_limit(
    owner: User,
    owner_api: APIClient,
    settings: LazySettings,
    content: bytes,
    status: int,
    code: str,
) -> None:
    settings.BILLING_PROOFS_PER_DAY = 1
    body = {**confirmation_of(owner), "amount": "1.00"}
    answers = [
        owner_api.post(CONFIRM, {**body, "proof": upload(content)}, format="multipart")
        for _ in range(2)
    ]
    assert [code_of(answer) for answer in answers] == [(status, code), (429, "proof_limit_reached")]


def test_file_refused_by_worker_counts_toward_limit(
    owner: User, owner_api: APIClient, settings: LazySettings
) -> None:
    settings.BILLING_PROOFS_PER_DAY = 1
    payment = make_payment(owner, proof=upload())
    assert code_of(send(payment, owner_api, make_receipt())) == (429, "proof_limit_reached")


def test_bytes_per_account_are_limited_per_day(
    owner: User, owner_api: APIClient, settings: LazySettings
) -> None:
    size = len(make_receipt().read())
    settings.BILLING_PROOF_BYTES_PER_DAY = 2 * size
    answers = [send_and_withdraw(owner, owner_api) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]


def test_files_per_address_are_limited_per_day(catalog: None, settings: LazySettings) -> None:
    """Whatever number of accounts somebody makes; an IPv6 client has a whole network."""
    settings.BILLING_PROOFS_PER_DAY_AND_ADDRESS = 2
    answers = []
    for number in range(3):
        owner = make_owner()
        address = {"REMOTE_ADDR": f"2001:db8::{number}"}
        answers.append(send_and_withdraw(owner, client_of(owner), **address))
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    owner = make_owner()
    elsewhere = send_and_withdraw(owner, client_of(owner), REMOTE_ADDR="2001:db8:1::1")
    assert elsewhere.status_code == 201


def test_confirmation_without_file_has_no_file_limit(
    owner: User, owner_api: APIClient, settings: LazySettings
) -> None:
    settings.BILLING_PROOFS_PER_DAY = 0
    assert owner_api.post(CONFIRM, confirmation_of(owner)).status_code == 201


def test_oversized_body_returns_413(owner: User, owner_api: APIClient) -> None:
    answer = confirm(owner, owner_api, upload(b"%PDF-" + b"x" * 11 * 1024 * 1024))
    assert code_of(answer) == (413, "body_too_large")
    assert not ProofAttempt.objects.exists()


def test_concurrent_uploads_are_limited(
    owner: User, owner_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner_api.raise_request_exception = False
    monkeypatch.setattr(inbox, "WAITING_SECONDS", 0)
    for _ in range(inbox.STORED_AT_ONCE):
        inbox.places.acquire()
    try:
        assert code_of(confirm(owner, owner_api, make_receipt())) == (503, "proofs_busy")
    finally:
        for _ in range(inbox.STORED_AT_ONCE):
            inbox.places.release()
    assert confirm(owner, owner_api, make_receipt()).status_code == 201


# When something goes wrong


def test_busy_sandbox_is_retried_before_refusal(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = make_unchecked_payment(owner, proof=make_receipt())
    with monkeypatch.context() as patch:
        patch.setattr(sandbox, "SECONDS", 0.001)
        with pytest.raises(sandbox.SandboxBusyError):
            check(payment)
        payment.refresh_from_db()
        assert payment.proof_state == "checking"
        check(payment, attempts=5)
    assert (payment.proof_state, payment.proof_refusal) == ("refused", "too_complex")


def test_missing_upload_is_refused_as_lost_after_retries(owner: User) -> None:
    payment = make_unchecked_payment(owner, proof=make_receipt())
    default_storage.delete(payment.proof_upload)
    with pytest.raises(FileNotFoundError):
        check(payment)
    check(payment, attempts=5)
    assert (payment.proof_state, payment.proof_refusal) == ("refused", "lost")


def test_broken_sandbox_never_refuses_a_file(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = make_unchecked_payment(owner, proof=make_receipt())
    monkeypatch.setattr(sandbox, "MODULE", "no.such.module")
    with pytest.raises(sandbox.SandboxBrokenError):
        check(payment, attempts=100)
    payment.refresh_from_db()
    assert payment.proof_state == "checking"


@contextmanager
def killed_at(target: str) -> Iterator[None]:
    """Let the worker die when it calls a function."""
    with mock.patch(target, side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        yield


@pytest.mark.parametrize(
    "place",
    [
        "igny8_core.business.billing.proof_check.make_anew",
        "igny8_core.business.proofs.files.page_of",
        "igny8_core.business.billing.services.proofs.keep_proof",
    ],
)
def test_killed_worker_leaves_nothing_half_done(owner: User, place: str) -> None:
    payment = make_unchecked_payment(owner, proof=make_receipt())
    before = payment.proof_upload
    with killed_at(place):
        check(payment)
    payment.refresh_from_db()
    assert (payment.proof_state, payment.proof_upload) == ("checking", before)
    assert default_storage.exists(before)

    check(payment)
    assert payment.proof_state == "kept"
    remove_orphaned_proofs(int((utc_now() + timedelta(days=3)).timestamp()))
    assert stored() == set(payment.proof_files)


def test_two_workers_keep_only_one_proof(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """One was thought dead, and comes second."""
    payment = make_unchecked_payment(owner, proof=make_receipt())
    upload_name = payment.proof_upload
    store = files.store_proof

    def slow(*arguments: Any, **more: Any) -> str:
        monkeypatch.setattr(files, "store_proof", store)
        check_proof(payment_id=payment.pk, upload=upload_name, now=utc_now())
        return store(*arguments, **more)

    monkeypatch.setattr(files, "store_proof", slow)
    check_proof(payment_id=payment.pk, upload=upload_name, now=utc_now())
    work()
    payment.refresh_from_db()
    assert payment.proof_state == "kept"
    assert stored() == set(payment.proof_files)


def test_proof_check_retries_without_limit() -> None:
    waits = []
    for attempts in (0, 1, 5, 10_000):
        job = mock.Mock(attempts=attempts)
        decision = Patience().get_retry_decision(exception=OSError(), job=job)
        assert decision.retry_at is not None
        waits.append(round((decision.retry_at - datetime.now(UTC)).total_seconds(), -1))
    assert waits == [10, 20, 320, LONGEST_WAIT]


def test_lost_proof_job_is_queued_again(owner: User) -> None:
    payment = make_unchecked_payment(owner, proof=make_receipt())
    now = int((utc_now() + timedelta(hours=2)).timestamp())
    queue_forgotten_proofs(now)
    assert len(jobs("check_proof")) == 1  # it still exists
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    queue_forgotten_proofs(int(utc_now().timestamp()))
    assert jobs("check_proof") == []  # too young
    queue_forgotten_proofs(now)
    assert jobs("check_proof") == [{"payment_id": payment.pk, "upload": payment.proof_upload}]


# Proofs from before there were pictures


@pytest.fixture
def old(owner: User) -> Payment:
    """A proof in the old format: one file, in the month's folder."""
    payment = make_payment(owner)
    name = default_storage.save("proofs/2026/10/0123456789abcdef", ContentFile(make_pdf("Paid")))
    Payment.objects.update(
        proof=name, proof_state="kept", proof_content_type="application/pdf", proof_size=1,
        proof_sha256="as it was sent",
    )  # fmt: skip
    payment.refresh_from_db()
    return payment


def test_old_proof_without_images_is_regenerated(old: Payment) -> None:
    name = str(old.proof)
    assert old.proof_files == [name]
    queue_forgotten_proofs(int(utc_now().timestamp()))
    queue_forgotten_proofs(int(utc_now().timestamp()))
    (job,) = jobs("draw_proof")
    draw_proof(**job, now=utc_now())
    work()

    old.refresh_from_db()
    assert (old.proof_pages, old.proof_sha256) == (1, "as it was sent")
    assert stored() == set(old.proof_files)
    assert name not in stored()
    queue_forgotten_proofs(int(utc_now().timestamp()))
    assert len(jobs("draw_proof")) == 1


def test_undrawable_old_proof_is_kept(old: Payment) -> None:
    with default_storage.open(str(old.proof), "wb") as file:
        file.write(BROKEN)
    draw_proof(payment_id=old.pk, name=str(old.proof), now=utc_now())
    old.refresh_from_db()
    assert (old.proof_state, old.proof_pages) == ("kept", 0)
    assert stored() == {str(old.proof)}


# Leftover files


def test_orphaned_files_are_removed_after_a_day(owner: User) -> None:
    now = utc_now()
    kept = make_payment(owner, proof=make_receipt())
    waiting = make_unchecked_payment(make_owner(), proof=make_receipt())
    day = f"{now:%Y/%m/%d}"
    orphans = {
        default_storage.save(name, ContentFile(b"lost"))
        for name in (
            f"uploads/{day}/a",
            f"proofs/{day}/b/proof",
            f"proofs/{day}/b/1",
            f"proofs/{day}/c/2",
        )
    }
    theirs = {*kept.proof_files, *waiting.proof_files}

    remove_orphaned_proofs(int((now + timedelta(hours=23)).timestamp()))
    assert stored() == theirs | orphans
    remove_orphaned_proofs(int((now + timedelta(days=2, hours=1)).timestamp()))
    assert stored() == theirs


def test_orphaned_files_are_removed_after_long_downtime(owner: User) -> None:
    now = utc_now()
    default_storage.save(f"uploads/{now:%Y/%m/%d}/lost", ContentFile(b"lost"))
    remove_orphaned_proofs(int((now + timedelta(days=33)).timestamp()))
    assert stored() == set()


def test_upload_attempts_are_deleted_after_a_day(owner: User) -> None:
    make_payment(owner, proof=make_receipt())
    remove_orphaned_proofs(int((utc_now() + timedelta(hours=23)).timestamp()))
    assert ProofAttempt.objects.count() == 1
    remove_orphaned_proofs(int((utc_now() + timedelta(hours=25)).timestamp()))
    assert not ProofAttempt.objects.exists()
