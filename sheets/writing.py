"""Writing workbooks and csv that no spreadsheet program takes for a program.

A text that begins with = + - @, a tab or ＝ stays text; amounts are numbers, signed ones too. Rows
are streamed (XlsxWriter's constant memory), so an export costs one row at a time.
"""

import csv
import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import TextIOBase
from typing import BinaryIO

import xlsxwriter

from sheets.values import ErrorValue, as_text, guarded, is_risky

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
LONGEST_TEXT = 32_767
# From here on a double no longer shows every cent; such figures are text.
LARGEST_NUMBER = Decimal(10) ** 13

FORMATS = {
    "text": {"num_format": "@"},
    "money": {"num_format": "#,##0.00"},
    "number": {},
    "date": {"num_format": "yyyy-mm-dd"},
    "month": {"num_format": "@"},
}


@dataclass(frozen=True, slots=True)
class OutColumn:
    """A column to write: `kind` is text, money, number, date or month."""

    title: str
    kind: str = "text"
    width: float = 14


@dataclass(slots=True)
class OutSheet:
    """A sheet to write: lines of title above the header, then rows; `choices` are dropdown lists by column title."""

    name: str
    columns: Sequence[OutColumn]
    rows: Iterable[Sequence[object]]
    above: Sequence[str] = ()
    choices: dict[str, list[str]] = field(default_factory=dict)


def clean(text: str) -> str:
    """Without characters that XML can't hold, and no longer than a cell."""
    return CONTROLS.sub("", text)[:LONGEST_TEXT]


def sheet_name(name: str) -> str:
    """A name that Excel accepts."""
    return FORBIDDEN_IN_NAMES.sub(" ", clean(name)).strip("' ")[:31] or "Sheet1"


def write_xlsx(target: BinaryIO, sheets: Sequence[OutSheet], *, created: datetime.datetime | None = None) -> None:
    """Stream the sheets into `target`. With a fixed `created`, equal sheets give equal bytes."""
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
        },
    )
    if created is not None:
        book.set_properties({"created": created})
    writer = _Writer(book)
    for sheet in sheets:
        writer.sheet(sheet)
    book.close()


def write_plain_xlsx(
    target: BinaryIO, name: str, rows: Iterable[Sequence[str | Decimal]], created: datetime.datetime
) -> None:
    """One sheet for another program: texts as text, Decimal as numbers with two places, no decoration.

    The same rows and `created` give the same bytes. Texts are shared strings, which old readers expect.
    """
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"created": created})
    page = book.add_worksheet(sheet_name(name))
    text, money = book.add_format({"num_format": "@"}), book.add_format({"num_format": "0.00"})
    for row, values in enumerate(rows):
        for at, value in enumerate(values):
            if isinstance(value, Decimal):
                page.write_number(row, at, value, money)
            elif value:
                page.write_string(row, at, clean(value), text)
    page.set_column(0, 30, 16)
    book.close()


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self.formats = {kind: book.add_format(properties) for kind, properties in FORMATS.items()}
        self.quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        self.header = book.add_format(
            {
                "bold": True,
                "border": 1,
                "text_wrap": True,
                "valign": "vcenter",
                "align": "center",
                "bg_color": "#EEF2F7",
            }
        )
        self.title = book.add_format({"bold": True, "font_size": 13})

    def sheet(self, sheet: OutSheet) -> None:
        page = self.book.add_worksheet(sheet_name(sheet.name))
        # Whole columns carry their format, so that what is typed below stays text too.
        for at, column in enumerate(sheet.columns):
            page.set_column(at, at, column.width, self.formats[column.kind])
        row = 0
        for line in sheet.above:
            page.write_string(row, 0, clean(line), self.title)
            row += 1
        for at, column in enumerate(sheet.columns):
            page.write_string(row, at, clean(column.title), self.header)
        page.freeze_panes(row + 1, 0)
        for at, column in enumerate(sheet.columns):
            if choices := sheet.choices.get(column.title):
                page.data_validation(
                    row + 1, at, row + 2000, at, {"validate": "list", "source": choices, "error_type": "warning"}
                )
        kinds = [column.kind for column in sheet.columns]
        for values in sheet.rows:
            row += 1
            for at, value in enumerate(values):
                self.cell(page, row, at, value, kinds[at] if at < len(kinds) else "text")

    def cell(self, page, row: int, at: int, value: object, kind: str) -> None:
        if value is None or value == "":
            page.write_blank(row, at, None, self.formats[kind])
        elif isinstance(value, bool):
            page.write_boolean(row, at, value)
        elif isinstance(value, (int, float, Decimal)) and kind != "text" and abs(value) < LARGEST_NUMBER:
            page.write_number(row, at, value, self.formats[kind])
        elif isinstance(value, (datetime.datetime, datetime.date)) and kind == "date":
            page.write_datetime(row, at, value, self.formats["date"])
        else:
            text = clean(
                value if isinstance(value, str) else str(value) if isinstance(value, (int, Decimal)) else as_text(value)
            )
            page.write_string(row, at, text, self.quoted if is_risky(text) else self.formats[kind])


def csv_text(value: object) -> str:
    """A csv field: numbers as they are, a risky text behind an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    text = clean(value if isinstance(value, str) else as_text(value))
    return guarded(text)


def write_csv(target: TextIOBase, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write csv with a byte order mark, without which Excel takes Chinese for something else."""
    target.write("\ufeff")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([csv_text(title) for title in titles])
    writer.writerows([csv_text(value) for value in row] for row in rows)


def plain_cell(value: object) -> object:
    """A cell that was read, for writing again: dates and errors as text."""
    return str(value) if isinstance(value, ErrorValue) else value
