"""From a person's punches to days: pairs of entry and exit, night shifts counted on the day of the entry. Pure."""

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from payroll.rules.attendance import (
    DAY_MINUTES,
    HALF,
    MOST_HOURS,
    ONE,
    Mark,
    Marks,
    Problem,
    cents,
    minute_of,
    sum_of_pairs,
)


class Direction(StrEnum):
    """Which way somebody went through the gate."""

    IN = "in"
    OUT = "out"


class Punch(NamedTuple):
    """One punch; the direction is None where the clock doesn't know it."""

    at: datetime.datetime
    direction: Direction | None = None


def days_of_punches(
    punches: Iterable[Punch], *, marks: Marks, longest: Decimal, nights: bool = False
) -> dict[datetime.date, Mark]:
    """{day: what it counts}. With directions an exit belongs to the entry before it, up to `longest` hours earlier,
    also past midnight; without them the punches of a calendar day are paired in order, and with `nights` nights in a
    row are recognised (`days_of_times`)."""
    ordered = sorted(set(punches), key=lambda punch: (punch.at, punch.direction or ""))
    if any(punch.direction is None for punch in ordered):
        days: dict[datetime.date, list[datetime.time]] = {}
        for punch in ordered:
            days.setdefault(punch.at.date(), []).append(punch.at.time())
        once = {day: tuple(dict.fromkeys(times)) for day, times in days.items()}
        return days_of_times(once, marks=marks, longest=longest, nights=nights)
    return _directed(ordered, marks, longest)


def days_of_times(
    times: dict[datetime.date, Sequence[datetime.time]], *, marks: Marks, longest: Decimal, nights: bool = True
) -> dict[datetime.date, Mark]:
    """What each day's clock times count where no direction is known.

    A punch clock prints a night shift as an entry in the evening and an exit on the next day. Paired within its day
    06:00 and 22:00 would be sixteen hours. Where days left with an odd punch at both ends are joined by pairs past
    midnight that leave nothing over, and by two such nights at least, they are read so, with a remark. One night alone
    could as well be a punch forgotten on two days: it stays two days with their remarks.
    """
    found: dict[datetime.date, Mark] = {}
    for day in sorted(times) if nights else ():
        if day not in found and len(times[day]) % 2:
            found |= _nights(day, times, marks, longest)
    return {day: found[day] if day in found else marks.of_times(times[day]) for day in times}


def _nights(first: datetime.date, times: dict, marks: Marks, longest: Decimal) -> dict[datetime.date, Mark]:
    """The nights in a row that begin on a day, {} where they don't work out. The last morning counts nothing."""
    found: dict[datetime.date, Mark] = {}
    day, rest = first, sorted(times[first])
    while True:
        following = day + datetime.timedelta(days=1)
        after = sorted(times.get(following, ()))
        if not after or minute_of(after[0]) + DAY_MINUTES - minute_of(rest[-1]) > longest * 60:
            return {}
        minutes = sum_of_pairs([*map(minute_of, rest), minute_of(after[0]) + DAY_MINUTES])
        found[day] = marks.of_minutes(minutes, Problem.OVER_MIDNIGHT, (*rest, after[0]))
        day, rest = following, after[1:]
        if len(rest) % 2 == 0:
            found[day] = marks.of_times(rest) if rest else Mark()
            return found if len(found) > 2 else {}


def _directed(ordered: list[Punch], marks: Marks, longest: Decimal) -> dict[datetime.date, Mark]:
    hours: dict[datetime.date, Decimal] = {}
    times: dict[datetime.date, list[datetime.time]] = {}
    loose: set[datetime.date] = set()
    entered: datetime.datetime | None = None
    for punch in ordered:
        if punch.direction == Direction.IN:
            # Two entries in a row: the gate saw no exit; the first one stays, its day is the earlier.
            if entered is not None and _hours(entered, punch.at) <= longest and entered.date() == punch.at.date():
                continue
            if entered is not None:
                loose.add(entered.date())
            entered = punch.at
            times.setdefault(entered.date(), []).append(punch.at.time())
            continue
        if entered is not None and _hours(entered, punch.at) <= longest:
            day = entered.date()
            hours[day] = hours.get(day, Decimal(0)) + _hours(entered, punch.at)
            times[day].append(punch.at.time())
        elif _repeats(times, hours, punch):
            continue
        else:
            loose.add(punch.at.date())
            times.setdefault(punch.at.date(), []).append(punch.at.time())
            if entered is not None:
                loose.add(entered.date())
        entered = None
    if entered is not None:
        loose.add(entered.date())
    return {day: _day(day, found, hours.get(day), day in loose, marks) for day, found in times.items()}


def _repeats(times: dict, hours: dict, punch: Punch) -> bool:
    """An exit a moment after one that was counted: the card was shown twice."""
    day = punch.at.date()
    return day in hours and bool(times.get(day)) and _minutes(times[day][-1], punch.at.time()) <= 5


def _day(day, found: list[datetime.time], hours: Decimal | None, loose: bool, marks: Marks) -> Mark:
    times = tuple(found)
    if hours is None:
        return Mark(ONE, None, Problem.SINGLE_PUNCH if len(times) == 1 else Problem.ODD_PUNCHES, times)
    hours = min(cents(hours), MOST_HOURS)
    problem = Problem.ODD_PUNCHES if loose else None
    return Mark(ONE if loose else marks.days_of(hours) or HALF, None if loose else hours, problem, times)


def _hours(start: datetime.datetime, end: datetime.datetime) -> Decimal:
    return Decimal(int((end - start).total_seconds())) / 3600


def _minutes(one: datetime.time, other: datetime.time) -> int:
    return abs((other.hour - one.hour) * 60 + other.minute - one.minute)
