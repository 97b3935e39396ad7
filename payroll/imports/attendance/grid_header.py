"""Where a day grid's days and its other columns stand."""

import datetime
from dataclasses import dataclass

from payroll.imports.attendance.days import DayRow, day_row, is_weekday_row, months_in, period_in
from payroll.imports.people_columns import GRID
from payroll.rules.month import Month
from sheets.columns import normalise
from sheets.headers import match_columns
from sheets.reader import Sheet
from sheets.values import Cell

HEAD_ROWS = 40
HEADER_ABOVE = 2
# The next part of a month's days stands right below, or below a row of weekdays.
FOLDED_WITHIN = 2


@dataclass(slots=True)
class Header:
    """Where the days and the other columns stand.

    `runs` are {column: day} of the rows of days, one for most sheets. A folded one (1–15 above 16–31) has several, and
    a person as many rows. `columns` are those of the first run; `period` is what the lines above state.
    """

    days: DayRow
    runs: list[dict[int, int]]
    mapping: dict[str, int]
    titles: dict[str, str]
    first_row: int
    dates: list[datetime.date]
    nowhere: tuple[int, ...] = ()
    period: tuple[datetime.date, datetime.date] | None = None

    @property
    def columns(self) -> dict[int, int]:
        return self.runs[0]

    @property
    def folded(self) -> bool:
        return len(self.runs) > 1


def find_grid(sheet: Sheet, month: Month) -> Header | None:
    """The header of a day grid: the longest run of days, with a name, an ID number or a number beside it."""
    head = sheet.head(HEAD_ROWS)
    period = _period(sheet, head, month)
    found = [row for number, cells in enumerate(head, start=1) if (row := day_row(number, cells, month, period))]
    for longest in sorted(found, key=lambda row: (-len(row.dates), row.row)):
        rows = _folded(longest, found)
        days = rows[0]
        mapping, titles = _titles(sheet, head, days)
        if not {"name", "id_number", "number"} & mapping.keys():
            continue
        first = rows[-1].row + 1
        while first <= len(head) and is_weekday_row(head[first - 1], rows[-1].dates):
            first += 1
        return Header(
            days,
            [row.within(month) for row in rows],
            mapping,
            titles,
            first,
            dates=[date for row in rows for date in row.dates.values()],
            nowhere=tuple(column for row in rows for column in row.nowhere),
            period=period,
        )
    return None


def other_month(sheet: Sheet, header: Header, month: Month) -> tuple[bool, Month | None]:
    """(whether the sheet is of another month, which one where it says so): by the lines above, else by its name."""
    if not any(header.runs):
        return True, None
    if header.period:
        return False, None
    above = [cell for cells in sheet.head(header.days.row) for cell in cells if type(cell) is str]
    for texts, name in ((above, False), ([sheet.name], True)):
        stated = {found for text in texts for found in months_in(text, month, name=name)}
        if stated:
            return (False, None) if month in stated else (True, min(stated))
    return False, None


def _period(sheet: Sheet, head: list[list[Cell]], month: Month):
    texts = [cell for cells in head[: HEAD_ROWS // 2] for cell in cells if type(cell) is str and len(cell) < 80]
    return next((found for text in (*texts, sheet.name) if (found := period_in(text, month))), None)


def _folded(longest: DayRow, found: list[DayRow]) -> list[DayRow]:
    """The rows of days of which each goes on where the one above ended, in about the same columns."""
    by_row = {row.row: row for row in found}
    rows = [longest]
    for step in (-1, 1):
        while True:
            edge = rows[0] if step < 0 else rows[-1]
            near = (by_row.get(edge.row + step * far) for far in range(1, FOLDED_WITHIN + 1))
            other = next((row for row in near if row and _continues(*((row, edge) if step < 0 else (edge, row)))), None)
            if other is None:
                break
            rows.insert(0 if step < 0 else len(rows), other)
    return rows


def _continues(upper: DayRow, lower: DayRow) -> bool:
    if not upper.dates or not lower.dates:
        return False
    shared = len(upper.dates.keys() & lower.dates.keys())
    goes_on = (min(lower.dates.values()) - max(upper.dates.values())).days == 1
    return goes_on and shared * 2 > min(len(upper.dates), len(lower.dates))


def _titles(sheet: Sheet, head: list[list[Cell]], days: DayRow) -> tuple[dict[str, int], dict[str, str]]:
    """The columns beside the days by their titles, which may stand up to two rows above or be merged downward."""
    anchors = {}
    for area in sheet.merged:
        if area.top > days.row + 1:
            continue
        wide = area.right - area.left + 1 >= max(4, sheet.width * 0.6)
        for row in range(area.top, min(area.bottom, days.row + 1) + 1):
            for column in range(area.left, area.right + 1):
                anchors[row, column] = None if wide else (area.top, area.left)
    paths: dict[int, tuple[str, ...]] = {}
    texts: dict[int, str] = {}
    for column in range(1, sheet.width + 1):
        if column in days.dates:
            continue
        path: list[str] = []
        for row in range(max(1, days.row - HEADER_ABOVE), days.row + 1):
            top, left = anchors.get((row, column), (row, column)) or (0, 0)
            cells = head[top - 1] if top else []
            value = cells[left - 1] if 0 < left <= len(cells) else None
            text = normalise(value) if type(value) is str and len(value) <= 30 else ""
            if text and text not in path:
                path.append(text)
        if path:
            paths[column], texts[column] = tuple(path), "".join(path)
    mapping = match_columns(paths, GRID)
    return mapping, {name: texts[at] for name, at in mapping.items()}
