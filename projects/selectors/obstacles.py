"""Obstacles in force: open arrears and the dishonest list, pushed down by higher rooms or entered by 人社."""

import datetime

from django.db.models import QuerySet

from projects.models import ObstacleDecision, Project, ProjectParty
from responsibilities.models import Obstacle
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.obstacles import obstacles_in_force

# Policy 二(二)一 speaks of the units that build; a bank or a bureau has no obstacle.
GUARDED_PARTS = (
    ProjectParty.Part.DEVELOPER,
    ProjectParty.Part.GENERAL_CONTRACTOR,
    ProjectParty.Part.SUBCONTRACTOR,
)


def obstacles_of_project(scope: Scope, project: Project, on: datetime.date) -> list[Obstacle]:
    """What stands against the developer and the contractors of a visible project."""
    organizations = (
        ProjectParty.objects.visible_to(scope.with_permission(Permission.PROJECT_VIEW))
        .filter(project=project, part__in=GUARDED_PARTS)
        .values_list("organization_id", flat=True)
    )
    return list(obstacles_in_force(organizations, on))


def obstacle_decisions(scope: Scope, project: Project) -> QuerySet:
    """Who went on in spite of what, and why."""
    return (
        ObstacleDecision.objects.visible_to(scope.with_permission(Permission.PROJECT_VIEW))
        .filter(project=project)
        .select_related("obstacle__organization", "decided_by", "approval")
    )
