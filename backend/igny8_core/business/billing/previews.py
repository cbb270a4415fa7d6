"""Pictures of proofs: what a customer sent is shown as pixels that we have made ourselves.

Images are decoded and encoded anew; a PDF is drawn by a process of its own that has limits on
time and memory and gets nothing but the file, so that nothing in it runs anywhere else.
"""

import io
import subprocess
import sys
from typing import IO

from PIL import Image, ImageOps

from igny8_core.business.billing.exceptions import ProofTypeNotAccepted
from igny8_core.business.billing.proofs import PDF_TYPE

MAX_PAGES = 10
RENDERING_SECONDS = 15
DRAW_PDF = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
if sys.platform == "linux":
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
import pypdfium2
page_number, width = int(sys.argv[1]), int(sys.argv[2])
document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
page = document[page_number - 1]
scale = min(width / max(page.get_width(), 1), 8000 / max(page.get_height(), 1))
image = page.render(scale=scale, may_draw_forms=False).to_pil()
sys.stderr.write(str(len(document)))
image.convert("RGB").save(sys.stdout.buffer, "PNG")
"""


def preview(proof: IO[bytes], *, content_type: str, page: int, width: int) -> tuple[bytes, int]:
    """Draw a page of a proof as PNG; returns it with the number of pages.

    :param page: from 1; an image has one.
    :param width: at most, in pixels.
    :raises ProofTypeNotAccepted: if it can't be drawn.
    """
    if content_type == PDF_TYPE:
        return _pdf_page(proof.read(), page=page, width=width)
    return _image(proof, width=width), 1


def _image(proof: IO[bytes], *, width: int) -> bytes:
    try:
        with Image.open(proof) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _undrawable() from error
    upright.thumbnail((width, 10 * width))
    output = io.BytesIO()
    upright.save(output, "PNG")
    return output.getvalue()


def _pdf_page(content: bytes, *, page: int, width: int) -> tuple[bytes, int]:
    try:
        drawn = subprocess.run(  # noqa: S603  (our own words; the file goes in as data)
            [sys.executable, "-I", "-c", DRAW_PDF, str(page), str(width)],
            input=content,
            capture_output=True,
            timeout=RENDERING_SECONDS,
            check=True,
            env={},
        )
        return drawn.stdout, min(int(drawn.stderr), MAX_PAGES)
    except (subprocess.SubprocessError, ValueError) as error:
        raise _undrawable() from error


def _undrawable() -> ProofTypeNotAccepted:
    detail = "The proof can't be shown. Download it, and open it only where that is safe."
    return ProofTypeNotAccepted(detail, attr="proof")
