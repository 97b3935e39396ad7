"""Which day a column or cell names: 1, 01, 1日, 10-01, 10月1日, dates; runs of days; periods in a title."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass

from payroll.rules.month import Month
from sheets.values import Cell

WEEKDAY = r"(?:[/(（]?(?:星期|周)?[日天一二三四五六][)）]?)?"
DAY = re.compile(rf"(\d{{1,2}})(?:\.0+)?(?:日|号)?{WEEKDAY}")
MONTH_DAY = re.compile(rf"(\d{{1,2}})[-/.月](\d{{1,2}})日?{WEEKDAY}")
FULL = re.compile(rf"((?:19|20)\d{{2}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})日?{WEEKDAY}(?:T?00:00(?::00)?)?")
PERIOD = re.compile(
    r"((?:19|20)\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\s*(?:[~～至到—–-]+)\s*"
    r"(?:((?:19|20)\d{2})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?"
)
SHORT_PERIOD = re.compile(
    r"(?<![\d年])(1[0-2]|0?[1-9])月(\d{1,2})日?\s*(?:[~～至到—–-]+)\s*(1[0-2]|0?[1-9])月(\d{1,2})日?"
)
# A month alone, in a line that speaks of attendance or in a sheet's name; no day follows it.
BARE_MONTH = re.compile(r"(?<![\d.])(1[0-2]|0?[1-9])\s*月(?!\s*\d)|(十[一二]?|[一二三四五六七八九])月(?!\s*\d)")
ABOUT_ATTENDANCE = re.compile(r"考\s*勤|出\s*勤|工\s*时|记\s*工|点\s*工|用\s*工|刷\s*卡")
ABOUT_THE_PAPER = re.compile(r"制表|填表|填报|打印|导出|生成")
CHINESE = {name: number for number, name in enumerate("一 二 三 四 五 六 七 八 九 十 十一 十二".split(), start=1)}
YEAR_MONTH = re.compile(r"((?:19|20)\d{2})\s*[-/.年]\s*(1[0-2]|0?[1-9])(?:\s*月|(?!\d))")
WEEKDAYS = frozenset(
    "日 天 一 二 三 四 五 六 星期日 星期天 星期一 星期二 星期三 星期四 星期五 星期六 周日 周天 周一 周二 周三 周四 周五 周六 七".split()
)
SPACES = re.compile(r"\s+")
LEAST_DAYS = 5
LONGEST_GAP = 2


@dataclass(frozen=True, slots=True)
class DayRow:
    """A row that names days: {column (1-based): date}. `nowhere`: columns of days that the month doesn't have."""

    row: int
    dates: dict[int, datetime.date]
    nowhere: tuple[int, ...] = ()

    def within(self, month: Month) -> dict[int, int]:
        """{column: day of the month}, other months' columns left out."""
        return {
            column: date.day
            for column, date in self.dates.items()
            if (date.year, date.month) == (month.year, month.month)
        }


def day_token(value: Cell) -> int | datetime.date | tuple[int, int] | None:
    """A day number, a date, (month, day), or None for anything else."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if type(value) is float:
        return int(value) if value == int(value) and 1 <= value <= 31 else None
    if type(value) is not str:
        return None
    text = SPACES.sub("", value)
    if match := DAY.fullmatch(text):
        day = int(match[1])
        return day if 1 <= day <= 31 else None
    if match := FULL.fullmatch(text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := MONTH_DAY.fullmatch(text):
        month, day = int(match[1]), int(match[2])
        return (month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None
    return None


def day_row(number: int, cells: Sequence[Cell], month: Month, period=None, least: int = LEAST_DAYS) -> DayRow | None:
    """The run of successive days in a row, if it is long enough; small gaps (a week's total) may interrupt it."""
    best: list[tuple[int, object]] = []
    run: list[tuple[int, object]] = []
    for column, cell in enumerate(cells, start=1):
        token = day_token(cell) if cell is not None else None
        if token is None:
            continue
        if run and (column - run[-1][0] > LONGEST_GAP or not _follows(run[-1][1], token)):
            best, run = max(best, run, key=len), []
        run.append((column, token))
    best = max(best, run, key=len)
    if len(best) < least:
        return None
    dates = _dates(best, month, period)
    return DayRow(number, dates, tuple(column for column, _token in best if column not in dates))


def period_in(text: str, month: Month) -> tuple[datetime.date, datetime.date] | None:
    """A period that a line states: 2017-10-16～2017-10-22, 2026年10月1日至10月31日, 9月26日至10月25日 (of `month`'s year)."""
    if match := PERIOD.search(text):
        first = _date(int(match[1]), int(match[2]), int(match[3]))
        last = _date(int(match[4] or match[1]), int(match[5]), int(match[6]))
    elif match := SHORT_PERIOD.search(text):
        begins, ends = int(match[1]), int(match[3])
        # A period over the turn of the year belongs to the year that the asked month lies in.
        year = month.year - (begins > ends and month.month != begins)
        first = _date(year, begins, int(match[2]))
        last = _date(year + (begins > ends), ends, int(match[4]))
    else:
        return None
    return (first, last) if first and last and first <= last else None


def months_in(text: str, month: Month, *, name: bool = False) -> set[Month]:
    """Months that a line states: 2025年9月, 2025-09; without a year (9月考勤表, 九月) of `month`'s year, where the line
    speaks of attendance or is a sheet's `name`. When the paper was made or printed says nothing."""
    if ABOUT_THE_PAPER.search(text):
        return set()
    found = {Month(int(match[1]), int(match[2])) for match in YEAR_MONTH.finditer(text)}
    if not found and (name or ABOUT_ATTENDANCE.search(text)):
        found = {
            Month(month.year, int(match[1]) if match[1] else CHINESE[match[2]]) for match in BARE_MONTH.finditer(text)
        }
    return found


def is_weekday_row(cells: Sequence[Cell], columns) -> bool:
    """日 一 二 三 … under the day numbers."""
    texts = [SPACES.sub("", cells[at - 1]) for at in columns if at <= len(cells) and type(cells[at - 1]) is str]
    return len(texts) >= LEAST_DAYS and all(text in WEEKDAYS for text in texts)


def _follows(one, other) -> bool:
    if isinstance(one, datetime.date) and isinstance(other, datetime.date):
        return (other - one).days == 1
    if isinstance(one, tuple) and isinstance(other, tuple):
        return other[1] == one[1] + 1 if other[0] == one[0] else other[1] == 1 and one[1] >= 28
    if type(one) is int and type(other) is int:
        return other == one + 1 or (other == 1 and one >= 28)
    return False


def _dates(run: list[tuple[int, object]], month: Month, period) -> dict[int, datetime.date]:
    """The run as dates. Numbers before a turn (31 → 1) belong to the month before; a period says it outright."""
    turn = next((at for at in range(1, len(run)) if type(run[at][1]) is int and run[at][1] < run[at - 1][1]), None)
    found = {}
    for at, (column, token) in enumerate(run):
        if isinstance(token, datetime.date):
            date = token
        elif isinstance(token, tuple):
            year = month.year - (token[0] == 12 and month.month == 1) + (token[0] == 1 and month.month == 12)
            date = _date(year, *token)
        elif period:
            date = _in_period(token, period)
        else:
            first = month.first if turn is None or at >= turn else (month.first - datetime.timedelta(days=1))
            date = _date(first.year, first.month, token)
        if date:
            found[column] = date
    return found


def _in_period(day: int, period: tuple[datetime.date, datetime.date]) -> datetime.date | None:
    first, last = period
    for start in (first, last):
        date = _date(start.year, start.month, day)
        if date and first <= date <= last:
            return date
    return None


def _date(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
