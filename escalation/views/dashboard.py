"""`/`: what must I do, by when, why, where do I click — for each role its own first page, in five seconds."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.selectors.amounts import months_by_period
from escalation.rules.gravity import BANDS
from escalation.selectors import dashboards, trends
from escalation.selectors.calendar import calendar_years_unscoped
from escalation.selectors.cases import orders_unanswered, waivers_to_second
from escalation.selectors.lists import Criteria
from escalation.selectors.notices import decisions_on_mine, notices
from escalation.selectors.queue import QueueCriteria, counts
from escalation.views.listing import SettleRow, lines_of, query, rule_title
from escalation.views.perspective import Perspective, perspective_of
from payroll.selectors.arrears import arrears_by_area
from payroll.selectors.confirmations import flow_tasks
from payroll.selectors.missing import missing_payroll
from payroll.selectors.people_turns import pay_signs, people_turns
from payroll.selectors.turns import ARREARS, turns_of
from responsibilities.rules.roles import Permission, Role
from responsibilities.selectors.people import NO_GRANT, users
from responsibilities.views.access import any_signed_in, needs

ITEMS = 20
NEWS = 6
URGENCY_OF_CARD = {"overdue": "u-red", "soon": "u-orange", "new": "u-blue", "supervised": "u-yellow"}
ALLOCATION = "labor_cost_allocation"


@dataclass(frozen=True)
class LinkedCard:
    """A card with the address of its list."""

    card: dashboards.Card
    url: str
    urgency: str


@dataclass(frozen=True)
class LinkedSlice:
    """A count by area, type or unit with the addresses of its lists."""

    slice: dashboards.Slice
    url: str
    overdue_url: str
    title: str

    @property
    def urgency(self) -> tuple[str, str]:
        """Class and word for the share of overdue items; the word says what the colour says."""
        if not self.slice.live:
            return "u-grey", "无待办"
        if not self.slice.overdue:
            return "u-green", "无逾期"
        if self.slice.percent >= _RED_FROM_PERCENT:
            return "u-red", "逾期多"
        return "u-orange", "有逾期"


# From what share of overdue items a tile turns red: a matter of display.
_RED_FROM_PERCENT = 20


@any_signed_in
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """The caller's first page; a person without a grant is told whom to ask."""
    perspective = perspective_of(request)
    if perspective.role is None:
        return render(request, "escalation/dashboard_nobody.html", {"perspective": perspective})
    if perspective.role == Role.SYSTEM_ADMINISTRATOR:
        return render(request, "escalation/dashboard_admin.html", _administration(perspective))
    if perspective.role in (Role.LEADER, Role.AUDITOR):
        return render(request, "escalation/dashboard_overview.html", _overview(request, perspective))
    return render(request, "escalation/dashboard.html", _work(request, perspective))


@needs(Permission.DEADLINE_VIEW)
@require_safe
def trend(request: HttpRequest) -> HttpResponse:
    """Who is behind, types of projects, twelve weeks: a page of its own, and loaded into the first page.

    Apart from it because this reads far more rows: nobody waits for it to see what to do.
    """
    perspective = perspective_of(request)
    base = _base(request, perspective)
    weeks = trends.weekly(perspective.scope, base, window=perspective.window)
    chart = {
        "id": "trend",
        "title": "近 12 周趋势",
        "type": "line",
        "unit": "项",
        "x": [f"{week.starts_on:%m-%d}" for week in weeks],
        "series": [
            {"name": "新增", "data": [week.opened for week in weeks]},
            {"name": "到期未办", "data": [week.overdue for week in weeks], "level": "red"},
            {"name": "办结", "data": [week.settled for week in weeks], "level": "green"},
        ],
        "note": "每周以周一标示。到期未办：当周到期而没有按期办结的。",
    }
    context = {"perspective": perspective, "weeks": weeks, "chart": chart, "chart_json": json.dumps(chart)}
    context["by_type"] = _linked(dashboards.by_project_type(perspective.scope, base, window=perspective.window))
    if perspective.role in (Role.UNIT_HEAD, Role.SUPERVISOR):
        behind = dashboards.by_owner(perspective.scope, base, window=perspective.window, limit=8)
        context["behind"] = [line for line in _linked(behind) if line.slice.overdue]
    template = "escalation/parts/trend.html" if request.htmx else "escalation/trend.html"
    return render(request, template, context)


def _base(request, perspective: Perspective) -> Criteria:
    """What the first page is about; `?side=` chooses among what the tabs offer."""
    side = request.GET.get("side", "")
    if side not in ("all", "owes", "system", "supervises"):
        side = _first_side(perspective)
    return Criteria(
        side="" if side == "all" else side,
        area=perspective.area_code,
        project_type=request.GET.get("project_type", ""),
        rule=request.GET.get("rule", ""),
    )


def _first_side(perspective: Perspective) -> str:
    """A supervisor's and a leader's whole area, a city head's whole system, everybody else's own duties."""
    if perspective.role in (Role.SUPERVISOR, Role.LEADER, Role.AUDITOR):
        return "all"
    if perspective.role == Role.UNIT_HEAD and _has_system(perspective):
        return "system"
    # A bank owes nothing here: it sees the months that its accounts wait for, and records what came in.
    return "all" if perspective.role == Role.BANK_CLERK else "owes"


def _has_system(perspective: Perspective) -> bool:
    return any(grant.city_level and grant.body_id for grant in perspective.scope.grants)


def _work(request, perspective: Perspective) -> dict:
    scope, window = perspective.scope, perspective.window
    base = _base(request, perspective)
    board = dashboards.Board(scope, base, window)
    context = _items(perspective, board) | {
        "cards": _cards(board),
        "sides": _sides(perspective, base),
        "elsewhere": _elsewhere(perspective, base) if not board.totals["total"] else [],
        "by_area": _linked(board.by_area()),
        "notices": notices(scope, since=request.user.notices_seen_at)[:NEWS],
        "decisions": decisions_on_mine(scope, since=request.user.notices_seen_at)[:NEWS],
        "unanswered": orders_unanswered(scope.with_permission(Permission.ESCALATION_RESPOND))[:NEWS],
        "trend_url": _trend_url(base),
        "is_enterprise": perspective.is_enterprise,
        "can_upload": scope.can(Permission.PAYROLL_UPLOAD),
    }
    if perspective.role == Role.SUPERVISOR:
        context["queue"] = _queue_entry(perspective)
        if context["queue"]["second"]:
            context["to_second"] = waivers_to_second(scope, request.user)[:NEWS]
    if perspective.role in (Role.UNIT_HEAD, Role.SUPERVISOR):
        context["next_proposals"] = lines_of(
            scope, dashboards.about_to_be_proposed(scope, base, window=window, limit=NEWS), window
        )
    if perspective.is_enterprise:
        mine = Criteria(area=perspective.area_code)
        context["my_projects"] = _linked(dashboards.by_project(scope, mine, window=window, limit=ITEMS))
    context |= flow_tasks(scope, limit=NEWS)
    context["turns"] = turns_of(scope, window.today)
    context["people_turns"] = people_turns(scope, window.today)
    context["people_late"] = sum(one.late for one in context["people_turns"])
    context["pay_late"] = sum(count for turn, count in context["turns"] if turn.key in ARREARS)
    context["pay_signs"] = pay_signs(scope, window.today)
    if context["can_upload"] or perspective.role == Role.SUPERVISOR:
        context |= missing_payroll(scope, today=window.today, area_code=perspective.area_code, limit=NEWS)
    return context


def _items(perspective: Perspective, board: dashboards.Board) -> dict:
    """The list itself and, where nothing is due this week, the next date."""
    scope, window = perspective.scope, perspective.window
    lines = lines_of(scope, dashboards.most_urgent(scope, board.base, window=window, limit=ITEMS), window)
    due_this_week = any(line.row.deadline.due_on <= window.week_end for line in lines)
    return {
        "perspective": perspective,
        "base": board.base,
        "lines": _with_amounts(scope, lines),
        "sums": board.totals,
        "nothing_this_week": not due_this_week,
        "next_due_on": lines[0].row.deadline.due_on if lines and not due_this_week else None,
        "list_url": _list_url(board.base),
        "rules": [(line.code, rule_title(line.code), line.live) for line in board.by_rule()],
    }


def _with_amounts(scope, lines: list[SettleRow]) -> list[SettleRow]:
    """What an allocation requires and what has come in, beside what is owed."""
    periods = [line.row.deadline.subject_id for line in lines if line.row.deadline.rule == ALLOCATION]
    months = months_by_period(scope, periods)
    return [
        SettleRow(line.row, line.settle, line.rule_title, months.get(line.row.deadline.subject_id))
        if line.row.deadline.rule == ALLOCATION
        else line
        for line in lines
    ]


def _administration(perspective: Perspective) -> dict:
    """What waits for the administrator: people who see nothing yet, and years that rest on a guess."""
    return {
        "perspective": perspective,
        "without_grant": users(perspective.scope, state=NO_GRANT).count(),
        "no_grant": NO_GRANT,
        "provisional": [year.year for year in calendar_years_unscoped() if year.status == "provisional"],
    }


def _overview(request, perspective: Perspective) -> dict:
    scope, window = perspective.scope, perspective.window
    base = _base(request, perspective)
    board = dashboards.Board(scope, base, window)
    return {
        "perspective": perspective,
        "cards": _cards(board),
        "sums": board.totals,
        "areas": _linked(board.by_area()),
        "owners": _linked(dashboards.by_owner(scope, base, window=window)),
        "by_rule": _linked(board.by_rule()),
        "arrears": arrears_by_area(scope, window.today),
        "sees_pay": scope.can(Permission.PAYROLL_VIEW),
        "queue": _queue_entry(perspective) if scope.can(Permission.ESCALATION_VIEW) else None,
        "trend_url": _trend_url(base),
        "list_url": _list_url(base),
        "sees_trail": scope.can(Permission.TRAIL_VIEW),
    }


def _cards(board: dashboards.Board) -> list[LinkedCard]:
    return [LinkedCard(card, _list_url(card.criteria), URGENCY_OF_CARD[card.key]) for card in board.cards]


def _linked(slices) -> list[LinkedSlice]:
    return [
        LinkedSlice(
            slice=part,
            url=_list_url(part.criteria),
            overdue_url=_list_url(part.criteria.but(status="overdue")),
            title=rule_title(part.name) if part.criteria.rule == part.name else part.name,
        )
        for part in slices
    ]


def _list_url(criteria: Criteria) -> str:
    text = query(criteria)
    return f"{reverse('escalation:deadlines')}?{text}" if text else reverse("escalation:deadlines")


def _trend_url(base: Criteria) -> str:
    parameters = {"side": base.side or "all"} | ({"area": base.area} if base.area else {})
    return f"{reverse('escalation:trend')}?{urlencode(parameters)}"


def _queue_entry(perspective: Perspective) -> dict:
    """The door to the review queue: how many wait, and how grave they are."""
    criteria = QueueCriteria(area=perspective.area_code)
    counted = counts(perspective.scope.with_permission(Permission.ESCALATION_VIEW), criteria, window=perspective.window)
    base = {"area": perspective.area_code} if perspective.area_code else {}
    url = reverse("escalation:queue")
    return {
        "may_decide": perspective.scope.can(Permission.ESCALATION_DECIDE),
        "pending": counted["state_pending"],
        "second": counted["state_second"],
        "to_close": counted["state_to_close"],
        "url": f"{url}?{urlencode(base)}" if base else url,
        "second_url": f"{url}?{urlencode(base | {'state': 'second'})}",
        "to_close_url": f"{url}?{urlencode(base | {'state': 'to_close'})}",
        "bands": [
            (band, counted[f"band_{band.code}"], f"{url}?{urlencode(base | {'band': band.code})}") for band in BANDS
        ],
    }


def _sides(perspective: Perspective, base: Criteria) -> list[tuple[str, str, bool]]:
    """The tabs over the list: whose duties are shown."""
    shown = base.side or "all"
    return [(label, _side_url(base, side), side == shown) for side, label in _offered(perspective)]


def _elsewhere(perspective: Perspective, base: Criteria) -> list[dict]:
    """What the other tabs hold, told where the one in hand is empty: nothing here is not nothing at all."""
    found = []
    for side, label in _offered(perspective):
        if side == (base.side or "all"):
            continue
        other = base.but(side="" if side == "all" else side, rule="")
        totals = dashboards.Board(perspective.scope, other, perspective.window).totals
        if totals["total"]:
            found.append({"label": label, "url": _side_url(base, side), **totals})
    if found:
        return found
    # What a unit sees without owing or supervising it itself, as a city's does its counties'.
    everything = base.but(side="", rule="")
    totals = dashboards.Board(perspective.scope, everything, perspective.window).totals
    return [{"label": "管辖范围内全部", "url": _list_url(everything), **totals}] if totals["total"] else []


def _side_url(base: Criteria, side: str) -> str:
    return "?" + urlencode(({"area": base.area} if base.area else {}) | {"side": side})


def _offered(perspective: Perspective) -> list[tuple[str, str]]:
    own = [("owes", "我单位应办")]
    if _has_system(perspective):
        own.append(("system", "本系统应办（含县区）"))
    if perspective.is_enterprise:
        return [("owes", "我单位应办"), ("all", "与我单位有关的全部")]
    if perspective.role == Role.SUPERVISOR:
        return [("all", "管辖范围内全部"), *own]
    return [*own, ("supervises", "我单位监管")]
