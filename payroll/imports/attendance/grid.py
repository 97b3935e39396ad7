"""Day grids: a person a row, or several rows a person (上午, 下午, 加班), a column a day.

Two walks: the first gathers people, legend and what bare numbers mean, the second counts.
"""

from collections import Counter
from decimal import Decimal

from payroll.imports.attendance.gathering import Gathering, Person
from payroll.imports.attendance.grid_header import Header
from payroll.imports.attendance.parsed import PROBLEMS, TAKEN, ParsedAttendance, PersonMonth, identity
from payroll.imports.attendance.parts import Part, is_overtime, part_of
from payroll.rules.attendance import (
    HALF,
    MOST_HOURS,
    NOTHING,
    Mark,
    Marks,
    Meaning,
    Measure,
    Problem,
    Unit,
    cents,
    legend_of,
    unit_of,
)
from payroll.rules.month import Month
from sheets.reader import Sheet
from sheets.values import Cell, as_text, column_letter

TOLERANCE = Decimal("0.01")


def read_grid(sheet: Sheet, header: Header, month: Month, measure: Measure) -> ParsedAttendance:
    """People and their days. Months other than the asked one are left out with a remark."""
    parsed = ParsedAttendance(sheet=sheet.name, layout="grid", month=month)
    dates = sorted(date for date in header.dates if (date.year, date.month) != (month.year, month.month))
    others = [f"{date.month}月{date.day}日" for date in dates]
    if others:
        shown = "、".join(others[:3]) + ("等" if len(others) > 3 else "")
        parsed.warn(
            header.days.row,
            "other_month_days",
            f"{shown} {len(others)} 天不属于{month.chinese}，未计入。请在那个月的考勤表中上报。",
        )
    for cells in sheet.head(header.days.row - 1):
        for cell in cells:
            if type(cell) is str:
                parsed.legend |= {mark: str(meaning) for mark, meaning in legend_of(cell).items()}
    gathered = Gathering(sheet, header, parsed)
    people = gathered.people()
    _no_such_days(parsed, header, people)
    _Counting(header, parsed, measure, gathered).count(people)
    return parsed


def _no_such_days(parsed: ParsedAttendance, header: Header, people: list[Person]) -> None:
    """Marks under a day that the month doesn't have (31 in a form for every month) are told, not dropped."""
    for person in people:
        for column in header.nowhere:
            if column <= len(person.cells) and person.cells[column - 1] is not None:
                cell = f"{column_letter(column)}{person.row}"
                message = f"{cell} 有出勤，而这一天不在{parsed.month.chinese}或表上写的起止日期内，未计入。请核对是否错了一列。"
                parsed.error(person.row, "no_such_day", message, cell=cell)


class _Counting:
    """The second walk: days and hours of each person."""

    def __init__(self, header: Header, parsed: ParsedAttendance, measure: Measure, gathered: Gathering) -> None:
        self.header, self.parsed, self.measure = header, parsed, measure
        self.columns = gathered.day_columns
        self.gathered = gathered
        named = next(name for name in ("name", "id_number", "number") if name in header.mapping)
        self.who = column_letter(header.mapping[named])
        self.letters = {day: column_letter(at) for run in header.runs for at, day in run.items()}

    def count(self, people: list[Person]) -> None:
        if self.header.folded:
            self._count_folded(people)
            return
        sizes = Counter(len(person.parts) for person in people)
        most = _rows_a_person(sizes)
        if most > 1:
            self.parsed.layout = "rows"
        plan = self._plan(people, most)
        numbers = self.gathered.numbers
        if most > 1 and plan:
            numbers = [
                cell
                for person in people
                for part, (_row, label, cells) in zip(plan, person.parts, strict=False)
                for cell in cells
                if type(cell) is float and part != Part.OVERTIME and not is_overtime(label)
            ]
        self.parsed.unit = unit_of(numbers)
        self.marks = self._marks(whole_days=most == 1)
        sums = dict.fromkeys(self.columns, NOTHING)
        heads = Counter()
        for person in people:
            month = self._person(person, plan)
            self.parsed.people.append(month)
            for column in self.columns:
                worth = month.days[self.header.columns[column] - 1]
                if worth:
                    sums[column] += worth
                    heads[column] += 1
        self._footers(sums, heads)

    def _count_folded(self, people: list[Person]) -> None:
        """A month in several rows of days, one below the other: a person's first row is the first run's, and so on."""
        self.parsed.unit = unit_of(self.gathered.numbers)
        self.marks = self._marks(whole_days=True)
        for person in people:
            found = self._who_is(person)
            self.parsed.people.append(found)
            if len(person.parts) > len(self.header.runs):
                self._rows_unclear(found, len(person.parts))
                continue
            for part, run in zip(person.parts, self.header.runs, strict=False):
                alone = Person(part[0], person.cells, [part])
                for at, column in enumerate(self.columns):
                    if column in run:
                        found.day_rows[run[column]] = part[0]
                        self._day(found, alone, [Part.DAY], at, column, run[column])
            self._row_total(found, person)

    def _marks(self, *, whole_days: bool) -> Marks:
        legend = {mark: Meaning(meaning) for mark, meaning in self.parsed.legend.items()}
        return Marks(measure=self.measure, unit=self.parsed.unit, legend=legend, whole_days=whole_days)

    def _plan(self, people: list[Person], size: int) -> list[Part]:
        """What unlabelled rows hold, by their place: one row a day, two halves, halves and overtime."""
        if size == 1:
            return [Part.DAY]
        numeric = [True] * size
        small = [True] * size
        for person in people:
            for at, (_row, _label, cells) in enumerate(person.parts[:size]):
                for cell in cells:
                    if cell is None:
                        continue
                    numeric[at] = numeric[at] and type(cell) is float
                    small[at] = small[at] and type(cell) is float and cell <= 0.5
        if size == 2:
            halves = not numeric[1] or (numeric[0] and small[0] and small[1])
            return [Part.HALF, Part.HALF] if halves else [Part.DAY, Part.OVERTIME]
        if size == 3:
            return [Part.HALF, Part.HALF, Part.OVERTIME]
        return []

    def _who_is(self, person: Person) -> PersonMonth:
        mapping, cells = self.header.mapping, person.cells
        found = PersonMonth.of(
            person.row,
            self.parsed.month,
            name=self._text(cells, "name")[:60],
            number=self._text(cells, "number")[:40],
            crew=self._text(cells, "crew")[:60],
            place=f"{self.who}{person.row}",
            day_columns=self.letters,
        )
        if "id_number" in mapping:
            at = mapping["id_number"]
            found.id_number, found.identity_error = identity(
                cells[at - 1] if at <= len(cells) else None, person.row, at
            )
        return found

    def _rows_unclear(self, found: PersonMonth, rows: int) -> None:
        self.parsed.error(
            found.row,
            "rows_unclear",
            f"{found.name or found.number}有 {rows} 行，认不出各行是上午、下午还是加班，未计入。请在姓名后加一列“时段”写明。",
            cell=found.place,
        )

    def _person(self, person: Person, plan: list[Part]) -> PersonMonth:
        found = self._who_is(person)
        kinds = [
            part_of(label) or (plan[at] if at < len(plan) else None) for at, (_r, label, _c) in enumerate(person.parts)
        ]
        if None in kinds:
            self._rows_unclear(found, len(kinds))
            return found
        for at, column in enumerate(self.columns):
            self._day(found, person, kinds, at, column, self.header.columns[column])
        self._row_total(found, person)
        return found

    def _day(self, found: PersonMonth, person: Person, kinds: list[Part], at: int, column: int, day: int) -> None:
        values = [(kind, row, cells[at]) for kind, (row, _label, cells) in zip(kinds, person.parts, strict=True)]
        if all(value is None for _kind, _row, value in values):
            return
        if len(values) == 1:
            row, value = values[0][1], values[0][2]
            mark = self.marks.read(value)
            self._tell(mark, row, column, day, value)
            found.put(day, mark if not mark.problem or mark.problem in TAKEN else Mark(), _shown(value))
            return
        found.put(day, self._together(values, column, day), "/".join(_shown(value) or "·" for _k, _r, value in values))

    def _together(self, values: list[tuple], column: int, day: int) -> Mark:
        """Halves and overtime of one day as one mark; clock times of any row are paired across the rows."""
        total, overtime, hours, times, known = NOTHING, NOTHING, None, [], False
        for kind, row, value in values:
            if value is None:
                continue
            if kind == Part.OVERTIME:
                more = self._overtime(value, row, column, day)
                overtime += more
                known = known or more > 0
                continue
            mark = self.marks.read(value)
            if mark.times:
                times += mark.times
                known = True
                continue
            self._tell(mark, row, column, day, value)
            if mark.days is None or (mark.problem and mark.problem not in TAKEN):
                continue
            known = True
            worth = min(mark.days, HALF) if kind == Part.HALF else mark.days
            total += worth
            if mark.hours is not None:
                hours = (hours or NOTHING) + mark.hours
        if times:
            mark = self.marks.of_times(times)
            self._tell(mark, values[0][1], column, day, "、".join(f"{time:%H:%M}" for time in mark.times))
            return mark
        if not known:
            return Mark()
        # Where overtime is kept, the other hours are the figure's: all days alike, so that the month adds up.
        if any(kind == Part.OVERTIME for kind, _row, _value in values):
            hours = (hours if hours is not None else total * self.measure.full) + overtime
            total = total or self.marks.days_of(hours)
        return Mark(cents(total), cents(hours) if hours is not None else None)

    def _overtime(self, value: Cell, row: int, column: int, day: int) -> Decimal:
        if type(value) is float and 0 <= value <= float(MOST_HOURS):
            return cents(Decimal(repr(value)))
        mark = Marks(measure=self.measure, unit=Unit.HOURS).read(value)
        if mark.hours is not None and not mark.problem:
            return mark.hours
        if mark.days == NOTHING or mark == Mark():
            return NOTHING
        self._say(row, column, day, Problem.UNKNOWN, f"加班一行的“{_shown(value)}”不是小时数，未计入。请填加班的小时数")
        return NOTHING

    def _tell(self, mark: Mark, row: int, column: int, day: int, value: Cell) -> None:
        if mark.problem:
            self._say(row, column, day, mark.problem, f"“{_shown(value)}”{PROBLEMS[mark.problem]}")

    def _say(self, row: int, column: int, day: int, problem: Problem, message: str) -> None:
        cell = f"{column_letter(column)}{row}"
        tell = self.parsed.warn if problem in TAKEN else self.parsed.error
        tell(row, str(problem), f"{cell}（{day} 日）{message}。", day=day, cell=cell)

    def _row_total(self, found: PersonMonth, person: Person) -> None:
        for name, total, unit in (("total_days", found.total_days, "天"), ("total_hours", found.total_hours, "小时")):
            at = self.header.mapping.get(name)
            value = person.cells[at - 1] if at and at <= len(person.cells) else None
            if type(value) is not float or (name == "total_hours" and not total):
                continue
            stated = cents(Decimal(repr(value))) if value < 10_000 else None
            if name == "total_days" and self.parsed.unit == Unit.HOURS and stated == found.total_hours:
                continue
            if stated is not None and abs(stated - total) > TOLERANCE:
                cell = f"{column_letter(at)}{person.row}"
                message = (
                    f"{cell} 的合计是 {_plain(stated)} {unit}，按各日计是 {_plain(total)} {unit}。请核对各日或合计。"
                )
                self.parsed.warn(person.row, "total_mismatch", message, cell=cell)

    def _footers(self, sums: dict[int, Decimal], heads: Counter) -> None:
        """A row of daily sums or head counts below: where neither fits, say so."""
        for row, cells in self.gathered.footers:
            for column in self.columns:
                value = cells[column - 1] if column <= len(cells) else None
                if type(value) is not float or not 0 <= value < 1_000_000:
                    continue
                stated = cents(Decimal(repr(value)))
                if stated not in (sums[column], Decimal(heads[column])):
                    cell, day = f"{column_letter(column)}{row}", self.header.columns[column]
                    message = f"{cell}（{day} 日）的合计是 {_plain(stated)}，逐人计是 {heads[column]} 人、{_plain(sums[column])} 天。请核对。"
                    self.parsed.warn(row, "total_mismatch", message, day=day, cell=cell)

    def _text(self, cells: list[Cell], name: str) -> str:
        at = self.header.mapping.get(name)
        return Gathering.text(cells, at - 1) if at else ""


def _rows_a_person(sizes: Counter) -> int:
    """How many rows a person has. Blank overtime rows are missing at the end, so the longest counts; but where most
    people have one row, a stray second row is somebody's error and not the layout."""
    if sizes[1] * 2 > sizes.total() or not sizes:
        return 1
    return max((size for size in sizes if size <= 3), default=max(sizes))


def _shown(value: Cell) -> str:
    return " ".join(as_text(value).split())


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
