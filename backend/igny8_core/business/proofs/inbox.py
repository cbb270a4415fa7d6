"""Stores uploaded files without decoding them: the worker does that later."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile

from igny8_core.auth.models import Account
from igny8_core.business.proofs.attempts import count_attempt
from igny8_core.business.proofs.exceptions import (
    ProofsBusy,
    ProofTooLarge,
    ProofTypeNotAccepted,
)
from igny8_core.business.proofs.files import new_upload_name
from igny8_core.business.proofs.make import type_of

BEGINNING = 16  # bytes that show the type
STORED_AT_ONCE = 2  # per server process: a slow store blocks no more threads than these
WAITING_SECONDS = 1  # for a place
places = BoundedSemaphore(STORED_AT_ONCE)


@dataclass(frozen=True)
class Upload:
    """A stored upload.

    :param sha256: in hex, to recognize the same file again.
    """

    name: str
    size: int
    sha256: str


def put_aside(
    file: UploadedFile[bytes], *, account: Account, address: str | None, now: datetime
) -> Upload:
    """Count and store a file, before any transaction that refers to it.

    :param address: of the client; None outside of a request.
    :raises ProofLimitReached: if the account, or the address, has sent too many.
    :raises ProofTooLarge, …: see ``store_upload``.
    """
    count_attempt(account=account, address=address, size=file.size or 0, now=now)
    return store_upload(file, now=now)


def store_upload(file: UploadedFile[bytes], *, now: datetime) -> Upload:
    """Store a file as it is, if it can be a proof at all.

    :raises ProofTooLarge: above ``BILLING_PROOF_MAX_BYTES``.
    :raises ProofTypeNotAccepted: unless it starts like a JPEG, PNG, WebP or PDF.
    :raises ProofsBusy: if too many are being stored.
    :raises OSError: if the store is full or can't be reached.
    """
    size = file.size or 0
    if size > settings.BILLING_PROOF_MAX_BYTES:
        limit = settings.BILLING_PROOF_MAX_BYTES // 1024 // 1024
        raise ProofTooLarge(limit=limit)
    file.seek(0)
    if type_of(file.read(BEGINNING)) is None:
        raise ProofTypeNotAccepted
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    with _place():
        name = default_storage.save(new_upload_name(now), file)
    return Upload(name, size, sha256)


@contextmanager
def _place() -> Iterator[None]:
    if not places.acquire(timeout=WAITING_SECONDS):
        raise ProofsBusy(retry_after=60)
    try:
        yield
    finally:
        places.release()
