"""Plain lists: a row a punch (name, ID number, time, direction), or a row a person and day with two times or hours."""

import datetime
import re
from dataclasses import dataclass, field
from decimal import Decimal

from payroll.imports.attendance.parsed import ParsedAttendance, PersonMonth, identity, tell_punches
from payroll.imports.people_columns import PUNCHES
from payroll.rules.attendance import (
    MOST_DAYS,
    MOST_HOURS,
    Marks,
    Measure,
    Unit,
    cents,
)
from payroll.rules.attendance_punches import Direction, Punch, days_of_punches
from payroll.rules.month import Month
from sheets.headers import HEAD_ROWS, MAX_DEPTH, Header, find_header
from sheets.reader import Sheet
from sheets.refusal import Refusal
from sheets.values import Cell, as_text, column_letter

MOMENT = re.compile(
    r"((?:19|20)\d{2})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?[T\s]*(?:(\d{1,2})[:：时]?(\d{2})?(?:[:：分]?(\d{2})秒?)?)?(?:\.\d+)?"
)
COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?")
DIRECTIONS = {
    **dict.fromkeys("进 入 进场 入场 入口 进门 进入 01 1 in 上班 签到".split(), Direction.IN),
    **dict.fromkeys("出 出场 出口 出门 离开 离场 02 2 0 out 下班 签退".split(), Direction.OUT),
}
NEEDED = (
    {"punched_at"},
    {"worked_on", "came_at"},
    {"worked_on", "left_at"},
    {"worked_on", "total_hours"},
    {"worked_on", "total_days"},
)


@dataclass(slots=True)
class _Person:
    month: PersonMonth
    punches: list[Punch] = field(default_factory=list)
    stated: dict[int, tuple[Decimal | None, Decimal | None]] = field(default_factory=dict)


def find_punches(sheet: Sheet) -> Header | None:
    """The header of a list of punches or of days."""
    header = find_header(sheet.head(HEAD_ROWS + MAX_DEPTH), PUNCHES, sheet.merged)
    if header is None or not {"name", "id_number"} & header.mapping.keys():
        return None
    return header if any(needed <= header.mapping.keys() for needed in NEEDED) else None


def read_punches(sheet: Sheet, header: Header, month: Month, measure: Measure, longest: Decimal) -> ParsedAttendance:
    """People and their days. `longest`: hours from entry to exit beyond which two punches don't belong together."""
    parsed = ParsedAttendance(sheet=sheet.name, layout="punches", month=month, unit=Unit.HOURS)
    people: dict[tuple[str, str], _Person] = {}
    when = next(header.mapping[name] for name in ("punched_at", "came_at", "worked_on") if name in header.mapping)
    letters = dict.fromkeys(range(1, month.days + 1), column_letter(when))
    outside = inside = 0
    window = month.first - datetime.timedelta(days=1), month.last + datetime.timedelta(days=1)
    for number, cells in sheet.rows(header.first_data_row):
        row = _Row(header, number, cells, parsed)
        if row.empty:
            continue
        moments = row.moments()
        if moments is None:
            continue
        days = {moment.at.date() for moment in moments} | ({row.worked_on} if row.worked_on else set())
        if not any(month.first <= day <= month.last for day in days):
            # The night before the first and after the last may belong to a shift of the month.
            if not any(window[0] <= day <= window[1] for day in days):
                outside += 1
                continue
        else:
            inside += 1
        person = people.get(row.key)
        if person is None:
            person = people[row.key] = row.person(month, letters)
        person.punches += moments
        for day in days:
            if month.first <= day <= month.last:
                person.month.day_rows.setdefault(day.day, number)
        if row.worked_on and month.first <= row.worked_on <= month.last and (stated := row.stated()):
            person.stated[row.worked_on.day] = stated
    if not inside:
        if outside:
            raise Refusal(
                "month_mismatch", f"文件里没有{month.chinese}的记录，{outside} 行都属于别的月份。请核对所选的考勤月份。"
            )
        return parsed
    if outside:
        parsed.warn(
            None, "other_month_days", f"有 {outside} 行不属于{month.chinese}，未计入。请在那个月的考勤表中上报。"
        )
    marks = Marks(measure=measure, unit=Unit.HOURS)
    for person in people.values():
        _count(parsed, person, month, marks, longest)
    return parsed


def _count(parsed: ParsedAttendance, person: _Person, month: Month, marks: Marks, longest: Decimal) -> None:
    found = person.month
    counted = days_of_punches(person.punches, marks=marks, longest=longest, nights=True)
    inside = {date.day: mark for date, mark in counted.items() if month.first <= date <= month.last}
    tell_punches(parsed, found, inside)
    for day, mark in inside.items():
        found.put(day, mark, " ".join(f"{time:%H:%M}" for time in mark.times))
    for day, (days, hours) in person.stated.items():
        at = day - 1
        if hours is not None and found.hours[at] is None:
            found.hours[at] = hours
            found.days[at] = marks.days_of(hours) if found.days[at] is None else found.days[at]
        if days is not None:
            found.days[at] = days
        found.marks[at] = found.marks[at] or f"{(hours if hours is not None else days):f}"
    if any(day is not None for day in found.days):
        parsed.people.append(found)


class _Row:
    """One row of the list."""

    def __init__(self, header: Header, number: int, cells: list[Cell], parsed: ParsedAttendance) -> None:
        self.header, self.number, self.cells, self.parsed = header, number, cells, parsed
        self.name = "".join(as_text(self.cell("name")).split())[:60]
        self.worked_on = _date(self.cell("worked_on"))
        self.identity, self.identity_error = "", None
        at = header.mapping.get("id_number")
        if at:
            self.identity, self.identity_error = identity(self.cell("id_number"), number, at)

    def cell(self, name: str) -> Cell:
        at = self.header.mapping.get(name)
        return self.cells[at - 1] if at and at <= len(self.cells) else None

    @property
    def empty(self) -> bool:
        return not self.name and not self.identity and self.identity_error is None

    @property
    def key(self) -> tuple[str, str]:
        """By ID number where there is one; a wrong one makes a person of its own, row by row of equal text."""
        wrong = as_text(self.cell("id_number")) if self.identity_error else ""
        return (self.identity, "") if self.identity else (wrong, self.name)

    def person(self, month: Month, letters: dict[int, str]) -> _Person:
        crew = "".join(as_text(self.cell("crew")).split())[:60]
        number = "".join(as_text(self.cell("number")).split())[:40]
        return _Person(
            PersonMonth.of(
                self.number,
                month,
                name=self.name,
                id_number=self.identity,
                number=number,
                crew=crew,
                identity_error=self.identity_error,
                place=f"{column_letter(self.header.mapping.get('name') or self.header.mapping['id_number'])}{self.number}",
                day_columns=letters,
            )
        )

    def moments(self) -> list[Punch] | None:
        """The punches of the row; None where its time can't be read, which is said."""
        direction = DIRECTIONS.get("".join(as_text(self.cell("direction")).split()).lower())
        found = []
        for name, way in (("punched_at", direction), ("came_at", Direction.IN), ("left_at", Direction.OUT)):
            value = self.cell(name)
            if value is None or (type(value) is str and not value.strip()):
                continue
            moment = _moment(value, self.worked_on)
            if moment is None:
                self._unreadable(name, value)
                return None
            found.append(Punch(moment, way))
        if len(found) == 2 and found[1].at < found[0].at:
            # Out before in on one line: the shift ended after midnight.
            found[1] = Punch(found[1].at + datetime.timedelta(days=1), found[1].direction)
        if not found and self.worked_on is None:
            self._unreadable("punched_at" if "punched_at" in self.header.mapping else "worked_on", None)
            return None
        return found

    def stated(self) -> tuple[Decimal | None, Decimal | None] | None:
        """(days, hours) that the row states itself."""
        days, hours = (
            self._number(name, most) for name, most in (("total_days", MOST_DAYS), ("total_hours", MOST_HOURS))
        )
        return (days, hours) if days is not None or hours is not None else None

    def _number(self, name: str, most: Decimal) -> Decimal | None:
        value = self.cell(name)
        if type(value) is str:
            try:
                value = float(value.strip().removesuffix("小时").removesuffix("天").removesuffix("h"))
            except ValueError:
                return None
        if type(value) is not float or not 0 <= value <= float(most):
            return None
        return cents(Decimal(repr(value)))

    def _unreadable(self, name: str, value: Cell) -> None:
        at = self.header.mapping.get(name, 1)
        cell = f"{column_letter(at)}{self.number}"
        shown = " ".join(as_text(value).split())[:20]
        what = f"“{shown}”认不出是哪天几点" if shown else "没有时间"
        self.parsed.error(
            self.number, "time_invalid", f"{cell} {what}，这一行未计入。请写成 2026-10-08 07:30 的样子。", cell=cell
        )


def _date(value: Cell) -> datetime.date | None:
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    moment = _moment(value, None) if type(value) is str else None
    return moment.date() if moment else None


def _moment(value: Cell, day: datetime.date | None) -> datetime.datetime | None:
    """A moment; a clock time alone belongs to `day`. A date alone is no moment, unless only a date is asked for."""
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None, microsecond=0)
    if isinstance(value, datetime.time):
        return datetime.datetime.combine(day, value) if day else None
    if isinstance(value, datetime.date):
        return datetime.datetime.combine(value, datetime.time()) if day is None else None
    if type(value) is not str:
        return None
    text = value.strip()
    if match := CLOCK.fullmatch(text):
        return _at(day, int(match[1]), int(match[2])) if day else None
    match = COMPACT.fullmatch(text) or MOMENT.fullmatch(text)
    if not match:
        return None
    try:
        date = datetime.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    return _at(date, int(match[4] or 0), int(match[5] or 0))


def _at(date: datetime.date, hour: int, minute: int) -> datetime.datetime | None:
    try:
        return datetime.datetime.combine(date, datetime.time(hour, minute))
    except ValueError:
        return None
