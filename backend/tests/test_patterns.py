"""Patterns of references: one dialect, in linear time."""

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import re2
from django.core.exceptions import ValidationError
from django.core.management import call_command

from igny8_core.business.billing.models import PaymentMethodConfig
from igny8_core.business.billing.validators import validate_pattern
from igny8_core.common.patterns import fits, is_usable
from igny8_core.common.platform.logs import redact

SHIPPED = Path(__file__).parents[1] / "igny8_core/business/catalogue/data/payment_methods.json"
GOOD = [
    "",
    "[0-9]{10,14}",
    "#?[0-9]{6,14}",
    "^[A-Z]{3}-?[0-9]+$",
    r"(?:TX|FT)\d{4,}\b",
    r"(AB|CD)[^\-\]]\.\\",
    r"[a\]]+?",
    r"[\w.\-]{2,18}/[A-Z]*",
    "([A-Za-z0-9]+ ?)+",  # slow in other engines, but not in RE2
]
BAD = {
    "(?i)[a-z]{5}": "flags",
    "(?i:a)": "flags",
    "(?P<n>a)": "plain groups",
    "(?<n>a)": "plain groups",
    "(?=a)": "plain groups",
    "(?<!a)b": "plain groups",
    "(?#note)a": "comments",
    "(?>a)": "plain groups",
    "(?P=n)": "plain groups",
    r"\Aab\Z": "whole reference",
    r"a\z": "whole reference",
    r"(a)\1": "group",
    r"\p{L}+": "the only letters",
    r"\x41": "the only letters",
    r"\u0041": "the only letters",
    r"a\t": "the only letters",
    "a++": "nothing for + to repeat",
    "a**": "nothing for * to repeat",
    "*a": "nothing for * to repeat",
    "(+)": "nothing for + to repeat",
    "^*": "nothing for * to repeat",
    "a|?": "nothing for ? to repeat",
    "a{,3}": r"Write \{",
    "a{": r"Write \{",
    "a}": r"Write \}",
    "a]": r"Write \]",
    "a{101}": "Repeat 100",
    "a{3,2}": "Repeat 100",
    "a{9999999}": r"Write \{",
    "[[:alpha:]]": "Within a set",
    "[a&&b]": "Within a set",
    "[a": "not closed",
    "[]": "Within a set",
    "[]a]": "Within a set",
    r"[\b]": "within a set",
    r"[z-a]": "not a regular expression",
    "(a": "not a regular expression",
    "a)": "not a regular expression",
    "a\\": "the only letters",
    "é": "ASCII",
    "a\nb": "ASCII",
    "((a{100}){100}){100}": "repeats too much",
    "(a{90}b{90}){90}": "repeats too much",
}


@pytest.mark.parametrize("pattern", GOOD)
def test_pattern_in_the_dialect_is_accepted(pattern: str) -> None:
    validate_pattern(pattern)


@pytest.mark.parametrize(("pattern", "words"), BAD.items())
def test_other_pattern_is_refused_with_advice(pattern: str, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_pattern(pattern)
    assert words in refused.value.messages[0]


def test_shipped_patterns_are_in_the_dialect() -> None:
    patterns = [method["reference_pattern"] for method in json.loads(SHIPPED.read_text("utf-8"))]
    assert all(is_usable(pattern) for pattern in patterns)


@pytest.mark.skipif(shutil.which("node") is None, reason="browsers' engine is Node's, too")
def test_browser_matches_patterns_like_the_server() -> None:
    """V8, in both of its modes, says the same as RE2 of every pattern and text."""
    texts = ["", "ABC-12", "FT2633", "a.b/C", "]]", "TX12345 ", "0123456789", "#012345", "AB-.\\"]
    script = """
        const [patterns, texts] = JSON.parse(require("fs").readFileSync(0, "utf8"));
        console.log(JSON.stringify(["", "u"].map((mode) => patterns.map((pattern) =>
            texts.map((text) => new RegExp(`^(?:${pattern})$`, mode).test(text))))));
    """
    answer = subprocess.run(
        ["node", "-e", script],
        input=json.dumps([GOOD, texts]),
        capture_output=True,
        check=True,
        text=True,
    )
    here = [[bool(re2.fullmatch(f"(?:{p})", text)) for text in texts] for p in GOOD]
    assert json.loads(answer.stdout) == [here, here]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("[0-9]{12}", "۰۱۲۳۴۵۶۷۸۹۰۱"),
        ("[0-9]{12}", "0123 4567 8901"),
        ("[0-9]{12}", "0123-4567-8901."),
        ("[0-9]{12}", "0123456789\u200b01"),
        ("[0-9]{12}", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10\uff11"),
        ("[A-Z]{2}[0-9]{3}", "ft 123"),
        ("[a-z]{2}[0-9]{3}", "FT123"),
        ("TX-[0-9]{3} [A-Z]", "tx-123 a"),
        ("#?[0-9]{6}", "#123456"),
        ("TX[0-9]{3}", "\u0422\u0425 123"),  # Cyrillic
    ],
)
def test_reference_matches_in_any_spelling(pattern: str, text: str) -> None:
    assert fits(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("[0-9]{12}", "01234567890"), ("[0-9]{12}", "0123456789012"), ("a|b", "ab"), ("[0-9]+", "O1")],
)
def test_other_reference_does_not_match(pattern: str, text: str) -> None:
    assert not fits(pattern, text)


@pytest.mark.parametrize("pattern", ["(?i)a", "(", r"\Aa\Z", "((a{99}){99}){99}"])
def test_unusable_stored_pattern_accepts_any_reference(pattern: str) -> None:
    assert fits(pattern, "anything at all")


@pytest.mark.parametrize(
    "pattern", ["([A-Za-z0-9]+ ?)+", r"(\w+[- ]?)+", r"TX-?(\d+)+", "(a*)*b", "(a|a)*b", "a*" * 60]
)
def test_matching_takes_linear_time(pattern: str) -> None:
    assert is_usable(pattern)
    started = time.process_time()
    for text in ("a" * 99 + "東", "A1" * 49 + "東", "TX" + "1" * 97 + "東"):
        assert not fits(pattern, text)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("text", ["a" * 200_000, "x[1](" * 40_000, "/verify-email/" * 20_000])
def test_logs_are_redacted_in_linear_time(text: str) -> None:
    started = time.process_time()
    redact(text)
    assert time.process_time() - started < 1


def test_lone_surrogate_is_logged_as_its_code() -> None:
    assert redact("x \ud800 a@b.example") == "x \\ud800 (withheld)"


@pytest.mark.django_db
def test_system_check_names_unusable_patterns(
    catalog: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("check", databases=["default"])
    assert "billing.I002" not in "".join(capsys.readouterr())
    PaymentMethodConfig.objects.filter(catalog_key="jazzcash:PK").update(reference_pattern="(?i)a")
    call_command("check", databases=["default"])
    said = "".join(capsys.readouterr())
    assert "billing.I002" in said
    assert "JazzCash" in said
