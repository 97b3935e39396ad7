"""Working-day arithmetic in plain Python: numbers the calendar and counts on it.

The SQL of `reconcile` must equal it (a test holds them together). Nothing is invented: a result outside the
published days is a `Refused("outside_calendar")`.
"""

import datetime
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from responsibilities.rules.errors import Refused

WORKDAY, WEEKEND, HOLIDAY, MAKE_UP = "workday", "weekend", "holiday", "make_up"
WORKING_KINDS = frozenset({WORKDAY, MAKE_UP})
KIND_WORDS = {WORKDAY: "工作日", WEEKEND: "周末", HOLIDAY: "节假日", MAKE_UP: "调休上班"}
_SATURDAY = 5


@dataclass(frozen=True)
class ArrangedDay:
    """One day that a holiday arrangement names: off, or a weekend day worked instead (调休)."""

    day: datetime.date
    name: str
    is_off: bool


@dataclass(frozen=True)
class Day:
    """A calendar day and what it is; `name` is the holiday's."""

    day: datetime.date
    kind: str
    name: str = ""
    provisional: bool = False

    @property
    def is_workday(self) -> bool:
        return self.kind in WORKING_KINDS

    @property
    def why(self) -> str:
        """Why the day is skipped or worked: 国庆节, 周末, 调休上班."""
        if self.kind == HOLIDAY:
            return self.name or KIND_WORDS[HOLIDAY]
        return KIND_WORDS[self.kind]


@dataclass(frozen=True)
class NumberedDay:
    """A day with the running count of working days up to and including it, and its nearest working days."""

    day: Day
    ordinal: int
    next_workday_on: datetime.date | None
    previous_workday_on: datetime.date | None


def plain_day(day: datetime.date, *, provisional: bool = False) -> Day:
    """A day that no arrangement names: Monday to Friday are worked."""
    return Day(day, WEEKEND if day.weekday() >= _SATURDAY else WORKDAY, "", provisional)


def day_of_arrangement(named: ArrangedDay, *, provisional: bool = False) -> Day:
    """A day that an arrangement names; a working day named as worked stays a plain one."""
    if named.is_off:
        return Day(named.day, HOLIDAY, named.name, provisional)
    if named.day.weekday() >= _SATURDAY:
        return Day(named.day, MAKE_UP, f"{named.name}调休", provisional)
    return plain_day(named.day, provisional=provisional)


def year_days(year: int, arrangement: Iterable[ArrangedDay], *, provisional: bool) -> list[Day]:
    """All days of a year, and those of the December before that its arrangement names (a 元旦 of three days)."""
    named = {row.day: row for row in arrangement}
    first, last = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    own = [first + datetime.timedelta(days=offset) for offset in range((last - first).days + 1)]
    return [
        day_of_arrangement(named[day], provisional=provisional)
        if day in named
        else plain_day(day, provisional=provisional)
        for day in [*sorted(day for day in named if day < first), *own]
    ]


def number_days(days: Sequence[Day]) -> list[NumberedDay]:
    """Count the working days of an unbroken run of days."""
    for before, after in pairwise(days):
        if after.day - before.day != datetime.timedelta(days=1):
            raise ValueError(f"the calendar has a gap between {before.day} and {after.day}")
    following: list[datetime.date | None] = []
    nearest = None
    for day in reversed(days):
        nearest = day.day if day.is_workday else nearest
        following.append(nearest)
    following.reverse()
    numbered, ordinal, last = [], 0, None
    for day, after in zip(days, following, strict=True):
        if day.is_workday:
            ordinal += 1
            last = day.day
        numbered.append(NumberedDay(day, ordinal, after, last))
    return numbered


class Calendar:
    """An unbroken run of days to count on."""

    def __init__(self, days: Iterable[Day]):
        self._days = sorted(days, key=lambda day: day.day)
        self._numbered = {row.day.day: row for row in number_days(self._days)}
        self._workdays = [day.day for day in self._days if day.is_workday]

    @property
    def first(self) -> datetime.date | None:
        return self._days[0].day if self._days else None

    @property
    def last(self) -> datetime.date | None:
        return self._days[-1].day if self._days else None

    def __contains__(self, day: datetime.date) -> bool:
        return day in self._numbered

    def __getitem__(self, day: datetime.date) -> NumberedDay:
        try:
            return self._numbered[day]
        except KeyError:
            raise self._outside(day) from None

    def between(self, first: datetime.date, last: datetime.date) -> list[Day]:
        """The days from first to last, both included, as far as the calendar reaches."""
        return [day for day in self._days if first <= day.day <= last]

    def is_provisional(self, *days: datetime.date) -> bool:
        """Whether one of the days lies in a year whose arrangement isn't published yet."""
        return any(self[day].day.provisional for day in days)

    def on_or_after(self, day: datetime.date) -> datetime.date:
        """The day itself where it is worked, else the next working day."""
        return self[day].next_workday_on or self._beyond()

    def on_or_before(self, day: datetime.date) -> datetime.date:
        """The day itself where it is worked, else the working day before."""
        return self[day].previous_workday_on or self._beyond()

    def add_workdays(self, anchor: datetime.date, n: int) -> datetime.date:
        """The n-th working day after the anchor, which itself doesn't count; before it where n is negative.

        n = 0 is the anchor itself, or the next working day where it is a rest day.
        """
        row = self[anchor]
        if n == 0:
            return self.on_or_after(anchor)
        index = row.ordinal + n - 1
        if n < 0 and not row.day.is_workday:
            index += 1
        if not 0 <= index < len(self._workdays):
            self._beyond()
        return self._workdays[index]

    def workdays_between(self, first: datetime.date, last: datetime.date) -> int:
        """Working days after `first` up to and including `last`; negative where `last` comes first."""
        return self[last].ordinal - self[first].ordinal

    def skipped(self, anchor: datetime.date, due: datetime.date) -> list[Day]:
        """Rest days after the anchor up to the due day."""
        days = self._days[bisect_left(self._days, anchor, key=lambda day: day.day) :]
        return [day for day in days if anchor < day.day <= due and not day.is_workday]

    def _beyond(self):
        raise self._outside(None)

    def _outside(self, day: datetime.date | None) -> Refused:
        if not self._days:
            return Refused("outside_calendar", "工作日历尚未载入，无法推算工作日；请先载入基础数据。")
        reach = f"工作日历只覆盖 {self.first:%Y-%m-%d} 至 {self.last:%Y-%m-%d}"
        what = f"{day:%Y-%m-%d} 不在其中" if day else "推算结果超出范围"
        return Refused("outside_calendar", f"{reach}，{what}；请先由管理员发布相应年份的工作日历。")
