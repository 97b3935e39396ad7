"""Publishing a year of the working-day calendar: an audited act, after which deadlines follow.

A year without a published arrangement is provisional: weekends and the statutory days only, no make-up days.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from escalation.models import CalendarDay, CalendarVersion, CalendarYear
from escalation.rules import workdays
from escalation.rules.workdays import ArrangedDay, Day
from escalation.services.reconcile import lock_engine, reconcile
from responsibilities.rules.errors import Refused
from responsibilities.selectors.clock import today as clock_today
from responsibilities.services.trail import Actor, record_event

OFFICIAL, PROVISIONAL = CalendarYear.Status.OFFICIAL, CalendarYear.Status.PROVISIONAL
_NEW_YEAR = "元旦"
_SATURDAY = 5


@dataclass(frozen=True)
class YearArrangement:
    """What is published for one year: the days off and the weekend days worked instead."""

    year: int
    days: tuple[ArrangedDay, ...]
    source: str
    status: str = OFFICIAL


@transaction.atomic
def calendar_publish(
    *,
    year: int,
    days: Iterable[ArrangedDay],
    source: str,
    actor: Actor,
    status: str = OFFICIAL,
    today: datetime.date | None = None,
) -> CalendarVersion:
    """Publish a year and recompute every deadline that it moves.

    `days` are the days that the State Council's notice names; the others follow the week. Errors: `invalid`
    (days of another year, a make-up day within the week, no source), `not_adjacent` (a gap of years),
    `already_official` (a provisional year over a published one).
    """
    today = today or clock_today()
    arrangement = YearArrangement(year, tuple(days), source.strip(), status)
    version = years_store(arrangements=[arrangement], published_on=today, actor=actor)
    reconcile(today=today, actor=actor)
    return version


@transaction.atomic
def years_store(*, arrangements: list[YearArrangement], published_on: datetime.date, actor: Actor) -> CalendarVersion:
    """Make one new edition of the calendar out of these years; deadlines are not recomputed here."""
    lock_engine()
    known = {row.year: row for row in CalendarYear.objects.all()}
    before = {day.day: day for day in _stored_days()}
    days = dict(before)
    for arrangement in sorted(arrangements, key=lambda a: a.year):
        _check(arrangement, known)
        days |= _days_of(arrangement, known, before)
        known.setdefault(arrangement.year, None)
    version = CalendarVersion.objects.create(
        number=CalendarVersion.objects.count() + 1,
        published_on=published_on,
        note="；".join(f"{a.year} 年{CalendarYear.Status(a.status).label}" for a in arrangements)[:200],
    )
    _renumber(days.values())
    for arrangement in arrangements:
        CalendarYear.objects.update_or_create(
            year=arrangement.year,
            defaults={"status": arrangement.status, "source": arrangement.source, "calendar_version": version},
        )
    record_event(
        actor=actor,
        action="calendar.publish",
        target=version,
        changes=_changes(before, days, arrangements),
        reason="；".join(a.source for a in arrangements),
    )
    return version


def _stored_days() -> list[Day]:
    return [Day(*row) for row in CalendarDay.objects.values_list("day", "kind", "name", "provisional")]


def _days_of(arrangement: YearArrangement, known: dict, stored: dict) -> dict[datetime.date, Day]:
    """The year's days. A 31 December that the next year's notice made part of its 元旦 stays with that one."""
    provisional = arrangement.status == PROVISIONAL
    days = {day.day: day for day in workdays.year_days(arrangement.year, arrangement.days, provisional=provisional)}
    if arrangement.year + 1 in known:
        december = [d for d in days if d.month == 12 and d.year == arrangement.year]
        for day in december:
            if day in stored and stored[day].name.startswith(_NEW_YEAR):
                days[day] = stored[day]
    return days


def _check(arrangement: YearArrangement, known: dict) -> None:
    year = arrangement.year
    if not arrangement.source:
        raise Refused("invalid", "请填写依据（通知名称和文号）。", {"source": "请填写依据（通知名称和文号）。"})
    if known and year not in known and year - 1 not in known and year + 1 not in known:
        raise Refused(
            "not_adjacent",
            f"工作日历现有 {min(known)} 至 {max(known)} 年，须逐年连续；请先发布 {max(known) + 1} 年。",
        )
    existing = known.get(year)
    if existing and existing.status == OFFICIAL and arrangement.status == PROVISIONAL:
        raise Refused("already_official", f"{year} 年的安排已正式公布，不能改回暂定。")
    seen = set()
    for named in arrangement.days:
        if named.day in seen:
            raise _bad_days(f"{named.day:%Y-%m-%d} 重复出现，每一天只写一次。")
        seen.add(named.day)
        if named.day.year != year and not (named.day.year == year - 1 and named.day.month == 12 and named.is_off):
            raise _bad_days(f"{named.day:%Y-%m-%d} 不属于 {year} 年，请核对日期。")
        if not named.is_off and named.day.weekday() < _SATURDAY:
            raise _bad_days(f"{named.day:%Y-%m-%d} 本来就是工作日，调休上班只能是周六或周日。")
    if not any(named.is_off for named in arrangement.days):
        raise _bad_days(f"{year} 年没有任何放假日期，请把通知中的放假和调休日期写全。")


def _bad_days(sentence: str) -> Refused:
    return Refused("invalid", sentence, {"days": sentence})


def _renumber(days: Iterable[Day]) -> None:
    """Write the whole calendar anew: about two thousand rows, and each ordinal rests on those before it."""
    numbered = workdays.number_days(sorted(days, key=lambda day: day.day))
    CalendarDay.objects.all().delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(
            day=row.day.day,
            is_workday=row.day.is_workday,
            kind=row.day.kind,
            name=row.day.name,
            provisional=row.day.provisional,
            ordinal=row.ordinal,
            next_workday_on=row.next_workday_on,
            previous_workday_on=row.previous_workday_on,
        )
        for row in numbered
    )


def _changes(before: dict, after: dict, arrangements: list[YearArrangement]) -> dict:
    """Which days became working days or rest days, by date; whole new years only by name."""
    turned = {
        day.isoformat(): [before[day].why, after[day].why]
        for day in sorted(after)
        if day in before and before[day].is_workday != after[day].is_workday
    }
    return {"years": ["", "、".join(str(a.year) for a in arrangements)], **turned}
