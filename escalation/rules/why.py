"""Why a deadline falls on its day: the days counted one by one, and the rungs that time reaches from there."""

import datetime
from dataclasses import dataclass

from escalation.rules.terms import DAYS, WORKDAYS, Rung, Term, rung_on
from escalation.rules.workdays import MAKE_UP, Calendar, Day
from responsibilities.rules.errors import Refused

# A due day within a month isn't counted to; its last days show where in the week it falls.
MONTH_TAIL = datetime.timedelta(days=6)


@dataclass(frozen=True)
class StripDay:
    """One square of the strip: `kind` is anchor, counted, skipped or due; `worked` a 调休 day."""

    date: datetime.date
    kind: str
    note: str
    worked: bool = False
    today: bool = False


@dataclass(frozen=True)
class RungStanding:
    """A rung of the ladder on a day: done, current, next or future; `on` None lies beyond the calendar."""

    level: int
    on: datetime.date | None
    state: str


def counted_days(
    term: Term, *, anchor_on: datetime.date, due_on: datetime.date, today: datetime.date, calendar: Calendar
) -> list[StripDay]:
    """From the anchor day, which doesn't count, to the due day; skipped days carry the reason."""
    first = max(anchor_on, due_on - MONTH_TAIL) if term.unit not in (WORKDAYS, DAYS) else anchor_on
    strip, counted = [], 0
    for day in calendar.between(first, due_on):
        kind, note = _square(term, day, anchor_on, due_on, counted)
        counted += kind == "counted"
        strip.append(StripDay(day.day, kind, note, day.kind == MAKE_UP, day.day == today))
    return strip


def _square(term: Term, day: Day, anchor_on, due_on, counted: int) -> tuple[str, str]:
    if day.day == due_on:
        return "due", "到期"
    if day.day == anchor_on:
        return "anchor", "起算"
    if term.unit == DAYS:
        within = (day.day - anchor_on).days
        return ("counted", f"第 {within} 日") if within < term.term else ("skipped", day.why)
    if term.unit != WORKDAYS:
        return "counted", "" if day.is_workday else day.why
    return ("counted", f"第 {counted + 1} 天") if day.is_workday else ("skipped", day.why)


def rungs_on(
    ladder: tuple[Rung, ...], *, due_on: datetime.date, until: datetime.date, running: bool, calendar: Calendar
) -> list[RungStanding]:
    """Where a deadline stands on the ladder; one that no longer runs has no current and no next rung.

    `until` is today, or the day on which it stopped running.
    """
    days = [(rung.level, _reached_on(rung, due_on, calendar)) for rung in sorted(ladder, key=lambda r: r.level)]
    reached = [level for level, on in days if on is not None and on <= until]
    ahead = [level for level, on in days if level not in reached]
    standings = []
    for level, on in days:
        if level in reached:
            state = "current" if running and level == reached[-1] else "done"
        else:
            state = "next" if running and level == ahead[0] else "future"
        standings.append(RungStanding(level, on, state))
    return standings


def _reached_on(rung: Rung, due_on: datetime.date, calendar: Calendar) -> datetime.date | None:
    try:
        return rung_on(due_on, rung.offset_workdays, calendar)
    except Refused:
        return None
