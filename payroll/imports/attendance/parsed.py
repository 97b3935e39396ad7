"""What was read of an attendance sheet, before anybody in it is recognised."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from payroll.rules.attendance import NOTHING, Mark, Problem, Unit
from payroll.rules.month import Month
from responsibilities.rules.identifiers import id_problem, normalise_id
from sheets.values import as_text, column_letter, lost_precision

SHOWN_LENGTH = 40
ID_MESSAGES = {
    "length": ("id_length", "身份证号应为 18 位"),
    "checksum": ("id_checksum", "身份证号的校验位不对，至少有一位写错"),
    "birth_date": ("id_birth_date", "身份证号里的出生日期不存在"),
}
PROBLEMS = {
    Problem.UNKNOWN: "没有说明含义，未计入。请改用 √、半、休、×、天数或小时数，或在表下注明符号的含义",
    Problem.AMBIGUOUS: "分不清是天数还是小时数，未计入。小时数请写成“8h”",
    Problem.TOO_MUCH: "超过一天能有的工时或天数，未计入",
    Problem.SINGLE_PUNCH: "只有一次刷卡，无法计算工时，按在岗一天计。请核对",
    Problem.ODD_PUNCHES: "刷卡次数是单数，无法配对计算工时，按在岗一天计。请核对",
    Problem.OVER_MIDNIGHT: "的下班时间在午夜以后，按跨夜班计，算在上班的那一天。请核对",
    Problem.DOUBLE: "按一天记两个工计入。是加班小时数的，请写成“√+2”这样",
}
TAKEN = frozenset({Problem.SINGLE_PUNCH, Problem.ODD_PUNCHES, Problem.OVER_MIDNIGHT, Problem.DOUBLE})
NIGHTS_NAMED = 10


@dataclass(frozen=True, slots=True)
class Remark:
    """A problem at a row, and at a day of it where there is one. `severity` is error or warning."""

    row: int | None
    code: str
    severity: str
    message: str
    day: int | None = None
    cell: str = ""


@dataclass(slots=True)
class PersonMonth:
    """One person's month; the lists have an element per day of the month.

    `id_number` is normalised and valid, or empty; `identity_error` says what is wrong with what the cell holds.
    For remarks: `place` is the cell that names the person, `day_columns` {day: letter}, shared by those of one header,
    and `day_rows` {day: row} where a day doesn't stand in the person's own row.
    """

    row: int
    name: str = ""
    id_number: str = ""
    number: str = ""
    crew: str = ""
    identity_error: Remark | None = None
    place: str = ""
    day_columns: Mapping[int, str] = field(default_factory=dict)
    day_rows: dict[int, int] = field(default_factory=dict)
    marks: list[str] = field(default_factory=list)
    days: list[Decimal | None] = field(default_factory=list)
    hours: list[Decimal | None] = field(default_factory=list)
    came_at: list[datetime.time | None] = field(default_factory=list)
    left_at: list[datetime.time | None] = field(default_factory=list)

    @classmethod
    def of(cls, row: int, month: Month, **facts) -> "PersonMonth":
        size = month.days
        return cls(
            row=row,
            marks=[""] * size,
            days=[None] * size,
            hours=[None] * size,
            came_at=[None] * size,
            left_at=[None] * size,
            **facts,
        )

    def put(self, day: int, mark: Mark, shown: str) -> None:
        """Keep what a day (1-based) counts and what its cells say."""
        at = day - 1
        self.marks[at] = shown[:SHOWN_LENGTH]
        self.days[at], self.hours[at] = mark.days, mark.hours
        if mark.times:
            self.came_at[at] = mark.times[0]
            self.left_at[at] = mark.times[-1] if len(mark.times) > 1 else None

    def place_of(self, day: int | None) -> str:
        """Where a remark about the person's day stands; about no day in particular, at the person."""
        if day not in self.day_columns:
            return self.place
        return f"{self.day_columns[day]}{self.day_rows.get(day, self.row)}"

    @property
    def total_days(self) -> Decimal:
        return sum((day for day in self.days if day), NOTHING)

    @property
    def total_hours(self) -> Decimal:
        return sum((hour for hour in self.hours if hour), NOTHING)


@dataclass(slots=True)
class ParsedAttendance:
    """A sheet read: its people with their days, and what is wrong with it."""

    sheet: str
    layout: str
    month: Month
    unit: Unit = Unit.DAYS
    legend: dict[str, str] = field(default_factory=dict)
    people: list[PersonMonth] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    ignored_rows: list[dict] = field(default_factory=list)

    def error(self, row: int | None, code: str, message: str, **place) -> None:
        self.remarks.append(Remark(row, code, "error", message, **place))

    def warn(self, row: int | None, code: str, message: str, **place) -> None:
        self.remarks.append(Remark(row, code, "warning", message, **place))


def tell_punches(parsed: ParsedAttendance, person: PersonMonth, marks: dict[int, Mark]) -> None:
    """What is to be said of a person's clock times, {day: mark}: at its day, the nights together."""
    nights = [day for day, mark in sorted(marks.items()) if mark.problem == Problem.OVER_MIDNIGHT]
    if nights:
        days = "、".join(map(str, nights[:NIGHTS_NAMED])) + (" 等" if len(nights) > NIGHTS_NAMED else "")
        message = f"{person.name or person.number} {days} 日按跨夜班计，工时算在上班的那一天。请核对。"
        parsed.warn(person.row, str(Problem.OVER_MIDNIGHT), message, cell=person.place_of(nights[0]))
    for day, mark in sorted(marks.items()):
        if mark.problem and mark.problem != Problem.OVER_MIDNIGHT:
            shown = " ".join(f"{time:%H:%M}" for time in mark.times)
            message = f"{person.name or person.number} {day} 日“{shown}”{PROBLEMS[mark.problem]}。"
            parsed.warn(person.row, str(mark.problem), message, day=day, cell=person.place_of(day))


def identity(value: object, row: int, column: int) -> tuple[str, Remark | None]:
    """(valid ID number or "", what is wrong). A number is never repaired and a wrong one never replaced by a name."""
    if value is None:
        return "", None
    cell = f"{column_letter(column)}{row}"
    if lost_precision(value):
        message = f"{cell} 的身份证号存成了数字，后几位已经丢失。请把该列设为文本格式，重新填写。"
        return "", Remark(row, "id_precision_lost", "error", message, cell=cell)
    number = normalise_id(as_text(value))
    if not number:
        return "", None
    problem = id_problem(number)
    if problem is None:
        return number, None
    code, what = ID_MESSAGES[problem]
    return "", Remark(row, code, "error", f"{cell} 的{what}。请对照身份证改正。", cell=cell)
