"""Allocation months with their arithmetic."""

import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import TruncMonth

from accounts.models import AllocationMonth
from accounts.rules.requirement import Requirement, requirement_of_month
from responsibilities.rules.roles import Permission


def months_in_span(months: QuerySet, today: datetime.date) -> QuerySet:
    """Months between that of actual start and that of completion that are open on `today`."""
    return months.filter(
        Q(project__completed_on__isnull=True) | Q(month_on__lte=TruncMonth("project__completed_on")),
        project__actual_start_on__lte=today,
        month_on__gte=TruncMonth("project__actual_start_on"),
        month_on__lte=today,
    )


def allocation_months(scope, *, project, today: datetime.date) -> QuerySet:
    """The months of one project, latest first, for its pages."""
    visible = AllocationMonth.objects.visible_to(scope.with_permission(Permission.ACCOUNT_VIEW)).filter(project=project)
    return months_in_span(visible, today).select_related("period").order_by("-month_on")


def allocation_month(scope, *, project, month_on: datetime.date, today: datetime.date):
    """One month with its arithmetic, or None."""
    return allocation_months(scope, project=project, today=today).filter(month_on=month_on).first()


def allocation_month_unscoped(period_id: int) -> AllocationMonth:
    """A month's arithmetic for services that hold the period's lock."""
    return AllocationMonth.objects.get(pk=period_id)


def requirement_of(month: AllocationMonth) -> Requirement:
    """The arithmetic of a month in words and parts, for its page."""
    return requirement_of_month(
        completed_value=month.completed_value,
        contract_amount=month.by_contract,
        wages_due=month.by_wages,
        nil_statement=month.nil_statement_on is not None,
        floor=month.floor,
        contract_ratio=month.contract_ratio,
    )
