"""Invoices and receipts as PDF: rendered for real, read again, their codes scanned."""

import io

import pypdf
import pytest
import zxingcpp
from django.test import Client
from django.urls import reverse
from PIL import Image

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.models import Invoice, PaymentMethodConfig, SellerProfile
from igny8_core.business.billing.pdf import invoice_pdf, invoice_png
from igny8_core.business.billing.services.invoices import void_invoice
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
    """Return the words of the document."""
    reader = pypdf.PdfReader(io.BytesIO(invoice_pdf(invoice)))
    return "\n".join(page.extract_text() for page in reader.pages)


def fonts(invoice: Invoice) -> str:
    reader = pypdf.PdfReader(io.BytesIO(invoice_pdf(invoice)))
    return " ".join(
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    )


def scan(invoice: Invoice) -> list[str]:
    """Return what a camera reads."""
    with Image.open(io.BytesIO(invoice_png(invoice))) as picture:
        return [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))]


def owner_in(country: str, method: str) -> Invoice:
    return invoice_of(make_owner(country=country, payment_method=method))


@pytest.fixture
def seller(db: None) -> SellerProfile:
    """What an admin has entered."""
    return SellerProfile.objects.create(**SELLER)


def test_the_seller_stands_on_it(seller: SellerProfile, owner: User) -> None:
    text = read(invoice_of(owner))
    for words in SELLER.values():
        for line in words.split("\n"):
            assert line in text, line


def test_later_edits_of_the_seller_change_no_issued_invoice(
    seller: SellerProfile, owner: User
) -> None:
    before = invoice_pdf(invoice_of(owner))
    SellerProfile.objects.update(name="Another Limited", tax_label="VAT")

    assert invoice_pdf(invoice_of(owner)) == before
    assert "Another Limited" in read(invoice_of(make_owner()))


def test_until_one_is_entered_the_environment_names_the_seller(owner: User) -> None:
    assert "IGNY8" in read(invoice_of(owner))


def test_an_invoice_says_how_to_pay(owner: User) -> None:
    invoice = invoice_of(owner)
    text = read(invoice)
    for words in (
        "Invoice",
        invoice.number,
        "Lahore Textiles",
        "Tax ID 1234567-8",
        "89.00 USD",
        "25053.50 PKR",
        "281.5 for 1 USD",
        "How to pay: Bank transfer (IBAN)",
        "PK36SCBL0000001123456702",
        "Payment reference",
    ):
        assert words in text, words
    assert "PAID" not in text


def test_a_paid_one_is_a_receipt(owner: User, billing_admin: User) -> None:
    approve(make_payment(owner, reference="FT-77"), billing_admin)
    text = read(invoice_of(owner))
    for words in ("Receipt", f"PAID {utc_now():%Y-%m-%d}", "FT-77", "Amount received"):
        assert words in text, words
    assert "How to pay" not in text


def test_a_void_one_says_so(owner: User, billing_admin: User) -> None:
    void_invoice(
        invoice_id=invoice_of(owner).pk,
        actor=Actor(user=billing_admin),
        now=utc_now(),
        reason="Issued twice",
    )
    text = read(invoice_of(owner))
    assert "VOID" in text
    assert "How to pay" not in text


def test_sepa_is_scanned(catalog: None) -> None:
    invoice = owner_in("DE", "sepa")
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


def test_upi_is_scanned(catalog: None) -> None:
    invoice = owner_in("IN", "upi")
    (code,) = scan(invoice)
    assert code == (
        f"upi://pay?pa=igny8@examplebank&pn=IGNY8%20Technologies&am={invoice.payable_amount:.2f}"
        f"&cu=INR&tn={invoice.number}"
    )


@pytest.mark.parametrize(("country", "method"), [("PK", "jazzcash"), ("GB", "faster_payments")])
def test_where_there_is_no_standard_there_is_no_code(
    catalog: None, country: str, method: str
) -> None:
    assert not scan(owner_in(country, method))


def test_a_mistyped_iban_makes_no_code_and_no_error(catalog: None) -> None:
    method = PaymentMethodConfig.objects.get(payment_method="sepa")
    for detail in method.details:
        if detail["label"] == "IBAN":
            detail["value"] = "NL"
    method.save()
    assert not scan(owner_in("DE", "sepa"))


@pytest.mark.parametrize(
    ("name", "font"), [("لاہور ٹیکسٹائل", "NotoNaskhArabic"), ("मुंबई वस्त्र", "NotoSansDevanagari")]
)
def test_names_of_other_scripts_have_their_letters(owner: User, name: str, font: str) -> None:
    invoice = invoice_of(owner)
    invoice.billing_snapshot["customer"]["account_name"] = name
    assert font in fonts(invoice)


@pytest.mark.parametrize("words", ["#panic()", "*bold* _it_", "$x$ @ref <l>", '"\\u{41}"'])
def test_words_are_never_markup(catalog: None, words: str) -> None:
    owner = make_owner()
    invoice = invoice_of(owner)
    invoice.billing_snapshot["customer"]["account_name"] = words
    assert words in read(invoice)


def test_long_words_break_nothing(catalog: None) -> None:
    invoice = invoice_of(make_owner())
    invoice.billing_snapshot["seller"] = {**SELLER, "address": "Long Road\n" * 9}
    invoice.billing_snapshot["customer"]["account_name"] = "Very long names of traders " * 8
    assert "Payment reference" in read(invoice)


def test_the_same_bytes_each_time(owner: User, billing_admin: User) -> None:
    assert invoice_pdf(invoice_of(owner)) == invoice_pdf(invoice_of(owner))
    approve(make_payment(owner), billing_admin)
    assert invoice_pdf(invoice_of(owner)) == invoice_pdf(invoice_of(owner))


def test_there_is_one_seller(admin_client: Client, seller: SellerProfile) -> None:
    add = reverse("admin:billing_sellerprofile_add")
    assert admin_client.get(add).status_code == 403
    change = reverse("admin:billing_sellerprofile_change", args=[seller.pk])
    admin_client.post(change, {**SELLER, "name": "IGNY8 Limited"})
    seller.refresh_from_db()
    assert seller.name == "IGNY8 Limited"
    delete = reverse("admin:billing_sellerprofile_delete", args=[seller.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403
