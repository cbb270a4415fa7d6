"""Proofs in an S3-compatible store: a real server of the protocol, in its own process."""

import json
import os
import resource
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.tasks import delete_files, remove_orphaned_proofs
from igny8_core.common.clock import utc_now
from igny8_core.common.files.names import LocalStorage
from tests.factories import (
    client_of,
    confirmation_of,
    make_billing_admin,
    make_owner,
    make_payment,
    make_receipt,
    make_unchecked_payment,
)
from tests.processes import here, manage
from tests.smtp import free_port

pytestmark = pytest.mark.django_db
BUCKET = "proofs"
QUICKLY = 9  # seconds: the timeout for a silent store is 5 s


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=1).close()  # noqa: S310  (our own server)
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    """The URL of a running S3 server."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not answers(url):
            assert server.poll() is None
            assert time.monotonic() < deadline
        yield url
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def s3(s3_url: str, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of the application's bucket for proofs, from its settings."""
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    environment = {
        "MEDIA_S3_BUCKET": BUCKET,
        "MEDIA_S3_ENDPOINT_URL": s3_url,
        "MEDIA_S3_REGION": "us-east-1",
        "MEDIA_S3_PREFIX": "billing",
    }
    settings.STORAGES = {**settings.STORAGES, "default": storage_by(environment)}
    client = boto3.client("s3", endpoint_url=s3_url, region_name="us-east-1")
    client.create_bucket(Bucket=BUCKET)
    yield client
    for name in names(client):
        client.delete_object(Bucket=BUCKET, Key=name)
    client.delete_bucket(Bucket=BUCKET)
    client.close()


def storage_by(environment: dict[str, str]) -> Any:
    """Return the file storage of a process with this environment."""
    script = "import json; from django.conf import settings; "
    script += "print(json.dumps(settings.STORAGES['default']))"
    done = manage("shell", "-v0", "-c", script, environment={**here(), **environment})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def names(client: Any) -> list[str]:
    return [item["Key"] for item in client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_proof_is_stored_in_s3_and_served_by_api(s3: Any, owner: User) -> None:
    payment = make_payment(owner, proof=make_receipt())
    assert names(s3) == sorted(f"billing/{name}" for name in payment.proof_files)

    url = f"/api/v1/billing/payments/{payment.pk}/proof/"
    answer = client_of(owner).get(url)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with Image.open(BytesIO(content)) as image:
        assert image.format == "PNG"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client_of(make_owner()).get(url).status_code == 404
    desk = client_of(make_billing_admin())
    page = desk.get(f"/admin/billing/payment/{payment.pk}/proof/1/")
    assert page.content.startswith(b"\xff\xd8")
    said = client_of(owner).get(f"/api/v1/billing/payments/{payment.pk}/").json()
    assert said["proof_url"] == url


def test_stored_files_are_private(s3: Any, s3_url: str, owner: User) -> None:
    make_payment(owner, proof=make_receipt())
    make_unchecked_payment(make_owner(), proof=make_receipt())
    for name in names(s3):
        grants = s3.get_object_acl(Bucket=BUCKET, Key=name)["Grants"]
        assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"]


def test_missing_stored_file_returns_404(s3: Any, owner: User) -> None:
    payment = make_payment(owner, proof=make_receipt())
    s3.delete_object(Bucket=BUCKET, Key=f"billing/{payment.proof.name}")
    answer = client_of(owner).get(f"/api/v1/billing/payments/{payment.pk}/proof/")
    assert answer.status_code == 404
    assert Payment.objects.get().proof_size


@pytest.fixture(params=["nobody is there", pytest.param("nobody answers", marks=pytest.mark.long)])
def unreachable(
    s3: Any, settings: LazySettings, request: pytest.FixtureRequest
) -> Iterator[Callable[[], None]]:
    """Makes the store unreachable for the application."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1] if request.param == "nobody answers" else free_port()

        def lose() -> None:
            default: Any = settings.STORAGES["default"]
            options = {**default["OPTIONS"], "endpoint_url": f"http://127.0.0.1:{port}"}
            settings.STORAGES = {**settings.STORAGES, "default": {**default, "OPTIONS": options}}

        yield lose


def test_proof_files_are_listed_and_deleted_in_s3(s3: Any, owner: User) -> None:
    payment = make_payment(owner, proof=make_receipt())
    default_storage.save(f"uploads/{utc_now():%Y/%m/%d}/lost", ContentFile(b"lost"))
    remove_orphaned_proofs(int((utc_now() + timedelta(days=3)).timestamp()))
    assert names(s3) == sorted(f"billing/{name}" for name in payment.proof_files)
    delete_files(names=payment.proof_files)
    assert names(s3) == []


def patient(user: User) -> APIClient:
    """Return a client that gets error responses instead of exceptions."""
    client = client_of(user)
    client.raise_request_exception = False
    return client


def test_store_outage_refuses_upload_with_retry(
    unreachable: Callable[[], None], owner: User
) -> None:
    unreachable()
    body: dict[str, Any] = {**confirmation_of(owner), "proof": make_receipt()}
    url = "/api/v1/billing/admin/payments/confirm/"
    customer = patient(owner)
    started = time.monotonic()
    answer = customer.post(url, body, format="multipart")
    assert time.monotonic() - started < QUICKLY
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert answer.json()["errors"][0]["code"] == "storage_unavailable"
    assert not Payment.objects.exists()

    del body["proof"]
    assert customer.post(url, body).status_code == 201


def test_store_outage_refuses_download_with_retry(
    unreachable: Callable[[], None], owner: User
) -> None:
    payment = make_payment(owner, proof=make_receipt())
    unreachable()
    started = time.monotonic()
    answer = patient(owner).get(f"/api/v1/billing/payments/{payment.pk}/proof/")
    assert time.monotonic() - started < QUICKLY
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (503, "storage_unavailable")
    desk = patient(make_billing_admin())
    for page in ("proof/", "proof/1/"):
        shown = desk.get(f"/admin/billing/payment/{payment.pk}/{page}")
        assert (shown.status_code, shown.headers["Retry-After"]) == (503, "60")


def test_files_are_stored_on_disk_without_bucket() -> None:
    assert os.environ.get("MEDIA_S3_BUCKET") is None
    assert storage_by({}) == {"BACKEND": "igny8_core.common.files.names.LocalStorage"}


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Limit the size of files that this process can write, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_full_disk_keeps_other_files(tmp_path: Path) -> None:
    """Two files are sent under one name, and there is no room for the second."""
    storage = LocalStorage(location=tmp_path)
    first = storage.save("one/name", ContentFile(b"first"))
    with files_of_at_most(1000), pytest.raises(OSError, match="too large"):
        storage._save("one/name", ContentFile(b"x" * 1001))

    assert [path.name for path in (tmp_path / "one").iterdir()] == ["name"]
    with storage.open(first) as file:
        assert file.read() == b"first"


def test_second_file_gets_a_different_name(tmp_path: Path) -> None:
    storage = LocalStorage(location=tmp_path)
    given = [storage._save("name", ContentFile(content)) for content in (b"1", b"2")]
    assert [Path(storage.path(name)).read_bytes() for name in given] == [b"1", b"2"]
