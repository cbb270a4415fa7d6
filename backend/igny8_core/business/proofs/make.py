"""Makes a proof from an upload: scanned, decoded in the sandbox, rendered once."""

from dataclasses import dataclass

from django.conf import settings

from igny8_core.business.proofs.enums import ProofRefusal
from igny8_core.business.proofs.sandbox import Refused, run_in_sandbox
from igny8_core.business.proofs.virus_scanner import scan

FEWEST_PARTS = 4  # type, file, thumbnail, a page
JPEG = b"\xff\xd8\xff"
SIGNATURES = {  # the type's first bytes, after an offset
    "image/jpeg": (0, JPEG),
    "image/png": (0, b"\x89PNG\r\n\x1a\n"),
    "image/webp": (8, b"WEBP"),
    "application/pdf": (0, b"%PDF-"),
}


@dataclass(frozen=True)
class MadeProof:
    """A proof made by us, with pictures to show.

    :param thumbnail: a small JPEG.
    :param pages: a JPEG of each page; an image has one page.
    """

    content: bytes
    content_type: str
    thumbnail: bytes
    pages: list[bytes]


def type_of(beginning: bytes) -> str | None:
    """Return a file's type by its first bytes, not its name; None if it isn't accepted."""
    return next(
        (
            content_type
            for content_type, (place, signature) in SIGNATURES.items()
            if beginning[place : place + len(signature)] == signature
        ),
        None,
    )


def make_anew(content: bytes) -> MadeProof:
    """Make a proof from the visible content of a file, and keep nothing else.

    A photo contains its location, a PDF may run scripts, and either may also be a different kind
    of file. So images are re-encoded, and pictures of a PDF's pages make a new PDF.

    :raises Refused: if it can't be used.
    :raises SandboxBusyError, SandboxBrokenError: if that couldn't be determined.
    :raises ClamavUnavailableError: if ``CLAMAV_ADDRESS`` is set but doesn't answer.
    """
    if settings.CLAMAV_ADDRESS and scan(content) is not None:
        raise Refused(ProofRefusal.INFECTED)
    parts = run_in_sandbox("make_anew", content)
    if not _are_believed(parts):
        raise Refused(ProofRefusal.UNREADABLE)
    content_type, kept, thumbnail, *pages = parts
    return MadeProof(kept, content_type.decode("ascii"), thumbnail, pages)


def _are_believed(parts: list[bytes]) -> bool:
    """Check that the sandbox's output starts like the types it claims."""
    if len(parts) < FEWEST_PARTS:
        return False
    content_type, kept, *pictures = parts
    return (type_of(kept) or "").encode() == content_type and all(
        picture.startswith(JPEG) for picture in pictures
    )
