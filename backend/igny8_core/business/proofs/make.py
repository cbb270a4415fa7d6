"""Makes a proof of a stranger's file: scanned, decoded in the sandbox, drawn once."""

from dataclasses import dataclass

from django.conf import settings

from igny8_core.business.proofs.enums import ProofRefusal
from igny8_core.business.proofs.sandbox import Refused, run_in_sandbox
from igny8_core.business.proofs.virus_scanner import scan

FEWEST_PARTS = 4  # type, file, thumbnail, a page
JPEG = b"\xff\xd8\xff"
SIGNATURES = {  # the first bytes that a file of a type has, behind so many others
    "image/jpeg": (0, JPEG),
    "image/png": (0, b"\x89PNG\r\n\x1a\n"),
    "image/webp": (8, b"WEBP"),
    "application/pdf": (0, b"%PDF-"),
}


@dataclass(frozen=True)
class MadeProof:
    """A file of our own making, with pictures to look at.

    :param thumbnail: a small JPEG.
    :param pages: a JPEG of each page; an image has one.
    """

    content: bytes
    content_type: str
    thumbnail: bytes
    pages: list[bytes]


def type_of(beginning: bytes) -> str | None:
    """Tell a file's type by its first bytes, whatever its name says; None if it is not taken."""
    return next(
        (
            content_type
            for content_type, (place, signature) in SIGNATURES.items()
            if beginning[place : place + len(signature)] == signature
        ),
        None,
    )


def make_anew(content: bytes) -> MadeProof:
    """Make a proof of what is to be seen in a file, and keep nothing else of it.

    A photo says where it was taken, a PDF may run scripts, and either may be something else too:
    images are encoded anew, and of a PDF the pages' pictures make a new one.

    :raises Refused: if it can't be used.
    :raises SandboxBusyError, SandboxBrokenError: if it is not known.
    :raises ClamavUnavailableError: if ``CLAMAV_ADDRESS`` is set and nobody is there.
    """
    if settings.CLAMAV_ADDRESS and scan(content) is not None:
        raise Refused(ProofRefusal.INFECTED)
    parts = run_in_sandbox("make_anew", content)
    if not _are_believed(parts):
        raise Refused(ProofRefusal.UNREADABLE)
    content_type, kept, thumbnail, *pages = parts
    return MadeProof(kept, content_type.decode("ascii"), thumbnail, pages)


def _are_believed(parts: list[bytes]) -> bool:
    """Check that what came out of the sandbox begins as what it is called."""
    if len(parts) < FEWEST_PARTS:
        return False
    content_type, kept, *pictures = parts
    return (type_of(kept) or "").encode() == content_type and all(
        picture.startswith(JPEG) for picture in pictures
    )
