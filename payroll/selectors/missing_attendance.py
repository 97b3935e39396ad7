"""Sites that have no attendance of a month though people of theirs were there: nothing compares with their pay.

Basis: 724 art 28 and 31: attendance is recorded under real names, and pay is held against it.
"""

import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from payroll.models import AttendanceSheet
from payroll.rules.month import Month
from payroll.selectors.attendance import attendance_sheets, days_seen
from payroll.selectors.missing import last_month
from payroll.selectors.site_people import stays
from projects.models import Project
from projects.selectors.projects import search_projects
from responsibilities.rules.scope import Scope


def projects_without_attendance(scope: Scope, month_on: datetime.date, *, text: str = "") -> QuerySet:
    """Projects under construction with a stay in the month that the caller sees and no day of attendance, by name; each
    with `draft`, the sheet that waits to be confirmed, if any.
    """
    month = Month.around(month_on)
    of_project = {"project_id": OuterRef("pk")}
    recorded = days_seen(scope).filter(**of_project, on__gte=month.first, on__lte=month.last).order_by()
    waiting = attendance_sheets(scope).filter(**of_project, month_on=month.first, status=AttendanceSheet.Status.DRAFT)
    rows = Project.objects.filter(
        Q(completed_on__isnull=True) | Q(completed_on__gte=month.first),
        pk__in=_stays_in(scope, month).values("entry__project_id"),
    )
    if text:
        rows = rows.filter(pk__in=search_projects(Project.objects.all(), text).values("pk"))
    return (
        rows.filter(~Exists(recorded.values("pk")))
        .annotate(draft=Subquery(waiting.order_by("-pk").values("pk")[:1]))
        .select_related("area")
        .order_by("pinyin_key", "name")
    )


def missing_attendance(
    scope: Scope, month_on: datetime.date | None, *, text: str = "", today: datetime.date, limit: int
) -> dict:
    """Context of `payroll/attendance/_missing.html`, of last month where none is asked for; a month that isn't over has
    nothing missing yet. Three queries, however many projects there are.
    """
    due, _end = last_month(today)
    month_on = month_on or due
    if month_on > due:
        return {}
    found = projects_without_attendance(scope, month_on, text=text)
    shown = list(found[: limit + 1])
    total = found.count() if len(shown) > limit else len(shown)
    shown = shown[:limit]
    people = (
        dict(
            _stays_in(scope, Month.around(month_on))
            .filter(entry__project__in=shown)
            .values_list("entry__project_id")
            .annotate(people=Count("entry__worker_id", distinct=True))
        )
        if shown
        else {}
    )
    for project in shown:
        project.people = people[project.pk]
    return {
        "missing": shown,
        "missing_total": total,
        "missing_more": max(0, total - limit),
        "missing_month": month_on,
    }


def _stays_in(scope: Scope, month: Month) -> QuerySet:
    """Stays of at least a day in the month."""
    return (
        stays(scope)
        .select_related(None)
        .filter(Q(left_on__isnull=True) | Q(left_on__gte=month.first), entered_on__lte=month.last)
        .order_by()
    )
