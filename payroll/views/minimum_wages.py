"""Minimum wages by area and date: read by everybody who sees pay, entered by 人社 with their instrument."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from payroll.forms.checks import MinimumWageForm, WithdrawForm
from payroll.selectors.checks import areas_to_set, minimum_wages
from payroll.services.check_settings import minimum_wage_enter, minimum_wage_withdraw
from responsibilities.models import Area
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal


@needs(Permission.PAYROLL_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def minimum_wage_list(request):
    """What holds where, since when; past rates and withdrawn ones below; the form for those who may."""
    may_set = request.scope.can(Permission.PAYROLL_RULES)
    if request.method == "POST" and not may_set:
        raise NotAllowed("只有人社监管员可以登记最低工资标准。")
    form = _form(request) if may_set else None
    if request.method == "POST" and form.is_valid() and _enter(request, form):
        return redirect("payroll:minimum_wages")
    rows = list(minimum_wages())
    day, city, areas = today(), *areas_to_set(request.scope)
    mine = {area.pk for area in areas} if may_set else set()
    for row in rows:
        row.may_withdraw = may_set and row.withdrawn_at is None and (city or row.area_id in mine)
        row.state = "withdrawn" if row.withdrawn_at else "coming" if row.in_force_from > day else "past"
    standing: set[int] = set()
    for row in rows:
        if row.state == "past" and row.area_id not in standing:
            standing.add(row.area_id)
            row.state = "current"
    return render(
        request,
        "payroll/minimum_wages.html",
        {
            "rows": rows,
            "without": [area for area in _without(standing) if city or not may_set or area.pk in mine],
            "city_stands": any(row.state == "current" and row.area.kind == Area.Kind.CITY for row in rows),
            "form": form,
            "today": day,
            "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": "最低工资标准"}],
        },
        status=422 if form is not None and form.is_bound else 200,
    )


@needs(Permission.PAYROLL_RULES)
@require_POST
def minimum_wage_void(request, pk):
    """Withdraw a rate entered by mistake."""
    form = WithdrawForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        row = minimum_wage_withdraw(pk=pk, reason=reason, actor=Actor.of(request), scope=request.scope)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{row.area.name}自 {row.in_force_from:%Y-%m-%d} 起的标准已作废，记录保留。")
    return redirect("payroll:minimum_wages")


def _without(standing: set[int]) -> list[Area]:
    """Areas with no rate of their own."""
    return list(Area.objects.exclude(kind=Area.Kind.CITY).exclude(pk__in=standing).order_by("sort_order"))


def _form(request) -> MinimumWageForm:
    city, areas = areas_to_set(request.scope)
    if city:
        areas = [*Area.objects.filter(kind=Area.Kind.CITY), *areas]
    return MinimumWageForm(request.POST if request.method == "POST" else None, areas=areas, city=False)


def _enter(request, form: MinimumWageForm) -> bool:
    try:
        row = minimum_wage_enter(actor=Actor.of(request), scope=request.scope, **form.cleaned_data)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        show_refusal(form, refusal)
        form.asks = form.asks or refusal.code == "amount_unlike"
        return False
    messages.success(request, f"已登记：{row.area.name}自 {row.in_force_from:%Y-%m-%d} 起每月 {row.monthly:,.2f} 元。")
    return True
