"""The list of payrolls, and which project has none for the month."""

import calendar
import datetime
from io import BytesIO
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from payroll.forms import BatchFilterForm
from payroll.selectors.batches import batches, employers_in, projects_without_payroll, search_batches
from payroll.selectors.confirmations import flow_tasks
from payroll.selectors.turns import batches_in_turn, turns_of
from payroll.views.words import decorated
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.views.access import needs
from sheets.writing import OutColumn, OutSheet, write_xlsx

PAGE_SIZES = (50, 100, 200)
MISSING_SHOWN = 8
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = (
    ("project", "项目", False),
    ("month", "工资月份", False),
    ("", "用工单位", False),
    ("status", "状态", False),
    ("rows", "可受理", True),
    ("net", "实发合计（元）", True),
    ("uploaded", "上传", False),
)


@needs(Permission.PAYROLL_VIEW)
@require_safe
def batch_list(request):
    """Payrolls that the caller sees; filters, sorting and page in the address."""
    visible = batches(request.scope)
    form = BatchFilterForm(request.GET, employers=employers_in(visible))
    chosen = _chosen(form)
    turn = form.cleaned_data.get("turn", "")
    rows = search_batches(batches_in_turn(request.scope, turn, today()) if turn else visible, **chosen)
    if request.GET.get("export") == "xlsx":
        request.scope.require(Permission.EXPORT)
        return _export(rows)
    size = _size(request.GET.get("page_size"))
    page = Paginator(rows, size).get_page(request.GET.get("page"))
    page.object_list = [decorated(batch) for batch in page.object_list]
    month_on = chosen["month_on"] or _last_month(today())
    missing = projects_without_payroll(request.scope, month_on, _end(month_on))
    missing_total = missing.count()
    query = _query(request.GET, "page", "page_size", "export")
    return render(
        request,
        "payroll/list.html",
        {
            "form": form,
            "page": page,
            "size": size,
            "sizes": PAGE_SIZES,
            "query": f"{query}&" if query else "",
            "columns": _columns(request.GET),
            "chips": _chips(request.GET, form),
            "export_url": f"?{query}&export=xlsx" if query else "?export=xlsx",
            "may_export": request.scope.can(Permission.EXPORT),
            "may_upload": request.scope.can(Permission.PAYROLL_UPLOAD),
            "missing": missing[:MISSING_SHOWN],
            "missing_total": missing_total,
            "missing_more": max(0, missing_total - MISSING_SHOWN),
            "missing_month": month_on,
            **flow_tasks(request.scope, limit=MISSING_SHOWN),
            "turns": turns_of(request.scope, today()),
            "turn": turn,
            "crumbs": [{"label": "工资发放"}],
        },
    )


def _chosen(form: BatchFilterForm) -> dict:
    form.is_valid()
    data = form.cleaned_data
    return {
        "text": data.get("q", ""),
        "month_on": data.get("month"),
        "status": data.get("status", ""),
        "stage": data.get("stage", ""),
        "kind": data.get("kind", ""),
        "employer": data.get("employer", ""),
        "order": data.get("sort", ""),
    }


def _export(rows) -> HttpResponse:
    columns = [
        OutColumn("项目编号", width=18),
        OutColumn("项目", width=36),
        OutColumn("县区"),
        OutColumn("工资月份", "month"),
        OutColumn("用工单位", width=28),
        OutColumn("状态"),
        OutColumn("行数", "number"),
        OutColumn("可受理", "number"),
        OutColumn("有错误", "number"),
        OutColumn("实发合计（元）", "money", 16),
        OutColumn("上传时间", width=18),
        OutColumn("批次", "number"),
        OutColumn("类别"),
        OutColumn("办理环节"),
    ]
    body = (
        [
            batch.project.code,
            batch.project.name,
            batch.project.area.name,
            f"{batch.month_on:%Y-%m}",
            batch.subcontractor.name if batch.subcontractor else "总包自有班组",
            batch.get_status_display(),
            batch.rows,
            batch.accepted,
            batch.rejected,
            batch.accepted_net,
            f"{batch.uploaded_at:%Y-%m-%d %H:%M}",
            batch.pk,
            batch.get_kind_display(),
            batch.get_stage_display() if batch.stage else "",
        ]
        for batch in rows.iterator(chunk_size=500)
    )
    box = BytesIO()
    write_xlsx(box, [OutSheet("工资表", columns, body)])
    response = HttpResponse(box.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="payrolls.xlsx"'
    return response


def _columns(parameters) -> list[dict]:
    """Headers with the address that sorts by them."""
    order = parameters.get("sort", "")
    rest = _query(parameters, "sort", "page", "export")
    found = []
    for name, label, num in COLUMNS:
        column = {"label": label, "num": num}
        if name:
            following = f"-{name}" if order == name else name
            column["sort_url"] = f"?{rest}&sort={following}" if rest else f"?sort={following}"
            if order.removeprefix("-") == name:
                column["sorted"] = "descending" if order.startswith("-") else "ascending"
        found.append(column)
    return found


def _chips(parameters, form: BatchFilterForm) -> list[dict]:
    chips = []
    for name in ("q", "month", "status", "stage", "kind", "employer", "turn"):
        value = parameters.get(name, "")
        if not value or name in form.errors:
            continue
        field = form.fields[name]
        shown = dict(field.choices).get(value, value) if hasattr(field, "choices") else value
        chips.append(
            {"label": field.label, "value": shown, "remove_url": f"?{_query(parameters, name, 'page', 'export')}"}
        )
    return chips


def _query(parameters, *without: str) -> str:
    return urlencode([(name, value) for name, value in parameters.items() if value and name not in without])


def _size(text: str | None) -> int:
    return int(text) if text in {str(size) for size in PAGE_SIZES} else PAGE_SIZES[0]


def _last_month(day: datetime.date) -> datetime.date:
    return (day.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)


def _end(month_on: datetime.date) -> datetime.date:
    return month_on.replace(day=calendar.monthrange(month_on.year, month_on.month)[1])
