"""People and their grants, for the system administrator."""

from django.db.models import Prefetch, Q, QuerySet

from responsibilities.models import Grant, User
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import PERMISSIONS, Permission, Role
from responsibilities.rules.scope import Scope

NO_GRANT = "no_grant"  # may sign in, and sees nothing


def users(scope: Scope, *, search: str = "", role: str = "", state: str = "") -> QuerySet[User]:
    """All people with their grants, for those who manage them; nobody else sees any."""
    if not scope.can(Permission.USER_MANAGE):
        return User.objects.none()
    grants = Grant.objects.select_related("organization", "area").order_by("pk")
    rows = User.objects.prefetch_related(Prefetch("grants", queryset=grants))
    for word in search.split():
        rows = rows.filter(
            Q(username__icontains=word)
            | Q(name__icontains=word)
            | Q(grants__organization__name__icontains=word)
            | Q(grants__organization__short_name__icontains=word)
        )
    if role in {known.value for known in Role}:
        rows = rows.filter(grants__role=role)
    if state in ("active", "disabled"):
        rows = rows.filter(is_active=state == "active")
    elif state == NO_GRANT:
        rows = rows.filter(is_active=True, grants__isnull=True)
    return rows.distinct()


def user_of(scope: Scope, pk: int) -> User:
    """One person; raises NotVisible."""
    found = users(scope).filter(pk=pk).first()
    if found is None:
        raise NotVisible("没有这个用户。")
    return found


def others_who_may_unscoped(permission: Permission, *, organization_id: int, besides: int | None) -> bool:
    """Whether an organization has another active person whose role carries the permission (two-person rules)."""
    roles = [role for role, held in PERMISSIONS.items() if permission in held]
    grants = Grant.objects.filter(organization_id=organization_id, role__in=roles, user__is_active=True)
    return grants.exclude(user_id=besides).exists()
