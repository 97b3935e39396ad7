"""The month that a row belongs to, however it was typed."""

import calendar
import datetime
import re
from dataclasses import dataclass

DIGITS = {0xFF10 + i: 0x30 + i for i in range(10)}
SPACES = re.compile(r"\s+")
FULL = re.compile(
    r"(?P<year>(?:19|20)\d{2}|\d{2}(?=年))(?:年|[-/.．—])(?P<month>\d{1,2})(?:月份?)?(?:[-/.]?\d{1,2}日?)?(?:\d{1,2}:\d{2}(?::\d{2})?)?\Z"
)
COMPACT = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?:\d{2})?\Z")
SHORT = re.compile(r"(?P<month>\d{1,2})(?:\.0+)?(?:月份?)?\Z")
CHINESE = {name: number for number, name in enumerate("一 二 三 四 五 六 七 八 九 十 十一 十二".split(), start=1)}
EPOCH = datetime.date(1899, 12, 30)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month."""

    year: int
    month: int

    @classmethod
    def around(cls, day: datetime.date) -> "Month":
        """The month that a day lies in."""
        return cls(day.year, day.month)

    @classmethod
    def of(cls, text: str) -> "Month":
        """`2025-10`; raises ValueError for anything else."""
        year, dash, month = text.partition("-")
        if not dash or len(year) != 4 or len(month) != 2 or not 1 <= int(month) <= 12:
            raise ValueError(f"not a month: {text!r}")
        return cls(int(year), int(month))

    @property
    def first(self) -> datetime.date:
        return datetime.date(self.year, self.month, 1)

    @property
    def last(self) -> datetime.date:
        return datetime.date(self.year, self.month, self.days)

    @property
    def days(self) -> int:
        return calendar.monthrange(self.year, self.month)[1]

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def moved(self, by: int) -> "Month":
        """The month so many months later; earlier where `by` is negative."""
        at = self.year * 12 + self.month - 1 + by
        return Month(at // 12, at % 12 + 1)

    @property
    def chinese(self) -> str:
        return f"{self.year}年{self.month}月"


class NotAMonth(ValueError):
    """The cell can't be read as a month."""


PERIOD = re.compile(
    r"(?:(?P<year>(?:19|20)\d{2})[年./\-])?(?P<month>\d{1,2})[月./\-]\d{1,2}[日号]?[至到\-—–~～－]+"
    r"(?:(?P<other_year>(?:19|20)\d{2})[年./\-])?(?:(?P<other>\d{1,2})[月./\-])?\d{1,2}[日号]?\Z"
)


def common_month(month: str, other: str | None, year: str | None, other_year: str | None) -> int | None:
    """The number of the month that a period from one day to another lies in; None where it is of two."""
    same = (other is None or int(other) == int(month)) and (other_year is None or year is None or other_year == year)
    return int(month) if same and 1 <= int(month) <= 12 else None


def nearest(number: int, near: Month) -> Month:
    """A month whose year isn't written: the one nearest to `near`, so that 12月 beside 2026-01 is 2025-12."""
    return near.moved((number - near.month + 6) % 12 - 6)


def parse_month(value: object, near: Month) -> Month | None:
    """A month, None for a blank; raises NotAMonth.

    2025年1月, 2025-01, 202501, a date, its serial number, 2025.1.1-1.31; a bare 1月 or 1 is the one nearest to `near`.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime.date):
        return Month(value.year, value.month)
    if type(value) is float:
        if value != int(value):
            value = float(int(value))
        if 1 <= value <= 12:
            return nearest(int(value), near)
        if 190_001 <= value <= 209_912 and 1 <= int(value) % 100 <= 12:
            return Month(int(value) // 100, int(value) % 100)
        if 19_000_101 <= value <= 20_991_231:
            return _text(str(int(value)), near)
        if 20_000 <= value <= 80_000:
            day = EPOCH + datetime.timedelta(days=int(value))
            return Month(day.year, day.month)
        raise NotAMonth(value)
    if type(value) is not str:
        raise NotAMonth(value)
    return _text(value, near)


def _text(value: str, near: Month) -> Month | None:
    text = SPACES.sub("", value.translate(DIGITS))
    if not text or text in ("-", "/", "—"):
        return None
    match = FULL.match(text) or COMPACT.match(text)
    if match and 1 <= int(match["month"]) <= 12:
        year_typed = int(match["year"])
        return Month(year_typed if year_typed > 99 else 2000 + year_typed, int(match["month"]))
    if not match and (match := SHORT.match(text)) and 1 <= int(match["month"]) <= 12:
        return nearest(int(match["month"]), near)
    if (name := text.removesuffix("份").removesuffix("月")) in CHINESE:
        return nearest(CHINESE[name], near)
    if period := PERIOD.match(text):
        number = common_month(period["month"], period["other"], period["year"], period["other_year"])
        if number:
            return Month(int(period["year"]), number) if period["year"] else nearest(number, near)
    raise NotAMonth(value)
