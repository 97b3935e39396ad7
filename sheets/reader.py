"""Reading a spreadsheet of unknown origin: `read(data) -> Workbook`, or a coded `Refusal`.

The hostile part runs in `sheets.child`. Here rows stay as the compact text that the child sent and
are turned into cells as they are walked, so a sheet of 100,000 × 14 costs some 20 MB, not 150.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sheets.cells import may_hold_errors, pack, unpack
from sheets.defence import Limits, check_size
from sheets.process import Crashed, run
from sheets.refusal import MESSAGES, Refusal
from sheets.sniff import HEAD, sniff
from sheets.values import Cell

DEFAULT = Limits()


@dataclass(frozen=True, slots=True)
class Range:
    """A merged range, 1-based and inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """One worksheet. Rows and columns are 1-based; trailing blanks of a row may be cut off.

    `hidden_rows` are rows that a person doesn't see, a filter's too. `computed` are the cells, as column → rows, whose
    formula was saved without a result and was computed by us.
    """

    name: str
    state: str = "visible"
    merged: list[Range] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    computed: dict[int, tuple[int, ...]] = field(default_factory=dict)
    height: int = 0
    width: int = 0
    chunks: list[tuple[int, bytes]] = field(default_factory=list, repr=False)

    @property
    def hidden(self) -> bool:
        return self.state != "visible"

    @property
    def holds_errors(self) -> bool:
        """Whether a cell may hold an error, or a formula without a result; seen without unpacking the rows."""
        return any(may_hold_errors(text) for _first, text in self.chunks)

    def rows(self, start: int = 1) -> Iterator[tuple[int, list[Cell]]]:
        """(row number, cells) from row `start` on."""
        for position, (first, text) in enumerate(self.chunks):
            if position + 1 < len(self.chunks) and self.chunks[position + 1][0] <= start:
                continue
            number = first
            for cells in unpack(text):
                if number >= start:
                    yield number, cells
                number += 1

    def head(self, count: int) -> list[list[Cell]]:
        """The first `count` rows."""
        found = []
        for number, cells in self.rows():
            if number > count:
                break
            found.append(cells)
        return found

    @classmethod
    def of(cls, rows: list[list[Cell]], name: str = "Sheet1", **facts) -> "Sheet":
        """A sheet made in memory, for tests and for callers that have rows already."""
        text = pack([[float(cell) if type(cell) is int else cell for cell in row] for row in rows])
        width = max((len(row) for row in rows), default=0)
        return cls(name=name, height=len(rows), width=width, chunks=[(1, text)] if rows else [], **facts)


@dataclass(slots=True)
class Workbook:
    """What was read: `kind` is xlsx, xls, spreadsheetml, html or csv."""

    kind: str
    sheets: list[Sheet]


def read(data: bytes, limits: Limits = DEFAULT, told: Callable[[int], None] = lambda _rows: None) -> Workbook:
    """Read a file; raises Refusal with one of the codes of `sheets.refusal.MESSAGES`.

    `told` hears early of about how many rows there are, where the format lets one guess.
    """
    check_size(data, limits)
    kind = sniff(data[:HEAD]).kind
    if kind in ("empty", "other"):
        # Told by its first bytes: no process is worth starting.
        raise Refusal("empty" if kind == "empty" and not data.strip(b"\x00 \t\r\n") else "not_a_sheet")
    try:
        book = _collect(run("read", data, limits), told)
    except Crashed:
        raise _why(data, limits) from None
    if not any(sheet.height for sheet in book.sheets):
        raise Refusal("empty")
    return book


def _collect(lines: Iterator[bytes], told: Callable[[int], None]) -> Workbook:
    book, sheet = Workbook("", []), None
    for line in lines:
        if line[:1] == b"R":
            first, _, text = line[1:].partition(b" ")
            sheet.chunks.append((int(first), text))
            continue
        fact = json.loads(line[1:])
        if "sheet" in fact:
            about = fact["sheet"]
            sheet = Sheet(
                name=about["name"],
                state=about["state"],
                merged=[Range(*corners) for corners in about["merged"]],
                hidden_rows=frozenset(about["hidden_rows"]),
                hidden_columns=frozenset(about["hidden_columns"]),
            )
            book.sheets.append(sheet)
        elif "end" in fact:
            _finish(sheet, fact["end"])
        elif "about" in fact:
            told(fact["about"])
        elif "kind" in fact:
            book.kind = fact["kind"]
        elif "refused" in fact:
            raise _refusal(fact["refused"])
        elif "done" in fact:
            return book
    raise Crashed(0)


def _finish(sheet: Sheet, facts: dict) -> None:
    """Take what is known at the end of a sheet; streamed formats learn the rest only then."""
    sheet.height, sheet.width = facts["height"], facts["width"]
    sheet.computed = {int(column): tuple(rows) for column, rows in facts.get("computed", {}).items()}
    if "merged" in facts:
        sheet.state = facts["state"]
        sheet.merged = [Range(*corners) for corners in facts["merged"]]
        sheet.hidden_rows = frozenset(facts["hidden_rows"])
        sheet.hidden_columns = frozenset(facts["hidden_columns"])


def _refusal(about: dict) -> Refusal:
    code = about.get("code")
    return Refusal(code if code in MESSAGES else "corrupt", about.get("message") or "")


def _why(data: bytes, limits: Limits) -> Refusal:
    """Ask a second child, just as limited, why the first one died."""
    try:
        for line in run("diagnose", data, limits):
            fact = json.loads(line[1:])
            if "refused" in fact:
                return _refusal(fact["refused"])
    except Refusal as refusal:
        return refusal
    except Crashed:
        pass
    return Refusal("corrupt")
