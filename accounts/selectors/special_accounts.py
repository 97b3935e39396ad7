"""Special accounts and the money that came in, in scope."""

from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import Allocation, SpecialAccount
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.selectors.figures import figure_on


def account_open_days() -> int:
    """Days from the contract within which the account is opened (53 art 6), as in force today."""
    return int(figure_on("special_account_open_days", today()))


def special_account_of(scope, project) -> SpecialAccount | None:
    """The project's special account, or None."""
    return (
        SpecialAccount.objects.visible_to(scope.with_permission(Permission.ACCOUNT_VIEW))
        .filter(project=project)
        .select_related("bank")
        .first()
    )


def allocations_of(scope, project) -> QuerySet:
    """All credits and moves of a project, voided ones too, latest first."""
    return (
        Allocation.objects.visible_to(scope.with_permission(Permission.ACCOUNT_VIEW))
        .filter(project=project)
        .select_related("period", "recorded_by")
        .order_by("-credited_on", "-id")
    )


def credited_in_month(scope, *, project, month_on):
    """What came into the special account for a month, in yuan."""
    total = (
        Allocation.objects.visible_to(scope.with_permission(Permission.ACCOUNT_VIEW))
        .filter(project=project, period__month_on=month_on, voided_at__isnull=True)
        .aggregate(total=Sum("amount"))["total"]
    )
    return total or 0


def credited_in_month_unscoped(project_id: int, month_on) -> Decimal | None:
    """The same for checks, without a caller; None where nothing was ever recorded, because then it isn't known."""
    rows = Allocation.objects.filter(project_id=project_id, voided_at__isnull=True)
    found = rows.aggregate(known=Count("pk"), month=Sum("amount", filter=Q(period__month_on=month_on)))
    return (found["month"] or Decimal("0.00")) if found["known"] else None
