"""应发实发对账: the differences per worker and month.

A page of payroll that reads the working-day calendar: what isn't due yet is no difference.
"""

from collections import Counter
from itertools import chain

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from escalation.selectors.days import workday_from_unscoped, workdays_by_unscoped
from payroll.forms.payouts import ReconciliationForm
from payroll.rules.month import Month
from payroll.rules.reconciliation import STATES
from payroll.selectors.batches import batches, employers_in
from payroll.selectors.debits import explanations_of
from payroll.selectors.matching import loose_debits
from payroll.selectors.month_gaps import months_without_payroll
from payroll.selectors.reconciliation import (
    Asked,
    WorkerMonth,
    count_worker_months,
    match_days,
    pay_period_months,
    sums_by_employer,
    sums_by_month,
    sums_by_project,
    sums_of_all,
    worker_months,
)
from projects.selectors.projects import may_act, project_by_code
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.views.access import needs
from responsibilities.views.downloads import workbook
from responsibilities.views.listing import chips, columns, query
from sheets.writing import OutColumn, OutSheet

PAGE_SIZE = 50
MONTHS_BACK = 6
EXPLANATIONS_SHOWN = 30
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
        "today": today(),
        "total": sums_of_all(request.scope, asked),
        "match_days": match_days(today()),
        "pay_period_months": pay_period_months(today()),
        "chart": _chart(months),
        "chips": _chips(request, project, form),
        "query": query(request),
        "may_export": request.scope.can(Permission.EXPORT),
        "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": "应发实发对账"}],
    }
    lacking = months_without_payroll(
        request.scope, today=today(), first_on=asked.first_on, last_on=asked.last_on, project=project
    )
    if project is None:
        listed = Paginator(sums_by_project(request.scope, asked), PAGE_SIZE).get_page(request.GET.get("page"))
        context |= {
            "projects": [(one, lacking.get(one.key, [])) for one in listed.object_list],
            "page": listed,
            "lacking": sorted(Counter(chain.from_iterable(lacking.values())).items()),
        }
    else:
        count = count_worker_months(request.scope, asked)
        page = Paginator(range(count), PAGE_SIZE).get_page(request.GET.get("page"))
        page.object_list = _with_pay_days(
            worker_months(request.scope, asked, limit=PAGE_SIZE, offset=(page.number - 1) * PAGE_SIZE if count else 0)
        )
        context |= {
            "page": page,
            "lacking_months": lacking.get(project.code, []),
            "columns": columns(request, COLUMNS),
            "sums": sums_by_employer(request.scope, asked),
            "loose": loose_debits(request.scope, project).count() if request.scope.can(Permission.ACCOUNT_VIEW) else 0,
            "explanations": explanations_of(request.scope, project)[:EXPLANATIONS_SHOWN],
            "may_match": may_act(request.scope, project, Permission.PAYROLL_PAY),
        }
    return render(request, "payroll/reconciliation.html", context)


def _asked(request):
    visible = batches(request.scope)
    form = ReconciliationForm(request.GET, employers=employers_in(visible))
    form.is_valid()
    data = form.cleaned_data
    code = data.get("project", "")
    project = project_by_code(request.scope, code) if code else None
    last = data.get("last") or today().replace(day=1)
    first = data.get("first") or Month.around(last).moved(1 - MONTHS_BACK).first
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
        due_from=workday_from_unscoped(today()),
    )
    return project, form, asked


def _with_pay_days(rows: list[WorkerMonth]) -> list[WorkerMonth]:
    """The pay days of what waits to be paid, moved before the rest days on which they fall (724 art 14)."""
    moved = workdays_by_unscoped(row.pay_on for row in rows if row.pay_on)
    for row in rows:
        row.pay_on = moved.get(row.pay_on, row.pay_on)
    return rows


def _chips(request, project, form) -> list[dict]:
    words = dict(form.fields["employer"].choices)
    labels = {
        "project": ("项目", {project.code: project.name} if project else {}),
        "first": ("自", {}),
        "last": ("至", {}),
        "employer": ("用工单位", words),
        "only": ("状态", dict(form.fields["only"].choices)),
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
        OutColumn("尚在办理（元）", "money"),
        OutColumn("最迟支付日", "date"),
    ]
    body = (
        [
            row.project_code, row.project_name, f"{row.month_on:%Y-%m}", row.employer, row.worker_name, row.id_last4,
            row.payable, row.paid, row.pending, row.statement, row.extra, row.difference, STATES[row.state][0], row.paid_on,
            row.settled, row.preparing, row.pay_on,
        ]
        for row in _with_pay_days(worker_months(request.scope, asked))
    )  # fmt: skip
    return workbook(f"应发实发对账{today():%Y%m%d}.xlsx", [OutSheet("应发实发对账", titles, body)])
