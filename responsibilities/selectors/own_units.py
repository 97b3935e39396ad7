"""The caller's own units, for the switch and for signing in their name."""

from responsibilities.models import Organization
from responsibilities.rules.scope import Scope


def own_units(scope: Scope) -> list[Organization]:
    """The organizations of the caller's grants, governments first."""
    return list(
        Organization.objects.filter(pk__in=sorted(scope.organization_ids))
        .select_related("area")
        .order_by("-kind", "code")
    )
