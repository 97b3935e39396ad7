"""Attendance within what the caller may see of pay: sheets, their rows and problems, months of projects and workers."""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncMonth

from payroll.models import AttendanceDay, AttendanceProblem, AttendanceRow, AttendanceSheet, RosterEntry
from projects.models import Project
from projects.selectors.projects import search_projects
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope

Status = AttendanceSheet.Status
HIDDEN_BY_DEFAULT = (Status.DISCARDED, Status.SUPERSEDED)


def attendance_sheets(scope: Scope) -> QuerySet:
    """Sheets that the caller may see."""
    return AttendanceSheet.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW)).select_related(
        "project__area", "subcontractor", "uploaded_by", "confirmed_by"
    )


def attendance_sheet_by_pk(scope: Scope, pk: int) -> AttendanceSheet:
    """One sheet; raises NotVisible."""
    sheet = attendance_sheets(scope).select_related("file").filter(pk=pk).first()
    if sheet is None:
        raise NotVisible("没有找到这份考勤表，或者它不在您的管辖范围内。")
    return sheet


def may_keep(scope: Scope | None, sheet: AttendanceSheet, *, look: bool = False) -> bool:
    """Whether the caller may confirm or withdraw the sheet (`look`: see it); no scope is the system itself."""
    if scope is None:
        return True
    permission = Permission.PAYROLL_VIEW if look else Permission.WORKER_EDIT
    return AttendanceSheet.objects.visible_to(scope.with_permission(permission)).filter(pk=sheet.pk).exists()


def search_sheets(
    rows: QuerySet, *, text: str = "", month_on: datetime.date | None = None, status: str = ""
) -> QuerySet:
    """The list's filters; without a status, replaced and withdrawn sheets stay out of the way."""
    if text:
        rows = rows.filter(project__in=search_projects(Project.objects.all(), text).values("pk"))
    if month_on:
        rows = rows.filter(month_on=month_on)
    if status in Status.values:
        rows = rows.filter(status=status)
    elif status != "all":
        rows = rows.exclude(status__in=HIDDEN_BY_DEFAULT)
    return rows.order_by("-month_on", "-id")


def reported_months(
    scope: Scope, *, text: str = "", month_on: datetime.date | None = None, since_on: datetime.date
) -> QuerySet:
    """Months of projects and employers with days that gates reported by API, newest first, as dicts: project, employer,
    workers, days, last day. Of one month, else from `since_on` on: all days of years are too many to count for a list.
    """
    rows = days_seen(scope).filter(source=AttendanceDay.Source.API)
    if month_on:
        rows = rows.filter(on__gte=month_on, on__lt=_next(month_on))
    else:
        rows = rows.filter(on__gte=since_on)
    if text:
        rows = rows.filter(project__in=search_projects(Project.objects.all(), text).values("pk"))
    return (
        rows.order_by()
        .annotate(month_on=TruncMonth("on"))
        .values(
            "month_on", "project_id", "project__code", "project__name", "project__area__name", "subcontractor__name"
        )
        .annotate(workers=Count("worker_id", distinct=True), total_days=Sum("days"), last_on=Max("on"))
        .order_by("-month_on", "project__code", "subcontractor__name")
    )


def rows_of(scope: Scope, sheet: AttendanceSheet, *, only_problems: bool = False, text: str = "") -> QuerySet:
    """A sheet's people as read."""
    rows = (
        AttendanceRow.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .filter(sheet=sheet)
        .order_by("row")
    )
    if only_problems:
        rows = rows.filter(Q(row__in=problems_of(scope, sheet).order_by().values("row")))
    return rows.filter(Q(name__icontains=text) | Q(crew__icontains=text)) if text else rows


def problems_of(scope: Scope, sheet: AttendanceSheet) -> QuerySet:
    """A sheet's errors and warnings."""
    return (
        AttendanceProblem.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .filter(sheet=sheet)
        .order_by("row", "id")
    )


def confirmed_before(scope: Scope, sheet: AttendanceSheet) -> AttendanceSheet | None:
    """The confirmed sheet that confirming this one would replace."""
    return (
        attendance_sheets(scope)
        .filter(
            project_id=sheet.project_id,
            month_on=sheet.month_on,
            subcontractor_id=sheet.subcontractor_id,
            status=Status.CONFIRMED,
        )
        .exclude(pk=sheet.pk)
        .first()
    )


def days_seen(scope: Scope) -> QuerySet:
    """Days on site that the caller may see."""
    return AttendanceDay.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))


def month_of_project(
    scope: Scope, project: Project, month_on: datetime.date, *, text: str = "", crew: str = ""
) -> QuerySet:
    """Workers of a project with days in the month, as dicts: worker, name, last four, days, hours, first and last day,
    crew; by crew and name."""
    entry = RosterEntry.objects.filter(project=project, worker_id=OuterRef("worker_id")).order_by("-id")
    rows = (
        days_seen(scope)
        .filter(project=project, on__gte=month_on, on__lt=_next(month_on))
        .order_by()
        .values("worker_id", "worker__name", "worker__id_last4", "worker__pinyin_key")
        .annotate(
            total_days=Sum("days"),
            total_hours=Sum("hours"),
            on_days=Count("pk"),
            first_on=Min("on"),
            last_on=Max("on"),
            crew=Subquery(entry.values("crew")[:1]),
        )
    )
    if text:
        rows = rows.filter(Q(worker__name__icontains=text) | Q(worker__pinyin_key__contains=text.lower()))
    if crew:
        rows = rows.filter(crew=crew)
    return rows.order_by("crew", "worker__pinyin_key", "worker_id")


def days_of_workers(
    scope: Scope, project: Project | None, month_on: datetime.date, worker_ids: Iterable[int]
) -> dict[int, list[AttendanceDay]]:
    """{worker: days of the month} on one project, or on every site the caller sees."""
    rows = days_seen(scope).filter(worker_id__in=list(worker_ids), on__gte=month_on, on__lt=_next(month_on))
    if project is not None:
        rows = rows.filter(project=project)
    found: dict[int, list[AttendanceDay]] = {}
    for day in rows.select_related("project", "subcontractor").order_by("worker_id", "on", "project_id"):
        found.setdefault(day.worker_id, []).append(day)
    return found


def months_of_worker(scope: Scope, worker_id: int) -> list[dict]:
    """A worker's months on the sites the caller sees, newest first: month, project, days, hours."""
    rows = (
        days_seen(scope)
        .filter(worker_id=worker_id)
        .order_by()
        .values("on__year", "on__month", "project_id", "project__name", "project__code")
        .annotate(total_days=Sum("days"), total_hours=Sum("hours"), on_days=Count("pk"))
        .order_by("-on__year", "-on__month", "project__code")
    )
    return [
        row | {"month_on": datetime.date(row["on__year"], row["on__month"], 1), "total_days": row["total_days"]}
        for row in rows
    ]


def total_of_month(scope: Scope, project: Project, month_on: datetime.date) -> dict:
    """People and days of a project's month."""
    return (
        days_seen(scope)
        .filter(project=project, on__gte=month_on, on__lt=_next(month_on))
        .aggregate(people=Count("worker_id", distinct=True), days=Sum("days", default=Decimal(0)), hours=Sum("hours"))
    )


def same_days(scope: Scope, month_on: datetime.date, *, project: Project | None = None) -> QuerySet:
    """Days of the month on which a worker is recorded on two sites, both of which the caller sees: (worker, on) dicts."""
    rows = days_seen(scope).filter(on__gte=month_on, on__lt=_next(month_on))
    if project is not None:
        rows = rows.filter(worker_id__in=rows.filter(project=project).order_by().values("worker_id"))
    return (
        rows.order_by()
        .values("worker_id", "worker__name", "worker__id_last4", "on")
        .annotate(sites=Count("project_id", distinct=True))
        .filter(sites__gt=1)
        .order_by("worker__name", "worker_id", "on")
    )


def _next(month_on: datetime.date) -> datetime.date:
    return (month_on.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


def confirmed_sheet_of(batch) -> AttendanceSheet | None:
    """The attendance sheet of a visible batch's month and employer, with `by_employer`: whether the employer's own
    person confirmed it. Then the sheet's days and the pay's days have one author, and nobody has compared anything."""
    sheet = (
        AttendanceSheet.objects.filter(
            project_id=batch.project_id,
            month_on=batch.month_on,
            subcontractor_id=batch.subcontractor_id,
            status=AttendanceSheet.Status.CONFIRMED,
        )
        .select_related("confirmed_by")
        .first()
    )
    if sheet is not None:
        by = sheet.confirmed_by
        sheet.by_employer = bool(
            by and batch.subcontractor_id and by.grants.filter(organization_id=batch.subcontractor_id).exists()
        )
    return sheet
