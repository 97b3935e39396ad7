"""What a caller may see: pairs of (organization, area) with a role, never two separate lists."""

from dataclasses import dataclass, replace

from responsibilities.rules.errors import NotAllowed
from responsibilities.rules.roles import AREA_WIDE_ROLES, PERMISSIONS, Permission, Role, who_may


@dataclass(frozen=True)
class ScopeGrant:
    """One grant, flattened. `area_id` None means no narrowing beyond the organization's own area.

    `body_id` and `city_level` let a city unit see what the county units of the same body take part in.
    """

    role: Role
    organization_id: int
    body_id: int | None
    city_level: bool
    area_id: int | None

    @property
    def area_wide(self) -> bool:
        return self.role in AREA_WIDE_ROLES


@dataclass(frozen=True)
class Scope:
    """A caller's grants; no grant, nothing to see."""

    user_id: int | None
    grants: tuple[ScopeGrant, ...]

    def can(self, permission: Permission) -> bool:
        return any(permission in PERMISSIONS[grant.role] for grant in self.grants)

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed where no grant carries the permission."""
        if not self.can(permission):
            raise NotAllowed(f"您的岗位没有办理此事项的权限，这里由{who_may(permission)}办理或查看。")

    def with_permission(self, permission: Permission) -> "Scope":
        """The part of the scope whose grants carry the permission: act there, not wherever one may look."""
        kept = tuple(g for g in self.grants if permission in PERMISSIONS[g.role])
        return Scope(self.user_id, kept)

    def summing(self) -> "Scope":
        """The same areas as their auditor sees them: for sums that name nobody, shown to whoever oversees an area."""
        return Scope(self.user_id, tuple(replace(g, role=Role.AUDITOR) for g in self.grants if g.area_wide))

    def narrowed(self, *, organization_id: int | None = None, area_id: int | None = None) -> "Scope":
        """The same caller looking through fewer grants (the unit and area switch); never sees more than before."""
        kept = tuple(
            replace(g, area_id=area_id or g.area_id)
            for g in self.grants
            if (organization_id is None or g.organization_id == organization_id)
            and (area_id is None or g.area_id in (None, area_id))
        )
        return Scope(self.user_id, kept)

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)

    @property
    def organization_ids(self) -> frozenset[int]:
        return frozenset(grant.organization_id for grant in self.grants)
