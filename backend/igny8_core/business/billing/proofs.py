"""What a customer may hand in as a proof of payment."""

import hashlib
import warnings

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, UnidentifiedImageError

from igny8_core.business.billing.exceptions import ProofTooLarge, ProofTypeNotAccepted

IMAGE_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
PDF_TYPE = "application/pdf"
PDF_SIGNATURE = b"%PDF-"


def proof_content_type(proof: UploadedFile[bytes]) -> str:
    """Tell a proof's type by its content, whatever its name says.

    :raises ProofTooLarge: beyond ``BILLING_PROOF_MAX_BYTES``.
    :raises ProofTypeNotAccepted: if it is no readable JPEG, PNG, WebP or PDF.
    """
    limit: int = settings.BILLING_PROOF_MAX_BYTES
    if (proof.size or 0) > limit:
        detail = f"The file has more than {limit // 1024 // 1024} MB. Send a smaller one."
        raise ProofTooLarge(detail, attr="proof")
    proof.seek(0)
    is_pdf = proof.read(len(PDF_SIGNATURE)) == PDF_SIGNATURE
    content_type = PDF_TYPE if is_pdf else _image_type(proof)
    proof.seek(0)
    return content_type


def proof_digest(proof: UploadedFile[bytes]) -> str:
    """Return the SHA-256 of a proof in hex, by which the same file is known again."""
    proof.seek(0)
    digest = hashlib.file_digest(proof, "sha256").hexdigest()
    proof.seek(0)
    return digest


def _image_type(proof: UploadedFile[bytes]) -> str:
    proof.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(proof, formats=list(IMAGE_TYPES)) as image:
                image_format = str(image.format)
                image.verify()
    except (
        UnidentifiedImageError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
    ) as error:
        detail = (
            "The file can't be read as JPEG, PNG, WebP or PDF. Send a photo or the PDF receipt."
        )
        raise ProofTypeNotAccepted(detail, attr="proof") from error
    return IMAGE_TYPES[image_format]
