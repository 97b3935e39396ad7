"""Workbooks before Excel 97 (BIFF 2 to 5), in an OLE container or bare. Child only.

Old bookkeeping programs and homemade web exports still write them, mostly with GBK texts and without
saying so; calamine garbles those. Only what a table needs is read: values, dates, hidden parts.
"""

import datetime
import re
import struct
from collections.abc import Iterator

from sheets.defence import Limits
from sheets.grid import Grid, Spent, too_long
from sheets.ole import ARITHMETIC, COMPUTE_ON_OPENING, ERRORS, records
from sheets.refusal import Refusal
from sheets.sniff import text_encoding
from sheets.values import WITHOUT_VALUE, ErrorValue

BOFS = {0x0009: 2, 0x0209: 3, 0x0409: 4, 0x0809: 5}
DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)))
CODE_PAGES = {936: "gb18030", 950: "big5", 1252: "gb18030", 65001: "utf-8"}
QUOTED = re.compile(rb"\"[^\"]*\"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]", re.IGNORECASE)
DATE_LETTERS = re.compile(rb"[ydhs]|m(?!.*[0#])", re.IGNORECASE)
STATES = {1: "hidden", 2: "very_hidden"}
WORKSHEET = 0x10
# Where the tokens of a formula begin behind its place and style, by version.
FORMULAS_BEGIN = {2: 10, 3: 12, 4: 12, 5: 16}


def is_old(stream: bytes) -> bool:
    """Whether the stream is of a version that this module reads."""
    kind, _length, version = struct.unpack_from("<HHH", stream.ljust(6, b"\0"))
    return kind in BOFS and version != 0x0600


def extract(stream: bytes, limits: Limits) -> Iterator[tuple]:
    """Events of `sheets.extract`."""
    yield ("kind", "xls")
    book = _Book(limits)
    for name, state, offset in _sheets(stream, book):
        book.spent.sheet()
        page = _Page(book)
        page.read(stream, offset)
        grid = Grid(book.decoded(name), limits, book.spent)
        grid.state = state
        yield grid.opening()
        yield from page.fill(grid)


class _Book:
    """What holds for all sheets: code page, date system, number formats."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.spent = limits, Spent(limits)
        self.code_page = 0
        self.epoch = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's moments have no zone
        self.formats: dict[int, bytes] = {}
        self.numbered_formats = False
        self.styles: list[int] = []

    def learn(self, kind: int, body: bytes) -> None:
        """Take a record that concerns every cell."""
        if kind == 0x0042 and len(body) >= 2:
            self.code_page = struct.unpack_from("<H", body)[0]
        elif kind == 0x0022 and body[:1] == b"\x01":
            self.epoch = datetime.datetime(1904, 1, 1)  # noqa: DTZ001
        elif kind == 0x041E and len(body) >= 3:
            self.numbered_formats = True
            self.formats[struct.unpack_from("<H", body)[0]] = body[3 : 3 + body[2]]
        elif kind == 0x001E and body:
            self.formats[len(self.formats)] = body[1 : 1 + body[0]]
        elif kind == 0x00E0 and len(body) >= 4:
            self.styles.append(struct.unpack_from("<H", body, 2)[0])
        elif kind in (0x0243, 0x0443) and len(body) >= 2:
            self.styles.append(body[1])
        elif kind == 0x0043 and len(body) >= 3:
            self.styles.append(body[2] & 0x3F)

    def number(self, value: float, style: int) -> object:
        """A number, or the date that its format makes of it."""
        index = self.styles[style] if style < len(self.styles) else 0
        form = self.formats.get(index)
        if form is None:
            dated = index in DATE_FORMATS and (self.numbered_formats or not self.formats)
        else:
            dated = bool(DATE_LETTERS.search(QUOTED.sub(b"", form)))
        if not dated or not 0 <= value < 2_958_466:
            return value
        moment = self.epoch + datetime.timedelta(milliseconds=round(value * 86_400_000))
        if value < 1:
            return moment.time()
        return moment if moment.time() != datetime.time() else moment.date()

    def encoding(self, texts: bytes) -> str:
        """How texts are written: what they show themselves counts before what the file says."""
        found = text_encoding(texts)
        if found == "utf-8":
            return found
        return CODE_PAGES.get(self.code_page, "gb18030")

    def decoded(self, raw: bytes) -> str:
        return raw.decode(self.encoding(raw), "replace")


def _sheets(stream: bytes, book: _Book) -> list[tuple[bytes, str, int]]:
    """(name, state, offset) of each worksheet; a bare sheet is the only one of its file."""
    if len(stream) < 8:
        raise Refusal("corrupt")
    kind, _length, _version, content = struct.unpack_from("<HHHH", stream)
    if BOFS.get(kind, 0) < 5 or content == WORKSHEET:
        return [(b"", "visible", 0)]
    found = []
    for kind, at, length in records(stream, 0, stop_at_eof=True):
        body = stream[at : at + length]
        if kind == 0x002F:
            raise Refusal("encrypted")
        if kind == 0x0085 and length >= 7:
            offset, state, sort, size = struct.unpack_from("<IBBB", body)
            if sort == 0:
                found.append((body[7 : 7 + size], STATES.get(state & 3, "visible"), offset))
        else:
            book.learn(kind, body)
    if not found:
        raise Refusal("corrupt")
    return found


class _Page:
    """The cells of one sheet, gathered before they are written: old files hold 16,384 rows at most."""

    def __init__(self, book: _Book) -> None:
        self.book, self.limits = book, book.limits
        self.rows: dict[int, dict[int, object]] = {}
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.awaited: tuple[int, int] | None = None
        self.computed = False  # whether any formula has a result
        self.placeholders: list[tuple[int, int]] = []
        self.version = 0

    def read(self, stream: bytes, offset: int) -> None:
        depth = 0
        for kind, at, length in records(stream, offset, stop_at_eof=False):
            if not depth and kind not in BOFS:
                raise Refusal("corrupt")
            if kind in BOFS:
                depth += 1
                self.version = self.version or BOFS[kind]
            elif kind == 0x000A:
                depth -= 1
                if depth <= 0:
                    return
            elif depth == 1:
                self._record(kind, stream[at : at + length])
        if depth or not self.version:
            # Cut off before its end: what is missing can't be known.
            raise Refusal("corrupt")

    def _record(self, kind: int, body: bytes) -> None:
        if kind == 0x002F:
            raise Refusal("encrypted")
        if kind in (0x0007, 0x0207):
            self._string(kind, body)
        elif kind == 0x0208 and len(body) >= 14:
            if body[12] & 0x20:
                self.hidden_rows.add(struct.unpack_from("<H", body)[0] + 1)
        elif kind == 0x007D and len(body) >= 9:
            if body[8] & 1:
                first, last = struct.unpack_from("<HH", body)
                self.hidden_columns.update(range(first + 1, min(last, 255) + 2))
        elif kind == 0x00BD:
            self._row_of_numbers(body)
        elif kind in READERS:
            if len(body) < 7:
                raise Refusal("corrupt")
            row, column = struct.unpack_from("<HH", body)
            # BIFF 2 keeps three bytes of looks where later versions keep the number of a style.
            old = kind < 0x0010 and (kind != 0x0006 or self.version == 2)
            style = body[4] & 0x3F if old else struct.unpack_from("<H", body, 4)[0]
            READERS[kind](self, row + 1, column + 1, style, body[7 if old else 6 :], old)
        else:
            self.book.learn(kind, body)

    def put(self, row: int, column: int, value: object) -> None:
        if row > self.limits.max_rows:
            raise Refusal("too_many_rows")
        if column > self.limits.max_columns:
            raise Refusal("too_many_columns")
        self.rows.setdefault(row, {})[column] = value

    def fill(self, grid: Grid) -> Iterator[tuple]:
        """Write the rows, with the texts decoded the way all of them together tell."""
        if not self.computed:
            for row, column in self.placeholders:
                self.put(row, column, WITHOUT_VALUE)
        raw = b"\n".join(value for cells in self.rows.values() for value in cells.values() if type(value) is bytes)
        encoding = self.book.encoding(raw)
        grid.hidden_rows, grid.hidden_columns = self.hidden_rows, self.hidden_columns
        for row in sorted(self.rows):
            cells = self.rows[row]
            values: list = [None] * max(cells)
            for column, value in cells.items():
                if type(value) is bytes:
                    try:
                        value = value.decode(encoding) or None
                    except UnicodeError as error:
                        raise Refusal("corrupt") from error
                    if value and len(value) > self.limits.max_text:
                        raise too_long(row, self.limits)
                values[column - 1] = value
            grid.row(row, values)
            yield from grid.ready()
        yield from grid.ready(last=True)

    def _integer(self, row, column, style, body, _old) -> None:
        self.put(row, column, self.book.number(float(struct.unpack_from("<H", body)[0]), style))

    def _number(self, row, column, style, body, _old) -> None:
        self.put(row, column, self.book.number(struct.unpack_from("<d", body)[0], style))

    def _compressed(self, row, column, style, body, _old) -> None:
        self.put(row, column, self.book.number(_rk(body), style))

    def _label(self, row, column, _style, body, old) -> None:
        self.put(row, column, body[1 : 1 + body[0]] if old else _text(body))

    def _truth(self, row, column, _style, body, _old) -> None:
        self.put(row, column, ErrorValue(ERRORS.get(body[0], "#N/A")) if body[1] else bool(body[0]))

    def _formula(self, row, column, style, body, _old) -> None:
        result = body[:8]
        if result[6:] != b"\xff\xff":
            self._number(row, column, style, result, _old)
            self.computed = self.computed or any(result)
            # A 0 that is to be computed on opening: a program put it there that couldn't compute.
            if not any(result) and self.version > 2 and body[8:9] and body[8] & COMPUTE_ON_OPENING:
                self.placeholders.append((row, column))
        elif result[0] == 0:
            self.awaited = (row, column)
        elif result[0] == 1:
            self.put(row, column, bool(result[2]))
        elif result[0] == 2:
            self.put(row, column, ErrorValue(ERRORS.get(result[2], "#N/A")))
        elif result[0] == 3 and ARITHMETIC.search(body[FORMULAS_BEGIN.get(self.version, 16) :]):
            # A sum is never an empty text.
            self.put(row, column, WITHOUT_VALUE)

    def _string(self, kind: int, body: bytes) -> None:
        if self.awaited is not None and body:
            self.put(*self.awaited, body[1 : 1 + body[0]] if kind == 0x0007 else _text(body))
        self.awaited = None

    def _row_of_numbers(self, body: bytes) -> None:
        row, column = struct.unpack_from("<HH", body)
        for at in range(4, len(body) - 7, 6):
            style = struct.unpack_from("<H", body, at)[0]
            self.put(row + 1, column + 1, self.book.number(_rk(body[at + 2 : at + 6]), style))
            column += 1


READERS = {
    0x0002: _Page._integer,
    0x0003: _Page._number,
    0x0203: _Page._number,
    0x0004: _Page._label,
    0x0204: _Page._label,
    0x00D6: _Page._label,
    0x0005: _Page._truth,
    0x0205: _Page._truth,
    0x0006: _Page._formula,
    0x0206: _Page._formula,
    0x0406: _Page._formula,
    0x027E: _Page._compressed,
}


def _text(body: bytes) -> bytes:
    length = struct.unpack_from("<H", body)[0]
    if length > len(body) - 2:
        raise Refusal("corrupt")
    return body[2 : 2 + length]


def _rk(body: bytes) -> float:
    raw = struct.unpack_from("<i", body)[0]
    value = float(raw >> 2) if raw & 2 else struct.unpack("<d", b"\0\0\0\0" + struct.pack("<I", raw & 0xFFFFFFFC))[0]
    return value / 100 if raw & 1 else value
