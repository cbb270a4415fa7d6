"""Decodes what strangers send, in a process of its own: ``sandbox.py`` starts it as a script.

Nothing but the file goes in, by standard input; what was made of it comes out by standard output,
and one word about it by standard error. Limits on time, memory and files are set before a byte of
it is read. It never runs within the server, and knows nothing of it.
"""

import io
import math
import resource
import sys
from collections.abc import Callable
from typing import NoReturn

REFUSED = 3  # exit code; the word then says why
CPU_SECONDS = 10
MEMORY_BYTES = 1 << 30
IMAGE_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MAX_PIXELS = 50_000_000  # a phone's photo has 12 to 50 million
KEPT_PIXELS = 16_000_000  # beyond, a picture is made smaller; a receipt is legible still
QUALITY = 90
MAX_PDF_PAGES = 30
MAX_DRAWN_HEIGHT = 8000


def set_limits() -> None:
    """Leave this process little to waste."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def refuse(reason: str) -> NoReturn:
    """End with a reason that ``proofs.py`` has words for."""
    sys.stderr.write(reason)
    sys.exit(REFUSED)


def encode_image(content: bytes) -> tuple[bytes, str]:
    """Return a picture's pixels, upright, in the format that it had; and its type.

    Of a phone's multi-picture JPEG the first is the photo. Everything else that a file may carry
    (place, comments, profiles, what is hung behind it) is left behind.
    """
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own limit comes first
    with Image.open(io.BytesIO(content), formats=list(IMAGE_TYPES)) as image:
        image_format = "JPEG" if image.format == "MPO" else str(image.format)
        if image_format != "JPEG" and getattr(image, "n_frames", 1) > 1:
            refuse("animated")
        pixels = image.width * image.height
        if pixels > MAX_PIXELS:
            refuse("too_many_pixels")
        size = kept_size(image.width, image.height)
        image.draft("RGB", size)  # a large JPEG is decoded small at once
        has_alpha = image_format != "JPEG" and image.has_transparency_data
        eight_bits = image.point(lambda level: level / 256) if image.mode == "I;16" else image
        picture = eight_bits.convert("RGBA" if has_alpha else "RGB")
    picture.thumbnail(size)
    picture = ImageOps.exif_transpose(picture)
    picture.info.clear()  # else some of it would be written again
    output = io.BytesIO()
    picture.save(output, image_format, quality=QUALITY)
    return output.getvalue(), IMAGE_TYPES[image_format]


def kept_size(width: int, height: int) -> tuple[int, int]:
    """Return the largest size of the same shape that is kept."""
    if width * height <= KEPT_PIXELS:
        return width, height
    return (
        max(1, math.isqrt(KEPT_PIXELS * width // height)),
        max(1, math.isqrt(KEPT_PIXELS * height // width)),
    )


def rebuild_pdf(content: bytes) -> tuple[bytes, str]:
    """Return a new document onto which each page of the old one is drawn; and their number.

    What is drawn comes along, the text as text: also what was filled into forms. Scripts, actions,
    links, attachments and the rest of the old document do not.
    """
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        refuse("encrypted" if error.err_code == raw.FPDF_ERR_PASSWORD else "unreadable")
    if not 1 <= len(document) <= MAX_PDF_PAGES:
        refuse("unreadable" if len(document) == 0 else "too_many_pages")
    rebuilt = pypdfium2.PdfDocument.new()
    for index in range(len(document)):
        page = document[index]
        page.render(scale=1 / 100, may_draw_forms=False)  # so that each note has its drawing
        raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
        copy = rebuilt.new_page(*page.get_size())
        page.close()  # only then is what was flattened seen
        copy.insert_obj(document.page_as_xobject(index, rebuilt).as_pageobject())
        copy.gen_content()
        copy.close()
    output = io.BytesIO()
    rebuilt.save(output)
    return output.getvalue(), str(len(document))


def draw_pdf(content: bytes, page_number: str, width: str) -> tuple[bytes, str]:
    """Return a picture of a page as PNG, at most ``width`` pixels wide; and the number of pages."""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    page = document[int(page_number) - 1]
    scale = min(int(width) / max(page.get_width(), 1), MAX_DRAWN_HEIGHT / max(page.get_height(), 1))
    picture = page.render(scale=scale, may_draw_forms=False).to_pil()
    output = io.BytesIO()
    picture.convert("RGB").save(output, "PNG")
    return output.getvalue(), str(len(document))


COMMANDS: dict[str, Callable[..., tuple[bytes, str]]] = {
    command.__name__: command for command in (encode_image, rebuild_pdf, draw_pdf)
}


def main(command: str, *arguments: str) -> None:
    """Carry one command out."""
    set_limits()
    made, word = COMMANDS[command](sys.stdin.buffer.read(), *arguments)
    sys.stdout.buffer.write(made)
    sys.stderr.write(word)


if __name__ == "__main__":
    main(*sys.argv[1:])
