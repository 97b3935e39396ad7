"""Monthly labour cost: what a month requires and why, what came in, and the forms that settle it."""

import datetime

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.forms import AllocationForm, MonthStatementForm, SurplusForm, VoidForm
from accounts.selectors.months import allocation_month, requirement_of
from accounts.selectors.special_accounts import allocations_of
from accounts.selectors.tabs import account_tab
from accounts.services.allocations import allocation_record, allocation_void, surplus_move
from accounts.services.periods import period_state
from accounts.views.crumbs import project_crumbs
from projects.selectors.projects import may_act, project_by_code, project_for
from responsibilities.rules.errors import Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal


@needs(Permission.ACCOUNT_VIEW)
@require_safe
def month_list(request, code):
    """All months of a project with required, credited and gap."""
    project = project_by_code(request.scope, code)
    return render(
        request,
        "accounts/periods.html",
        {
            "project": project,
            "crumbs": project_crumbs(project, "专户与拨付"),
            "can_edit_account": may_act(request.scope, project, Permission.ACCOUNT_EDIT),
            **account_tab(request.scope, project, today()),
        },
    )


@needs(Permission.ACCOUNT_VIEW)
def month_page(request, code, month):
    """One month: the arithmetic, the credits, what is missing; POST states the month's facts."""
    needed = Permission.ALLOCATION_STATE if request.method == "POST" else Permission.ACCOUNT_VIEW
    project, row = _month(request, code, month, needed)
    form = MonthStatementForm(request.POST or None, initial=_stated(row))
    if request.method == "POST" and form.is_valid():
        try:
            period_state(
                project=project,
                month_on=row.month_on,
                actor=Actor.of(request),
                scope=request.scope,
                **form.cleaned_data,
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{row.month_on:%Y-%m} 的填报已保存。")
            return redirect("accounts:period", code, month)
    return render(request, "accounts/period.html", _month_context(request, project, row, form))


@needs(Permission.ALLOCATION_RECORD)
def allocation_create(request, code, month):
    """Record a bank credit for the month."""
    project, row = _month(request, code, month, Permission.ALLOCATION_RECORD)
    form = AllocationForm(request.POST or None, initial={"credited_on": today()})
    if request.method == "POST" and form.is_valid():
        before = set(allocations_of(request.scope, project).values_list("pk", flat=True))
        try:
            allocation = allocation_record(
                project=project,
                month_on=row.month_on,
                actor=Actor.of(request),
                scope=request.scope,
                **form.cleaned_data,
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            if allocation.pk in before:
                said = f"回单 {allocation.bank_receipt_number} 以前已经登记过，内容相同，没有重复登记。"
                messages.info(request, said)
            else:
                messages.success(request, f"已登记 {row.month_on:%Y-%m} 到账 {allocation.amount:,} 元。")
            return redirect("accounts:period", code, month)
    page = _form_page(project, month, "登记到账", "登记到账")
    return render(request, "accounts/allocation_form.html", {"month": row, "form": form, **page})


@needs(Permission.ALLOCATION_RECORD)
def allocation_void_page(request, code, pk):
    """Void a credit, asked once, with a reason."""
    project = project_for(request.scope, code, Permission.ALLOCATION_RECORD)
    allocation = allocations_of(request.scope, project).filter(pk=pk, voided_at__isnull=True).first()
    if allocation is None:
        raise Http404
    form = VoidForm(request.POST or None)
    month = f"{allocation.period.month_on:%Y-%m}"
    if request.method == "POST" and form.is_valid():
        try:
            allocation_void(
                allocation_id=pk, reason=form.cleaned_data["reason"], actor=Actor.of(request), scope=request.scope
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"已作废 {month} 的一笔登记，金额 {allocation.amount:,} 元。")
            return redirect("accounts:period", code, month)
    return render(
        request,
        "accounts/allocation_void.html",
        {
            "allocation": allocation,
            "month": month,
            "form": form,
            "danger": True,
            **_form_page(project, month, "作废到账登记", "作废这笔登记"),
        },
    )


@needs(Permission.ALLOCATION_RECORD)
def surplus_page(request, code, month):
    """Move a surplus forward."""
    project, row = _month(request, code, month, Permission.ALLOCATION_RECORD)
    following = (row.month_on + datetime.timedelta(days=32)).replace(day=1)
    form = SurplusForm(request.POST or None, initial={"amount": row.surplus or None, "to_month": f"{following:%Y-%m}"})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            surplus_move(
                project=project,
                from_month_on=row.month_on,
                to_month_on=_first_day(data["to_month"]),
                amount=data["amount"],
                note=data["note"],
                actor=Actor.of(request),
                scope=request.scope,
            )
        except Refused as refusal:
            if "to_month_on" in refusal.fields:
                refusal.fields["to_month"] = refusal.fields.pop("to_month_on")
            show_refusal(form, refusal)
        else:
            messages.success(request, f"已将 {data['amount']:,} 元结余转入 {data['to_month']}。")
            return redirect("accounts:period", code, month)
    page = _form_page(project, month, "结余结转", "结转到所填月份")
    return render(request, "accounts/surplus_form.html", {"month": row, "form": form, **page})


def _form_page(project, month: str, title: str, submit: str) -> dict:
    """Title, button and way back of a form that hangs on a month."""
    return {
        "project": project,
        "crumbs": project_crumbs(project, month, title),
        "page_title": title,
        "page_sub": f"{project.name}　{month}",
        "submit": submit,
        "cancel_url": reverse("accounts:period", args=[project.code, month]),
    }


def _month(request, code, month, permission):
    project = project_for(request.scope, code, permission)
    row = allocation_month(request.scope, project=project, month_on=_first_day(month), today=today())
    if row is None:
        raise Http404
    return project, row


def _first_day(month: str) -> datetime.date:
    return datetime.date.fromisoformat(f"{month}-01")


def _stated(row) -> dict:
    period = row.period
    return {
        "completed_value": period.completed_value,
        "contract_amount": period.contract_amount,
        "wages_due": period.wages_due,
        "nil_statement_on": period.nil_statement_on,
        "note": period.statement_note,
        "version": period.version,
    }


def _month_context(request, project, row, form) -> dict:
    scope, month = request.scope, f"{row.month_on:%Y-%m}"
    actions = []
    can_record = may_act(scope, project, Permission.ALLOCATION_RECORD)
    if can_record:
        actions.append(
            {
                "label": "登记到账",
                "url": reverse("accounts:allocation_create", args=[project.code, month]),
                "primary": not row.satisfied_on,
            }
        )
        if row.surplus:
            actions.append({"label": "结余结转", "url": reverse("accounts:surplus_move", args=[project.code, month])})
    return {
        "heading": f"{month} 人工费用",
        "crumbs": project_crumbs(project, month),
        "badge": _badge(row),
        "actions": actions,
        "project": project,
        "month": row,
        "requirement": requirement_of(row),
        "credits": allocations_of(request.scope, project).filter(period_id=row.pk),
        "form": form,
        "can_state": may_act(scope, project, Permission.ALLOCATION_STATE),
        "can_record": can_record,
        **_share(row),
    }


def _badge(row) -> tuple[str, str]:
    """A word and its colour: where the month stands."""
    if row.satisfied_on:
        return "已足额到账", "green"
    if row.required is None:
        return "应拨付待定", "yellow"
    return "未足额到账", "orange"


def _share(row) -> dict:
    """How much of the requirement has come in, in full per cent."""
    if not row.required:
        return {"share": None}
    percent = min(100, int(row.credited * 100 / row.required))
    return {"share": percent, "share_text": f"{percent}%"}
