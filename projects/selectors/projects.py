"""Reads of projects: by code, by what one may do there, by the words of the search box."""

import datetime

from django.db.models import Prefetch, Q, QuerySet

from projects.models import Project, ProjectParty
from responsibilities.rules.errors import NotAllowed, NotVisible
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope

_MISSING = "没有找到这个项目，或者它不在您的管辖范围内。"


def projects(scope: Scope) -> QuerySet:
    """Every project that the caller may see."""
    return Project.objects.visible_to(scope.with_permission(Permission.PROJECT_VIEW)).select_related(
        "area", "project_type"
    )


def project_by_code(scope: Scope, code: str) -> Project:
    """One project; raises NotVisible."""
    project = projects(scope).filter(code=code).first()
    if project is None:
        raise NotVisible(_MISSING)
    return project


def project_for(scope: Scope, code: str, permission: Permission) -> Project:
    """One project to act on. Out of sight: NotVisible (404); in sight without the permission: NotAllowed (403)."""
    project = project_by_code(scope, code)
    if not may_act(scope, project, permission):
        raise NotAllowed()
    return project


def may_act(scope: Scope, project: Project, permission: Permission) -> bool:
    """Whether the grants that carry the permission reach this project."""
    return Project.objects.visible_to(scope.with_permission(permission)).filter(pk=project.pk).exists()


def project_by_code_unscoped(code: str) -> Project:
    """For commands; raises NotVisible."""
    project = Project.objects.select_related("area", "project_type").filter(code=code).first()
    if project is None:
        raise NotVisible(f"没有编号为 {code} 的项目。")
    return project


def search_projects(rows: QuerySet, text: str) -> QuerySet:
    """Every word must fit the name, the code, the pinyin initials or a party's name."""
    for word in text.split():
        initials = word.lower()
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(code__icontains=word)
            | Q(platform_code__iexact=word)
            | (Q(pinyin_initials__contains=initials) if initials.isascii() else Q(pk__in=[]))
            | Q(
                pk__in=ProjectParty.objects.filter(
                    part__in=(ProjectParty.Part.DEVELOPER, ProjectParty.Part.GENERAL_CONTRACTOR),
                    organization__name__icontains=word,
                ).values("project_id")
            )
        )
    return rows


def stage_condition(stage: str, today: datetime.date) -> Q:
    """The projects of a stage, as `projects.rules.dates.stage` decides it."""
    # NOT (NULL <= today) is unknown in SQL, so the absence is said aloud.
    not_completed = Q(completed_on__isnull=True) | Q(completed_on__gt=today)
    if stage == "preparation":
        return (Q(actual_start_on__isnull=True) | Q(actual_start_on__gt=today)) & not_completed
    if stage == "construction":
        return Q(actual_start_on__lte=today) & not_completed
    if stage == "completed":
        return Q(completed_on__lte=today)
    return Q(pk__in=[])


def with_main_parties(rows: QuerySet) -> QuerySet:
    """Developer and general contractor of each, in one query; read them with `main_party`."""
    return rows.prefetch_related(
        Prefetch(
            "parties",
            queryset=ProjectParty.objects.filter(
                part__in=(
                    ProjectParty.Part.DEVELOPER,
                    ProjectParty.Part.GENERAL_CONTRACTOR,
                    ProjectParty.Part.INDUSTRY_UNIT,
                )
            ).select_related("organization"),
            to_attr="main_parties",
        )
    )


def organization_of_part_unscoped(project: Project, part: str):
    """The organization that plays a part, the latest where several do; None where nobody does."""
    row = project.parties.filter(part=part).select_related("organization").order_by("-id").first()
    return row.organization if row else None
