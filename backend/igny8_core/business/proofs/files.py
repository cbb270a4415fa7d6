"""Storage of proofs: uploads until they are checked, and the files made from them.

``uploads/2026/11/25/<random>`` is a file as it was sent. ``proofs/2026/11/25/<random>/`` holds
``proof``, ``thumbnail`` and a picture of each page, ``1``, ``2``, …, all made by us. No name has
anything from the customer.
"""

import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from igny8_core.business.proofs.make import MadeProof

UPLOADS, PROOFS = "uploads", "proofs"
PROOF, THUMBNAIL = "proof", "thumbnail"
YOUNG = timedelta(days=1)  # younger files may still get their payment
LOOKED_THROUGH = timedelta(days=35)
BATCH = 500


def new_upload_name(now: datetime) -> str:
    """Return a name for a file as it was sent."""
    return f"{_folder(UPLOADS, now.date())}/{uuid.uuid4().hex}"


def store_proof(made: MadeProof, *, now: datetime) -> str:
    """Store a proof with its pictures; returns the proof's name.

    A crash in between leaves files that no payment uses; ``remove_orphans`` finds them.
    """
    folder = f"{_folder(PROOFS, now.date())}/{uuid.uuid4().hex}"
    _store(thumbnail_of(f"{folder}/{PROOF}"), made.thumbnail)
    for number, picture in enumerate(made.pages, start=1):
        _store(page_of(f"{folder}/{PROOF}", number), picture)
    return _store(f"{folder}/{PROOF}", made.content)


def thumbnail_of(name: str) -> str:
    """Return the name of a proof's thumbnail."""
    return f"{name.rpartition('/')[0]}/{THUMBNAIL}"


def page_of(name: str, number: int) -> str:
    """Return the name of the picture of a page.

    :param number: from 1.
    """
    return f"{name.rpartition('/')[0]}/{number}"


def names_of(name: str, pages: int) -> list[str]:
    """Return the names of all files of a proof.

    :param pages: the number of pictures; 0 if there are none.
    """
    if not pages:
        return [name]
    return [name, thumbnail_of(name), *(page_of(name, number) for number in range(1, pages + 1))]


def delete_files(names: Iterable[str]) -> None:
    """Delete files, and their folder if it is empty then; missing files are fine."""
    folders = set()
    for name in names:
        default_storage.delete(name)
        folder, _slash, last = name.rpartition("/")
        if last == PROOF:
            folders.add(folder)
    for folder in folders:
        with suppress(OSError):  # something else is in it
            default_storage.delete(folder)


def remove_orphans(*, now: datetime, known: Callable[[list[str]], set[str]]) -> None:
    """Delete files of the last weeks that no payment uses, except the youngest.

    :param known: returns those names that belong to an upload or a proof of a payment.
    """
    last = (now - YOUNG).date() - timedelta(days=1)
    for days_ago in range(LOOKED_THROUGH.days):
        day = last - timedelta(days=days_ago)
        names = [*_uploads_of(day), *_proofs_of(day)]
        for start in range(0, len(names), BATCH):
            batch = names[start : start + BATCH]
            for name in sorted(set(batch) - known(batch)):
                delete_files(_with_pictures(name))


def _uploads_of(day: date) -> list[str]:
    folder = _folder(UPLOADS, day)
    return [f"{folder}/{name}" for name in listed(folder)[1]]


def _proofs_of(day: date) -> list[str]:
    folder = _folder(PROOFS, day)
    return [f"{folder}/{name}/{PROOF}" for name in listed(folder)[0]]


def _with_pictures(name: str) -> list[str]:
    """Return all files of a proof's folder, the proof last; for an upload, only its name."""
    folder, _slash, last = name.rpartition("/")
    if last != PROOF:
        return [name]
    pictures = [f"{folder}/{other}" for other in listed(folder)[1] if other != PROOF]
    return [*pictures, name]


def listed(folder: str) -> tuple[list[str], list[str]]:
    """Return the names of folders and files; none if nothing was sent on that day."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
    return list(folders), list(files)


def _folder(prefix: str, day: date) -> str:
    return f"{prefix}/{day:%Y/%m/%d}"


def _store(name: str, content: bytes) -> str:
    return default_storage.save(name, ContentFile(content))
