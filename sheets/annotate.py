"""Giving a workbook back with remarks in it: comments and fills on the cells concerned.

An .xlsx keeps everything (`sheets.stamp`). Where its parts are too odd for that, or hold comments
already, openpyxl opens and saves it, in the limited child and without files. An .xls, an XML table and a web
table come back as an .xlsx that looks the same (`sheets.old_looks`, `sheets.xml_looks`, `sheets.web_looks`). What
nothing of that can do and a .csv come back as a plain workbook with the same cells at the same places.
"""

import base64
import json
import struct
from collections.abc import Iterable, Mapping
from dataclasses import replace
from io import BytesIO

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from sheets.defence import Limits, open_archive
from sheets.marks import AUTHOR, COLOURS, Mark, by_cell
from sheets.package import Unstampable
from sheets.process import Crashed, run
from sheets.reader import DEFAULT, Workbook, read
from sheets.rebuilding import Looks, SheetLooks, rebuild
from sheets.refusal import Refusal
from sheets.stamp import stamp

MOST_CELLS = 400_000  # of what openpyxl may save again: it needs some 500 bytes and 10 µs a cell
WITH_LOOKS = ("xls", "spreadsheetml", "html")


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
    return rebuild(book, marks, _looks(data, book, limits) if book.kind in WITH_LOOKS else None)


def _looks(data: bytes, book: Workbook, limits: Limits) -> Looks | None:
    """None where they can't be had: a workbook too large to be written cell by cell, or one that only we can read."""
    if sum(page.height * page.width for page in book.sheets) > MOST_CELLS:
        return None
    styles, sheets = [], {}
    try:
        for line in run("looks", data, limits):
            if line[:1] == b"L":
                said = json.loads(line[1:])
                styles = said.get("styles", styles)
                if page := said.get("sheet"):
                    sheets[page["name"]] = _sheet_looks(page)
    except (Crashed, Refusal):
        return None
    return Looks(styles, sheets) if styles and sheets else None


def _sheet_looks(said: dict) -> SheetLooks:
    return SheetLooks(
        rows=dict(said["rows"]),
        widths={int(column): width for column, width in said["widths"].items()},
        heights={int(row): height for row, height in said["heights"].items()},
        frozen=tuple(said["frozen"]) if said["frozen"] else None,
        fitted=said.get("fitted", False),
    )


def _by_sheet(book: Workbook, remarks: Mapping[str | None, Iterable[Mark]]) -> dict[str, list[Mark]]:
    """Marks by the names that the workbook really has."""
    names = {page.name for page in book.sheets}
    found: dict[str, list[Mark]] = {}
    for name, marks in remarks.items():
        found.setdefault(name if name in names else book.sheets[0].name, []).extend(marks)
    return found


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
