"""For whom somebody may keep the register of people on a project."""

from django.db.models import Q, QuerySet

from payroll.models import RosterEntry
from projects.models import Project, ProjectParty
from projects.selectors.projects import organization_of_part_unscoped, projects
from responsibilities.models import Organization
from responsibilities.rules.errors import NotAllowed, Refused
from responsibilities.rules.roles import Permission, Role
from responsibilities.rules.scope import Scope


def projects_for_people(scope: Scope) -> QuerySet:
    """Projects whose people the caller may register."""
    return projects(scope.with_permission(Permission.WORKER_EDIT)).order_by("pinyin_key", "name")


def employers_for_people(scope: Scope | None, project: Project) -> list[Organization | None]:
    """For whom the caller may register people: None is the general contractor's own crews.

    A subcontractor registers only its own people; the general contractor everybody's; no scope is the system.
    """
    parties = ProjectParty.objects.filter(project=project, part=ProjectParty.Part.SUBCONTRACTOR)
    subcontractors = [party.organization for party in parties.select_related("organization").order_by("id")]
    if scope is None:
        return [None, *subcontractors]
    grants = scope.with_permission(Permission.WORKER_EDIT).grants
    wide = Scope(scope.user_id, tuple(grant for grant in grants if grant.role != Role.SUBCONTRACTOR))
    if Project.objects.visible_to(wide).filter(pk=project.pk).exists():
        return [None, *subcontractors]
    own = {grant.organization_id for grant in grants if grant.role == Role.SUBCONTRACTOR}
    return [organization for organization in subcontractors if organization.pk in own]


def require_employer(scope: Scope | None, project: Project, subcontractor: Organization | None) -> Organization:
    """The organization that employs: the subcontractor, or the general contractor for its own crews.

    Raises NotAllowed, `employer_not_on_project`, `no_general_contractor`.
    """
    allowed = employers_for_people(scope, project)
    if not allowed:
        raise NotAllowed("您的岗位不能登记这个项目的用工人员。")
    if (subcontractor.pk if subcontractor else None) not in {one.pk if one else None for one in allowed}:
        message = (
            f"{subcontractor.name}不是这个项目登记的分包单位。请先在项目页登记分包单位，或另选用工单位。"
            if subcontractor
            else "分包单位只能登记本单位的人员，请在“用工单位”处选择本单位。"
        )
        raise Refused("employer_not_on_project", message, {"employer": message})
    if subcontractor is not None:
        return subcontractor
    contractor = organization_of_part_unscoped(project, ProjectParty.Part.GENERAL_CONTRACTOR)
    if contractor is None:
        message = "这个项目还没有登记施工总承包单位。请先在项目页登记，再登记总包自有班组的人员。"
        raise Refused("no_general_contractor", message, {"employer": message})
    return contractor


def employers_of_project(project: Project) -> QuerySet:
    """General contractor and subcontractors of a project, for filters."""
    return Organization.objects.filter(
        Q(pk__in=ProjectParty.objects.filter(
            project=project,
            part__in=(ProjectParty.Part.GENERAL_CONTRACTOR, ProjectParty.Part.SUBCONTRACTOR),
        ).values("organization_id"))
    ).order_by("name")  # fmt: skip


def subcontractor_of_entry_unscoped(entry: RosterEntry) -> int | None:
    """A roster entry's employer as batches and days name it: None for the general contractor's own crews."""
    contractor = organization_of_part_unscoped(entry.project, ProjectParty.Part.GENERAL_CONTRACTOR)
    return None if contractor is not None and contractor.pk == entry.employer_id else entry.employer_id
