"""`/projects/` and `/projects/<code>/`: projects with their deadlines, money, pay and papers."""

from dataclasses import fields

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.selectors.tabs import account_tab
from escalation.selectors.project_pages import (
    ProjectCriteria,
    deadlines_of_project,
    ordered_projects,
    project_list_rows,
    project_rows_with_parties,
    project_totals,
    trail_of_project,
)
from escalation.views.listing import SettleRow, lines_of
from escalation.views.perspective import Perspective, perspective_of
from escalation.views.project_parts import Facts, lights, timeline, to_do
from payroll.selectors.tabs import payroll_tab
from payroll.views.flow import with_due_days
from payroll.views.words import decorated
from projects.models import FourPartyAssignment, Project, ProjectParty
from projects.rules.dates import STAGE_LABELS, stage
from projects.selectors.obstacles import obstacle_decisions, obstacles_of_project
from projects.selectors.projects import may_act, project_by_code
from projects.selectors.records import parties
from projects.selectors.types import project_types_by_code
from responsibilities.rules.roles import Permission, Role
from responsibilities.selectors.areas import areas
from responsibilities.selectors.clock import today
from responsibilities.selectors.told import told
from responsibilities.views.access import needs
from responsibilities.views.listing import SIZES, chips, columns, export, page_of, page_size, query

COLUMNS = (
    ("项目", "name"),
    ("县区", "area"),
    ("类型", "type"),
    ("建设单位 / 施工总承包", ""),
    ("合同价款（万元）", "value", True),
    ("开工", "start"),
    ("阶段", ""),
    ("时限", "due"),
)
EXPORTED = (
    ("项目编号", 20),
    ("项目名称", 36),
    ("县区", 14),
    ("项目类型", 12),
    ("投资性质", 14),
    ("资金来源", 24),
    ("合同价款（元）", 18, "money"),
    ("建设单位", 30),
    ("施工总承包单位", 30),
    ("行业主管部门", 26),
    ("阶段", 10),
    ("实际开工日期", 14, "date"),
    ("实际竣工日期", 14, "date"),
    ("陇明公项目编码", 20),
    ("纳入陇明公日期", 14, "date"),
    ("逾期事项", 10, "number"),
    ("最近到期日", 14, "date"),
)
TABS = (
    ("overview", "概况"),
    ("parties", "四方责任"),
    ("deadlines", "时限"),
    ("account", "专户与拨付"),
    ("payroll", "工资"),
    ("archive", "档案"),
)
NOTHING_LIVE = ("没有正在计时的事项", "登记审批或实际开工日期后，系统自动开始计时。")
# An enterprise sees the deadlines that it is a party to: others may run.
NOTHING_OF_MINE = ("没有与本单位有关的计时事项", "本项目由其他单位承担的时限，不在这里显示。")
YES_NO = {"yes": "有", "no": "没有"}


@needs(Permission.PROJECT_VIEW)
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """Projects in scope: search, filters and sort in the address; `?export=xlsx` gives what is filtered."""
    scope, day = request.scope, today()
    perspective = perspective_of(request)
    words = _filters()
    criteria = ProjectCriteria(**{field.name: _chosen(request, field.name, words) for field in fields(ProjectCriteria)})
    rows = project_list_rows(scope, criteria, today=day)
    sort = request.GET.get("sort", "")
    wanted = project_rows_with_parties(ordered_projects(rows, sort))
    if request.GET.get("export") == "xlsx":
        scope.require(Permission.EXPORT)
        return export("项目列表", EXPORTED, (_exported(project, day) for project in wanted))
    page = page_of(request, wanted)
    context = {
        "page_title": "工程项目",
        "page_sub": f"{_whose(perspective)}在建、拟建和竣工项目",
        "page_actions": _list_actions(scope),
        "choices": [
            (name, label, list(options.items()), getattr(criteria, name))
            for name, (label, options) in words.items()
            if name != "enrolled" and not (name == "area" and perspective.one_area)
        ],
        "criteria": criteria,
        "kept_sort": sort,
        "quick": _quick(request, criteria),
        "chips": chips(request, {"q": ("搜索", {}), **words}),
        "clear_url": reverse("escalation:projects"),
        "total": page.paginator.count,
        "overdue": project_totals(scope, rows, today=day)["overdue"],
        "unit": "个项目",
        "export_url": "?" + query(request, export="xlsx").rstrip("&") if scope.can(Permission.EXPORT) else "",
        "columns": columns(request, COLUMNS),
        "projects": [_line(project, day) for project in page.object_list],
        "page": page,
        "query": query(request, page_size=""),
        "sizes": SIZES,
        "size": page_size(request),
    }
    return render(request, "escalation/project_list.html", context)


@needs(Permission.PROJECT_VIEW)
@require_safe
def project_page(request: HttpRequest, code: str) -> HttpResponse:
    """One project; the tab stands in the address."""
    scope = request.scope
    project = project_by_code(scope, code)
    perspective = perspective_of(request)
    day = perspective.window.today
    names = dict(TABS)
    tab = request.GET.get("tab", "")
    tab = tab if tab in names else TABS[0][0]
    lines = lines_of(scope, deadlines_of_project(scope, project), perspective.window)
    facts = Facts(scope, project, day)
    late = [line for line in lines if line.row.deadline.is_live and line.row.deadline.due_on < day]
    context = {
        "project": project,
        "tab": tab,
        "tab_title": names[tab],
        "tabs": _tabs(facts, tab, lines, late),
        "stage": STAGE_LABELS[_stage(project, day)],
        "late": len(late),
        "lights": lights(facts),
        "actions": _page_actions(scope, project),
        "nothing_live": NOTHING_OF_MINE if perspective.is_enterprise else NOTHING_LIVE,
        "today": day,
    }
    builders = {
        "overview": lambda: _overview(facts, lines),
        "parties": lambda: _parties(request, facts),
        "deadlines": lambda: {
            "live": [line for line in lines if line.row.deadline.is_live],
            "done": [line for line in lines if not line.row.deadline.is_live],
        },
        "account": lambda: _account(scope, project, day),
        "payroll": lambda: _payroll(scope, project, day),
        "archive": lambda: _archive(facts),
    }
    return render(request, "escalation/project.html", context | builders[tab]())


def _payroll(scope, project: Project, day) -> dict:
    context = payroll_tab(scope, project, today=day)
    with_due_days([decorated(batch) for batch in context["batches"]])
    return context


def _whose(perspective: Perspective) -> str:
    if perspective.role == Role.BANK_CLERK:
        return "在本行开立专户的"
    return "本单位参建的" if perspective.is_enterprise else "管辖范围内的"


def _filters() -> dict[str, tuple[str, dict[str, str]]]:
    """Filter → (label, value → word); also the only values that count."""
    return {
        "area": ("县区", {area.code: area.name for area in areas()}),
        "type": ("项目类型", {code: item.name for code, item in project_types_by_code().items()}),
        "funding": ("投资性质", dict(Project.FundingNature.choices)),
        "stage": ("阶段", dict(STAGE_LABELS)),
        "overdue": ("逾期事项", YES_NO),
        "enrolled": ("陇明公", {"yes": "已纳入", "no": "未纳入"}),
    }


def _chosen(request, name: str, words: dict) -> str:
    said = request.GET.get(name, "").strip()
    return said if name == "q" or said in words[name][1] else ""


def _quick(request, criteria: ProjectCriteria) -> list[dict]:
    ways = (
        ("全部", {}),
        ("有逾期", {"overdue": "yes"}),
        ("施工中", {"stage": "construction"}),
        ("施工中未纳入陇明公", {"stage": "construction", "enrolled": "no"}),
    )
    names = ("overdue", "stage", "enrolled")
    return [
        {
            "label": label,
            "url": "?" + query(request, **{name: values.get(name, "") for name in names}).rstrip("&"),
            "active": all(getattr(criteria, name) == values.get(name, "") for name in names),
        }
        for label, values in ways
    ]


def _list_actions(scope) -> list[dict]:
    if not scope.can(Permission.PROJECT_EDIT):
        return []
    return [
        {"label": "导入登记表", "url": reverse("accounts:register_import"), "icon": "file-import"},
        {"label": "登记新项目", "url": reverse("projects:create"), "icon": "plus", "primary": True},
    ]


def _line(project: Project, day) -> dict:
    named = _named(project)
    return {
        "project": project,
        "url": reverse("escalation:project", args=[project.code]),
        "developer": named.get(ProjectParty.Part.DEVELOPER, ""),
        "contractor": named.get(ProjectParty.Part.GENERAL_CONTRACTOR, ""),
        "value": None if project.contract_value is None else project.contract_value / 10_000,
        "stage": STAGE_LABELS[_stage(project, day)],
    }


def _exported(project: Project, day) -> tuple:
    named = _named(project)
    return (
        project.code,
        project.name,
        project.area.name,
        project.project_type.name,
        project.get_funding_nature_display(),
        project.funding_source,
        project.contract_value,
        named.get(ProjectParty.Part.DEVELOPER, ""),
        named.get(ProjectParty.Part.GENERAL_CONTRACTOR, ""),
        named.get(ProjectParty.Part.INDUSTRY_UNIT, ""),
        STAGE_LABELS[_stage(project, day)],
        project.actual_start_on,
        project.completed_on,
        project.platform_code,
        project.enrolled_on,
        project.overdue,
        project.next_due_on,
    )


def _named(project: Project) -> dict[str, str]:
    return {party.part: party.organization.name for party in project.main_parties}


def _stage(project: Project, day) -> str:
    return stage(actual_start_on=project.actual_start_on, completed_on=project.completed_on, today=day)


def _tabs(facts: Facts, current: str, lines: list[SettleRow], late: list[SettleRow]) -> list[dict]:
    base = reverse("escalation:project", args=[facts.project.code])
    live = sum(line.row.deadline.is_live for line in lines)
    return [
        {
            "label": label,
            "url": base if name == TABS[0][0] else f"{base}?tab={name}",
            "active": name == current,
            "count": (len(late) or live) if name == "deadlines" else None,
            "level": "red" if late else "grey",
        }
        for name, label in TABS
        # What a subcontractor may not open is not offered; the address still says why it is closed.
        if name == current or name != "account" or facts.scope.can(Permission.ACCOUNT_VIEW)
    ]


def _page_actions(scope, project: Project) -> list[dict]:
    actions = []
    if may_act(scope, project, Permission.APPROVAL_RECORD):
        url = reverse("projects:approval_create", args=[project.code])
        actions.append({"label": "登记审批", "url": url, "icon": "rubber-stamp"})
    if may_act(scope, project, Permission.PROJECT_EDIT):
        url = reverse("projects:edit", args=[project.code])
        actions.append({"label": "修改项目信息", "url": url, "icon": "edit"})
    return actions


def _overview(facts: Facts, lines: list[SettleRow]) -> dict:
    project = facts.project
    said = {True: "已落实", False: "未落实", None: "尚未核实"}
    named = {
        party.part: party.organization
        for party in parties(facts.scope, project).filter(part__in=("developer", "general_contractor", "industry_unit"))
    }
    return {
        "live": [line for line in lines if line.row.deadline.is_live],
        "to_do": to_do(facts),
        "events": timeline(facts, [line.row for line in lines]),
        "facts": [
            {"label": "项目编号", "value": project.code},
            {"label": "县区", "value": project.area.name},
            {"label": "项目类型", "value": project.project_type.name},
            {"label": "建设地点", "value": project.address},
            {"label": "投资性质", "value": project.get_funding_nature_display()},
            {"label": "资金来源", "value": project.funding_source},
            {"label": "建设资金", "value": said[project.funds_in_place]},
            {
                "label": "合同价款",
                "value": "" if project.contract_value is None else f"{project.contract_value:,.2f} 元",
            },
            {"label": "建设单位", "value": named.get("developer")},
            {"label": "施工总承包单位", "value": named.get("general_contractor")},
            {"label": "行业主管部门", "value": named.get("industry_unit")},
            {"label": "计划工期", "value": _span(project.planned_start_on, project.planned_completion_on)},
            {"label": "实际工期", "value": _span(project.actual_start_on, project.completed_on)},
            {
                "label": "陇明公",
                "value": f"{project.enrolled_on:%Y-%m-%d} 纳入" if project.enrolled_on else "尚未纳入",
                "sub": project.platform_code,
            },
        ],
    }


def _span(first, last) -> str:
    if first is None and last is None:
        return ""
    return (
        f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d}"
        if first and last
        else f"{first:%Y-%m-%d} 起"
        if first
        else f"至 {last:%Y-%m-%d}"
    )


def _parties(request, facts: Facts) -> dict:
    scope, project = facts.scope, facts.project
    return {
        "four": [{"label": part.label, "assignment": facts.four_party.get(part)} for part in FourPartyAssignment.Part],
        "four_party_url": facts.link("projects:four_party", Permission.FOUR_PARTY_EDIT),
        "rows": parties(scope, project),
        "may_edit_parties": may_act(scope, project, Permission.PARTY_EDIT),
        "kept_parts": ("human_resources", "finance", "industry_unit"),
        "obstacles": obstacles_of_project(scope, project, facts.today),
        "decisions": obstacle_decisions(scope, project),
    }


def _account(scope, project: Project, day) -> dict:
    if not scope.can(Permission.ACCOUNT_VIEW):
        return {"account_closed": True}
    return account_tab(scope, project, day) | {"can_edit_account": may_act(scope, project, Permission.ACCOUNT_EDIT)}


def _archive(facts: Facts) -> dict:
    scope, project = facts.scope, facts.project
    return {
        "approvals": facts.approvals,
        "contracts": facts.contracts,
        "approval_url": facts.link("projects:approval_create", Permission.APPROVAL_RECORD),
        "contract_url": facts.link("projects:contract_create", Permission.CONTRACT_EDIT),
        "trail": [
            {
                "at": row.event.at,
                "who": f"{row.actor} {row.event.organization_name}".strip(),
                "what": f"{row.action}：{row.target}" if row.target else row.action,
                "detail": row.event.reason,
            }
            for row in told(trail_of_project(scope, project))
        ],
    }
