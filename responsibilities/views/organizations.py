"""The register of units and enterprises."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from responsibilities.forms import EnterpriseForm
from responsibilities.models import Organization
from responsibilities.rules.errors import Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.obstacles import obstacles
from responsibilities.selectors.organizations import organization_of, organizations
from responsibilities.services.enterprises import enterprise_find_or_register
from responsibilities.services.trail import Actor
from responsibilities.views import listing
from responsibilities.views.access import needs, show_refusal

_KINDS = dict(Organization.Kind.choices)
_SORTS = {"name": ("pinyin_initials", "code"), "code": ("code",), "area": ("area__sort_order", "code")}


@needs(Permission.RESPONSIBILITY_VIEW)
@require_safe
def organization_list(request):
    """Search by name, code, credit code or pinyin initials."""
    get = request.GET.get
    rows = organizations(request.scope, search=get("q", ""), kind=get("kind", ""))
    rows = listing.sorted_rows(request, rows, _SORTS)
    if get("export"):
        request.scope.require(Permission.EXPORT)
        titles = [("单位编码", 22), ("单位名称", 40), ("类别", 10), ("辖区", 16), ("统一社会信用代码", 22)]
        cells = ([o.code, o.name, o.get_kind_display(), o.area.name if o.area else "", o.uscc or ""] for o in rows)
        return listing.export("单位名录", titles, cells)
    page = listing.page_of(request, rows)
    return render(
        request,
        "responsibilities/organization_list.html",
        {
            "page": page,
            "columns": listing.columns(
                request, [("单位", "name"), ("编码", "code"), ("类别", ""), ("辖区", "area"), ("清单项", "")]
            ),
            "rows": [_row(organization) for organization in page],
            "kinds": _KINDS,
            "chips": listing.chips(request, {"q": ("搜索", {}), "kind": ("类别", _KINDS)}),
            "query": listing.query(request),
            "sizes": listing.SIZES,
            "size": listing.page_size(request),
            "may_export": request.scope.can(Permission.EXPORT),
            "may_register": request.scope.can(Permission.PROJECT_EDIT),
        },
    )


@needs(Permission.RESPONSIBILITY_VIEW)
@require_safe
def organization_page(request, code):
    """One unit: what it is, its row of the list, and what stands against it."""
    organization = organization_of(request.scope, code)
    items = [
        {"label": "单位编码", "value": organization.code},
        {"label": "单位名称", "value": organization.name},
        {"label": "类别", "value": organization.get_kind_display()},
        {"label": "辖区", "value": organization.area.name if organization.area else ""},
    ]
    if organization.kind != Organization.Kind.GOVERNMENT:
        items += [
            {"label": "统一社会信用代码", "value": organization.uscc or ""},
            {"label": "法定代表人", "value": organization.legal_representative},
        ]
    standing = obstacles(request.scope).filter(organization=organization)
    return render(
        request,
        "responsibilities/organization.html",
        {
            "organization": organization,
            "items": items,
            "obstacles": standing,
            "may_record": request.scope.can(Permission.OBSTACLE_EDIT)
            and organization.kind == Organization.Kind.ENTERPRISE,
        },
    )


@needs(Permission.PROJECT_EDIT)
def organization_new(request):
    """Register an enterprise by name and credit code; one that is there already is shown instead."""
    form = EnterpriseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            organization = enterprise_find_or_register(**form.cleaned_data, actor=Actor.of(request))
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{organization.name}已在单位名录中。")
            return redirect("responsibilities:organization", organization.code)
    return render(request, "responsibilities/organization_new.html", {"form": form})


def _row(organization: Organization) -> dict:
    url = reverse("responsibilities:organization", args=[organization.code])
    body = organization.body
    return {
        "href": url,
        "cells": [
            {"text": organization.name, "url": url, "sub": "" if organization.is_active else "已停用"},
            {"text": organization.code, "label": "编码"},
            {"text": organization.get_kind_display(), "label": "类别"},
            {"text": organization.area.name if organization.area else "—", "label": "辖区"},
            {"text": f"第 {body.row_id} 项" if body else "—", "label": "清单项"},
        ],
    }
