"""Until when a month's pay is due where nothing else was agreed."""

import datetime
from collections.abc import Sequence

from payroll.rules.month import Month


def last_pay_day(month_on: datetime.date, months: int) -> datetime.date:
    """The last day of the month that is `months` after the month of the work (724 art 14: 当期或者次期).

    Not moved before rest days: of a day after it, pay is late in any case.
    """
    return Month.around(month_on).moved(months).last


def months_for(versions: Sequence[tuple[datetime.date, int]], month_on: datetime.date) -> int:
    """How many months after a month of work its pay is due, by the version in force on its first day.

    `versions` are (in force from, months), oldest first, at least one; work before the first is judged by it.
    """
    in_force = [months for since, months in versions if since <= month_on]
    return in_force[-1] if in_force else versions[0][1]


def late_months(
    versions: Sequence[tuple[datetime.date, int]], today: datetime.date
) -> list[tuple[datetime.date, datetime.date]]:
    """The months of work whose last pay day has passed, as ranges from (included) to (excluded) of their first days."""
    late = [(datetime.date.min, Month.around(today).moved(-months).first) for _since, months in versions]
    return _within(versions, late)


def due_months(
    versions: Sequence[tuple[datetime.date, int]], today: datetime.date
) -> list[tuple[datetime.date, datetime.date]]:
    """The months of work whose last pay day is the end of this month, as ranges like those of `late_months`."""
    now = Month.around(today)
    due = [(now.moved(-months).first, now.moved(1 - months).first) for _since, months in versions]
    return _within(versions, due)


def _within(
    versions: Sequence[tuple[datetime.date, int]], ranges: Sequence[tuple[datetime.date, datetime.date]]
) -> list[tuple[datetime.date, datetime.date]]:
    """Each version's range, cut to the months of work that it holds for."""
    starts = [datetime.date.min, *(since for since, _months in versions[1:])]
    ends = [*starts[1:], datetime.date.max]
    cut = [(max(start, a), min(end, b)) for start, end, (a, b) in zip(starts, ends, ranges, strict=True)]
    return [(start, end) for start, end in cut if start < end]
