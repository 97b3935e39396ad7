"""The arithmetic of months of many projects at once, for lists of deadlines."""

from collections.abc import Iterable

from accounts.models import AllocationMonth
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope


def months_by_period(scope: Scope, period_ids: Iterable[int]) -> dict[int, AllocationMonth]:
    """Period id → the month's arithmetic, for those who may look at accounts."""
    ids = list(period_ids)
    allowed = scope.with_permission(Permission.ACCOUNT_VIEW)
    if not ids or not allowed.grants:
        return {}
    return {month.pk: month for month in AllocationMonth.objects.visible_to(allowed).filter(pk__in=ids)}
