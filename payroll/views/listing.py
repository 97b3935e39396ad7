"""The list of payrolls, and which project has none for the month."""

import calendar
import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from payroll.forms import BatchFilterForm
from payroll.rules.employers import employer_words
from payroll.selectors.batches import areas_in, batches, employers_in, search_batches, withdrawable_of
from payroll.selectors.confirmations import flow_tasks
from payroll.selectors.missing import missing_of_month
from payroll.selectors.month_gaps import gaps_before
from payroll.selectors.people_turns import pay_signs
from payroll.selectors.turns import batches_in_turn, turns_of
from payroll.views.flow import with_due_days
from payroll.views.words import decorated, stage_words
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.views.access import needs
from responsibilities.views.downloads import moment, workbook
from responsibilities.views.listing import LONG_SIZES, address, columns, form_chips, page_of, query
from sheets.writing import OutColumn, OutSheet

MISSING_SHOWN, MISSING_AT_MOST = 8, 1000
FILTERS = ("q", "month", "status", "stage", "kind", "employer", "area", "turn")
COLUMNS = (
    ("项目", "project"),
    ("工资月份", "month"),
    ("用工单位", ""),
    ("状态", "status"),
    ("可受理", "rows", True),
    ("实发合计（元）", "net", True),
    ("上传", "uploaded"),
)


@needs(Permission.PAYROLL_VIEW)
@require_safe
def batch_list(request):
    """Payrolls that the caller sees; filters, sorting and page in the address."""
    visible = batches(request.scope)
    onlooker = not request.scope.can(Permission.PAYROLL_UPLOAD)
    form = BatchFilterForm(
        request.GET, employers=employers_in(visible), areas=areas_in(visible) if onlooker else (), onlooker=onlooker
    )
    chosen = _chosen(form) | {"onlooker": onlooker}
    turn = form.cleaned_data.get("turn", "")
    rows = search_batches(batches_in_turn(request.scope, turn, today()) if turn else visible, **chosen)
    if request.GET.get("export") == "xlsx":
        request.scope.require(Permission.EXPORT)
        return _export(rows)
    page = page_of(request, rows, LONG_SIZES)
    page.object_list = with_due_days([decorated(batch) for batch in page.object_list])
    withdrawable = withdrawable_of(request.scope, page.object_list)
    for batch in page.object_list:
        batch.may_withdraw = batch.pk in withdrawable
    month_on = chosen["month_on"] or _last_month(today())
    missing_shown = MISSING_AT_MOST if request.GET.get("missing") == "all" else MISSING_SHOWN
    return render(
        request,
        "payroll/list.html",
        {
            "form": form,
            "page": page,
            "may_withdraw": bool(withdrawable),
            "size": page.paginator.per_page,
            "sizes": LONG_SIZES,
            "query": query(request),
            "columns": columns(request, COLUMNS),
            "chips": form_chips(request, form, FILTERS),
            "export_url": address(request, export="xlsx"),
            "may_export": request.scope.can(Permission.EXPORT),
            "may_upload": request.scope.can(Permission.PAYROLL_UPLOAD),
            **missing_of_month(request.scope, month_on, _end(month_on), area_code=chosen["area"], limit=missing_shown),
            "gaps": gaps_before(request.scope, today=today()),
            **flow_tasks(request.scope, limit=MISSING_SHOWN),
            "turns": turns_of(request.scope, today()),
            "turn": turn,
            "pay_signs": pay_signs(request.scope, today()) if not turn else [],
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
        "area": data.get("area", ""),
        "order": data.get("sort", ""),
    }


def _export(rows) -> HttpResponse:
    titles = [
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
            employer_words(batch.subcontractor),
            batch.get_status_display(),
            batch.rows,
            batch.accepted,
            batch.rejected,
            batch.accepted_net,
            moment(batch.uploaded_at),
            batch.pk,
            batch.get_kind_display(),
            stage_words(batch) if batch.stage else "",
        ]
        for batch in rows.iterator(chunk_size=500)
    )
    return workbook(f"工资表{today():%Y%m%d}.xlsx", [OutSheet("工资表", titles, body)])


def _last_month(day: datetime.date) -> datetime.date:
    return (day.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)


def _end(month_on: datetime.date) -> datetime.date:
    return month_on.replace(day=calendar.monthrange(month_on.year, month_on.month)[1])
