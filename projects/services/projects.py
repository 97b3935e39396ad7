"""Registers and corrects projects; keeps the units that a project answers to."""

import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from projects.models import Approval, Project, ProjectParty
from projects.rules.codes import CODE_HELP, is_project_code
from projects.rules.dates import date_problems
from projects.rules.gates import breaches_after_start_change
from projects.services.parties import Part, decide_obstacles, keep_resolved_parties, set_single_party
from projects.services.visibility import require_reach
from responsibilities.rules.errors import EditedMeanwhile, Refused
from responsibilities.rules.pinyin import initials, sort_key
from responsibilities.rules.roles import PERMISSIONS, Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors import clock
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, changed_fields, record_event

EDITABLE = (
    "name",
    "area",
    "project_type",
    "funding_nature",
    "funding_source",
    "funds_in_place",
    "contract_value",
    "address",
    "planned_start_on",
    "actual_start_on",
    "planned_completion_on",
    "completed_on",
)


@transaction.atomic
def project_register(
    *,
    code: str,
    name: str,
    area,
    project_type,
    funding_nature: str,
    funding_source: str = "",
    funds_in_place: bool | None = None,
    contract_value: Decimal | None = None,
    address: str = "",
    planned_start_on: datetime.date | None = None,
    actual_start_on: datetime.date | None = None,
    planned_completion_on: datetime.date | None = None,
    completed_on: datetime.date | None = None,
    developer=None,
    general_contractor=None,
    competent_unit=None,
    industry_unit=None,
    obstacle_reason: str = "",
    actor: Actor,
    scope: Scope | None = None,
    today: datetime.date | None = None,
) -> Project:
    """Register a project with its parties; contract value in yuan.

    人社 and 行业主管部门 are those of the area, the city's where the area has none. A unit that registers a
    project in which it plays no other part is entered as its approving unit.
    Errors: `code_invalid`, `code_taken`, `dates_contradict`, `obstacle`.
    """
    today = today or clock.today()
    code = code.strip()
    if not is_project_code(code):
        raise Refused("code_invalid", CODE_HELP, {"code": CODE_HELP})
    values = {
        "name": name.strip(),
        "area": area,
        "project_type": project_type,
        "funding_nature": funding_nature,
        "funding_source": funding_source.strip(),
        "funds_in_place": funds_in_place,
        "contract_value": contract_value,
        "address": address.strip(),
        "planned_start_on": planned_start_on,
        "actual_start_on": actual_start_on,
        "planned_completion_on": planned_completion_on,
        "completed_on": completed_on,
    }
    _check_dates(values, today)
    try:
        with transaction.atomic():
            project = Project.objects.create(code=code, **values, **name_keys(values["name"]))
    except IntegrityError as error:
        message = f"项目编号 {code} 已经登记过。请先在项目列表中查找；不在您的管辖范围内的，请联系人社部门。"
        raise Refused("code_taken", message, {"code": message}) from error
    for part, organization in (
        (Part.DEVELOPER, developer),
        (Part.GENERAL_CONTRACTOR, general_contractor),
        (Part.COMPETENT_UNIT, competent_unit),
        (Part.INDUSTRY_UNIT, industry_unit),
    ):
        if organization is None:
            continue
        if part in (Part.DEVELOPER, Part.GENERAL_CONTRACTOR):
            decide_obstacles(
                project=project, organization=organization, reason=obstacle_reason, actor=actor, today=today
            )
        set_single_party(project, part, organization)
    keep_resolved_parties(project, keep_industry_unit=industry_unit is not None)
    _enter_registering_unit(project, scope)
    require_reach(
        project.pk,
        scope,
        Permission.PROJECT_EDIT,
        "该项目不在您的管辖县区内，没有登记。请选择您所在的县区，或由项目所在县区的主管部门登记。",
    )
    record_event(
        actor=actor,
        action="project_register",
        target=project,
        project_id=project.pk,
        changes=changed_fields({}, {"code": code} | _texts(values)),
        reason=obstacle_reason.strip(),
    )
    touch_projects([project.pk])
    return project


@transaction.atomic
def project_update(
    *,
    project: Project,
    version: int | None = None,
    actor: Actor,
    scope: Scope | None = None,
    today: datetime.date | None = None,
    **changes: Any,
) -> Project:
    """Correct what is known of a project; `changes` are fields of `EDITABLE`.

    A new area, type or funding nature resolves its units again. A corrected start date recomputes which permits
    came after it. Errors: `edited_meanwhile`, `dates_contradict`, NotVisible where it leaves the caller's hands.
    """
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {sorted(unknown)}")
    project = Project.objects.select_for_update(of=("self",)).select_related("area", "project_type").get(pk=project.pk)
    require_reach(project.pk, scope, Permission.PROJECT_EDIT)
    if version is not None and version != project.version:
        raise EditedMeanwhile("这个项目", project.version)
    before = {name: getattr(project, name) for name in EDITABLE}
    after = before | {name: value.strip() if isinstance(value, str) else value for name, value in changes.items()}
    _check_dates(after, today or clock.today())
    differing = [name for name in EDITABLE if before[name] != after[name]]
    if not differing:
        return project
    for name in differing:
        setattr(project, name, after[name])
    for name, value in name_keys(project.name).items():
        setattr(project, name, value)
    project.version += 1
    project.save()
    if {"area", "project_type", "funding_nature"} & set(differing):
        keep_resolved_parties(project, keep_industry_unit=not {"area", "project_type"} & set(differing))
    if "actual_start_on" in differing:
        refresh_permit_breaches(project)
    require_reach(
        project.pk,
        scope,
        Permission.PROJECT_EDIT,
        "修改后该项目不再属于您的管辖范围，没有保存。跨县区调整请由市级部门办理。",
    )
    record_event(
        actor=actor,
        action="project_update",
        target=project,
        project_id=project.pk,
        changes=changed_fields(
            _texts({name: before[name] for name in differing}), _texts({name: after[name] for name in differing})
        ),
    )
    touch_projects([project.pk])
    return project


def name_keys(name: str) -> dict[str, str]:
    """The stored pinyin of a name."""
    return {"pinyin_initials": initials(name)[:160], "pinyin_key": sort_key(name)[:400]}


def refresh_permit_breaches(project: Project) -> None:
    """Whether permits came after the start, once the start date is known or corrected."""
    for approval in Approval.objects.select_for_update().filter(
        project=project, kind=Approval.Kind.CONSTRUCTION_PERMIT
    ):
        breaches = breaches_after_start_change(
            approval.breaches,
            kind=approval.kind,
            approved_on=approval.approved_on,
            actual_start_on=project.actual_start_on,
        )
        if breaches != approval.breaches:
            approval.breaches = breaches
            approval.save(update_fields=["breaches"])


def _check_dates(values: dict[str, Any], today: datetime.date) -> None:
    names = ("actual_start_on", "completed_on", "planned_start_on", "planned_completion_on")
    problems = date_problems(**{name: values[name] for name in names}, today=today)
    if problems:
        sentences = {name: sentence for name, (_, sentence) in problems.items()}
        raise Refused("dates_contradict", next(iter(sentences.values())), sentences)


def _enter_registering_unit(project: Project, scope: Scope | None) -> None:
    """A unit that registers must find its project again: it stands there as the approving unit."""
    if (
        scope is None
        or Project.objects.visible_to(scope.with_permission(Permission.PROJECT_EDIT)).filter(pk=project.pk).exists()
    ):
        return
    grants = [
        grant
        for grant in scope.grants
        if Permission.PROJECT_EDIT in PERMISSIONS[grant.role]
        and grant.body_id is not None
        and grant.area_id in (None, project.area_id)
    ]
    if grants:
        ProjectParty.objects.create(
            project=project, part=Part.APPROVING_UNIT, organization_id=grants[0].organization_id
        )


def _texts(values: dict[str, Any]) -> dict[str, str]:
    said = {True: "是", False: "否", None: ""}
    return {
        name: said[value] if value is None or isinstance(value, bool) else str(value) for name, value in values.items()
    }
