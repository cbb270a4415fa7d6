"""What is kept of hostile and of harmless proof files."""

import re
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pypdf
import pypdfium2
import pytest
from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo
from pypdf.actions import JavaScript
from pypdf.annotations import Link
from pypdf.generic import DictionaryObject, NameObject, RectangleObject, TextStringObject

from benchmarks.slow_pdf import pdf_of, slow_pdf
from igny8_core.business.proofs.make import MadeProof, make_anew
from igny8_core.business.proofs.sandbox import Refused
from tests.factories import make_pdf


def kept(content: bytes) -> bytes:
    return make_anew(content).content


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        make_anew(content)
    return caught.value.reason.value


def saved(image: Image.Image, image_format: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def moving(image_format: str) -> bytes:
    """Return an animation of two pictures."""
    pictures = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    return saved(pictures[0], image_format, save_all=True, append_images=pictures[1:])


def with_everything(image_format: str) -> bytes:
    """Return an image with every kind of metadata."""
    exif = Image.Exif()
    exif[0x010E] = "SECRET description"
    exif.get_ifd(0x8825)[2] = (31.0, 33.0, 0.0)  # GPS latitude
    text = PngInfo()
    text.add_text("Comment", "SECRET text")
    text.add_itxt("XML:com.adobe.xmp", "SECRET xmp", zip=False)
    options: dict[str, Any] = {"exif": exif, "icc_profile": b"SECRET profile"}
    if image_format == "PNG":
        options["pnginfo"] = text
    else:
        options["xmp"] = b"SECRET xmp"
    if image_format == "JPEG":
        options["comment"] = b"SECRET comment"
    return saved(Image.new("RGB", (8, 8), "teal"), image_format, **options)


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_image_metadata_is_removed(image_format: str) -> None:
    sent = with_everything(image_format)
    assert sent.count(b"SECRET") >= 3
    result = kept(sent)

    assert b"SECRET" not in result
    with Image.open(BytesIO(result)) as image:
        assert image.format == image_format
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop",
                                   "background", "timestamp", "duration"}  # fmt: skip


@pytest.mark.parametrize("tail", [b"PK\x03\x04 a zip", b"<script>alert(1)</script>", b"%PDF-1.7"])
@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_trailing_data_is_removed(image_format: str, tail: bytes) -> None:
    assert tail not in kept(saved(Image.new("RGB", (8, 8)), image_format) + tail)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK", "YCbCr"])
def test_every_image_mode_stays_legible(mode: str) -> None:
    """Left half dark, right half bright: so it is afterwards."""
    halves = Image.new("L", (40, 20), 0)
    halves.paste(255, (20, 0, 40, 20))
    if mode == "I;16":
        levels_of_16_bits = b"".join(bytes([level, level]) for level in halves.tobytes())
        picture = Image.frombytes(mode, halves.size, levels_of_16_bits)
    else:
        source = halves.convert("RGB") if mode in {"CMYK", "YCbCr"} else halves
        picture = source.convert(mode)
    image_format = "JPEG" if mode in {"CMYK", "YCbCr"} else "PNG"
    with Image.open(BytesIO(kept(saved(picture, image_format)))) as image:
        levels = image.convert("L")
    assert levels.getpixel((4, 10)) < 40  # type: ignore[operator]
    assert levels.getpixel((36, 10)) > 215  # type: ignore[operator]


def test_transparency_is_kept() -> None:
    with Image.open(BytesIO(kept(saved(Image.new("RGBA", (8, 8), (9, 9, 9, 0)), "PNG")))) as image:
        assert image.getpixel((1, 1)) == (9, 9, 9, 0)


def test_multi_picture_jpeg_keeps_the_photo() -> None:
    """Such a JPEG has a second picture, and another name in Pillow: MPO."""
    photo, depth = Image.new("RGB", (16, 8), "red"), Image.new("RGB", (4, 4), "blue")
    sent = saved(photo, "MPO", save_all=True, append_images=[depth])
    with Image.open(BytesIO(sent)) as image:
        assert image.format == "MPO"
    proof = make_anew(sent)

    assert proof.content_type == "image/jpeg"
    with Image.open(BytesIO(proof.content)) as image:
        assert (image.format, image.size) == ("JPEG", (16, 8))


def test_large_photo_is_scaled_down() -> None:
    sent = saved(Image.new("RGB", (8000, 6000), "teal"), "JPEG")
    with Image.open(BytesIO(kept(sent))) as image:
        assert image.width * image.height <= 16_000_000
        assert image.width / image.height == pytest.approx(4 / 3, rel=0.01)


def test_long_screenshot_keeps_its_width() -> None:
    with Image.open(BytesIO(kept(saved(Image.new("RGB", (1080, 12_000)), "PNG")))) as image:
        assert image.size == (1080, 12_000)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HOSTILE: dict[str, Callable[[], bytes]] = {
    "svg": lambda: SVG,
    "html": lambda: b"<!doctype html><script>alert(1)</script>",
    "html with a pdf in it": lambda: b"<!--" + make_pdf() + b"--><script>alert(1)</script>",
    "gif": lambda: saved(Image.new("RGB", (8, 8)), "GIF"),
    "gif with script": lambda: b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)",
    "tiff": lambda: saved(Image.new("RGB", (8, 8)), "TIFF"),
    "bmp": lambda: saved(Image.new("RGB", (8, 8)), "BMP"),
    "zip": lambda: b"PK\x03\x04" + b"\0" * 100,
    "program": lambda: b"\x7fELF" + b"\0" * 100,
    "animated png": lambda: moving("PNG"),
    "animated webp": lambda: moving("WEBP"),
    "51 million pixels": lambda: saved(Image.new("1", (10_000, 5_100)), "PNG"),
    "gigapixels": lambda: saved(Image.new("1", (40_000, 30_000)), "PNG"),
    "huge text in a png": lambda: saved(Image.new("1", (1, 1)), "PNG", pnginfo=_bomb_of_text()),
    "truncated png": lambda: saved(_noise(), "PNG")[:-900],
    "truncated jpeg": lambda: saved(_noise(), "JPEG")[:900],
    "truncated webp": lambda: saved(_noise(), "WEBP")[:900],
    "png that is a signature": lambda: b"\x89PNG\r\n\x1a\n",
    "png with a wrong checksum": lambda: saved(_noise(), "PNG").replace(b"IDAT", b"IDAX"),
    "pdf that is a signature": lambda: b"%PDF-1.7\n%%EOF",
    "truncated pdf": lambda: make_pdf()[:300],
    "pdf without pages": lambda: (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>"
    ),
}


def _noise() -> Image.Image:
    return Image.effect_noise((64, 64), 90).convert("RGB")


def _bomb_of_text() -> PngInfo:
    info = PngInfo()
    info.add_text("Comment", "0" * 200_000_000, zip=True)
    return info


REASONS = {
    "animated png": "animated",
    "animated webp": "animated",
    "51 million pixels": "too_many_pixels",
    "gigapixels": "too_many_pixels",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused(name: str) -> None:
    assert refusal(HOSTILE[name]()) == REASONS.get(name, "unreadable")


def hostile_pdf() -> bytes:
    """Return a PDF with every active feature; one page is rotated, one cropped."""
    writer = pypdf.PdfWriter(clone_from=BytesIO(make_pdf("First page", "Second page")))
    writer.add_open_action(JavaScript("app.alert(1)"))
    writer.add_attachment("virus.exe", b"MZ SECRET")
    writer.add_metadata({"/Author": "SECRET author"})
    script = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x()")}
    )
    launch = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")}
    )
    first, second = writer.pages
    first[NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})
    first.rotate(90)
    second.cropbox = RectangleObject((20, 400, 500, 840))
    writer.root_object[NameObject("/OpenAction")] = launch
    writer.add_annotation(0, Link(rect=(0, 0, 99, 99), url="https://evil.example"))
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue() + b"<script>alert(1)</script>"


ACTIVE = {"/JS", "/JavaScript", "/OpenAction", "/AA", "/A", "/Launch", "/EmbeddedFiles", "/Annots",
          "/AcroForm", "/Names", "/Author", "/URI", "/EmbeddedFile", "/Filespec"}  # fmt: skip


def words_of(content: bytes) -> set[str]:
    """Every key and name of every object in a PDF."""
    found: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            found.update(str(key) for key in node)
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)
        elif isinstance(node, NameObject):
            found.add(str(node))

    reader = pypdf.PdfReader(BytesIO(content), strict=False)
    walk(dict(reader.trailer))
    numbers = set(reader.xref.get(0, {})) | set(reader.xref_objStm)
    for number in numbers - {0}:
        walk(pypdf.generic.IndirectObject(number, 0, reader).get_object())
    return found


def drawn(content: bytes) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(content)
    return [page.render(may_draw_forms=False).to_pil().convert("RGB") for page in document]


def test_active_pdf_content_is_removed() -> None:
    sent = hostile_pdf()
    assert {"/JS", "/Launch", "/AA", "/EmbeddedFiles", "/Annots", "/URI"} <= words_of(sent)
    result = kept(sent)

    assert not words_of(result) & ACTIVE
    for word in (b"SECRET", b"<script>", b"evil.example", b"cmd.exe"):
        assert word not in result


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%b>>stream\n%b\nendstream" % (len(content), entries, content)


def packed_stream(content: bytes, entries: bytes = b"") -> bytes:
    return stream(zlib.compress(content), b"/Filter/FlateDecode" + entries)


def telling_pdf() -> bytes:
    """Return a PDF page with a photo that contains its location and other metadata."""
    photo = with_everything("JPEG")
    j2k = saved(Image.new("RGB", (8, 8), "teal"), "JPEG2000", comment=b"SECRET jpx")
    size = b"/Type/XObject/Subtype/Image/Width 8/Height 8/ColorSpace/DeviceRGB/BitsPerComponent 8"
    return pdf_of(
        b"<</Type/Catalog/Pages 2 0 R/Metadata 7 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Metadata 7 0 R"
        b"/PieceInfo<</SECRETapp 8 0 R>>/Resources<</XObject<</A 5 0 R/B 6 0 R>>>>>>",
        packed_stream(b"% SECRET remark\nq 90 0 0 90 5 5 cm /A Do Q q 90 0 0 90 99 99 cm /B Do Q"),
        stream(photo, size + b"/Filter/DCTDecode/Metadata 7 0 R"),
        stream(j2k, size + b"/Filter/JPXDecode"),
        packed_stream(b"<x:xmpmeta>SECRET xmp</x:xmpmeta>", b"/Type/Metadata/Subtype/XML"),
        packed_stream(b"SECRET private data"),
    )


def opened(content: bytes) -> bytes:
    """Return a file with all of its streams, decompressed, and their pictures."""
    parts = [content]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            parts.append(zlib.decompress(found.group(1)))
        except zlib.error:
            parts.append(found.group(1))
    return b"\n".join(parts)


def test_original_pdf_streams_are_removed() -> None:
    """A picture inside of a PDF tells as much as one by itself."""
    sent = telling_pdf()
    assert opened(sent).count(b"SECRET") >= 7
    assert (31.0, 33.0, 0.0) in exif_of(sent).values()
    made = make_anew(sent)

    for file in (made.content, made.thumbnail, *made.pages):
        assert b"SECRET" not in opened(file)
        assert b"Exif" not in opened(file)
    assert {"/Metadata", "/PieceInfo", "/Font", "/JPXDecode"}.isdisjoint(words_of(made.content))
    assert drawn(made.content)[0].getpixel((50, 150)) == pytest.approx((0, 128, 128), abs=6)


def exif_of(content: bytes) -> dict[int, object]:
    """Return the location of a document's photo."""
    with Image.open(BytesIO(content[content.index(b"\xff\xd8\xff") :])) as image:
        return dict(image.getexif().get_ifd(0x8825))


def test_kept_pdf_consists_of_page_images() -> None:
    made = make_anew(make_pdf("First page", "Second page"))
    assert opened(made.content).count(b"/DCTDecode") == len(made.pages) == 2
    for page in made.pages:
        assert page in made.content


def test_pdf_pages_look_unchanged() -> None:
    sent = hostile_pdf()
    result = kept(sent)

    before, after = drawn(sent), drawn(result)
    assert [page.size for page in before] == [page.size for page in after]
    for page in map(ImageChops.difference, before, after):
        assert max(page.convert("L").reduce(8).tobytes()) < 60, "more than the noise of JPEG"


def test_pdf_annotations_stay_visible() -> None:
    writer = pypdf.PdfWriter(clone_from=BytesIO(make_pdf("Receipt")))
    note = pypdf.annotations.FreeText(text="PAID 89", rect=(50, 500, 250, 560))
    writer.add_annotation(0, note)
    buffer = BytesIO()
    writer.write(buffer)
    without, with_note = drawn(make_pdf("Receipt"))[0], drawn(kept(buffer.getvalue()))[0]

    box = ImageChops.difference(without, with_note).convert("L").point(lambda v: 255 * (v > 60))
    assert box.crop((50, 842 - 560, 250, 842 - 500)).getbbox() is not None


def locked_pdf(*, user_password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=BytesIO(make_pdf()))
    writer.encrypt(user_password, "owner", algorithm="RC4-128")
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_password_protected_pdf_is_refused() -> None:
    assert refusal(locked_pdf(user_password="secret")) == "encrypted"


def test_print_restricted_pdf_is_accepted() -> None:
    assert make_anew(locked_pdf(user_password="")).content_type == "application/pdf"


def test_pdf_page_limit_is_thirty() -> None:
    made = make_anew(make_pdf(*["#lorem(500)"] * 30))
    assert len(pypdfium2.PdfDocument(made.content)) == len(made.pages) == 30
    assert refusal(make_pdf(*["page"] * 31)) == "too_many_pages"


@pytest.mark.long
def test_slow_pdf_is_refused() -> None:
    assert refusal(slow_pdf()) == "too_complex"


@pytest.mark.parametrize(
    ("size", "page_size"),
    [((100, 50), (100, 50)), ((3200, 1600), (1600, 800)), ((1080, 12_000), (1080, 12_000))],
)
def test_image_page_fits_screen_width(size: tuple[int, int], page_size: tuple[int, int]) -> None:
    made = make_anew(saved(Image.new("RGB", size), "PNG"))
    assert [size_of(page) for page in made.pages] == [page_size]


def size_of(picture: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(picture)) as image:
        assert image.format == "JPEG"
        return image.size


def test_transparent_image_is_shown_on_white() -> None:
    made = make_anew(saved(Image.new("RGBA", (64, 64), (9, 9, 9, 0)), "PNG"))
    for picture in (made.thumbnail, *made.pages):
        with Image.open(BytesIO(picture)) as image:
            assert image.getpixel((32, 32)) == (255, 255, 255)


def test_thumbnail_is_small() -> None:
    made: MadeProof = make_anew(saved(_noise().resize((2000, 3000)), "JPEG"))
    assert max(size_of(made.thumbnail)) == 160
    assert len(made.thumbnail) < 20_000
