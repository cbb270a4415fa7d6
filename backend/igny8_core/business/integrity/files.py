"""Files: what payments name is there."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from django.db.models import QuerySet

from igny8_core.business.billing.models import Payment
from igny8_core.business.proofs.files import listed, names_of

Named = tuple[int, list[str]]


def payments_without_their_files() -> list[str]:
    """Find payments that lack a file: their proof, a picture of it, or what waits to be checked.

    What was missed is asked for again: it may have been deleted, and be named no more, since.
    """
    missed = set(_missing(_named(Payment.objects.all())))
    again = _named(Payment.objects.filter(pk__in={pk for pk, _ in missed}))
    lost = (pk for pk, names in again if any((pk, name) in missed for name in names))
    return [f"payment {pk}" for pk in sorted(lost)]


def _named(payments: QuerySet[Payment]) -> Iterator[Named]:
    """Yield which files payments name, those of a folder one after another."""
    having = payments.exclude(proof="", proof_upload="").order_by("proof_upload", "proof")
    files = having.values_list("pk", "proof", "proof_pages", "proof_upload")
    for pk, proof, pages, upload in files.iterator():
        yield pk, [upload] if upload else names_of(proof, pages or 0)


def _missing(named: Iterable[Named]) -> Iterator[tuple[int, str]]:
    """Yield which are not in the storage; each folder is listed once, however many it has."""
    for folder, payments in groupby(named, key=lambda item: item[1][0].rpartition("/")[0]):
        stored = {f"{folder}/{name}" for name in listed(folder)[1]}
        yield from ((pk, name) for pk, names in payments for name in names if name not in stored)


CHECKS = {"5b. every proof's files are there": payments_without_their_files}
