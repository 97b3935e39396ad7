"""Telephones for complaints by area: read by everybody who sees pay, kept by 人社."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from payroll.forms.telephones import COUNTRY, TelephoneForm, TelephoneWithdrawForm
from payroll.selectors.checks import areas_to_set
from payroll.selectors.telephones import areas_without_telephone, telephones
from payroll.services.telephones import telephone_enter, telephone_withdraw
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal


@needs(Permission.PAYROLL_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def telephone_list(request):
    """What stands on posters where, what stood there before, areas with none of their own; the form for those who may."""
    may_set = request.scope.can(Permission.PAYROLL_RULES)
    if request.method == "POST" and not may_set:
        raise NotAllowed("只有人社监管员可以登记投诉电话。")
    city, areas = areas_to_set(request.scope) if may_set else (False, [])
    form = None
    if may_set:
        posted = request.POST if request.method == "POST" else None
        form = TelephoneForm(posted, areas=areas, city=city, city_label=COUNTRY)
    if request.method == "POST" and form.is_valid() and _enter(request, form):
        return redirect("payroll:telephones")
    mine = {area.pk for area in areas}
    rows = list(telephones())
    for row in rows:
        row.may_withdraw = may_set and row.withdrawn_at is None and (city or row.area_id in mine)
    return render(
        request,
        "payroll/telephones.html",
        {
            "current": [row for row in rows if row.withdrawn_at is None],
            "past": [row for row in rows if row.withdrawn_at is not None],
            "without": [area for area in areas_without_telephone() if city or not may_set or area.pk in mine],
            "form": form,
            "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": "投诉电话"}],
        },
        status=422 if form is not None and form.is_bound else 200,
    )


@needs(Permission.PAYROLL_RULES)
@require_POST
def telephone_void(request, pk):
    """Take a number off the posters."""
    form = TelephoneWithdrawForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        row = telephone_withdraw(pk=pk, reason=reason, actor=Actor.of(request), scope=request.scope)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"已停用 {row.name} {row.number}。已经贴出的海报和公示单请重新打印。")
    return redirect("payroll:telephones")


def _enter(request, form: TelephoneForm) -> bool:
    try:
        row = telephone_enter(actor=Actor.of(request), scope=request.scope, **form.cleaned_data)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    where = row.area.name if row.area else "全国通用"
    messages.success(request, f"已登记：{where} {row.name} {row.number}。新打印的海报、公示单和工人页面都会显示。")
    return True
