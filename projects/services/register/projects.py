"""The 项目 table of a register: projects, their parties and the general contract."""

import datetime

from projects.imports.tables import Row, Table
from projects.models import Contract, Project, ProjectParty, ProjectType
from projects.rules.codes import CODE_HELP, is_project_code
from projects.rules.dates import BEFORE_START, date_problems, enrolment_problem
from projects.services.projects import name_keys
from projects.services.register.enterprises import Enterprises
from projects.services.register.outcome import OUT_OF_SCOPE, Written, locked_projects, unreachable
from projects.services.register.project_rows import (
    PLAIN,
    Planned,
    refresh_breaches,
    save_contracts,
    save_parties,
    save_projects,
    wanted_parties,
)
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.directory import UnitNames, areas_by_name_unscoped
from responsibilities.selectors.obstacles import obstacles_in_force
from responsibilities.selectors.organizations import units_by_area_unscoped

COMPANIES = (("developer", "developer_uscc"), ("contractor", "contractor_uscc"))


def import_projects(table: Table, *, scope: Scope | None, today: datetime.date) -> Written:
    """Write the accepted rows; rejected ones carry their errors in the table. In the caller's transaction.

    Rows out of the caller's reach are rejected; the check looks at what would have been written.
    """
    _reject_shapes(table)
    known = locked_projects(row.values["code"] for row in table.accepted)
    outside = unreachable([project.pk for project in known.values()], scope, Permission.PROJECT_EDIT)
    for row in table.accepted:
        project = known.get(row.values["code"])
        if project is not None and project.pk in outside:
            table.reject(row, "code", "out_of_scope", OUT_OF_SCOPE)
    plans = _plan(table, known, today)
    _name_companies(table, plans)
    _plan_contracts(table, plans, today)
    plans = [plan for plan in plans if not plan.row.rejected]
    if scope is not None:
        plans = _within_reach(table, plans, scope)
    written = Written()
    written.counts.rows = len(table.rows)
    save_projects(plans)
    party_changes = save_parties(plans)
    contract_changes = save_contracts(plans)
    refresh_breaches([plan.project for plan in plans if plan.start_changed and not plan.new])
    _warn(table, plans, today)
    for plan in plans:
        moved = plan.changed or plan.project.pk in party_changes or plan.project.pk in contract_changes
        if plan.new:
            written.counts.created += 1
        elif moved:
            written.counts.updated += 1
        else:
            written.counts.unchanged += 1
        if plan.new or moved:
            written.project_ids.add(plan.project.pk)
    written.counts.rejected = sum(row.rejected for row in table.rows)
    return written


def _reject_shapes(table: Table) -> None:
    seen: dict[str, int] = {}
    for row in table.rows:
        code = row.get("code")
        if not code:
            continue
        if not is_project_code(code):
            table.reject(row, "code", "code_invalid", f"项目编号“{code}”不符合要求。{CODE_HELP}")
        if code in seen:
            table.reject(row, "code", "duplicate_code", f"项目编号 {code} 与第 {seen[code]} 行重复，请保留一行。")
        else:
            seen[code] = row.number


class _Words:
    """What people write for an area, a type, a nature of funding, a unit → what it is."""

    def __init__(self):
        self.areas = areas_by_name_unscoped()
        types = list(ProjectType.objects.select_related("industry_body"))
        self.type_names = "、".join(item.name for item in types)
        self.types = {
            name: item
            for item in types
            for name in (item.name, item.code, f"{item.name}工程", f"{item.name}项目", f"{item.name}建设")
        }
        self.natures = {name: value for value, label in Project.FundingNature.choices for name in (value, label)}
        self.units = UnitNames()

    def area(self, table: Table, row: Row):
        found = self.areas.get(row.values["area"])
        if found is None:
            names = "甘州区、临泽县、张掖经开区"
            table.reject(row, "area", "area_unknown", f"不认识县区“{row.values['area']}”，请填写{names}等名称。")
        return found

    def project_type(self, table: Table, row: Row):
        found = self.types.get(row.values["project_type"])
        if found is None:
            message = f"不认识项目类型“{row.values['project_type']}”，应为 {self.type_names} 之一。"
            table.reject(row, "project_type", "type_unknown", message)
        return found

    def funding_nature(self, table: Table, row: Row) -> str:
        said = row.get("funding_nature", "")
        if said and said not in self.natures:
            names = "、".join(Project.FundingNature.labels)
            table.reject(
                row, "funding_nature", "funding_nature_unknown", f"不认识投资性质“{said}”，应为 {names} 之一。"
            )
        return self.natures.get(said, "")

    def industry_unit(self, table: Table, row: Row, area):
        said = row.get("industry_unit")
        if not said:
            return None
        found = self.units.find(said, area)
        if found is None:
            message = f"不认识行业主管部门“{said}”，请填写单位全称、简称或单位编码。"
            table.reject(row, "industry_unit", "unit_unknown", message)
        return found


def _plan(table: Table, known: dict[str, Project], today: datetime.date) -> list[Planned]:
    words = _Words()
    plans = []
    for row in list(table.accepted):
        area = words.area(table, row)
        project_type = words.project_type(table, row)
        nature = words.funding_nature(table, row)
        industry_unit = words.industry_unit(table, row, area)
        if row.rejected:
            continue
        plan = _plan_row(row, known.get(row.values["code"]), area, project_type, nature)
        plan.industry_unit = industry_unit
        _check_dates(table, plan, today)
        plans.append(plan)
    return plans


def _name_companies(table: Table, plans: list[Planned]) -> None:
    enterprises = Enterprises(table, COMPANIES)
    enterprises.register_missing()
    for plan in plans:
        plan.developer = enterprises.of(plan.row, *COMPANIES[0])
        plan.contractor = enterprises.of(plan.row, *COMPANIES[1])


def _plan_contracts(table: Table, plans: list[Planned], today: datetime.date) -> None:
    ids = [plan.project.pk for plan in plans if not plan.new]
    held = {
        contract.project_id: contract
        for contract in Contract.objects.select_for_update(of=("self",))
        .filter(project__in=ids, kind=Contract.Kind.GENERAL)
        .order_by("id")
    }
    for plan in plans:
        if not plan.row.rejected:
            _plan_contract(table, plan, held.get(plan.project.pk), today)


def _plan_row(row: Row, project: Project | None, area, project_type, nature: str) -> Planned:
    new = project is None
    if new:
        project = Project(code=row.values["code"], version=1)
        before = {}
    else:
        before = {name: getattr(project, name) for name in PLAIN} | {
            "area": project.area,
            "project_type": project.project_type,
            "funding_nature": project.funding_nature,
        }
    after = before | {name: row.values[name] for name in PLAIN if name in row.values}
    after |= {"area": area, "project_type": project_type}
    after["funding_nature"] = nature or project.funding_nature
    differing = {name for name, value in after.items() if new or before[name] != value}
    for name in differing:
        setattr(project, name, after[name])
    if "name" in differing:
        for name, value in name_keys(project.name).items():
            setattr(project, name, value)
    if differing and not new:
        project.version += 1
    return Planned(
        row=row,
        project=project,
        new=new,
        changed=bool(differing),
        resolve=new or bool({"area", "project_type", "funding_nature"} & differing),
        resolve_industry=new or bool({"area", "project_type"} & differing),
        start_changed="actual_start_on" in differing,
    )


def _check_dates(table: Table, plan: Planned, today: datetime.date) -> None:
    """What can't be stored is rejected; what is merely odd is said and kept."""
    project = plan.project
    names = ("actual_start_on", "completed_on", "planned_start_on", "planned_completion_on")
    problems = date_problems(**{name: getattr(project, name) for name in names}, today=today)
    for name, (code, message) in problems.items():
        if code == BEFORE_START:
            table.reject(plan.row, name, "date_contradicts", message)
        else:
            table.warn(plan.row, name, f"date_{code}", message)
    if project.enrolled_on and "enrolled_on" in plan.row.values:
        known = (project.planned_start_on, project.actual_start_on)
        if message := enrolment_problem(project.enrolled_on, known_dates=known, today=today):
            table.warn(plan.row, "enrolled_on", "enrolment_doubtful", message)


def _plan_contract(table: Table, plan: Planned, contract: Contract | None, today: datetime.date) -> None:
    row = plan.row
    said = {
        name: row.values[name] for name in ("signed_on", "labour_cost_ratio", "allocation_day") if name in row.values
    }
    if contract is None and "signed_on" not in said:
        if said:
            table.warn(
                row, "signed_on", "contract_incomplete", "没有填写合同签订日期，人工费用比例和拨付日没有登记到合同。"
            )
        return
    if "signed_on" in said and said["signed_on"] > today:
        table.warn(row, "signed_on", "date_in_future", "合同签订日期晚于今天，请核对。")
    plan.contract = said | {"current": contract}
    value = plan.project.contract_value
    if contract is None:
        missing = [
            title
            for title, held in (("建设单位", plan.developer), ("施工总承包单位", plan.contractor), ("合同价款", value))
            if not held and (plan.new or title == "合同价款")
        ]
        if missing:
            table.warn(
                row, "signed_on", "contract_incomplete", f"缺少{'、'.join(missing)}，合同没有登记；补齐后重新导入即可。"
            )
            plan.contract = {}
            return
    plan.contract["number"] = row.get("contract_number") or (
        contract.number if contract else f"{plan.project.code}-总包"
    )
    plan.contract["value"] = value


def _within_reach(table: Table, plans: list[Planned], scope: Scope) -> list[Planned]:
    """Keep what the caller will still see and may edit once it is written."""
    scope = scope.with_permission(Permission.PROJECT_EDIT)
    units = units_by_area_unscoped()
    ids = [plan.project.pk for plan in plans if not plan.new]
    playing: dict[int, set] = {}
    for party in ProjectParty.objects.filter(project__in=ids).select_related("organization"):
        playing.setdefault(party.project_id, set()).add((party.part, party.organization))
    kept = []
    for plan in plans:
        organizations = _future_organizations(plan, units, playing.get(plan.project.pk, set()))
        if any(_grant_reaches(grant, plan.project.area_id, organizations) for grant in scope.grants):
            kept.append(plan)
        else:
            table.reject(plan.row, "area", "out_of_scope", OUT_OF_SCOPE)
    return kept


def _future_organizations(plan: Planned, units: dict, playing: set) -> list:
    wanted = wanted_parties(plan, units)
    replaced = set(wanted)
    return [*wanted.values(), *(organization for part, organization in playing if part not in replaced)]


def _grant_reaches(grant, area_id: int, organizations: list) -> bool:
    if grant.area_id not in (None, area_id):
        return False
    if grant.area_wide:
        return True
    if grant.city_level and grant.body_id:
        return any(organization.body_id == grant.body_id for organization in organizations)
    return any(organization.pk == grant.organization_id for organization in organizations)


def _warn(table: Table, plans: list[Planned], today: datetime.date) -> None:
    """What is lawful to record but must be put right."""
    named = {
        organization.pk
        for plan in plans
        for organization in (plan.developer, plan.contractor)
        if organization is not None
    }
    obstacles: dict[int, str] = {}
    for obstacle in obstacles_in_force(named, today):
        obstacles.setdefault(obstacle.organization_id, obstacle.get_kind_display())
    for plan in plans:
        project = plan.project
        if not project.funding_source:
            table.warn(
                plan.row, "funding_source", "no_funding_source", "没有明确资金来源，这样的项目不予审批，请补填。"
            )
        if not project.funding_nature:
            table.warn(
                plan.row, "funding_nature", "funding_nature_missing", "没有填写投资性质，未按政府投资对待，请补填。"
            )
        if project.enrolled_on and not project.platform_code:
            table.warn(
                plan.row,
                "platform_code",
                "platform_code_missing",
                "填写了纳入陇明公日期，但没有陇明公项目编码，请补填。",
            )
        for column, organization in (("developer", plan.developer), ("contractor", plan.contractor)):
            if organization is not None and organization.pk in obstacles:
                table.warn(
                    plan.row,
                    column,
                    "obstacle",
                    f"{organization.name}{obstacles[organization.pk]}，对其新建项目不予批准；请在项目页写明处置理由。",
                )
