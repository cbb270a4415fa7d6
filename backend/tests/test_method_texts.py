"""Text of a payment method, stored per language; English where a translation is missing.

Values such as account numbers are the same in all languages, and stored once.
"""

import json
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.exceptions import ValidationError
from django.test import Client
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.business.billing.examples import CATALOG, WITHHELD
from igny8_core.business.billing.methods import RIGHT_TO_LEFT_MARK
from igny8_core.business.billing.models import Invoice, PaymentMethodConfig, SettingChange
from igny8_core.business.billing.validators import MAX_DETAILS, TEXTS, validate_translations
from igny8_core.business.notifications.change_words import changed_values
from igny8_core.common.letters import letter_for, render_letter
from igny8_core.common.models import OutgoingMail
from tests.desk import form_of, rows, without_details
from tests.factories import (
    approve,
    invoice_of,
    make_billing_admin,
    make_owner,
    make_payment,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
METHODS = "/api/v1/billing/admin/payment-methods/"
PREFIX = "translations-ur-"


@pytest.fixture
def method() -> PaymentMethodConfig:
    return PaymentMethodConfig.objects.get(catalog_key="jazzcash:PK")


@pytest.fixture
def desk(client: Client, billing_admin: User) -> Client:
    client.force_login(billing_admin)
    return client


def page_of(method: PaymentMethodConfig) -> str:
    return f"/admin/billing/paymentmethodconfig/{method.pk}/change/"


def told_in(language: str, kind: str) -> str:
    """Return the text of the newest email of a kind."""
    mail = OutgoingMail.objects.filter(kind=kind).latest("pk")
    return render_letter(letter_for(mail), language=language)["layout.txt"]


def test_shipped_methods_are_translated_into_every_language(settings: LazySettings) -> None:
    others = {code for code, _name in settings.LANGUAGES} - {"en"}
    for shipped in json.loads(CATALOG.read_text("utf-8")):
        assert set(shipped["translations"]) == others
        for texts in shipped["translations"].values():
            assert {"instructions", "reference_hint", "processing_time"} <= set(texts)
        validate_translations(shipped["translations"])


def test_api_returns_all_translations(api: APIClient, method: PaymentMethodConfig) -> None:
    offered = {each["payment_method"]: each for each in api.get(METHODS, {"country": "PK"}).json()}
    assert offered["jazzcash"]["translations"] == method.translations
    assert offered["jazzcash"]["instructions"].startswith("Open the JazzCash app")


def test_example_details_are_withheld_in_every_language(
    owner_api: APIClient, owner: User, settings: LazySettings
) -> None:
    invoice = invoice_of(owner)
    url = f"/api/v1/billing/invoices/{invoice.pk}/"
    assert owner_api.get(url).json()["payment_instructions"]["translations"]
    settings.IS_DEVELOPMENT = False
    assert owner_api.get(url).json()["payment_instructions"]["translations"]["ur"].keys() == {
        "display_name",
        "labels",
        "processing_time",
        "reference_hint",
        "reference_label",
    }
    assert invoice.method is not None
    assert invoice.method.shown().in_language("ur").instructions == WITHHELD
    assert invoice.method_snapshot is not None
    instructions = invoice.method_snapshot["translations"]["ur"]["instructions"]
    assert instructions.splitlines()[0] not in told_in("ur", "invoice_issued")


def test_mail_uses_method_texts_of_readers_language(billing_admin: User) -> None:
    owner = make_owner(payment_method="jazzcash")
    urdu, english = told_in("ur", "invoice_issued"), told_in("en", "invoice_issued")
    assert "JazzCash ایپ کھولیں" in urdu
    assert f"{RIGHT_TO_LEFT_MARK}موبائل اکاؤنٹ: " in urdu
    assert f"{RIGHT_TO_LEFT_MARK}JazzCash ایپ" in urdu  # right to left despite Latin letters
    assert "0300 1234567" in urdu
    assert "Open the JazzCash app" not in urdu
    assert "Mobile account: 0300 1234567" in english
    assert "ایپ" not in english

    approve(make_payment(owner, method_code="jazzcash", reference="12345678901"), billing_admin)
    assert "جاز کیش" in told_in("ur", "payment_approved")
    assert "JazzCash" in told_in("en", "payment_approved")


def test_untranslated_text_falls_back_to_english(method: PaymentMethodConfig) -> None:
    method.translations = {"ur": {"reference_label": "نمبر"}}
    method.save()
    make_owner(payment_method="jazzcash")
    assert "Open the JazzCash app" in told_in("ur", "invoice_issued")


def test_invoice_keeps_translations_it_was_issued_with(method: PaymentMethodConfig) -> None:
    owner = make_owner(payment_method="jazzcash")
    as_issued = method.translations
    PaymentMethodConfig.objects.update(translations={"ur": {"instructions": "کچھ اور"}})
    kept = Invoice.objects.get(pk=invoice_of(owner).pk).payment_instructions
    assert kept is not None
    assert kept.translations == as_issued
    assert "کچھ اور" not in told_in("ur", "invoice_issued")


def test_old_snapshot_falls_back_to_english(owner: User) -> None:
    invoice = invoice_of(owner)
    assert invoice.method_snapshot is not None
    del invoice.method_snapshot["translations"]
    assert invoice.payment_instructions is not None
    assert invoice.payment_instructions.in_language("ur") == invoice.payment_instructions


# At the desk


def test_translation_edit_waits_for_second_admin(desk: Client, method: PaymentMethodConfig) -> None:
    make_billing_admin()
    values = form_of(desk, page_of(method))
    changes = {
        f"{PREFIX}instructions": " ایک\r\nدو ",
        f"{PREFIX}label-0": "نمبر",
        f"{PREFIX}reference_hint": "",
    }
    assert desk.post(page_of(method), {**values, **changes}).status_code == 302
    change = SettingChange.objects.get()
    assert change.waits
    texts = change.after["translations"]["ur"]
    assert texts["instructions"] == "ایک\nدو"
    assert texts["labels"] == {"Mobile account": "نمبر", "Account name": "اکاؤنٹ کا نام"}
    assert "reference_hint" not in texts
    words = changed_values(change)[0].after
    assert "ur, instructions: ایک\nدو" in words
    assert "ur, label “Mobile account”: نمبر" in words
    method.refresh_from_db()
    assert method.translations["ur"]["instructions"] != "ایک\nدو"


def test_second_admin_sees_each_changed_text(desk: Client, method: PaymentMethodConfig) -> None:
    """Nothing typed into one place hides what is typed into another."""
    make_billing_admin()
    old = method.translations["ur"]["instructions"]
    thiefs = {
        f"{PREFIX}instructions": "0399 9999999",
        "translations-of-7": "instructions",
        f"{PREFIX}label-7": old[:20],
    }
    desk.post(page_of(method), form_of(desk, page_of(method)) | thiefs)
    change = SettingChange.objects.get()
    assert "instructions" not in change.after["translations"]["ur"]["labels"]
    shadowed = change.after | {
        "translations": {"ur": {"instructions": "0399", "labels": {"instructions": "x"}}}
    }
    assert "0399" in changed_values(SettingChange(model=change.model, after=shadowed))[0].after


def test_removed_label_creates_no_change(desk: Client, method: PaymentMethodConfig) -> None:
    """Nor is it in the way of switching the method off while another change waits."""
    make_billing_admin()
    details = [{**method.details[0], "label": "Wallet"}, method.details[1]]
    PaymentMethodConfig.objects.filter(pk=method.pk).update(details=details)
    values = form_of(desk, page_of(method))
    assert desk.post(page_of(method), values | {"order": "7"}).status_code == 302
    assert not SettingChange.objects.filter(outcome="").exists()
    desk.post(page_of(method), values | {"order": "7", "display_name": "Wallet"})
    assert SettingChange.objects.filter(outcome="").count() == 1
    off = form_of(desk, page_of(method))
    del off["is_enabled"]
    assert desk.post(page_of(method), off).status_code == 302
    assert not PaymentMethodConfig.objects.get(pk=method.pk).is_enabled


def test_desk_names_the_invalid_text(desk: Client, method: PaymentMethodConfig) -> None:
    values = form_of(desk, page_of(method)) | {f"{PREFIX}reference_label": "x" * 61}
    answer = desk.post(page_of(method), values)
    errors = answer.context["adminform"].form.errors["translations"]
    assert errors == ["اردو: the reference label has more than 60 characters."]
    assert not SettingChange.objects.exists()


@pytest.mark.parametrize("also", [{}, {f"{PREFIX}instructions": "دکان پر ادا کریں"}])
def test_desk_warns_when_only_english_changed(
    desk: Client, method: PaymentMethodConfig, also: dict[str, str]
) -> None:
    values = {**form_of(desk, page_of(method)), "instructions": "Pay at the shop.", **also}
    page = desk.post(page_of(method), values, follow=True).content.decode()
    assert ("only the English text changed" in page) == (not also)


def test_new_method_can_be_added_with_translations(desk: Client, settings: LazySettings) -> None:
    settings.BILLING_CHANGE_DELAY_HOURS = 0
    url = "/admin/billing/paymentmethodconfig/add/"
    values = without_details(form_of(desk, url)) | {
        "display_name": "Shop",
        "payment_method": "shop",
        "kind": "wallet",
        "countries": [],
        "currency": "PKR",
        "instructions": "Pay at the shop.",
        "reference_label": "Receipt number",
        f"{PREFIX}display_name": "دکان",
    }
    detail = {"label": "Address", "value": "Mall Road, Lahore", "copyable": False}
    answer = desk.post(url, {**values, **rows([detail])})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    added = PaymentMethodConfig.objects.get(payment_method="shop")
    assert added.translations == {"ur": {"display_name": "دکان"}}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "Enter texts for each of these languages: ur."),
        ({"xx": {}}, "Enter texts for each of these languages: ur."),
        ({"en": {}}, "Enter texts for each of these languages: ur."),
        ({"ur": []}, "write any of"),
        ({"ur": {"details": []}}, "write any of"),
        ({"ur": {"instructions": 1}}, "the instructions must be text."),
        ({"ur": {"instructions": "x" * 5001}}, "the instructions has more than 5000 characters."),
        ({"ur": {"display_name": "a\nb"}}, "the display name can't be this."),
        ({"ur": {"display_name": " "}}, "the display name is missing."),
        ({"ur": {"labels": ["IBAN"]}}, "at most 20 labels"),
        ({"ur": {"labels": {str(n): "x" for n in range(MAX_DETAILS + 1)}}}, "at most 20 labels"),
        ({"ur": {"labels": {"IBAN": "\u200b"}}}, "the label of IBAN can't be this."),
        ({"ur": {"labels": {"x" * 61: "x"}}}, "has more than 60 characters."),
        ({"ur": {"labels": {"instructions": "a\nb"}}}, "the label of instructions can't be this."),
    ],
)
def test_invalid_translations_are_refused(given: Any, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        validate_translations(given)
    assert words in " ".join(caught.value.messages)


def test_text_limits_match_column_lengths() -> None:
    columns = {field.name: field.max_length for field in PaymentMethodConfig._meta.concrete_fields}
    assert {name: columns[name] for name in TEXTS if columns[name]} == {
        name: longest for name, longest in TEXTS.items() if name != "instructions"
    }
    validate_translations({"ur": {"instructions": "a\nb", "labels": {"IBAN": "x"}}})
