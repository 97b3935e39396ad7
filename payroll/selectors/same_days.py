"""One worker on two sites on one day: what 人社 looks into for lent cards, doubled pay and people who aren't there.

A day is told where the caller sees one of its sites at least. Of a site out of sight only that there is one.
"""

import datetime
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from payroll.models import AttendanceDay
from payroll.selectors.attendance import days_seen
from projects.models import ProjectParty
from responsibilities.models import Area, Organization
from responsibilities.rules.scope import Scope

ONE_DAY = Decimal(1)
SORTS = {"on": ("on", "worker__pinyin_key", "worker_id"), "name": ("worker__pinyin_key", "worker_id", "on")}


@dataclass
class SameDay:
    """A worker's day on several sites: those in sight in full, `hidden` counts the others."""

    worker: int
    name: str
    id_last4: str
    on: datetime.date
    total: Decimal
    seen: list[AttendanceDay] = field(default_factory=list)
    hidden: int = 0

    @property
    def meet(self) -> bool:
        """Whether the clock times of two sites in sight run into each other."""
        spans = sorted((day.came_at, day.left_at) for day in self.seen if day.came_at and day.left_at)
        return any(later[0] < earlier[1] for earlier, later in itertools.pairwise(spans))

    @property
    def over(self) -> bool:
        """More than one day's work on one day, all sites together."""
        return self.total > ONE_DAY


def same_day_rows(scope: Scope, month_on: datetime.date) -> QuerySet:
    """(worker, on) dicts of the month's days on several sites, `total` days over all of them.

    Who is concerned is found by one pass over the month in the order of its index; only their days are looked at.
    """
    month = Q(on__gte=month_on, on__lt=_next(month_on))
    several = AttendanceDay.objects.filter(month).order_by().values("on", "worker_id").annotate(n=Count("pk"))
    there = AttendanceDay.objects.filter(worker_id=OuterRef("worker_id"), on=OuterRef("on"))
    total = there.order_by().values("worker_id").annotate(total=Sum("days")).values("total")
    return (
        days_seen(scope)
        .filter(month, worker_id__in=several.filter(n__gt=1).values("worker_id"))
        .filter(Exists(there.exclude(project_id=OuterRef("project_id"))))
        .annotate(total=Coalesce(Subquery(total), Value(Decimal(0))))
        .order_by(*SORTS["on"])
    )


def search_same_days(
    rows: QuerySet, *, text: str = "", area: str = "", contractor: str = "", over: bool = False
) -> QuerySet:
    """The list's filters; an area or contractor counts where it is that of one of the sites in sight."""
    if text:
        found = Q(worker__name__icontains=text) | Q(worker__id_last4=text.upper())
        if text.isascii():
            found |= Q(worker__pinyin_key__startswith=text.lower())
        rows = rows.filter(found)
    if area:
        rows = rows.filter(project__area__code=area)
    if contractor:
        rows = rows.filter(project_id__in=_sites_of(contractor))
    return rows.filter(total__gt=ONE_DAY) if over else rows


def worker_days(rows: QuerySet) -> QuerySet:
    """Each worker and day once."""
    return rows.values("worker_id", "on", "total", "worker__name", "worker__id_last4", "worker__pinyin_key").distinct()


def with_sites(scope: Scope, found: Iterable[dict]) -> list[SameDay]:
    """The rows of a page with their sites: two queries, however many rows."""
    found = list(found)
    days = {(row["worker_id"], row["on"]): _same_day(row) for row in found}
    if not days:
        return []
    rows = AttendanceDay.objects.filter(
        worker_id__in={worker for worker, _on in days}, on__in={on for _worker, on in days}
    )
    seen = days_seen(scope).filter(pk__in=rows.values("pk")).select_related("project__area", "subcontractor")
    visible = {day.pk: day for day in seen}
    for pk, worker, on in rows.order_by("project__code").values_list("pk", "worker_id", "on"):
        one = days.get((worker, on))
        if one is None:
            continue
        if pk in visible:
            one.seen.append(visible[pk])
        else:
            one.hidden += 1
    return list(days.values())


def counts_of(rows: QuerySet) -> dict[str, int]:
    """How many people, worker-days, and worker-days of more than one day."""
    days = worker_days(rows).order_by()
    return {
        "people": rows.order_by().values("worker_id").distinct().count(),
        "days": days.count(),
        "over": days.filter(total__gt=ONE_DAY).count(),
    }


def same_day_choices(rows: QuerySet) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(areas, general contractors) that occur in the month, for the filters."""
    projects = rows.order_by().values("project_id")
    areas = Area.objects.filter(project__in=projects).distinct().order_by("sort_order")
    contractors = Organization.objects.filter(
        pk__in=ProjectParty.objects.filter(
            project_id__in=projects, part=ProjectParty.Part.GENERAL_CONTRACTOR
        ).values("organization_id")
    ).order_by("name")  # fmt: skip
    return [(one.code, one.name) for one in areas], [(one.code, one.name) for one in contractors]


def _same_day(row: dict) -> SameDay:
    return SameDay(row["worker_id"], row["worker__name"], row["worker__id_last4"], row["on"], row["total"])


def _sites_of(contractor: str) -> QuerySet:
    return ProjectParty.objects.filter(part=ProjectParty.Part.GENERAL_CONTRACTOR, organization__code=contractor).values(
        "project_id"
    )


def _next(month_on: datetime.date) -> datetime.date:
    return (month_on.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
