"""A worker over sites and months, in tabs; a number shown in full with a trace."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from payroll.forms import RevealForm
from payroll.models import PayrollBatch
from payroll.rules.month import Month
from payroll.selectors.attendance import days_of_workers, months_of_worker
from payroll.selectors.people_turns import settlement_due
from payroll.selectors.register import entries_of_worker, pay_by_month, person_by_pk
from payroll.selectors.site_people import contracts, may_keep_entry, stays, with_findings
from payroll.selectors.workers import with_dealings, worker_lines
from payroll.services.reveals import FIELDS, number_reveal, worker_history_opened, worker_number_reveal
from payroll.views.grid import masked
from payroll.views.month_grid import worker_strip
from payroll.views.words import decorated
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs

PAGE_SIZE = 50
TABS = (("overview", "概况"), ("contracts", "合同"), ("stays", "进退场"), ("attendance", "考勤"), ("pay", "工资"))
STRIPS_SHOWN = 6
MONTHS_DRAWN = 24


@needs(Permission.PAYROLL_VIEW)
@require_safe
def worker_page(request, pk):
    """Who a worker is, under which contract, where and when, and what was paid, on the sites the caller sees."""
    worker = person_by_pk(request.scope, pk)
    tab = request.GET.get("tab", "overview")
    tab = tab if tab in dict(TABS) else "overview"
    entries = list(entries_of_worker(request.scope, worker))
    card = worker.cards.order_by("-pk").first()
    lines = worker_lines(request.scope, pk)
    context = {
        "worker": worker,
        "tab": tab,
        "tabs": [{"label": label, "url": f"?tab={code}", "active": code == tab} for code, label in TABS],
        "entries": entries,
        "id_masked": masked(worker.id_last4),
        "phone_masked": masked(worker.phone_last4),
        "card_masked": masked(card.last4) if card else "",
        "card": card,
        "may_reveal": request.scope.can(Permission.PAYROLL_REVEAL),
        "keepable": [entry for entry in entries if may_keep_entry(request.scope, entry)],
        "crumbs": [
            {"label": "工资发放", "url": reverse("payroll:list")},
            {"label": "工人", "url": reverse("payroll:workers")},
            {"label": worker.name},
        ],
    }
    context |= {
        "overview": _overview,
        "contracts": _contracts,
        "stays": _stays,
        "attendance": _attendance,
        "pay": _pay,
    }[tab](request, worker, lines, entries)
    return render(request, "payroll/worker.html", context)


def _overview(request, worker, lines, entries) -> dict:
    found = with_findings(list(stays(request.scope).filter(entry__worker=worker).order_by("-entered_on")))
    contracts_of = _contracts(request, worker, lines, entries)["contracts"]
    # Who left is settled and works no more; the contract stands on its own tab, with that beside it.
    in_force = [contract for contract in contracts_of if contract.in_force and not contract.left_on]
    return _paid(lines) | {
        "breaches": [stay for stay in found if stay.finding],
        "contracts_in_force": in_force,
        "contracts_of_leavers": sum(contract.in_force and bool(contract.left_on) for contract in contracts_of),
        "without_contract": [
            entry
            for entry in entries
            if not entry.left_on
            and (entry.project_id, entry.employer_id) not in {(one.project_id, one.employer_id) for one in in_force}
        ],
        "unsettled": [stay for stay in _settled(found) if stay.left_on and not stay.is_settled],
        "months": months_of_worker(request.scope, worker.pk)[:3],
    }


def _contracts(request, worker, _lines, entries) -> dict:
    rows = list(contracts(request.scope).filter(worker=worker))
    kept = {(one.project_id, one.employer_id) for one in entries if may_keep_entry(request.scope, one)}
    left = {(one.project_id, one.employer_id): one.left_on for one in entries if one.left_on}
    for contract in rows:
        contract.left_on = left.get((contract.project_id, contract.employer_id))
        contract.keepable = (contract.project_id, contract.employer_id) in kept
        last = min((day for day in (contract.ends_on, contract.ended_on) if day), default=None)
        contract.last_on = last
        contract.in_force = contract.starts_on <= today() and (last is None or last >= today())
        contract.level = "green" if contract.in_force and not contract.left_on else "grey"
    return {"contracts": rows}


def _stays(request, worker, _lines, _entries) -> dict:
    rows = stays(request.scope).filter(entry__worker=worker).select_related("settlement").order_by("-entered_on", "-pk")
    return {"stays": _settled(with_findings(list(rows)))}


def _settled(rows: list) -> list:
    due_on = settlement_due()
    for stay in rows:
        settlement = getattr(stay, "settlement", None)
        stay.is_settled = settlement is not None and settlement.state == settlement.State.PAID
        stay.due_on = due_on(stay.left_on) if stay.left_on and not stay.is_settled else None
        stay.late = (today() - stay.due_on).days if stay.due_on else 0
    return rows


def _attendance(request, worker, _lines, _entries) -> dict:
    months = months_of_worker(request.scope, worker.pk)
    strips = []
    for month_on in list(dict.fromkeys(row["month_on"] for row in months))[:STRIPS_SHOWN]:
        month = Month(month_on.year, month_on.month)
        days = days_of_workers(request.scope, None, month_on, [worker.pk]).get(worker.pk, [])
        strips.append(
            {
                "month": month,
                "days": worker_strip(days, month),
                "sites": [row for row in months if row["month_on"] == month_on],
            }
        )
    return {"months": months, "strips": strips}


def _pay(request, worker, lines, _entries) -> dict:
    worker_history_opened(worker=worker, actor=Actor.of(request))
    page = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = with_dealings(request.scope, worker.pk, list(page.object_list))
    for line in page.object_list:
        decorated(line.batch)
    drawn = pay_by_month(request.scope, worker.pk)[-MONTHS_DRAWN:]
    chart = None
    if len(drawn) > 1:
        chart = {
            "id": "pay-by-month",
            "title": "逐月实发工资",
            "type": "bar",
            "x": [f"{month_on:%Y-%m}" for month_on, _net in drawn],
            "series": [{"name": "实发", "data": [float(net) for _month, net in drawn]}],
            "unit": "元",
            "size": "s",
        }
    return _paid(lines) | {"page": page, "chart": chart}


def _paid(lines) -> dict:
    paid = [line for line in lines if line.batch.status == PayrollBatch.Status.SUBMITTED]
    return {
        "paid_total": sum((line.net for line in paid), 0),
        "paid_months": len({line.batch.month_on for line in paid}),
        "paid_projects": len({line.batch.project_id for line in paid}),
    }


@needs(Permission.PAYROLL_REVEAL)
@require_POST
def reveal(request, pk):
    """The full number behind a line; a fragment for htmx, else a small page."""
    form = RevealForm(request.POST)
    number, refused = "", ""
    field = form.cleaned_data["field"] if form.is_valid() else ""
    try:
        number = number_reveal(line_id=pk, field=field, actor=Actor.of(request), scope=request.scope)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        refused = refusal.message
    return _revealed(request, number, refused, field)


@needs(Permission.PAYROLL_REVEAL)
@require_POST
def worker_reveal(request, pk):
    """A number of a worker of the register, in full; a fragment for htmx, else a small page."""
    form = RevealForm(request.POST)
    number, refused = "", ""
    field = form.cleaned_data["field"] if form.is_valid() else ""
    try:
        number = worker_number_reveal(worker_id=pk, field=field, actor=Actor.of(request), scope=request.scope)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        refused = refusal.message
    return _revealed(request, number, refused, field)


def _revealed(request, number: str, refused: str, field: str):
    template = "payroll/_revealed.html" if request.htmx else "payroll/revealed.html"
    response = render(
        request,
        template,
        {
            "number": number,
            "refused": refused,
            "label": FIELDS.get(field, "号码"),
            "back": request.headers.get("Referer", reverse("payroll:list")),
        },
    )
    response["Cache-Control"] = "no-store"
    return response
