"""What stands against units: open arrears and the dishonest list."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from responsibilities.forms import LiftForm, ObstacleForm
from responsibilities.models import Obstacle
from responsibilities.rules.errors import Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.selectors.obstacles import obstacle_of, obstacles
from responsibilities.services.obstacles import obstacle_create, obstacle_lift
from responsibilities.services.trail import Actor
from responsibilities.views import listing
from responsibilities.views.access import needs, show_refusal

_KINDS = dict(Obstacle.Kind.choices)
_STATES = {"in_force": "生效中", "lifted": "已解除"}
_SORTS = {"organization": ("organization__pinyin_initials", "id"), "since": ("since_on", "id")}


@needs(Permission.PROJECT_VIEW)
@require_safe
def obstacle_list(request):
    """Who may not be given new projects without a reason on record (policy 二(二)一)."""
    get = request.GET.get
    rows = obstacles(request.scope, search=get("q", ""), kind=get("kind", ""), state=get("state", ""))
    rows = listing.sorted_rows(request, rows, _SORTS)
    if get("export"):
        request.scope.require(Permission.EXPORT)
        titles = [("单位", 36), ("情形", 30), ("起始日期", 12), ("解除日期", 12), ("事由", 60), ("来源", 24)]
        cells = (
            [o.organization.name, o.get_kind_display(), str(o.since_on), str(o.lifted_on or ""), o.reason, o.source]
            for o in rows
        )
        return listing.export("限制情形", titles, cells)
    page = listing.page_of(request, rows)
    may_edit = request.scope.can(Permission.OBSTACLE_EDIT)
    labels = [("单位", "organization"), ("情形", ""), ("起始日期", "since"), ("事由", ""), ("状态", "")]
    return render(
        request,
        "responsibilities/obstacle_list.html",
        {
            "page": page,
            "columns": listing.columns(request, labels + ([("办理", "")] if may_edit else [])),
            "rows": [_row(obstacle, may_edit) for obstacle in page],
            "kinds": _KINDS,
            "states": _STATES,
            "chips": listing.chips(request, {"q": ("搜索", {}), "kind": ("情形", _KINDS), "state": ("状态", _STATES)}),
            "query": listing.query(request),
            "sizes": listing.SIZES,
            "size": listing.page_size(request),
            "may_export": request.scope.can(Permission.EXPORT),
            "may_edit": may_edit,
        },
    )


@needs(Permission.OBSTACLE_EDIT)
def obstacle_new(request):
    """Record one; `?organization=` fills in the unit."""
    form = ObstacleForm(request.POST or None, initial={"organization": request.GET.get("organization", "")})
    if request.method == "POST" and form.is_valid():
        try:
            obstacle = obstacle_create(**form.cleaned_data, today=today(), actor=Actor.of(request))
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"已登记：{obstacle}。审批、施工许可和参建登记时将予提示。")
            return redirect("responsibilities:obstacles")
    return render(request, "responsibilities/obstacle_new.html", {"form": form})


@needs(Permission.OBSTACLE_EDIT)
def obstacle_lift_page(request, pk):
    """End one from a day on, with the reason."""
    obstacle = obstacle_of(request.scope, pk)
    form = LiftForm(request.POST or None, initial={"lifted_on": today(), "version": obstacle.version})
    if request.method == "POST" and form.is_valid():
        try:
            obstacle_lift(pk=pk, **form.cleaned_data, today=today(), actor=Actor.of(request))
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"已解除：{obstacle}。")
            return redirect("responsibilities:obstacles")
    return render(request, "responsibilities/obstacle_lift.html", {"form": form, "obstacle": obstacle})


def _row(obstacle: Obstacle, may_edit: bool) -> dict:
    lifted = obstacle.lifted_on
    cells = [
        {
            "text": obstacle.organization.name,
            "url": reverse("responsibilities:organization", args=[obstacle.organization.code]),
        },
        {"text": obstacle.get_kind_display(), "label": "情形"},
        {"text": str(obstacle.since_on), "label": "起始日期", "nowrap": True},
        {"text": obstacle.reason, "sub": obstacle.source, "label": "事由"},
        {
            "badge": {"label": f"{lifted} 解除" if lifted else "生效中", "level": "grey" if lifted else "red"},
            "label": "状态",
        },
    ]
    if may_edit:
        url = reverse("responsibilities:obstacle_lift", args=[obstacle.pk])
        cells.append({"text": ""} if lifted else {"action": {"label": "登记解除", "url": url, "small": True}})
    return {"cells": cells}
