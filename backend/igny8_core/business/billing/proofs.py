"""What a customer may hand in as a proof of payment, and what is kept of it."""

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile

from igny8_core.business.billing.exceptions import (
    ProofEncrypted,
    ProofInfected,
    ProofTooLarge,
    ProofTooLong,
    ProofTypeNotAccepted,
)
from igny8_core.business.billing.sandbox import Refused, run_in_sandbox
from igny8_core.business.billing.sandboxed import MAX_PDF_PAGES
from igny8_core.common.clamav import scan
from igny8_core.common.exceptions import InvalidInput

PDF_TYPE = "application/pdf"
PDF_SIGNATURE = b"%PDF-"
KEPT_TIMES_SENT = 4  # encoded anew a file may grow: so far, and no further
REFUSALS: dict[str, tuple[type[InvalidInput], str]] = {
    "animated": (ProofTypeNotAccepted, "The picture moves. Send a photo or a screenshot."),
    "too_many_pixels": (
        ProofTypeNotAccepted,
        "The picture has more than 50 million pixels. Send a smaller one.",
    ),
    "encrypted": (
        ProofEncrypted,
        "The PDF asks for a password. Send a screenshot, or save the PDF without the password.",
    ),
    "too_many_pages": (
        ProofTooLong,
        f"The PDF has more than {MAX_PDF_PAGES} pages. Send those that show the payment.",
    ),
    "unreadable": (
        ProofTypeNotAccepted,
        "The file can't be read as JPEG, PNG, WebP or PDF. Send a photo or the PDF receipt.",
    ),
}


@dataclass(frozen=True)
class Proof:
    """A proof as it is kept.

    :param sha256: of the file as it was sent, in hex, by which the same file is known again.
    """

    file: ContentFile[bytes]
    content_type: str
    sha256: str

    @property
    def size(self) -> int:
        """In bytes, as it is kept."""
        return self.file.size


def accept_proof(upload: UploadedFile[bytes]) -> Proof:
    """Tell a file's type by its content, whatever its name says; keep what is to be seen of it.

    A photo says where it was taken, a PDF may run scripts, and either may be something else too:
    images are encoded anew, and the pages of a PDF are drawn onto a new one, both by a process
    of its own.

    :raises ProofTooLarge: beyond ``BILLING_PROOF_MAX_BYTES``.
    :raises ProofInfected, ClamavUnavailable: if ``CLAMAV_ADDRESS`` is set.
    :raises ProofTypeNotAccepted: if it is no readable, still JPEG, PNG, WebP or PDF.
    :raises ProofEncrypted, ProofTooLong: if it is a PDF with a password or too many pages.
    :raises ProofsBusy: if too many are being read already.
    """
    limit: int = settings.BILLING_PROOF_MAX_BYTES
    if (upload.size or 0) > limit:
        raise _too_large(limit)
    upload.seek(0)
    content = upload.read()
    _require_clean(content)
    try:
        if content.startswith(PDF_SIGNATURE):
            kept, content_type = run_in_sandbox("rebuild_pdf", content=content)[0], PDF_TYPE
        else:
            kept, content_type = run_in_sandbox("encode_image", content=content)
    except Refused as reason:
        refusal, detail = REFUSALS[str(reason)]
        raise refusal(detail, attr="proof") from reason
    if len(kept) > KEPT_TIMES_SENT * limit:
        raise _too_large(limit)
    return Proof(ContentFile(kept, "proof"), content_type, hashlib.sha256(content).hexdigest())


def _require_clean(content: bytes) -> None:
    if settings.CLAMAV_ADDRESS and scan(content) is not None:
        detail = "The virus scanner refuses this file. Send a photo or a screenshot instead."
        raise ProofInfected(detail, attr="proof")


def _too_large(limit: int) -> ProofTooLarge:
    detail = f"The file has more than {limit // 1024 // 1024} MB. Send a smaller one."
    return ProofTooLarge(detail, attr="proof")
