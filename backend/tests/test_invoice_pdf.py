"""Invoices and receipts as PDF: really rendered, read back, with their QR codes scanned."""

import io
from urllib.parse import parse_qs, urlsplit

import pypdf
import pypdfium2
import pytest
import typst
import zxingcpp
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from PIL import Image
from pypdf.generic import ByteStringObject, ContentStream, TextStringObject

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.models import Invoice, SellerProfile
from igny8_core.business.billing.services.invoices import void_invoice
from igny8_core.business.documents.invoice_pdf import OWN_FONTS, _fonts, invoice_pdf
from igny8_core.business.documents.payment_qr import payment_qr
from igny8_core.common.clock import utc_now
from tests.factories import approve, invoice_of, make_owner, make_payment

pytestmark = pytest.mark.django_db
SELLER = {
    "name": "IGNY8 (Private) Limited",
    "address": "4th Floor, Arfa Tower\n346-B Ferozepur Road\nLahore",
    "email": "billing@igny8.example",
    "website": "https://igny8.example",
    "tax_id": "7654321-0",
    "tax_label": "GST",
    "footer": "Registered in Lahore, No. 0123456",
}


def read(invoice: Invoice) -> str:
    """Return the text of the document."""
    reader = pypdf.PdfReader(io.BytesIO(invoice_pdf(invoice)))
    return "\n".join(page.extract_text() for page in reader.pages)


def fonts(invoice: Invoice) -> str:
    reader = pypdf.PdfReader(io.BytesIO(invoice_pdf(invoice)))
    return " ".join(
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    )


def picture_of(invoice: Invoice) -> Image.Image:
    """Return the first page as a reader's program draws it, at 144 dots an inch."""
    document = pypdfium2.PdfDocument(invoice_pdf(invoice))
    picture: Image.Image = document[0].render(scale=2).to_pil()
    return picture


def scan(invoice: Invoice) -> list[str]:
    """Return what a camera reads."""
    return [code.text for code in zxingcpp.read_barcodes(picture_of(invoice).convert("L"))]


def named(invoice: Invoice, name: str) -> Invoice:
    """Return the invoice as if issued to a customer with this name."""
    invoice.billing_snapshot["customer"]["account_name"] = name
    return invoice


def with_detail(invoice: Invoice, label: str, value: str) -> Invoice:
    """Return the invoice with another value in its method's details."""
    assert invoice.method_snapshot is not None
    for detail in invoice.method_snapshot["details"]:
        if detail["label"] == label:
            detail["value"] = value
    return invoice


def invoice_in(country: str, method: str) -> Invoice:
    return invoice_of(make_owner(country=country, payment_method=method))


@pytest.fixture
def seller(db: None) -> SellerProfile:
    """The seller as entered by an admin."""
    return SellerProfile.objects.create(**SELLER)


def test_invoice_shows_the_seller(seller: SellerProfile, owner: User) -> None:
    text = read(invoice_of(owner))
    for words in SELLER.values():
        for line in words.split("\n"):
            assert line in text, line


def test_seller_edit_does_not_change_issued_invoice(seller: SellerProfile, owner: User) -> None:
    before = invoice_pdf(invoice_of(owner))
    SellerProfile.objects.update(name="Another Limited", tax_label="VAT")

    assert invoice_pdf(invoice_of(owner)) == before
    later = read(invoice_of(make_owner()))
    assert "Another Limited" in later
    assert "VAT 0.00 USD" in " ".join(later.split())


def test_tax_line_uses_the_sellers_label(seller: SellerProfile, owner: User) -> None:
    assert "GST 0.00 USD" in " ".join(read(invoice_of(owner)).split())


def test_seller_edit_does_not_change_receipt(
    seller: SellerProfile, owner: User, billing_admin: User
) -> None:
    approve(make_payment(owner), billing_admin)
    before = invoice_pdf(invoice_of(owner))
    SellerProfile.objects.update(name="Another Limited", footer="Another line")

    assert invoice_pdf(invoice_of(owner)) == before


def test_seller_defaults_to_the_environment(owner: User) -> None:
    assert "IGNY8" in read(invoice_of(owner))


def test_invoice_shows_how_to_pay(owner: User) -> None:
    invoice = invoice_of(owner)
    text = read(invoice)
    for words in (
        "Invoice",
        invoice.number,
        "Lahore Textiles",
        "Tax ID 1234567-8",
        "89.00 USD",
        "25,053.50 PKR",
        "281.5 for 1 USD",
        "How to pay: Bank transfer (IBAN)",
        "PK36SCBL0000001123456702",
        "Payment reference",
    ):
        assert words in text, words
    assert "PAID" not in text


def test_paid_invoice_is_a_receipt(owner: User, billing_admin: User) -> None:
    approve(make_payment(owner, reference="FT-77"), billing_admin)
    text = read(invoice_of(owner))
    for words in (
        "Receipt",
        invoice_of(owner).number,
        f"PAID {utc_now():%Y-%m-%d}",
        "Paid by Bank transfer (IBAN)",
        "Transaction ID FT-77",
        "Amount received 89.00 USD",
    ):
        assert words in " ".join(text.split()), words
    assert "How to pay" not in text


def test_voided_invoice_is_marked_void(owner: User, billing_admin: User) -> None:
    void_invoice(
        invoice_id=invoice_of(owner).pk,
        actor=Actor(user=billing_admin),
        now=utc_now(),
        reason="Issued twice",
    )
    text = read(invoice_of(owner))
    assert "VOID" in text
    assert "How to pay" not in text


def test_sepa_code_can_be_scanned(catalog: None) -> None:
    invoice = invoice_in("DE", "sepa")
    (code,) = scan(invoice)
    lines = code.split("\n")
    assert lines[0] == "BCD"
    assert lines[3] == "SCT"
    assert lines[5:8] == [
        "IGNY8 Europe B.V.",
        "NL91ABNA0417164300",
        f"EUR{invoice.payable_amount.normalize():f}",
    ]
    assert lines[-1] == invoice.number


def test_upi_code_can_be_scanned(catalog: None) -> None:
    invoice = invoice_in("IN", "upi")
    (code,) = scan(invoice)
    assert code == (
        f"upi://pay?pa=igny8@examplebank&pn=IGNY8%20Technologies&am={invoice.payable_amount:.2f}"
        f"&cu=INR&tn={invoice.number}"
    )


@pytest.mark.parametrize(("country", "method"), [("PK", "jazzcash"), ("GB", "faster_payments")])
def test_method_without_qr_standard_has_no_code(catalog: None, country: str, method: str) -> None:
    assert not scan(invoice_in(country, method))


@pytest.mark.parametrize("iban", ["", "NL", "NL91ABNA0417164301", "000012345678", "x" * 300])
def test_mistyped_iban_makes_no_code(catalog: None, iban: str) -> None:
    invoice = with_detail(invoice_in("DE", "sepa"), "IBAN", iban)
    assert not scan(invoice)


@pytest.mark.parametrize("address", ["", "igny8", "igny8@", "@bank", "a b@bank", "a@b&am=1"])
def test_mistyped_upi_id_makes_no_code(catalog: None, address: str) -> None:
    invoice = with_detail(invoice_in("IN", "upi"), "UPI ID", address)
    assert not scan(invoice)


def test_mistyped_bic_or_long_name_makes_no_code(catalog: None) -> None:
    invoice = invoice_in("DE", "sepa")
    assert payment_qr(with_detail(invoice, "BIC", "EXMP")) is None
    invoice = with_detail(invoice, "BIC", "EXMPNL2A")
    assert payment_qr(invoice) is not None
    assert payment_qr(with_detail(invoice, "Account holder", "x" * 71)) is None


def test_grouped_iban_makes_a_code(catalog: None) -> None:
    invoice = with_detail(invoice_in("DE", "sepa"), "IBAN", "nl91 abna\u00a00417 1643 00")
    (code,) = scan(invoice)
    assert "NL91ABNA0417164300" in code.split("\n")


def test_two_line_name_stays_in_one_sepa_field(catalog: None) -> None:
    invoice = with_detail(invoice_in("DE", "sepa"), "Account holder", "IGNY8\r\nDE00 EUR1")
    (code,) = scan(invoice)
    assert code.split("\n")[5:7] == ["IGNY8 DE00 EUR1", "NL91ABNA0417164300"]


def test_special_characters_in_name_stay_in_one_upi_field(catalog: None) -> None:
    invoice = with_detail(invoice_in("IN", "upi"), "Payee name", "आम & Sons=1?am=9")
    (code,) = scan(invoice)
    fields = parse_qs(urlsplit(code).query, strict_parsing=True)
    assert fields["pn"] == ["आम & Sons=1?am=9"]
    assert fields["am"] == [f"{invoice.payable_amount:.2f}"]


def test_other_currency_makes_no_code(catalog: None) -> None:
    invoice = invoice_in("DE", "sepa")
    invoice.payable_currency = "USD"
    assert payment_qr(invoice) is None


@pytest.mark.parametrize(
    ("iban", "makes_code"),
    [
        ("GB82WEST12345698765432", True),
        ("gb82 west 1234 5698 7654 32", True),
        ("GB82-WEST-1234-5698-7654-32", True),
        ("GB82.WEST.12345698\u20137654 32", True),
        ("GB\uff182WEST12345698765432", True),
        ("GB82WEST12345698765423", False),
        ("GB82WEST123456987654320", False),
        ("XX82WEST12345698765432", False),
        ("GB82", False),
        ("-", False),
    ],
)
def test_only_valid_iban_makes_a_code(catalog: None, iban: str, *, makes_code: bool) -> None:
    invoice = with_detail(invoice_in("DE", "sepa"), "IBAN", iban)
    assert (payment_qr(invoice) is not None) is makes_code
    for code in scan(invoice) if makes_code else []:
        assert "GB82WEST12345698765432" in code.split("\n")


@pytest.mark.parametrize(
    ("name", "font"), [("لاہور ٹیکسٹائل", "NotoNaskhArabic"), ("मुंबई वस्त्र", "NotoSansDevanagari")]
)
def test_other_scripts_embed_their_font(owner: User, name: str, font: str) -> None:
    plain = invoice_of(owner)
    assert font not in fonts(plain)
    assert font in fonts(named(plain, name))


SCRIPTS = {
    "Latin": "Łódź Þórr İğdır Nguyễn",
    "Greek": "Αθήνα Ὀδυσσεύς",
    "Cyrillic": "Київ Ўзбекистон Ӱжара",
    "simplified Chinese": "上海纺织有限公司 骨直",
    "traditional Chinese": "香港國際貿易 龜龍",
    "Japanese": "株式会社 やまだ ヤマダ 髙橋﨑",
    "half-width Japanese": "\uff94\uff8f\uff80\uff9e",
    "Korean": "한국어 주식회사",
    "Thai": "บริษัท น้ำ กรุงเทพฯ",
    "Lao": "ບໍລິສັດ ລາວ",
    "Khmer": "ក្រុមហ៊ុន កម្ពុជា",
    "Burmese": "မြန်မာ ကုမ္ပဏီ",
    "Hindi": "मुंबई वस्त्र क्ष त्र ज्ञ",
    "Marathi": "कंपनी ऱ्या",
    "Bengali": "বাংলা বস্ত্র ক্ষ",
    "Assamese": "অসমীয়া ৰৱ",
    "Punjabi": "ਪੰਜਾਬੀ ਕੱਪੜਾ",
    "Gujarati": "ગુજરાતી કાપડ",
    "Odia": "ଓଡ଼ିଆ ବସ୍ତ୍ର",
    "Tamil": "சென்னை நெசவாளர்",
    "Telugu": "తెలుగు వస్త్రం",
    "Kannada": "ಕನ್ನಡ ಬಟ್ಟೆ",
    "Malayalam": "മലയാളം തുണി ൻ",
    "Sinhala": "සිංහල රෙදි ශ්\u200dරී",
    "Arabic": "شَرِكة الأقمشة ١٢٣",
    "Urdu": "لاہور ٹیکسٹائل ڈاکٹر ۱۲۳",
    "Persian": "شرکت می\u200cخواهم پارچه",
    "Pashto": "ښار ځای ړوند",
    "Sindhi": "سنڌي ڪپڙو ٻه",
    "Kurdish": "کوردستان ۆ ێ",
    "Uyghur": "ئۇيغۇر ھۆججەت",
    "Hebrew": "חֶבְרָה בע״מ",
    "Amharic": "አማርኛ ድርጅት",
    "Georgian": "ქართული შპს",
    "Armenian": "Հայերեն ՍՊԸ",
    "emoji": "😀 🏭 👨\u200d👩\u200d👧 🇵🇰 👍🏽 ❤\ufe0f",
    "signs": "№ ™ © § † • … — “x” ½ ² → ★ ♥ ☎ ✓",
    "wide": "\uff21\uff22\uff23 \uff11\uff12",
    "what can't be seen": "a\u200bb\u2060c\u00add\ufeffe\u3000f",
}


def boxes(document: bytes) -> int:
    """Count the .notdef glyphs (empty boxes) of a PDF."""
    return sum(
        operand.original_bytes[at : at + 2] == b"\0\0"
        for page in pypdf.PdfReader(io.BytesIO(document)).pages
        for operands, operator in ContentStream(page.get_contents(), page.pdf).operations
        if operator in {b"Tj", b"TJ"}
        for operand in (operands[0] if operator == b"TJ" else operands)
        if isinstance(operand, TextStringObject | ByteStringObject)
        for at in range(0, len(operand.original_bytes), 2)
    )


def test_missing_glyph_is_detected() -> None:
    code = '#set text(font: "Noto Naskh Arabic"); 香港'.replace("; ", "\n")
    document = typst.compile(code.encode(), font_paths=_fonts(), format="pdf")
    assert boxes(document) == 0
    alone = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[*OWN_FONTS]
    )
    assert boxes(typst.compile(code.encode(), font_paths=alone, format="pdf")) == 2


def test_every_script_has_its_glyphs(owner: User) -> None:
    """Wherever people's words stand: names, addresses, the method's texts, the seller's."""
    invoice = invoice_of(owner)
    assert invoice.payment_method is not None
    for script, words in SCRIPTS.items():
        named(invoice, words)
        invoice.billing_snapshot["seller"]["address"] = f"{words}\n1 {words} B"
        invoice.payment_method.instructions = f"{words} IBAN {words}"
        document = invoice_pdf(invoice)
        assert boxes(document) == 0, script
        assert "[U+" not in pypdf.PdfReader(io.BytesIO(document)).pages[0].extract_text(), script


@pytest.mark.parametrize(
    ("character", "code"),
    [("\U0001e922", "[U+1E922]"), ("\u0f56", "[U+0F56]"), ("\ue000", "[U+E000]")],
    ids=["Adlam", "Tibetan", "private use"],
)
def test_undrawable_character_is_shown_as_its_code(owner: User, character: str, code: str) -> None:
    invoice = named(invoice_of(owner), f"Shop {character}")
    assert f"Shop {code}" in read(invoice)
    assert boxes(invoice_pdf(invoice)) == 0


def test_han_glyphs_follow_the_customers_country(owner: User) -> None:
    invoice = named(invoice_of(owner), "直骨今令")
    customer = invoice.billing_snapshot["customer"]
    pictures = set()
    for country in ("CN", "JP", "KR", "TW"):
        customer["country"] = country
        page = picture_of(invoice)
        pictures.add(page.crop((0, page.height // 8, page.width // 2, page.height // 5)).tobytes())
    assert len(pictures) >= 3


def test_currency_signs_have_glyphs(owner: User) -> None:
    signs = "₹₨€£¥₺₦"
    invoice = named(invoice_of(owner), signs)
    assert signs in read(invoice)
    assert fonts(invoice).count("+Noto") == len(fonts(invoice).split())


@pytest.mark.parametrize("words", ["#panic()", "*bold* _it_", "$x$ @ref <l>", '"\\u{41}"'])
def test_text_is_never_markup(owner: User, words: str) -> None:
    assert words in read(named(invoice_of(owner), words))


@pytest.mark.parametrize(
    "name", ["Manufacturers" * 20, "صنعتکار" * 30, "उद्योग" * 40], ids=["Latin", "Urdu", "Hindi"]
)
def test_long_word_stays_on_the_page(owner: User, name: str) -> None:
    invoice = with_detail(named(invoice_of(owner), name), "Bank", name)
    page = picture_of(invoice)
    margin = (int(page.width * 0.9), 0, page.width, page.height)
    assert page.convert("L").crop(margin).getextrema() == (255, 255)


def test_long_word_is_copied_unchanged(owner: User) -> None:
    name = "Manufacturers" * 20
    assert name in read(named(invoice_of(owner), name)).replace("\n", "")


def test_many_details_continue_on_next_page(owner: User) -> None:
    invoice = invoice_of(owner)
    assert invoice.method_snapshot is not None
    invoice.method_snapshot["details"] = [
        {"label": f"Detail {number}", "value": f"value-{number}", "copyable": True}
        for number in range(120)
    ]
    text = read(invoice)
    assert "value-119" in text
    assert "Payment reference" in text


def test_pdf_is_deterministic(owner: User, billing_admin: User) -> None:
    assert invoice_pdf(invoice_of(owner)) == invoice_pdf(invoice_of(owner))
    approve(make_payment(owner), billing_admin)
    assert invoice_pdf(invoice_of(owner)) == invoice_pdf(invoice_of(owner))


def test_seller_profile_is_a_singleton(
    admin_client: Client, seller: SellerProfile, settings: LazySettings
) -> None:
    settings.BILLING_CHANGE_DELAY_HOURS = 0
    add = reverse("admin:billing_sellerprofile_add")
    assert admin_client.get(add).status_code == 403
    change = reverse("admin:billing_sellerprofile_change", args=[seller.pk])
    admin_client.post(change, {**SELLER, "name": "IGNY8 Limited"})
    seller.refresh_from_db()
    assert seller.name == "IGNY8 Limited"
    delete = reverse("admin:billing_sellerprofile_delete", args=[seller.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403
