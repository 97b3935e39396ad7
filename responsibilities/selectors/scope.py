"""Loads a user's grants as a Scope. No user or no grant: an empty scope, which sees nothing."""

from responsibilities.models import Area, Grant, Organization
from responsibilities.rules.roles import Role
from responsibilities.rules.scope import Scope, ScopeGrant

NOBODY = Scope(None, ())


def scope_of(user) -> Scope:
    """The scope of an active user."""
    if user is None or not getattr(user, "is_authenticated", False) or not user.is_active:
        return NOBODY
    rows = Grant.objects.filter(user=user).select_related("organization__area")
    return Scope(user.pk, tuple(_flatten(row) for row in rows))


def _flatten(grant: Grant) -> ScopeGrant:
    organization = grant.organization
    own_area = organization.area
    is_government = organization.kind == Organization.Kind.GOVERNMENT
    city_level = is_government and own_area.kind == Area.Kind.CITY
    area_id = grant.area_id
    if area_id is None and is_government and not city_level:
        area_id = own_area.pk
    return ScopeGrant(
        role=Role(grant.role),
        organization_id=organization.pk,
        body_id=organization.body_id,
        city_level=city_level,
        area_id=area_id,
    )
