"""Which day a column or cell names: 1, 01, 1日, 10-01, 10月1日, dates; runs of days; periods in a title."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass

from payroll.rules.month import Month
from sheets.values import Cell

DAY = re.compile(r"(\d{1,2})(?:\.0+)?(?:日|号)?")
MONTH_DAY = re.compile(r"(\d{1,2})[-/.月](\d{1,2})日?(?:[(（]?(?:星期|周)?[日天一二三四五六][)）]?)?")
FULL = re.compile(r"((?:19|20)\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
PERIOD = re.compile(
    r"((?:19|20)\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\s*(?:[~～至到—–-]+)\s*"
    r"(?:((?:19|20)\d{2})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?"
)
YEAR_MONTH = re.compile(r"((?:19|20)\d{2})\s*[-/.年]\s*(1[0-2]|0?[1-9])(?:\s*月|(?!\d))")
WEEKDAYS = frozenset(
    "日 天 一 二 三 四 五 六 星期日 星期天 星期一 星期二 星期三 星期四 星期五 星期六 周日 周天 周一 周二 周三 周四 周五 周六 七".split()
)
SPACES = re.compile(r"\s+")
LEAST_DAYS = 5
LONGEST_GAP = 2


@dataclass(frozen=True, slots=True)
class DayRow:
    """A row that names days: {column (1-based): date}."""

    row: int
    dates: dict[int, datetime.date]

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
    if match := FULL.match(text):
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
    return DayRow(number, _dates(best, month, period)) if len(best) >= least else None


def period_in(text: str) -> tuple[datetime.date, datetime.date] | None:
    """A period that a line states: 2017-10-16～2017-10-22, 2026年10月1日至10月31日."""
    match = PERIOD.search(text)
    if not match:
        return None
    first = _date(int(match[1]), int(match[2]), int(match[3]))
    last = _date(int(match[4] or match[1]), int(match[5]), int(match[6]))
    return (first, last) if first and last and first <= last else None


def month_in(text: str) -> Month | None:
    """A month that a title states: 2025年9月, 2025-09."""
    match = YEAR_MONTH.search(text)
    return Month(int(match[1]), int(match[2])) if match else None


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
