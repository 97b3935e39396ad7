"""What a cell of an attendance sheet counts: √, 1, 0.5, 8, 8h, 半, 休, ×, clock times, letters of a legend.

Days are kept to two places. A sheet writes its bare numbers in days or in hours, told by the numbers as a whole
(`unit_of`); a number that fits neither is ambiguous and never guessed. Pure: the hours of a full day come in.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from payroll.rules.amounts import CENT, HALF_WIDTH, SPACES

DAY_MINUTES = 24 * 60
ONE, HALF, NOTHING = Decimal(1), Decimal("0.5"), Decimal(0)
# More than this in a cell can't be days: even a double shift is two, and even that is remarked.
MOST_DAYS, REMARKED_DAYS = Decimal(2), Decimal("1.5")
# Nobody types finer numbers; a clock time that lost its format (0.3319) looks like that.
PLACES = 3
MOST_HOURS = Decimal(24)


class Unit(StrEnum):
    """What a bare number means in a sheet."""

    DAYS = "days"
    HOURS = "hours"


class Meaning(StrEnum):
    """What a symbol stands for."""

    PRESENT = "present"
    HALF = "half"
    ABSENT = "absent"


class Problem(StrEnum):
    """Why a cell counts nothing, or is only taken with a remark."""

    UNKNOWN = "mark_unknown"
    AMBIGUOUS = "mark_ambiguous"
    TOO_MUCH = "day_over_limit"
    SINGLE_PUNCH = "single_punch"
    ODD_PUNCHES = "odd_punches"
    OVER_MIDNIGHT = "over_midnight"
    DOUBLE = "double_day"


class Mark(NamedTuple):
    """A cell read: `days` None for a blank or unreadable one; hours where they are known; clock times in order."""

    days: Decimal | None = None
    hours: Decimal | None = None
    problem: Problem | None = None
    times: tuple[datetime.time, ...] = ()


class Measure(NamedTuple):
    """Figures by which hours become days (`attendance_day_hours`, `attendance_half_day_hours`)."""

    full: Decimal
    half_below: Decimal


BLANK = Mark()
ABSENT = Mark(NOTHING)
PRESENT_WORDS = frozenset(
    "√ ✓ ✔ ☑ v V 出 勤 到 全 班 白 夜 早 中 晚 工 出勤 全勤 到岗 在岗 正常 上班 白班 夜班 早班 中班 晚班 全天 一天 整天 迟到 早退 true TRUE".split()
)
HALF_WORDS = frozenset("半 半天 半日 半个工 半工 上 下 上午 下午 上半天 下半天 ½".split())
ABSENT_WORDS = frozenset(
    "× ✗ ✘ ✖ x X ╳ 休 假 事 病 旷 缺 无 空 离 婚 丧 产 年 公休 休息 轮休 调休 请假 事假 病假 年假 婚假 丧假 产假 工伤假 旷工 缺勤 未出勤 缺卡 停工 退场 离场 未进场 - – — / \\ false FALSE".split()
)
CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-4])[:：]([0-5]\d)(?:[:：][0-5]\d)?(?!\d)")
NUMBER = r"\d{1,2}(?:\.\d{1,2})?|\.\d{1,2}"
WITH_UNIT = re.compile(rf"({NUMBER})(小时|个小时|时|h|hours?|天|日|工日|个工|工|d)", re.IGNORECASE)
PLAIN = re.compile(rf"({NUMBER})")
OVERTIME = re.compile(rf"(.+?)[+＋加](?:班)?({NUMBER})(?:小时|时|h)?", re.IGNORECASE)
HOUR_UNITS = frozenset("小时 个小时 时 h hour hours".split())

LEGEND_WORDS = {
    Meaning.ABSENT: "未出勤 缺勤 旷工 休息 公休 轮休 调休 事假 病假 年假 婚假 丧假 产假 工伤 请假 放假 停工 缺卡 离场 退场",
    Meaning.HALF: "半天 半日 半个工 上半天 下半天 上午 下午",
    Meaning.PRESENT: "全天 全勤 出勤 上班 到岗 白班 夜班 早班 中班 晚班 正常 迟到 早退",
}
MEANING_OF = {word: meaning for meaning, words in LEGEND_WORDS.items() for word in words.split()}
_WORD = "|".join(sorted(MEANING_OF, key=len, reverse=True))
_LINK = r"\s*(?:[=＝:：\-—]|表示|代表|为|记|用|打|以)?\s*[“\"「（(\[]?\s*"
_SYMBOL = r"[^\w\s，,；;、。：:=＝（）()“”\"「」\-—+]|[A-Za-z](?![A-Za-z])|(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?=[=＝:：”\"」）)])|(?<![\d.])(?:0\.5|[01])(?![\d.]|\s*(?:天|日|次|人|个|工|小时|h))"
SYMBOL_FIRST = re.compile(rf"(?P<symbol>{_SYMBOL})[)）”\"」]?{_LINK}(?P<word>{_WORD})")
WORD_FIRST = re.compile(rf"(?P<word>{_WORD}){_LINK}(?P<symbol>{_SYMBOL})")


def legend_of(text: str) -> dict[str, Meaning]:
    """The symbols that a line explains: `√出勤 ○休息`, `出勤：√，事假：△`, `A=白班`; {} for any other text.

    Fewer than two symbols are no legend: one could be an accident. Contradictions within a line void the symbol.
    """
    text = text.translate(HALF_WIDTH)
    first = {"symbol": SYMBOL_FIRST.search(text), "word": WORD_FIRST.search(text)}
    if not any(first.values()):
        return {}
    symbol, word = first["symbol"], first["word"]
    pattern = SYMBOL_FIRST if symbol and (not word or symbol.start() < word.start()) else WORD_FIRST
    found: dict[str, Meaning] = {}
    void = set()
    for match in pattern.finditer(text):
        mark, meaning = match["symbol"].strip(), MEANING_OF[match["word"]]
        if found.setdefault(mark, meaning) != meaning:
            void.add(mark)
    found = {mark: meaning for mark, meaning in found.items() if mark not in void}
    return found if len(found) >= 2 else {}


def unit_of(numbers: Iterable[float]) -> Unit:
    """Whether a sheet's bare numbers are days or hours: hours where more than half of them exceed two days."""
    numbers = [number for number in numbers if number > 0]
    high = sum(1 for number in numbers if number > float(MOST_DAYS))
    return Unit.HOURS if numbers and high * 2 > len(numbers) else Unit.DAYS


class Marks:
    """Reads the cells of one sheet; remembers what it has read, for a month of ten thousand people has few kinds."""

    def __init__(
        self, *, measure: Measure, unit: Unit, legend: dict[str, Meaning] | None = None, whole_days: bool = False
    ) -> None:
        """`whole_days`: a cell holds a whole day, so that in a sheet of hours a 1 or 2 is no hour but somebody's day."""
        self.measure, self.unit, self.whole_days = measure, unit, whole_days
        self.legend = legend or {}
        self._known: dict[object, Mark] = {}

    def read(self, value: object) -> Mark:
        """What a cell counts."""
        if value is None:
            return BLANK
        key = (type(value), value)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._read(value)
        return found

    def _read(self, value: object) -> Mark:
        kind = type(value)
        if kind is bool:
            return Mark(ONE) if value else ABSENT
        if kind is float:
            if not 0 <= value < 1000 or abs(value - round(value, PLACES)) > 1e-9:
                return Mark(problem=Problem.UNKNOWN)
            return self._number(Decimal(repr(round(value, PLACES))))
        if kind is datetime.time:
            return self.of_times((value,))
        if kind is datetime.datetime:
            return self.of_times((value.time(),))
        if kind is not str:
            return Mark(problem=Problem.UNKNOWN)
        if times := clock_times(value):
            return self.of_times(times)
        text = SPACES.sub("", value.translate(HALF_WIDTH))
        return self._text(text) if text else BLANK

    def _text(self, text: str) -> Mark:
        if text in self.legend:
            return self._meaning(self.legend[text])
        if text in PRESENT_WORDS:
            return Mark(ONE)
        if text in HALF_WORDS:
            return Mark(HALF)
        if text in ABSENT_WORDS:
            return ABSENT
        if match := PLAIN.fullmatch(text):
            return self._number(Decimal(match[1]))
        if match := WITH_UNIT.fullmatch(text):
            number = Decimal(match[1])
            return self._hours(number) if match[2].lower() in HOUR_UNITS else self._days(number)
        if match := OVERTIME.fullmatch(text):
            return self._with_overtime(self._text(match[1]), Decimal(match[2]))
        return self._two_halves(text)

    def _meaning(self, meaning: Meaning) -> Mark:
        return {Meaning.PRESENT: Mark(ONE), Meaning.HALF: Mark(HALF), Meaning.ABSENT: ABSENT}[meaning]

    def _two_halves(self, text: str) -> Mark:
        """Morning and afternoon in one cell: √√, √/×, 出/休, 1/0. A digit behind a symbol (√2, √0) could be overtime."""
        parts = text.split("/") if "/" in text else list(text)
        if len(parts) != 2 or not all(parts):
            return Mark(problem=Problem.UNKNOWN)
        digits = sum(part[0].isdigit() for part in parts)
        if digits == 1 or (digits and "/" not in text):
            return Mark(problem=Problem.UNKNOWN)
        halves = [self._text(part) for part in parts]
        if any(half.days not in (ONE, NOTHING) or half.problem or half.hours for half in halves):
            return Mark(problem=Problem.UNKNOWN)
        return Mark(sum((half.days for half in halves), NOTHING) / 2)

    def _with_overtime(self, base: Mark, more: Decimal) -> Mark:
        if base.days is None or base.problem:
            return Mark(problem=Problem.UNKNOWN)
        hours = (base.hours if base.hours is not None else base.days * self.measure.full) + more
        return Mark(base.days, hours) if hours <= MOST_HOURS else Mark(problem=Problem.TOO_MUCH)

    def _number(self, number: Decimal) -> Mark:
        if self.unit == Unit.HOURS:
            if self.whole_days and 0 < number <= MOST_DAYS:
                return Mark(problem=Problem.AMBIGUOUS)
            return self._hours(number)
        if number > MOST_DAYS:
            return Mark(problem=Problem.AMBIGUOUS if number <= MOST_HOURS else Problem.TOO_MUCH)
        return self._days(number)

    def _days(self, number: Decimal) -> Mark:
        if number > MOST_DAYS:
            return Mark(problem=Problem.TOO_MUCH)
        return Mark(cents(number), problem=Problem.DOUBLE if number > REMARKED_DAYS else None)

    def _hours(self, number: Decimal) -> Mark:
        if number > MOST_HOURS:
            return Mark(problem=Problem.TOO_MUCH)
        return Mark(self.days_of(number), cents(number))

    def days_of(self, hours: Decimal) -> Decimal:
        """A day's hours as days: nothing, half a day below the figure, else a day. Overtime adds no day."""
        if hours <= 0:
            return NOTHING
        return HALF if hours < self.measure.half_below else ONE

    def of_times(self, times: Sequence[datetime.time]) -> Mark:
        """Clock times of one day as they stand there, paired in order. Without a pair hours are unknown, and the day
        counts with a remark. Times that turn back once (22:00 06:00) went on after midnight, which is remarked."""
        turns = [at for at in range(1, len(times)) if times[at] < times[at - 1]]
        over = len(turns) == 1 and times[-1] <= times[0]
        times = tuple(times) if over else tuple(sorted(times))
        if len(times) % 2:
            problem = Problem.SINGLE_PUNCH if len(times) == 1 else Problem.ODD_PUNCHES
            return Mark(ONE, None, problem, times)
        minutes = [minute_of(time) + (DAY_MINUTES if over and at >= turns[0] else 0) for at, time in enumerate(times)]
        return self.of_minutes(sum_of_pairs(minutes), Problem.OVER_MIDNIGHT if over else None, times)

    def of_minutes(self, minutes: int, problem: Problem | None, times: Sequence[datetime.time]) -> Mark:
        """A day on which somebody was there for so many minutes: half a day at least."""
        hours = cents(Decimal(minutes) / 60)
        return Mark(self.days_of(hours) or HALF, hours, problem, tuple(times))


def sum_of_pairs(minutes: Sequence[int]) -> int:
    """Minutes between entry and exit, entry and exit."""
    return sum(out - into for into, out in zip(minutes[::2], minutes[1::2], strict=True))


def clock_times(text: str) -> tuple[datetime.time, ...]:
    """Clock times in a cell, several lines of them too; () unless the cell holds nothing else."""
    found = CLOCK.findall(text)
    if not found or re.search(r"[\w√✓×]", CLOCK.sub("", text)):
        return ()
    # 24:00 is written for the end of a day.
    return tuple(
        datetime.time(int(hour), int(minute)) if int(hour) < 24 else datetime.time(23, 59) for hour, minute in found
    )


@lru_cache(maxsize=4096)
def cents(number: Decimal) -> Decimal:
    """To two places, half up."""
    return number.quantize(CENT, ROUND_HALF_UP)


def minute_of(time: datetime.time) -> int:
    """Minutes since midnight."""
    return time.hour * 60 + time.minute
