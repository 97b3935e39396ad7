"""Matching the special account's statement with payments by hand."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse

from payroll.forms.payouts import MatchForm
from payroll.selectors.debits import explanations_of
from payroll.selectors.matching import candidates_for, loose_debits, matches_of, unseen_payments, whole_files_for
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
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs

DEBITS_PER_PAGE = 30
MATCHES_SHOWN = 30


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
                {"label": "应发实发对账", "url": f"{reverse('escalation:reconciliation')}?project={code}"},
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
