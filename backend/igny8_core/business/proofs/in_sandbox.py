"""Decodes uploaded files in a separate process, which ``sandbox.py`` starts.

Only the file goes in, through standard input; the result comes out through standard output. It
never runs inside the server, and knows nothing about it.
"""

import io
import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

from igny8_core.business.proofs.confinement import confine, limit_time_and_memory
from igny8_core.business.proofs.protocol import Outcome, packed

IMAGE_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
PDF_TYPE = "application/pdf"
MAX_PIXELS = 50_000_000  # a phone's photo has 12 to 50 million
KEPT_PIXELS = 16_000_000  # larger pictures are scaled down; a receipt stays legible
QUALITY = 90
HOW_TO_WRITE: dict[str, dict[str, int]] = {  # twice as fast as the default, hardly larger
    "JPEG": {"quality": QUALITY},
    "PNG": {"compress_level": 2},
    "WEBP": {"quality": QUALITY, "method": 2},
}
MAX_PDF_PAGES = 30
PAGE_SIDE = 1600  # pixels of a picture at the desk: small print is legible
PAGE_HEIGHT = 8 * PAGE_SIDE  # of a long screenshot
PDF_PIXELS = 36_000_000  # all pages together: what can be rendered in the time limit
THUMBNAIL_SIDE = 160
PAGE_QUALITY = 80

Command = Callable[[bytes], Sequence[bytes]]


class Refused(Exception):
    """The file can't be used; the message is a value of ``ProofRefusal``."""


def make_anew(content: bytes) -> list[bytes]:
    """Make a proof from the visible content of a file.

    :returns: its type, the new file, a thumbnail, and a picture of each page; these are JPEGs.
    """
    return _pdf(content) if content.startswith(b"%PDF-") else _image(content)


def _image(content: bytes) -> list[bytes]:
    """Keep only an image's pixels, upright, in the same format.

    In a phone's multi-picture JPEG, the first picture is the photo. Everything else in a file
    (location, comments, profiles, appended data) is dropped.
    """
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own limit is lower
    with Image.open(io.BytesIO(content), formats=list(IMAGE_TYPES)) as image:
        image_format = "JPEG" if image.format == "MPO" else str(image.format)
        if image_format != "JPEG" and getattr(image, "n_frames", 1) > 1:
            _refuse("animated")
        if image.width * image.height > MAX_PIXELS:
            _refuse("too_many_pixels")
        size = kept_size(image.width, image.height)
        if size != image.size:  # decodes a JPEG of that size at half size, which is faster
            image.draft("RGB", (image.width // 2, image.height // 2))
        has_alpha = image_format != "JPEG" and image.has_transparency_data
        eight_bits = image.point(lambda level: level / 256) if image.mode == "I;16" else image
        picture = eight_bits.convert("RGBA" if has_alpha else "RGB")
    picture.thumbnail(size)
    picture = ImageOps.exif_transpose(picture)
    picture.info.clear()  # else some of it would be written again
    kept = _encoded(picture, image_format, **HOW_TO_WRITE[image_format])
    page = _on_white(picture)
    page.thumbnail((PAGE_SIDE, PAGE_HEIGHT))
    return [IMAGE_TYPES[image_format].encode(), kept, _thumbnail(page), _jpeg(page)]


def kept_size(width: int, height: int) -> tuple[int, int]:
    """Return the largest size of the same shape that is kept."""
    if width * height <= KEPT_PIXELS:
        return width, height
    return (
        max(1, math.isqrt(KEPT_PIXELS * width // height)),
        max(1, math.isqrt(KEPT_PIXELS * height // width)),
    )


def _pdf(content: bytes) -> list[bytes]:
    """Render each page, and put the pictures into a new document, without the old content.

    Filled-in forms and annotations are rendered too.
    """
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        _refuse("encrypted" if error.err_code == raw.FPDF_ERR_PASSWORD else "unreadable")
    if not 1 <= len(document) <= MAX_PDF_PAGES:
        _refuse("too_many_pages" if len(document) else "unreadable")
    document.init_forms()
    rebuilt = pypdfium2.PdfDocument.new()
    pictures = []
    for page in _pages(document):
        size = page.get_size()  # in points of 1/72 inch
        picture = page.render(scale=_scale(*size, pages=len(document))).to_pil()
        page.close()
        pictures.append(_jpeg(picture))
        if len(pictures) == 1:
            thumbnail = _thumbnail(picture)
        _add_page(rebuilt, pictures[-1], *size)
    output = io.BytesIO()
    rebuilt.save(output)
    return [PDF_TYPE.encode(), output.getvalue(), thumbnail, *pictures]


def _pages(document: Any) -> Iterator[Any]:
    for index in range(len(document)):
        yield document[index]


def _scale(width: Any, height: Any, *, pages: int) -> Any:
    """Return the number of pixels per point of a page."""
    width, height = max(width, 1), max(height, 1)
    return min(
        PAGE_SIDE / width, PAGE_HEIGHT / height, math.sqrt(PDF_PIXELS / pages / (width * height))
    )


def _add_page(document: Any, jpeg: bytes, width: Any, height: Any) -> None:
    import pypdfium2

    page = document.new_page(width, height)
    image = pypdfium2.PdfImage.new(document)
    image.load_jpeg(io.BytesIO(jpeg), inline=True)
    image.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
    page.insert_obj(image)
    page.gen_content()
    page.close()


def _on_white(picture: Any) -> Any:
    from PIL import Image

    if picture.mode == "RGB":
        return picture.copy()
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _thumbnail(picture: Any) -> bytes:
    small = picture.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return _jpeg(small)


def _jpeg(picture: Any) -> bytes:
    return _encoded(picture.convert("RGB"), "JPEG", quality=PAGE_QUALITY)


def _encoded(picture: Any, image_format: str, **options: Any) -> bytes:
    output = io.BytesIO()
    picture.save(output, image_format, **options)
    return output.getvalue()


def _refuse(word: str) -> NoReturn:
    raise Refused(word)


def load_everything() -> None:
    """Make one proof of each kind, so that everything needed is loaded while it still can be."""
    from PIL import Image

    picture = Image.new("RGB", (2, 2))
    exif = Image.Exif()
    exif[0x0112] = 1  # Orientation
    picture.save(io.BytesIO(), "MPO", save_all=True, append_images=[picture])
    for image_format in IMAGE_TYPES:
        make_anew(_encoded(picture, image_format, exif=exif))
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    _add_page(document, _jpeg(picture), 2, 2)
    output = io.BytesIO()
    document.save(output)
    make_anew(output.getvalue())


def serve(commands: dict[str, Command], *, load: Callable[[], None] = load_everything) -> None:
    """Run the command that this process was started for, and exit.

    The command ``layers`` always exists: it returns the layers that hold.
    """
    name, *without = sys.argv[1:]
    limit_time_and_memory()
    load()
    sys.stdout.buffer.flush()
    held = confine(without=without)
    known: dict[str, Command] = {**commands, "layers": lambda _content: [json.dumps(held).encode()]}
    try:
        parts, outcome = known[name](sys.stdin.buffer.read()), Outcome.DONE
    except Refused as refusal:
        parts, outcome = [str(refusal).encode()], Outcome.REFUSED
    except BaseException as error:  # noqa: BLE001  (whatever a decoder thinks of; it is told and logged)
        parts, outcome = [f"{type(error).__name__}: {error}".encode()], Outcome.FAILED
    sys.stdout.buffer.write(packed(parts))
    sys.stdout.buffer.flush()
    sys.exit(outcome)


def main() -> None:
    """Run the command from ``sandbox.py``."""
    serve({make_anew.__name__: make_anew})
