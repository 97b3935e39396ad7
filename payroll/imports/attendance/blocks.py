"""What punch clocks print: a block a person — a line with 工号, 姓名, 部门; a line of days; lines of clock times."""

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal

from payroll.imports.attendance.days import LEAST_DAYS, DayRow, day_row, day_token, months_in, period_in
from payroll.imports.attendance.parsed import ParsedAttendance, PersonMonth, identity, tell_punches
from payroll.rules.attendance import Marks, Measure, Unit, clock_times
from payroll.rules.attendance_punches import days_of_times
from payroll.rules.month import Month
from sheets.reader import Sheet
from sheets.refusal import Refusal
from sheets.values import Cell, ErrorValue, as_text, column_letter

SEARCHED_ROWS = 60
LABELS = {
    "工号": "number", "编号": "number", "人员编号": "number", "员工编号": "number", "登记号码": "number",
    "考勤号": "number", "考勤号码": "number", "卡号": "number", "姓名": "name", "部门": "crew", "班组": "crew",
    "身份证号": "id_number", "身份证": "id_number",
}  # fmt: skip
LABEL = re.compile(rf"({'|'.join(sorted(LABELS, key=len, reverse=True))})(?:([:：])(.*))?", re.DOTALL)
SPACES = re.compile(r"\s+")


def has_blocks(sheet: Sheet) -> bool:
    """Whether a block's first line stands among the first rows, with days around it."""
    rows = sheet.head(SEARCHED_ROWS)
    for at, cells in enumerate(rows):
        facts = block_head(cells)
        if not facts or not {"name", "number", "id_number"} & facts.keys():
            continue
        near = rows[max(0, at - 3) : at + 3]
        if any(_only_days(other) for other in near):
            return True
    return False


def block_head(cells: Sequence[Cell]) -> dict[str, tuple[int, Cell]]:
    """{what: (column, value)} of a line of labels with their values, {} for any other line.

    A header names its columns side by side; here each label is followed by what it names. A line with a run of days is
    a grid's header, even where 姓名 stands right before the first day.
    """
    if sum(1 for cell in cells if day_token(cell) is not None) >= LEAST_DAYS:
        return {}
    found: dict[str, tuple[int, Cell]] = {}
    waiting, bare = "", 0
    for column, cell in enumerate(cells, start=1):
        if cell is None or isinstance(cell, ErrorValue):
            continue
        text = SPACES.sub("", as_text(cell))
        match = LABEL.fullmatch(text)
        if match:
            if waiting:
                bare += 1
            name = LABELS[match[1]]
            if match[3]:
                found.setdefault(name, (column, match[3]))
                waiting = ""
            else:
                waiting = name
        elif waiting and text:
            found.setdefault(waiting, (column, cell))
            waiting = ""
    return found if bare == 0 and not (waiting and not found) else {}


def read_blocks(sheet: Sheet, month: Month, measure: Measure, longest: Decimal) -> ParsedAttendance:
    """People and their clock times. Refuses a file whose stated period or month has no day in the month.

    `longest`: hours beyond which two punches don't belong together.
    """
    parsed = ParsedAttendance(sheet=sheet.name, layout="blocks", month=month, unit=Unit.HOURS)
    marks = Marks(measure=measure, unit=Unit.HOURS)
    period, dates, letters, person = None, {}, {}, None
    times: dict[int, list[datetime.time]] = {}
    seen_days, outside, stated = 0, set(), set()
    for number, cells in sheet.rows():
        if not any(cell is not None for cell in cells):
            continue
        if person is None:
            lines = [cell for cell in cells if type(cell) is str]
            period = next((found for line in lines if (found := period_in(line, month))), period)
            stated |= {found for line in lines for found in months_in(line, month)}
        facts = block_head(cells)
        if {"name", "number", "id_number"} & facts.keys():
            _close(parsed, person, times, marks, longest)
            person, times = _open(number, facts, month), {}
            person.day_columns = letters  # a line of days may stand once above all blocks
            continue
        if row := _days_of(number, cells, month, period):
            dates = row.dates
            seen_days += len(row.within(month))
            outside |= {date for date in dates.values() if (date.year, date.month) != (month.year, month.month)}
            letters = {day: column_letter(at) for at, day in row.within(month).items()}
            if person is not None:
                person.day_columns = letters
            continue
        if person is None:
            parsed.ignored_rows.append({"row": number, "why": "title"})
            continue
        for column, cell in enumerate(cells, start=1):
            found = _times(cell)
            date = dates.get(column)
            if not found:
                if cell is not None and date and SPACES.sub("", as_text(cell)):
                    _unreadable(parsed, person.row, number, column, date, cell)
                continue
            if date is None:
                _unreadable(parsed, person.row, number, column, None, cell)
            elif (date.year, date.month) == (month.year, month.month):
                times.setdefault(date.day, []).extend(found)
                person.day_rows.setdefault(date.day, number)
    _close(parsed, person, times, marks, longest)
    if (outside and not seen_days) or (stated and not period and month not in stated):
        when = f"{period[0]:%Y-%m-%d} 至 {period[1]:%Y-%m-%d}" if period else "别的月份"
        if stated and not period:
            when = min(stated).chinese
        raise Refusal("month_mismatch", f"文件里的考勤日期是 {when}，不是{month.chinese}。请核对所选的考勤月份。")
    if outside:
        first = min(outside)
        message = (
            f"{first.month}月{first.day}日等 {len(outside)} 天不属于{month.chinese}，未计入。请在那个月的考勤表中上报。"
        )
        parsed.warn(None, "other_month_days", message)
    return parsed


def _open(number: int, facts: dict[str, tuple[int, Cell]], month: Month) -> PersonMonth:
    def text(name: str) -> str:
        return SPACES.sub("", as_text(facts[name][1])) if name in facts else ""

    who = next(facts[name][0] for name in ("name", "number", "id_number") if name in facts)
    person = PersonMonth.of(
        number,
        month,
        name=text("name")[:60],
        number=text("number")[:40],
        crew=text("crew")[:60],
        place=f"{column_letter(who)}{number}",
    )
    if "id_number" in facts:
        column, value = facts["id_number"]
        person.id_number, person.identity_error = identity(value, number, column)
    return person


def _close(
    parsed: ParsedAttendance, person: PersonMonth | None, times: dict[int, list], marks: Marks, longest: Decimal
) -> None:
    if person is None:
        return
    first = parsed.month.first
    by_date = {first.replace(day=day): tuple(found) for day, found in times.items()}
    counted = {date.day: mark for date, mark in days_of_times(by_date, marks=marks, longest=longest).items()}
    tell_punches(parsed, person, counted)
    for day, mark in counted.items():
        person.put(day, mark, " ".join(f"{time:%H:%M}" for time in sorted(times[day])))
    parsed.people.append(person)


def _unreadable(
    parsed: ParsedAttendance, row: int, number: int, column: int, date: datetime.date | None, cell: Cell
) -> None:
    """Said of the person (`row`), at the cell."""
    place = f"{column_letter(column)}{number}"
    shown = " ".join(as_text(cell).split())[:20]
    if date is None:
        message = f"{place} 的“{shown}”上方没有日期，不知是哪一天，未计入。请核对。"
        parsed.error(row, "time_invalid", message, cell=place)
        return
    message = f"{place}（{date.day} 日）的“{shown}”不是刷卡时间，未计入。请核对。"
    parsed.error(row, "time_invalid", message, day=date.day, cell=place)


def _times(cell: Cell) -> tuple[datetime.time, ...]:
    if type(cell) is str:
        return clock_times(cell)
    if type(cell) is datetime.time:
        return (cell,)
    return (cell.time(),) if type(cell) is datetime.datetime else ()


def _days_of(number: int, cells: Sequence[Cell], month: Month, period) -> DayRow | None:
    """A line of days: every filled cell belongs to one run of them, so that a line of hours (8 8 8) is none."""
    if not _only_days(cells):
        return None
    row = day_row(number, cells, month, period, least=1)
    filled = sum(1 for cell in cells if cell is not None and SPACES.sub("", as_text(cell)))
    return row if row and len(row.dates) + len(row.nowhere) == filled else None


def _only_days(cells: Sequence[Cell]) -> bool:
    """A line of nothing but days."""
    filled = [cell for cell in cells if cell is not None and SPACES.sub("", as_text(cell))]
    return (
        bool(filled)
        and all(day_token(cell) is not None for cell in filled)
        and not any(type(cell) is str and clock_times(cell) for cell in filled)
    )
