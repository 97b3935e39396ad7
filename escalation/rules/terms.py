"""What a deadline is on a given day: its due date, status and level, from facts alone.

The reference for `reconcile`, whose SQL must equal it. Nothing is counted up: the same facts and the same
`today` always give the same answer, forwards and backwards.
"""

import calendar as months
import datetime
from dataclasses import dataclass

from escalation.rules.workdays import Calendar

WORKDAYS, DAYS, MONTH_DAY = "workdays", "days", "month_day"
NEXT, PREVIOUS, NONE = "next", "previous", "none"


@dataclass(frozen=True)
class Term:
    """A term of a rule version. For `month_day`, `term` is the day used where the contract names none."""

    unit: str
    term: int
    rest_day_shift: str = NEXT
    extendable: bool = False


@dataclass(frozen=True)
class Rung:
    """A level that time reaches, so many working days from the due date."""

    level: int
    offset_workdays: int


@dataclass(frozen=True)
class Facts:
    """What is known of one subject; the columns that a rule's facts have."""

    anchor_on: datetime.date
    period_on: datetime.date | None = None
    month_day: int | None = None
    satisfied_on: datetime.date | None = None
    counted_on: datetime.date | None = None
    void_if_due_after: datetime.date | None = None


@dataclass(frozen=True)
class Standing:
    """Where a deadline stands on a day."""

    original_due_on: datetime.date
    due_on: datetime.date
    provisional: bool
    status: str
    level: int


def raw_due_on(term: Term, facts: Facts) -> datetime.date:
    """The due day of a term in calendar days or of a month's day, before a rest day shifts it.

    A month's due day beyond its end is its last day; one before the opening becomes the last day too.
    """
    if term.unit == DAYS:
        return facts.anchor_on + datetime.timedelta(days=term.term)
    opens = facts.period_on
    last = opens.replace(day=months.monthrange(opens.year, opens.month)[1])
    due = opens.replace(day=min(facts.month_day or term.term, last.day))
    return last if due < facts.anchor_on else due


def original_due_on(term: Term, facts: Facts, calendar: Calendar) -> datetime.date:
    """The day that the term gives; the anchor day itself doesn't count. Errors: `outside_calendar`."""
    if term.unit == WORKDAYS and term.term:
        return calendar.add_workdays(facts.anchor_on, term.term)
    raw = facts.anchor_on if term.unit == WORKDAYS else raw_due_on(term, facts)
    if term.rest_day_shift == NEXT:
        return calendar.on_or_after(raw)
    if term.rest_day_shift == PREVIOUS:
        return calendar.on_or_before(raw)
    return calendar[raw].day.day


def rung_on(due_on: datetime.date, offset_workdays: int, calendar: Calendar) -> datetime.date:
    """The day on which a rung is reached. Errors: `outside_calendar`."""
    return due_on if offset_workdays == 0 else calendar.add_workdays(due_on, offset_workdays)


def rung_reached(due_on: datetime.date, offset: int, today: datetime.date, calendar: Calendar) -> bool:
    """Whether `today` has come to the rung; counted in ordinals, so it needs no day beyond `today`."""
    if offset == 0:
        return today >= due_on
    due = calendar[due_on]
    rest = 1 if offset < 0 and not due.day.is_workday else 0
    return calendar[today].ordinal >= due.ordinal + offset + rest


def status_on(
    facts: Facts,
    due_on: datetime.date,
    today: datetime.date,
    *,
    waived: bool = False,
) -> str:
    """met, met_late, waived, void, overdue or open.

    Done in time stays done; completion voids only what was not yet due; a waiver lifts what is still owed
    and what was done late.
    """
    satisfied = facts.satisfied_on is not None and facts.satisfied_on <= today
    if satisfied and (facts.counted_on or facts.satisfied_on) <= due_on:
        return "met"
    completed = facts.void_if_due_after
    if completed is not None and completed <= today and due_on > completed:
        return "void"
    if waived:
        return "waived"
    if satisfied:
        return "met_late"
    return "overdue" if today > due_on else "open"


def standing(
    term: Term,
    ladder: tuple[Rung, ...],
    facts: Facts,
    today: datetime.date,
    calendar: Calendar,
    *,
    extended_to: datetime.date | None = None,
    waived: bool = False,
) -> Standing | None:
    """Everything at once; None before the anchor day, when nothing is owed yet."""
    if facts.anchor_on > today:
        return None
    original = original_due_on(term, facts, calendar)
    due = extended_to if extended_to and term.extendable else original
    status = status_on(facts, due, today, waived=waived)
    reached = [r.level for r in ladder if rung_reached(due, r.offset_workdays, today, calendar)]
    return Standing(
        original_due_on=original,
        due_on=due,
        provisional=calendar.is_provisional(facts.anchor_on, original),
        status=status,
        level=max(reached, default=0) if status in ("open", "overdue") else 0,
    )


LAST_OF_MONTH = 31


def term_words(term: Term) -> str:
    """A term as people say it: 3 个工作日, 30 日, 合同约定的当月拨付日."""
    if term.unit == WORKDAYS:
        return f"{term.term} 个工作日"
    if term.unit == DAYS:
        return f"{term.term} 日"
    default = "最后一日" if term.term >= LAST_OF_MONTH else f" {term.term} 日"
    return f"合同约定的当月拨付日（未约定的为当月{default}）"
