"""The supervisor's desk: the queue, one case with its evidence, and the decision with its effects said first."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.selectors.amounts import months_by_period
from accounts.selectors.months import requirement_of
from escalation.catalogue.registry import RULES, matters
from escalation.filters import QueueFilterForm, page_size_from
from escalation.forms import DecisionForm
from escalation.models import Decision
from escalation.rules.effects import consequences
from escalation.rules.gravity import BANDS, band_of
from escalation.rules.review import check_decision
from escalation.selectors.cases import (
    case_facts_unscoped,
    deadline_for,
    escalation_of,
    notices_of,
    review_version_unscoped,
)
from escalation.selectors.explain import explain
from escalation.selectors.lists import Criteria, deadlines
from escalation.selectors.queue import STATE_LABELS, counts, escalation_for, next_after, queue, with_deadlines
from escalation.selectors.rows import rows_of
from escalation.services.decisions import decision_take
from escalation.views.deadlines import KIND_WORDS, acts_for, decisions_with_acts
from escalation.views.listing import lines_of, page_of, rule_choices, rule_title
from escalation.views.perspective import perspective_of
from projects.selectors.records import parties
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.areas import areas
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal

ALLOCATION = "labor_cost_allocation"


@needs(Permission.ESCALATION_VIEW)
@require_safe
def queue_page(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Table left, the selected case right. Without a number the first of the queue is selected."""
    perspective = perspective_of(request)
    scope, window = perspective.scope, perspective.window
    form = _filter_form(request, perspective)
    criteria = form.criteria()
    if pk is not None and request.htmx and request.htmx.target == "case":
        case = escalation_for(scope, pk)
        return render(request, "escalation/parts/case.html", _case(request, perspective, case) | _kept(request))
    cases = queue(scope, criteria, window=window)
    counted = counts(scope, criteria, window=window)
    size = page_size_from(request.GET)
    page = page_of(cases, _length(counted, criteria), request.GET.get("page"), size)
    listed = with_deadlines(page.object_list)
    selected = _selected(scope, pk, listed)
    words = matters([case.deadline for case in listed])
    rows = {row.deadline.pk: row for row in rows_of([case.deadline for case in listed], words, window)}
    context = {
        "perspective": perspective,
        "form": form,
        "criteria": criteria,
        "page": page,
        "cases": [
            {
                "case": case,
                "row": rows[case.deadline_id],
                "band": band_of(case.deadline.due_on, window.today),
                "rule_title": rule_title(case.deadline.rule),
            }
            for case in listed
        ],
        "states": _states(request, criteria, counted),
        "bands": _bands(request, criteria, counted),
        "selected": selected,
        "total": page.paginator.count,
        "sees_all": not criteria.area,
    } | _kept(request)
    if selected is not None:
        context |= _case(request, perspective, selected)
    return render(request, "escalation/queue.html", context)


@needs(Permission.ESCALATION_DECIDE)
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Decide on a proposal: first the form, then its effects to confirm, then the next case."""
    case = escalation_for(request.scope, pk)
    return _decide(request, case.deadline, case, kind)


@needs(Permission.ESCALATION_DECIDE)
@require_http_methods(["GET", "POST"])
def decide_deadline(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Decide on a deadline that time has not brought to the queue (an extension before it falls due)."""
    return _decide(request, deadline_for(request.scope, pk), None, kind)


def _decide(request, deadline, case, kind: str) -> HttpResponse:
    if kind not in KIND_WORDS:
        raise NotVisible("没有这种决定。")
    perspective = perspective_of(request)
    today = perspective.window.today
    escalation = case or escalation_of(deadline)
    matter = matters([deadline]).get(deadline.pk, deadline.rule)
    facts = case_facts_unscoped(deadline, escalation, matter=matter, today=today)
    if not acts_for(request.scope.with_permission(Permission.ESCALATION_DECIDE), deadline, facts, escalation):
        _refuse_outside(request, deadline)
    context = {"perspective": perspective, "deadline": deadline, "escalation": case, "kind": kind}
    context |= {"kind_label": KIND_WORDS[kind], "matter": matter, "facts": facts} | _kept(request)
    context["cancel_url"] = reverse("escalation:escalation", args=[case.pk]) if case else _page(deadline)
    if request.method == "GET":
        initial = {"version": review_version_unscoped(deadline.pk, escalation)}
        form = DecisionForm(kind=kind, initial=initial)
        context["impossible"] = _impossible(kind, facts)
        return render(request, "escalation/decide.html", context | {"form": form})
    form = DecisionForm(request.POST, kind=kind)
    if form.is_valid():
        try:
            if request.POST.get("step") == "confirm":
                return _take(request, deadline, case, kind, form, today)
            if request.POST.get("step") != "edit":
                check_decision(kind, facts, **form.content())
                said = consequences(kind, facts, **_only_dates(form.content()))
                return render(request, "escalation/decide_confirm.html", context | {"form": form, "effects": said})
        except Refused as refusal:
            if isinstance(refusal, NotAllowed | NotVisible):
                raise
            show_refusal(form, refusal)
    status = 200 if request.POST.get("step") == "edit" else 422
    return render(request, "escalation/decide.html", context | {"form": form}, status=status)


def _take(request, deadline, case, kind, form, today) -> HttpResponse:
    decision = decision_take(
        scope=request.scope,
        deadline_id=deadline.pk,
        kind=kind,
        version=form.cleaned_data["version"],
        today=today,
        actor=Actor.of(request),
        **form.content(),
    )
    waits = decision.status == Decision.Status.AWAITING_SECOND
    done = "已提交，等待另一名监管员复核" if waits else "已生效"
    messages.success(request, f"{KIND_WORDS[kind]}{done}：{deadline.project}。")
    return redirect(_after(request, case, deadline))


def _filter_form(request, perspective) -> QueueFilterForm:
    return QueueFilterForm(
        request.GET,
        rules=rule_choices(),
        areas=[(area.code, area.short_name) for area in areas()],
        one_area=perspective.one_area,
    )


def _after(request, case, deadline) -> str:
    """The next case of the same queue; the deadline itself where there was no queue."""
    if case is None:
        return _page(deadline)
    perspective = perspective_of(request)
    form = _filter_form(request, perspective)
    following = next_after(perspective.scope, form.criteria(), case, window=perspective.window)
    kept = _kept(request)["kept"]
    base = reverse("escalation:escalation", args=[following.pk]) if following else reverse("escalation:queue")
    return f"{base}?{kept}" if kept else base


def _page(deadline) -> str:
    return reverse("escalation:deadline", args=[deadline.pk])


def _case(request, perspective, case) -> dict:
    """Everything a decision needs on one screen."""
    scope, window = perspective.scope, perspective.window
    deadline = case.deadline
    deadline.escalation = case
    row = rows_of([deadline], matters([deadline]), window)[0]
    facts = case_facts_unscoped(deadline, case, matter=row.matter, today=window.today)
    others = deadlines(scope, Criteria(project=deadline.project.code, status="overdue"), window=window)
    month = None
    if deadline.rule == ALLOCATION:
        month = months_by_period(scope, [deadline.subject_id]).get(deadline.subject_id)
    return {
        "case": case,
        "deadline": deadline,
        "row": row,
        "rule": RULES.get(deadline.rule),
        "rule_title": rule_title(deadline.rule),
        "band": band_of(deadline.due_on, window.today),
        "why": explain(deadline, today=window.today),
        "month": month,
        "requirement": requirement_of(month) if month else None,
        "parties": parties(scope, deadline.project),
        "others": lines_of(scope, others.exclude(pk=deadline.pk).order_by("due_on", "id")[:10], window),
        "decisions": decisions_with_acts(request, deadline),
        "notices": notices_of(deadline),
        "acts": acts_for(scope, deadline, facts, case),
        "facts": facts,
    }


def _impossible(kind: str, facts) -> str:
    """Why this decision can't be taken at all, whatever is filled in; "" where it can."""
    try:
        check_decision(kind, facts, reason="", effective_on=None)
    except Refused as refusal:
        return "" if refusal.code == "invalid" else refusal.message
    return ""


def _refuse_outside(request, deadline) -> None:
    """403 where the caller's deciding grants don't reach the area; a case without possible decisions goes on."""
    reached = {grant.area_id for grant in request.scope.with_permission(Permission.ESCALATION_DECIDE).grants}
    if not reached & {None, deadline.area_id}:
        raise NotAllowed("这项期限不在您可以作决定的县区内，您只能查看。")


def _only_dates(content: dict) -> dict:
    return {name: value for name, value in content.items() if name in ("effective_on", "place")}


def _kept(request) -> dict:
    """The queue's filters, to come back to the same queue."""
    names = ("state", "band", "area", "rule", "q")
    return {"kept": urlencode({name: request.GET[name] for name in names if request.GET.get(name)})}


def _selected(scope, pk: int | None, listed: list):
    """The case of the address, else the first of the list."""
    if pk is None and not listed:
        return None
    return escalation_for(scope, pk if pk is not None else listed[0].pk)


def _length(counted: dict, criteria) -> int:
    return counted[f"band_{criteria.band}"] if criteria.band else counted[f"state_{criteria.state}"]


def _states(request, criteria, counted) -> list[dict]:
    keep = {name: value for name, value in request.GET.items() if name in ("area", "rule", "q") and value}
    return [
        {
            "label": label,
            "count": counted[f"state_{state}"],
            "url": "?" + urlencode(keep | {"state": state}),
            "current": criteria.state == state,
        }
        for state, label in STATE_LABELS.items()
    ]


def _bands(request, criteria, counted) -> list[dict]:
    names = ("state", "area", "rule", "q")
    keep = {name: value for name, value in request.GET.items() if name in names and value}
    return [
        {
            "band": band,
            "count": counted[f"band_{band.code}"],
            "url": "?" + urlencode(keep | ({} if criteria.band == band.code else {"band": band.code})),
            "current": criteria.band == band.code,
        }
        for band in BANDS
    ]
