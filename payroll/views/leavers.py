"""Leavers: who is not settled and since when, the settlement in three steps, the paper to sign."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from payroll.forms.people import SettlementConfirmForm, SettlementForm, SettlementPayForm
from payroll.models import LeaverSettlement
from payroll.selectors.declarations import whole_figure
from payroll.selectors.people_turns import last_day_late
from payroll.selectors.site_people import leavers, may_keep_entry, search_leavers, stay_by_pk
from payroll.services.leavers import (
    settlement_agree,
    settlement_confirm,
    settlement_due_on,
    settlement_pay,
    settlement_suggest,
)
from payroll.views.grid import masked
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal

State = LeaverSettlement.State
PAGE_SIZE = 50


@needs(Permission.PAYROLL_VIEW)
@require_safe
def leaver_list(request):
    """Those who left and aren't paid in full come first, the longest waiting on top."""
    shown = request.GET.get("show", "unsettled")
    settled = {"settled": True, "all": None}.get(shown, False)
    late_before = last_day_late(today())
    text = request.GET.get("q", "").strip()[:60]
    rows = search_leavers(
        leavers(request.scope, settled=settled), text=text, project=request.GET.get("project", "")[:40]
    )
    if shown == "late":
        rows = rows.filter(left_on__lte=late_before)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = [_decorated(stay) for stay in page.object_list]
    waiting = leavers(request.scope, settled=False).count()
    return render(
        request,
        "payroll/people/leavers.html",
        {
            "page": page,
            "shown": shown if shown in ("settled", "all", "late") else "unsettled",
            "late": leavers(request.scope, settled=False).filter(left_on__lte=late_before).count(),
            "days": whole_figure("leaver_settlement_days", today()),
            "q": text,
            "waiting": waiting,
            "query": f"show={shown}&q={text}&" if text else f"show={shown}&",
            "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": "退场结算"}],
        },
    )


@needs(Permission.PAYROLL_VIEW)
def settlement_page(request, pk):
    """Agree, confirm, pay; each step says what comes next."""
    stay = _decorated(stay_by_pk(request.scope, pk))
    may_keep = may_keep_entry(request.scope, stay.entry)
    if request.method == "POST" and not may_keep:
        raise NotAllowed("您的岗位不能办理这个项目的退场结算。")
    if stay.left_on is None:
        messages.error(request, "此人还没有登记退场。请先登记退场日期，再结算。")
        return redirect(reverse("payroll:worker", args=[stay.entry.worker_id]) + "?tab=stays")
    settlement = getattr(stay, "settlement", None)
    suggestion = settlement_suggest(stay)
    step = request.POST.get("step", "")
    forms = {
        "agree": SettlementForm(
            request.POST if step == "agree" else None, initial=_initial(settlement, suggestion), prefix="agree"
        ),
        "confirm": SettlementConfirmForm(
            request.POST if step == "confirm" else None,
            request.FILES if step == "confirm" else None,
            initial={"confirmed_on": today(), "version": settlement.version if settlement else None},
            prefix="confirm",
        ),
        "pay": SettlementPayForm(
            request.POST if step == "pay" else None,
            initial={"paid_on": today(), "version": settlement.version if settlement else None},
            prefix="pay",
        ),
    }
    if (
        request.method == "POST"
        and step in forms
        and forms[step].is_valid()
        and _done(request, stay, step, forms[step])
    ):
        messages.success(
            request,
            {"agree": "已核定，请打印结算单交工人签字。", "confirm": "已登记工人确认。", "pay": "已登记付清。"}[step],
        )
        return redirect("payroll:settlement", stay.pk)
    return render(
        request,
        "payroll/people/settlement.html",
        {
            "stay": stay,
            "settlement": settlement,
            "suggestion": suggestion,
            "forms": forms,
            "may_keep": may_keep,
            "open_step": _open_step(settlement),
            "steps": _steps(settlement),
            "crumbs": [
                {"label": "工资发放", "url": reverse("payroll:list")},
                {"label": "退场结算", "url": reverse("payroll:leavers")},
                {"label": stay.entry.worker.name},
            ],
        },
    )


@needs(Permission.PAYROLL_VIEW)
@require_safe
def settlement_paper(request, pk):
    """The paper that the worker signs, for print."""
    stay = _decorated(stay_by_pk(request.scope, pk))
    settlement = getattr(stay, "settlement", None)
    if settlement is None:
        raise NotVisible("还没有核定结算金额，没有可打印的结算单。")
    return render(
        request,
        "payroll/people/settlement_paper.html",
        {"stay": stay, "settlement": settlement, "id_masked": masked(stay.entry.worker.id_last4), "today": today()},
    )


def _done(request, stay, step: str, form) -> bool:
    facts = dict(form.cleaned_data)
    if "scan" in facts:
        scan = facts["scan"]
        facts["scan"] = (scan.name, scan.read()) if scan else None
    service = {"agree": settlement_agree, "confirm": settlement_confirm, "pay": settlement_pay}[step]
    try:
        service(stay_id=stay.pk, actor=Actor.of(request), scope=request.scope, **facts)
    except (NotVisible, NotAllowed):
        raise
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    return True


def _decorated(stay):
    settlement = getattr(stay, "settlement", None)
    stay.state = settlement.state if settlement else ""
    stay.state_words = settlement.get_state_display() if settlement else "未核定"
    stay.due_on = settlement_due_on(stay.left_on) if stay.left_on else None
    paid = stay.state == State.PAID
    stay.late = (today() - stay.due_on).days if stay.due_on and not paid else 0
    stay.level = "green" if paid else "red" if stay.late > 0 else "orange"
    return stay


def _initial(settlement, suggestion) -> dict:
    if settlement is not None:
        names = ("earned", "deductions", "deduction_reason", "paid", "agreed_on", "version")
        return {name: getattr(settlement, name) for name in names}
    return {
        "earned": suggestion.earned,
        "deductions": suggestion.deductions,
        "paid": suggestion.paid,
        "agreed_on": today(),
    }


def _open_step(settlement) -> str:
    if settlement is None or settlement.state == State.DRAFT:
        return "agree"
    return {State.AGREED: "confirm", State.CONFIRMED: "pay"}.get(settlement.state, "")


def _steps(settlement) -> list[dict]:
    reached = {None: 0, State.DRAFT: 0, State.AGREED: 1, State.CONFIRMED: 2, State.PAID: 3}[
        settlement.state if settlement else None
    ]
    labels = (
        ("核定金额", settlement and settlement.agreed_on),
        ("工人确认", settlement and settlement.confirmed_on),
        ("付清", settlement and settlement.paid_on),
    )
    return [
        {"label": label, "on": on, "done": at < reached, "now": at == reached} for at, (label, on) in enumerate(labels)
    ]
