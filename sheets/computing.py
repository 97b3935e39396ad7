"""The formulas of one sheet that were saved without a result, computed from its cells. Child only.

Formulas that need each other are computed in turn, without recursion; those in a circle, and those that need one,
stay without a result. What it may cost is counted: a hostile sheet gets no results, never a stuck child.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sheets.formulas import Area, Corner, Formula, NotComputable, Value, parse
from sheets.values import Cell, lost_precision

MOST_FORMULAS = 60_000
MOST_KEPT = 1_500_000  # cells kept for formulas to look at
MOST_STEPS = 800_000  # cells looked at by all formulas together
MOST_IN_RANGE = 300_000

Spot = tuple[int, int]  # row, column, from 1


@dataclass(frozen=True, slots=True)
class Written:
    """A formula as a sheet has it: its text without the equals sign, moved so far from where it was written."""

    text: str
    down: int = 0
    right: int = 0


def computed(
    formulas: Mapping[Spot, Written], rows: Iterable[list[Cell]], unusable: Mapping[int, Mapping[int, object]]
) -> dict[Spot, Cell]:
    """Results by place; a formula that can't be computed isn't among them.

    `rows` are the sheet's from row 1 on, `unusable` cells by row and column that hold nothing to rely on.
    """
    if not formulas or len(formulas) > MOST_FORMULAS:
        return {}
    parsed: dict[Spot, tuple[Formula, Written]] = {}
    for spot, written in formulas.items():
        try:
            parsed[spot] = parse(written.text), written
        except NotComputable:
            continue
    if not parsed:
        return {}
    try:
        cells = _Cells(parsed, formulas, rows, unusable)
        return _Computing(parsed, cells).results()
    except _TooCostly:
        return {}


class _TooCostly(Exception):
    """More cells than payrolls have."""


class _Cells:
    """The values of the columns that formulas refer to."""

    def __init__(
        self,
        parsed: Mapping[Spot, tuple[Formula, Written]],
        formulas: Mapping[Spot, Written],
        rows: Iterable[list[Cell]],
        unusable: Mapping[int, Mapping[int, object]],
    ) -> None:
        self.steps = 0
        wanted = self._columns_of(parsed)
        self._columns: dict[int, list[Cell]] = {column: [] for column in wanted}
        self.height, kept = 0, 0
        for cells in rows:
            self.height += 1
            width = len(cells)
            for column, values in self._columns.items():
                values.append(cells[column - 1] if column <= width else None)
            kept += len(self._columns)
            if kept > MOST_KEPT:
                raise _TooCostly
        self.height = max([self.height, *(row for row, _column in formulas)])
        self._without = dict.fromkeys(formulas)  # a value once it is computed
        self._unusable = unusable
        self.rows_of: dict[int, array] = {}  # column → rows with formulas, ascending
        for row, column in sorted(formulas):
            self.rows_of.setdefault(column, array("L")).append(row)

    @staticmethod
    def _columns_of(parsed: Mapping[Spot, tuple[Formula, Written]]) -> set[int]:
        found: set[int] = set()
        seen: set[tuple[int, int]] = set()
        for formula, written in parsed.values():
            if (mark := (id(formula), written.right)) in seen:
                continue
            seen.add(mark)
            right = written.right
            for corner in formula.corners:
                found.add(corner.column + (0 if corner.column_fixed else right))
            for area in formula.areas:
                ends = [one.column + (0 if one.column_fixed else right) for one in (area.first, area.last)]
                if max(ends) - min(ends) > 512:
                    continue
                found.update(range(min(ends), max(ends) + 1))
        return {column for column in found if column > 0}

    def step(self, count: int) -> None:
        self.steps += count
        if self.steps > MOST_STEPS:
            raise _TooCostly

    def settle(self, spot: Spot, value: Value) -> None:
        self._without[spot] = value

    def cell(self, row: int, column: int) -> Value:
        self.step(1)
        return self._at(row, column)

    def cells(self, top: int, left: int, bottom: int, right: int) -> Iterator[Value]:
        count = max(0, bottom - top + 1) * (right - left + 1)
        if count > MOST_IN_RANGE:
            raise NotComputable
        self.step(count)
        for column in range(left, right + 1):
            for row in range(top, bottom + 1):
                yield self._at(row, column)

    def _at(self, row: int, column: int) -> Value:
        if (spot := (row, column)) in self._without:
            if (value := self._without[spot]) is None:
                raise NotComputable
            return value
        if column in self._unusable.get(row, ()):
            raise NotComputable
        values = self._columns.get(column)
        if values is None:
            raise NotComputable
        return _value(values[row - 1]) if row <= len(values) else None


def _value(cell: Cell) -> Value:
    """A cell for a formula: moments, truths and numbers that lost their digits are nothing to compute with."""
    if type(cell) is float:
        if lost_precision(cell) or cell != cell:
            raise NotComputable
        return Decimal(repr(cell))
    if cell is None or type(cell) is str:
        return cell or None
    raise NotComputable


class _Computing:
    """One turn through all formulas."""

    def __init__(self, parsed: Mapping[Spot, tuple[Formula, Written]], cells: _Cells) -> None:
        self._parsed, self._cells = parsed, cells
        self._begun: set[Spot] = set()
        self._done: set[Spot] = set()

    def results(self) -> dict[Spot, Cell]:
        found: dict[Spot, Cell] = {}
        for start in self._parsed:
            waiting = [start]
            while waiting:
                spot = waiting[-1]
                if spot in self._done:
                    waiting.pop()
                elif spot not in self._begun:
                    self._begun.add(spot)
                    needed = self._needed(spot)
                    if any(one in self._begun and one not in self._done for one in needed):
                        # A circle: whoever stands in it has no result.
                        self._done.add(spot)
                    waiting += [one for one in needed if one not in self._begun]
                else:
                    waiting.pop()
                    self._done.add(spot)
                    self._compute(spot, found)
        return found

    def _compute(self, spot: Spot, found: dict[Spot, Cell]) -> None:
        formula, written = self._parsed[spot]
        try:
            value = formula.value(self._cells, down=written.down, right=written.right, height=self._cells.height)
        except NotComputable:
            return
        self._cells.settle(spot, value)
        found[spot] = float(value) if isinstance(value, Decimal) else value or None if isinstance(value, str) else value

    def _needed(self, spot: Spot) -> list[Spot]:
        """The formulas that this one refers to."""
        formula, written = self._parsed[spot]
        found: list[Spot] = []
        self._cells.step(len(formula.corners) + len(formula.areas))
        try:
            for corner in formula.corners:
                found += self._at(corner, written)
            for area in formula.areas:
                found += self._within(area, written)
        except NotComputable:
            return []
        self._cells.step(len(found))
        return found

    def _at(self, corner: Corner, written: Written) -> list[Spot]:
        spot = corner.moved(written.down, written.right)
        return [spot] if spot in self._parsed else []

    def _within(self, area: Area, written: Written) -> list[Spot]:
        top, left, bottom, right = area.moved(written.down, written.right, self._cells.height)
        found = []
        for column, rows in self._cells.rows_of.items():
            if left <= column <= right:
                among = rows[bisect_left(rows, top) : bisect_right(rows, bottom)]
                found += [(row, column) for row in among if (row, column) in self._parsed]
        return found
