"""The published working-day calendar, for counting and for showing."""

import datetime

from escalation.models import CalendarDay, CalendarVersion, CalendarYear
from escalation.rules.workdays import Calendar, Day


def calendar_unscoped(first: datetime.date | None = None, last: datetime.date | None = None) -> Calendar:
    """The calendar, or the part from `first` to `last`. Empty where none was loaded."""
    days = CalendarDay.objects.order_by("day")
    if first:
        days = days.filter(day__gte=first)
    if last:
        days = days.filter(day__lte=last)
    return Calendar(Day(*row) for row in days.values_list("day", "kind", "name", "provisional"))


def calendar_version_unscoped() -> CalendarVersion | None:
    """The edition in use: the latest."""
    return CalendarVersion.objects.order_by("-number").first()


def calendar_years_unscoped() -> list[CalendarYear]:
    """What each year rests on, with the edition that brought it."""
    return list(CalendarYear.objects.select_related("calendar_version").order_by("year"))
