"""One normal form of what people type, in Python and in PostgreSQL."""

import unicodedata

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from igny8_core.common.normal_form import normal_form, normal_words, without_invisible


@pytest.mark.parametrize(
    "typed",
    [
        "012345678901",
        "0123 4567 8901",
        "0123-4567-8901.",
        "۰۱۲۳۴۵۶۷۸۹۰۱",  # Urdu
        "٠١٢٣٤٥٦٧٨٩٠١",  # Arabic
        "०१२३४५६७८९०१",  # Hindi
        "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10\uff11",  # full-width
        "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗𝟎𝟏",
        "0123\u200b4567\u2060\u202e8901\ufeff",
        "0123\u00a04567\u30008901",
        "0123_4567/8901 #",
    ],
)
def test_number_spellings_share_one_normal_form(typed: str) -> None:
    assert normal_form(typed) == "012345678901"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("İSTANBUL", "ıstanbul"),
        ("ſun", "SUN"),
        ("Jürgen Ærø", "JURGEN AERO"),
        ("José", "Jose\u0301"),
        ("ﬁrst", "FIRST"),
        ("TPX-1", "\u0422\u0420\u0425-1"),  # Cyrillic
        ("KOMNATA", "\u039a\u039f\u039c\u039d\u0391\u03a4\u0391"),  # Greek
        ("\u0643\u0631\u064a\u0645", "\u06a9\u0631\u06cc\u0645"),  # Karim on two keyboards
        ("\u0645\u064f\u062d\u0645\u0651\u062f", "\u0645\u062d\u0645\u062f"),  # points or none
        ("\u110b\u1175", "\uc774"),  # a Korean syllable and its letters
    ],
)
def test_equivalent_spellings_share_one_normal_form(one: str, other: str) -> None:
    assert normal_form(one) == normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("O", "0"), ("l", "1"), ("m", "rn"), ("कि", "की"), ("น้ำ", "นำ"), ("か", "が"), ("東", "西")],
)
def test_different_texts_have_different_normal_forms(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)


def test_normal_words_keep_word_boundaries() -> None:
    assert normal_words("  INV-2026/000028,\n Usman  Ghani ") == "inv 2026 000028 usman ghani"
    assert normal_form("- . \u200b") == ""
    assert normal_form("😀") == "😀"


@given(st.text())
def test_normal_form_is_idempotent(text: str) -> None:
    assert normal_words(normal_words(text)) == normal_words(text)
    assert normal_form(normal_form(text)) == normal_form(text)


def in_sql(texts: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT normal_words(t) FROM unnest(%s::text[]) WITH ORDINALITY AS u(t, n) ORDER BY n",
            [texts],
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
def test_postgresql_agrees_on_every_character() -> None:
    """Of ideographs, Hangul and private use, which have no other form, each hundredth."""
    many = {"Lo", "Co", "Cs", "Cn"}
    characters = [
        chr(code)
        for code in range(1, 0x110000)
        if unicodedata.category(chr(code)) not in many
        or (code % 97 == 0 and unicodedata.category(chr(code)) in {"Lo", "Co"})
        or (code < 0x3400 and unicodedata.category(chr(code)) == "Lo")
    ]
    texts = [f"a{character}{character}b c" for character in characters]
    found = zip(texts, in_sql(texts), strict=True)
    assert [text for text, form in found if form != normal_words(text)] == []


@pytest.mark.django_db
def test_postgresql_agrees_on_whole_texts() -> None:
    texts = [
        "",
        " ",
        "İſ ß Æ",
        "か゛",
        "a\u0345\u0315b",
        "-\u0301-",
        "$from$ 'x' \\ %",
        "\u200b\n\t ",
    ]
    assert in_sql(texts) == [normal_words(text) for text in texts]


def test_only_invisible_characters_are_removed() -> None:
    assert without_invisible("\ufeffAB\u200b-\u202e12\u00ad\u00a03\u115f\ufe0f ") == "AB-12 3"
    assert without_invisible("۱۲ é") == "۱۲ é"
