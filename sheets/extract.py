"""Bytes → sheets, row by row; meant for the child only, where a crash harms nobody.

Every kind yields the same events: ("sheet", facts), ("rows", first_row, rows), ("end", facts).
"""

import csv
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO, StringIO

import python_calamine as calamine

from sheets import biff, markup, ole, spreadsheetml, webpage
from sheets.computing import computed
from sheets.defence import Limits, open_archive
from sheets.grid import CHUNK, too_long, too_many_sheets
from sheets.markup import Marks
from sheets.refusal import Refusal
from sheets.sniff import sniff
from sheets.values import WITHOUT_VALUE, ErrorValue, unguarded

# Blank rows above an error cell that stands below everything else.
LONGEST_GAP = 50_000
GUARDS = frozenset("='")
SEPARATORS = (",", "\t", ";", "|", "，")
QUOTED = re.compile(r'(?:(?<=[,\t;|，\n])|\A)"(?:[^"]|"")*"(?=[,\t;|，\r\n]|\Z)')
HELD_AS_TEXT = re.compile(r'="((?:[^"]|"")*)"')
RESAVE = "请用 Excel 或 WPS 打开，点“文件”里的“另存为”，文件类型选“Excel 工作簿（*.xlsx）”，保存后上传新文件。"
OLD = f"这个 .xls 文件不完整，缺少文件外壳。{RESAVE}"


def extract(data: bytes, limits: Limits) -> Iterator[tuple]:
    """Sniff and read. Raises Refusal; anything else that a reader raises is damage."""
    sniffed = sniff(data)
    if sniffed.kind in ("empty", "encrypted"):
        raise Refusal(sniffed.kind)
    if sniffed.kind == "biff":
        return _bare(data, limits)
    if sniffed.kind == "zip":
        return _xlsx(data, limits)
    if sniffed.kind == "ole":
        return _xls(data, limits)
    if sniffed.kind == "text":
        return _csv(decoded(data, sniffed.encoding), limits)
    if sniffed.kind == "html":
        return webpage.extract(decoded(data, sniffed.encoding), limits)
    if sniffed.kind == "spreadsheetml2003":
        return spreadsheetml.extract(decoded(data, sniffed.encoding), limits)
    raise Refusal("not_a_sheet")


def _xlsx(data: bytes, limits: Limits) -> Iterator[tuple]:
    with open_archive(data, limits) as archive:
        names = [name.lower() for name in archive.namelist()]
        if not any(name.endswith("workbook.xml") for name in names):
            raise Refusal("not_a_sheet", f"这是{_kind_of(names)}，不是系统能读取的电子表格。{RESAVE}")
        try:
            parts = markup.sheet_parts(archive)
            about = markup.rows_about(archive, parts.values())
            placeholders = markup.computed_on_opening(archive)
        except Refusal:
            raise
        except Exception as error:
            raise Refusal("corrupt") from error
        yield ("kind", "xlsx")
        # A large sheet takes seconds: whoever waits may know at once how long it is.
        yield ("about", min(about, limits.max_rows))
        marks = _Marks(archive, parts, limits, placeholders=placeholders)
        marks.start()
        yield from _calamine(data, limits, marks.of)


class _Marks(threading.Thread):
    """Searches the sheets' XML beside calamine, which lets Python run meanwhile: a fifth less time for the child."""

    def __init__(self, archive: zipfile.ZipFile, parts: dict[str, str], limits: Limits, *, placeholders: bool) -> None:
        super().__init__(daemon=True)
        self._archive, self._parts, self._limits, self._placeholders = archive, parts, limits, placeholders
        self._found: dict[str, Marks] = {}
        self._searched = {name: threading.Event() for name in parts}
        self._failure: BaseException | None = None

    def run(self) -> None:
        try:
            for name, part in self._parts.items():
                self._found[name] = markup.marks_of(self._archive, part, self._limits, placeholders=self._placeholders)
                self._searched[name].set()
        except BaseException as failure:  # told to whoever asks next
            self._failure = failure
            for event in self._searched.values():
                event.set()

    def of(self, _index: int, name: str) -> Marks:
        if name in self._searched:
            self._searched[name].wait()
        if name not in self._found and self._failure:
            raise self._failure
        return self._found.get(name, Marks())


def _kind_of(names: list[str]) -> str:
    """What an archive is that is no .xlsx, in the words of people."""
    if any(name.endswith("workbook.bin") for name in names):
        return "Excel 二进制工作簿（.xlsb）"
    if "content.xml" in names:
        return "开放文档格式（.ods、.odt）"
    return "Word 文档" if any(name.startswith("word/") for name in names) else "压缩包或其他格式的文件"


def _xls(data: bytes, limits: Limits) -> Iterator[tuple]:
    stream, found = b"", []
    try:
        stream = ole.workbook_stream(data)
        encrypted = ole.is_encrypted(stream)
        found = ole.sheet_marks(stream) if stream and not encrypted else []
    except Refusal:
        raise
    except Exception:  # a broken container: calamine says whether it can be read nevertheless
        encrypted = False
    if encrypted:
        raise Refusal("encrypted")
    if not stream and "WordDocument".encode("utf-16-le") in data:
        raise Refusal("not_a_sheet")
    if stream and biff.is_old(stream):
        yield from biff.extract(stream, limits)
        return
    yield ("kind", "xls")

    def marks(index: int, _name: str) -> Marks:
        return found[index] if index < len(found) else Marks()

    yield from _calamine(data, limits, marks, old=True)


def _bare(data: bytes, limits: Limits) -> Iterator[tuple]:
    """A stream that some programs write without the container around it."""
    if biff.is_old(data):
        yield from biff.extract(data, limits)
    elif ole.is_encrypted(data):
        raise Refusal("encrypted")
    else:
        raise Refusal("not_a_sheet", OLD)


def _calamine(data: bytes, limits: Limits, marks_of, *, old: bool = False) -> Iterator[tuple]:
    try:
        book = calamine.load_workbook(BytesIO(data))
    except calamine.PasswordError as error:
        raise Refusal("encrypted") from error
    except calamine.CalamineError as error:
        raise Refusal("corrupt") from error
    if not book.sheets_metadata:
        raise Refusal("corrupt")
    if len(book.sheets_metadata) > limits.max_sheets:
        raise too_many_sheets(limits)
    cells = 0
    for index, facts in enumerate(book.sheets_metadata):
        if facts.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            sheet = book.get_sheet_by_index(index)
        except calamine.CalamineError as error:
            raise Refusal("corrupt") from error
        end = sheet.end
        if end is not None:
            if end[0] + 1 > limits.max_rows:
                raise Refusal("too_many_rows")
            if end[1] + 1 > limits.max_columns:
                raise Refusal("too_many_columns")
            cells += (end[0] + 1) * (end[1] + 1)
            if cells > limits.max_cells:
                raise Refusal("too_large")
        marks = marks_of(index, facts.name)
        merged = sheet.merged_cell_ranges or []
        if len(merged) > limits.max_merged:
            raise Refusal("too_large")
        yield (
            "sheet",
            {
                "name": facts.name,
                "state": {"Visible": "visible", "Hidden": "hidden"}.get(
                    str(facts.visible).rpartition(".")[2], "very_hidden"
                ),
                "merged": [(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in merged],
                "hidden_rows": sorted(row for row in marks.hidden_rows if row <= limits.max_rows),
                "hidden_columns": sorted(marks.hidden_columns),
            },
        )
        yield from _rows(partial(_walked_old if old else _walked, sheet), marks, limits)


def _rows(walked: Callable[[], Iterator[list]], marks: Marks, limits: Limits) -> Iterator[tuple]:
    """Rows from row 1 and column A on, whatever empty area the reader skips; formulas without a result computed."""
    results = computed(marks.formulas, walked(), marks.cells) if marks.formulas else {}
    for (row, column), value in results.items():
        marks.cells[row][column] = _Result(value)
    first, number, chunk, width = 1, 0, [], 0
    for row in walked():
        number += 1
        if number in marks.cells:
            _mark(row, marks.cells.pop(number))
        width = max(width, len(row))
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield ("rows", first, chunk)
            first, chunk = number + 1, []
    # Error cells below the last row that holds a value.
    for below in sorted(row for row in marks.cells if number < row <= limits.max_rows):
        while number + 1 < below and number + 1 - first < LONGEST_GAP:
            number += 1
            chunk.append([])
        if number + 1 != below:
            break
        number += 1
        row = []
        _mark(row, marks.cells[below])
        width = max(width, len(row))
        chunk.append(row)
    if chunk:
        yield ("rows", first, chunk)
    by_column: dict[int, list[int]] = {}
    for row, column in sorted(results):
        by_column.setdefault(column, []).append(row)
    yield ("end", {"height": number, "width": width, "computed": by_column})


def _walked(sheet) -> Iterator[list]:
    lead = [None] * sheet.start[1] if sheet.start is not None else []
    for cells in sheet.iter_rows() if sheet.start is not None else ():
        row = [None if cell == "" else cell for cell in cells] if "" in cells else cells
        yield lead + row if lead else row


def _walked_old(sheet) -> Iterator[list]:
    """Report programs write whole numbers into an .xls as integers; a number has one type whatever the format."""
    for row in _walked(sheet):
        yield [float(cell) if type(cell) is int else cell for cell in row] if int in map(type, row) else row


@dataclass(frozen=True, slots=True)
class _Result:
    """What we computed, to be put where the file has none."""

    value: object


def _mark(row: list, found: dict[int, ErrorValue | _Result]) -> None:
    for column, value in found.items():
        if column > 16_384:
            continue
        while len(row) < column:
            row.append(None)
        if type(value) is _Result:
            row[column - 1] = value.value
            continue
        # A value that was read counts, but for the 0 that a program put where it couldn't compute; only what
        # the reader left blank is an error cell.
        if row[column - 1] is None or (value is WITHOUT_VALUE and row[column - 1] == 0):
            row[column - 1] = value


def decoded(data: bytes, encoding: str) -> str:
    """A text file's text. A wrong byte or a NUL is damage: what stood there can't be known."""
    try:
        text = data.decode(encoding)
    except UnicodeError as error:
        raise Refusal("corrupt", f"文字编码有误，无法读取。{RESAVE}") from error
    if "\x00" in text:
        raise Refusal("corrupt")
    return text.removeprefix("\ufeff")


def _csv(text: str, limits: Limits) -> Iterator[tuple]:
    if not text.strip():
        raise Refusal("empty")
    delimiter = delimiter_of(text)
    if text[:40].lower().startswith("sep="):
        if text[4:5] not in ("", "\r", "\n", '"', " "):
            delimiter = text[4]
        text = "\n" + text.partition("\n")[2]
    csv.field_size_limit(limits.max_text)
    yield ("kind", "csv")
    yield ("sheet", {"name": "", "state": "visible", "merged": [], "hidden_rows": [], "hidden_columns": []})
    first, number, width, cells, chunk = 1, 0, 0, 0, []
    try:
        for fields in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
            number += 1
            if number > limits.max_rows:
                raise Refusal("too_many_rows")
            if len(fields) > limits.max_columns:
                raise Refusal("too_many_columns")
            cells += len(fields)
            if cells > limits.max_cells:
                raise Refusal("too_large")
            width = max(width, len(fields))
            chunk.append([_field(field) if field[:1] in GUARDS else field or None for field in fields])
            if len(chunk) == CHUNK:
                yield ("rows", first, chunk)
                first, chunk = number + 1, []
    except csv.Error as error:
        if "field larger" in str(error):
            raise too_long(number + 1, limits) from error
        raise Refusal("corrupt") from error
    if chunk:
        yield ("rows", first, chunk)
    yield ("end", {"height": number, "width": width})


def _field(field: str) -> str | None:
    """A field without what keeps a spreadsheet program from changing or running it: ="0012", '=1+1."""
    if match := HELD_AS_TEXT.fullmatch(field):
        return match[1].replace('""', '"') or None
    return unguarded(field)


def delimiter_of(text: str) -> str:
    """The separator that most of the first lines have, of several the one that splits them most evenly; a comma where
    none does. What stands in quotation marks doesn't count: amounts and notes hold commas, too.
    """
    lines = [line for line in QUOTED.sub("", text[:65_536]).splitlines()[:40] if line.strip()]
    best, score = ",", (0, 0)
    for candidate in SEPARATORS:
        counts = [line.count(candidate) for line in lines]
        present = [count for count in counts if count]
        if not present:
            continue
        usual = max(set(present), key=present.count)
        weight = len(present), present.count(usual) * min(usual, 50)
        if weight > score:
            best, score = candidate, weight
    return best
