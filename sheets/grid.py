"""Rows gathered cell by cell, for the formats that are read as a stream; caps bite while they grow."""

from collections.abc import Iterator

from sheets.defence import Limits
from sheets.refusal import Refusal

# So few that a chunk's text is mostly shorter than the longest cell allowed: then no cell need be measured.
CHUNK = 200


class Grid:
    """One sheet under construction. Rows and columns are 1-based; `ready` hands out full chunks."""

    def __init__(self, name: str, limits: Limits, spent: "Spent") -> None:
        self.name, self.limits, self.spent = name, limits, spent
        self.state = "visible"
        self.merged: list[tuple[int, int, int, int]] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.height = self.width = 0
        self.held = False  # rows wait for what stands below them
        self.computed: dict[int, list[int]] = {}
        self._first, self._chunk = 1, []

    def row(self, number: int, cells: list) -> None:
        """Put the next row; rows skipped on the way are blank."""
        self.check_row(number)
        if len(cells) > self.limits.max_columns:
            raise Refusal("too_many_columns")
        if number <= self.height:
            raise Refusal("corrupt")
        self.spent.cells(len(cells))
        while self.height + 1 < number:
            self._chunk.append([])
            self.height += 1
        self._chunk.append(cells)
        self.height = number
        self.width = max(self.width, len(cells))

    def check_row(self, number: int) -> None:
        if number > self.limits.max_rows:
            raise Refusal("too_many_rows")

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Remember a merged range."""
        if len(self.merged) >= self.limits.max_merged:
            raise Refusal("too_large")
        self.merged.append((top, left, bottom, right))

    def waiting(self) -> tuple[int, list[list]]:
        """The rows that weren't handed out yet, and the number of the first one; they may still be changed."""
        return self._first, self._chunk

    def opening(self) -> tuple:
        return (
            "sheet",
            {"name": self.name, "state": self.state, "merged": [], "hidden_rows": [], "hidden_columns": []},
        )

    def ready(self, *, last: bool = False) -> Iterator[tuple]:
        """Events for the rows gathered so far; with `last` the rest and the end."""
        while (len(self._chunk) >= CHUNK and not self.held) or (last and self._chunk):
            part, self._chunk = self._chunk[:CHUNK], self._chunk[CHUNK:]
            yield ("rows", self._first, part)
            self._first += len(part)
        if last:
            facts = {
                "height": self.height,
                "width": self.width,
                "state": self.state,
                "merged": [
                    (top, left, min(bottom, max(top, self.height)), right) for top, left, bottom, right in self.merged
                ],
                "hidden_rows": sorted(self.hidden_rows),
                "hidden_columns": sorted(self.hidden_columns),
                "computed": self.computed,
            }
            yield ("end", facts)


class Spent:
    """What a whole file has cost so far."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._cells = self._sheets = 0

    def cells(self, count: int) -> None:
        self._cells += count
        if self._cells > self.limits.max_cells:
            raise Refusal("too_large")

    def sheet(self) -> None:
        self._sheets += 1
        if self._sheets > self.limits.max_sheets:
            raise too_many_sheets(self.limits)


def measure(first: int, rows: list[list], limits: Limits) -> None:
    """Refuse a cell that holds more than a spreadsheet allows."""
    for number, row in enumerate(rows, start=first):
        for cell in row:
            if type(cell) is str and len(cell) > limits.max_text:
                raise too_long(number, limits)


def too_long(row: int, limits: Limits) -> Refusal:
    """A cell that holds more than a spreadsheet allows."""
    return Refusal("too_large", f"第 {row} 行有一个单元格超过 {limits.max_text} 个字。请删除多余内容后重新上传。")


def too_many_sheets(limits: Limits) -> Refusal:
    return Refusal("too_large", f"工作表超过 {limits.max_sheets} 个。请只保留需要的工作表后重新上传。")
