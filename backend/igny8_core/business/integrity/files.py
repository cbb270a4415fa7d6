"""Checks of files: those that payments refer to exist."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from django.db.models import QuerySet

from igny8_core.business.billing.models import Payment
from igny8_core.business.proofs.files import listed, names_of

Named = tuple[int, list[str]]


def payments_without_their_files() -> list[str]:
    """Find payments with a missing file: the proof, one of its pictures, or an unchecked upload.

    Missing files are checked again: meanwhile they may have been deleted and replaced.
    """
    missed = set(_missing(_named(Payment.objects.all())))
    again = _named(Payment.objects.filter(pk__in={pk for pk, _ in missed}))
    lost = (pk for pk, names in again if any((pk, name) in missed for name in names))
    return [f"payment {pk}" for pk in sorted(lost)]


def _named(payments: QuerySet[Payment]) -> Iterator[Named]:
    """Yield the files that payments refer to, grouped by folder."""
    having = payments.exclude(proof="", proof_upload="").order_by("proof_upload", "proof")
    files = having.values_list("pk", "proof", "proof_pages", "proof_upload")
    for pk, proof, pages, upload in files.iterator():
        yield pk, [upload] if upload else names_of(proof, pages or 0)


def _missing(named: Iterable[Named]) -> Iterator[tuple[int, str]]:
    """Yield those that aren't in the storage; lists each folder only once."""
    for folder, payments in groupby(named, key=lambda item: item[1][0].rpartition("/")[0]):
        stored = {f"{folder}/{name}" for name in listed(folder)[1]}
        yield from ((pk, name) for pk, names in payments for name in names if name not in stored)


CHECKS = {"5b. every proof's files are there": payments_without_their_files}
