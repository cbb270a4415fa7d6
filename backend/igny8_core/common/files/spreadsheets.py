"""Tables as spreadsheet files in which no cell is ever a formula.

Rows are streamed, so that memory use doesn't grow with the table.
"""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import TextIOWrapper
from typing import IO

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

Cell = str | int | Decimal | date | datetime | None
Row = Sequence[Cell]

FORMULA_SIGNS = "=+-@%|"  # OWASP's "CSV Injection", and what starts DDE in LibreOffice
MINUS_SIGNS = "\u2010\u2011\u2012\u2013\u2014\u2212"
# Where a cell may start, at least for a program that splits at a different separator than ours.
CELL_START = re.compile(r"(?:^|[;|\t\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029])")
ROWS_OF_A_SHEET = 1_048_576  # Excel's
EXACT_DIGITS = 15  # the precision of numbers in Excel
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Format:
    """One kind of file.

    :param write: takes the titles, the rows and the binary file to write to.
    """

    name: str
    content_type: str
    write: Callable[[Sequence[str], Iterable[Row], IO[bytes]], None]


def write_csv(titles: Sequence[str], rows: Iterable[Row], file: IO[bytes]) -> None:
    """Write CSV in UTF-8 with a byte order mark, so spreadsheets recognize it; quotes everything.

    Formulas get an apostrophe in front, even where a program splits the row at semicolons, tabs or
    line breaks, as a spreadsheet set to German does.
    """
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    table = csv.writer(text, quoting=csv.QUOTE_ALL)
    table.writerow(titles)
    for row in rows:
        table.writerow(harmless(_in_words(cell)) for cell in row)
    text.detach()


def write_xlsx(titles: Sequence[str], rows: Iterable[Row], file: IO[bytes]) -> None:
    """Write an Excel workbook: text keeps leading zeros; numbers and times are typed."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, {**options, "strings_to_numbers": False}) as book:
        formats = {
            str: book.add_format({"num_format": "@"}),  # stays text when edited
            Decimal: book.add_format({"num_format": "#,##0.00#"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        heading = book.add_format({"bold": True})
        sheet, line = None, ROWS_OF_A_SHEET
        for row in rows:
            if sheet is None or line == ROWS_OF_A_SHEET:
                sheet, line = _begin_sheet(book, titles, heading), 1
            for column, cell in enumerate(row):
                _write_cell(sheet, line, column, cell, formats)
            line += 1
        if sheet is None:
            _begin_sheet(book, titles, heading)


def _begin_sheet(
    book: xlsxwriter.Workbook, titles: Sequence[str], heading: "xlsxwriter.format.Format"
) -> Worksheet:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(titles) - 1, 18)
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, heading)
    return sheet


def _write_cell(
    sheet: Worksheet,
    line: int,
    column: int,
    cell: Cell,
    formats: "dict[type, xlsxwriter.format.Format]",
) -> None:
    match cell:
        case None | "":
            return
        case datetime():
            naive = cell.replace(tzinfo=None, microsecond=0)
            sheet.write_datetime(line, column, naive, formats[datetime])
        case date():
            sheet.write_datetime(line, column, cell, formats[date])
        case Decimal() if len(cell.as_tuple().digits) <= EXACT_DIGITS:
            sheet.write_number(line, column, cell, formats[Decimal])
        case int() if len(str(abs(cell))) <= EXACT_DIGITS:
            sheet.write_number(line, column, cell)
        case _:
            words = NOT_IN_XML.sub("\ufffd", _in_words(cell))
            sheet.write_string(line, column, words, formats[str])


def _in_words(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M:%S}"
        case Decimal():
            return f"{cell:f}"
    return str(cell).strip()


def harmless(text: str) -> str:
    """Put an apostrophe before each sign that would turn a cell into a formula.

    Looks behind every sign at which some reader may split, past what such a reader skips: quotes,
    spaces and what can't be seen (U+FEFF, bidi marks). Wide and other forms of the signs count.
    """
    found = [_sign_after(text, start.end()) for start in CELL_START.finditer(text)]
    for position in sorted({place for place in found if place is not None}, reverse=True):
        text = f"{text[:position]}'{text[position:]}"
    return text


def _sign_after(text: str, position: int) -> int | None:
    while position < len(text) and _is_skipped(text[position]):
        position += 1
    if position == len(text):
        return None
    sign = unicodedata.normalize("NFKC", text[position])
    return position if sign in FORMULA_SIGNS or sign in MINUS_SIGNS else None


def _is_skipped(character: str) -> bool:
    is_invisible = unicodedata.category(character) in {"Cf", "Cc", "Zs", "Mn", "Me"}
    return character in "\"'" or is_invisible


FORMATS = {
    "csv": Format("CSV", "text/csv; charset=utf-8", write_csv),
    "xlsx": Format(
        "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx
    ),
}
