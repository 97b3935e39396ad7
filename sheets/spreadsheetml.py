"""SpreadsheetML 2003 (“XML 表格 2003”, mostly named .xls): read as a stream by expat. Child only.

Nothing is fetched and no entity is expanded: a document type declaration ends the reading. What a
cell's `ss:Type` says, counts: an ID written as String stays text whatever it looks like.

Formulas without a result are computed or told. A 0 is none where no formula of its sheet has another one: programs
that couldn't compute wrote it there. Until that is known, rows wait.
"""

import datetime
import re
from collections.abc import Iterator
from xml.parsers import expat

from sheets.computing import MOST_FORMULAS, Spot, computed
from sheets.defence import Limits
from sheets.grid import Grid, Spent, too_long
from sheets.refusal import Refusal
from sheets.relative import Relative
from sheets.values import WITHOUT_VALUE, ErrorValue

SS = "urn:schemas-microsoft-com:office:spreadsheet"
EXCEL = "urn:schemas-microsoft-com:office:excel"
PIECE = 1 << 16
DEEPEST = 64
NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?\s*")
MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6})\d*)?)?Z?")
STATES = {"SheetHidden": "hidden", "SheetVeryHidden": "very_hidden"}


def extract(text: str, limits: Limits) -> Iterator[tuple]:
    """Events of `sheets.extract` from the decoded document."""
    reader = _Reader(limits)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = forbidden
    yield ("kind", "spreadsheetml")
    try:
        # Given text instead of bytes, expat ignores what the declaration says of the encoding.
        for at in range(0, len(text), PIECE):
            parser.Parse(text[at : at + PIECE], False)
            yield from reader.events()
        parser.Parse("", True)
    except (expat.ExpatError, UnicodeError) as error:
        raise Refusal("corrupt") from error
    yield from reader.events()


def forbidden(*_details) -> None:
    """Refuses a document type or an entity; expat calls it."""
    raise Refusal("corrupt", "文件里有文档类型或实体声明，为安全起见未予读取。请用 Excel 或 WPS 另存为 .xlsx 后重试。")


class _Reader:
    """Handlers of one document; `events` hands out what is complete."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.spent = limits, Spent(limits)
        self.grid: Grid | None = None
        self.done: list[tuple] = []
        self.depth = 0
        self.row = self.after_row = self.column = self.after_column = self.columns = 0
        self.cells: list = []
        self.kind, self.formula = "", ""
        self.unfinished = _Unfinished()
        self.parts: list[str] | None = None
        self.length = 0
        self.in_row = self.in_comment = False
        self.value: object = None

    def events(self) -> Iterator[tuple]:
        found, self.done = self.done, []
        yield from found
        if self.grid is not None:
            yield from self.grid.ready()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Refusal("corrupt")
        space, _, name = tag.rpartition(" ")
        if space == EXCEL:
            if name == "Visible":
                self._listen()
            return
        if space != SS:
            return
        if name == "Data":
            if not self.in_comment:
                self.kind = attribute(attributes, "Type") or "String"
                self._listen()
        elif name == "Cell":
            self._cell(attributes)
        elif name == "Row":
            self._row(attributes)
        elif name == "Comment":
            self.in_comment = True
        elif name == "Column":
            self._column(attributes)
        elif name == "Worksheet":
            self.spent.sheet()
            self.grid = Grid(attribute(attributes, "Name") or "", self.limits, self.spent)
            self.unfinished = _Unfinished()
            self.row = self.after_row = self.columns = 0
            self.done.append(self.grid.opening())

    def end(self, tag: str) -> None:
        self.depth -= 1
        space, _, name = tag.rpartition(" ")
        if space == EXCEL and name == "Visible":
            if self.grid is not None:
                self.grid.state = STATES.get("".join(self.parts or ()).strip(), self.grid.state)
            self.parts = None
        elif space != SS:
            return
        elif name == "Data" and not self.in_comment:
            self.value = self._data("".join(self.parts or ()))
            self.parts = None
        elif name == "Cell":
            self._close_cell()
        elif name == "Row" and self.grid is not None:
            if self.cells or self.row > self.grid.height:
                self.grid.row(self.row, self.cells)
            self.cells, self.in_row = [], False
        elif name == "Comment":
            self.in_comment = False
        elif name == "Worksheet" and self.grid is not None:
            self.unfinished.settle(self.grid)
            self.done.extend(self.grid.ready(last=True))
            self.grid = None

    def text(self, text: str) -> None:
        if self.parts is not None:
            self.length += len(text)
            if self.length > self.limits.max_text:
                raise too_long(self.row, self.limits)
            self.parts.append(text)

    def _listen(self) -> None:
        self.parts, self.length = [], 0

    def _column(self, attributes: dict[str, str]) -> None:
        first = number(attributes, "Index") or self.columns + 1
        last = self.columns = first + (number(attributes, "Span") or 0)
        hidden = attribute(attributes, "Hidden") == "1" or attribute(attributes, "Width") == "0"
        if self.grid is not None and hidden:
            self.grid.hidden_columns.update(range(first, min(last, self.limits.max_columns) + 1))

    def _row(self, attributes: dict[str, str]) -> None:
        if self.grid is None:
            raise Refusal("corrupt")
        self.row = number(attributes, "Index") or self.after_row + 1
        self.after_row = self.row + (number(attributes, "Span") or 0)
        self.grid.check_row(self.row)
        self.column = self.after_column = 0
        self.cells, self.in_row = [], True
        if attribute(attributes, "Hidden") == "1" or attribute(attributes, "Height") == "0":
            last = min(self.after_row, self.limits.max_rows)
            self.grid.hidden_rows.update(range(self.row, last + 1))

    def _cell(self, attributes: dict[str, str]) -> None:
        if self.grid is None or not self.in_row:
            raise Refusal("corrupt")
        self.column = number(attributes, "Index") or self.after_column + 1
        if self.column <= self.after_column:
            # Two cells at one place: whichever were taken, the other one would be lost silently.
            raise Refusal("corrupt")
        across, down = number(attributes, "MergeAcross") or 0, number(attributes, "MergeDown") or 0
        self.after_column = self.column + across
        if self.after_column > self.limits.max_columns:
            raise Refusal("too_many_columns")
        if down:
            self.grid.check_row(self.row + down)
        if across or down:
            self.grid.merge(self.row, self.column, self.row + down, self.after_column)
        self.formula = attribute(attributes, "Formula") or ""
        self.value, self.kind = None, ""

    def _close_cell(self) -> None:
        # A formula with an empty text as its result is complete; one without <Data> was never computed.
        value = WITHOUT_VALUE if self.formula and not self.kind else self.value
        if self.formula:
            self.grid.held = self.unfinished.see((self.row, self.column), self.formula, value)
        if value is None:
            return
        missing = self.column - len(self.cells)
        if missing > 0:
            self.cells.extend([None] * missing)
        self.cells[self.column - 1] = value

    def _data(self, text: str) -> object:
        if self.kind == "Number":
            return float(text) if NUMBER.fullmatch(text) else text or None
        if self.kind == "DateTime":
            return _moment(text)
        if self.kind == "Boolean":
            return text.strip() in ("1", "true")
        if self.kind == "Error":
            return ErrorValue(text.strip()[:12] or "#N/A")
        return text or None


class _Unfinished:
    """The formulas of one sheet that have no result, or one that may be none."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._missing: dict[Spot, str] = {}
        self._zeros: dict[Spot, str] = {}
        self._any_result = False

    def see(self, spot: Spot, formula: str, value: object) -> bool:
        """Remember a formula; says whether its sheet's rows have to wait."""
        formula = self._texts.setdefault(formula, formula)  # most rows have the same one
        if value is WITHOUT_VALUE:
            self._missing[spot] = formula
        elif value == 0 and type(value) is float:
            if not self._any_result:
                self._zeros[spot] = formula
        elif value is not None and not isinstance(value, ErrorValue):
            self._any_result = True
            self._zeros.clear()
        return bool(self._missing or self._zeros)

    def settle(self, grid: Grid) -> None:
        """Compute what can be computed, and mark what can't, in the rows that waited."""
        found = self._missing | self._zeros
        first, rows = grid.waiting()
        results: dict[Spot, object] = {}
        if first == 1 and 0 < len(found) <= MOST_FORMULAS:
            relative = Relative()
            written = {spot: relative.written(spot, formula) for spot, formula in found.items()}
            results = computed({spot: one for spot, one in written.items() if one}, rows, {})
        for row, column in sorted(found):
            rows[row - first][column - 1] = results.get((row, column), WITHOUT_VALUE)
            if (row, column) in results:
                grid.computed.setdefault(column, []).append(row)


def attribute(attributes: dict[str, str], name: str) -> str | None:
    """An attribute with its namespace, or without one as some programs write it."""
    return attributes.get(f"{SS} {name}", attributes.get(name))


def number(attributes: dict[str, str], name: str) -> int | None:
    """An attribute that is a whole number."""
    text = attribute(attributes, name)
    if text is None:
        return None
    # Longer figures are beyond every cap anyway.
    return int(text) if text.isdecimal() and len(text) < 12 else (10**12 if text.isdecimal() else None)


def _moment(text: str) -> object:
    match = MOMENT.fullmatch(text.strip())
    if not match:
        return text or None
    year, month, day = (int(match[at]) for at in (1, 2, 3))
    hour, minute, second = (int(match[at] or 0) for at in (4, 5, 6))
    try:
        moment = datetime.datetime(  # noqa: DTZ001 - a sheet's moments have no zone
            year, month, day, hour, minute, second, int((match[7] or "0").ljust(6, "0"))
        )
    except ValueError:
        return text
    if year < 1900:
        # A time of day is written on the day before the first.
        return moment.time()
    return moment if moment.time() != datetime.time() else moment.date()
