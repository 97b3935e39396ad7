"""Whether a caller may act in the name of a unit: its own, or a county unit of the same body from the city."""

from responsibilities.rules.roles import PERMISSIONS, Permission
from responsibilities.rules.scope import Scope


def acts_for(scope: Scope, permission: Permission, *, organization_id: int, body_id: int | None) -> bool:
    """True where a grant with the permission belongs to the unit, or to the city unit of the same body."""
    return any(
        permission in PERMISSIONS[grant.role]
        and (
            grant.organization_id == organization_id
            or (grant.city_level and body_id is not None and grant.body_id == body_id)
        )
        for grant in scope.grants
    )


def oversees(scope: Scope, permission: Permission) -> bool:
    """True where an area-wide grant (人社) carries the permission: it may record what others did."""
    return any(permission in PERMISSIONS[grant.role] and grant.area_wide for grant in scope.grants)
