"""The movements of a special account with filters, and what is left on it."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.forms import StatementFilterForm
from accounts.selectors.special_accounts import special_account_of
from accounts.selectors.statements import (
    account_balance,
    search_statement_lines,
    statement_imports,
    statement_lines,
    statement_totals,
)
from accounts.views.crumbs import project_crumbs
from projects.selectors.projects import may_act, project_by_code
from responsibilities.rules.roles import Permission
from responsibilities.views.access import needs
from responsibilities.views.listing import chips, export, query

PAGE_SIZE = 50
IMPORTS_SHOWN = 8
KINDS = {"in": "收入", "out": "支出", "wage": "工资支出", "other": "非工资支出"}


@needs(Permission.ACCOUNT_VIEW)
@require_safe
def statement_list(request, code):
    """The movements with filters; what isn't for wages is marked (724 art 33)."""
    project = project_by_code(request.scope, code)
    form = StatementFilterForm(request.GET)
    form.is_valid()
    chosen = {
        "text": form.cleaned_data.get("q", ""),
        "month_on": form.cleaned_data.get("month"),
        "kind": form.cleaned_data.get("kind", ""),
    }
    everything = statement_lines(request.scope, project)
    others = everything.filter(nature="other")
    rows = search_statement_lines(everything, **chosen)
    names_shown = request.scope.can(Permission.STATEMENT_IMPORT) or request.scope.can(Permission.PAYROLL_VIEW)
    if request.GET.get("export") == "xlsx":
        request.scope.require(Permission.EXPORT)
        return _export(project, rows, names_shown)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "accounts/statements.html",
        {
            "project": project,
            "crumbs": project_crumbs(project, "专户流水"),
            "account": special_account_of(request.scope, project),
            "balance": account_balance(request.scope, project),
            "totals": statement_totals(rows),
            "others": others,
            "other_count": others.count(),
            "others_shown": rows.filter(nature="other"),
            "page": page,
            "form": form,
            "kinds": KINDS.items(),
            "chips": chips(request, {"q": ("搜索", {}), "month": ("月份", {}), "kind": ("类别", KINDS)}),
            "query": query(request),
            "names_shown": names_shown,
            "imports": statement_imports(request.scope, project)[:IMPORTS_SHOWN],
            "may_import": may_act(request.scope, project, Permission.STATEMENT_IMPORT),
            "may_export": request.scope.can(Permission.EXPORT),
            "may_see_pay": request.scope.can(Permission.PAYROLL_VIEW),
            "may_explain": may_act(request.scope, project, Permission.PAYROLL_PAY),
        },
    )


def _export(project, rows, names_shown: bool) -> HttpResponse:
    titles = [
        ("日期", 12, "date"), ("收支", 8), ("性质", 12), ("金额（元）", 16, "money"), ("余额（元）", 16, "money"), ("对方户名", 30), ("对方账号", 14), ("摘要", 30), ("流水号", 24),
    ]  # fmt: skip
    body = (
        [
            line.on,
            line.get_direction_display(),
            line.get_nature_display(),
            line.amount,
            line.balance,
            line.counterparty_name if names_shown or line.direction == "in" else "—",
            f"尾号 {line.counterparty_last4}" if line.counterparty_last4 else "",
            line.purpose,
            line.reference,
        ]
        for line in rows.iterator(chunk_size=1000)
    )
    return export(f"{project.code}专户流水", titles, body)
