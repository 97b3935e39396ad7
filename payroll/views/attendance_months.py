"""A project's month of attendance: who was there on which day, with export and what stands on two sites."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from payroll.rules.month import Month
from payroll.selectors.attendance import days_of_workers, month_of_project, same_days, total_of_month
from payroll.views.month_grid import heads, project_lines
from projects.selectors.projects import project_for
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Permission
from responsibilities.views.access import needs
from responsibilities.views.downloads import workbook
from responsibilities.views.listing import LONG_SIZES, address, page_of, query
from sheets.writing import OutColumn, OutSheet

EXPORT_CHUNK = 500


@needs(Permission.PAYROLL_VIEW)
@require_safe
def project_month(request, code, month):
    """Everybody with a day on site in the month; a subcontractor sees its own people."""
    project = _project_seen(request.scope, code)
    try:
        wanted = Month.of(month)
    except ValueError:
        raise NotVisible("月份写法不对，应为 2026-10 这样的年月。") from None
    text, crew = request.GET.get("q", "").strip()[:60], request.GET.get("crew", "")[:60]
    rows = month_of_project(request.scope, project, wanted.first, text=text, crew=crew)
    double = {(row["worker_id"], row["on"]) for row in same_days(request.scope, wanted.first, project=project)}
    if request.GET.get("export") == "xlsx":
        request.scope.require(Permission.EXPORT)
        return _export(request.scope, project, wanted, rows)
    page = page_of(request, rows, LONG_SIZES)
    shown = list(page.object_list)
    days = days_of_workers(request.scope, project, wanted.first, [row["worker_id"] for row in shown])
    page.object_list = project_lines(shown, days, wanted, double)
    return render(
        request,
        "payroll/attendance/month.html",
        {
            "project": project,
            "month": wanted,
            "previous": wanted.moved(-1),
            "following": wanted.moved(1),
            "page": page,
            "size": page.paginator.per_page,
            "sizes": LONG_SIZES,
            "heads": heads(wanted),
            "total": total_of_month(request.scope, project, wanted.first),
            "double": len(double),
            "same_days_url": f"{reverse('payroll:same_days')}?month={wanted}",
            "q": text,
            "query": query(request),
            "export_url": address(request, export="xlsx"),
            "may_export": request.scope.can(Permission.EXPORT),
            "may_upload": request.scope.can(Permission.WORKER_EDIT),
            "crumbs": [
                {"label": "工资发放", "url": reverse("payroll:list")},
                {"label": "考勤", "url": reverse("payroll:attendance")},
                {"label": f"{project.name} {wanted}"},
            ],
        },
    )


def _project_seen(scope, code: str):
    return project_for(scope, code, Permission.PAYROLL_VIEW)


def _export(scope, project, month: Month, rows) -> HttpResponse:
    titles = [
        OutColumn("姓名"),
        OutColumn("证件后四位"),
        OutColumn("班组"),
        *(OutColumn(str(day), width=5) for day in range(1, month.days + 1)),
        OutColumn("合计天数", "number"),
        OutColumn("合计工时", "number"),
    ]
    above = [f"{project.name} {month.chinese}出勤"]
    sheet = OutSheet(f"{month}出勤", titles, _rows(scope, project, month, rows), above=above)
    return workbook(f"{project.code}-{month}-出勤.xlsx", [sheet])


def _rows(scope, project, month: Month, rows):
    total = rows.count()
    for start in range(0, total, EXPORT_CHUNK):
        part = list(rows[start : start + EXPORT_CHUNK])
        days = days_of_workers(scope, project, month.first, [row["worker_id"] for row in part])
        for row in part:
            cells: list[object] = [None] * month.days
            for day in days.get(row["worker_id"], ()):
                cells[day.on.day - 1] = "√" if day.days == 1 else f"{day.days.normalize():f}"
            yield [
                row["worker__name"],
                row["worker__id_last4"],
                row["crew"] or "",
                *cells,
                row["total_days"],
                row["total_hours"],
            ]
