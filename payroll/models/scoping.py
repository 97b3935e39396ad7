"""Rows that belong to one employer on a project: a subcontractor sees its own, everybody else the whole site's."""

from django.db.models import Q

from responsibilities.models import ProjectScopedManager, ProjectScopedQuerySet
from responsibilities.rules.roles import Role


class EmployerScopedQuerySet(ProjectScopedQuerySet):
    """The model names the path to its employer in `scope_employer`; null there: the general contractor's own crews."""

    def _grant_condition(self, grant):
        condition = super()._grant_condition(grant)
        if grant.role == Role.SUBCONTRACTOR:
            condition &= Q(**{f"{self.model.scope_employer}_id": grant.organization_id})
        return condition


class EmployerScopedManager(ProjectScopedManager.from_queryset(EmployerScopedQuerySet)):
    """Default manager of rows with an employer."""
