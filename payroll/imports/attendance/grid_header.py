"""Where a day grid's days and its other columns stand."""

from dataclasses import dataclass

from payroll.imports.attendance.days import DayRow, day_row, is_weekday_row, month_in
from payroll.imports.people_columns import GRID
from payroll.rules.month import Month
from sheets.columns import normalise
from sheets.headers import match_columns
from sheets.reader import Sheet
from sheets.values import Cell

HEAD_ROWS = 40
HEADER_ABOVE = 2


@dataclass(slots=True)
class Header:
    """Where the days and the other columns stand."""

    days: DayRow
    columns: dict[int, int]
    mapping: dict[str, int]
    titles: dict[str, str]
    first_row: int


def find_grid(sheet: Sheet, month: Month) -> Header | None:
    """The header of a day grid: the longest run of days, with a name, an ID number or a number beside it."""
    head = sheet.head(HEAD_ROWS)
    found = [row for number, cells in enumerate(head, start=1) if (row := day_row(number, cells, month))]
    for days in sorted(found, key=lambda row: (-len(row.dates), row.row)):
        mapping, titles = _titles(sheet, head, days)
        if not {"name", "id_number", "number"} & mapping.keys():
            continue
        first = days.row + 1
        while first <= len(head) and is_weekday_row(head[first - 1], days.dates):
            first += 1
        return Header(days, days.within(month), mapping, titles, first)
    return None


def title_month(sheet: Sheet, header: Header) -> Month | None:
    """The month that the lines above the header state."""
    for cells in sheet.head(header.days.row):
        for cell in cells:
            if type(cell) is str and (month := month_in(cell)):
                return month
    return month_in(sheet.name)


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
