"""A debit of the special account that no single payment equals: a person says what it is; and all that was said."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from payroll.forms.payouts import DebitForm
from payroll.models import DebitExplanation
from payroll.selectors.debits import (
    PAYMENTS_SHOWN,
    credits_back,
    debit_by_pk,
    explanations_of,
    is_told,
    payments_near,
    settlements_open,
)
from payroll.selectors.matching import matches_of
from payroll.services.debits import debit_explain
from projects.selectors.projects import may_act, project_by_code
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal
from responsibilities.views.listing import page_of, query

Kind = DebitExplanation.Kind
# What a kind needs to be told besides the reason; the page shows only that part.
PARTS = {Kind.PART: "payouts", Kind.SEVERAL: "payouts", Kind.SETTLEMENT: "settlement", Kind.REVERSED: "reversed_by"}
NAMES_LONG = 200
# What follows, in the person's words.
FOLLOWS = {
    Kind.PART: "对账按实际金额计：少付的列为少发，多付的列为多发。",
    Kind.SEVERAL: "所选代发视为流水已付；合计须与流水金额相等。",
    Kind.SETTLEMENT: "不再列为另付的工资；流水所付与应补发不等的，会标出相差多少。",
    Kind.REVERSED: "支出和退回的收入相抵，不计入已付。",
    Kind.OTHER: "不计入工人的工资。专用账户资金不得用于工资以外的支出（《保障农民工工资支付条例》第三十三条），监管部门会看到。",
}


@needs(Permission.PAYROLL_PAY)
def debit(request, code, pk):
    """Choose what it is, which payments, and why."""
    project = project_by_code(request.scope, code)
    if not may_act(request.scope, project, Permission.PAYROLL_PAY):
        raise NotAllowed()
    line = debit_by_pk(request.scope, project, pk)
    if line.direction != "out" or is_told(request.scope, project, line):
        messages.info(request, "这笔流水不用说明，或者已经核对、说明过。")
        return redirect("payroll:matching", code)
    text = request.GET.get("q", "").strip()[:NAMES_LONG]
    payments = payments_near(request.scope, project, line, text)
    form = DebitForm(
        request.POST or None,
        payouts=payments,
        settlements=settlements_open(request.scope, project),
        credits=credits_back(request.scope, project, line),
    )
    if request.method == "POST" and form.is_valid() and _said(request, line, form):
        messages.success(request, "已说明这笔支出，对账已按说明计算；说错了可以撤销。")
        return redirect("payroll:matching", code)
    chosen = form["payouts"].value() or []
    for one in payments:
        one.chosen = str(one.pk) in {f"{pk}" for pk in chosen}
        one.left = one.amount - one.said
    return render(
        request,
        "payroll/debit.html",
        {
            "project": project,
            "line": line,
            "form": form,
            "payments": payments,
            "kinds": [(kind, kind.label, FOLLOWS[kind], PARTS.get(kind, "")) for kind in Kind],
            "kind": form["kind"].value(),
            "q": text,
            "q_long": NAMES_LONG,
            "more": len(payments) == PAYMENTS_SHOWN,
            "crumbs": [
                {"label": "工资发放", "url": reverse("payroll:list")},
                {"label": "应发实发对账", "url": f"{reverse('escalation:reconciliation')}?project={code}"},
                {"label": "核对流水", "url": reverse("payroll:matching", args=[code])},
                {"label": "说明用途"},
            ],
        },
    )


@needs(Permission.PAYROLL_VIEW)
@require_safe
def told(request, code):
    """All that was said of a project's debits, or matched with payments, by name; undone from here too."""
    project = project_by_code(request.scope, code)
    matched = request.GET.get("show") == "matched"
    text = request.GET.get("q", "").strip()[:60]
    rows = (matches_of if matched else explanations_of)(request.scope, project, text)
    return render(
        request,
        "payroll/told.html",
        {
            "project": project,
            "page": page_of(request, rows),
            "matched": matched,
            "q": text,
            "query": query(request),
            "may_undo": may_act(request.scope, project, Permission.PAYROLL_PAY),
            "quick": [
                {"label": "由人说明的", "url": "?", "active": not matched},
                {"label": "核对上的", "url": "?show=matched", "active": matched},
            ],
            "crumbs": [
                {"label": "工资发放", "url": reverse("payroll:list")},
                {"label": "应发实发对账", "url": f"{reverse('escalation:reconciliation')}?project={code}"},
                {"label": "已核对、已说明的流水"},
            ],
        },
    )


def _said(request, line, form) -> bool:
    facts = form.cleaned_data
    try:
        debit_explain(
            statement_line_id=line.pk,
            kind=facts["kind"],
            reason=facts["reason"],
            payouts=facts["payouts"],
            settlement_id=facts["settlement"],
            reversed_by_id=facts["reversed_by"],
            actor=Actor.of(request),
            scope=request.scope,
        )
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    return True
