"""Writes planned rows of the 项目 table: projects, parties, general contracts, in a few statements each."""

from dataclasses import dataclass, field
from typing import Any

from projects.imports.tables import Row
from projects.models import Approval, Contract, Project, ProjectParty
from projects.rules.gates import breaches_after_start_change
from projects.services.parties import RESOLVED_PARTS, Part, body_codes
from responsibilities.selectors.organizations import units_by_area_unscoped

PLAIN = (
    "name",
    "funding_source",
    "funds_in_place",
    "contract_value",
    "address",
    "planned_start_on",
    "actual_start_on",
    "planned_completion_on",
    "completed_on",
    "platform_code",
    "enrolled_on",
)
WRITTEN = (*PLAIN, "area", "project_type", "funding_nature", "pinyin_initials", "pinyin_key", "version")
BATCH = 2000


@dataclass
class Planned:
    """A row that will be written: its project, new or changed, and what hangs on it."""

    row: Row
    project: Project
    new: bool
    changed: bool
    developer: Any = None
    contractor: Any = None
    industry_unit: Any = None
    resolve: bool = False
    resolve_industry: bool = False
    start_changed: bool = False
    contract: dict = field(default_factory=dict)


def save_projects(plans: list[Planned]) -> None:
    """Insert the new projects and update the changed ones, set-based."""
    new = [plan.project for plan in plans if plan.new]
    Project.objects.bulk_create(new, batch_size=BATCH)
    changed = [plan.project for plan in plans if plan.changed and not plan.new]
    if changed:
        # One INSERT … ON CONFLICT UPDATE; bulk_update's CASE over twenty columns costs ten times as much.
        Project.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*WRITTEN, "updated_at"],
            batch_size=BATCH,
        )


def wanted_parties(plan: Planned, units: dict) -> dict[str, Any]:
    """Single parts that the row settles → organization. Parts not named here stay as they are."""
    wanted = {}
    if plan.resolve:
        project = plan.project
        for part, body in body_codes(project.project_type, project.funding_nature).items():
            if part != Part.INDUSTRY_UNIT or plan.resolve_industry:
                wanted[part] = units[body, project.area.code]
    if plan.industry_unit is not None:
        wanted[Part.INDUSTRY_UNIT] = plan.industry_unit
    if plan.developer is not None:
        wanted[Part.DEVELOPER] = plan.developer
    if plan.contractor is not None:
        wanted[Part.GENERAL_CONTRACTOR] = plan.contractor
    return wanted


def save_parties(plans: list[Planned]) -> set[int]:
    """Make the single parts agree with the rows; returns the projects whose parties changed."""
    units = units_by_area_unscoped()
    single = {*RESOLVED_PARTS, Part.DEVELOPER, Part.GENERAL_CONTRACTOR}
    current: dict[tuple[int, str], dict[int, int]] = {}
    rows = ProjectParty.objects.filter(project__in=[plan.project.pk for plan in plans if not plan.new], part__in=single)
    for pk, project_id, part, organization_id in rows.values_list("pk", "project_id", "part", "organization_id"):
        current.setdefault((project_id, part), {})[organization_id] = pk
    gone, added, touched = [], [], set()
    for plan in plans:
        wanted = wanted_parties(plan, units)
        parts = set(wanted)
        if plan.resolve:
            parts.add(Part.FINANCE)
        for part in parts:
            held = current.get((plan.project.pk, part), {})
            organization = wanted.get(part)
            surplus = [pk for holder, pk in held.items() if organization is None or holder != organization.pk]
            gone += surplus
            if organization is not None and organization.pk not in held:
                added.append(ProjectParty(project=plan.project, part=part, organization=organization))
                touched.add(plan.project.pk)
            if surplus:
                touched.add(plan.project.pk)
    ProjectParty.objects.filter(pk__in=gone).delete()
    ProjectParty.objects.bulk_create(added, batch_size=BATCH, ignore_conflicts=True)
    return touched


def save_contracts(plans: list[Planned]) -> set[int]:
    """The general contract of each row that tells one; returns the projects whose contract changed."""
    wanted = [plan for plan in plans if plan.contract]
    holders = _holders([plan.project.pk for plan in wanted])
    new, changed = [], []
    for plan in wanted:
        said, contract = plan.contract, plan.contract["current"]
        values = {
            "number": said["number"],
            "employer_id": holders.get((plan.project.pk, Part.DEVELOPER)) or (contract and contract.employer_id),
            "contractor_id": holders.get((plan.project.pk, Part.GENERAL_CONTRACTOR))
            or (contract and contract.contractor_id),
            "value": said["value"] or (contract and contract.value),
        } | {name: said[name] for name in ("signed_on", "labour_cost_ratio", "allocation_day") if name in said}
        if not values["employer_id"] or not values["contractor_id"]:
            continue
        if contract is None:
            new.append(Contract(project=plan.project, kind=Contract.Kind.GENERAL, **values))
        elif any(getattr(contract, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(contract, name, value)
            contract.version += 1
            changed.append(contract)
    Contract.objects.bulk_create(new, batch_size=BATCH)
    if changed:
        fields = ["number", "employer", "contractor", "value", "signed_on", "labour_cost_ratio", "allocation_day"]
        Contract.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["id"], update_fields=[*fields, "version"], batch_size=BATCH
        )
    return {contract.project_id for contract in (*new, *changed)}


def _holders(project_ids: list[int]) -> dict[tuple[int, str], int]:
    rows = ProjectParty.objects.filter(
        project__in=project_ids, part__in=(Part.DEVELOPER, Part.GENERAL_CONTRACTOR)
    ).order_by("id")
    return {
        (project_id, part): organization_id
        for project_id, part, organization_id in rows.values_list("project_id", "part", "organization_id")
    }


def refresh_breaches(projects: list[Project]) -> None:
    """Look again at what permits breach, after start dates were corrected."""
    starts = {project.pk: project.actual_start_on for project in projects}
    changed = []
    permits = Approval.objects.select_for_update(of=("self",)).filter(
        project__in=starts, kind=Approval.Kind.CONSTRUCTION_PERMIT
    )
    for approval in permits.order_by("id"):
        breaches = breaches_after_start_change(
            approval.breaches,
            kind=approval.kind,
            approved_on=approval.approved_on,
            actual_start_on=starts[approval.project_id],
        )
        if breaches != approval.breaches:
            approval.breaches = breaches
            changed.append(approval)
    Approval.objects.bulk_update(changed, ["breaches"], batch_size=500)
