"""What is kept of hostile and of honest proof files."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pypdf
import pypdfium2
import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo
from pypdf.actions import JavaScript
from pypdf.annotations import Link
from pypdf.generic import DictionaryObject, NameObject, RectangleObject, TextStringObject
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.business.billing import sandbox
from igny8_core.business.billing.exceptions import ProofsBusy
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.proofs import Proof, accept_proof
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import DomainError
from tests.factories import client_of, confirmation_of, make_owner, make_pdf, make_receipt

URL = "/api/v1/billing/admin/payments/confirm/"


def accept(content: bytes) -> Proof:
    return accept_proof(SimpleUploadedFile("slip", content))


def kept(content: bytes) -> bytes:
    return bytes(accept(content).file.read())


def refusal(content: bytes) -> str:
    with pytest.raises(DomainError) as caught:
        accept(content)
    return caught.value.code


def saved(image: Image.Image, image_format: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def moving(image_format: str) -> bytes:
    """Return two pictures that follow each other."""
    pictures = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    return saved(pictures[0], image_format, save_all=True, append_images=pictures[1:])


def with_everything(image_format: str) -> bytes:
    """Return a picture with all that may be written beside the pixels."""
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
def test_nothing_beside_the_pixels_is_kept(image_format: str) -> None:
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
def test_what_is_hung_behind_a_picture_is_left_behind(image_format: str, tail: bytes) -> None:
    assert tail not in kept(saved(Image.new("RGB", (8, 8)), image_format) + tail)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK", "YCbCr"])
def test_every_kind_of_picture_stays_legible(mode: str) -> None:
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


def test_of_a_phones_multi_picture_the_photo_is_taken() -> None:
    """Such a JPEG has a second picture, and another name in Pillow: MPO."""
    photo, depth = Image.new("RGB", (16, 8), "red"), Image.new("RGB", (4, 4), "blue")
    sent = saved(photo, "MPO", save_all=True, append_images=[depth])
    with Image.open(BytesIO(sent)) as image:
        assert image.format == "MPO"
    proof = accept(sent)

    assert proof.content_type == "image/jpeg"
    with Image.open(BytesIO(proof.file.read())) as image:
        assert (image.format, image.size) == ("JPEG", (16, 8))


def test_a_large_photo_is_made_smaller() -> None:
    sent = saved(Image.new("RGB", (8000, 6000), "teal"), "JPEG")
    with Image.open(BytesIO(kept(sent))) as image:
        assert image.width * image.height <= 16_000_000
        assert image.width / image.height == pytest.approx(4 / 3, rel=0.01)


def test_a_long_screenshot_keeps_its_width() -> None:
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


@pytest.mark.parametrize("name", HOSTILE)
def test_refuses(name: str) -> None:
    assert refusal(HOSTILE[name]()) == "proof_type_not_accepted"


def hostile_pdf() -> bytes:
    """Return two pages with everything that a PDF can do, one turned and one cut."""
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
    """Every key and name of every object that a PDF has."""
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


def test_of_a_pdf_its_pages_are_kept_and_nothing_that_acts() -> None:
    sent = hostile_pdf()
    assert {"/JS", "/Launch", "/AA", "/EmbeddedFiles", "/Annots", "/URI"} <= words_of(sent)
    result = kept(sent)

    assert not words_of(result) & ACTIVE
    for word in (b"SECRET", b"<script>", b"evil.example", b"cmd.exe"):
        assert word not in result


def test_the_pages_look_as_they_did() -> None:
    sent = hostile_pdf()
    result = kept(sent)

    before, after = drawn(sent), drawn(result)
    assert [page.size for page in before] == [page.size for page in after]
    assert [page.getbbox() for page in map(ImageChops.difference, before, after)] == [None, None]
    words = pypdfium2.PdfDocument(result)[0].get_textpage().get_text_range()
    assert words == "First page"


def test_what_was_filled_into_a_form_stays_to_be_seen() -> None:
    writer = pypdf.PdfWriter(clone_from=BytesIO(make_pdf("Receipt")))
    note = pypdf.annotations.FreeText(text="PAID 89", rect=(50, 500, 250, 560))
    writer.add_annotation(0, note)
    buffer = BytesIO()
    writer.write(buffer)
    document = pypdfium2.PdfDocument(buffer.getvalue())
    assert document[0].get_textpage().get_text_range() == "Receipt"
    sent = document[0].render(may_draw_forms=False).to_pil().convert("RGB")

    assert ImageChops.difference(sent, drawn(kept(buffer.getvalue()))[0]).getbbox() is None


def locked_pdf(*, user_password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=BytesIO(make_pdf()))
    writer.encrypt(user_password, "owner", algorithm="RC4-128")
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_a_pdf_that_asks_for_a_password_is_refused() -> None:
    assert refusal(locked_pdf(user_password="secret")) == "proof_encrypted"


def test_a_pdf_that_only_forbids_printing_is_taken() -> None:
    assert accept(locked_pdf(user_password="")).content_type == "application/pdf"


def test_a_pdf_of_thirty_pages_is_taken_and_no_longer_one() -> None:
    assert len(pypdfium2.PdfDocument(kept(make_pdf(*["page"] * 30)))) == 30
    assert refusal(make_pdf(*["page"] * 31)) == "proof_too_long"


def test_a_pdf_may_not_grow_without_end(settings: LazySettings) -> None:
    """Each page of the new document has its own copy of what the old ones shared."""
    sent = make_pdf(*["page"] * 30)
    settings.BILLING_PROOF_MAX_BYTES = len(sent)
    assert refusal(sent) == "proof_too_large"


def test_a_process_that_uses_too_much_is_ended_and_the_file_refused(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The real limits, on a script that ignores the file and takes all that it can get."""
    greedy = sandbox.SCRIPT.read_text("utf-8")
    greedy = greedy.replace("made, word = COMMANDS", "made, word = [bytes(1 << 31)] or COMMANDS")
    assert "1 << 31" in greedy
    script = sandbox.SCRIPT.parent / "greedy.py"
    monkeypatch.setattr(sandbox, "SCRIPT", script)
    try:
        script.write_text(greedy, "utf-8")
        with caplog.at_level(logging.WARNING):
            assert refusal(make_pdf()) == "proof_type_not_accepted"
    finally:
        script.unlink()
    assert "MemoryError" in caplog.text


def test_few_files_are_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "WAITING_SECONDS", 0)
    monkeypatch.setattr(sandbox, "places", threading.BoundedSemaphore(1))
    with sandbox.places, pytest.raises(ProofsBusy):
        accept(make_pdf())
    assert accept(make_pdf()).content_type == "application/pdf"


def test_a_machine_too_busy_is_not_the_files_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.001)
    with pytest.raises(ProofsBusy):
        accept(make_pdf())


# Limits of an account


@pytest.fixture
def paying(catalog: None) -> tuple[User, APIClient]:
    owner = make_owner()
    return owner, client_of(owner)


def send(owner: User, client: APIClient) -> Any:
    body = {**confirmation_of(owner), "proof": make_receipt()}
    answer = client.post(URL, body, format="multipart")
    if answer.status_code == 201:
        client.post(f"/api/v1/billing/payments/{answer.json()['id']}/withdraw/")
    return answer


@pytest.mark.django_db
def test_an_account_sends_so_many_files_a_day(
    paying: tuple[User, APIClient], settings: LazySettings
) -> None:
    settings.BILLING_PROOFS_PER_DAY = 2
    answers = [send(*paying) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    error = answers[-1].json()["errors"][0]
    assert (error["code"], error["attr"]) == ("proof_limit_reached", "proof")
    assert answers[-1].headers["Retry-After"] == "86400"
    other = make_owner()
    assert send(other, client_of(other)).status_code == 201  # others go on

    Payment.objects.update(submitted_at=utc_now() - timedelta(days=1, minutes=1))
    assert send(*paying).status_code == 201


@pytest.mark.django_db
def test_an_account_sends_so_many_bytes_a_day(
    paying: tuple[User, APIClient], settings: LazySettings
) -> None:
    assert send(*paying).status_code == 201
    size = Payment.objects.get().proof_size
    assert size == Payment.objects.get().proof.size
    settings.BILLING_PROOF_BYTES_PER_DAY = 2 * size - 1

    assert send(*paying).json()["errors"][0]["code"] == "proof_limit_reached"
    assert Payment.objects.count() == 1


@pytest.mark.django_db
def test_without_a_file_there_is_no_limit(
    paying: tuple[User, APIClient], settings: LazySettings
) -> None:
    settings.BILLING_PROOFS_PER_DAY = 0
    owner, client = paying
    assert client.post(URL, confirmation_of(owner)).status_code == 201
