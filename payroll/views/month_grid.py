"""A month of attendance as a grid: a column a day, colours where something is said. Numbers are masked."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from payroll.models import AttendanceDay, AttendanceProblem, AttendanceRow
from payroll.rules.month import Month

WEEK = "一二三四五六日"
LEVELS = {AttendanceProblem.Severity.ERROR: "red", AttendanceProblem.Severity.WARNING: "yellow"}


@dataclass(frozen=True, slots=True)
class DayHead:
    """A day above its column."""

    number: int
    week: str
    weekend: bool


@dataclass(slots=True)
class DayCell:
    """One day of one person."""

    text: str = ""
    level: str = ""
    title: str = ""
    muted: bool = False


@dataclass(slots=True)
class GridLine:
    """One person's month. `worker` None: not recognised."""

    row: int | None
    worker: int | None
    name: str
    below: str
    cells: list[DayCell]
    days: Decimal
    hours: Decimal | None
    level: str = ""
    said: list[tuple[str, str, str]] = field(default_factory=list)  # level, cell, message


def heads(month: Month) -> list[DayHead]:
    """The month's days."""
    return [
        DayHead(day, WEEK[(weekday := datetime.date(month.year, month.month, day).weekday())], weekday >= 5)
        for day in range(1, month.days + 1)
    ]


def sheet_lines(rows: Iterable[AttendanceRow], problems: Iterable[AttendanceProblem]) -> list[GridLine]:
    """A sheet's rows with what is said about them at their days."""
    said: dict[int, list[AttendanceProblem]] = {}
    for problem in problems:
        said.setdefault(problem.row, []).append(problem)
    return [_sheet_line(row, said.get(row.row, [])) for row in rows]


def _sheet_line(row: AttendanceRow, problems: Sequence[AttendanceProblem]) -> GridLine:
    cells = [
        DayCell(mark if len(mark) <= 5 else _short(row, at), title=mark, muted=not (row.days[at] or 0))
        for at, mark in enumerate(row.marks)
    ]
    line = GridLine(
        row=row.row,
        worker=row.worker_id,
        name=row.name or "（没有姓名）",
        below=" · ".join(part for part in (f"尾号 {row.id_masked[-4:]}" if row.id_masked else "", row.crew) if part),
        cells=cells,
        days=row.total_days,
        hours=row.total_hours or None,
    )
    for problem in problems:
        level = LEVELS[problem.severity]
        line.said.append((level, problem.cell, problem.message))
        if problem.day and problem.day <= len(cells):
            cell = cells[problem.day - 1]
            cell.level = "red" if "red" in (cell.level, level) else level
            cell.title = problem.message
        line.level = "red" if "red" in (line.level, level) else level
    return line


def _short(row: AttendanceRow, at: int) -> str:
    """A long text (clock times) as what it counts; the whole text is the title."""
    hours = row.hours[at] if at < len(row.hours) else None
    days = row.days[at]
    return f"{hours.normalize():f}h" if hours is not None else "" if days is None else f"{days.normalize():f}"


def project_lines(
    rows: Iterable[dict], days: dict[int, list[AttendanceDay]], month: Month, double: set
) -> list[GridLine]:
    """A project's workers with their recorded days; `double` holds (worker, day) on two sites."""
    return [_project_line(row, days.get(row["worker_id"], ()), month, double) for row in rows]


def _project_line(row: dict, found: Sequence[AttendanceDay], month: Month, double: set) -> GridLine:
    cells = [DayCell() for _day in range(month.days)]
    for day in found:
        cells[day.on.day - 1] = _day_cell(day, (day.worker_id, day.on) in double)
    return GridLine(
        row=None,
        worker=row["worker_id"],
        name=row["worker__name"],
        below=" · ".join(part for part in (f"尾号 {row['worker__id_last4']}", row["crew"]) if part),
        cells=cells,
        days=row["total_days"],
        hours=row["total_hours"],
        level="yellow" if any(cell.level for cell in cells) else "",
    )


def _day_cell(day: AttendanceDay, double: bool) -> DayCell:
    text = "√" if day.days == 1 else f"{day.days.normalize():f}"
    told = [f"{day.days.normalize():f} 天"]
    if day.hours is not None:
        told.append(f"{day.hours.normalize():f} 小时")
    if day.came_at:
        told.append(f"{day.came_at:%H:%M}" + (f"–{day.left_at:%H:%M}" if day.left_at else " 起"))
    if double:
        told.append("同日在另一项目也有出勤")
    return DayCell(text, "yellow" if double else "", "，".join(told))


def worker_strip(days: Sequence[AttendanceDay], month: Month) -> list[dict]:
    """A worker's month over all sites in sight: {number, week, weekend, text, level, title} per day."""
    by_day: dict[int, list[AttendanceDay]] = {}
    for day in days:
        by_day.setdefault(day.on.day, []).append(day)
    strip = []
    for head in heads(month):
        found = by_day.get(head.number, [])
        cell = _day_cell(found[0], len(found) > 1) if found else DayCell()
        title = "；".join(f"{day.project.name}：{_day_cell(day, False).title}" for day in found)
        strip.append(
            {
                "number": head.number,
                "week": head.week,
                "weekend": head.weekend,
                "text": cell.text,
                "level": cell.level or ("green" if found else ""),
                "title": title,
            }
        )
    return strip
