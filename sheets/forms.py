"""Workbooks to be filled in by people: a header of one or several rows, known values, dropdowns, instructions.

Made for hundreds of rows, in memory; exports of any size are `sheets.writing`'s.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO

import xlsxwriter

from sheets.reader import Range
from sheets.values import as_text, column_letter
from sheets.writing import FORMATS, LARGEST_NUMBER, clean, is_risky, sheet_name

# Below the last filled row, so that added people get the dropdowns too.
SPARE_ROWS = 300
FAINT = {"font_color": "#7B8797", "italic": True}
NOTES = "填写说明"


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column: `kind` as in `sheets.writing`; `choices` for a dropdown; `formula(row)` where a cell is computed."""

    kind: str = "text"
    width: float = 14
    choices: tuple[str, ...] = ()
    formula: Callable[[int], str] | None = None


@dataclass(slots=True)
class Form:
    """One sheet to fill in. `faint` holds the positions (0-based) whose values are only carried over from before.

    `header` has one or more rows of titles; `merged` counts from its first row. A formula's own cell is shown as
    `rows` has it until the program that opens the file computes it.
    """

    name: str
    header: Sequence[Sequence[str]]
    columns: Sequence[FormColumn]
    rows: Sequence[Sequence[object]]
    above: Sequence[str] = ()
    merged: Sequence[Range] = ()
    faint: frozenset[int] = field(default_factory=frozenset)


def write_forms(target: BinaryIO, forms: Sequence[Form], notes: Sequence[Sequence[str]] = ()) -> None:
    """Write the sheets, and `notes` as a last sheet 填写说明 whose first row is its header."""
    book = xlsxwriter.Workbook(
        target, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    writer = _FormWriter(book)
    pages = [(book.add_worksheet(sheet_name(form.name)), form) for form in forms]
    lists = _Lists(book, writer, notes)
    for page, form in pages:
        writer.form(page, form, lists)
    book.close()


class _Lists:
    """The sheet of instructions; dropdowns refer to its far columns, because a list in the cell holds 255 letters."""

    FIRST_COLUMN = 7

    def __init__(self, book: xlsxwriter.Workbook, writer: "_FormWriter", notes: Sequence[Sequence[str]]) -> None:
        self.page = book.add_worksheet(NOTES) if notes else None
        self.known: dict[tuple[str, ...], str] = {}
        if self.page is None:
            return
        for at, width in enumerate((16, 60, 26)):
            self.page.set_column(at, at, width, writer.wrapped)
        for row, texts in enumerate(notes):
            for at, text in enumerate(texts):
                self.page.write_string(row, at, clean(text), writer.header if row == 0 else writer.wrapped)

    def source(self, choices: tuple[str, ...]) -> str | list[str]:
        if len(",".join(choices)) <= 250 and not any("," in choice for choice in choices):
            return list(choices)
        if self.page is None:
            return []
        if choices not in self.known:
            at = self.FIRST_COLUMN + len(self.known)
            for row, choice in enumerate(choices):
                self.page.write_string(row, at, clean(choice))
            self.page.set_column(at, at, None, None, {"hidden": True})
            letter = column_letter(at + 1)
            self.known[choices] = f"='{NOTES}'!${letter}$1:${letter}${len(choices)}"
        return self.known[choices]


class _FormWriter:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.plain = {kind: book.add_format(facts) for kind, facts in FORMATS.items()}
        self.faint = {kind: book.add_format(facts | FAINT) for kind, facts in FORMATS.items()}
        self.quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 13})
        head = {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter", "align": "center"}
        self.header = book.add_format(head | {"bg_color": "#EEF2F7"})

    def form(self, page, form: Form, lists: _Lists) -> None:
        for at, column in enumerate(form.columns):
            page.set_column(at, at, column.width, self.plain[column.kind])
        for row, line in enumerate(form.above):
            page.write_string(row, 0, clean(line), self.title)
        top = len(form.above)
        self._header(page, form, top)
        first = top + len(form.header)
        page.freeze_panes(first, 0)
        last = first + len(form.rows) + SPARE_ROWS
        for at, column in enumerate(form.columns):
            source = lists.source(column.choices) if column.choices else None
            if source:
                # A warning only: a new crew may be typed in.
                page.data_validation(
                    first, at, last, at, {"validate": "list", "source": source, "error_type": "warning"}
                )
        for row, values in enumerate(form.rows, start=first):
            for at, value in enumerate(values):
                self._cell(page, row, at, value, form.columns[at], faint=at in form.faint)

    def _header(self, page, form: Form, top: int) -> None:
        covered: set[tuple[int, int]] = set()
        for area in form.merged:
            text = form.header[area.top - 1][area.left - 1]
            page.merge_range(
                top + area.top - 1, area.left - 1, top + area.bottom - 1, area.right - 1, clean(text), self.header
            )
            covered |= {
                (row, at) for row in range(area.top - 1, area.bottom) for at in range(area.left - 1, area.right)
            }
        for row, titles in enumerate(form.header):
            for at, title in enumerate(titles):
                if (row, at) not in covered:
                    page.write_string(top + row, at, clean(title), self.header)

    def _cell(self, page, row: int, at: int, value: object, column: FormColumn, *, faint: bool) -> None:
        style = (self.faint if faint else self.plain)[column.kind]
        if column.formula is not None:
            page.write_formula(row, at, column.formula(row + 1), style, "" if value is None else float(value))
        elif value is None or value == "":
            page.write_blank(row, at, None, style)
        elif isinstance(value, (int, float, Decimal)) and column.kind != "text" and abs(value) < LARGEST_NUMBER:
            page.write_number(row, at, value, style)
        else:
            text = clean(as_text(value))
            page.write_string(row, at, text, self.quoted if is_risky(text) else style)
