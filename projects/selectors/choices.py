"""What the forms of this room offer to choose from."""

from django.db.models import Q, QuerySet

from projects.models import Project, ProjectParty, ProjectType
from projects.rules.acting import oversees
from responsibilities.models import Area, Organization
from responsibilities.rules.roles import PERMISSIONS, Permission
from responsibilities.rules.scope import Scope

SUGGESTED = 300


def project_types() -> QuerySet:
    """Every type, in official order."""
    return ProjectType.objects.order_by("sort_order")


def areas_to_register(scope: Scope) -> QuerySet:
    """The areas where the caller may register projects."""
    grants = scope.with_permission(Permission.PROJECT_EDIT).grants
    rows = Area.objects.order_by("sort_order")
    if any(grant.area_id is None for grant in grants):
        return rows
    return rows.filter(pk__in=[grant.area_id for grant in grants])


def approving_units(scope: Scope, project: Project) -> QuerySet:
    """The units in whose name the caller may record approvals of a project.

    人社 records what any unit of the area or the city did; others act for their own unit, the city's for its
    county units too.
    """
    units = Organization.objects.filter(kind=Organization.Kind.GOVERNMENT, body__isnull=False, is_active=True).filter(
        Q(area=project.area) | Q(area__kind=Area.Kind.CITY)
    )
    if not oversees(scope, Permission.APPROVAL_RECORD):
        own = Q(pk__in=[])
        for grant in scope.grants:
            if Permission.APPROVAL_RECORD not in PERMISSIONS[grant.role]:
                continue
            own |= Q(pk=grant.organization_id)
            if grant.city_level and grant.body_id:
                own |= Q(body_id=grant.body_id)
        units = units.filter(own)
    return units.order_by("area__sort_order", "code")


def suggested_names(project: Project | None = None) -> list[str]:
    """Names offered while typing a unit: the project's own first, then enterprises of the register."""
    own = []
    if project is not None:
        own = list(
            ProjectParty.objects.filter(project=project).order_by("id").values_list("organization__name", flat=True)
        )
    rows = Organization.objects.filter(is_active=True).exclude(kind=Organization.Kind.GOVERNMENT).order_by("name")
    return list(dict.fromkeys([*own, *rows.values_list("name", flat=True)[:SUGGESTED]]))
