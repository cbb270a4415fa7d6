"""Pictures of proofs: what a customer sent is shown as pixels that we have made ourselves.

A kept image is of our own encoding already; the pages of a PDF are drawn in the sandbox.
"""

import io
from typing import IO

from PIL import Image, ImageOps

from igny8_core.business.billing.exceptions import ProofTypeNotAccepted
from igny8_core.business.billing.proofs import PDF_TYPE
from igny8_core.business.billing.sandbox import Refused, run_in_sandbox

MAX_PAGES = 10


def preview(proof: IO[bytes], *, content_type: str, page: int, width: int) -> tuple[bytes, int]:
    """Draw a page of a proof as PNG; returns it with the number of pages.

    :param page: from 1; an image has one.
    :param width: at most, in pixels.
    :raises ProofTypeNotAccepted: if it can't be drawn.
    :raises ProofsBusy: if too many are being drawn already.
    """
    try:
        if content_type == PDF_TYPE:
            picture, pages = run_in_sandbox("draw_pdf", str(page), str(width), content=proof.read())
            return picture, min(int(pages), MAX_PAGES)
        return _image(proof, width=width), 1
    except (Refused, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        detail = "The proof can't be shown. Download it, and open it only where that is safe."
        raise ProofTypeNotAccepted(detail, attr="proof") from error


def _image(proof: IO[bytes], *, width: int) -> bytes:
    with Image.open(proof) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((width, 10 * width))
    output = io.BytesIO()
    upright.save(output, "PNG")
    return output.getvalue()
