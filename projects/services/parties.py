"""Who plays which part in a project: resolved units, parties that people enter, obstacles that people decide on."""

import datetime

from django.db import transaction

from projects.models import Approval, Contract, ObstacleDecision, Project, ProjectParty
from projects.selectors.obstacles import GUARDED_PARTS
from projects.services.visibility import require_reach
from responsibilities.rules.errors import NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors import clock
from responsibilities.selectors.obstacles import obstacles_in_force
from responsibilities.selectors.organizations import unit_for
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event

Part = ProjectParty.Part
HUMAN_RESOURCES_BODY = "rsj"
FINANCE_BODY = "czj"
# One organization at a time plays these; entering another one replaces the former.
SINGLE_PARTS = frozenset(
    {
        Part.DEVELOPER,
        Part.GENERAL_CONTRACTOR,
        Part.COMPETENT_UNIT,
        Part.INDUSTRY_UNIT,
        Part.HUMAN_RESOURCES,
        Part.FINANCE,
    }
)
RESOLVED_PARTS = frozenset({Part.INDUSTRY_UNIT, Part.HUMAN_RESOURCES, Part.FINANCE})


def body_codes(project_type, funding_nature: str) -> dict[str, str]:
    """Part → body that answers for it. A type without an industry body answers to 人社; 财政 co-owns public money."""
    body = project_type.industry_body
    codes = {
        Part.HUMAN_RESOURCES: HUMAN_RESOURCES_BODY,
        Part.INDUSTRY_UNIT: body.code if body else HUMAN_RESOURCES_BODY,
    }
    if funding_nature == Project.FundingNature.GOVERNMENT:
        codes[Part.FINANCE] = FINANCE_BODY
    return codes


def keep_resolved_parties(project: Project, *, keep_industry_unit: bool = False) -> None:
    """Make the rows of 人社, 行业主管部门 and 财政 agree with area, type and funding; in the caller's transaction.

    `keep_industry_unit` leaves a unit that people chose.
    """
    wanted = {
        part: unit_for(body, project.area)
        for part, body in body_codes(project.project_type, project.funding_nature).items()
    }
    current = {row.part: row for row in project.parties.filter(part__in=RESOLVED_PARTS)}
    for part in RESOLVED_PARTS:
        if part == Part.INDUSTRY_UNIT and keep_industry_unit and part in current:
            continue
        unit = wanted.get(part)
        if unit is None:
            project.parties.filter(part=part).delete()
        else:
            set_single_party(project, part, unit)


def set_single_party(project: Project, part: str, organization, awarded_by=None) -> bool:
    """Put one organization in a part and take any other out; True where something changed."""
    gone, _ = project.parties.filter(part=part).exclude(organization=organization).delete()
    _, created = ProjectParty.objects.get_or_create(
        project=project, part=part, organization=organization, defaults={"awarded_by": awarded_by}
    )
    return bool(gone or created)


def decide_obstacles(
    *,
    project: Project,
    organization,
    reason: str,
    actor: Actor,
    today: datetime.date,
    approval: Approval | None = None,
) -> None:
    """Refuse (`obstacle`) where something stands against the organization and no reason is given; else put it on record.

    Policy 二(二)一 is broader than 724 art 49, so the portal warns and a person decides.
    """
    obstacles = list(obstacles_in_force([organization.pk], today))
    if not obstacles:
        return
    if not reason.strip():
        kinds = "、".join(dict.fromkeys(obstacle.get_kind_display() for obstacle in obstacles))
        message = (
            f"{organization.name}{kinds}（自 {obstacles[0].since_on}）。对存在拖欠农民工工资的单位不予批准新建项目；"
            "确需继续的，请写明理由，由您决定并记录在案。"
        )
        raise Refused("obstacle", message, {"obstacle_reason": message})
    for obstacle in obstacles:
        decision = ObstacleDecision.objects.create(
            project=project, obstacle=obstacle, approval=approval, reason=reason.strip(), decided_by=actor.user
        )
        record_event(
            actor=actor,
            action="obstacle_decide",
            target=decision,
            object_name=f"{organization.name}：{obstacle.get_kind_display()}",
            project_id=project.pk,
            reason=reason.strip(),
        )


@transaction.atomic
def party_add(
    *,
    project: Project,
    part: str,
    organization,
    awarded_by=None,
    obstacle_reason: str = "",
    actor: Actor,
    scope: Scope | None = None,
    today: datetime.date | None = None,
) -> ProjectParty:
    """Enter an organization in a part. Errors: `obstacle`, `part_resolved`, `awarder_missing`."""
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    require_reach(project.pk, scope, Permission.PARTY_EDIT)
    if part in (Part.HUMAN_RESOURCES, Part.FINANCE):
        message = "人社部门和财政部门由系统按项目所在县区和投资性质确定，不能手工添加。"
        raise Refused("part_resolved", message, {"part": message})
    if part == Part.SUBCONTRACTOR and awarded_by is None:
        awarded_by = _general_contractor(project)
    known = project.parties.filter(part=part, organization=organization).first()
    if known:
        return known
    if part in GUARDED_PARTS:
        decide_obstacles(
            project=project,
            organization=organization,
            reason=obstacle_reason,
            actor=actor,
            today=today or clock.today(),
        )
    replaced = []
    if part in SINGLE_PARTS:
        rows = project.parties.filter(part=part).select_related("organization")
        replaced = [row.organization.name for row in rows]
        for row in rows:
            _require_unused(row, replacing=True)
        rows.delete()
    party = ProjectParty.objects.create(project=project, part=part, organization=organization, awarded_by=awarded_by)
    require_reach(
        project.pk, scope, Permission.PARTY_EDIT, "变更后该项目不再属于您的管辖范围，没有保存。请由上级部门办理。"
    )
    record_event(
        actor=actor,
        action="party_add",
        target=party,
        project_id=project.pk,
        changes={part: ["、".join(replaced), organization.name]},
        reason=obstacle_reason.strip(),
    )
    touch_projects([project.pk])
    return party


@transaction.atomic
def party_remove(
    *, project: Project, party_id: int, reason: str = "", actor: Actor, scope: Scope | None = None
) -> None:
    """Take an organization out of a part. Errors: `part_resolved`, `party_in_use`."""
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    require_reach(project.pk, scope, Permission.PARTY_EDIT)
    party = project.parties.select_related("organization").filter(pk=party_id).first()
    if party is None:
        raise NotVisible("这家单位已不在项目的单位名单中。")
    if party.part in RESOLVED_PARTS:
        raise Refused(
            "part_resolved",
            f"{party.get_part_display()}由系统按项目所在县区、类型和投资性质确定，不能移除；行业主管部门可以改为其他单位。",
        )
    _require_unused(party, replacing=False)
    name, part, pk = party.organization.name, party.part, party.pk
    party.delete()
    require_reach(
        project.pk, scope, Permission.PARTY_EDIT, "移除后该项目不再属于您的管辖范围，没有保存。请由上级部门办理。"
    )
    record_event(
        actor=actor,
        action="party_remove",
        object_type=ProjectParty._meta.label_lower,
        object_id=str(pk),
        object_name=f"{Part(part).label}：{name}",
        project_id=project.pk,
        changes={part: [name, ""]},
        reason=reason.strip(),
    )
    touch_projects([project.pk])


def _general_contractor(project: Project):
    row = project.parties.filter(part=Part.GENERAL_CONTRACTOR).select_related("organization").first()
    if row is None:
        message = "还没有登记施工总承包单位。请先登记总包，或选择发包给这家分包单位的单位。"
        raise Refused("awarder_missing", message, {"awarded_by": message})
    return row.organization


def _require_unused(party: ProjectParty, *, replacing: bool) -> None:
    """A party that a contract or an approval names stays; the paper is corrected first."""
    verb = "更换" if replacing else "移除"
    contract = Contract.objects.filter(project_id=party.project_id, contractor_id=party.organization_id)
    if party.part == Part.GENERAL_CONTRACTOR:
        contract = contract.filter(kind=Contract.Kind.GENERAL)
    elif party.part == Part.SUBCONTRACTOR:
        contract = contract.filter(kind=Contract.Kind.SUBCONTRACT)
    else:
        contract = contract.none()
    if found := contract.first():
        raise Refused(
            "party_in_use", f"合同 {found.number} 的承包人是这家单位，不能{verb}。请先修改合同，再{verb}单位。"
        )
    if party.part == Part.APPROVING_UNIT:
        approval = Approval.objects.filter(project_id=party.project_id, approving_unit_id=party.organization_id).first()
        if approval:
            raise Refused("party_in_use", f"{approval}由这家单位办理，不能{verb}。请先修改该审批事项，再{verb}单位。")
