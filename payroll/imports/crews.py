"""Crews that a sheet writes once for many people: merged downward, above them as a row of its own, or in the
first row only."""

import re
from collections.abc import Sequence

from payroll.imports.content import people_rows, sample
from payroll.rules.names import SPACES
from sheets.headers import Header
from sheets.reader import Sheet
from sheets.values import Cell, as_text

SECTION = re.compile(
    r"(?:班组(?:名称)?[:：])?(?P<crew>[^:：]{1,20}?(?:班组|劳务队|施工队|作业队|小组|工段|工区|班|组|队))(?:[(（【\[][^)）】\]]{1,20}[)）】\]])?"
    r"(?:[,，、]*(?:班组长|组长|负责人|带班)[:：].{1,20})?(?:\d{1,3}人)?\Z"
)
IN_LINE = re.compile(r"(?:所属|施工|作业)?(?:班组|队组)(?:名称)?[:：](?P<crew>[^:：\s]{2,20})")
LABELLED = re.compile(r"(?:所属)?(?:班组|队组)(?:名称)?[:：](?P<crew>[^:：]{1,24})\Z")
SPARSE = 0.5
SPREAD = ("crew", "trade")


def crew_above(sheet: Sheet, header: Header) -> str:
    """The crew that the lines above the header name for everybody, or the sheet by its name."""
    for cells in sheet.head((header.rows[0] if header.rows else header.first_data_row) - 1):
        for position, cell in enumerate(cells):
            if type(cell) is not str:
                continue
            if match := IN_LINE.search(cell):
                return match["crew"]
            label = SPACES.sub("", cell).rstrip(":：")
            beside = next((other for other in cells[position + 1 :] if other is not None), None)
            labels = label in ("班组", "班组名称", "所属班组", "施工班组") and type(beside) is str and len(beside) <= 20
            # Without a colon it may be the title of another small table.
            if labels and (cell.rstrip().endswith((":", "：")) or section_of([beside])):
                return beside.strip()
    return sheet.name if section_of([sheet.name]) and len(sheet.name) <= 20 else ""


def section_of(texts: Sequence[str]) -> str | None:
    """The crew that a row of one text names: 一班组（木工）, 班组：钢筋班."""
    if len(texts) != 1:
        return None
    text = SPACES.sub("", texts[0])
    match = LABELLED.match(text) or SECTION.match(text)
    if not match or len(text) > 40:
        return None
    return match["crew"] if match.re is LABELLED else text


class Crews:
    """Fills in what people below the first one leave blank."""

    def __init__(self, sheet: Sheet, header: Header, csv: bool) -> None:
        self.section = "" if "crew" in header.mapping else crew_above(sheet, header)
        self.places = {name: header.mapping[name] - 1 for name in SPREAD if name in header.mapping}
        self._merged: dict[tuple[int, str], int] = {}
        for name, at in self.places.items():
            for area in sheet.merged:
                if area.left - 1 <= at < area.right and area.bottom > area.top >= header.first_data_row:
                    for row in range(area.top, area.bottom + 1):
                        self._merged[row, name] = area.top
        self._top: dict[str, tuple[int, Cell]] = {}
        merged = {name for _row, name in self._merged}
        self._downward = {name for name in self.places if name not in merged and csv and _sparse(sheet, header, name)}
        self._last: dict[str, Cell] = {}

    @property
    def needed(self) -> bool:
        """Whether a row has to be looked at at all."""
        return bool(self._merged or self._downward or self.section)

    def fill(self, row: int, cells: list[Cell]) -> list[Cell]:
        """The row with its crew and trade."""
        for name, at in self.places.items():
            value = cells[at] if at < len(cells) else None
            blank = value is None or (type(value) is str and not value.strip())
            top = self._merged.get((row, name))
            if top == row:
                self._top[name] = (row, value)
            elif blank and top is not None and self._top.get(name, (0,))[0] == top:
                cells = _with(cells, at, self._top[name][1])
            elif blank and name in self._downward:
                cells = _with(cells, at, self._last.get(name))
            elif not blank:
                self._last[name] = value
        return cells

    def crew_of(self, crew: str) -> str:
        """A row's own crew, else the one whose section it stands in."""
        return crew or self.section


def _with(cells: list[Cell], at: int, value: Cell) -> list[Cell]:
    cells = list(cells)
    cells[at] = value
    return cells


def _sparse(sheet: Sheet, header: Header, name: str) -> bool:
    """Whether a column is filled in the first row of each group only."""
    at = header.mapping[name] - 1
    rows = people_rows(sample(sheet, header))
    filled = [bool(at < len(cells) and as_text(cells[at]).strip()) for cells in rows]
    return len(filled) > 2 and filled[0] and sum(filled) < len(filled) * SPARSE
