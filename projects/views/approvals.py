"""Approvals: register, correct, push with a receipt to print, confirm."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from projects.forms import ApprovalForm
from projects.models import Approval
from projects.selectors.choices import approving_units
from projects.selectors.obstacles import obstacles_of_project
from projects.selectors.projects import may_act, organization_of_part_unscoped, project_by_code, project_for
from projects.selectors.records import approval_of
from projects.services.approvals import (
    approval_confirm,
    approval_push,
    approval_record,
    approval_update,
    may_push,
)
from projects.views.pages import next_url, project_crumbs, project_url
from responsibilities.rules.errors import Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal


@needs(Permission.APPROVAL_RECORD)
def approval_create(request, code):
    """Register an approval; its push is offered next."""
    project = project_for(request.scope, code, Permission.APPROVAL_RECORD)
    units = approving_units(request.scope, project)
    form = ApprovalForm(
        request.POST or None,
        units=units,
        initial={"approved_on": today(), "funding_source": project.funding_source},
    )
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        values.pop("version")
        try:
            approval = approval_record(project=project, actor=Actor.of(request), scope=request.scope, **values)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"已登记{approval}，请在 3 个工作日内推送人社部门。")
            return redirect("projects:approval_push", code, approval.pk)
    context = {
        "form": form,
        "project": project,
        "obstacles": obstacles_of_project(request.scope, project, today()),
        "crumbs": project_crumbs(project, "登记审批事项", tab="archive"),
        "page_title": "登记审批事项",
        "page_sub": f"{project.name}（{project.code}）",
        "submit": "登记审批",
        "cancel_url": next_url(request, project_url(project, "archive")),
    }
    return render(request, "projects/approval_form.html", context)


@needs(Permission.APPROVAL_RECORD)
def approval_edit(request, code, pk):
    """Correct an approval; a receipt that was given stays."""
    project = project_for(request.scope, code, Permission.APPROVAL_RECORD)
    approval = approval_of(request.scope, project, pk)
    fields = ("kind", "number", "approved_on", "approving_unit", "funding_source", "version")
    form = ApprovalForm(
        request.POST or None,
        units=approving_units(request.scope, project),
        initial={name: getattr(approval, name) for name in fields},
        editing=True,
    )
    back = next_url(request, reverse("projects:approval", args=[code, pk]))
    if request.method == "POST" and form.is_valid():
        try:
            approval_update(approval=approval, actor=Actor.of(request), scope=request.scope, **form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "审批事项已更正。")
            return redirect(back)
    context = {
        "form": form,
        "project": project,
        "approval": approval,
        "crumbs": project_crumbs(project, "更正审批事项", tab="archive"),
        "page_title": "更正审批事项",
        "page_sub": f"{project.name} · {approval}",
        "submit": "保存更正",
        "cancel_url": back,
        "next": back,
    }
    return render(request, "projects/approval_form.html", context)


@needs(Permission.PROJECT_VIEW)
@require_safe
def approval_page(request, code, pk):
    """One approval with its receipt, ready to print."""
    project = project_by_code(request.scope, code)
    approval = approval_of(request.scope, project, pk)
    return render(request, "projects/approval.html", _approval_context(request, project, approval))


@needs(Permission.APPROVAL_PUSH)
def approval_push_page(request, code, pk):
    """What will be pushed, then the push; pushed already, it shows the receipt."""
    project = project_by_code(request.scope, code)
    approval = approval_of(request.scope, project, pk)
    if approval.pushed_at:
        return redirect("projects:approval", code, pk)
    context = _approval_context(request, project, approval)
    if request.method == "POST":
        try:
            approval = approval_push(approval_id=approval.pk, actor=Actor.of(request), scope=request.scope)
        except Refused as refusal:
            if refusal.code in ("not_allowed", "not_found"):
                raise
            context["errors"] = [{"text": refusal.message}]
        else:
            messages.success(request, f"已推送，回执编号 {approval.receipt_number}。")
            return redirect(next_url(request, reverse("projects:approval", args=[code, pk])))
    context |= {
        "crumbs": project_crumbs(project, "推送审批信息", tab="archive"),
        "page_title": f"推送{approval.get_kind_display()}信息",
        "cancel_url": next_url(request, project_url(project, "archive")),
        "next": request.GET.get("next", ""),
    }
    return render(request, "projects/approval_push.html", context)


@needs(Permission.APPROVAL_CONFIRM)
def approval_confirm_page(request, code, pk):
    """人社 confirms that it has the information."""
    project = project_for(request.scope, code, Permission.APPROVAL_CONFIRM)
    approval = approval_of(request.scope, project, pk)
    if request.method == "POST":
        try:
            approval_confirm(approval_id=approval.pk, actor=Actor.of(request), scope=request.scope)
        except Refused as refusal:
            if refusal.code in ("not_allowed", "not_found"):
                raise
            messages.error(request, refusal.message)
        else:
            messages.success(request, f"已确认接收{approval}。")
        return redirect(next_url(request, reverse("projects:approval", args=[code, pk])))
    context = {
        "crumbs": project_crumbs(project, "确认接收", tab="archive"),
        "page_title": f"确认接收{approval.get_kind_display()}信息",
        "text": "确认后记录确认人和时间；推送回执上的时间不变，时限仍按推送时间计算。",
        "facts": _facts(project, approval),
        "submit": "确认接收",
        "cancel_url": reverse("projects:approval", args=[code, pk]),
    }
    return render(request, "projects/approval_confirm.html", context)


def _approval_context(request, project, approval: Approval) -> dict:
    scope = request.scope
    base = (project.code, approval.pk)
    actions = []
    if not approval.pushed_at and may_push(scope, approval) and may_act(scope, project, Permission.APPROVAL_PUSH):
        url = reverse("projects:approval_push", args=base)
        actions.append({"label": "推送给人社部门", "url": url, "primary": True, "icon": "send"})
    if approval.pushed_at and not approval.confirmed_at and may_act(scope, project, Permission.APPROVAL_CONFIRM):
        actions.append({"label": "确认接收", "url": reverse("projects:approval_confirm", args=base), "primary": True})
    if may_act(scope, project, Permission.APPROVAL_RECORD):
        actions.append({"label": "更正", "url": reverse("projects:approval_edit", args=base)})
    return {
        "project": project,
        "approval": approval,
        "may_push": may_push(scope, approval),
        "facts": _facts(project, approval),
        "breaches": [Approval.Breach(code).label for code in approval.breaches],
        "actions": actions,
        "crumbs": project_crumbs(project, approval.get_kind_display(), tab="archive"),
    }


def _facts(project, approval: Approval) -> list[dict]:
    developer = organization_of_part_unscoped(project, "developer")
    return [
        {"label": "项目", "value": project.name, "sub": project.code, "url": project_url(project)},
        {"label": "审批事项", "value": approval.get_kind_display()},
        {"label": "批准文号", "value": approval.number},
        {"label": "批准日期", "value": f"{approval.approved_on:%Y-%m-%d}"},
        {"label": "审批部门", "value": approval.approving_unit.name},
        {"label": "建设单位", "value": developer.name if developer else "未登记"},
        {"label": "资金来源", "value": approval.funding_source or "未明确"},
        {"label": "办理方式", "value": "本平台办理" if approval.decided_in_portal else "其他系统办理，在此登记"},
    ]
