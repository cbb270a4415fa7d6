"""What a customer may hand in as a proof of payment, and what is kept of it."""

import hashlib
import io
import warnings
from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps, UnidentifiedImageError

from igny8_core.business.billing.exceptions import ProofTooLarge, ProofTypeNotAccepted

IMAGE_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
PDF_TYPE = "application/pdf"
PDF_SIGNATURE = b"%PDF-"
MAX_PIXELS = 50_000_000  # a phone's photo has 12 to 50 million
QUALITY = 90


@dataclass(frozen=True)
class Proof:
    """A proof as it is kept.

    :param sha256: of the file as it was sent, in hex, by which the same file is known again.
    """

    file: ContentFile[bytes]
    content_type: str
    sha256: str


def accept_proof(upload: UploadedFile[bytes]) -> Proof:
    """Tell a file's type by its content, whatever its name says; encode an image anew.

    A photo says where it was taken, and a file may be more than a picture: of an image only the
    pixels are kept, upright.

    :raises ProofTooLarge: beyond ``BILLING_PROOF_MAX_BYTES``.
    :raises ProofTypeNotAccepted: if it is no readable JPEG, PNG, WebP or PDF.
    """
    limit: int = settings.BILLING_PROOF_MAX_BYTES
    if (upload.size or 0) > limit:
        detail = f"The file has more than {limit // 1024 // 1024} MB. Send a smaller one."
        raise ProofTooLarge(detail, attr="proof")
    upload.seek(0)
    content = upload.read()
    sha256 = hashlib.sha256(content).hexdigest()
    if content.startswith(PDF_SIGNATURE):
        return Proof(ContentFile(content, "proof"), PDF_TYPE, sha256)
    pixels, content_type = _encoded_anew(content)
    return Proof(ContentFile(pixels, "proof"), content_type, sha256)


def _encoded_anew(content: bytes) -> tuple[bytes, str]:
    """Return an image without anything but its pixels, in the format that it had."""
    output = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=list(IMAGE_TYPES)) as image:
                image_format = str(image.format)
                _require_drawable(image)
                upright = ImageOps.exif_transpose(image)
                mode = "RGB" if image_format == "JPEG" or upright.mode == "CMYK" else "RGBA"
                upright.convert(mode).save(output, image_format, quality=QUALITY)
    except (
        UnidentifiedImageError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
    ) as error:
        raise _not_accepted() from error
    return output.getvalue(), IMAGE_TYPES[image_format]


def _require_drawable(image: Image.Image) -> None:
    """Refuse a small file that becomes a huge picture, before it is decoded."""
    if image.width * image.height > MAX_PIXELS:
        raise _not_accepted()


def _not_accepted() -> ProofTypeNotAccepted:
    detail = "The file can't be read as JPEG, PNG, WebP or PDF. Send a photo or the PDF receipt."
    return ProofTypeNotAccepted(detail, attr="proof")
