"""Twelve weeks of opened, fallen overdue and settled deadlines; for a chart and the table behind it."""

import datetime
from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate, TruncWeek

from escalation.models import Deadline
from escalation.selectors.days import Window
from escalation.selectors.lists import Criteria, deadlines
from responsibilities.rules.scope import Scope
from responsibilities.selectors.clock import SHANGHAI

WEEKS = 12


@dataclass(frozen=True)
class Week:
    """One week by its Monday. `overdue` counts what fell due in it and was not done in time."""

    starts_on: datetime.date
    opened: int
    overdue: int
    settled: int


def weekly(scope: Scope, criteria: Criteria, *, window: Window) -> list[Week]:
    """The last twelve weeks, this one last, weeks without anything included."""
    first = window.week_start - datetime.timedelta(weeks=WEEKS - 1)
    until = window.today
    base = deadlines(scope, criteria.but(status="all"), window=window)
    since = datetime.datetime.combine(first, datetime.time.min, SHANGHAI)
    recent = base.filter(opened_at__gte=since)
    opened = _count(recent.annotate(day=TruncDate("opened_at", tzinfo=SHANGHAI)), first, until)
    missed = ~Q(status__in=[Deadline.Status.VOID, Deadline.Status.WAIVED]) & (
        Q(satisfied_on__isnull=True) | Q(satisfied_on__gt=F("due_on"))
    )
    overdue = _count(base.filter(missed, due_on__lt=until).annotate(day=F("due_on")), first, until)
    settled = _count(base.annotate(day=F("satisfied_on")), first, until)
    mondays = [first + datetime.timedelta(weeks=number) for number in range(WEEKS)]
    return [Week(day, opened.get(day, 0), overdue.get(day, 0), settled.get(day, 0)) for day in mondays]


def _count(base, first: datetime.date, until: datetime.date) -> dict[datetime.date, int]:
    grouped = (
        base.filter(day__gte=first, day__lte=until)
        .annotate(week=TruncWeek("day"))
        .values("week")
        .annotate(number=Count("pk"))
        .order_by()
    )
    return {row["week"]: row["number"] for row in grouped}
