"""Scope looked at again after the write: a change must not carry a project out of its writer's hands."""

from projects.models import Project
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope


def require_reach(project_id: int, scope: Scope | None, permission: Permission, message: str = "") -> None:
    """Raise NotVisible where the grants that carry the permission don't reach the project.

    `scope` None is for commands and sweeps, which act for the system.
    """
    if scope is None:
        return
    reached = Project.objects.visible_to(scope.with_permission(permission)).filter(pk=project_id).exists()
    if not reached:
        raise NotVisible(message) if message else NotVisible()
