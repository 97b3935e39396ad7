"""From a person's punches to days: pairs of entry and exit, night shifts counted on the day of the entry. Pure."""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from payroll.rules.attendance import HALF, MOST_HOURS, ONE, Mark, Marks, Problem, cents


class Direction(StrEnum):
    """Which way somebody went through the gate."""

    IN = "in"
    OUT = "out"


class Punch(NamedTuple):
    """One punch; the direction is None where the clock doesn't know it."""

    at: datetime.datetime
    direction: Direction | None = None


def days_of_punches(punches: Iterable[Punch], *, marks: Marks, longest: Decimal) -> dict[datetime.date, Mark]:
    """{day: what it counts}. With directions an exit belongs to the entry before it, up to `longest` hours earlier,
    also past midnight; without them the punches of a calendar day are paired in order."""
    ordered = sorted(set(punches), key=lambda punch: (punch.at, punch.direction or ""))
    if any(punch.direction is None for punch in ordered):
        days: dict[datetime.date, list[datetime.time]] = {}
        for punch in ordered:
            days.setdefault(punch.at.date(), []).append(punch.at.time())
        return {day: marks.of_times(tuple(dict.fromkeys(times))) for day, times in days.items()}
    return _directed(ordered, marks, longest)


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
