"""`visible_to(scope)`: the one method by which any list, page, export or API answer is narrowed."""

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope, ScopeGrant


class ProjectScopedQuerySet(models.QuerySet):
    """For models that hang on a project. The model names its path in `scope_project` ("" for Project itself).

    A grant shows a project where its organization plays a part in it, narrowed by the grant's area; a city
    unit also sees what county units of the same body take part in. Area-wide roles see their whole area.
    A grant whose role may not look at projects (系统管理员) shows none, whatever its organization takes part in.
    """

    def visible_to(self, scope: Scope):
        condition = Q(pk__in=[])
        for grant in scope.with_permission(Permission.PROJECT_VIEW).grants:
            condition |= self._grant_condition(grant)
        return self.filter(condition)

    def _path(self, field: str) -> str:
        prefix = self.model.scope_project
        return f"{prefix}__{field}" if prefix else field

    def _project_id(self) -> str:
        prefix = self.model.scope_project
        return f"{prefix}_id" if prefix else "pk"

    def _grant_condition(self, grant: ScopeGrant) -> Q:
        area = Q(**{self._path("area_id"): grant.area_id}) if grant.area_id else Q()
        if grant.area_wide:
            return area or ~Q(pk__in=[])
        return Q(self._plays_a_part(grant)) & area

    def _plays_a_part(self, grant: ScopeGrant):
        parties = apps.get_model("projects", "ProjectParty").objects.filter(project_id=OuterRef(self._project_id()))
        if grant.city_level and grant.body_id:
            return Exists(parties.filter(organization__body_id=grant.body_id))
        return Exists(parties.filter(organization_id=grant.organization_id))


class ProjectScopedManager(models.Manager.from_queryset(ProjectScopedQuerySet)):
    """Default manager of scoped models; reads without a scope are named `…_unscoped` in selectors."""
