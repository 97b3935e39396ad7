"""`/deadlines/`: the list of everything with a clock, and one deadline with its why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from escalation.catalogue.registry import RULES, matters
from escalation.filters import PAGE_SIZES, page_size_from, sort_from
from escalation.rules.review import REVOCABLE, possible_kinds
from escalation.selectors.cases import (
    case_facts_unscoped,
    deadline_for,
    decisions_of,
    escalation_of,
    notices_of,
    units_to_answer,
)
from escalation.selectors.explain import explain
from escalation.selectors.history import is_pending_recomputation, trail_of
from escalation.selectors.lists import Criteria, deadlines, ordered, totals
from escalation.selectors.rows import rows_of
from escalation.views.exporting import deadlines_workbook
from escalation.views.listing import filter_form, lines_of, page_of, query, rule_title
from escalation.views.perspective import perspective_of
from escalation.views.settling import settle_link
from responsibilities.rules.roles import Permission
from responsibilities.selectors.told import told
from responsibilities.views.access import needs

KIND_WORDS = {
    "supervision_order": "督办",
    "interview": "约谈",
    "circular": "通报",
    "extension": "延期",
    "waiver": "豁免",
    "closure": "办结归档",
}
# Decisions after which a case stands on the ladder's last rung.
PRESSING = ("supervision_order", "interview", "circular")
COLUMNS = (("rule", "应办事项"), ("project", "项目"), ("due_on", "到期"))


@needs(Permission.DEADLINE_VIEW)
@require_safe
def deadline_list(request: HttpRequest) -> HttpResponse:
    """One address for the page, its fragment (htmx) and its export (`?export=xlsx`)."""
    perspective = perspective_of(request)
    form = filter_form(request.GET, one_area=perspective.one_area)
    criteria = form.criteria()
    sort, size = sort_from(request.GET), page_size_from(request.GET)
    found = deadlines(perspective.scope, criteria, window=perspective.window)
    if request.GET.get("export") == "xlsx":
        perspective.scope.require(Permission.EXPORT)
        return deadlines_workbook(perspective.scope, ordered(found, sort), perspective.window)
    sums = totals(found, perspective.window)
    page = page_of(ordered(found, sort), sums["total"], request.GET.get("page"), size)
    keep = {"sort": "" if sort == "due_on" else sort, "page_size": "" if size == PAGE_SIZES[0] else size}
    context = {
        "perspective": perspective,
        "form": form,
        "criteria": criteria,
        "lines": lines_of(perspective.scope, page.object_list, perspective.window),
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "sums": sums,
        "sort": sort,
        "headers": [_header(criteria, keep, sort, name, label) for name, label in COLUMNS],
        "chips": _chips(form, criteria, keep),
        "quick": _quick(criteria, keep),
        "sizes": [(n, "?" + query(criteria, **{**keep, "page_size": n}), n == size) for n in PAGE_SIZES],
        "kept": query(criteria, **keep),
        "may_export": perspective.scope.can(Permission.EXPORT),
    }
    template = "escalation/parts/deadline_table.html" if _wants_part(request) else "escalation/deadline_list.html"
    return render(request, template, context)


@needs(Permission.DEADLINE_VIEW)
@require_safe
def deadline_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What, who, by when; why; where on the ladder; what happened. `?part=pending` is what htmx polls."""
    scope = request.scope
    perspective = perspective_of(request)
    deadline = deadline_for(scope, pk)
    pending = is_pending_recomputation(deadline)
    if request.GET.get("part") == "pending":
        response = render(request, "escalation/parts/pending.html", {"deadline": deadline, "pending": pending})
        if not pending:
            response["HX-Refresh"] = "true"
        return response
    words = matters([deadline])
    row = rows_of([deadline], words, perspective.window)[0]
    facts = case_facts_unscoped(deadline, escalation_of(deadline), matter=row.matter, today=perspective.window.today)
    taken = decisions_with_acts(request, deadline)
    statuses = {one["decision"].status for one in taken}
    context = {
        "perspective": perspective,
        "deadline": deadline,
        "row": row,
        "rule": RULES.get(deadline.rule),
        "rule_title": rule_title(deadline.rule),
        "settle": settle_link(scope, row),
        "why": explain(deadline, today=perspective.window.today),
        "pending": pending,
        "escalation": escalation_of(deadline),
        "decisions": taken,
        "decided": "in_force" in statuses,
        "to_second": "awaiting_second" in statuses,
        "pressed": any(one["decision"].status == "in_force" and one["decision"].kind in PRESSING for one in taken),
        "notices": notices_of(deadline),
        "trail": list(told(trail_of(scope, deadline))),
        "acts": _acts(scope, deadline, facts),
        "project_url": reverse("escalation:project", args=[deadline.project.code]),
    }
    return render(request, "escalation/deadline.html", context)


def decisions_with_acts(request, deadline) -> list[dict]:
    """The decisions on a deadline, each with what the caller may do about it."""
    scope = request.scope
    area = (None, deadline.area_id)
    decides = _within(scope.with_permission(Permission.ESCALATION_DECIDE), area)
    seconds = _within(scope.with_permission(Permission.ESCALATION_SECOND), area)
    answering = scope.with_permission(Permission.ESCALATION_RESPOND)
    closed = getattr(getattr(deadline, "escalation", None), "status", "") == "closed"
    return [
        {
            "decision": decision,
            "may_revoke": decides
            and not closed
            and decision.kind in REVOCABLE
            and decision.status in ("in_force", "awaiting_second"),
            "may_second": seconds
            and decision.status == "awaiting_second"
            and decision.decided_by_id != request.user.pk,
            "may_answer": decision.kind == "supervision_order"
            and decision.status == "in_force"
            and bool(units_to_answer(answering, decision)),
        }
        for decision in decisions_of(deadline)
    ]


def acts_for(scope, deadline, facts, escalation=None) -> list[tuple[str, str, str]]:
    """The decisions that the caller may take now: (kind, label, address)."""
    if not _within(scope.with_permission(Permission.ESCALATION_DECIDE), (None, deadline.area_id)):
        return []
    return [(kind, KIND_WORDS[kind], _decide_url(deadline, escalation, kind)) for kind in possible_kinds(facts)]


def _acts(scope, deadline, facts):
    return acts_for(scope, deadline, facts, escalation_of(deadline))


def _decide_url(deadline, escalation, kind: str) -> str:
    if escalation is not None:
        return reverse("escalation:decide", args=[escalation.pk, kind])
    return reverse("escalation:decide_deadline", args=[deadline.pk, kind])


def _within(scope, areas) -> bool:
    return any(grant.area_id in areas for grant in scope.grants)


def _wants_part(request) -> bool:
    """htmx asks for the table alone, except when the browser goes back and needs the whole page."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def _header(criteria: Criteria, keep: dict, sort: str, name: str, label: str) -> dict:
    """A header that sorts: by itself, and turned round where it sorts already."""
    current = sort.removeprefix("-") == name
    descending = sort.startswith("-")
    wanted = f"-{name}" if current and not descending else name
    return {
        "label": label,
        "url": "?" + query(criteria, **{**keep, "sort": wanted}),
        "sort": ("descending" if descending else "ascending") if current else "none",
    }


def _chips(form, criteria: Criteria, keep: dict) -> list[dict]:
    """One for each filter that is set; following it takes the filter off."""
    blank = Criteria()
    return [
        {
            "label": label,
            "words": words,
            "url": "?" + query(criteria.but(**{name: getattr(blank, name)}), **keep),
        }
        for name, label, words in form.chips()
    ]


def _quick(criteria: Criteria, keep: dict) -> list[dict]:
    """The ways in which people cut the list most often."""
    plain = criteria.but(status="", due_within=None, new_this_week=False, supervised=False)
    ways = (
        ("全部待办", plain),
        ("逾期", plain.but(status="overdue")),
        ("三日内到期", plain.but(due_within=3)),
        ("本周新增", plain.but(new_this_week=True)),
        ("督办中", plain.but(supervised=True)),
    )
    return [{"label": label, "url": "?" + query(way, **keep), "current": way == criteria} for label, way in ways]
