"""Giving a workbook back with remarks in it: comments and fills on the cells concerned.

An .xlsx keeps everything (`sheets.stamp`). Where its parts are too odd for that, or hold comments
already, openpyxl opens and saves it, in the limited child and without files. What neither can do,
an .xls, an .xml, an .html and a .csv come back as a plain workbook with the same cells at the same places.
"""

import base64
import json
import struct
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from io import BytesIO

import openpyxl
import xlsxwriter
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from sheets.defence import Limits, open_archive
from sheets.package import Unstampable
from sheets.process import Crashed, run
from sheets.reader import DEFAULT, Sheet, Workbook, read
from sheets.refusal import Refusal
from sheets.stamp import stamp
from sheets.values import as_text
from sheets.writing import _Writer, clean, plain_cell, sheet_name

Mark = tuple[int, int, str, str]  # row, column (1-based), severity, message

COLOURS = {"error": "FFC7CE", "warning": "FFEB9C", "notice": "DDEBF7"}
RANK = {"error": 0, "warning": 1, "notice": 2}
LONGEST_COMMENT = 1000
MOST_COMMENTS = 20_000  # Excel becomes unusable long before
MOST_CELLS = 400_000  # of what openpyxl may save again: it needs some 500 bytes and 10 µs a cell
MOST_MERGED = 5000
ROWS_FOR_WIDTHS = 200
WIDEST = 40
AUTHOR = "系统核验"


def annotate(
    data: bytes,
    remarks: Iterable[Mark] | Mapping[str, Iterable[Mark]],
    *,
    sheet: str | None = None,
    workbook: Workbook | None = None,
    limits: Limits = DEFAULT,
) -> bytes:
    """The bytes of an .xlsx with the remarks in it.

    `remarks` are marks by sheet name, or marks of one `sheet` alone (the first one where None); a name
    that the workbook doesn't have stands for its first sheet. `workbook` saves reading again. Raises
    Refusal only for a file that can't be read at all.
    """
    book = workbook or read(data, limits)
    marks = _by_sheet(book, remarks if isinstance(remarks, Mapping) else {sheet: remarks})
    if book.kind == "xlsx":
        small = sum(page.height * page.width for page in book.sheets) <= MOST_CELLS
        question = json.dumps({"marks": marks, "small": small}, ensure_ascii=False).encode()
        try:
            for line in run(
                "annotate",
                struct.pack("<I", len(question)) + question + data,
                replace(limits, max_bytes=limits.max_bytes + len(question)),
            ):
                if line[:1] == b"B":
                    return base64.b64decode(line[1:])
        except (Crashed, Refusal):
            pass
    return rebuild(book, marks)


def _by_sheet(book: Workbook, remarks: Mapping[str | None, Iterable[Mark]]) -> dict[str, list[Mark]]:
    """Marks by the names that the workbook really has."""
    names = {page.name for page in book.sheets}
    found: dict[str, list[Mark]] = {}
    for name, marks in remarks.items():
        found.setdefault(name if name in names else book.sheets[0].name, []).extend(marks)
    return found


def by_cell(marks: Iterable[Mark]) -> dict[tuple[int, int], tuple[str, str]]:
    """(row, column) → (worst severity, all messages)."""
    gathered = defaultdict(list)
    for row, column, severity, message in marks:
        if row and column:
            gathered[row, column].append((RANK.get(severity, 1), severity, message))
    found = {}
    for place, several in list(gathered.items())[:MOST_COMMENTS]:
        several.sort(key=lambda one: one[0])
        found[place] = (
            several[0][1],
            clean("\n".join(message for _rank, _severity, message in several))[:LONGEST_COMMENT],
        )
    return found


def rebuild(book: Workbook, marks: Mapping[str, Iterable[Mark]]) -> bytes:
    """A plain workbook with the same values at the same places, and the remarks."""
    box = BytesIO()
    out = xlsxwriter.Workbook(
        box, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    )
    writer = _Writer(out)
    fills = {severity: out.add_format({"bg_color": f"#{colour}"}) for severity, colour in COLOURS.items()}
    first = _opened_first(book, marks)
    for index, page in enumerate(book.sheets, 1):
        target = out.add_worksheet(_unused_name(out, page.name, index))
        _copy(page, target, writer, fills, by_cell(marks.get(page.name, ())))
        if page is first:
            target.activate()
            target.set_first_sheet()
        elif page.state == "very_hidden":
            target.very_hidden()
        elif page.hidden:
            target.hide()
    out.close()
    return box.getvalue()


def _opened_first(book: Workbook, marks: Mapping[str, Iterable[Mark]]) -> Sheet:
    """The sheet a person sees first: a visible one with remarks before others."""
    return min(book.sheets, key=lambda page: (page.hidden, page.name not in marks))


def _copy(page: Sheet, target, writer: _Writer, fills: dict, places: dict[tuple[int, int], tuple[str, str]]) -> None:
    wanted = {(area.top, area.left) for area in page.merged[:MOST_MERGED]} | places.keys()
    by_row = defaultdict(list)
    for row, column in wanted:
        by_row[row].append(column)
    values: dict[tuple[int, int], object] = {}
    widths: dict[int, int] = {}
    for number, cells in page.rows():
        for column in by_row.get(number, ()):
            values[number, column] = plain_cell(cells[column - 1]) if column <= len(cells) else None
        for at, value in enumerate(cells):
            if value is not None:
                kind = "number" if type(value) is float else "date" if hasattr(value, "year") else "text"
                writer.cell(target, number - 1, at, plain_cell(value), kind)
                if number <= ROWS_FOR_WIDTHS:
                    widths[at] = max(widths.get(at, 0), min(_letters(as_text(value)), WIDEST))
    for at, width in widths.items():
        target.set_column(at, at, max(9, width + 2), None, {"hidden": True} if at + 1 in page.hidden_columns else {})
    for row in page.hidden_rows:
        target.set_row(row - 1, None, None, {"hidden": True})
    for area in page.merged[:MOST_MERGED]:
        if not any(area.top <= row <= area.bottom and area.left <= column <= area.right for row, column in places):
            value = values.get((area.top, area.left))
            if isinstance(value, str):
                target.merge_range(area.top - 1, area.left - 1, area.bottom - 1, area.right - 1, clean(value))
    for (row, column), (severity, message) in places.items():
        value = values.get((row, column))
        look = fills.get(severity, fills["warning"])
        if isinstance(value, float):
            target.write_number(row - 1, column - 1, value, look)
        elif value is None:
            target.write_blank(row - 1, column - 1, None, look)
        else:
            target.write_string(row - 1, column - 1, clean(as_text(value)), look)
        target.write_comment(row - 1, column - 1, message, {"author": AUTHOR, "x_scale": 2, "y_scale": 1.2})


def _letters(text: str) -> int:
    """How wide a text stands: a Chinese character counts double."""
    return max(
        (
            sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line[:WIDEST])
            for line in text.split("\n")
        ),
        default=0,
    )


def _unused_name(out: xlsxwriter.Workbook, name: str, index: int) -> str:
    name = sheet_name(name) if name else f"Sheet{index}"
    taken = {page.get_name().lower() for page in out.worksheets()}
    return name if name.lower() not in taken else f"{name[:26]} ({index})"


# What follows runs in the child.


class _FilelessWriter(ExcelWriter):
    """openpyxl's writer without its temporary files: the child may write none."""

    def write_worksheet(self, ws) -> None:
        from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing

        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts = ws._charts
        ws._drawing.images = ws._images
        box = BytesIO()
        writer = WorksheetWriter(ws, out=box)
        writer.write()
        ws._rels = writer._rels
        self._archive.writestr(ws.path[1:], box.getvalue())
        self.manifest.append(ws)


def save(book: openpyxl.Workbook) -> bytes:
    from zipfile import ZIP_DEFLATED, ZipFile

    box = BytesIO()
    archive = ZipFile(box, "w", ZIP_DEFLATED, allowZip64=True)
    _FilelessWriter(book, archive).save()
    return box.getvalue()


def warm_up() -> None:
    """Open and save a small workbook, so that every module is loaded before files are given up."""
    book = openpyxl.Workbook()
    book.active["A1"] = "a"
    book.active["A1"].comment = Comment("a", AUTHOR)
    book.active["A1"].fill = PatternFill("solid", start_color=COLOURS["error"])
    openpyxl.load_workbook(BytesIO(save(book)))


def annotate_in_child(packed: bytes, out, limits: Limits) -> None:
    length = struct.unpack_from("<I", packed)[0]
    question, data = json.loads(packed[4 : 4 + length]), packed[4 + length :]
    places = {name: by_cell(tuple(mark) for mark in marks) for name, marks in question["marks"].items()}
    try:
        saved = stamp(data, places, COLOURS, AUTHOR, limits)
    except (Unstampable, Refusal):
        if not question["small"]:
            raise Refusal("too_large") from None
        saved = _saved_again(data, places, limits)
    out.write(b"B" + base64.b64encode(saved) + b"\n")


def _saved_again(data: bytes, by_sheet: Mapping[str, dict[tuple[int, int], tuple[str, str]]], limits: Limits) -> bytes:
    open_archive(data, limits).close()
    book = openpyxl.load_workbook(BytesIO(data), keep_links=False)
    first = None
    for name, places in by_sheet.items():
        page = book[name] if name in book.sheetnames else book.worksheets[0]
        first = first or page
        _put(page, places)
    if first is not None:
        book.active = book.index(first)
        for page in book.worksheets:
            # Sheets left selected together would all be changed by what a person types into one.
            page.sheet_view.tabSelected = page is first
    return save(book)


def _put(page, places: dict[tuple[int, int], tuple[str, str]]) -> None:
    for (row, column), (severity, message) in places.items():
        cell = page.cell(row, column)
        if isinstance(cell, MergedCell):
            area = next((area for area in page.merged_cells.ranges if cell.coordinate in area), None)
            if area is None:
                continue
            cell = page.cell(area.min_row, area.min_col)
        if cell.comment:
            message = f"{cell.comment.text}\n{message}"
        cell.comment = Comment(message, AUTHOR, width=320, height=120)
        colour = COLOURS.get(severity, COLOURS["warning"])
        cell.fill = PatternFill("solid", start_color=colour, end_color=colour)
