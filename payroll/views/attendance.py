"""Attendance sheets: list, upload, preview as a month, confirm, withdraw; the template and the original."""

import datetime
from io import BytesIO

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from payroll.forms.attendance import AttendanceFilterForm, AttendanceUploadForm, ConfirmForm, VersionForm
from payroll.models import AttendanceSheet
from payroll.rules.employers import employer_words
from payroll.rules.month import Month
from payroll.selectors.attendance import (
    attendance_sheet_by_pk,
    attendance_sheets,
    confirmed_before,
    may_keep,
    problems_of,
    reported_months,
    rows_of,
    search_sheets,
)
from payroll.selectors.employers import employers_for_people, projects_for_people
from payroll.selectors.missing_attendance import missing_attendance
from payroll.services.attendance.annotating import READ, attendance_annotated_open
from payroll.services.attendance.confirming import attendance_confirm, attendance_discard
from payroll.services.attendance.originals import may_open_original, original_open
from payroll.services.attendance.templates import attendance_template
from payroll.services.attendance.uploads import attendance_upload
from payroll.views.month_grid import heads, sheet_lines
from projects.selectors.projects import project_for
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal
from responsibilities.views.downloads import BYTES, attachment
from responsibilities.views.listing import LONG_SIZES, page_of, query

Status = AttendanceSheet.Status
WAITING = (Status.QUEUED, Status.READING)
# How far back the list counts what came by API, where no month is asked for, and how many of it are listed.
REPORTED_MONTHS, REPORTED_SHOWN = 3, 50
MISSING_SHOWN, MISSING_AT_MOST = 8, 1000
LEVELS = {
    Status.QUEUED: "blue",
    Status.READING: "blue",
    Status.DRAFT: "orange",
    Status.CONFIRMED: "green",
    Status.SUPERSEDED: "grey",
    Status.DISCARDED: "grey",
    Status.REFUSED: "red",
    Status.FAILED: "red",
}
WHY_IGNORED = {
    "total": "合计", "note": "说明、签字", "header": "表头", "legend": "符号说明", "sample": "示例", "title": "标题",
    "no_identity": "没有姓名",
    "empty": "没有填写",
}  # fmt: skip


def decorated(sheet: AttendanceSheet) -> AttendanceSheet:
    """The sheet with its badge and its employer in words, for templates."""
    sheet.level = LEVELS[sheet.status]
    sheet.employer_name = employer_words(sheet.subcontractor)
    return sheet


@needs(Permission.PAYROLL_VIEW)
@require_safe
def sheet_list(request):
    """Attendance sheets that the caller sees."""
    form = AttendanceFilterForm(request.GET)
    form.is_valid()
    data = form.cleaned_data
    rows = search_sheets(
        attendance_sheets(request.scope),
        text=data.get("q", ""),
        month_on=data.get("month"),
        status=data.get("status", ""),
    )
    page = page_of(request, rows, LONG_SIZES)
    page.object_list = [decorated(sheet) for sheet in page.object_list]
    since_on = Month.around(today()).moved(1 - REPORTED_MONTHS).first
    reported = (
        []
        if data.get("status")
        else list(reported_months(request.scope, text=data.get("q", ""), month_on=data.get("month"), since_on=since_on))
    )
    return render(
        request,
        "payroll/attendance/list.html",
        {
            "form": form,
            "page": page,
            "size": page.paginator.per_page,
            "sizes": LONG_SIZES,
            "query": query(request),
            "reported": reported[:REPORTED_SHOWN],
            "reported_count": len(reported),
            "since_on": None if data.get("month") else since_on,
            "filtered": any(data.get(name) for name in ("q", "month", "status")),
            "may_upload": request.scope.can(Permission.WORKER_EDIT),
            "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": "考勤"}],
        }
        | missing_attendance(
            request.scope,
            data.get("month"),
            text=data.get("q", ""),
            today=today(),
            limit=MISSING_AT_MOST if request.GET.get("missing") == "all" else MISSING_SHOWN,
        ),
    )


@needs(Permission.WORKER_EDIT)
def upload_page(request):
    """Choose project, month and employer, drop the file; then the sheet's page shows how far it is."""
    projects = list(projects_for_people(request.scope))
    asked = request.POST if request.method == "POST" else request.GET
    project = _project(projects, asked.get("project"))
    employers = employers_for_people(request.scope, project) if project else []
    month = asked.get("month") or f"{today().replace(day=1) - datetime.timedelta(days=1):%Y-%m}"
    posted = request.method == "POST"
    form = AttendanceUploadForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        initial={
            "project": project.code if project else "",
            "month": month,
            "employer": request.GET.get("employer") or "",
        },
        projects=projects,
        employers=employers,
    )
    if posted and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            sheet, created = attendance_upload(
                project=project,
                month_on=form.cleaned_data["month"],
                subcontractor=form.subcontractor,
                name=file.name,
                data=file.read(),
                actor=Actor.of(request),
                scope=request.scope,
            )
        except (NotVisible, NotAllowed):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return redirect(reverse("payroll:attendance_sheet", args=[sheet.pk]) + ("" if created else "?again=1"))
    return render(
        request,
        "payroll/attendance/upload.html",
        {
            "form": form,
            "project": project,
            "month": month,
            "no_projects": not projects,
            "crumbs": [
                {"label": "工资发放", "url": reverse("payroll:list")},
                {"label": "考勤", "url": reverse("payroll:attendance")},
                {"label": "上传考勤表"},
            ],
        },
        status=422 if form.errors and request.htmx else 200,
    )


@needs(Permission.PAYROLL_VIEW)
@require_safe
def sheet_page(request, pk):
    """The sheet as a month: what each cell counts, what is wrong and where, and what confirming does."""
    sheet = decorated(attendance_sheet_by_pk(request.scope, pk))
    context = {
        "sheet": sheet,
        "waiting": sheet.status in WAITING,
        "again": "again" in request.GET,
        "may_keep": may_keep(request.scope, sheet),
        "may_open": may_open_original(request.scope, sheet),
        "annotatable": sheet.status in READ,
        "crumbs": [
            {"label": "工资发放", "url": reverse("payroll:list")},
            {"label": "考勤", "url": reverse("payroll:attendance")},
            {"label": f"{sheet.month_on:%Y-%m} {sheet.project.name}"},
        ],
    }
    if sheet.status in (Status.DRAFT, Status.CONFIRMED, Status.SUPERSEDED, Status.DISCARDED) and sheet.rows:
        only = request.GET.get("only") == "problems"
        rows = rows_of(request.scope, sheet, only_problems=only, text=request.GET.get("q", "").strip()[:60])
        page = page_of(request, rows, LONG_SIZES)
        shown = list(page.object_list)
        problems = problems_of(request.scope, sheet).filter(row__in=[row.row for row in shown])
        page.object_list = sheet_lines(shown, problems)
        month = Month(sheet.month_on.year, sheet.month_on.month)
        context |= {
            "page": page,
            "size": page.paginator.per_page,
            "sizes": LONG_SIZES,
            "only": only,
            "q": request.GET.get("q", ""),
            "query": query(request),
            "heads": heads(month),
            "unmatched": sheet.rows - sheet.matched,
            "general": problems_of(request.scope, sheet).exclude(row__in=rows_of(request.scope, sheet).values("row"))[
                :20
            ],
            "before": confirmed_before(request.scope, sheet) if sheet.status == Status.DRAFT else None,
            "ignored": [
                f"第 {one['row']} 行（{WHY_IGNORED.get(one['why'], one['why'])}）" for one in sheet.ignored_rows[:40]
            ],
            "legend": sheet.legend,
        }
    return render(request, "payroll/attendance/sheet.html", context)


@needs(Permission.PAYROLL_VIEW)
@require_safe
def sheet_progress(request, pk):
    """Polled each second while a worker reads; when it is done, the page is loaded anew."""
    sheet = decorated(attendance_sheet_by_pk(request.scope, pk))
    if sheet.status in WAITING:
        return render(request, "payroll/attendance/_progress.html", {"sheet": sheet})
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return redirect("payroll:attendance_sheet", pk)


@needs(Permission.WORKER_EDIT)
@require_POST
def sheet_confirm(request, pk):
    """Count the days of the people recognised, as many as the person was shown."""
    sheet = attendance_sheet_by_pk(request.scope, pk)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        messages.error(request, "提交的内容不完整，请刷新页面后重试。")
        return redirect("payroll:attendance_sheet", pk)
    try:
        attendance_confirm(sheet_id=sheet.pk, actor=Actor.of(request), scope=request.scope, **form.cleaned_data)
    except (NotVisible, NotAllowed):
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"已确认 {form.cleaned_data['matched']} 人的考勤，工资表核验时将与之比对。")
    return redirect("payroll:attendance_sheet", pk)


@needs(Permission.WORKER_EDIT)
@require_POST
def sheet_discard(request, pk):
    """Withdraw a sheet that wasn't confirmed."""
    sheet = attendance_sheet_by_pk(request.scope, pk)
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else None
    try:
        attendance_discard(sheet_id=sheet.pk, actor=Actor.of(request), scope=request.scope, version=version)
    except (NotVisible, NotAllowed):
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("payroll:attendance_sheet", pk)
    messages.success(request, "考勤表已撤回，没有计入任何出勤。")
    return redirect("payroll:attendance")


@needs(Permission.PAYROLL_VIEW)
@require_safe
def sheet_original(request, pk):
    """The file as it was uploaded, for who uploaded it or may see numbers in full."""
    sheet = attendance_sheet_by_pk(request.scope, pk)
    name, data = original_open(sheet=sheet, actor=Actor.of(request), scope=request.scope)
    return attachment(name, data, BYTES)


@needs(Permission.PAYROLL_VIEW)
@require_safe
def sheet_annotated(request, pk):
    """The same workbook with remarks at their cells, for the same people."""
    sheet = attendance_sheet_by_pk(request.scope, pk)
    try:
        name, data = attendance_annotated_open(sheet=sheet, actor=Actor.of(request), scope=request.scope)
    except (NotVisible, NotAllowed):
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("payroll:attendance_sheet", pk)
    return attachment(name, data)


@needs(Permission.WORKER_EDIT)
@require_safe
def template_file(request):
    """The month's sheet with the roster filled in."""
    project = project_for(request.scope, request.GET.get("project", ""), Permission.WORKER_EDIT)
    try:
        month = Month.of(request.GET.get("month", ""))
    except ValueError:
        messages.error(request, "请先填写考勤月份，例如 2026-10，再下载模板。")
        return redirect("payroll:attendance_upload")
    employers = employers_for_people(request.scope, project)
    code = request.GET.get("employer", "")
    chosen = next((one for one in employers if one and one.code == code), employers[0] if employers else None)
    box = BytesIO()
    attendance_template(
        target=box, project=project, month=month, subcontractor=chosen, actor=Actor.of(request), scope=request.scope
    )
    return attachment(f"{project.code}-{month}-考勤表模板.xlsx", box.getvalue())


def _project(projects: list, code: str | None):
    if not code and len(projects) == 1:
        return projects[0]
    return next((project for project in projects if project.code == code), None)
