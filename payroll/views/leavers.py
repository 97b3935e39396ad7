"""Leavers: who is not settled and since when, the settlement in three steps, the paper to sign."""

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from payroll.forms.people import SettlementConfirmForm, SettlementForm, SettlementPayForm
from payroll.models import LeaverSettlement, SiteStay
from payroll.rules.photos import EXTENSIONS
from payroll.selectors.declarations import complaint_telephones, whole_figure
from payroll.selectors.open_pay import open_pay_of
from payroll.selectors.people_turns import last_day_late, settlement_due
from payroll.selectors.site_people import (
    leavers,
    may_keep_entry,
    search_leavers,
    signed_settlement_by_pk,
    signed_settlements,
    stay_by_pk,
)
from payroll.selectors.stay_months import months_of_stay
from payroll.services.leavers import (
    OFF_SHEET_CHECKED,
    paid_since,
    settlement_agree,
    settlement_confirm,
    settlement_pay,
    settlement_suggest,
    signed_settlement_open,
)
from payroll.views.grid import masked
from payroll.views.pictures import picture_response
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import SHANGHAI, today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal
from responsibilities.views.downloads import workbook
from responsibilities.views.listing import LONG_SIZES, address, columns, page_of, query, sorted_rows
from sheets.writing import OutColumn, OutSheet

State = LeaverSettlement.State
COLUMNS = (
    ("姓名", "worker"),
    ("项目、用工单位", "project"),
    ("退场", "left"),
    ("结清期限", ""),
    ("状态", "state"),
    ("应补发（元）", "balance", True),
    ("办理", ""),
)
SORTS = {
    "worker": ("entry__worker__name", "pk"),
    "project": ("entry__project__pinyin_key", "left_on", "pk"),
    "left": ("left_on", "pk"),
    "state": ("settlement__state", "left_on", "pk"),
    "balance": ("settlement__balance", "pk"),
}
# What comes next, as the button says it.
NEXT = {"": "核定金额", State.DRAFT: "核定金额", State.AGREED: "登记确认", State.CONFIRMED: "登记付清"}


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
    rows = sorted_rows(request, rows, SORTS)
    if request.GET.get("export") == "xlsx":
        request.scope.require(Permission.EXPORT)
        return _export(rows)
    page = page_of(request, rows, LONG_SIZES)
    page.object_list = list(_decorated(page.object_list))
    may_keep = request.scope.can(Permission.WORKER_EDIT)
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
            "may_keep": may_keep,
            "size": page.paginator.per_page,
            "sizes": LONG_SIZES,
            "query": query(request),
            "columns": columns(request, COLUMNS if may_keep else COLUMNS[:-1]),
            "export_url": address(request, export="xlsx") if request.scope.can(Permission.EXPORT) else "",
            "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": "退场结算"}],
        },
    )


@needs(Permission.PAYROLL_VIEW)
def settlement_page(request, pk):
    """Agree, confirm, pay; each step says what comes next."""
    (stay,) = _decorated([stay_by_pk(request.scope, pk)])
    may_keep = may_keep_entry(request.scope, stay.entry)
    if request.method == "POST" and not may_keep:
        raise NotAllowed("您的岗位不能办理这个项目的退场结算。")
    if stay.left_on is None:
        messages.error(request, "此人还没有登记退场。请先登记退场日期，再结算。")
        return redirect(reverse("payroll:worker", args=[stay.entry.worker_id]) + "?tab=stays")
    settlement = getattr(stay, "settlement", None)
    suggestion = settlement_suggest(stay)
    waiting = open_pay_of(stay)
    papers = list(signed_settlements(request.scope).filter(settlement__stay=stay))
    step = request.POST.get("step", "")
    forms = {
        "agree": SettlementForm(
            request.POST if step == "agree" else None,
            initial=_initial(settlement, suggestion),
            prefix="agree",
            counted=suggestion.paid_words,
            off_sheet=suggestion.off_sheet_words,
            checked=OFF_SHEET_CHECKED,
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
            waiting=waiting,
        ),
    }
    if (
        request.method == "POST"
        and step in forms
        and forms[step].is_valid()
        and _done(request, stay, step, forms[step])
    ):
        agreed = "已重新核定，原来签字的结算单留存备查，不再作数。" if papers else "已核定。"
        said = {"agree": f"{agreed}请打印结算单交工人签字。", "confirm": "已登记工人确认。", "pay": "已登记付清。"}
        messages.success(request, said[step])
        return redirect("payroll:settlement", stay.pk)
    return render(
        request,
        "payroll/people/settlement.html",
        {
            "stay": stay,
            "settlement": settlement,
            "suggestion": suggestion,
            "since": paid_since(settlement, suggestion) if settlement and settlement.state != State.PAID else 0,
            "waiting": waiting,
            "forms": forms,
            "balance_words": _balance_words(forms["agree"]),
            "may_keep": may_keep,
            "open_step": _open_step(settlement),
            "steps": _steps(settlement),
            "papers": papers,
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
    (stay,) = _decorated([stay_by_pk(request.scope, pk)])
    settlement = getattr(stay, "settlement", None)
    if settlement is None:
        raise NotVisible("还没有核定结算金额，没有可打印的结算单。")
    months = months_of_stay(stay)
    return render(
        request,
        "payroll/people/settlement_paper.html",
        {
            "stay": stay,
            "settlement": settlement,
            "months": months,
            "beyond": settlement.earned - sum((one.earned for one in months), Decimal(0)),
            "id_masked": masked(stay.entry.worker.id_last4),
            "telephones": complaint_telephones(stay.entry.project.area_id)[:2],
            "today": today(),
        },
    )


@needs(Permission.PAYROLL_VIEW)
@require_safe
def signed_settlement(request, pk):
    """A paper that the worker signed, whether it still counts or not; each look is on the trail."""
    paper = signed_settlement_by_pk(request.scope, pk)
    data, kind = signed_settlement_open(paper=paper, actor=Actor.of(request))
    day = paper.signed_on or paper.recorded_at.astimezone(SHANGHAI).date()
    return picture_response(data, kind, f"签字的结算单-{day}.{EXTENSIONS.get(kind, 'bin')}")


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


def _decorated(stays: Iterable[SiteStay]) -> Iterator[SiteStay]:
    due_on, day = settlement_due(), today()
    for stay in stays:
        settlement = getattr(stay, "settlement", None)
        stay.state = settlement.state if settlement else ""
        stay.state_words = settlement.get_state_display() if settlement else "未核定"
        stay.due_on = due_on(stay.left_on) if stay.left_on else None
        paid = stay.state == State.PAID
        stay.late = (day - stay.due_on).days if stay.due_on and not paid else 0
        stay.level = "green" if paid else "red" if stay.late > 0 else "orange"
        stay.next_step = NEXT.get(stay.state, "")
        yield stay


def _export(rows) -> HttpResponse:
    titles = [
        OutColumn("项目编号", width=18),
        OutColumn("项目", width=32),
        OutColumn("用工单位", width=28),
        OutColumn("农民工"),
        OutColumn("证件后四位"),
        OutColumn("进场日期", "date"),
        OutColumn("退场日期", "date"),
        OutColumn("结清期限", "date"),
        OutColumn("逾期天数", "number"),
        OutColumn("状态"),
        OutColumn("应得工资", "money"),
        OutColumn("扣款", "money"),
        OutColumn("已支付", "money"),
        OutColumn("按发放记录计", "money"),
        OutColumn("应补发", "money"),
    ]
    body = (
        [
            stay.entry.project.code, stay.entry.project.name, stay.entry.employer.name, stay.entry.worker.name,
            stay.entry.worker.id_last4, stay.entered_on, stay.left_on, stay.due_on, max(0, stay.late), stay.state_words,
            *_amounts(stay),
        ]
        for stay in _decorated(rows.iterator(chunk_size=500))
    )  # fmt: skip
    return workbook(f"退场结算{today():%Y%m%d}.xlsx", [OutSheet("退场结算", titles, body)])


def _amounts(stay) -> tuple:
    settlement = getattr(stay, "settlement", None)
    if settlement is None:
        return (None,) * 5
    return settlement.earned, settlement.deductions, settlement.paid, settlement.paid_counted, settlement.balance


def _balance_words(form: SettlementForm) -> str:
    """What the amounts in the form come to, in yuan; balance.js says the same while they are changed."""
    try:
        earned, deductions, paid = (Decimal(str(form[name].value() or 0)) for name in ("earned", "deductions", "paid"))
        owed = (earned - deductions - paid).quantize(Decimal("0.01"), ROUND_HALF_UP)
    except InvalidOperation:
        return "金额填写完整后，显示应补发多少"
    return f"多付 {-owed:,.2f} 元" if owed < 0 else f"应补发 {owed:,.2f} 元"


def _initial(settlement, suggestion) -> dict:
    if settlement is not None:
        names = ("earned", "deductions", "deduction_reason", "paid", "paid_reason", "agreed_on", "version")
        kept = {name: getattr(settlement, name) for name in names}
        return kept | {"paid": settlement.paid + paid_since(settlement, suggestion)}
    return {
        "earned": suggestion.earned,
        "deductions": suggestion.deductions,
        "deduction_reason": suggestion.deduction_reason,
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
