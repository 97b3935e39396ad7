"""Distances in working days for screens, read from the calendar."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Subquery

from escalation.models import CalendarDay

# "三日内到期": how far ahead a due date is shown as near. A matter of display, not of law.
SOON_WORKDAYS = 3


def workday_after_unscoped(today: datetime.date, workdays: int) -> datetime.date:
    """The last day that lies within so many working days after `today`.

    Where the calendar doesn't reach that far calendar days are counted instead.
    """
    from_ordinal = CalendarDay.objects.filter(day=today).values(reached=F("ordinal") + workdays)
    reached = CalendarDay.objects.filter(is_workday=True, ordinal=Subquery(from_ordinal[:1]))
    return reached.values_list("day", flat=True).first() or today + datetime.timedelta(days=workdays)


def workday_from_unscoped(day: datetime.date) -> datetime.date | None:
    """The day itself where it is worked, else the next working day; None where the calendar holds neither."""
    return CalendarDay.objects.filter(day=day).values_list("next_workday_on", flat=True).first()


def workdays_by_unscoped(days: Iterable[datetime.date]) -> dict[datetime.date, datetime.date]:
    """Each day moved before the rest days on which it falls; days that the calendar doesn't hold are left out."""
    held = CalendarDay.objects.filter(day__in=set(days), previous_workday_on__isnull=False)
    return dict(held.values_list("day", "previous_workday_on"))


def workdays_left_unscoped(today: datetime.date, due: Iterable[datetime.date]) -> dict[datetime.date, int]:
    """Working days after `today` up to each day; days that the calendar doesn't hold are left out."""
    days = {day for day in due if day >= today}
    if not days:
        return {}
    ordinals = dict(CalendarDay.objects.filter(day__in=days | {today}).values_list("day", "ordinal"))
    if today not in ordinals:
        return {}
    return {day: ordinals[day] - ordinals[today] for day in days if day in ordinals}


@dataclass(frozen=True)
class Window:
    """The days that lists and cards are cut by: today, this week's Monday, the end of "near"."""

    today: datetime.date
    week_start: datetime.date
    week_end: datetime.date
    soon_until: datetime.date

    @classmethod
    def around(cls, today: datetime.date) -> "Window":
        monday = today - datetime.timedelta(days=today.weekday())
        return cls(
            today=today,
            week_start=monday,
            week_end=monday + datetime.timedelta(days=6),
            soon_until=workday_after_unscoped(today, SOON_WORKDAYS),
        )
