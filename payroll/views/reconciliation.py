"""应发实发对账: the differences per worker and month, and matching the statement by hand."""

import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from payroll.forms.payouts import MatchForm, ReconciliationForm
from payroll.rules.reconciliation import STATES
from payroll.selectors.batches import batches, employers_in
from payroll.selectors.debits import explanations_of
from payroll.selectors.matching import candidates_for, loose_debits, matches_of, unseen_payments, whole_files_for
from payroll.selectors.reconciliation import (
    Asked,
    count_worker_months,
    match_days,
    sums_by_employer,
    sums_by_month,
    sums_by_project,
    sums_of_all,
    worker_months,
)
from payroll.services.debits import debit_unexplain
from payroll.services.statement_matching import (
    statement_pair,
    statement_pair_file,
    statement_unpair,
    statements_rematch,
)
from projects.selectors.projects import may_act, project_by_code
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs
from responsibilities.views.downloads import workbook
from responsibilities.views.listing import chips, columns, query
from sheets.writing import OutColumn, OutSheet

PAGE_SIZE = 50
MONTHS_BACK = 6
DEBITS_PER_PAGE = 30
MATCHES_SHOWN = 30
ONLY = {
    "different": "只看有差额或疑点的",
    "unpaid": "未发、少发",
    "over": "多发",
    "double": "疑似重复",
    "pending": "等待银行结果",
    "settled": "已由退场结算支付",
    "unseen": "流水中未见",
    "uncovered": "流水未覆盖",
}
COLUMNS = (
    ("工人", "worker", False),
    ("工资月份", "month", False),
    ("用工单位", "", False),
    ("应发（元）", "payable", True),
    ("银行结果已发（元）", "paid", True),
    ("流水已付（元）", "", True),
    ("差额（元）", "difference", True),
    ("状态", "", False),
)


@needs(Permission.PAYROLL_VIEW)
@require_safe
def reconciliation(request):
    """Without a project the projects' sums; with one its workers' months."""
    project, form, asked = _asked(request)
    if request.GET.get("export") == "xlsx":
        request.scope.require(Permission.EXPORT)
        return _export(request, asked)
    months = sums_by_month(request.scope, asked)
    context = {
        "project": project,
        "form": form,
        "asked": asked,
        "total": sums_of_all(request.scope, asked),
        "match_days": match_days(today()),
        "chart": _chart(months),
        "chips": _chips(request, project, form),
        "query": query(request),
        "may_export": request.scope.can(Permission.EXPORT),
        "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": "应发实发对账"}],
    }
    if project is None:
        listed = Paginator(sums_by_project(request.scope, asked), PAGE_SIZE).get_page(request.GET.get("page"))
        context |= {"projects": listed.object_list, "page": listed}
    else:
        count = count_worker_months(request.scope, asked)
        page = Paginator(range(count), PAGE_SIZE).get_page(request.GET.get("page"))
        page.object_list = worker_months(
            request.scope, asked, limit=PAGE_SIZE, offset=(page.number - 1) * PAGE_SIZE if count else 0
        )
        context |= {
            "page": page,
            "columns": columns(request, COLUMNS),
            "sums": sums_by_employer(request.scope, asked),
            "loose": loose_debits(request.scope, project).count() if request.scope.can(Permission.ACCOUNT_VIEW) else 0,
            "explanations": explanations_of(request.scope, project)[:MATCHES_SHOWN],
            "may_match": may_act(request.scope, project, Permission.PAYROLL_PAY),
        }
    return render(request, "payroll/reconciliation.html", context)


@needs(Permission.PAYROLL_PAY)
def matching(request, code):
    """Debits that wait for a person, each with the payments it could be; matching and undoing."""
    project = project_by_code(request.scope, code)
    if not may_act(request.scope, project, Permission.PAYROLL_PAY):
        raise NotAllowed()
    if request.method == "POST":
        _match(request, project)
        return redirect("payroll:matching", code)
    page = Paginator(loose_debits(request.scope, project), DEBITS_PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    candidates = candidates_for(request.scope, project, page.object_list)
    files = whole_files_for(request.scope, project, page.object_list)
    for line in page.object_list:
        line.candidates, line.files = candidates.get(line.pk, []), files.get(line.pk, [])
    return render(
        request,
        "payroll/matching.html",
        {
            "project": project,
            "page": page,
            "explanations": explanations_of(request.scope, project)[:MATCHES_SHOWN],
            "matches": matches_of(request.scope, project)[:MATCHES_SHOWN],
            "unseen": unseen_payments(request.scope, project).count(),
            "crumbs": [
                {"label": "工资发放", "url": reverse("payroll:list")},
                {"label": "应发实发对账", "url": f"{reverse('payroll:reconciliation')}?project={code}"},
                {"label": "核对流水"},
            ],
        },
    )


def _match(request, project) -> None:
    form = MatchForm(request.POST)
    actor = Actor.of(request)
    try:
        if not form.is_valid():
            raise Refused("invalid", "请选择这笔流水对应的代发明细。")
        act, line, payout, file, match, explanation = (
            form.cleaned_data[name] for name in ("act", "line", "payout", "file", "match", "explanation")
        )
        if act == "again":
            count = statements_rematch(project=project, actor=actor, scope=request.scope)
            messages.success(request, f"已重新核对，新对上 {count} 笔。")
        elif act == "undo" and match:
            statement_unpair(match_id=match, actor=actor, scope=request.scope)
            messages.success(request, "已撤销，这笔流水重新等待核对。")
        elif act == "unexplain" and explanation:
            debit_unexplain(explanation_id=explanation, actor=actor, scope=request.scope)
            messages.success(request, "已撤销说明，这笔流水重新等待核对。")
        elif act == "pair" and line and payout:
            statement_pair(statement_line_id=line, payout_id=payout, actor=actor, scope=request.scope)
            messages.success(request, "已核对。")
        elif act == "file" and line and file:
            statement_pair_file(statement_line_id=line, file_id=file, actor=actor, scope=request.scope)
            messages.success(request, "已核对，整份代发文件视为流水已付。")
        else:
            raise Refused("invalid", "请选择这笔流水对应的代发明细。")
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)


def _asked(request):
    visible = batches(request.scope)
    form = ReconciliationForm(request.GET, employers=employers_in(visible))
    form.is_valid()
    data = form.cleaned_data
    code = data.get("project", "")
    project = project_by_code(request.scope, code) if code else None
    last = data.get("last") or today().replace(day=1)
    first = data.get("first") or _back(last, MONTHS_BACK - 1)
    if first > last:
        first, last = last, first
    asked = Asked(
        first_on=first,
        last_on=last,
        project_id=project.pk if project else None,
        employer=data.get("employer", ""),
        text=data.get("q", "") if project else "",
        only=data.get("only", ""),
        order=request.GET.get("sort", ""),
    )
    return project, form, asked


def _back(month_on: datetime.date, months: int) -> datetime.date:
    total = month_on.year * 12 + month_on.month - 1 - months
    return datetime.date(total // 12, total % 12 + 1, 1)


def _chips(request, project, form) -> list[dict]:
    words = dict(form.fields["employer"].choices)
    labels = {
        "project": ("项目", {project.code: project.name} if project else {}),
        "first": ("自", {}),
        "last": ("至", {}),
        "employer": ("用工单位", words),
        "only": ("状态", ONLY),
        "q": ("工人", {}),
    }
    return chips(request, labels)


def _chart(months) -> dict:
    """Owed against paid by month; a chart's axis, the table behind the switch shows the same."""
    return {
        "id": "reconciliation-chart",
        "title": "各月应发与已发",
        "type": "bar",
        "size": "s",
        "unit": "元",
        "x": [f"{one.month_on:%Y-%m}" for one in months],
        "series": [
            {"name": "应发", "level": "grey", "data": [float(one.payable) for one in months]},
            {"name": "已发", "level": "green", "data": [float(one.paid) for one in months]},
            {"name": "流水已付", "level": "blue", "data": [float(one.statement) for one in months]},
        ],
    }


def _export(request, asked) -> HttpResponse:
    titles = [
        OutColumn("项目编号", width=18),
        OutColumn("项目", width=32),
        OutColumn("工资月份", "month"),
        OutColumn("用工单位", width=28),
        OutColumn("工人"),
        OutColumn("证件后四位"),
        OutColumn("应发（元）", "money"),
        OutColumn("银行结果已发（元）", "money", 18),
        OutColumn("等待银行结果（元）", "money", 18),
        OutColumn("流水已付（元）", "money"),
        OutColumn("流水另付（元）", "money"),
        OutColumn("差额（元）", "money"),
        OutColumn("状态"),
        OutColumn("最近发放", "date"),
        OutColumn("退场结算已付（元）", "money", 18),
    ]
    body = (
        [
            row.project_code, row.project_name, f"{row.month_on:%Y-%m}", row.employer, row.worker_name, row.id_last4,
            row.payable, row.paid, row.pending, row.statement, row.extra, row.difference, STATES[row.state][0], row.paid_on,
            row.settled,
        ]
        for row in worker_months(request.scope, asked)
    )  # fmt: skip
    return workbook(f"应发实发对账{today():%Y%m%d}.xlsx", [OutSheet("应发实发对账", titles, body)])
