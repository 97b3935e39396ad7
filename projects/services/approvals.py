"""Records approval events, pushes them to 人社 with a receipt, confirms them (policy 二(二)一)."""

import datetime

from django.db import IntegrityError, transaction

from projects.models import Approval, Project, ProjectParty
from projects.rules.acting import acts_for, oversees
from projects.rules.gates import ApprovalFacts, approval_gate
from projects.selectors.projects import organization_of_part_unscoped
from projects.services.parties import Part, decide_obstacles
from projects.services.visibility import require_reach
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors import clock
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, changed_fields, record_event

FIELDS = ("kind", "number", "approved_on", "funding_source", "approving_unit")


@transaction.atomic
def approval_record(
    *,
    project: Project,
    kind: str,
    number: str,
    approved_on: datetime.date,
    approving_unit,
    funding_source: str = "",
    decided_in_portal: bool = False,
    obstacle_reason: str = "",
    actor: Actor,
    scope: Scope | None = None,
    today: datetime.date | None = None,
) -> Approval:
    """Register an approval; its three working days run from `approved_on`.

    Decided in the portal, it passes the gates first; done elsewhere, it is recorded with its breaches. Only the
    approving unit or its city unit decides in the portal; 人社 may record what others did.
    Errors: `no_funding_source`, `funds_not_in_place`, `obstacle`, `approved_in_future`, `approval_exists`,
    `not_your_unit`.
    """
    today = today or clock.today()
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    require_reach(project.pk, scope, Permission.APPROVAL_RECORD)
    _require_own_unit(scope, approving_unit, decided_in_portal=decided_in_portal)
    funding_source = funding_source.strip() or project.funding_source
    breaches = _pass_gate(project, kind, approved_on, funding_source, decided_in_portal=decided_in_portal, today=today)
    try:
        with transaction.atomic():
            approval = Approval.objects.create(
                project=project,
                kind=kind,
                number=number.strip(),
                approved_on=approved_on,
                funding_source=funding_source,
                approving_unit=approving_unit,
                decided_in_portal=decided_in_portal,
                breaches=list(breaches),
                recorded_by=actor.user,
            )
    except IntegrityError as error:
        message = f"本项目已登记过{Approval.Kind(kind).label} {number}，不能重复登记。需要更正的，请修改原记录。"
        raise Refused("approval_exists", message, {"number": message}) from error
    if decided_in_portal:
        for part in (Part.DEVELOPER, Part.GENERAL_CONTRACTOR):
            if organization := organization_of_part_unscoped(project, part):
                decide_obstacles(
                    project=project,
                    organization=organization,
                    reason=obstacle_reason,
                    actor=actor,
                    today=today,
                    approval=approval,
                )
    _enter_approving_unit(project, approving_unit)
    record_event(
        actor=actor,
        action="approval_record",
        target=approval,
        project_id=project.pk,
        changes=changed_fields({}, {name: str(getattr(approval, name)) for name in FIELDS})
        | ({"breaches": ["", "、".join(breaches)]} if breaches else {}),
        reason=obstacle_reason.strip(),
    )
    touch_projects([project.pk])
    return approval


@transaction.atomic
def approval_update(
    *,
    approval: Approval,
    version: int | None = None,
    kind: str,
    number: str,
    approved_on: datetime.date,
    approving_unit,
    funding_source: str = "",
    actor: Actor,
    scope: Scope | None = None,
    today: datetime.date | None = None,
) -> Approval:
    """Correct an approval; a receipt that was given stays as it is. Errors as for `approval_record`."""
    project = Project.objects.select_for_update(of=("self",)).get(pk=approval.project_id)
    approval = Approval.objects.select_for_update(of=("self",)).select_related("approving_unit").get(pk=approval.pk)
    require_reach(project.pk, scope, Permission.APPROVAL_RECORD)
    if version is not None and version != approval.version:
        raise EditedMeanwhile("这项审批", approval.version)
    _require_own_unit(scope, approval.approving_unit, decided_in_portal=approval.decided_in_portal)
    _require_own_unit(scope, approving_unit, decided_in_portal=approval.decided_in_portal)
    before = {name: getattr(approval, name) for name in FIELDS}
    after = {
        "kind": kind,
        "number": number.strip(),
        "approved_on": approved_on,
        "funding_source": funding_source.strip(),
        "approving_unit": approving_unit,
    }
    if before == after:
        return approval
    approval.breaches = list(
        _pass_gate(
            project,
            kind,
            approved_on,
            after["funding_source"],
            decided_in_portal=approval.decided_in_portal,
            today=today or clock.today(),
        )
    )
    for name, value in after.items():
        setattr(approval, name, value)
    approval.version += 1
    try:
        with transaction.atomic():
            approval.save()
    except IntegrityError as error:
        message = f"本项目已登记过{Approval.Kind(kind).label} {number}，请核对文号。"
        raise Refused("approval_exists", message, {"number": message}) from error
    _enter_approving_unit(project, approving_unit)
    record_event(
        actor=actor,
        action="approval_update",
        target=approval,
        project_id=project.pk,
        changes=changed_fields(
            {name: str(value) for name, value in before.items()}, {name: str(value) for name, value in after.items()}
        ),
    )
    touch_projects([project.pk])
    return approval


@transaction.atomic
def approval_push(
    *,
    approval_id: int,
    actor: Actor,
    scope: Scope | None = None,
    now: datetime.datetime | None = None,
) -> Approval:
    """Push an approval to 人社: the moment is stored once and is the receipt; a second push returns the first.

    Only the approving unit or its city unit pushes. Errors: `not_your_unit`, `developer_missing`.
    Basis: policy 二(二)一 (within three working days, with number, developer and funding source).
    """
    approval = (
        Approval.objects.select_for_update(of=("self",))
        .select_related("project", "approving_unit")
        .filter(pk=approval_id)
        .first()
    )
    if approval is None:
        raise NotVisible()
    require_reach(approval.project_id, scope, Permission.APPROVAL_PUSH)
    if not may_push(scope, approval):
        raise NotAllowed(f"审批信息由 {approval.approving_unit.name} 或其市级主管部门推送，您的单位不能代为推送。")
    if approval.pushed_at:
        return approval
    if organization_of_part_unscoped(approval.project, Part.DEVELOPER) is None:
        raise Refused(
            "developer_missing", "推送的信息须含建设单位，本项目还没有登记。请先在“四方责任”中登记建设单位，再推送。"
        )
    moment = now or clock.now()
    approval.pushed_at = moment
    approval.pushed_by = actor.user
    approval.receipt_number = receipt_number(approval.pk, moment)
    approval.version += 1
    approval.save(update_fields=["pushed_at", "pushed_by", "receipt_number", "version"])
    record_event(
        actor=actor,
        action="approval_push",
        target=approval,
        project_id=approval.project_id,
        changes={"receipt_number": ["", approval.receipt_number], "pushed_at": ["", moment.isoformat()]},
    )
    touch_projects([approval.project_id])
    return approval


@transaction.atomic
def approval_confirm(
    *,
    approval_id: int,
    actor: Actor,
    scope: Scope | None = None,
    now: datetime.datetime | None = None,
) -> Approval:
    """人社 confirms that it received an approval; the receipt's moment doesn't move. Error: `not_pushed`."""
    approval = Approval.objects.select_for_update(of=("self",)).filter(pk=approval_id).first()
    if approval is None:
        raise NotVisible()
    require_reach(approval.project_id, scope, Permission.APPROVAL_CONFIRM)
    if approval.confirmed_at:
        return approval
    if approval.pushed_at is None:
        raise Refused("not_pushed", "这项审批还没有推送，不能确认接收。请提醒审批部门先推送。")
    approval.confirmed_at = now or clock.now()
    approval.confirmed_by = actor.user
    approval.version += 1
    approval.save(update_fields=["confirmed_at", "confirmed_by", "version"])
    record_event(
        actor=actor,
        action="approval_confirm",
        target=approval,
        project_id=approval.project_id,
        changes={"confirmed_at": ["", approval.confirmed_at.isoformat()]},
    )
    touch_projects([approval.project_id])
    return approval


def may_push(scope: Scope | None, approval: Approval) -> bool:
    """Whether the caller belongs to the approving unit or to its city unit; the system itself may."""
    return scope is None or acts_for(
        scope,
        Permission.APPROVAL_PUSH,
        organization_id=approval.approving_unit_id,
        body_id=approval.approving_unit.body_id,
    )


def receipt_number(approval_id: int, moment: datetime.datetime) -> str:
    """HZ-20261123-000042: the Shanghai date of the push and the approval's number."""
    return f"HZ-{moment.astimezone(clock.SHANGHAI):%Y%m%d}-{approval_id:06d}"


def _require_own_unit(scope: Scope | None, unit, *, decided_in_portal: bool) -> None:
    if scope is None or acts_for(scope, Permission.APPROVAL_RECORD, organization_id=unit.pk, body_id=unit.body_id):
        return
    if not decided_in_portal and oversees(scope, Permission.APPROVAL_RECORD):
        return
    message = f"您不能以 {unit.name} 的名义办理审批。请选择您所在的单位；人社部门可以登记已在其他系统办理的审批。"
    raise Refused("not_your_unit", message, {"approving_unit": message})


def _pass_gate(
    project: Project,
    kind: str,
    approved_on: datetime.date,
    funding_source: str,
    *,
    decided_in_portal: bool,
    today: datetime.date,
) -> tuple[str, ...]:
    if approved_on > today:
        message = f"批准日期 {approved_on} 晚于今天，请按批复文件上的日期填写。"
        raise Refused("approved_in_future", message, {"approved_on": message})
    result = approval_gate(
        ApprovalFacts(
            kind=kind,
            approved_on=approved_on,
            funding_source=funding_source,
            funds_in_place=project.funds_in_place,
            actual_start_on=project.actual_start_on,
        ),
        decided_in_portal=decided_in_portal,
    )
    if result.refusal:
        code, message = result.refusal
        field = "funding_source" if code == "no_funding_source" else "kind"
        raise Refused(code, message, {field: message})
    return result.breaches


def _enter_approving_unit(project: Project, unit) -> None:
    ProjectParty.objects.get_or_create(project=project, part=Part.APPROVING_UNIT, organization=unit)
