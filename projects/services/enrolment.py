"""Records that a project was taken into 陇明公, the province's wage platform (policy 二(三)二)."""

import datetime

from django.db import transaction

from projects.models import Project
from projects.rules.dates import enrolment_problem
from projects.services.visibility import require_reach
from responsibilities.rules.errors import EditedMeanwhile, Refused
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors import clock
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, changed_fields, record_event

FIELDS = ("platform_code", "enrolled_on")


@transaction.atomic
def enrolment_record(
    *,
    project: Project,
    platform_code: str,
    enrolled_on: datetime.date,
    version: int | None = None,
    actor: Actor,
    scope: Scope | None = None,
    today: datetime.date | None = None,
) -> Project:
    """Record the platform's code and the day of enrolment.

    Errors: `platform_code_missing`, `platform_code_taken`, `enrolled_on_invalid`, `edited_meanwhile`.
    """
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    require_reach(project.pk, scope, Permission.ENROLMENT_EDIT)
    if version is not None and version != project.version:
        raise EditedMeanwhile("这个项目", project.version)
    platform_code = platform_code.strip()
    if not platform_code:
        message = "请填写陇明公平台上的项目编码。"
        raise Refused("platform_code_missing", message, {"platform_code": message})
    if Project.objects.filter(platform_code=platform_code).exclude(pk=project.pk).exists():
        message = f"陇明公项目编码 {platform_code} 已登记在另一个项目上，请核对。"
        raise Refused("platform_code_taken", message, {"platform_code": message})
    problem = enrolment_problem(enrolled_on, known_dates=known_dates(project), today=today or clock.today())
    if problem:
        raise Refused("enrolled_on_invalid", problem, {"enrolled_on": problem})
    before = {name: getattr(project, name) for name in FIELDS}
    after = {"platform_code": platform_code, "enrolled_on": enrolled_on}
    if before == after:
        return project
    for name, value in after.items():
        setattr(project, name, value)
    project.version += 1
    project.save(update_fields=[*FIELDS, "version", "updated_at"])
    record_event(
        actor=actor,
        action="enrolment_record",
        target=project,
        project_id=project.pk,
        changes=changed_fields(before, after),
    )
    touch_projects([project.pk])
    return project


def known_dates(project: Project) -> list[datetime.date]:
    """The dates on record before which no enrolment can lie."""
    dates = [project.planned_start_on, project.actual_start_on]
    dates += project.approvals.values_list("approved_on", flat=True)
    dates += project.contracts.values_list("signed_on", flat=True)
    return [day for day in dates if day]
